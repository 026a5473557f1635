"""What Lockstep says of faults in topics, records and connectors, beside what truly happened.

All stories are told on one world, side by side; each test is one story's ending.
"""

from collections.abc import Iterator, Mapping

import pytest

from tests.e2e.truth.faults_table import tell
from tests.e2e.truth.more_workers import more_workers
from tests.e2e.truth.runner import Ending, Tale, run
from tests.e2e.truth.stories import STORIES, commits
from tests.e2e.truth.world import World

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

ALL = (*commits.LATE_FLUSH, *commits.EXACT, *STORIES)


@pytest.fixture(scope="session")
def endings(
    request: pytest.FixtureRequest, world: World, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, Ending]]:
    """How the stories of the wanted tests ended."""
    wanted = {item.name for item in request.session.items}
    told = [tale for tale in ALL if _named(tale) in wanted]
    elsewhere: dict[Tale, World] = {}
    if set(told) - set(STORIES):
        more = more_workers(world, tmp_path_factory.mktemp("workers"))
        elsewhere |= dict.fromkeys(commits.EXACT, more.exact)
        elsewhere |= dict.fromkeys(commits.LATE_FLUSH, more.late)
    endings = run([(elsewhere.get(tale, world), tale) for tale in told])
    yield endings
    if len(told) == len(ALL):
        tell("topics", [row for ending in endings.values() for row in ending.rows])


def _named(tale: Tale) -> str:
    return f"test_story[{tale.__name__}]"


@pytest.mark.parametrize("tale", ALL, ids=lambda tale: tale.__name__)
def test_story(tale: Tale, endings: Mapping[str, Ending]) -> None:
    failure = endings[tale.__name__].failure
    assert failure is None, failure
