"""A mirror's status between its samples: the last one's, but for what is known without one. Pure.

The rows are tried in this order, like those of status_rows.py; what was lost, and what is worth
knowing beside a status, stays where another status takes the place of the last sample's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from mirroring import bounded
from mirroring.freshness import unsampled
from mirroring.measuring.status_inputs import StatusCase, StatusInputs
from mirroring.measuring.status_rows import row_1_removed, row_2_refused
from mirroring.mirror import HOLDS, Mirror
from mirroring.observation import Code, Observation, Reason, Severity, Status
from mirroring.reason_table import LASTING
from mirroring.reasons import reason
from mirroring.storing.observation_item import Summary


@dataclass(frozen=True, slots=True)
class Standing:
    """A mirror's status, since when, and why."""

    status: Status
    since: datetime
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a mirror at `now`; without it, the last sample is taken as it was.

    `refused` are Connect's words about the configuration.
    """

    mirror: Mirror
    seen: Summary | Observation | None
    refused: str | None
    now: datetime | None = None


def standing(known: Known) -> Standing:
    """The mirror's status by the first row that holds."""
    return next(found for row in ROWS if (found := row(known)) is not None)


def row_a_at_once(known: Known) -> Standing | None:
    """Being removed, or Connect refused the configuration: as a sample would say by row 1 or 2."""
    mirror, seen = known.mirror, known.seen
    case = StatusCase(StatusInputs(mirror.updated_at, mirror, known.refused), None, {})
    found = row_1_removed(case) or row_2_refused(case)
    if found is None:
        return None
    status, reasons = found
    if seen is not None and seen.status is status:
        return Standing(status, seen.status_since, seen.reasons)
    return Standing(status, mirror.updated_at, bounded.reasons((*reasons, *kept(seen))))


def row_b_not_sampled(known: Known) -> Standing | None:
    """No sample came for three minutes."""
    measured_at = known.seen.measured_at if known.seen else None
    if known.now is None:
        return None
    missing = unsampled(known.mirror, measured_at, known.now)
    if missing is None:
        return None
    return Standing(Status.UNKNOWN, missing.since, bounded.reasons((missing, *kept(known.seen))))


def row_c_not_yet_sampled(known: Known) -> Standing | None:
    """No sample came yet."""
    if known.seen is not None:
        return None
    return Standing(Status.CREATING, known.mirror.created_at, _with_pause(known))


def row_d_as_sampled(known: Known) -> Standing | None:
    """As the last sample says; a pause is pending until one saw it done."""
    seen = known.seen
    return Standing(seen.status, seen.status_since, _with_pause(known)) if seen else None


ROWS: tuple[Callable[[Known], Standing | None], ...] = (
    row_a_at_once,
    row_b_not_sampled,
    row_c_not_yet_sampled,
    row_d_as_sampled,
)


def _with_pause(known: Known) -> tuple[Reason, ...]:
    """The last sample's reasons, and whether a pause is pending: PAUSED itself is told later."""
    mirror, seen = known.mirror, known.seen
    reasons = seen.reasons if seen else ()
    hold = HOLDS.get(mirror.intent)
    others = tuple(one for one in reasons if one.code is not Code.PAUSE_PENDING)
    if hold is None:
        return others
    if len(others) < len(reasons) or (seen is not None and seen.status is Status.PAUSED):
        return reasons
    return (
        *reasons[: bounded.REASONS - 1],
        reason(Code.PAUSE_PENDING, mirror.updated_at, {"hold": hold}),
    )


def kept(seen: Summary | Observation | None) -> tuple[Reason, ...]:
    """What stays worth knowing when a status is replaced: losses, and what never decided it."""
    reasons = seen.reasons if seen else ()
    return tuple(
        one for one in reasons if one.code in LASTING or one.severity is not Severity.CRITICAL
    )
