"""A partition at rest is a row that nobody touches, until something of it is news."""

import pytest
from mirroring.measuring.memory import pack, unpack
from mirroring.measuring.position import NEVER, Position, begin
from mirroring.measuring.resting import Positions, rests, row_of, rows_of, use
from mirroring.observation import Status

from tests.unit.measuring.test_unknown import minutes
from tests.unit.modelled import MINUTE, SECOND, TOPIC, Modelled

SETTLED = begin(1_000, 0, 10)._replace(
    proven_copied_to=10, copied_to=10, target_end=10, committed=9, produced=900
)
NEWS: dict[str, tuple[Position, int, int, int | None]] = {
    "its end moved": (SETTLED, 0, 11, 9),
    "its start passed what is copied": (SETTLED, 11, 10, 9),
    "its commit fell": (SETTLED, 0, 10, 4),
    "its first commit is older than its start": (SETTLED._replace(committed=NEVER), 0, 10, 4),
    "it is not proven to be copied": (SETTLED._replace(proven_copied_to=9), 0, 10, 8),
    "what it held on the target is gone": (SETTLED._replace(emptied=True, target_end=-1), 0, 10, 9),
    "the last sample was not sure": (SETTLED._replace(unsure=True), 0, 10, 9),
    "it is new": (SETTLED._replace(since=5), 0, 10, 9),
    "records may be lost": (SETTLED._replace(gap_since=5), 0, 10, 9),
}


@pytest.mark.parametrize("committed", [9, 12, None])
def test_what_is_copied_and_does_not_move_rests(committed: int | None) -> None:
    assert rests(row_of(SETTLED), 3, 10, committed)
    assert rests(row_of(SETTLED._replace(proven_copied_to=8, verified=10)), 3, 10, 7)


@pytest.mark.parametrize("news", NEWS.values(), ids=NEWS.keys())
def test_news_wakes_it(news: tuple[Position, int, int, int | None]) -> None:
    position, start, end, committed = news
    assert not rests(row_of(position), start, end, committed)


def test_a_row_is_used_as_its_position() -> None:
    rows = Positions({0: row_of(SETTLED), 1: row_of(begin(5, 0, 0))})
    assert rows == {0: SETTLED, 1: begin(5, 0, 0)}
    assert use(rows) == use(dict(rows)) == (900, False, True)


def test_no_object_is_made_of_partitions_at_rest() -> None:
    model = Modelled(partitions=20)
    minutes(model, 3, 1)
    minutes(model, 2, 0)
    rows = rows_of(model.memory.topics[TOPIC].positions)
    assert not any(isinstance(one, Position) for one in rows.values())
    assert unpack(pack(model.memory)).topics[TOPIC].positions == dict(
        model.memory.topics[TOPIC].positions
    )


def test_a_partition_that_wakes_is_as_old_as_its_last_sample_at_rest_allows() -> None:
    """An hour at rest, then a record stamped ahead of now: it may be a minute old, and no hour."""
    model = Modelled()
    minutes(model, 3, 1)
    minutes(model, 60, 0)
    model.now += 50 * SECOND
    model.write(3 * MINUTE)
    model.now += 10 * SECOND
    seen = model.sample()
    assert seen.status is not Status.OUT_OF_SYNC
    assert 0 < (seen.latency.behind or 0) <= MINUTE
