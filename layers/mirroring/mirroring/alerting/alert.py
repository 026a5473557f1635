"""A change of status in words: whether people are told, and what e-mail, SMS and programs get."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from mirroring import bounded
from mirroring.mirror import Mirror
from mirroring.observation import Change, Reason, Severity, Status
from mirroring.reasons import duration

SEVERITIES = {
    Status.OUT_OF_SYNC: Severity.CRITICAL,
    Status.FAILED: Severity.CRITICAL,
    Status.STALE_TOPIC: Severity.WARNING,
    Status.UNKNOWN: Severity.WARNING,
}
# SNS takes subjects of less than 100 characters; 140 bytes of ASCII are one SMS.
SUBJECT_CHARACTERS = 99
SMS_BYTES = 140
REASONS_TOLD = 10


@dataclass(frozen=True, slots=True)
class Alert:
    """What people are told of a change, or of many; `event` is the same as JSON, for programs."""

    mirrors: tuple[str, ...]
    status: Status
    severity: Severity
    subject: str
    email: str
    sms: str
    event: str


def severity(status: Status) -> Severity:
    """How much it matters that a mirror came to this status."""
    return SEVERITIES.get(status, Severity.INFO)


def worded(change: Change, mirror: Mirror) -> Alert:
    """The words for a change of status of this mirror."""
    status = Status(str(change.after))
    what = _what(change, status)
    return Alert(
        mirrors=(mirror.name,),
        status=status,
        severity=severity(status),
        subject=fit(f"{mirror.name} {what}", SUBJECT_CHARACTERS),
        email="\n".join(_email(change, status, mirror)),
        sms=fit(f"Lockstep: {mirror.name} {_sms(change, status) or what}", SMS_BYTES),
        event=_event(change, severity(status), mirror),
    )


def _what(change: Change, status: Status) -> str:
    """`OUT_OF_SYNC: STALLED`, or `IN_SYNC again after 3 min OUT_OF_SYNC`."""
    if status is Status.IN_SYNC:
        return f"IN_SYNC again{_downtime(change)}"
    return f"{status}: {change.reasons[0].code}" if change.reasons else status


def _downtime(change: Change) -> str:
    if change.took_ms is None:
        return ""
    return f" after {duration(change.took_ms)} {change.before}"


def _sms(change: Change, status: Status) -> str:
    """The first reason in its own words; '' where there is none."""
    if status is Status.IN_SYNC or not change.reasons:
        return ""
    return f"{status}: {change.reasons[0].message}"


def _email(change: Change, status: Status, mirror: Mirror) -> Iterator[str]:
    yield f"The mirror {mirror.name} is {status} since {_moment(change.at)}."
    if change.took_ms is not None:
        yield f"Before that it was {change.before} for {duration(change.took_ms)}."
    yield ""
    yield f"  copies          {bounded.text(mirror.topics_regex)}"
    yield f"  from            {mirror.source.alias}"
    yield f"  to              {mirror.target_cluster}, by {mirror.connect_cluster}"
    yield f"  target latency  {duration(mirror.target_latency)}"
    for reason in change.reasons[:REASONS_TOLD]:
        yield from _paragraph(reason)
    if len(change.reasons) > REASONS_TOLD:
        yield from ("", f"... and {len(change.reasons) - REASONS_TOLD} reasons more.")
    yield ""
    yield f"Look closer: GET /mirrors/{mirror.name} and GET /mirrors/{mirror.name}/changes"


def _paragraph(reason: Reason) -> Iterator[str]:
    yield ""
    yield f"{reason.severity.upper()} {reason.code}, since {_moment(reason.since)}"
    yield f"  {reason.message}"
    yield f"  What to do: {reason.action}"


def _event(change: Change, how_bad: Severity, mirror: Mirror) -> str:
    """The change as JSON, as `GET .../changes` shows it, with the facts of its mirror."""
    facts = {
        "mirror": mirror.name,
        "severity": how_bad,
        "source": mirror.source.alias,
        "target": mirror.target_cluster,
        "connectCluster": mirror.connect_cluster,
        "targetLatency": mirror.target_latency,
        "from": change.before,
        "to": change.after,
    }
    shown = {"at", "kind", "took_ms"}
    told = change.model_dump(mode="json", by_alias=True, include=shown)
    reasons = change.reasons[:REASONS_TOLD]
    said = [one.model_dump(mode="json", by_alias=True, exclude_none=True) for one in reasons]
    return json.dumps(facts | told | {"reasons": said}, ensure_ascii=False)


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def fit(text: str, length: int) -> str:
    """One line of ASCII that fits: a backtick or one typographic character makes an SMS two."""
    line = " ".join(text.split()).replace("`", "'").encode("ascii", "replace").decode()
    return line if len(line) <= length else f"{line[: length - 3]}..."
