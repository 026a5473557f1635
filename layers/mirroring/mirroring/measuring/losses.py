"""How many records a source deleted before they were copied. Pure."""

from mirroring.kafka_types import Fault
from mirroring.measuring.figures import PartitionReading, Timing
from mirroring.measuring.overdue import is_foreign
from mirroring.measuring.position import Position


def lost(position: Position, reading: PartitionReading, pace: Timing) -> tuple[int, Position]:
    """How many records retention took before they were copied, once that is certain.

    Certain at once when nothing reached the target since the last sample, which knew what waited;
    else when the committed offset, which is told late, and what arrived since it do not pass where
    the source began in any sample until that is overdue. What arrives then is somebody else's; what
    came before may be copies whose commit never comes: a worker that was killed cannot read again
    what the source has deleted. The commit lags behind that start for ever where records are
    deleted once they are copied.
    """
    if reading.start <= position.proven_copied_to:
        return 0, position._replace(gap_since=0) if position.gap_since else position
    still = not isinstance(reading.target_end, Fault) and position.last_progress_at <= position.seen
    if still and not position.gap_since and not position.unsure:
        copied, certain = position.copied_to, True
    else:
        passed = position.proven_copied_to >= position.start
        since = reading.at if passed or not position.gap_since else position.gap_since
        position = position._replace(gap_since=since)
        certain = reading.offsets_known and reading.at - since > pace.overdue
        arrived = 0 if reading.exact or is_foreign(position, reading, pace) else position.arrived
        copied = max(position.proven_copied_to + arrived, position.verified)
    if not certain or copied >= reading.start:
        return 0, position
    gone = reading.start - max(copied, position.proven_copied_to)
    copied_to = max(position.copied_to, reading.start)
    return gone, position._replace(proven_copied_to=reading.start, copied_to=copied_to, gap_since=0)
