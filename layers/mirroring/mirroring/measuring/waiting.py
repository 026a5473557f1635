"""Which record of a partition is the oldest that waits, as far as one sample can tell. Pure.

Nothing is taken for copied without a proof, or while its commit is not due: an answer that failed
leaves things as they were last known, and says why.
"""

from dataclasses import dataclass, replace

from mirroring.kafka_types import Fault
from mirroring.measuring.figures import Fetched, PartitionReading, RecordAt, Timing
from mirroring.measuring.overdue import is_foreign, lags, overdue, unproven, usable
from mirroring.measuring.position import NEVER, Position, bounds, is_no_time_of_writing

# A paused task stops before its last commit: of what it copied one record may not be committed.
SPARE = 1
NEVER_ANSWERED = (Fault.UNAUTHORIZED, Fault.UNSUPPORTED)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The oldest record that waits, None for none; `proven` where nothing but that can be.

    `unknown` is why it is not known: `oldest` is then the one last known, and `overdue` says that a
    commit should have come.
    """

    oldest: RecordAt | None = None
    proven: bool = True
    unknown: Fault | None = None
    overdue: bool = False


def wait(position: Position, reading: PartitionReading, pace: Timing) -> Waiting:
    """What waits, after everything was asked that this sample asks.

    A fetch that is refused proves it: with these credentials the mirror cannot read either.
    """
    if is_copied(position, reading) or reading.fetched is Fetched.NOTHING:
        return Waiting()
    if isinstance(reading.fetched, RecordAt) and _counts(position, reading, pace, reading.fetched):
        return Waiting(reading.fetched)
    failed = reading.fetched if isinstance(reading.fetched, Fault) else None
    failed = None if failed is Fault.UNAUTHORIZED else failed
    oldest = found(position, reading, pace)
    if oldest is not None:
        return Waiting(oldest, proven=failed is None, unknown=failed)
    start = unproven(position, reading, pace)
    if start < reading.end and overdue(position, reading, pace):
        late = _late(position, reading, pace, start)
        if late is not None:
            return late
    why = blocked(position, reading)
    if why is not None and _needs_answer(position, reading, start, why):
        return _as_before(position, reading, why)
    if _is_backfill(position, reading):
        return Waiting(RecordAt(position.proven_copied_to, None), proven=False)
    if position.copied_to < position.end and lags(position, reading, pace):
        copied_to = max(position.copied_to, start)
        return Waiting(RecordAt(copied_to, None) if copied_to < reading.end else None, proven=False)
    return Waiting()


def _needs_answer(position: Position, reading: PartitionReading, start: int, why: Fault) -> bool:
    """Whether what failed leaves it unknown if a record waits: nothing tells of those at the end.

    A commit that rose in this sample does, and all commits do where answers never come: who may not
    look, or asks old brokers, is as far from knowing in every sample. Where nothing has arrived
    since the last sample, nothing that came since then is copied.
    """
    if position.copied_to < position.end or not reading.offsets_known:
        return True
    if position.commit_advanced_at == reading.at or why in NEVER_ANSWERED:
        return False
    accounted_to = (
        max(position.copied_to, start)
        if position.last_progress_at == reading.at
        else position.copied_to
    )
    return accounted_to < reading.end


def _counts(position: Position, reading: PartitionReading, pace: Timing, fetched: RecordAt) -> bool:
    """Whether a fetched record waits: markers before it may be what no commit has come of."""
    sought = found(position, reading, pace) is not None
    return sought or overdue(position, reading, pace, fetched.offset)


def _late(
    position: Position, reading: PartitionReading, pace: Timing, start: int
) -> Waiting | None:
    """What an overdue commit proves, where no fetch has told; None where nothing was to fetch."""
    if reading.fetched is Fault.UNAUTHORIZED:
        return Waiting(RecordAt(start, None))
    if isinstance(reading.fetched, Fault):
        return replace(_as_before(position, reading, reading.fetched), overdue=True)
    late = is_known_late(position, reading, pace, start)
    return Waiting(RecordAt(position.confirmed, None)) if late else None


def is_known_late(position: Position, reading: PartitionReading, pace: Timing, start: int) -> bool:
    """Whether a record from `start` on was fetched before whose own commit is overdue by now."""
    return position.confirmed >= start and overdue(position, reading, pace, position.confirmed)


def _is_backfill(position: Position, reading: PartitionReading) -> bool:
    """Whether records older than the mirror wait for a commit, where no timestamp tells of them."""
    blind = not usable(position.newest, reading.at) and reading.target_end != 0
    return blind and position.proven_copied_to < min(position.backfill_end, reading.end)


def _as_before(position: Position, reading: PartitionReading, why: Fault) -> Waiting:
    """As the last sample knew it: what waited then waits still if nothing has arrived since."""
    if position.copied_to >= position.end:
        return Waiting(proven=False, unknown=why)
    stands = reading.target_end == position.target_end and position.last_progress_at < reading.at
    still = stands and not position.unsure
    return Waiting(RecordAt(position.copied_to, None), proven=still, unknown=None if still else why)


def is_copied(position: Position, reading: PartitionReading) -> bool:
    """Whether every record is copied: by the commit, or as a fetch has proven before."""
    return position.proven_copied_to >= reading.end or position.verified == reading.end


def lookup_timestamp(position: Position, reading: PartitionReading) -> int | None:
    """The timestamp (ms) from which the source is asked for its oldest unmirrored record.

    None where the commit tells all: a transaction's markers are stamped by the target's broker.
    """
    if is_copied(position, reading) or isinstance(reading.target_end, Fault):
        return None
    if reading.target_end == 0:
        return 0
    if reading.exact and reading.offsets_known:
        return None
    return position.newest + 1 if usable(position.newest, reading.at) else None


def blocked(position: Position, reading: PartitionReading) -> Fault | None:
    """Why the source could not be asked for its oldest unmirrored record, or did not answer."""
    if isinstance(reading.target_end, Fault):
        return reading.target_end
    if lookup_timestamp(position, reading) is not None:
        return reading.oldest if isinstance(reading.oldest, Fault) else None
    unread = isinstance(reading.newest, Fault) and not (reading.exact and reading.offsets_known)
    return reading.newest if unread and isinstance(reading.newest, Fault) else None


def found(position: Position, reading: PartitionReading, pace: Timing) -> RecordAt | None:
    """The oldest record that waits by its timestamp, unless it came after the end was read.

    Of a mirror that starts at the end nothing older waits, whatever the look-up finds. Where others
    write to the target, its newest timestamp is theirs. One whose timestamp is no time of writing
    need not be the oldest: not where the commit of an older one is overdue.
    """
    oldest = reading.oldest
    if is_foreign(position, reading, pace):
        return None
    if not isinstance(oldest, RecordAt) or not NEVER < oldest.offset < reading.end:
        return None
    if oldest.offset < position.first:
        return None
    first = unproven(position, reading, pace)
    if (
        first < oldest.offset
        and _is_event_time(position, oldest)
        and overdue(position, reading, pace)
    ):
        return None
    known = oldest.offset >= position.proven_copied_to
    return RecordAt(
        max(oldest.offset, position.proven_copied_to), oldest.timestamp if known else None
    )


def _is_event_time(position: Position, record: RecordAt) -> bool:
    """Whether a record's timestamp is no time at which it can have been written."""
    at = record.timestamp
    return at is not None and is_no_time_of_writing(at, *bounds(position.ends, record.offset))
