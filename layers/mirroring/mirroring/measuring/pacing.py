"""How long things may take: learnt from how long they took. Pure."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mirroring.kafka_types import Partition
from mirroring.measuring.figures import Timing
from mirroring.measuring.position import Position, bounds
from mirroring.measuring.readings import MirrorReadings

MINUTE_MS = 60_000
# Nobody commits so rarely: a longer silence was an outage.
LONGEST_FLUSH_MS = 30 * MINUTE_MS
# After so long without two commits in a row the registered interval is believed.
UNLEARNT_MS = 15 * MINUTE_MS
# A sample each minute, and half of one for a late one: an older last look does not date a commit.
DATING_MS = 90_000


class _Commit(NamedTuple):
    """How long (ms) a commit took at most, from the last sample without a record that it covers,
    and how far it is `apart` from the one before, which is `dated` by the sample that saw it.
    """

    took: int
    apart: int
    dated: bool


def paces(all_readings: Iterable[MirrorReadings], flush_ms: int) -> dict[str, Timing]:
    """The pace of each mirror; `flush_ms` is the flush interval as registered, the least it is.

    All share the workers: one that has not learnt the interval yet has the shortest that another
    has learnt, as an outage seems to be a longer one. Commits in transactions come with their
    records, and teach the others nothing of it.
    """
    some = list(all_readings)
    learnt = [_flush(one) for one in some if _has_learnt(one) and not _is_exact(one)]
    shared = min(learnt, default=None)
    return {one.mirror.name: _pace(one, flush_ms, shared) for one in some}


def _has_learnt(readings: MirrorReadings) -> bool:
    return readings.memory.counts.get("learnt", 0) > 0


def _flush(readings: MirrorReadings) -> int:
    """The flush interval (ms) as this mirror's commits have shown it, 0 before they have."""
    return readings.memory.counts.get("flush", 0)


def _is_exact(readings: MirrorReadings) -> bool:
    return any(topic.exact for topic in readings.memory.topics.values())


def _pace(readings: MirrorReadings, flush_ms: int, shared: int | None) -> Timing:
    at = max((reading.at for reading in readings.partitions.values()), default=0)
    runs = readings.memory.counts.get("running_since", 0)
    own = _has_learnt(readings)
    others = 0 if own or shared is None else shared
    return Timing(
        flush=max(flush_ms, _flush(readings), others),
        gap=_gap(readings, at),
        target=readings.mirror.target_latency,
        learnt=own or shared is not None or 0 < runs < at - UNLEARNT_MS,
    )


def _gap(readings: MirrorReadings, at: int) -> int:
    """How far samples are apart (ms), a minute at most; some in a few seconds change it little."""
    last = at - max((one.seen for one in readings.positions.values()), default=0)
    known = readings.memory.counts.get("gap", 0)
    return min(MINUTE_MS, max(last, known * 31 // 32)) if last > 0 else MINUTE_MS


def learn(readings: MirrorReadings) -> dict[str, int]:
    """What is known of the flush interval after this sample, as counts: `flush` (ms), `learnt`.

    A commit comes within one of the first record that it covers, and often sooner: so the longest
    that was seen counts. Two commits are never closer than one: an eighth is forgotten with each
    that follows the last one sooner. It is learnt once two followed each other while records came,
    unless the first may be older than the sample that saw it: all are that rose in one `undated`
    (ms).
    """
    known, commits = _flush(readings), list(_commits(readings))
    sooner = any(one.apart < known for one in commits)
    took = max((one.took for one in commits), default=0)
    whole = any(one.took == one.apart and one.dated for one in commits)
    return {
        "flush": min(LONGEST_FLUSH_MS, max(took, known * 7 // 8 if sooner else known)),
        "learnt": int(whole or _has_learnt(readings)),
        "told": int(readings.connect.committed is not None),
        "undated": _undated(readings),
    }


def _undated(readings: MirrorReadings) -> int:
    """The last sample (ms) whose commits may have risen long before it: none were told in the one
    before, or a partition was not looked at.
    """
    counts = readings.memory.counts
    reported, known = counts.get("told", 0), counts.get("undated", 0)
    late = [
        at
        for partition, at in _risen(readings, readings.partitions)
        if not (reported and _was_seen(_before(readings, partition), at))
    ]
    return max(late, default=known)


def _risen(
    readings: MirrorReadings, partitions: Iterable[Partition]
) -> Iterator[tuple[Partition, int]]:
    """Those whose commit rose in this sample, with when they were read (ms)."""
    for partition in partitions:
        at = readings.partitions[partition].at
        if readings.positions[partition].commit_advanced_at == at:
            yield partition, at


def _was_seen(before: Position | None, at: int) -> bool:
    return before is not None and at - before.seen <= DATING_MS


def _commits(readings: MirrorReadings) -> Iterator[_Commit]:
    """The commits that rose in this sample, but each partition's first."""
    undated = readings.memory.counts.get("undated", 0)
    for partition, at in _risen(readings, readings.to_inspect):
        before = _before(readings, partition)
        if before is None:
            continue
        since = max(before.commit_advanced_at, before.began)
        if since:
            took = at - max(since, _without(before))
            yield _Commit(
                took, at - before.commit_advanced_at, dated=before.commit_advanced_at > undated
            )


def _without(before: Position) -> int:
    """The last sample (ms) in which no record waited for the commit, 0 where none is known."""
    lower, _ = bounds(before.ends, before.proven_copied_to)
    return 0 if lower is None else lower


def _before(readings: MirrorReadings, partition: Partition) -> Position | None:
    topic = readings.memory.topics.get(partition.topic)
    return None if topic is None else topic.position(partition.index)
