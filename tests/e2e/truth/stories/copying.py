"""How long records take: backfills, slow mirrors, and new topics."""

from itertools import pairwise

from mirroring.measuring.clock import now_ms
from mirroring.observation import Code, Observation, Status, TopicState

from tests.e2e.truth.side import plain
from tests.e2e.truth.stage import (
    IN_SYNC,
    Stage,
    Story,
    has,
    in_state,
    is_,
    ms,
    nothing_waits,
)

OLD_EACH = 50_000
PARTITIONS = 4
FACTOR = 2
EDGE_MS = 5_000
SLOW_MS = 4_000
BACKFILLING = is_(Status.OUT_OF_SYNC, Code.BACKFILLING)


def a_backfill_of_200_000_records_says_when_it_ends_and_alerts_nobody(stage: Stage) -> Story:
    topic = stage.topic(partitions=PARTITIONS)
    for index in range(PARTITIONS):
        stage.write(topic, plain(OLD_EACH, size=10, partition=index))
    yield
    stage.make(external=_limited(stage, wait_ms=500, partition_bytes=12_288))
    began, told = now_ms(), list[Observation]()
    stage.fault()
    told.append((yield from stage.until(BACKFILLING, "backfilling")))
    stage.detected("records older than the mirror are still being copied")
    while (seen := (yield)).backfill is not None:
        told.append(seen)
    took = ms(seen.measured_at) - began
    assert len(told) >= 2, f"copied within {took} ms, too fast to tell anything"
    for one, after in pairwise(told):
        assert one.backfill and after.backfill and one.backfill.done <= after.backfill.done
    for one in told[1:]:
        assert one.backfill and one.backfill.eta
        left, true = ms(one.backfill.eta) - ms(one.measured_at), took + began - ms(one.measured_at)
        assert left / FACTOR - EDGE_MS <= true <= left * FACTOR + EDGE_MS, (left, true)
    stage.right.clear()
    yield from stage.until(IN_SYNC, "in sync", within=2)
    assert stage.alerts() == []


def a_mirror_that_copies_too_slowly_is_above_its_target_by_what_its_records_took(
    stage: Stage,
) -> Story:
    topic = stage.topic()
    stage.make(external=_limited(stage, wait_ms=SLOW_MS), target_latency=1_000)
    yield from stage.until(IN_SYNC, "in sync at first")
    stage.flow(topic)
    stage.fault()
    stage.right = {Code.LATENCY_ABOVE_TARGET, Code.STALLED}
    late = has(Status.OUT_OF_SYNC, Code.LATENCY_ABOVE_TARGET)
    yield from stage.until(late, "above the target")
    stage.detected("a link that holds each record for up to 4 s, target latency 1 s")
    averages = []
    for _ in range(8):
        seen = yield
        averages.append(seen.latency.average or 0)
    mean = sum(averages) / len(averages)
    assert SLOW_MS / 4 <= mean <= SLOW_MS, f"half of {SLOW_MS} ms is expected: {averages}"


def a_new_topic_is_pending_and_then_active_and_never_late(stage: Stage) -> Story:
    stage.topic("first")
    stage.make(refresh_s=5)
    yield from stage.until(IN_SYNC, "in sync")
    stage.right.clear()
    second = stage.topic("second")
    stage.flow(second)
    seen = yield
    assert in_state(second, TopicState.PENDING)(seen) or in_state(second, TopicState.ACTIVE)(seen)
    yield from stage.until(in_state(second, TopicState.ACTIVE), "active")
    yield from stage.steady(IN_SYNC, "in sync", 4)
    assert stage.alerts() == []


def a_new_partition_of_an_idle_topic_is_copied_without_an_alarm(stage: Stage) -> Story:
    topic = stage.topic()
    stage.make(refresh_s=5)
    stage.write(topic, plain(10))
    yield from stage.until(IN_SYNC, "in sync")
    yield from stage.until(nothing_waits, "nothing waits")
    stage.right.clear()
    stage.world.source.add_partitions(topic, 2)
    stage.flow(topic, partition=1)
    yield from stage.steady(IN_SYNC, "in sync", 6)
    assert stage.world.target.end(stage.mirrored(topic), 1) > 0


def a_mirror_without_renaming_is_measured_on_the_topic_of_the_same_name(stage: Stage) -> Story:
    topic = stage.topic()
    stage.make(rename_mirrored_topics=False)
    stage.right.clear()
    stage.flow(topic)
    yield from stage.until(has(Status.IN_SYNC), "in sync")
    seen = yield from stage.until(lambda one: bool(one.latency.average), "records are heard")
    assert seen.topics[0].mirrored_name == topic
    yield from stage.steady(IN_SYNC, "in sync", 3)


def _limited(stage: Stage, wait_ms: int, partition_bytes: int = 1 << 20) -> dict[str, str]:
    """A source that hands out so much of each partition every `wait_ms`, never sooner."""
    return {
        "bootstrap.servers": stage.world.source.address,
        "fetch.min.bytes": str(1 << 30),
        "fetch.max.wait.ms": str(wait_ms),
        "max.partition.fetch.bytes": str(partition_bytes),
    }


STORIES = (
    a_backfill_of_200_000_records_says_when_it_ends_and_alerts_nobody,
    a_mirror_that_copies_too_slowly_is_above_its_target_by_what_its_records_took,
    a_new_topic_is_pending_and_then_active_and_never_late,
    a_new_partition_of_an_idle_topic_is_copied_without_an_alarm,
    a_mirror_without_renaming_is_measured_on_the_topic_of_the_same_name,
)
