"""How far behind a mirror was in each minute of the last hour, as lists show it."""

from datetime import UTC, datetime, timedelta

import pytest
from mirroring.storing import last_hour

START = datetime(2026, 1, 1, tzinfo=UTC)


def sampled(*figures: tuple[float, int | None]) -> bytes:
    """What is packed after samples at these minutes after START, each with its figure."""
    packed = b""
    for minute, behind in figures:
        packed = last_hour.grown(packed, START + timedelta(minutes=minute), behind)
    return packed


@pytest.mark.parametrize(
    ("figures", "first", "values"),
    [
        ([(0, 5)], 0, [5]),
        ([(0, 5), (1, 7)], 0, [5, 7]),
        ([(0, 5), (0.5, 9)], 0, [9]),
        ([(0, 9), (0.5, 5)], 0, [9]),
        ([(0, None), (0.5, 3)], 0, [3]),
        ([(0, 5), (3, 7)], 0, [5, None, None, 7]),
        ([(0, None), (1, 0)], 0, [None, 0]),
    ],
)
def test_each_minute_has_the_worst_of_its_samples_or_nothing(
    figures: list[tuple[float, int | None]], first: int, values: list[int | None]
) -> None:
    found = last_hour.since(sampled(*figures), START + timedelta(minutes=5))

    assert found == (START + timedelta(minutes=first), values)


def test_an_hour_is_kept_and_nothing_older() -> None:
    packed = sampled(*((minute, minute) for minute in range(90)))

    found = last_hour.since(packed, START + timedelta(minutes=89))

    assert found == (START + timedelta(minutes=30), list(range(30, 90)))
    assert len(packed) < 250


def test_what_was_seen_more_than_an_hour_ago_is_not_shown_as_recent() -> None:
    packed = sampled((0, 1), (1, 2))

    assert last_hour.since(packed, START + timedelta(minutes=60)) == (
        START + timedelta(minutes=1),
        [2],
    )
    assert last_hour.since(packed, START + timedelta(minutes=61)) is None
    assert last_hour.since(b"", START) is None
