"""One of three brokers falls silent, for us and for Connect, and neither refuses nor answers."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from mirroring.observation import Code, Observation, Status

from tests.e2e.proxy import Proxy
from tests.e2e.truth import traffic
from tests.e2e.truth.elsewhere import proxies
from tests.e2e.truth.stage import IN_SYNC, Stage, Story, has, topic_of

PARTITIONS = 6
RATE = 5.0
MORE_S = 2.0
KNOWN = has(Status.IN_SYNC, Code.SOURCE_UNREACHABLE)


def a_silent_broker_costs_the_other_partitions_nothing(stage: Stage) -> Story:
    topic = stage.topic(partitions=PARTITIONS)
    stage.make()
    with traffic.steady(stage.world.source.address, [topic], PARTITIONS, RATE):
        yield from stage.until(IN_SYNC, "in sync at first")
        yield from stage.steady(IN_SYNC, "in sync", 2)
        took = _time(stage)
        stage.right = {Code.SOURCE_UNREACHABLE, Code.PARTITIONS_UNREADABLE}
        with _silent(proxies(stage.world)[1]):
            stage.fault()
            yield from stage.until(KNOWN, "in sync with a warning", within=2)
            stage.detected("one of three source brokers silent")
            assert _time(stage) < took + MORE_S
            for _ in range(3):
                seen = yield
                assert KNOWN(seen) and _all_but_one_broker_flow(seen, topic)
        yield from stage.until(IN_SYNC, "in sync without a warning")


def _time(stage: Stage) -> float:
    """How long a sample of this mirror alone takes, in s."""
    began = time.monotonic()
    taken = stage.world.take(stage.mirror.name)
    took = time.monotonic() - began
    stage.hear(taken[stage.mirror.name])
    return took


@contextmanager
def _silent(proxy: Proxy) -> Iterator[None]:
    proxy.fall_silent()
    try:
        yield
    finally:
        proxy.speak()


def _all_but_one_broker_flow(seen: Observation, topic: str) -> bool:
    """Whether two thirds of the records are seen to be written, and arrive in time."""
    figures = topic_of(seen, topic)
    share = (figures.average_rate or 0.0) / (PARTITIONS * RATE)
    return 0.6 < share < 0.75 and (figures.average_latency or 0) < 1_000


STORIES = (a_silent_broker_costs_the_other_partitions_nothing,)
