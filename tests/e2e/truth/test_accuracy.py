"""Our latency beside MirrorMaker 2's own JMX, which needs an agent on every worker."""

from collections.abc import Iterator
from contextlib import closing
from statistics import median

import pytest
from mirroring.observation import Code, Status

from tests.e2e.truth import accuracy
from tests.e2e.truth.accuracy import DELAY_S, ORDERED, RATE_PART, UNORDERED, Comparison
from tests.e2e.truth.jmx import Jmx
from tests.e2e.truth.world import World

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
ROUNDS = 5
FACTOR = 2


@pytest.fixture(scope="module")
def jmx(world: World) -> Iterator[Jmx]:
    """The JMX of the world's Connect worker."""
    assert world.worker.agent_port is not None
    with closing(Jmx(world.worker.agent_port)) as reader:
        yield reader


def test_latency_and_rate_of_steady_traffic_are_those_of_jmx(world: World, jmx: Jmx) -> None:
    with accuracy.steady(world, jmx) as traffic:
        compared = traffic.compare(ROUNDS)
    assert compared.is_close, _told(compared)
    assert compared.rate_error() < RATE_PART, _told(compared)


def test_a_slowed_link_and_producers_that_linger_move_both_equally(world: World, jmx: Jmx) -> None:
    with accuracy.slowed(world, jmx) as traffic:
        compared = traffic.compare(ROUNDS)
    assert compared.jmx > DELAY_S * 1000
    assert compared.is_close, _told(compared)
    assert {seen.status for seen in traffic.seen} == {Status.IN_SYNC}
    assert {one.code for seen in traffic.seen for one in seen.reasons} == {Code.CLOCK_SKEW}
    true = traffic.ordered_ms
    assert true / FACTOR < median(traffic.shown(ORDERED)) < true * FACTOR, traffic.shown(ORDERED)
    assert max(traffic.shown(UNORDERED)) < true * FACTOR, traffic.shown(UNORDERED)


def _told(compared: Comparison) -> str:
    rounds = ", ".join(f"{one.ours:.1f} / {one.jmx:.1f}" for one in compared.rounds)
    return f"ours / JMX in ms: {rounds}; rates are off by {compared.rate_error():.1%}"
