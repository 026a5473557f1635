"""How rows are gathered beside the last sample, and when they go to the history."""

from datetime import datetime

import pytest
from mirroring.storing import differences, earlier, gathered
from mirroring.storing.gathered import PACK_ROWS
from mirroring.storing.history_packs import MIRROR, Row, pack, topics_row, unpack

from tests.given import BEGIN, a_topic, after, an_observation


def row(at: datetime, average: int = 1) -> Row:
    """The mirror's row of one sample."""
    return Row(at, {MIRROR: (average, 2, None, 4, "IN_SYNC")})


def test_rows_come_back_as_they_were_gathered() -> None:
    rows = [row(BEGIN), topics_row(an_observation(2)), row(after(minutes=3), 7)]
    found = b""
    for one in rows:
        found, _ = gathered.add(found, one)

    assert list(gathered.rows(found)) == rows
    assert list(gathered.rows(b"")) == []
    of_the_mirror = [one.figures for one in gathered.rows(found, MIRROR)]
    assert of_the_mirror == [rows[0].figures, {}, rows[2].figures]


def test_a_pack_is_written_when_it_has_fifteen_rows() -> None:
    found = b""
    for minute in range(PACK_ROWS - 1):
        found, full = gathered.add(found, row(after(minutes=minute), minute))
        assert full is None

    found, full = gathered.add(found, row(after(minutes=14), 14))

    assert found == b""
    assert full is not None
    assert (full.first, full.rows) == (BEGIN, PACK_ROWS)
    assert [one.figures[MIRROR][0] for one in unpack(full.data)] == list(range(PACK_ROWS))


def test_a_pack_is_written_earlier_where_topics_are_very_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gathered, "GATHERED_BYTES", 15_000)
    topics = tuple(a_topic(f"orders.{n}", average_latency=n * 7919 % 997) for n in range(300))

    found, first = gathered.add(b"", topics_row(an_observation(1, topics=topics)))
    last, full = gathered.add(found, topics_row(an_observation(5, topics=topics)))

    assert (first, last) == (None, b"")
    assert full is not None
    assert full.rows == 2


def test_a_row_like_the_last_one_costs_a_few_bytes() -> None:
    topics = tuple(a_topic(f"orders.{n}", average_latency=n * 7919 % 997) for n in range(300))
    one, _ = gathered.add(b"", topics_row(an_observation(1, topics=topics)))
    two, _ = gathered.add(one, topics_row(an_observation(2, topics=topics)))

    assert len(two) > 2 * len(one) - 10
    assert len(differences.pack(two, one)) < 60


def test_no_pack_reaches_over_a_gap_in_the_samples() -> None:
    found, _ = gathered.add(b"", row(BEGIN, 1))

    found, full = gathered.add(found, row(after(minutes=15), 2))

    assert full is not None
    assert list(unpack(full.data)) == [row(BEGIN, 1)]
    assert list(gathered.rows(found)) == [row(after(minutes=15), 2)]


def test_what_0_1_gathered_is_read_and_added_to() -> None:
    before = earlier.TODAY["topics"](pack([row(BEGIN), row(after(minutes=1), 5)]))

    found, _ = gathered.add(before, row(after(minutes=2), 6))

    assert list(gathered.rows(before)) == [row(BEGIN), row(after(minutes=1), 5)]
    assert list(gathered.rows(found))[1:] == [row(after(minutes=1), 5), row(after(minutes=2), 6)]
