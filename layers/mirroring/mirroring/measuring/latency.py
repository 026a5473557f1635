"""From readings to figures: how far a partition, a topic and a mirror are behind, in ms.

Pure, and told in docs/measurement.md with the reasons why. The steps are those of one sample:
`reach` takes in what Connect and Kafka told, `asks_from` says which timestamp to look up, `doubt`
which offsets to fetch, `disputed` which timestamps to test, `conclude` gives the figures.
"""

from dataclasses import replace

from mirroring.kafka_types import Fault
from mirroring.measuring.arrivals import heard, produced, rate
from mirroring.measuring.figures import (
    Fetched,
    PartitionLatency,
    PartitionReading,
    RecordAt,
    Timing,
    lasting,
)
from mirroring.measuring.losses import lost
from mirroring.measuring.position import (
    LINGER_MS,
    NEVER,
    Ends,
    Position,
    bounds,
    lowered,
    remembered,
    written,
)
from mirroring.measuring.waiting import (
    SPARE,
    Waiting,
    found,
    is_copied,
    is_known_late,
    overdue,
    unproven,
    usable,
    wait,
)

# So many records at the end may all be markers, and fetching them costs one answer.
FEW = 10
# A record is on its way for about as long; what waits longer is looked at.
BRIEF_MS = 1_000
# Connectors look for partitions every 60 s, and then have tasks to restart.
GRACE_MS = 180_000


def moved(position: Position, look: PartitionReading) -> bool:
    """Whether a partition wants a closer look: something moved, or is not proven to be copied.

    So the target's end is known from the sample that saw the last commit.
    """
    proven = _proven(position, look)
    doubtful = proven < look.end and position.verified != look.end
    rose = proven > position.mirrored
    fell = _told(position, look) < position.committed
    behind = look.start > position.mirrored
    return look.end != position.end or rose or doubtful or fell or behind


def _heeded(position: Position, look: PartitionReading) -> bool:
    """Whether the committed offset says something: not one of a topic's predecessor."""
    return look.committed is not None and look.committed != position.ignored


def _proven(position: Position, look: PartitionReading) -> int:
    """The offset below which the committed offset proves every record to be copied."""
    if look.committed is None or not _heeded(position, look):
        return position.mirrored
    return max(position.mirrored, look.committed + 1)


def reach(position: Position, look: PartitionReading) -> Position:
    """Take in the committed offset, and whatever else proves that records were copied.

    The newest target timestamp is believed only while nothing arrived since it was read.
    """
    position = _fallen(position, look)
    proven = _proven(position, look)
    mirrored = min(proven, look.end)
    end = None if isinstance(look.target_end, Fault) else look.target_end
    arrived = end is not None and end > max(position.target_end, 0)
    rose = proven > position.mirrored
    moves = arrived or rose
    begins = moves and position.moved < position.seen and _may_begin(position)
    return replace(
        position,
        mirrored=mirrored,
        front=max(position.front, mirrored),
        newest=_newest(position, look, still=end is not None and end == position.target_end),
        target_end=position.target_end if end is None else end,
        base=max(position.target_end, 0) if rose or begins else position.base,
        rose=look.at if rose else position.rose,
        moved=look.at if moves else position.moved,
        began=look.at if begins else position.began,
        ignored=NEVER if _heeded(position, look) else position.ignored,
        committed=_told(position, look),
    )


def _may_begin(position: Position) -> bool:
    """Whether records that arrive again excuse a late commit: once, until a commit has come.

    Else somebody's record every few minutes would excuse a dead mirror for ever.
    """
    return position.began == 0 or position.rose >= position.began


def _told(position: Position, look: PartitionReading) -> int:
    if not look.told:
        return position.committed
    return NEVER if look.committed is None else look.committed


def _fallen(position: Position, look: PartitionReading) -> Position:
    """A commit that falls takes the position with it where the target was emptied.

    Where it was not, what is copied again lies there already. A mirror that was to start at the
    end, and whose first commit is older, has started at the beginning.
    """
    told = _told(position, look)
    at_first = position.committed == NEVER < told and _heeded(position, look)
    if at_first and told + 1 < position.first and look.start < position.first:
        copied = max(told + 1, look.start)
        return replace(position, first=look.start, mirrored=copied, front=copied)
    fell = told < position.committed or position.target_end == NEVER
    if look.told and fell and position.emptied:
        return lowered(position, max(told + 1, position.first, look.start))
    return position


def _newest(position: Position, look: PartitionReading, *, still: bool) -> int:
    """The newest timestamp on the target that may be looked up; NEVER for none."""
    if look.newest is not None and not isinstance(look.newest, Fault):
        return look.newest if usable(look.newest, look.at) else NEVER
    return position.newest if still and isinstance(look.newest, Fault) else NEVER


def doubt(position: Position, look: PartitionReading, pace: Timing) -> tuple[int, int] | None:
    """The offsets [from, to) to fetch before they may count as waiting; None: nothing to verify.

    Many records are believed to wait until they may breach the target soon; a few at the end may
    be transactions' markers, and are believed only as long as any record is on its way.
    """
    if is_copied(position, look):
        return None
    oldest = found(position, look, pace)
    if oldest is None:
        spare = SPARE if look.runs == NEVER and not look.exact else 0
        start = unproven(position, look, pace) + spare
        asked = start < look.end and overdue(position, look, pace)
        known = asked and is_known_late(position, look, pace, start)
        return (start, look.end) if asked and not known else None
    if oldest.offset == position.confirmed:
        return None
    ends = remembered(position.ends, look.at, look.end, position.mirrored)
    likeliest = written(oldest.timestamp, oldest.offset, ends, position.late_by).likeliest
    soon = pace.target // 2
    believed = min(BRIEF_MS, soon) if look.end - oldest.offset <= FEW else soon
    waits_long = likeliest is None or look.at - likeliest > believed
    return (oldest.offset, look.end) if waits_long else None


def disputed(position: Position, look: PartitionReading, pace: Timing) -> int | None:
    """The timestamp (ms) to test: where the oldest record is late by its own timestamp alone.

    If records that came after the sample which the timestamp follows are stamped before it, then
    timestamps here are no times of writing.
    """
    oldest = wait(position, look, pace).oldest
    if oldest is None or oldest.offset >= look.end:
        return None
    ends = remembered(position.ends, look.at, look.end, position.mirrored)
    lower, upper = bounds(ends, oldest.offset)
    if lower is None or upper is None or look.at - upper > pace.target:
        return None
    late = look.at - written(oldest.timestamp, oldest.offset, ends).latest
    return lower - LINGER_MS if late > pace.target else None


def _tested(position: Position, oldest: RecordAt | None, look: PartitionReading) -> Position:
    """The position with how much older than its writing a timestamp was seen to be.

    Forgotten once records before the oldest one are seen to be stamped when they were written.
    """
    lower, _ = bounds(position.ends, oldest.offset) if oldest else (None, None)
    if oldest is None or oldest.timestamp is None or lower is None:
        return position
    late_by = max(position.late_by, lower - oldest.timestamp)
    if look.since_last is not None:
        before = next(end for at, end in position.ends if at == lower)
        if look.since_last == NEVER or look.since_last > before:
            late_by = max(late_by, look.at - lower)
        elif oldest.offset > before:
            late_by = 0
    return replace(position, late_by=late_by)


def _untouched(position: Position) -> bool:
    """Whether nothing of a partition was copied yet, as far as is known."""
    return position.mirrored == position.first and position.target_end <= 0


def _ages(position: Position, waits: Waiting, ends: Ends, now: int) -> tuple[int | None, int]:
    """How old the oldest record that waits likely is, and how old it is at least (ms)."""
    if waits.oldest is None:
        return None, 0
    when = written(waits.oldest.timestamp, waits.oldest.offset, ends, position.late_by)
    behind = None if when.likeliest is None else max(0, now - when.likeliest)
    return behind, max(0, now - when.latest) if waits.proven else 0


def conclude(
    position: Position, look: PartitionReading, pace: Timing, now: int
) -> tuple[Position, PartitionLatency]:
    """The partition's figures, and the position that the next sample starts from."""
    waits = wait(position, look, pace)
    oldest = waits.oldest
    gone, position = lost(position, look, pace)
    known = position.front if waits.unknown else look.end
    front = max(known if oldest is None else oldest.offset, look.start)
    caught_up = front >= look.end
    oldest = None if caught_up else oldest
    position = _tested(position, oldest, look)
    ends = remembered(position.ends, look.at, look.end, position.mirrored)
    behind, youngest = (0, 0) if caught_up else _ages(position, waits, ends, now)
    stuck = not caught_up and waits.proven and position.moved <= position.seen < look.at
    figures = PartitionLatency(
        end=look.end,
        waiting=0 if caught_up else look.end - front,
        behind=behind,
        youngest=youngest,
        proven=waits.proven and waits.unknown is None,
        unknown=waits.unknown,
        fresh=position.since > 0 and now - position.since <= GRACE_MS and _untouched(position),
        old=not caught_up and front < position.origin,
        stuck=stuck,
        still=now - position.moved,
        produced=produced(position, look),
        rate=rate(position, look),
        lost=gone,
        **heard(position, look, ends, oldest),
    )
    verified = look.fetched is Fetched.NOTHING and look.start <= position.mirrored
    before = None if position.average == NEVER else position.average
    average = lasting(before, figures.average, figures, pace)
    return replace(
        position,
        front=front,
        start=look.start,
        ends=ends,
        verified=look.end if verified else position.verified,
        confirmed=front
        if isinstance(look.fetched, RecordAt) and not caught_up
        else position.confirmed,
        produced=figures.produced,
        unsure=not figures.proven,
        behind=NEVER if behind is None else behind,
        average=NEVER if average is None else average,
    ), figures
