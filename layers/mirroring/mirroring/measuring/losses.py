"""How many records a source deleted before they were copied. Pure."""

from dataclasses import replace

from mirroring.kafka_types import Fault
from mirroring.measuring.figures import PartitionReading, Timing
from mirroring.measuring.position import Position
from mirroring.measuring.waiting import is_foreign


def lost(position: Position, look: PartitionReading, pace: Timing) -> tuple[int, Position]:
    """How many records retention took before they were copied, once that is certain.

    Certain at once when nothing reached the target since the last sample, which knew what waited;
    else when the committed offset, which is told late, and what arrived since it do not pass where
    the source began in any sample until that is overdue. What arrives then is somebody else's; what
    came before may be copies whose commit never comes: a worker that was killed cannot read again
    what the source has deleted. The commit lags behind that start for ever where records are
    deleted once they are copied.
    """
    if look.start <= position.mirrored:
        return 0, replace(position, gap_since=0) if position.gap_since else position
    still = not isinstance(look.target_end, Fault) and position.moved <= position.seen
    if still and not position.gap_since and not position.unsure:
        copied, certain = position.front, True
    else:
        passed = position.mirrored >= position.start
        since = look.at if passed or not position.gap_since else position.gap_since
        position = replace(position, gap_since=since)
        certain = look.told and look.at - since > pace.overdue
        arrived = 0 if look.exact or is_foreign(position, look, pace) else position.arrived
        copied = max(position.mirrored + arrived, position.verified)
    if not certain or copied >= look.start:
        return 0, position
    gone = look.start - max(copied, position.mirrored)
    front = max(position.front, look.start)
    return gone, replace(position, mirrored=look.start, front=front, gap_since=0)
