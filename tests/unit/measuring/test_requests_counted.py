"""What a sample asks of the brokers: nothing dear of what rests, nothing twice without news."""

from collections.abc import Iterable

import pytest

from tests.unit.modelled import MINUTE, Modelled
from tests.unit.modelled_kafka import Ask

PARTITIONS = 1_000
# ListOffsets 7 takes so many bytes for a partition, there and back.
BYTES_EACH = 21 + 27
LISTS = (Ask.LATEST, Ask.EARLIEST, Ask.NEWEST, Ask.LOOK_UP)
HEARD = 32


@pytest.fixture(scope="module")
def settled() -> Modelled:
    """A mirror of many partitions, everything copied and committed."""
    model = Modelled(partitions=PARTITIONS)
    minute(model, range(PARTITIONS))
    minute(model, range(PARTITIONS))
    minute(model, ())
    return model


def minute(model: Modelled, moving: Iterable[int], *, copies: bool = True) -> dict[Ask, int]:
    """A minute in which these partitions are written to, and what its sample asks of both sides."""
    for index in moving:
        model.write(index=index)
        if copies:
            model.copy(index=index)
            model.flush(index)
    for cluster in model.clusters:
        cluster.asked.clear()
    model.now += MINUTE
    model.sample()
    asked = model.source_cluster.asked + model.target_cluster.asked
    return {ask: asked[ask] for ask in Ask}


def bytes_of(asked: dict[Ask, int]) -> int:
    """The bytes that its lists of offsets take."""
    return BYTES_EACH * sum(asked[ask] for ask in LISTS)


def test_of_what_rests_only_its_ends_are_asked(settled: Modelled) -> None:
    asked = minute(settled, ())
    assert asked == dict.fromkeys(Ask, 0) | {
        Ask.METADATA: 2,
        Ask.LATEST: PARTITIONS,
        Ask.EARLIEST: PARTITIONS,
    }
    assert bytes_of(asked) == 2 * BYTES_EACH * PARTITIONS


def test_one_in_a_hundred_that_moves_costs_one_in_a_hundred(settled: Modelled) -> None:
    few = PARTITIONS // 100
    asked = minute(settled, range(few))
    assert asked[Ask.LATEST] == PARTITIONS + few
    assert asked[Ask.NEWEST] <= few
    assert asked[Ask.LOOK_UP] <= few
    assert (asked[Ask.FETCH], asked[Ask.LISTEN]) == (0, few)


def test_all_that_move_are_asked_once_each(settled: Modelled) -> None:
    asked = minute(settled, range(PARTITIONS))
    assert asked[Ask.LATEST] == 2 * PARTITIONS
    assert asked[Ask.NEWEST] <= PARTITIONS
    assert asked[Ask.LOOK_UP] <= PARTITIONS
    assert (asked[Ask.FETCH], asked[Ask.LISTEN]) == (0, HEARD)


def test_a_record_of_a_dead_mirror_is_fetched_once(settled: Modelled) -> None:
    minute(settled, ())
    some = range(PARTITIONS // 10)
    fetched = [minute(settled, some, copies=False)[Ask.FETCH] for _ in range(8)]
    assert sum(fetched) <= len(some)
