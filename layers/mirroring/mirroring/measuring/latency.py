"""From readings to figures: how far a partition, a topic and a mirror are behind, in ms.

Pure, and told in docs/measurement.md with the reasons why. The steps are those of one sample:
`apply_commit` (commits.py) takes in what Connect and Kafka told, `lookup_timestamp` (waiting.py)
says which timestamp to look up, `span_to_verify` which offsets to fetch, `timestamp_to_test` which
timestamps to test, `evaluate` gives the figures.
"""

from mirroring.measuring.arrivals import heard, produced, rate
from mirroring.measuring.figures import (
    Fetched,
    PartitionLatency,
    PartitionReading,
    RecordAt,
    Timing,
    carry_over,
)
from mirroring.measuring.losses import lost
from mirroring.measuring.overdue import overdue, unproven
from mirroring.measuring.position import (
    LINGER_MS,
    NEVER,
    Ends,
    Position,
    bounds,
    remembered,
    written,
)
from mirroring.measuring.waiting import (
    SPARE,
    Waiting,
    found,
    is_copied,
    is_known_late,
    wait,
)

# So many records at the end may all be markers, and fetching them costs one answer.
FEW = 10
# A record is on its way for about as long; what waits longer is looked at.
BRIEF_MS = 1_000
# Connectors look for partitions every 60 s, and then have tasks to restart.
GRACE_MS = 180_000


def span_to_verify(
    position: Position, reading: PartitionReading, pace: Timing
) -> tuple[int, int] | None:
    """The offsets [from, to) to fetch before they may count as waiting; None: nothing to verify.

    Many records are believed to wait until they may breach the target soon; a few at the end may
    be transactions' markers, and are believed only as long as any record is on its way.
    """
    if is_copied(position, reading):
        return None
    oldest = found(position, reading, pace)
    if oldest is None:
        spare = SPARE if reading.running_since == NEVER and not reading.exact else 0
        start = unproven(position, reading, pace) + spare
        asked = start < reading.end and overdue(position, reading, pace)
        known = asked and is_known_late(position, reading, pace, start)
        return (start, reading.end) if asked and not known else None
    if oldest.offset == position.confirmed:
        return None
    ends = remembered(position.ends, reading.at, reading.end, position.proven_copied_to)
    likeliest = written(oldest.timestamp, oldest.offset, ends, position.late_by).likeliest
    soon = pace.target // 2
    believed = min(BRIEF_MS, soon) if reading.end - oldest.offset <= FEW else soon
    waits_long = likeliest is None or reading.at - likeliest > believed
    return (oldest.offset, reading.end) if waits_long else None


def timestamp_to_test(position: Position, reading: PartitionReading, pace: Timing) -> int | None:
    """The timestamp (ms) to test: where the oldest record is late by its own timestamp alone.

    If records that came after the sample which the timestamp follows are stamped before it, then
    timestamps here are no times of writing.
    """
    oldest = wait(position, reading, pace).oldest
    if oldest is None or oldest.offset >= reading.end:
        return None
    ends = remembered(position.ends, reading.at, reading.end, position.proven_copied_to)
    lower, upper = bounds(ends, oldest.offset)
    if lower is None or upper is None or reading.at - upper > pace.target:
        return None
    late = reading.at - written(oldest.timestamp, oldest.offset, ends).latest
    return lower - LINGER_MS if late > pace.target else None


def _tested(position: Position, oldest: RecordAt | None, reading: PartitionReading) -> Position:
    """The position with how much older than its writing a timestamp was seen to be.

    Forgotten once records before the oldest one are seen to be stamped when they were written.
    """
    lower, _ = bounds(position.ends, oldest.offset) if oldest else (None, None)
    if oldest is None or oldest.timestamp is None or lower is None:
        return position
    late_by = max(position.late_by, lower - oldest.timestamp)
    if reading.since_last is not None:
        before = next(end for at, end in position.ends if at == lower)
        if reading.since_last == NEVER or reading.since_last > before:
            late_by = max(late_by, reading.at - lower)
        elif oldest.offset > before:
            late_by = 0
    return position._replace(late_by=late_by)


def _untouched(position: Position) -> bool:
    """Whether nothing of a partition was copied yet, as far as is known."""
    return position.proven_copied_to == position.first and position.target_end <= 0


def _ages(position: Position, waits: Waiting, ends: Ends, now: int) -> tuple[int | None, int]:
    """How old the oldest record that waits likely is, and how old it is at least (ms)."""
    if waits.oldest is None:
        return None, 0
    when = written(waits.oldest.timestamp, waits.oldest.offset, ends, position.late_by)
    behind = None if when.likeliest is None else max(0, now - when.likeliest)
    return behind, max(0, now - when.latest) if waits.proven else 0


def evaluate(
    position: Position, reading: PartitionReading, pace: Timing, now: int
) -> tuple[Position, PartitionLatency]:
    """The partition's figures, and the position that the next sample starts from."""
    waits = wait(position, reading, pace)
    oldest = waits.oldest
    gone, position = lost(position, reading, pace)
    known = position.copied_to if waits.unknown else reading.end
    copied_to = max(known if oldest is None else oldest.offset, reading.start)
    caught_up = copied_to >= reading.end
    oldest = None if caught_up else oldest
    position = _tested(position, oldest, reading)
    ends = remembered(position.ends, reading.at, reading.end, position.proven_copied_to)
    behind, youngest = (0, 0) if caught_up else _ages(position, waits, ends, now)
    stuck = (
        not caught_up and waits.proven and position.last_progress_at <= position.seen < reading.at
    )
    figures = PartitionLatency(
        end=reading.end,
        waiting=0 if caught_up else reading.end - copied_to,
        behind=behind,
        youngest=youngest,
        proven=waits.proven and waits.unknown is None,
        unknown=waits.unknown,
        overdue=waits.overdue,
        fresh=position.since > 0 and now - position.since <= GRACE_MS and _untouched(position),
        old=not caught_up and copied_to < position.backfill_end,
        stuck=stuck,
        still=now - position.last_progress_at,
        produced=produced(position, reading),
        rate=rate(position, reading),
        lost=gone,
        **heard(position, reading, ends, oldest),
    )
    verified = reading.fetched is Fetched.NOTHING and reading.start <= position.proven_copied_to
    before = None if position.average == NEVER else position.average
    average = carry_over(before, figures.average, figures, pace)
    return position._replace(
        copied_to=copied_to,
        start=reading.start,
        ends=ends,
        verified=reading.end if verified else position.verified,
        confirmed=copied_to
        if isinstance(reading.fetched, RecordAt) and not caught_up
        else position.confirmed,
        produced=figures.produced,
        unsure=not figures.proven,
        behind=NEVER if behind is None else behind,
        average=NEVER if average is None else average,
    ), figures
