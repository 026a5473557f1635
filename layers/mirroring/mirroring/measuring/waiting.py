"""Which record of a partition is the oldest that waits, as far as one sample can tell. Pure.

Nothing is taken for copied without a proof, or while its commit is not due: an answer that failed
leaves things as they were last known, and says why.
"""

from dataclasses import dataclass

from mirroring.kafka_types import Fault
from mirroring.measuring.figures import Fetched, PartitionReading, RecordAt, Timing
from mirroring.measuring.position import NEVER, Position, bounds, is_no_time_of_writing

# Clocks of producers and brokers may differ by some minutes; beyond that a stamp is no clock's.
FUTURE_MS = 5 * 60_000
# A paused task stops before its last commit: of what it copied one record may not be committed.
SPARE = 1
NEVER_ANSWERED = (Fault.UNAUTHORIZED, Fault.UNSUPPORTED)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The oldest record that waits, None for none; `proven` where nothing but that can be.

    `unknown` is why it is not known: `oldest` is then the one last known.
    """

    oldest: RecordAt | None = None
    proven: bool = True
    unknown: Fault | None = None


def wait(position: Position, look: PartitionReading, pace: Timing) -> Waiting:
    """What waits, after everything was asked that this sample asks.

    A fetch that is refused proves it: with these credentials the mirror cannot read either.
    """
    if is_copied(position, look) or look.fetched is Fetched.NOTHING:
        return Waiting()
    if isinstance(look.fetched, RecordAt) and _counts(position, look, pace, look.fetched):
        return Waiting(look.fetched)
    failed = look.fetched if isinstance(look.fetched, Fault) else None
    failed = None if failed is Fault.UNAUTHORIZED else failed
    oldest = found(position, look, pace)
    if oldest is not None:
        return Waiting(oldest, proven=failed is None, unknown=failed)
    start = unproven(position, look, pace)
    if start < look.end and overdue(position, look, pace):
        late = _late(position, look, pace, start)
        if late is not None:
            return late
    why = blocked(position, look)
    if why is not None and _needs_answer(position, look, start, why):
        return _as_before(position, look, why)
    if _is_backfill(position, look):
        return Waiting(RecordAt(position.mirrored, None), proven=False)
    if position.front < position.end and _lags(position, look, pace):
        front = max(position.front, start)
        return Waiting(RecordAt(front, None) if front < look.end else None, proven=False)
    return Waiting()


def _needs_answer(position: Position, look: PartitionReading, start: int, why: Fault) -> bool:
    """Whether what failed leaves it unknown if a record waits: nothing tells of those at the end.

    A commit that rose in this sample does, and all commits do where answers never come: who may not
    look, or asks old brokers, is as far from knowing in every sample. Where nothing has arrived
    since the last sample, nothing that came since then is copied.
    """
    if position.front < position.end or not look.told:
        return True
    if position.rose == look.at or why in NEVER_ANSWERED:
        return False
    told = max(position.front, start) if position.moved == look.at else position.front
    return told < look.end


def _lags(
    position: Position,
    look: PartitionReading,
    pace: Timing,
    since: int = 0,
    offset: int | None = None,
) -> bool:
    """Whether the commit itself is older than a mirror's that is in time: all there is to judge by
    where no timestamp can be looked up.

    It is as old as the record that follows it: that is at `offset` where markers lie before.
    """
    _, upper = bounds(position.ends, position.mirrored if offset is None else offset)
    if usable(position.newest, look.at) or look.target_end == 0 or upper is None:
        return False
    return look.told and look.at - max(upper, since) > pace.target + pace.overdue


def _counts(position: Position, look: PartitionReading, pace: Timing, fetched: RecordAt) -> bool:
    """Whether a fetched record waits: markers before it may be what no commit has come of."""
    sought = found(position, look, pace) is not None
    return sought or overdue(position, look, pace, fetched.offset)


def _late(position: Position, look: PartitionReading, pace: Timing, start: int) -> Waiting | None:
    """What an overdue commit proves, where no fetch has told; None where nothing was to fetch."""
    if look.fetched is Fault.UNAUTHORIZED:
        return Waiting(RecordAt(start, None))
    if isinstance(look.fetched, Fault):
        return _as_before(position, look, look.fetched)
    late = is_known_late(position, look, pace, start)
    return Waiting(RecordAt(position.confirmed, None)) if late else None


def is_known_late(position: Position, look: PartitionReading, pace: Timing, start: int) -> bool:
    """Whether a record from `start` on was fetched before whose own commit is overdue by now."""
    return position.confirmed >= start and overdue(position, look, pace, position.confirmed)


def _is_backfill(position: Position, look: PartitionReading) -> bool:
    """Whether records older than the mirror wait for a commit, where no timestamp tells of them."""
    blind = not usable(position.newest, look.at) and look.target_end != 0
    return blind and position.mirrored < min(position.origin, look.end)


def _as_before(position: Position, look: PartitionReading, why: Fault) -> Waiting:
    """As the last sample knew it: what waited then waits still if nothing has arrived since."""
    if position.front >= position.end:
        return Waiting(proven=False, unknown=why)
    stands = look.target_end == position.target_end and position.moved < look.at
    still = stands and not position.unsure
    return Waiting(RecordAt(position.front, None), proven=still, unknown=None if still else why)


def is_copied(position: Position, look: PartitionReading) -> bool:
    """Whether every record is copied: by the commit, or as a fetch has proven before."""
    return position.mirrored >= look.end or position.verified == look.end


def usable(newest: int | None, now: int) -> bool:
    """Whether the newest target timestamp may be looked up: known, and not from the future."""
    return newest is not None and NEVER < newest <= now + FUTURE_MS


def asks_from(position: Position, look: PartitionReading) -> int | None:
    """The timestamp (ms) from which the source is asked for its oldest unmirrored record.

    None where the commit tells all: a transaction's markers are stamped by the target's broker.
    """
    if is_copied(position, look) or isinstance(look.target_end, Fault):
        return None
    if look.target_end == 0:
        return 0
    if look.exact and look.told:
        return None
    return position.newest + 1 if usable(position.newest, look.at) else None


def blocked(position: Position, look: PartitionReading) -> Fault | None:
    """Why the source could not be asked for its oldest unmirrored record, or did not answer."""
    if isinstance(look.target_end, Fault):
        return look.target_end
    if asks_from(position, look) is not None:
        return look.oldest if isinstance(look.oldest, Fault) else None
    unread = isinstance(look.newest, Fault) and not (look.exact and look.told)
    return look.newest if unread and isinstance(look.newest, Fault) else None


def found(position: Position, look: PartitionReading, pace: Timing) -> RecordAt | None:
    """The oldest record that waits by its timestamp, unless it came after the end was read.

    Of a mirror that starts at the end nothing older waits, whatever the look-up finds. Where others
    write to the target, its newest timestamp is theirs. One whose timestamp is no time of writing
    need not be the oldest: not where the commit of an older one is overdue.
    """
    oldest = look.oldest
    if is_foreign(position, look, pace):
        return None
    if not isinstance(oldest, RecordAt) or not NEVER < oldest.offset < look.end:
        return None
    if oldest.offset < position.first:
        return None
    first = unproven(position, look, pace)
    if first < oldest.offset and _is_event_time(position, oldest) and overdue(position, look, pace):
        return None
    known = oldest.offset >= position.mirrored
    return RecordAt(max(oldest.offset, position.mirrored), oldest.timestamp if known else None)


def _is_event_time(position: Position, record: RecordAt) -> bool:
    """Whether a record's timestamp is no time at which it can have been written."""
    at = record.timestamp
    return at is not None and is_no_time_of_writing(at, *bounds(position.ends, record.offset))


def is_foreign(position: Position, look: PartitionReading, pace: Timing) -> bool:
    """Whether something arrived so long after the last commit that it cannot be this mirror's."""
    last = max(position.rose, position.began, look.runs)
    return look.told and pace.learnt and last > 0 and position.moved - last > pace.overdue


def unproven(position: Position, look: PartitionReading, pace: Timing) -> int:
    """The first offset that cannot be copied by now: past the commit, and what arrived since it.

    That count is believed only while commits come as they use to: others may write to the target,
    too. Where no commit is told, what came after the target had begun to stand still.
    """
    if not look.told:
        return max(position.mirrored, _unarrived(position, look))
    silent = look.exact or (pace.learnt and look.at - position.rose > pace.overdue)
    return position.mirrored + (0 if silent else position.arrived)


def _unarrived(position: Position, look: PartitionReading) -> int:
    """The first offset that appeared after a sample in which the target's end was what it is now.

    One sample later than that: source and target are not read at the same moment.
    """
    if look.target_end != position.target_end:
        return look.end
    return next((end for at, end in position.ends if at > position.moved), look.end)


def overdue(
    position: Position, look: PartitionReading, pace: Timing, offset: int | None = None
) -> bool:
    """Whether the commit of an offset, the first unproven one if none is said, should have come.

    It follows the copy, so after an outage it is not due at once: not since a connector was started
    or resumed, nor since records began to arrive again. A held connector owes no commit, and is
    judged by its last one only where no timestamp can be looked up. Of a topic that was made again
    the commit of its records may be the one that is taken for its predecessor's. In transactions
    it comes with the records. Until the flush interval is learnt, what arrives excuses a late one,
    and so does a target that cannot be read.
    """
    if look.exact and look.told:
        return True
    start = unproven(position, look, pace)
    first = start if offset is None else offset
    _, upper = bounds(position.ends, first)
    heeded = not look.told or look.committed is None or look.committed != position.ignored
    held = look.runs == NEVER
    if not heeded or upper is None or (held and usable(position.newest, look.at)):
        return False
    unseen = isinstance(look.target_end, Fault)
    if not pace.learnt and (unseen or look.at - position.moved <= pace.overdue):
        return False
    since = max(look.runs, position.began)
    follows = offset if start == position.mirrored else None
    late = look.at - max(upper, since) > pace.overdue
    return late or _lags(position, look, pace, since, follows)
