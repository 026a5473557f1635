"""How rows are packed, how long they are kept, and how they thin out."""

from datetime import datetime, timedelta

import pytest
from mirroring.observation import Point
from mirroring.storing.history_packs import (
    HOURS_LIVE,
    MINUTES_LIVE,
    MIRROR,
    TENTHS_LIVE,
    Row,
    life,
    mirror_row,
    pack,
    series,
    topics_row,
    unpack,
)

from tests.given import BEGIN, after, an_observation

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def row(at: datetime, average: int = 1) -> Row:
    """The mirror's row of one sample."""
    return Row(at, {MIRROR: (average, 2, None, 4, "IN_SYNC")})


def a_day(now: datetime, age: timedelta) -> list[Point]:
    """What is shown of a day of samples, one a minute, that began so long ago."""
    begin = now - age
    return list(series((row(begin + minute * MINUTE) for minute in range(1440)), MIRROR, now))


def test_rows_come_back_as_they_were_packed() -> None:
    rows = [mirror_row(an_observation(1)), topics_row(an_observation(2)), row(after(hours=1))]

    assert list(unpack(pack(rows))) == rows
    assert list(unpack(b"")) == []


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        pytest.param("12:01", "12:09", MINUTES_LIVE, id="no tenth minute: 15 days"),
        pytest.param("12:01", "12:10", TENTHS_LIVE, id="a tenth minute: 90 days"),
        pytest.param("12:20", "12:20", TENTHS_LIVE, id="one that is a tenth minute: 90 days"),
        pytest.param("11:59", "12:01", HOURS_LIVE, id="over an hour whose sample is missing"),
        pytest.param("12:00", "12:05", HOURS_LIVE, id="from a full hour on: 13 months"),
        pytest.param("11:50", "12:00", HOURS_LIVE, id="up to a full hour: 13 months"),
    ],
)
def test_a_pack_lives_as_long_as_its_most_lasting_row(
    first: str, last: str, expected: timedelta
) -> None:
    def at(clock: str) -> datetime:
        return datetime.fromisoformat(f"2026-01-01T{clock}:07+00:00")

    assert life(at(first), at(last)) == expected


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        pytest.param(1 * DAY, 1440, id="a day old: every minute"),
        pytest.param(15 * DAY, 1440, id="fifteen days old: every minute"),
        pytest.param(17 * DAY, 144, id="older: every tenth"),
        pytest.param(90 * DAY, 144, id="ninety days old: every tenth"),
        pytest.param(92 * DAY, 24, id="older: one an hour"),
    ],
)
def test_older_points_thin_out_instead_of_vanishing(age: timedelta, expected: int) -> None:
    assert len(a_day(after(days=100), age)) == expected


def test_a_slot_whose_first_sample_is_missing_shows_its_next() -> None:
    now = after(days=100)
    begin = now - 20 * DAY
    rows = [row(begin + minute * MINUTE, minute) for minute in (3, 4, 9, 11, 12)]

    assert [one.average for one in series(rows, MIRROR, now)] == [3, 11]


def test_a_topic_that_a_sample_did_not_know_has_no_point_there() -> None:
    rows = [topics_row(an_observation(1, topics=())), topics_row(an_observation(2))]

    assert [one.at for one in series(rows, "orders.new", BEGIN)] == [after(minutes=2)]
