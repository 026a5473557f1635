"""A long history in few points."""

import itertools
from datetime import timedelta

import pytest
from mirroring.api.thinning import POINTS, thinned
from mirroring.observation import Point, Status, TopicState

from tests.given import after

MINUTE = timedelta(minutes=1)


def points(count: int, **fields: object) -> list[Point]:
    """One a minute; the figures of the last are those given."""
    found = [Point(at=after(minutes=one), behind=0, status=Status.IN_SYNC) for one in range(count)]
    return [*found[:-1], found[-1].model_copy(update=fields)]


@pytest.mark.parametrize("count", [0, 1, POINTS])
def test_what_fits_is_told_as_it_is(count: int) -> None:
    given = points(count + 1)[:count]

    assert thinned(given) == (given, None)


@pytest.mark.parametrize("count", [POINTS + 1, 3_000, 21_600, 40_000])
def test_there_are_never_more_points_and_they_span_the_same_time(count: int) -> None:
    given = points(count, behind=7)

    found, span = thinned(given)

    assert span is not None and not span % MINUTE
    assert POINTS / 3 < len(found) <= POINTS
    assert found[0].at <= given[0].at < found[0].at + span
    assert found[-1].at <= given[-1].at < found[-1].at + span
    assert found[-1].behind == 7
    assert all(two.at - one.at == span for one, two in itertools.pairwise(found))


def test_a_point_is_the_worst_of_its_span() -> None:
    given = points(2 * POINTS)
    given[801] = given[801].model_copy(update={"behind": 95_000, "average": None})
    given[802] = given[802].model_copy(update={"average": 40, "status": Status.OUT_OF_SYNC})

    found, span = thinned(given)
    (worst,) = [one for one in found if one.behind]

    assert span == 3 * MINUTE
    assert (worst.behind, worst.average, worst.status) == (95_000, 40, "OUT_OF_SYNC")
    assert worst.max is None


def test_the_worst_of_a_topic_s_states_is_the_stale_one() -> None:
    given = points(2 * POINTS, status=TopicState.ACTIVE)
    given[30] = given[30].model_copy(update={"status": TopicState.STALE})
    given[31] = given[31].model_copy(update={"status": "A_WORD_OF_TOMORROW"})

    assert next(one.status for one in thinned(given)[0] if one.status != "IN_SYNC") == "STALE"
