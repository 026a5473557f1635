"""Sources without a topic that matches, without an answer, without a welcome; unwilling targets."""

from datetime import timedelta

from mirroring.observation import Code, Status, TopicState

from lockstep.local import ports
from tests.e2e.truth.stage import MINUTE_MS, Stage, Story, has, in_state, is_
from tests.e2e.truth.world import PASSWORD

OLD = timedelta(minutes=10)
GRACE_MS = 4 * MINUTE_MS


def a_pattern_that_matches_nothing_is_told_as_that(stage: Stage) -> Story:
    stage.right = {Code.NO_TOPICS_MATCHED}
    stage.make()
    nothing = is_(Status.STALE_TOPIC, Code.NO_TOPICS_MATCHED)
    yield from stage.until(nothing, "nothing matches", within=5)
    stage.detected("no topic of the source matches")
    yield from stage.steady(nothing, "nothing matches", 3)


def a_source_that_is_dead_is_told_apart_from_no_topics(stage: Stage) -> Story:
    (port,) = ports.choose(1)
    stage.right = {Code.SOURCE_UNREACHABLE}
    stage.make(external={"bootstrap.servers": f"127.0.0.1:{port}"}, age=OLD)
    unknown = is_(Status.UNKNOWN, Code.SOURCE_UNREACHABLE)
    seen = yield from stage.until(unknown, "unknown", within=3)
    stage.detected("source dead when the mirror starts")
    assert "refuses connections" in seen.reasons[0].message
    yield from stage.steady(unknown, "unknown", 2)


def a_wrong_password_is_told_apart_from_both(stage: Stage) -> Story:
    stage.right = {Code.SOURCE_UNAUTHORIZED, Code.PLAIN_SECRETS}
    stage.topic()
    stage.make(external=stage.world.with_password("wrong"), age=OLD)
    unknown = has(Status.UNKNOWN, Code.SOURCE_UNAUTHORIZED)
    yield from stage.until(unknown, "unknown", within=3)
    stage.detected("wrong password when the mirror starts")
    yield from stage.steady(unknown, "unknown", 2)


def the_right_password_is_in_sync_with_a_warning_of_plain_secrets(stage: Stage) -> Story:
    stage.right |= {Code.PLAIN_SECRETS}
    topic = stage.topic()
    stage.make(external=stage.world.with_password(PASSWORD))
    stage.flow(topic)
    in_sync = is_(Status.IN_SYNC, Code.PLAIN_SECRETS)
    yield from stage.until(in_sync, "in sync")
    yield from stage.steady(in_sync, "in sync", 3)


def a_target_topic_that_cannot_be_made_is_missing_after_its_grace(stage: Stage) -> Story:
    stage.shift_ms = -GRACE_MS
    stage.right = {Code.NO_TOPICS_MATCHED}
    stage.make(age=timedelta(minutes=5), refresh_s=5, knobs={"replication.factor": "3"})
    yield from stage.until(is_(Status.STALE_TOPIC, Code.NO_TOPICS_MATCHED), "no topic yet")
    topic = stage.topic()
    stage.right.clear()
    yield from stage.until(in_state(topic, TopicState.PENDING), "pending", within=1)
    stage.shift_ms = 0
    stage.flow(topic)
    stage.fault()
    stage.right = {Code.TARGET_TOPIC_MISSING, Code.LATENCY_ABOVE_TARGET}
    missing = has(Status.OUT_OF_SYNC, Code.TARGET_TOPIC_MISSING)
    yield from stage.until(missing, "missing", within=2)
    stage.detected("target topic cannot be made (replication factor), 3 min after it was matched")
    yield from stage.steady(missing, "missing", 4)


STORIES = (
    a_pattern_that_matches_nothing_is_told_as_that,
    a_source_that_is_dead_is_told_apart_from_no_topics,
    a_wrong_password_is_told_apart_from_both,
    the_right_password_is_in_sync_with_a_warning_of_plain_secrets,
    a_target_topic_that_cannot_be_made_is_missing_after_its_grace,
)
