"""A topic's rows of ten minutes, apart from those of the others."""

import random
from datetime import timedelta

import pytest
from mirroring.storing import tenths
from mirroring.storing.history_packs import TENTH, Figures, Row, unpack

from tests.given import BEGIN

NAMES = [f"orders.of.region.{one:05d}" for one in range(5_000)]


def rows(topics: int) -> list[Row]:
    """Ten minutes of so many topics, each with figures of its own."""
    some = random.Random(topics)  # noqa: S311  # figures, no secret

    def figures() -> Figures:
        return some.randint(0, 99), some.randint(0, 9_999), some.randint(0, 9), 0, "ACTIVE"

    return [
        Row(BEGIN + minute * timedelta(minutes=1), {name: figures() for name in NAMES[:topics]})
        for minute in range(10)
    ]


def found(topic: str, given: list[Row]) -> list[Row]:
    """What a reader of the topic's prefixes finds."""
    packs = dict(tenths.packs(tenths.slot(BEGIN), given))
    return [
        row
        for prefix in tenths.prefixes(topic)
        if prefix in packs
        for row in unpack(packs[prefix].data, topic)
    ]


@pytest.mark.parametrize("topics", [1, 51, 250, 251, 5_000])
def test_each_topic_is_found_with_the_worst_of_its_ten_minutes(topics: int) -> None:
    given = rows(topics)
    for topic in NAMES[:topics:100]:
        (row,) = found(topic, given)

        assert row.at == BEGIN
        most = max(one.figures[topic][1] or 0 for one in given)
        assert row.figures[topic][1] == most


def test_the_worst_state_is_told_and_what_was_never_measured_stays_so() -> None:
    seen: list[Figures] = [(None, 3, None, 0, "ACTIVE"), (None, None, None, 7, "STALE")]
    given = [Row(BEGIN, {"a": one}) for one in seen]

    assert found("a", given)[0].figures["a"] == (None, 3, None, 7, "STALE")


@pytest.mark.parametrize(("topics", "mb"), [(51, 2), (500, 3), (5_000, 9)])
def test_15_days_of_one_topic_are_a_few_mb_whatever_its_mirror_has(topics: int, mb: int) -> None:
    packs = dict(tenths.packs(BEGIN, rows(topics)))
    read = sum(len(packs[one].data) for one in tenths.prefixes(NAMES[0]) if one in packs)

    assert read * (timedelta(days=15) // TENTH) < mb * 1_000_000
