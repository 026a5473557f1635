"""What is remembered of a mirrored partition between two samples, and when its offsets appeared."""

from datetime import UTC, datetime
from typing import NamedTuple

RING = 16
NEVER = -1
# What a producer may hold a record back (linger.ms, a slow link) and still stamp it in good faith.
LINGER_MS = 2_000

Ends = tuple[tuple[int, int], ...]


class Position(NamedTuple):
    """One mirrored partition; times in ms, offsets are the source's unless they say otherwise.

    Every record below `proven_copied_to` is on the target for certain; every one below `copied_to`
    as far as the last sample could tell, which could not where it is `unsure`. Records below
    `backfill_end` are older than the mirror. `last_progress_at` is when something was last seen to
    be copied, `began` when that began after a sample without. `committed` is the last commit that
    was told, `commit_advanced_at` when it was last seen to rise; `target_end_at_commit` is the
    target's end before that, or before what arrives now began to.
    `since` is when the partition was added to a topic that was mirrored before, else 0. `emptied`:
    what the target held was deleted, so that only commits prove a copy. `late_by` is how much older
    than its writing a timestamp was seen to be. `behind` and `average` are the last sample's
    figures (ms), NEVER where they are not known.
    """

    first: int
    backfill_end: int
    proven_copied_to: int
    copied_to: int
    start: int
    ends: Ends
    newest: int = NEVER
    target_end: int = NEVER
    verified: int = NEVER
    confirmed: int = NEVER
    last_progress_at: int = 0
    produced: int = NEVER
    ignored: int = NEVER
    gap_since: int = 0
    began: int = 0
    target_end_at_commit: int = 0
    commit_advanced_at: int = 0
    since: int = 0
    committed: int = NEVER
    emptied: bool = False
    late_by: int = 0
    unsure: bool = False
    behind: int = 0
    average: int = NEVER

    @property
    def end(self) -> int:
        """The source's end offset in the last sample."""
        return self.ends[-1][1]

    @property
    def arrived(self) -> int:
        """How many records came to the target since the commit last rose, at most."""
        return max(0, self.target_end - self.target_end_at_commit)

    @property
    def seen(self) -> int:
        """When the last sample looked, in ms."""
        return self.ends[-1][0]


def moment(ms: int) -> datetime | None:
    """A time of a position as people are told it; None for NEVER, and for 0."""
    return datetime.fromtimestamp(ms / 1000, UTC) if ms > 0 else None


def begin(at: int, start: int, end: int, *, latest: bool = False, old: bool = True) -> Position:
    """The position of a partition seen for the first time; `old`: it held its records before us."""
    first = end if latest else start
    return Position(
        first=first,
        backfill_end=end if old else first,
        proven_copied_to=first,
        copied_to=first,
        start=start,
        ends=((at, end),),
        last_progress_at=at,
    )


def remembered(ends: Ends, at: int, end: int, needed: int) -> Ends:
    """The ring with one more sample: from the last one at or below the offset `needed`, thinned.

    A run of samples with one end offset keeps its first and last; beyond RING entries every second
    one in the middle goes, so that the bounds of the oldest and the newest offsets stay exact.
    """
    repeated = len(ends) > 1 and ends[-1][1] == end == ends[-2][1]
    if repeated or ends[-1][0] == at:
        ends = ends[:-1]
    ends = (*ends, (at, end))
    below = sum(1 for _, seen in ends if seen <= needed)
    ends = ends[max(0, min(below, len(ends)) - 1) :]
    if len(ends) > RING:
        ends = (*ends[:4], *ends[4:-4:2], *ends[-4:])
    return ends


def bounds(ends: Ends, offset: int) -> tuple[int | None, int | None]:
    """The samples (ms) between which `offset` appeared: the last without it, the first with it."""
    before = [at for at, end in ends if end <= offset]
    after = [at for at, end in ends if end > offset]
    return (before[-1] if before else None, after[0] if after else None)


def is_no_time_of_writing(timestamp: int, lower: int | None, upper: int | None) -> bool:
    """Whether a record that appeared between these samples (ms) was not written at `timestamp`."""
    early = lower is not None and timestamp < lower - LINGER_MS
    return early or (upper is not None and timestamp > upper)


class Written(NamedTuple):
    """When a record was written (ms): at the earliest, most likely, at the latest.

    None where nothing tells: a record from before the first look, without a time of its own.
    """

    earliest: int | None
    likeliest: int | None
    latest: int


def written(timestamp: int | None, offset: int, ends: Ends, late_by: int = 0) -> Written:
    """When the record at `offset` was written: between the samples that bracket its offset.

    Its timestamp is believed where it lies between them, as far as timestamps here were not proven
    to be `late_by` older than their writing. Else it is no time of writing (event time, a clock
    that is off), and the most likely one is the offset's share of the time between the samples.
    """
    lower, upper = bounds(ends, offset)
    latest = ends[-1][0] if upper is None else upper
    if lower is None:
        known = None if timestamp is None else min(timestamp, latest)
        return Written(known, known, latest if known is None else known)
    if timestamp is None or is_no_time_of_writing(timestamp, lower, latest):
        return Written(lower, _share(offset, ends), latest)
    if timestamp < lower:
        return Written(lower, _share(offset, ends) if late_by > LINGER_MS else lower, latest)
    if late_by > LINGER_MS:
        latest = min(latest, timestamp + late_by)
        return Written(timestamp, max(timestamp, min(_share(offset, ends), latest)), latest)
    return Written(timestamp, timestamp, timestamp)


def _share(offset: int, ends: Ends) -> int:
    """When the offset was written, had the records between two samples come evenly (ms)."""
    after = next((at for at, (_, end) in enumerate(ends) if end > offset), len(ends) - 1)
    (start, first), (until, last) = ends[max(0, after - 1)], ends[after]
    share = (offset - first + 1) / (max(last - first, 0) + 1)
    return start + round((until - start) * min(1.0, share))


def reset(position: Position, at: int, start: int, end: int, committed: int | None) -> Position:
    """The position in a topic that was made again: all over, deaf to the old committed offset.

    What it holds was written since the last sample.
    """
    fresh = begin(at, start, end, old=False)
    produced = at if end > start else NEVER
    ignored = NEVER if committed is None else committed
    return fresh._replace(produced=produced, ignored=ignored, committed=ignored)


def truncated(position: Position, at: int, end: int, committed: int | None) -> Position:
    """The position after the source's end fell to `end`: a commit beyond it proves nothing new."""
    kept = tuple((seen, min(one, end)) for seen, one in position.ends)
    beyond = committed is not None and committed >= end
    return position._replace(
        backfill_end=min(position.backfill_end, end),
        proven_copied_to=min(position.proven_copied_to, end),
        copied_to=min(position.copied_to, end),
        ends=kept or ((at, end),),
        verified=NEVER,
        confirmed=NEVER,
        ignored=committed if beyond and committed is not None else position.ignored,
    )


def emptied(position: Position) -> Position:
    """The position where what the target held of the partition is gone."""
    return position._replace(target_end=NEVER, newest=NEVER, target_end_at_commit=0, emptied=True)


def lowered(position: Position, proven: int) -> Position:
    """The position where only the commit proves a copy: what the target held is gone."""
    if proven >= position.proven_copied_to:
        return position
    return position._replace(
        proven_copied_to=proven,
        copied_to=proven,
        verified=NEVER,
        confirmed=NEVER,
        newest=NEVER,
    )
