"""One world for all tests of what samples see."""

from collections.abc import Iterator

import pytest

from lockstep.local import ports
from tests.e2e.truth.opening import opened
from tests.e2e.truth.world import World


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two Kafka clusters, Connect, the tables and the sampler."""
    (agent_port,) = ports.choose(1)
    with opened(tmp_path_factory.mktemp("world"), agent_port=agent_port) as world:
        yield world
