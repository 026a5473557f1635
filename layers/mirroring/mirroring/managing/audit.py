"""What a person's write leaves in a mirror's changes: who, when, and which fields became what."""

from datetime import datetime

from mirroring.answering.view import fields
from mirroring.mirror import Mirror
from mirroring.observation import Change, ChangeKind


def written(before: Mirror | None, after: Mirror, by: str | None, at: datetime) -> Change:
    """The line of a write; `from` is empty for a new mirror, else both hold what differs."""
    old, new = fields(before) if before else {}, fields(after)
    changed = [name for name in new if old.get(name) != new[name]]
    return Change(
        mirror=after.name,
        at=at,
        kind=ChangeKind.WRITE,
        before={name: old[name] for name in changed} if before else None,
        after={name: new[name] for name in changed},
        by=by,
    )
