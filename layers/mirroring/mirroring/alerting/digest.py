"""Many changes of one run as one message, which names what most of them have in common."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mirroring.alerting.alert import SMS_BYTES, SUBJECT_CHARACTERS, Alert, fit, severity
from mirroring.mirror import Mirror
from mirroring.observation import Change, Reason, Severity, Status

NAMES_TOLD = 10
NAMES_IN_EVENT = 50
GROUPS_TOLD = 20


@dataclass(frozen=True, slots=True)
class Group:
    """Mirrors of one Connect cluster that came to one status for one reason (None: without)."""

    status: Status
    connect_cluster: str
    reason: Reason | None
    mirrors: tuple[str, ...]

    @property
    def headline(self) -> str:
        """`250 mirrors of us-connect are UNKNOWN: CONNECT_UNREACHABLE`."""
        count = len(self.mirrors)
        some = "1 mirror" if count == 1 else f"{count} mirrors"
        verb = "is" if count == 1 else "are"
        why = f": {self.reason.code}" if self.reason else ""
        return f"{some} of {self.connect_cluster} {verb} {self.status}{why}"


def digest(changes: Sequence[tuple[Change, Mirror]]) -> Alert:
    """One message about all of the changes, oldest first; of a mirror's several the last counts."""
    groups = _groups(changes)
    first = groups[0]
    gravest = min((severity(one.status) for one in groups), key=lambda one: one.rank)
    others = len({mirror.name for _, mirror in changes}) - len(first.mirrors)
    more = f"; and {others} more" if others else ""
    return Alert(
        mirrors=tuple(name for group in groups for name in group.mirrors),
        status=first.status,
        severity=gravest,
        subject=fit(f"{first.headline}{more}", SUBJECT_CHARACTERS),
        email="\n".join(_email(groups)),
        sms=fit(f"Lockstep: {first.headline}{more}", SMS_BYTES),
        event=_event(groups, gravest),
    )


def _groups(changes: Sequence[tuple[Change, Mirror]]) -> list[Group]:
    """The gravest first, and of those the largest."""
    last = {mirror.name: (change, mirror) for change, mirror in changes}
    found: dict[tuple[str, str, str], list[tuple[Change, Mirror]]] = {}
    for change, mirror in last.values():
        code = change.reasons[0].code if change.reasons else ""
        found.setdefault((str(change.after), mirror.connect_cluster, code), []).append(
            (change, mirror)
        )
    groups = [
        Group(
            Status(status),
            cluster,
            next(iter(of[0][0].reasons), None),
            tuple(mirror.name for _, mirror in of),
        )
        for (status, cluster, _), of in found.items()
    ]
    return sorted(groups, key=lambda one: (severity(one.status).rank, -len(one.mirrors)))


def _email(groups: Sequence[Group]) -> Iterator[str]:
    yield "Many mirrors changed at once."
    for group in groups[:GROUPS_TOLD]:
        yield from ("", f"{group.headline}.")
        if group.reason is not None:
            yield f"  The first of them: {group.reason.message}"
            yield f"  What to do: {group.reason.action}"
        yield from (f"  - {name}" for name in group.mirrors[:NAMES_TOLD])
        if len(group.mirrors) > NAMES_TOLD:
            yield f"  ... and {len(group.mirrors) - NAMES_TOLD} more."
    if len(groups) > GROUPS_TOLD:
        rest = sum(len(one.mirrors) for one in groups[GROUPS_TOLD:])
        yield from ("", f"... and {rest} mirrors more.")
    yield ""
    yield "Look closer: GET /mirrors?status=OUT_OF_SYNC,UNKNOWN,FAILED"


def _event(groups: Sequence[Group], gravest: Severity) -> str:
    """The groups as JSON, for programs."""
    return json.dumps(
        {
            "severity": gravest,
            "groups": [
                {
                    "to": group.status,
                    "connectCluster": group.connect_cluster,
                    "reason": group.reason and group.reason.code,
                    "mirrors": group.mirrors[:NAMES_IN_EVENT],
                    "mirrorsTotal": len(group.mirrors),
                }
                for group in groups[:GROUPS_TOLD]
            ],
            "groupsTotal": len(groups),
        }
    )
