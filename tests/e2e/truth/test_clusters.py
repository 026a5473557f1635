"""What Lockstep says of faults in clusters, links, workers and credentials.

The stories of one Connect cluster are told side by side where they do not disturb each other, those
of the two Connect clusters at the same time; each test is one story's ending.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.truth.elsewhere import Elsewhere, pair, three
from tests.e2e.truth.faults_table import tell
from tests.e2e.truth.flow import Flows
from tests.e2e.truth.linked import linked
from tests.e2e.truth.runner import Ending, Tale, run_on
from tests.e2e.truth.stage import Stage
from tests.e2e.truth.stories import credentials, links, outages, silence
from tests.e2e.truth.world import World, opened

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

DEFAULT_FLUSH_MS = 60_000
LINKED = (*links.STORIES, *credentials.STORIES)
STORIES = (*LINKED, *outages.OF_THE_SOURCE, *silence.STORIES, *outages.OF_TWO_WORKERS)


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
        one = theatres.submit(_by_one_worker, world, source, folder, wanted)
        two = theatres.submit(_by_two_workers, source, folder, wanted)
        return one.result() | two.result()


def _by_one_worker(
    world: World, source: Elsewhere, folder: Path, wanted: Sequence[Tale]
) -> dict[str, Ending]:
    """What harms no other mirror on the same clusters, then what makes each sample longer."""
    cast = [(source, tale) for tale in LINKED] + [(world, tale) for tale in outages.OF_THE_SOURCE]
    told = _side_by_side([(place, tale) for place, tale in cast if tale in wanted])
    if not set(silence.STORIES) & set(wanted):
        return told
    with three(world, folder) as brokers:
        return told | _side_by_side([(brokers, tale) for tale in silence.STORIES])


def _by_two_workers(source: Elsewhere, folder: Path, wanted: Sequence[Tale]) -> dict[str, Ending]:
    """What harms every mirror on the same clusters, one after another."""
    told: dict[str, Ending] = {}
    tales = [tale for tale in outages.OF_TWO_WORKERS if tale in wanted]
    if tales:
        with pair(source, folder) as both:
            for tale in tales:
                told |= _side_by_side([(both, tale)])
    return told


def _side_by_side(cast: Sequence[tuple[World, Tale]]) -> dict[str, Ending]:
    """Each story on a stage in its world, with traffic to that world's source."""
    if not cast:
        return {}
    with ExitStack() as stack:
        flows = {id(world): stack.enter_context(Flows(world.source)) for world, _ in cast}
        stages = [Stage(world, flows[id(world)], f"c{STORIES.index(tale)}") for world, tale in cast]
        return run_on(stages, [tale for _, tale in cast])
