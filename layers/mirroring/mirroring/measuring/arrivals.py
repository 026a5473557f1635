"""What was written to a source, and heard to arrive on the target. Pure."""

from mirroring.measuring.figures import PartitionReading, RecordAt
from mirroring.measuring.overdue import usable
from mirroring.measuring.position import LINGER_MS, NEVER, Ends, Position, bounds, written


def produced(position: Position, reading: PartitionReading) -> int:
    """When the newest record was written (ms): known from the first look, or from a moved end."""
    if reading.end == position.end:
        return position.produced
    if isinstance(reading.newest, int) and usable(reading.newest, reading.at):
        return max(position.seen, min(reading.newest, reading.at))
    return reading.at


def rate(position: Position, reading: PartitionReading) -> float | None:
    """Records a second written since the last sample."""
    elapsed = reading.at - position.seen
    return max(0, reading.end - position.end) * 1000 / elapsed if elapsed > 0 else None


def heard(
    position: Position, reading: PartitionReading, ends: Ends, oldest: RecordAt | None
) -> dict[str, int]:
    """The latencies (ms) of the records heard arriving: `heard` holds (arrival, timestamp).

    A timestamp older than the oldest record that could still come tells nothing of latency: it is
    no time of writing (event time, or a clock that is behind), unless it may be a second copy of
    what is not committed, as a killed worker's task makes them. LINGER_MS is what a producer may
    hold a record back. One from after its arrival is a clock that is ahead, and counts as 0. Where
    most tell nothing, the others are as little times of writing, and look like it by chance.
    """
    if not reading.heard:
        return {}
    lower, _ = bounds(position.ends, position.proven_copied_to)
    floor = reading.at
    if oldest is not None:
        floor = written(oldest.timestamp, oldest.offset, ends, position.late_by).likeliest or NEVER
    elif position.proven_copied_to < reading.end and not usable(position.newest, reading.at):
        floor = reading.at if lower is None else lower
    floor -= LINGER_MS
    possible = NEVER if lower is None else min(floor, lower - LINGER_MS)
    latencies = [max(0, arrived - stamp) for arrived, stamp in reading.heard if stamp >= floor]
    if 2 * len(latencies) < len(reading.heard):
        latencies = []
    return {
        "heard": len(latencies),
        "heard_sum": sum(latencies),
        "heard_max": max(latencies, default=0),
        "skewed": sum(1 for arrived, stamp in reading.heard if not possible <= stamp <= arrived),
    }
