"""Whether the commit of an offset should have come by now. Pure."""

from mirroring.kafka_types import Fault
from mirroring.measuring.figures import PartitionReading, Timing
from mirroring.measuring.position import NEVER, Position, bounds

# Clocks of producers and brokers may differ by some minutes; beyond that a stamp is no clock's.
FUTURE_MS = 5 * 60_000


def usable(newest: int | None, now: int) -> bool:
    """Whether the newest target timestamp may be looked up: known, and not from the future."""
    return newest is not None and NEVER < newest <= now + FUTURE_MS


def is_foreign(position: Position, reading: PartitionReading, pace: Timing) -> bool:
    """Whether something arrived so long after the last commit that it cannot be this mirror's."""
    last = max(position.commit_advanced_at, position.began, reading.running_since)
    return (
        reading.offsets_known
        and pace.learnt
        and last > 0
        and position.last_progress_at - last > pace.overdue
    )


def unproven(position: Position, reading: PartitionReading, pace: Timing) -> int:
    """The first offset that cannot be copied by now: past the commit, and what arrived since it.

    That count is believed only while commits come as they use to: others may write to the target,
    too. Where no commit is told, what came after the target had begun to stand still.
    """
    if not reading.offsets_known:
        return max(position.proven_copied_to, _unarrived(position, reading))
    silent = reading.exact or (
        pace.learnt and reading.at - position.commit_advanced_at > pace.overdue
    )
    return position.proven_copied_to + (0 if silent else position.arrived)


def _unarrived(position: Position, reading: PartitionReading) -> int:
    """The first offset that appeared after a sample in which the target's end was what it is now.

    One sample later than that: source and target are not read at the same moment.
    """
    if reading.target_end != position.target_end:
        return reading.end
    return next((end for at, end in position.ends if at > position.last_progress_at), reading.end)


def overdue(
    position: Position, reading: PartitionReading, pace: Timing, offset: int | None = None
) -> bool:
    """Whether the commit of an offset, the first unproven one if none is said, should have come.

    It follows the copy, so after an outage it is not due at once: not since a connector was started
    or resumed, nor since records began to arrive again. A held connector owes no commit, and is
    judged by its last one only where no timestamp can be looked up. Of a topic that was made again
    the commit of its records may be the one that is taken for its predecessor's. In transactions
    it comes with the records. Until the flush interval is learnt, what arrives excuses a late one,
    and so does a target that cannot be read.
    """
    if reading.exact and reading.offsets_known:
        return True
    start = unproven(position, reading, pace)
    first = start if offset is None else offset
    _, upper = bounds(position.ends, first)
    heeded = (
        not reading.offsets_known
        or reading.committed is None
        or reading.committed != position.ignored
    )
    held = reading.running_since == NEVER
    if not heeded or upper is None or (held and usable(position.newest, reading.at)):
        return False
    unseen = isinstance(reading.target_end, Fault)
    if not pace.learnt and (unseen or reading.at - position.last_progress_at <= pace.overdue):
        return False
    since = max(reading.running_since, position.began)
    follows = offset if start == position.proven_copied_to else None
    late = reading.at - max(upper, since) > pace.overdue
    return late or lags(position, reading, pace, since, follows)


def lags(
    position: Position,
    reading: PartitionReading,
    pace: Timing,
    since: int = 0,
    offset: int | None = None,
) -> bool:
    """Whether the commit itself is older than a mirror's that is in time: all there is to judge by
    where no timestamp can be looked up.

    It is as old as the record that follows it: that is at `offset` where markers lie before.
    """
    _, upper = bounds(position.ends, position.proven_copied_to if offset is None else offset)
    if usable(position.newest, reading.at) or reading.target_end == 0 or upper is None:
        return False
    return reading.offsets_known and reading.at - max(upper, since) > pace.target + pace.overdue
