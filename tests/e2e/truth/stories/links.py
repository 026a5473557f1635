"""Whoever stands between the source and its copy: a black hole, and a person with Connect's API."""

import time

from mirroring.observation import Code, Observation, Status

from tests.e2e.truth.elsewhere import proxies
from tests.e2e.truth.linked import through_proxy
from tests.e2e.truth.stage import IN_SYNC, Stage, Story, has, topic_of

TARGET_MS = 5_000
OUTAGE_S = 60.0


def a_black_hole_before_connect_is_stalled_while_connect_says_running(
    stage: Stage,
) -> Story:
    topic = stage.topic()
    (proxy,) = proxies(stage.world)
    stage.make(target_latency=TARGET_MS, knobs=through_proxy(stage.world))
    stage.flow(topic)
    yield from stage.until(IN_SYNC, "in sync at first")
    yield from stage.steady(IN_SYNC, "in sync", 2)
    stage.right = {Code.STALLED, Code.LATENCY_ABOVE_TARGET}
    proxy.fall_silent()
    stage.fault()
    seen = yield from stage.until(has(Status.OUT_OF_SYNC, Code.STALLED), "stalled", within=5)
    stage.detected("link from Connect to the source drops everything")
    for _ in range(3):
        assert says_running(seen)
        seen = yield from stage.follows(topic, 1)
    proxy.speak()
    yield from stage.until(IN_SYNC, "in sync again")
    stage.right.clear()
    yield from stage.steady(IN_SYNC, "in sync", 2)


def a_connector_stopped_behind_our_back_is_as_late_as_its_oldest_record(
    stage: Stage,
) -> Story:
    topic = stage.topic()
    stage.make(target_latency=TARGET_MS)
    stage.flow(topic)
    yield from stage.until(IN_SYNC, "in sync at first")
    yield from stage.steady(IN_SYNC, "in sync", 2)
    stage.right = {Code.CONNECTOR_STOPPED}
    stage.world.connect.stop(stage.connector)
    stage.fault()
    stopped = has(Status.OUT_OF_SYNC, Code.CONNECTOR_STOPPED)
    yield from stage.until(stopped, "stopped", within=2)
    stage.detected("connector stopped in Kafka Connect")
    until = time.monotonic() + OUTAGE_S
    while time.monotonic() < until:
        seen = yield from stage.follows(topic, 1)
    late = seen.latency.behind or 0
    stage.right = {Code.CONNECTOR_STOPPED, Code.LATENCY_ABOVE_TARGET, Code.STALLED}
    connect, connector = stage.world.connect, stage.connector
    stage.world.while_listening(stage.mirror, lambda: connect.resume(connector))
    seen = yield
    heard = topic_of(seen, topic)
    assert (heard.max_latency or 0) >= late, "the late records were not heard"
    assert (heard.average_latency or 0) >= late / 3, "most of what arrived was late"
    yield from stage.until(IN_SYNC, "in sync again", within=4)
    stage.right.clear()
    yield from stage.steady(IN_SYNC, "in sync", 2)


def says_running(seen: Observation) -> bool:
    """Whether Connect says that the mirror connector and all of its tasks run."""
    connector = seen.connectors[0]
    return set(connector.states) == {"RUNNING"}


STORIES = (
    a_black_hole_before_connect_is_stalled_while_connect_says_running,
    a_connector_stopped_behind_our_back_is_as_late_as_its_oldest_record,
)
