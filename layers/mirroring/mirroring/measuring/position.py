"""What is remembered of a mirrored partition between two samples, and when its offsets appeared."""

from dataclasses import dataclass, replace

RING = 16
NEVER = -1

Ends = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Position:
    """One mirrored partition; times in ms, offsets are the source's unless they say otherwise.

    Every record below `mirrored` is on the target for certain; every one below `front` as far as
    the last sample could tell. Records below `origin` are older than the mirror. `moved` is when
    something was last seen to be copied, `began` when that began after a sample without. `rose` is
    when the commit was last seen to rise; `base` is the target's end before that, or before what
    arrives now began to.
    """

    first: int
    origin: int
    mirrored: int
    front: int
    start: int
    ends: Ends
    newest: int = NEVER
    target_end: int = NEVER
    verified: int = NEVER
    confirmed: int = NEVER
    moved: int = 0
    produced: int = NEVER
    ignored: int = NEVER
    gap_since: int = 0
    began: int = 0
    base: int = 0
    rose: int = 0

    @property
    def end(self) -> int:
        """The source's end offset in the last sample."""
        return self.ends[-1][1]

    @property
    def arrived(self) -> int:
        """How many records came to the target since the commit last rose, at most."""
        return max(0, self.target_end - self.base)

    @property
    def seen(self) -> int:
        """When the last sample looked, in ms."""
        return self.ends[-1][0]


def begin(at: int, start: int, end: int, *, latest: bool = False, old: bool = True) -> Position:
    """The position of a partition seen for the first time; `old`: it held its records before us."""
    first = end if latest else start
    return Position(
        first=first,
        origin=end if old else first,
        mirrored=first,
        front=first,
        start=start,
        ends=((at, end),),
        moved=at,
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


def appended(timestamp: int, offset: int, ends: Ends) -> int:
    """When a record was written (ms): its timestamp, held between the samples that bracket it.

    So neither a producer's wrong clock, nor event time, nor a far future one can distort an age.
    """
    lower, upper = bounds(ends, offset)
    if upper is not None:
        timestamp = min(timestamp, upper)
    if lower is not None:
        timestamp = max(timestamp, lower)
    return timestamp


def reset(position: Position, at: int, start: int, end: int, committed: int | None) -> Position:
    """The position in a topic that was made again: all over, deaf to the old committed offset.

    What it holds was written since the last sample.
    """
    fresh = begin(at, start, end, old=False)
    produced = at if end > start else NEVER
    return replace(fresh, produced=produced, ignored=NEVER if committed is None else committed)
