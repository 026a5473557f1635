"""One world for all tests of what samples see."""

from collections.abc import Iterator

import pytest

from tests.e2e.truth.world import World, opened


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two Kafka clusters, Connect, the tables and the sampler."""
    with opened(tmp_path_factory.mktemp("world")) as world:
        yield world
