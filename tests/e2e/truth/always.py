"""What holds of every sample of every mirror, whatever its story is; and a sample as a text."""

from collections.abc import Collection, Sequence
from itertools import pairwise

from mirroring.observation import Code, Observation, Status, TopicState
from mirroring.reason_table import LASTING

_EXPLAINED = {
    Status.STALE_TOPIC: {Code.STALE_TOPIC, Code.INACTIVE_ABOVE_TARGET, Code.NO_TOPICS_MATCHED},
    Status.UNKNOWN: {
        Code.CONNECT_UNREACHABLE,
        Code.SOURCE_UNREACHABLE,
        Code.SOURCE_UNAUTHORIZED,
        Code.TARGET_UNREACHABLE,
        Code.PARTITIONS_UNREADABLE,
    },
    Status.FAILED: {Code.CONFIG_REFUSED},
}
_UNEXPLAINING = {code for codes in _EXPLAINED.values() for code in codes} | {
    Code.CLOCK_SKEW,
    Code.RETENTION_NEAR,
}


def is_explained(seen: Observation, right: Collection[Code]) -> None:
    """No reason is told but the `right` ones, each status has one, and no figure is negative."""
    codes = {one.code for one in seen.reasons}
    false = codes - {*right}
    assert not false, f"false reasons: {sorted(false)}"
    explaining = _EXPLAINED.get(seen.status)
    assert explaining is None or codes & explaining, f"{seen.status} is not explained"
    if seen.status is Status.OUT_OF_SYNC:
        assert codes - _UNEXPLAINING, "OUT_OF_SYNC is not explained"
    pairs = [(one.behind, one.lag_records) for one in seen.topics]
    pairs.append((seen.latency.behind, seen.latency.lag_records))
    assert all((one or 0) >= 0 for pair in pairs for one in pair), f"negative: {pairs}"


def follows(earlier: Sequence[Observation], seen: Observation, target_ms: int) -> None:
    """What holds of any samples of a mirror in a row.

    Where timestamps are no times of writing, a record's age is proven a sample after it is likely:
    one that came since the last sample may be as young as that is long ago. Where a partition
    cannot be read, a warning says so until its commit is overdue.
    """
    before = earlier[-1]
    row = (*earlier, seen)
    assert seen.sequence == before.sequence + 1, "samples in a row"
    kept = seen.status_since == before.status_since
    assert kept == (seen.status is before.status), "the status has its own time"
    known = {one.key: one for one in before.reasons}
    for one in seen.reasons:
        was = known.get(one.key, one)
        grew = one.code in LASTING and (one.measured or 0) > (was.measured or 0)
        assert one.since == was.since or grew, f"{one.code} is as old as it was"
    pending = any(one.state is TopicState.PENDING for one in (*before.topics, *seen.topics))
    skewed = any(why.code is Code.CLOCK_SKEW for one in row for why in one.reasons)
    apart = max(after.measured_at - one.measured_at for one, after in pairwise(row))
    doubt_ms = apart.total_seconds() * 1000 if skewed else 0
    late = len(row) > 2 and min(one.latency.behind or 0 for one in row) > target_ms + doubt_ms
    unread = any(one.code is Code.PARTITIONS_UNREADABLE for one in seen.reasons)
    in_time = not late or seen.status is not Status.IN_SYNC
    assert in_time or pending or unread, "in sync, though records wait"


def line(seen: Observation) -> str:
    """A sample for somebody who must understand a failure."""
    topics = [
        f"{one.name} {one.state} average {one.average_latency} max {one.max_latency} "
        f"behind {one.behind} lag {one.lag_records}"
        for one in seen.topics
    ]
    reasons = [f"{one.code}({one.topic}, {one.measured}): {one.message}" for one in seen.reasons]
    states = [
        f"{one.name} {one.status} {[task.status for task in one.tasks]}" for one in seen.connectors
    ]
    lines = (f"{seen.measured_at:%H:%M:%S} {seen.status}", *reasons, *topics, *states)
    return "\n    ".join(lines)
