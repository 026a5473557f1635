"""What a person's write leaves in a mirror's changes: who, when, and which fields became what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mirroring.contract import change_words
from mirroring.contract.mirror_fields import fields
from mirroring.errors import VersionMoved
from mirroring.mirror import Mirror
from mirroring.observation import Change, ChangeKind
from mirroring.schema import iso
from mirroring.storing.items import CLUSTER, CONNECT_CLUSTER


@dataclass(frozen=True)
class Write:
    """Who changes what, when, and the version that they have seen (None: whichever it is)."""

    by: str | None
    at: datetime
    version: int | None = None

    def expects(self, name: str, version: int | None) -> None:
        """Raises VersionMoved where another version was seen; None: nothing has the name."""
        if self.version not in (None, version):
            now = "is not there" if version is None else f"is at version {version}"
            raise VersionMoved(f"{name} {now}: read it and try again.")


def written(before: Mirror | None, after: Mirror, by: str | None, at: datetime) -> Change:
    """The line of a write; `from` is empty for a new mirror, else both hold what differs."""
    old, new = _fields(before) if before else {}, _fields(after)
    asked = change_words.asked(before, after) if before else {}
    changed = [name for name in new if old.get(name) != new[name]]
    return Change(
        mirror=after.name,
        at=at,
        kind=ChangeKind.WRITE,
        before={name: old.get(name) for name in (*changed, *asked)} if before else None,
        after={name: new[name] for name in changed} | asked,
        by=by,
    )


def registered(
    kind: str,
    cluster: str,
    before: Mapping[str, object],
    after: Mapping[str, object],
    write: Write,
) -> Change | None:
    """The line that a cluster's new registration leaves in its own changes; None without a change.

    Its mirrors' changes show it too: one line, however many mirrors there are.
    """
    changed = [name for name in after if before.get(name) != after[name]]
    if not changed:
        return None
    return Change(
        mirror=subject(kind, cluster),
        at=write.at,
        kind=ChangeKind.WRITE,
        before={"cluster": cluster, **{name: before.get(name) for name in changed}},
        after={"cluster": cluster, **{name: after[name] for name in changed}},
        by=write.by,
    )


def clusters_of(mirror: Mirror) -> list[str]:
    """The clusters whose new registrations are about a mirror, as the subjects of changes."""
    found = [subject(CONNECT_CLUSTER, mirror.connect_cluster)]
    managed = {mirror.source.managed, mirror.target_cluster} - {None}
    return found + sorted(subject(CLUSTER, str(name)) for name in managed)


def removed(mirror: Mirror, at: datetime, **after: str) -> Change:
    """The line of a mirror's end, which says what its changes must be read with from then on."""
    before = {"state": "DELETING", "createdAt": iso(mirror.created_at)}
    return Change(
        mirror=mirror.name,
        at=at,
        kind=ChangeKind.REPAIR,
        before={**before, "clusters": clusters_of(mirror)},
        after={"state": "REMOVED", **after},
    )


def clusters_at_end(line: Change) -> tuple[list[str], datetime] | None:
    """The clusters of a removed mirror and its beginning, as `removed` tells them."""
    before = line.before if isinstance(line.before, dict) else {}
    clusters, since = before.get("clusters"), before.get("createdAt")
    if not isinstance(clusters, list) or not isinstance(since, str):
        return None
    return [str(one) for one in clusters], datetime.fromisoformat(since)


def subject(kind: str, cluster: str) -> str:
    """Whose changes a cluster's are; no mirror has a slash in its name."""
    return f"{kind}/{cluster}"


def _fields(mirror: Mirror) -> dict[str, object]:
    return fields(mirror) | ({"cleanup": mirror.cleanup} if mirror.cleanup else {})
