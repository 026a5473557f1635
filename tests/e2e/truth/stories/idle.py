"""Topics that nobody writes to, and records from before the mirror."""

from mirroring.measuring.clock import now_ms
from mirroring.observation import Code, Status, TopicState

from tests.e2e.local_stack import eventually
from tests.e2e.truth.side import plain
from tests.e2e.truth.stage import (
    IN_SYNC,
    MINUTE_MS,
    Stage,
    Story,
    in_state,
    is_,
    nothing_waits,
)

HOUR_MINUTES = 60
HOUR_MS = HOUR_MINUTES * MINUTE_MS
STALE = is_(Status.STALE_TOPIC, Code.STALE_TOPIC)


def an_idle_topic_and_one_never_written_stay_in_sync_for_an_hour(stage: Stage) -> Story:
    once, never = stage.topic("once"), stage.topic("never")
    stage.make()
    yield from stage.until(IN_SYNC, "in sync at first")
    stage.write(once, plain(3))
    yield from stage.until(in_state(once, TopicState.ACTIVE), "seen to be written to", within=1)
    yield from stage.until(nothing_waits, "its records are copied")
    yield from stage.settled(once)
    stage.quick = True
    for minute in range(HOUR_MINUTES):
        stage.shift_ms += MINUTE_MS
        seen = yield
        assert IN_SYNC(seen), f"not in sync in minute {minute}"
    states = {one.name: one.state for one in seen.topics}
    assert states == {once: TopicState.INACTIVE, never: TopicState.EMPTY}
    assert stage.alerts() == []


def a_topic_written_only_before_the_mirror_is_stale_for_an_hour(stage: Stage) -> Story:
    topic = stage.topic()
    stage.write(topic, plain(50, timestamp_ms=now_ms() - HOUR_MS))
    stage.make()
    stage.right |= {Code.STALE_TOPIC}
    yield from stage.until(STALE, "stale")
    stage.detected("nothing written to a topic since the mirror was made")
    yield from stage.settled(topic)
    stage.quick = True
    for minute in range(HOUR_MINUTES):
        stage.shift_ms += MINUTE_MS
        seen = yield
        assert STALE(seen), f"not stale in minute {minute}"
    assert in_state(topic, TopicState.STALE)(seen)


def a_stale_topic_is_active_with_its_first_record_and_inactive_later(stage: Stage) -> Story:
    topic = stage.topic()
    stage.write(topic, plain(50, timestamp_ms=now_ms() - HOUR_MS))
    stage.make()
    stage.right |= {Code.STALE_TOPIC}
    yield from stage.until(STALE, "stale")
    stage.write(topic, plain(1))
    stage.right.clear()
    yield from stage.until(in_state(topic, TopicState.ACTIVE), "active", within=1)
    yield from stage.until(nothing_waits, "its record is copied")
    yield from stage.settled(topic)
    stage.shift_ms = 6 * MINUTE_MS
    yield from stage.until(in_state(topic, TopicState.INACTIVE), "inactive", within=1)
    yield from stage.steady(IN_SYNC, "in sync", 3)


def a_delay_that_is_over_leaves_a_quiet_topic_in_sync(stage: Stage) -> Story:
    topic = stage.topic()
    flow = stage.flow(topic)
    stage.make(target_latency=4_000)
    yield from stage.until(IN_SYNC, "in sync")
    stage.right = {Code.CONNECTOR_PAUSED}
    stage.world.connect.pause(stage.connector)
    yield from stage.until(lambda seen: (seen.latency.behind or 0) > 10_000, "late")
    stage.flows.end(flow)
    stage.world.connect.resume(stage.connector)
    stage.right = {Code.LATENCY_ABOVE_TARGET}
    yield from stage.until(nothing_waits, "nothing waits")
    stage.write(topic, plain(1))
    eventually(lambda: _copied(stage, topic), within_s=30, what="copied while nobody listens")
    yield from stage.until(nothing_waits, "nothing waits")
    stage.right.clear()
    yield from stage.until(IN_SYNC, "in sync", within=2)
    yield from stage.settled(topic)
    stage.shift_ms = 6 * MINUTE_MS
    yield from stage.steady(IN_SYNC, "in sync", 3)


def a_mirror_from_latest_counts_no_older_record(stage: Stage) -> Story:
    topic = stage.topic()
    stage.write(topic, plain(100))
    stage.make(start_from="latest")
    stage.right.clear()
    yield from stage.until(IN_SYNC, "in sync")
    stage.flow(topic)
    yield from stage.steady(IN_SYNC, "in sync with traffic", 8)
    copied = stage.world.target.end(stage.mirrored(topic))
    assert 0 < copied <= stage.world.source.end(topic) - 100


def _copied(stage: Stage, topic: str) -> bool:
    return stage.world.target.end(stage.mirrored(topic)) == stage.world.source.end(topic)


STORIES = (
    a_delay_that_is_over_leaves_a_quiet_topic_in_sync,
    an_idle_topic_and_one_never_written_stay_in_sync_for_an_hour,
    a_topic_written_only_before_the_mirror_is_stale_for_an_hour,
    a_stale_topic_is_active_with_its_first_record_and_inactive_later,
    a_mirror_from_latest_counts_no_older_record,
)
