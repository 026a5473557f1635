"""What other people do to a mirror's connectors, under traffic."""

from collections.abc import Callable

from mirroring.measuring.clock import now_ms
from mirroring.mirror import Intent
from mirroring.observation import Code, Status

from tests.e2e.truth.stage import (
    IN_SYNC,
    MINUTE_MS,
    Stage,
    Story,
    has,
    is_,
    nothing_waits,
)

OUTAGE_MS = 60_000
TARGET_MS = 10_000
DRAIN_MS = 10_000


def a_connector_stopped_by_somebody_else_for_60_s(stage: Stage) -> Story:
    topic = stage.topic(configs={"retention.ms": "90000"})
    stage.flow(topic)
    stage.make(target_latency=2 * TARGET_MS)
    yield from stage.until(IN_SYNC, "in sync")
    stage.right = {Code.CONNECTOR_STOPPED, Code.RETENTION_NEAR}
    yield from _held(
        stage, topic, stage.world.connect.stop, Code.CONNECTOR_STOPPED, outage_ms=OUTAGE_MS
    )
    assert any(one.code is Code.RETENTION_NEAR for seen in stage.seen for one in seen.reasons)


def a_connector_paused_by_somebody_else(stage: Stage) -> Story:
    topic = stage.topic()
    stage.flow(topic)
    stage.make(target_latency=TARGET_MS)
    yield from stage.until(IN_SYNC, "in sync")
    stage.right = {Code.CONNECTOR_PAUSED}
    yield from _held(
        stage, topic, stage.world.connect.pause, Code.CONNECTOR_PAUSED, outage_ms=2 * TARGET_MS
    )


def a_connector_deleted_by_somebody_else(stage: Stage) -> Story:
    topic = stage.topic()
    stage.flow(topic)
    stage.make(target_latency=TARGET_MS)
    yield from stage.until(IN_SYNC, "in sync")
    stage.right = {Code.CONNECTOR_MISSING}
    stage.world.connect.delete(stage.connector)
    stage.fault()
    missing = is_(Status.OUT_OF_SYNC, Code.CONNECTOR_MISSING)
    seen = yield from stage.until(missing, "missing", within=2)
    stage.detected("connector deleted by somebody else")
    kinds = [(one.kind, one.status) for one in seen.connectors]
    assert kinds == [("Checkpoint Connector", "RUNNING")]
    yield from stage.follows(topic, 4)
    assert stage.world.repair(stage.mirror), "it is put back"
    stage.right = {Code.LATENCY_ABOVE_TARGET}
    yield from stage.until(nothing_waits, "nothing waits")
    yield from stage.until(IN_SYNC, "in sync", within=3)


def a_connector_restarted_under_traffic_raises_no_alarm(stage: Stage) -> Story:
    topic = stage.topic()
    stage.flow(topic)
    stage.make()
    stage.right.clear()
    yield from stage.until(IN_SYNC, "in sync")
    for _ in range(3):
        stage.world.connect.restart(stage.connector)
        yield from stage.steady(IN_SYNC, "in sync", 2)
    stage.world.turn(stage.mirror, {"consumer.poll.timeout.ms": "900"})
    yield from stage.steady(IN_SYNC, "in sync", 3)


def a_mirror_paused_through_lockstep_is_paused_and_alerts_nobody(stage: Stage) -> Story:
    topic = stage.topic()
    stage.flow(topic)
    stage.make(target_latency=TARGET_MS)
    yield from stage.until(IN_SYNC, "in sync")
    stage.right.clear()
    stage.intend(Intent.PAUSED)
    yield from stage.steady(is_(Status.PAUSED), "paused", 3)
    yield from stage.follows(topic, 2)
    stage.intend(Intent.RUNNING)
    yield from stage.until(IN_SYNC, "in sync", within=3)
    assert stage.alerts() == []


def a_mirror_resumed_after_an_idle_hour_raises_no_alarm(stage: Stage) -> Story:
    plain_, stamped = stage.topic("plain"), stage.topic("stamped")
    own = {"message.timestamp.type": "LogAppendTime"}
    stage.world.target.create(stage.mirrored(stamped), configs=own)
    stage.make(target_latency=TARGET_MS)
    flows = [stage.flow(topic) for topic in (plain_, stamped)]
    yield from stage.until(IN_SYNC, "in sync")
    stage.right.clear()
    yield
    for flow in flows:
        stage.flows.end(flow)
    stage.intend(Intent.PAUSED)
    yield from stage.settled(plain_, stamped)
    stage.quick = True
    for _ in range(12):
        stage.shift_ms += 5 * MINUTE_MS
        seen = yield
        assert is_(Status.PAUSED)(seen), "paused"
    stage.quick = False
    stage.intend(Intent.RUNNING)
    yield from stage.until(IN_SYNC, "in sync", within=3)
    yield from stage.steady(IN_SYNC, "in sync", 3)
    assert stage.alerts() == []


def a_pattern_that_java_refuses_fails_the_connector(stage: Stage) -> Story:
    stage.topic()
    stage.right = {Code.CONNECTOR_FAILED, Code.CHECKPOINT_FAILED}
    stage.make(regex=rf"{stage.slug}\.(t")
    failed = has(Status.OUT_OF_SYNC, Code.CONNECTOR_FAILED)
    seen = yield from stage.until(failed, "failed", within=2)
    stage.detected("a topics pattern that Java refuses")
    assert "pattern" in seen.reasons[0].message and "topicsRegex" in seen.reasons[0].action


def a_failed_checkpoint_connector_is_a_warning_and_no_status(stage: Stage) -> Story:
    topic = stage.topic()
    stage.flow(topic)
    mirror = stage.make()
    yield from stage.until(IN_SYNC, "in sync")
    stage.right = {Code.CHECKPOINT_FAILED}
    told = stage.world.connect.connector(mirror.checkpoint_connector)
    assert told is not None
    stage.world.connect.put(mirror.checkpoint_connector, {**told.config, "topics": "("})
    stage.fault()
    yield from stage.until(is_(Status.IN_SYNC, Code.CHECKPOINT_FAILED), "told", seconds=30)
    stage.detected("checkpoint connector failed")


def _held(
    stage: Stage, topic: str, hold: Callable[[str], None], code: Code, outage_ms: int
) -> Story:
    """Hold the connector under traffic, let it go while a sample listens, and see it recover."""
    hold(stage.connector)
    stage.fault()
    began = now_ms()
    yield from stage.until(has(Status.OUT_OF_SYNC, code), "seen to be held", within=2)
    stage.detected(f"connector {code.removeprefix('CONNECTOR_').lower()} by somebody else")
    while now_ms() - began < outage_ms:
        yield from stage.follows(topic, 1)
    oldest = stage.oldest_waiting(topic)
    connect, connector = stage.world.connect, stage.connector
    stage.world.while_listening(stage.mirror, lambda: connect.resume(connector))
    seen = yield
    late = now_ms() - oldest
    assert seen.latency.max is not None
    assert late - DRAIN_MS <= seen.latency.max <= late, (
        f"the longest latency is {seen.latency.max} ms, the oldest record took up to {late} ms"
    )
    stage.right = {Code.LATENCY_ABOVE_TARGET}
    yield from stage.until(nothing_waits, "nothing waits")
    yield from stage.until(IN_SYNC, "in sync after two good samples", within=2)
    yield from stage.steady(IN_SYNC, "in sync", 2)
    late = any(one.code is Code.LATENCY_ABOVE_TARGET for seen in stage.seen for one in seen.reasons)
    again = [("OUT_OF_SYNC", "OUT_OF_SYNC")] if late else []
    told = [("IN_SYNC", "OUT_OF_SYNC"), *again, ("OUT_OF_SYNC", "IN_SYNC")]
    assert stage.alerts() == told, "each critical finding once, and the end"


STORIES = (
    a_connector_stopped_by_somebody_else_for_60_s,
    a_connector_paused_by_somebody_else,
    a_connector_deleted_by_somebody_else,
    a_connector_restarted_under_traffic_raises_no_alarm,
    a_mirror_paused_through_lockstep_is_paused_and_alerts_nobody,
    a_mirror_resumed_after_an_idle_hour_raises_no_alarm,
    a_pattern_that_java_refuses_fails_the_connector,
    a_failed_checkpoint_connector_is_a_warning_and_no_status,
)
