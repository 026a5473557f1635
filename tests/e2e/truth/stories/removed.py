"""Topics and records that were deleted, at the source and at the target."""

from collections.abc import Generator

from mirroring.observation import Code, Observation, Status

from tests.e2e.truth.side import plain
from tests.e2e.truth.stage import IN_SYNC, MINUTE_MS, Stage, Story, has, is_, nothing_waits

FIRST = 100
AFTER_WINDOW_MS = 7 * MINUTE_MS
RECREATED = has(Status.OUT_OF_SYNC, Code.TOPIC_RECREATED)
RESET = has(Status.OUT_OF_SYNC, Code.TARGET_TOPIC_RESET)


def a_deleted_topic_is_gone_without_a_word_and_the_last_one_leaves_nothing_to_mirror(
    stage: Stage,
) -> Story:
    one, other = stage.topic("one"), stage.topic("other")
    stage.make(refresh_s=5)
    stage.write(one, plain(5))
    stage.write(other, plain(5))
    yield from stage.until(IN_SYNC, "in sync")
    yield from stage.until(nothing_waits, "nothing waits")
    stage.world.source.delete(one)
    stage.right.clear()
    seen = yield from stage.steady(IN_SYNC, "in sync", 4)
    assert [topic.name for topic in seen.topics] == [other]
    stage.world.source.delete(other)
    stage.fault()
    stage.right = {Code.NO_TOPICS_MATCHED}
    yield from stage.until(is_(Status.STALE_TOPIC, Code.NO_TOPICS_MATCHED), "no topic", within=3)
    stage.detected("the only source topic deleted")
    yield from stage.steady(is_(Status.STALE_TOPIC, Code.NO_TOPICS_MATCHED), "no topic", 3)


def a_topic_made_again_below_the_committed_offset_is_told(stage: Stage) -> Story:
    yield from _made_again(stage, 40, "source topic deleted and made again, with fewer records")


def a_topic_made_again_beyond_the_committed_offset_is_told(stage: Stage) -> Story:
    yield from _made_again(stage, 150, "source topic deleted and made again, with more records")


def records_deleted_beyond_a_stopped_mirror_are_counted(stage: Stage) -> Story:
    topic = yield from _copied(stage)
    stage.right = {Code.CONNECTOR_STOPPED}
    stage.world.connect.stop(stage.connector)
    yield from stage.until(has(Status.OUT_OF_SYNC, Code.CONNECTOR_STOPPED), "stopped")
    stage.write(topic, plain(200))
    yield
    stage.right = {Code.CONNECTOR_STOPPED, Code.DATA_LOSS}
    stage.world.source.delete_records(topic, FIRST + 110)
    stage.fault()
    yield from _lost(stage, topic, 110)
    stage.detected("records deleted at the source before a stopped mirror copied them")
    stage.world.source.delete_records(topic, FIRST + 150)
    yield
    yield from stage.steady(has(Status.OUT_OF_SYNC, Code.DATA_LOSS), "counted once", 3)
    assert _counted(stage) == 150
    stage.world.connect.resume(stage.connector)
    yield from stage.until(nothing_waits, "the rest is copied")
    yield from stage.until(is_(Status.OUT_OF_SYNC, Code.DATA_LOSS), "the loss stands")
    assert _counted(stage) == 150
    flow = stage.flow(topic)
    yield from stage.steady(is_(Status.OUT_OF_SYNC, Code.DATA_LOSS), "the loss stands", 3)
    stage.flows.end(flow)
    yield from stage.until(nothing_waits, "everything is copied")
    yield from stage.settled(topic)
    stage.shift_ms, stage.right = AFTER_WINDOW_MS, set()
    yield from stage.until(IN_SYNC, "over", within=3)


def everything_unmirrored_deleted_from_a_paused_mirror_is_counted(stage: Stage) -> Story:
    topic = yield from _copied(stage)
    stage.right = {Code.CONNECTOR_PAUSED}
    stage.world.connect.pause(stage.connector)
    yield from stage.until(has(Status.OUT_OF_SYNC, Code.CONNECTOR_PAUSED), "paused")
    stage.write(topic, plain(50))
    yield
    stage.right = {Code.CONNECTOR_PAUSED, Code.DATA_LOSS}
    stage.world.source.delete_records(topic, FIRST + 50)
    stage.fault()
    yield from _lost(stage, topic, 50)
    stage.detected("everything that was not copied deleted at the source")
    stage.world.connect.resume(stage.connector)
    stage.write(topic, plain(5))
    yield from stage.until(nothing_waits, "the rest is copied")
    yield from stage.until(is_(Status.OUT_OF_SYNC, Code.DATA_LOSS), "the loss stands")
    assert _counted(stage) == 50


def deleting_what_is_copied_loses_nothing(stage: Stage) -> Story:
    topic = yield from _copied(stage)
    flow = stage.flow(topic)
    stage.right.clear()
    for below in (30, FIRST):
        stage.world.source.delete_records(topic, below)
        yield from stage.steady(IN_SYNC, "in sync", 3)
    stage.flows.end(flow)
    yield from stage.until(nothing_waits, "nothing waits")
    stage.world.source.delete_records(topic, stage.world.source.end(topic))
    yield from stage.steady(IN_SYNC, "in sync", 4)


def a_topic_purged_of_all_that_is_copied_loses_nothing(stage: Stage) -> Story:
    topic = yield from _copied(stage)
    stage.flow(topic)
    stage.right.clear()
    for _ in range(10):
        copied = stage.world.target.end(stage.mirrored(topic))
        stage.world.source.delete_records(topic, copied)
        yield from stage.steady(IN_SYNC, "in sync", 1)


def a_target_topic_made_again_by_the_mirror_was_reset(stage: Stage) -> Story:
    topic = yield from _copied(stage, refresh_s=5)
    flow = stage.flow(topic)
    yield
    stage.right = {Code.TARGET_TOPIC_MISSING, Code.TARGET_TOPIC_RESET}
    stage.world.target.delete(stage.mirrored(topic))
    stage.fault()
    yield from stage.until(RESET, "reset")
    stage.detected("target topic deleted, and made again by the mirror")
    stage.right = {Code.TARGET_TOPIC_RESET}
    yield from stage.until(is_(Status.OUT_OF_SYNC, Code.TARGET_TOPIC_RESET), "copies again")
    stage.flows.end(flow)
    yield from stage.until(nothing_waits, "nothing waits")
    yield from stage.settled(topic)
    stage.shift_ms, stage.right = AFTER_WINDOW_MS, set()
    yield from stage.until(IN_SYNC, "over", within=3)


def a_target_topic_that_stays_away_is_missing_until_a_restart_makes_it_again(
    stage: Stage,
) -> Story:
    topic = yield from _copied(stage, refresh_s=600)
    stage.right = {Code.TARGET_TOPIC_MISSING, Code.LATENCY_ABOVE_TARGET}
    stage.world.target.delete(stage.mirrored(topic))
    stage.fault()
    missing = has(Status.OUT_OF_SYNC, Code.TARGET_TOPIC_MISSING)
    yield from stage.until(missing, "missing", within=2)
    stage.detected("target topic deleted")
    stage.flow(topic)
    yield from stage.steady(missing, "missing", 4)
    stage.right |= {Code.TARGET_TOPIC_RESET}
    stage.world.connect.restart(stage.connector)
    yield from stage.until(RESET, "made again")
    stage.right = {Code.TARGET_TOPIC_RESET, Code.LATENCY_ABOVE_TARGET}
    yield from stage.until(is_(Status.OUT_OF_SYNC, Code.TARGET_TOPIC_RESET), "copies again")
    stage.right = {Code.TARGET_TOPIC_RESET}
    yield from stage.steady(is_(Status.OUT_OF_SYNC, Code.TARGET_TOPIC_RESET), "reset", 2)


def _copied(stage: Stage, refresh_s: int | None = None) -> Generator[None, Observation, str]:
    """A topic whose first records are all copied, and in sync."""
    topic = stage.topic()
    stage.make(target_latency=10_000, refresh_s=refresh_s)
    stage.write(topic, plain(FIRST))
    yield from stage.until(IN_SYNC, "in sync")
    yield from stage.until(nothing_waits, "nothing waits")
    return topic


def _made_again(stage: Stage, records: int, fault: str) -> Story:
    topic = yield from _copied(stage, refresh_s=5)
    yield from stage.until(lambda _: stage.committed(topic) == FIRST - 1, "committed")
    stage.right = {Code.TOPIC_RECREATED}
    stage.world.source.delete(topic)
    stage.world.source.create(topic)
    stage.write(topic, plain(records))
    stage.fault()
    yield from stage.until(RECREATED, "told", within=2)
    stage.detected(fault)
    yield from stage.until(nothing_waits, "nothing waits")
    yield from stage.steady(is_(Status.OUT_OF_SYNC, Code.TOPIC_RECREATED), "nothing else", 4)
    yield from stage.settled(topic)
    stage.shift_ms, stage.right = AFTER_WINDOW_MS, set()
    yield from stage.until(IN_SYNC, "over", within=3)


def _lost(stage: Stage, topic: str, records: int) -> Story:
    seen = yield from stage.until(has(Status.OUT_OF_SYNC, Code.DATA_LOSS), "told", seconds=30)
    found = next(one for one in seen.reasons if one.code is Code.DATA_LOSS)
    assert (found.topic, found.partition, found.measured) == (topic, 0, records)


def _counted(stage: Stage) -> int | None:
    return next(one.measured for one in stage.seen[-1].reasons if one.code is Code.DATA_LOSS)


STORIES = (
    a_deleted_topic_is_gone_without_a_word_and_the_last_one_leaves_nothing_to_mirror,
    a_topic_made_again_below_the_committed_offset_is_told,
    a_topic_made_again_beyond_the_committed_offset_is_told,
    records_deleted_beyond_a_stopped_mirror_are_counted,
    everything_unmirrored_deleted_from_a_paused_mirror_is_counted,
    deleting_what_is_copied_loses_nothing,
    a_topic_purged_of_all_that_is_copied_loses_nothing,
    a_target_topic_made_again_by_the_mirror_was_reset,
    a_target_topic_that_stays_away_is_missing_until_a_restart_makes_it_again,
)
