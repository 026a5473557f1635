"""From readings to figures: how far a partition, a topic and a mirror are behind, in ms.

Pure. The steps are those of one sample: `reach` takes in what Connect and Kafka told, `asks_from`
says which timestamp to look up, `doubt` which offsets to fetch, `conclude` gives the figures.
"""

from dataclasses import replace

from mirroring.measuring.figures import At, Fetched, Figures, Look, Pace
from mirroring.measuring.position import NEVER, Position, appended, bounds, remembered

FUTURE_MS = 5 * 60_000
LINGER_MS = 2_000
SPARE = 1
FEW = 10
BRIEF_MS = 1_000


def moved(position: Position, look: Look) -> bool:
    """Whether a partition wants a closer look: something moved, or is not proven to be copied.

    So the target's end is known from the sample that saw the last commit.
    """
    proven = _proven(position, look)
    unproven = proven < look.end and position.verified != look.end
    rose = proven > position.mirrored
    return look.end != position.end or rose or unproven or look.start > position.mirrored


def _proven(position: Position, look: Look) -> int:
    """The offset below which the committed offset proves every record to be copied."""
    if look.committed is None or look.committed == position.ignored:
        return position.mirrored
    return max(position.mirrored, look.committed + 1)


def reach(position: Position, look: Look) -> Position:
    """Take in the committed offset, and whatever else proves that records were copied.

    The newest target timestamp is believed only while nothing arrived since it was read.
    """
    proven = _proven(position, look)
    mirrored = min(proven, look.end)
    still = look.target_end is not None and look.target_end == position.target_end
    arrived = look.target_end is not None and look.target_end > max(position.target_end, 0)
    newest = position.newest if still else NEVER
    if look.newest is not None and usable(look.newest, look.at):
        newest = look.newest
    heeded = look.committed is not None and look.committed != position.ignored
    rose = proven > position.mirrored
    moves = arrived or rose
    begins = moves and position.moved < position.seen
    ended = position.target_end if look.target_end is None else look.target_end
    return replace(
        position,
        mirrored=mirrored,
        front=max(position.front, mirrored),
        newest=newest,
        target_end=ended,
        base=max(position.target_end, 0) if rose or begins else position.base,
        rose=look.at if rose else position.rose,
        moved=look.at if moves else position.moved,
        began=look.at if begins else position.began,
        ignored=NEVER if heeded else position.ignored,
    )


def usable(newest: int | None, now: int) -> bool:
    """Whether the newest target timestamp may be looked up: known, and not from the future."""
    return newest is not None and NEVER < newest <= now + FUTURE_MS


def _is_copied(position: Position, look: Look) -> bool:
    """Whether every record is copied: by the commit, or as a fetch has proven before."""
    return position.mirrored >= look.end or position.verified == look.end


def asks_from(position: Position, look: Look) -> int | None:
    """The timestamp (ms) from which the source is asked for its oldest unmirrored record."""
    if _is_copied(position, look):
        return None
    if look.target_end == 0:
        return 0
    return position.newest + 1 if usable(position.newest, look.at) else None


def _found(position: Position, look: Look) -> At | None:
    """The oldest record that waits by its timestamp, unless it came after the end was read."""
    oldest = look.oldest
    if oldest is None or not NEVER < oldest.offset < look.end:
        return None
    return At(max(oldest.offset, position.mirrored), oldest.timestamp)


def _unproven(position: Position, look: Look, pace: Pace) -> int:
    """The first offset that cannot be copied by now: past the commit, and what arrived since it.

    That count is believed only while commits come: others may write to the target, too.
    """
    silent = look.at - position.rose > pace.overdue
    return position.mirrored + (0 if silent else position.arrived)


def _overdue(position: Position, look: Look, pace: Pace) -> bool:
    """Whether the commit of the first unproven offset should have come by now.

    It follows the copy, so after an outage it is not due at once: not since a connector was started
    or resumed, nor since records began to arrive again. A held connector owes no commit, and is
    judged by its last one only where no timestamp can be looked up. Of a topic that was made again
    the commit of its records may be the one that is taken for its predecessor's.
    """
    _, upper = bounds(position.ends, _unproven(position, look, pace))
    told = look.told and (look.committed is None or look.committed != position.ignored)
    held = look.runs == NEVER
    if not told or upper is None or (held and usable(position.newest, look.at)):
        return False
    return look.at - max(upper, look.runs, position.began) > pace.overdue


def doubt(position: Position, look: Look, pace: Pace) -> tuple[int, int] | None:
    """The offsets [from, to) to fetch before they may count as waiting; None: nothing to verify.

    Many records are believed to wait until they may breach the target soon; a few at the end may
    be transactions' markers, and are believed only as long as any record is on its way.
    """
    if _is_copied(position, look):
        return None
    found = _found(position, look)
    if found is None:
        start = _unproven(position, look, pace) + (SPARE if look.runs == NEVER else 0)
        return (start, look.end) if start < look.end and _overdue(position, look, pace) else None
    if found.offset == position.confirmed:
        return None
    waited = look.at - appended(found.timestamp, found.offset, position.ends)
    soon = pace.target // 2
    believed = min(BRIEF_MS, soon) if look.end - found.offset <= FEW else soon
    return (found.offset, look.end) if waited > believed else None


def conclude(position: Position, look: Look, pace: Pace, now: int) -> tuple[Position, Figures]:
    """The partition's figures, and the position that the next sample starts from."""
    oldest = _oldest(position, look, pace)
    lost, position = _lost(position, look, pace)
    front = look.end if oldest is None else max(oldest.offset, look.start)
    caught_up = oldest is None or front >= look.end
    ends = remembered(position.ends, look.at, look.end, position.mirrored)
    behind = 0
    if oldest is not None and not caught_up:
        behind = max(0, now - appended(oldest.timestamp, oldest.offset, ends))
    stuck = not caught_up and position.moved <= position.seen < look.at
    figures = Figures(
        end=look.end,
        waiting=0 if caught_up else look.end - front,
        behind=behind,
        old=not caught_up and front < position.origin,
        stuck=stuck,
        still=now - position.moved,
        produced=_produced(position, look),
        rate=_rate(position, look),
        lost=lost,
        **_heard(position, look, oldest),
    )
    asked = look.fetched is not Fetched.NOT_ASKED
    whole = look.start <= position.mirrored
    return replace(
        position,
        front=front,
        start=look.start,
        ends=ends,
        verified=look.end if whole and look.fetched is Fetched.NOTHING else position.verified,
        confirmed=front if asked and not caught_up else position.confirmed,
        produced=figures.produced,
    ), figures


def _oldest(position: Position, look: Look, pace: Pace) -> At | None:
    """The oldest record that waits, as far as this sample can tell; None: all are mirrored."""
    if _is_copied(position, look):
        return None
    if isinstance(look.fetched, At):
        return look.fetched
    if look.fetched is Fetched.NOTHING:
        return None
    found = _found(position, look)
    if found is None and look.fetched is Fetched.FAILED and _overdue(position, look, pace):
        return At(_unproven(position, look, pace), look.at)
    return found


def _lost(position: Position, look: Look, pace: Pace) -> tuple[int, Position]:
    """How many records retention took before they were copied, once that is certain.

    Certain at once when nothing reached the target since the last sample, which knew what waited;
    else when the committed offset, which is told late, and what arrived since it do not pass where
    the source began in any sample until that is overdue. The commit lags behind that start for ever
    where records are deleted once they are copied.
    """
    if look.start <= position.mirrored:
        return 0, replace(position, gap_since=0) if position.gap_since else position
    still = look.target_end is not None and position.moved <= position.seen
    if still and not position.gap_since:
        copied, certain = position.front, True
    else:
        copied = max(position.mirrored + position.arrived, position.verified)
        passed = position.mirrored >= position.start
        since = look.at if passed or not position.gap_since else position.gap_since
        position = replace(position, gap_since=since)
        certain = look.told and look.at - since > pace.overdue
    if not certain or copied >= look.start:
        return 0, position
    lost = look.start - max(copied, position.mirrored)
    front = max(position.front, look.start)
    return lost, replace(position, mirrored=look.start, front=front, gap_since=0)


def _produced(position: Position, look: Look) -> int:
    """When the newest record was written (ms): known from the first look, or from a moved end."""
    if look.end == position.end:
        return position.produced
    if usable(look.newest, look.at) and look.newest is not None:
        return max(position.seen, min(look.newest, look.at))
    return look.at


def _rate(position: Position, look: Look) -> float | None:
    """Records a second written since the last sample."""
    elapsed = look.at - position.seen
    return max(0, look.end - position.end) * 1000 / elapsed if elapsed > 0 else None


def _heard(position: Position, look: Look, oldest: At | None) -> dict[str, int]:
    """The latencies (ms) of the records heard arriving: `heard` holds (arrival, timestamp).

    A timestamp older than the oldest record that could still come tells nothing of latency: it is
    no time of writing (event time, or a clock that is behind), unless it may be a second copy of
    what is not committed, as a killed worker's task makes them. LINGER_MS is what a producer may
    hold a record back. One from after its arrival is a clock that is ahead, and counts as 0.
    """
    lower, _ = bounds(position.ends, position.mirrored)
    uncommitted = look.at if lower is None else lower
    floor = look.at if oldest is None else appended(oldest.timestamp, oldest.offset, position.ends)
    if oldest is None and position.mirrored < look.end and not usable(position.newest, look.at):
        floor = uncommitted
    floor -= LINGER_MS
    possible = NEVER if lower is None else min(floor, lower - LINGER_MS)
    latencies = [max(0, arrived - written) for arrived, written in look.heard if written >= floor]
    return {
        "heard": len(latencies),
        "heard_sum": sum(latencies),
        "heard_max": max(latencies, default=0),
        "skewed": sum(1 for arrived, written in look.heard if not possible <= written <= arrived),
    }
