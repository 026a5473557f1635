"""Whether a sample's judgement is news to people: a fault that lasts, a new finding, a recovery.

People know what they were told last (`Observation.told`), so that a fault is told whatever came
before it, and nothing is told to be over that nobody was told of.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from mirroring.observation import (
    Change,
    ChangeKind,
    Code,
    LastAlerted,
    Observation,
    Reason,
    Severity,
    Status,
)
from mirroring.reason_table import LASTING, QUIET, outage

FAULTS = frozenset({Status.OUT_OF_SYNC, Status.FAILED, Status.UNKNOWN})
AS_ASKED = frozenset({Status.CREATING, Status.PAUSED, Status.DELETING})
NOTHING_WRONG = LastAlerted(status=Status.IN_SYNC)


def is_news(before: Observation | None, after: Observation) -> bool:
    """Whether people are told: not of what they did themselves, nor of a mirror's first copying."""
    if is_quiet(after):
        return False
    known = known_before(before)
    if after.status is Status.IN_SYNC:
        return known.status is not Status.IN_SYNC
    if after.status is Status.STALE_TOPIC:
        return before is not None and not is_quiet(before) and before.status is not after.status
    if known.status is after.status:
        return bool(_new(before, after))
    return before is not None and _lasts(before, after)


def concluded(
    before: Observation | None, after: Observation, was: tuple[Status, datetime], at: datetime
) -> tuple[Observation, Change | None]:
    """The sample with what people know after it, and the line that it adds to the changes, if any.

    `was` is the status before it, and since when; `at` the moment of the judgement.
    """
    news = is_news(before, after)
    told = _told(before, after) if news else known_before(before)
    after = after.model_copy(update={"told": told})
    if was[0] is after.status and not news:
        return after, None
    return after, _change(before, after, was, at)


def is_quiet(seen: Observation) -> bool:
    """Whether a mirror is as a person wants it now, or only copies records older than itself."""
    explained = any(one.code in QUIET for one in seen.reasons)
    return seen.status in AS_ASKED or (seen.status is Status.OUT_OF_SYNC and explained)


def known_before(before: Observation | None) -> LastAlerted:
    """What people know; 0.1 did not store it, and told of each fault that was no first look."""
    if before is None:
        return NOTHING_WRONG
    if before.told is not None:
        return before.told
    if is_quiet(before) or before.sequence == 1:
        return NOTHING_WRONG
    return LastAlerted(status=before.status, codes=tuple(sorted(_critical(before))))


def _told(before: Observation | None, after: Observation) -> LastAlerted:
    """What people know once they were told of a sample that is news."""
    known = known_before(before)
    codes = known.codes if known.status is after.status else ()
    return LastAlerted(status=after.status, codes=tuple(sorted({*codes, *_critical(after)})))


def _change(
    before: Observation | None, after: Observation, was: tuple[Status, datetime], at: datetime
) -> Change:
    """The line; what people do not know of is its first reason."""
    (status, since), new = was, _new(before, after)
    took = (after.status_since - since) // timedelta(milliseconds=1)
    return Change(
        mirror=after.mirror,
        at=at,
        kind=ChangeKind.STATUS,
        before=status,
        after=after.status,
        reasons=tuple(sorted(after.reasons, key=lambda one: one not in new)),
        took_ms=None if status is after.status else took,
        alert=is_news(before, after),
    )


def _lasts(before: Observation, after: Observation) -> bool:
    """Whether a fault is told now: what follows a quiet time may only be its end (a restart)."""
    both_out = before.status is Status.OUT_OF_SYNC is after.status
    return both_out or not is_quiet(before)


def _new(before: Observation | None, after: Observation) -> list[Reason]:
    """The critical reasons that people do not know of in a fault that they do know of."""
    known = known_before(before)
    if before is None or known.status is not after.status:
        return []
    return [
        one
        for one in after.reasons
        if one.severity is Severity.CRITICAL
        and (outage(one.code) not in known.codes or _is_new_finding(one, before))
    ]


def _is_new_finding(one: Reason, before: Observation) -> bool:
    return one.code in LASTING and one.since > before.measured_at


def _critical(seen: Observation) -> Iterable[Code]:
    return {outage(one.code) for one in seen.reasons if one.severity is Severity.CRITICAL}
