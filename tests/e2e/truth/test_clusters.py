"""What Lockstep says of faults in clusters, links, workers and credentials.

The stories of one Connect cluster are told side by side where they do not disturb each other, those
of the two Connect clusters at the same time; each test is one story's ending.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.truth.elsewhere import Elsewhere, on_itself, pair, three
from tests.e2e.truth.faults_table import tell
from tests.e2e.truth.linked import linked
from tests.e2e.truth.opening import opened
from tests.e2e.truth.runner import Ending, Tale, run
from tests.e2e.truth.stories import credentials, leaderless, links, outages, silence
from tests.e2e.truth.world import DEFAULT_FLUSH_MS, World

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

LINKED = (*links.STORIES, *credentials.STORIES)
OF_THREE = (*silence.STORIES, *leaderless.STORIES)
STORIES = (*LINKED, *outages.OF_THE_SOURCE, *OF_THREE, *outages.OF_TWO_WORKERS)


@pytest.fixture(scope="module")
def endings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, Ending]]:
    """How the stories of the wanted tests ended."""
    names = {item.name for item in request.session.items}
    wanted = [tale for tale in STORIES if f"test_story[{tale.__name__}]" in names]
    endings = _told(tmp_path_factory.mktemp("clusters"), wanted)
    yield endings
    if len(wanted) == len(STORIES):
        tell("clusters", [row for ending in endings.values() for row in ending.rows])


@pytest.mark.parametrize("tale", STORIES, ids=lambda tale: tale.__name__)
def test_story(tale: Tale, endings: Mapping[str, Ending]) -> None:
    failure = endings[tale.__name__].failure
    assert failure is None, failure


def _told(folder: Path, wanted: Sequence[Tale]) -> dict[str, Ending]:
    with (
        opened(folder, flush_ms=DEFAULT_FLUSH_MS) as world,
        linked(world, folder) as source,
        ThreadPoolExecutor(2) as theatres,
    ):
        one = theatres.submit(_by_one_worker, world, source, wanted)
        two = theatres.submit(_by_two_workers, source, folder, wanted)
        three_ = _of_three_brokers(world, folder, wanted, one)
        return one.result() | two.result() | three_


def _by_one_worker(world: World, source: Elsewhere, wanted: Sequence[Tale]) -> dict[str, Ending]:
    """What harms no other mirror on the same clusters."""
    cast = [(source, tale) for tale in LINKED] + [(world, tale) for tale in outages.OF_THE_SOURCE]
    return run([(place, tale) for place, tale in cast if tale in wanted])


def _of_three_brokers(
    world: World, folder: Path, wanted: Sequence[Tale], others: Future[dict[str, Ending]]
) -> dict[str, Ending]:
    """The broker that is dead, and then, once nobody else samples, the one that costs time."""
    if not set(OF_THREE) & set(wanted):
        return {}
    with three(world, folder) as brokers:
        itself = on_itself(brokers, folder)
        told = run([(itself, tale) for tale in leaderless.STORIES if tale in wanted])
        others.result()
        return told | run([(brokers, tale) for tale in silence.STORIES if tale in wanted])


def _by_two_workers(source: Elsewhere, folder: Path, wanted: Sequence[Tale]) -> dict[str, Ending]:
    """What harms every mirror on the same clusters, one after another."""
    told: dict[str, Ending] = {}
    tales = [tale for tale in outages.OF_TWO_WORKERS if tale in wanted]
    if tales:
        with pair(source, folder) as both:
            for tale in tales:
                told |= run([(both, tale)])
    return told
