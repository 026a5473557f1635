"""What a person's write leaves in a mirror's changes: who, when, and which fields became what."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from mirroring.answering import change_words
from mirroring.answering.view import fields
from mirroring.mirror import Mirror
from mirroring.observation import Change, ChangeKind


@dataclass(frozen=True)
class Write:
    """Who changes what, when, and the version that they have seen (None: whichever it is)."""

    by: str | None
    at: datetime
    version: int | None = None


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
    mirrors: Iterable[str],
    cluster: str,
    before: Mapping[str, object],
    after: Mapping[str, object],
    write: Write,
) -> Iterator[Change]:
    """The line in each mirror that a cluster's new registration is about; none without a change."""
    changed = [name for name in after if before.get(name) != after[name]]
    for mirror in mirrors if changed else ():
        yield Change(
            mirror=mirror,
            at=write.at,
            kind=ChangeKind.WRITE,
            before={"cluster": cluster, **{name: before.get(name) for name in changed}},
            after={"cluster": cluster, **{name: after[name] for name in changed}},
            by=write.by,
        )


def _fields(mirror: Mirror) -> dict[str, object]:
    return fields(mirror) | ({"cleanup": mirror.cleanup} if mirror.cleanup else {})
