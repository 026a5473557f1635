"""Several samplers on one mirror, and one that dies: every change is told once, nothing is lost."""

import copy
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from mirroring.mirror import Mirror
from mirroring.observation import Code, Observation, Status

from functions.sample_latency.app import handler
from tests.e2e.local_stack import eventually
from tests.e2e.truth.flow import Flow, Flows
from tests.e2e.truth.halfway import halfway
from tests.e2e.truth.world import CONNECT, World
from tests.functional.events import Context, samples_message

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

TOPIC = "samplers.t"
WITHIN_S = 30.0


@pytest.fixture(scope="module")
def mirror(world: World) -> Iterator[Mirror]:
    """A mirror with traffic."""
    world.source.create(TOPIC)
    made = world.mirror("samplers", TOPIC.replace(".", r"\."))
    with Flows(world.source) as flows:
        flow = flows.begin(Flow(TOPIC))
        yield made
        flows.end(flow)


@pytest.fixture
def stopped(world: World, mirror: Mirror) -> Iterator[int]:
    """How many changes the mirror has had: in sync as told last, and its connector stopped since.

    Behind our back, so that the next sample is the one that must tell.
    """
    eventually(lambda: _take(world, mirror).status is Status.IN_SYNC, within_s=WITHIN_S)
    world.connect.stop(mirror.source_connector)
    eventually(lambda: _connector_status(world, mirror) == "STOPPED", within_s=WITHIN_S)
    yield len(world.changes(mirror.name))
    world.connect.resume(mirror.source_connector)
    eventually(lambda: _connector_status(world, mirror) == "RUNNING", within_s=WITHIN_S)


def test_of_two_samplers_at_once_one_is_heard_and_makes_the_change(
    world: World, mirror: Mirror, stopped: int
) -> None:
    before = _last(world, mirror)
    for number in range(1, 4):
        with ThreadPoolExecutor(2) as samplers:
            taken = list(samplers.map(lambda _: world.take(mirror.name), range(2)))
        assert sorted(len(seen) for seen in taken) == [0, 1]
        after = _last(world, mirror)
        assert after.sequence == before.sequence + number
        assert after.status is Status.OUT_OF_SYNC
    _told_once(world, mirror, stopped)


def test_a_message_that_comes_twice_makes_one_change(
    world: World, mirror: Mirror, stopped: int
) -> None:
    before = _last(world, mirror)
    answer = handler(_message(mirror, times=2), Context())  # type: ignore[arg-type]  # all it reads
    assert answer == {"batchItemFailures": []}
    assert _last(world, mirror).sequence == before.sequence + 2
    _told_once(world, mirror, stopped)


def test_a_sampler_killed_between_reading_and_recording_leaves_all_to_the_next(
    world: World, mirror: Mirror, stopped: int
) -> None:
    before = world.samples.states([mirror.name])
    with halfway(_message(mirror)):
        assert world.samples.states([mirror.name]) == before
    assert world.samples.states([mirror.name]) == before
    assert len(world.changes(mirror.name)) == stopped
    seen = _take(world, mirror)
    old = before[mirror.name].observation
    assert old is not None
    assert seen.sequence == old.sequence + 1
    assert (seen.latency.behind or 0) > 0
    _told_once(world, mirror, stopped)


def _told_once(world: World, mirror: Mirror, before: int) -> None:
    """The last change is the only new one: the connector was stopped."""
    changes = world.changes(mirror.name)
    assert len(changes) == before + 1
    assert (changes[-1].before, changes[-1].after) == (Status.IN_SYNC, Status.OUT_OF_SYNC)
    assert Code.CONNECTOR_STOPPED in {one.code for one in changes[-1].reasons}


def _take(world: World, mirror: Mirror) -> Observation:
    return world.take(mirror.name)[mirror.name]


def _last(world: World, mirror: Mirror) -> Observation:
    seen = world.samples.observation(mirror.name)
    assert seen is not None
    return seen


def _connector_status(world: World, mirror: Mirror) -> str | None:
    told = world.connect.connector(mirror.source_connector)
    return told.connector.status if told else None


def _message(mirror: Mirror, times: int = 1) -> dict[str, Any]:
    """The queue's event with the mirror's message, so many times."""
    message = samples_message(CONNECT, [mirror.name])
    message["Records"] = [copy.deepcopy(message["Records"][0]) for _ in range(times)]
    return message
