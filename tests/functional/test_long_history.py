"""The history of one topic of a mirror that has many."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from mirroring.api import read
from mirroring.schema import iso
from mirroring.storing import history_packs, tenths
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.observation_item import Outcome
from mirroring.storing.observations import Observations

from tests import given
from tests.functional.http import call
from tests.given import NAME

MINUTES = 55
MINUTE = timedelta(minutes=1)


@pytest.fixture
def begin(registered: None, mirrors: MirrorStore, taken: Observations) -> datetime:
    """55 minutes of a mirror of 60 topics; t7 is late once, in the 23rd."""
    mirrors.create(given.a_mirror(), mirrors.fleet().revision, given.a_write())
    some = random.Random(7)  # noqa: S311  # figures, no secret
    begin = tenths.slot(datetime.now(UTC) - timedelta(hours=1))
    for minute in range(MINUTES):
        late = {"behind": 95_000} if minute == 23 else {}
        topics = tuple(
            given.a_topic(
                f"t{one}", average_latency=some.randint(0, 10**6), **(late if one == 7 else {})
            )
            for one in range(tenths.MANY + 10)
        )
        seen = given.an_observation(minute + 1, measured_at=begin + minute * MINUTE, topics=topics)
        assert taken.record(taken.states([NAME])[NAME], Outcome(seen, b""))
    return begin


def history(begin: datetime, topic: str) -> dict[str, object]:
    """What is answered of the hour."""
    end = iso(begin + timedelta(hours=1)).replace("+", "%2B")
    answer = call("GET", f"/mirrors/{NAME}/latency?topic={topic}&from={iso(begin)}&to={end}")
    found: dict[str, object] = answer.json
    return found


def test_a_long_span_is_told_by_ten_minutes_and_the_last_ones_as_they_were(
    begin: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "DETAILED", timedelta(minutes=30))
    found = history(begin, "t7")
    lines = found["points"]

    assert isinstance(lines, list) and found["resolution"] == 600_000
    assert [one["at"] for one in lines[:6]] == [
        *(iso(begin + ten * history_packs.TENTH) for ten in range(5)),
        iso(begin + 50 * MINUTE),
    ]
    assert [one["behind"] for one in lines] == [0, 0, 95_000, 0, 0, *[0] * 5]
    assert {one["status"] for one in lines} == {"ACTIVE"}


def test_a_short_span_is_told_by_the_minute(begin: datetime) -> None:
    found = history(begin, "t7")
    lines = found["points"]

    assert isinstance(lines, list) and found["resolution"] is None
    assert [one["behind"] for one in lines].index(95_000) == 23
    assert len(lines) == MINUTES


def test_a_long_span_of_one_topic_reads_a_part_of_the_rows(
    begin: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    unpack = history_packs.unpack

    def counted(data: bytes, topic: str | None = None) -> object:
        sizes.append(len(data))
        return unpack(data, topic)

    monkeypatch.setattr(history_packs, "unpack", counted)
    history(begin, "t7")
    whole = sum(sizes)
    sizes.clear()
    monkeypatch.setattr(read, "DETAILED", timedelta(minutes=30))
    history(begin, "t7")

    assert sum(sizes) < whole / 2


def test_a_topic_that_no_sample_saw_has_no_history(
    begin: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "DETAILED", timedelta(minutes=30))

    assert history(begin, "nobody")["points"] == []
