"""What committed offsets prove: which partitions want a closer look, and what is copied. Pure."""

from mirroring.kafka_types import Fault
from mirroring.measuring.figures import PartitionReading
from mirroring.measuring.overdue import usable
from mirroring.measuring.position import NEVER, Position, lowered


def needs_inspection(position: Position, reading: PartitionReading) -> bool:
    """Whether a partition wants a closer look: something moved, or is not proven to be copied.

    So the target's end is known from the sample that saw the last commit.
    """
    proven = _proven(position, reading)
    doubtful = proven < reading.end and position.verified != reading.end
    advanced = proven > position.proven_copied_to
    fell = _committed(position, reading) < position.committed
    behind = reading.start > position.proven_copied_to
    return reading.end != position.end or advanced or doubtful or fell or behind


def _heeded(position: Position, reading: PartitionReading) -> bool:
    """Whether the committed offset says something: not one of a topic's predecessor."""
    return reading.committed is not None and reading.committed != position.ignored


def _proven(position: Position, reading: PartitionReading) -> int:
    """The offset below which the committed offset proves every record to be copied."""
    if reading.committed is None or not _heeded(position, reading):
        return position.proven_copied_to
    return max(position.proven_copied_to, reading.committed + 1)


def apply_commit(position: Position, reading: PartitionReading) -> Position:
    """Take in the committed offset, and whatever else proves that records were copied.

    The newest target timestamp is believed only while nothing arrived since it was read.
    """
    position = _fallen(position, reading)
    proven = _proven(position, reading)
    copied = min(proven, reading.end)
    end = None if isinstance(reading.target_end, Fault) else reading.target_end
    arrived = end is not None and end > max(position.target_end, 0)
    advanced = proven > position.proven_copied_to
    moves = arrived or advanced
    begins = moves and position.last_progress_at < position.seen and _may_begin(position)
    anew = advanced or begins
    return position._replace(
        proven_copied_to=copied,
        copied_to=max(position.copied_to, copied),
        newest=_newest(position, reading, still=end is not None and end == position.target_end),
        target_end=position.target_end if end is None else end,
        target_end_at_commit=max(position.target_end, 0) if anew else position.target_end_at_commit,
        commit_advanced_at=reading.at if advanced else position.commit_advanced_at,
        last_progress_at=reading.at if moves else position.last_progress_at,
        began=reading.at if begins else position.began,
        ignored=NEVER if _heeded(position, reading) else position.ignored,
        committed=_committed(position, reading),
    )


def _may_begin(position: Position) -> bool:
    """Whether records that arrive again excuse a late commit: once, until a commit has come.

    Else somebody's record every few minutes would excuse a dead mirror for ever.
    """
    return position.began == 0 or position.commit_advanced_at >= position.began


def _committed(position: Position, reading: PartitionReading) -> int:
    if not reading.offsets_known:
        return position.committed
    return NEVER if reading.committed is None else reading.committed


def _fallen(position: Position, reading: PartitionReading) -> Position:
    """A commit that falls takes the position with it where the target was emptied.

    Where it was not, what is copied again lies there already. A mirror that was to start at the
    end, and whose first commit is older, has started at the beginning.
    """
    committed = _committed(position, reading)
    at_first = position.committed == NEVER < committed and _heeded(position, reading)
    if at_first and committed + 1 < position.first and reading.start < position.first:
        copied = max(committed + 1, reading.start)
        return position._replace(first=reading.start, proven_copied_to=copied, copied_to=copied)
    fell = committed < position.committed or position.target_end == NEVER
    if reading.offsets_known and fell and position.emptied:
        return lowered(position, max(committed + 1, position.first, reading.start))
    return position


def _newest(position: Position, reading: PartitionReading, *, still: bool) -> int:
    """The newest timestamp on the target that may be looked up; NEVER for none."""
    if reading.newest is not None and not isinstance(reading.newest, Fault):
        return reading.newest if usable(reading.newest, reading.at) else NEVER
    return position.newest if still and isinstance(reading.newest, Fault) else NEVER
