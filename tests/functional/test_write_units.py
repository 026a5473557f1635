"""What is written of a mirror in sync, minute by minute: no more than today's units."""

import pytest
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.observations import Observations

from tests.functional.limits import Limits
from tests.given import BEGIN, a_write
from tests.unit.modelled_topics import ModelledTopics

pytestmark = pytest.mark.usefixtures("registered")
BEGAN_MS = int(BEGIN.timestamp() * 1000)
SETTLING, SAMPLES = 3, 15


@pytest.mark.parametrize(
    ("topics", "partitions", "units"),
    [(4, 3, 1.3), (10, 6, 1.6), (100, 6, 3.2)],
    ids=["4x3", "10x6", "100x6"],
)
def test_a_sample_writes_no_more_units_than_today(
    limits: Limits,
    mirrors: MirrorStore,
    taken: Observations,
    topics: int,
    partitions: int,
    units: float,
) -> None:
    model = ModelledTopics(topics, partitions, range(0, topics * partitions, 100), BEGAN_MS)
    mirrors.create(model.mirror, mirrors.fleet().revision, a_write())

    def sample() -> None:
        before = taken.states([model.mirror.name])[model.mirror.name]
        assert taken.record(before, model.sample(before))

    for _ in range(SETTLING):
        sample()
    limits.units = 0
    for _ in range(SAMPLES):
        sample()

    assert 0 < limits.units / SAMPLES <= units
    seen = taken.observation(model.mirror.name)
    assert seen is not None
    assert (len(seen.topics), seen.latency.lag_records) == (topics, 0)
