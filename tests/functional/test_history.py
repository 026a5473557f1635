"""What became of a mirror: its changes, its points while they live, and whom to tell."""

from datetime import UTC, datetime, timedelta

import boto3
import pytest
from mirroring.errors import BadRequest
from mirroring.observation import ChangeKind
from mirroring.storing.history import POINT, History
from mirroring.storing.history_packs import MIRROR, Pack, Row, life, pack

from tests.given import BEGIN, NAME, a_change, a_write, after

DAY = timedelta(days=1)


def keep(past: History, first: datetime, *averages: int) -> None:
    """A pack of one point a minute, kept as long as it deserves."""
    rows = [
        Row(first + minute * timedelta(minutes=1), {MIRROR: (average, 0, 0, 0, "IN_SYNC")})
        for minute, average in enumerate(averages)
    ]
    expires = rows[-1].at + life(first, rows[-1].at)
    past.keep(NAME, POINT, Pack(first, len(rows), pack(rows), expires))


def kept(past: History, start: datetime, end: datetime) -> list[int | None]:
    """The averages of the rows that are there."""
    return [row.figures[MIRROR][0] for row in past.rows(NAME, POINT, start, end, MIRROR)]


def now() -> datetime:
    """This second."""
    return datetime.now(UTC).replace(microsecond=0)


def test_changes_come_newest_first_in_pages_that_leave_nothing_out(past: History) -> None:
    lines = [a_change(at=after(minutes=minute)) for minute in range(7)]
    for line in lines:
        past.add_change(line)

    first = past.changes(NAME, 3)
    second = past.changes(NAME, 3, first.next_token)
    third = past.changes(NAME, 3, second.next_token)

    assert first.items + second.items + third.items == lines[::-1]
    assert (len(first.items), len(second.items), third.next_token) == (3, 3, None)


def test_changes_of_one_moment_are_all_kept_and_a_repeated_one_once(past: History) -> None:
    one = a_write(kind=ChangeKind.REPAIR, after={"connector": "a"})
    two = a_write(kind=ChangeKind.REPAIR, after={"connector": "b"})

    for line in (one, two, one):
        past.add_change(line)

    assert sorted(str(line.after) for line in past.changes(NAME, 10).items) == [
        "{'connector': 'a'}",
        "{'connector': 'b'}",
    ]


def test_changes_of_one_second_come_in_their_order(past: History) -> None:
    lines = [a_change(at=after(milliseconds=ms)) for ms in (0, 1, 10, 500, 1000)]
    for line in lines:
        past.add_change(line)

    assert past.changes(NAME, 10).items == lines[::-1]


def test_one_mirror_s_token_is_not_another_s(past: History) -> None:
    for minute in range(3):
        past.add_change(a_change(at=after(minutes=minute)))
    token = past.changes(NAME, 1).next_token

    with pytest.raises(BadRequest):
        past.changes("eu.us-core.other", 1, token)


def test_what_expired_is_not_shown_though_it_is_still_there(past: History) -> None:
    old, young = a_change(at=now() - 396 * DAY), a_change(at=now() - 394 * DAY)
    past.add_change(old)
    past.add_change(young)
    off_the_hour = now().replace(minute=11, second=0)
    keep(past, off_the_hour - 16 * DAY, 16)
    keep(past, off_the_hour - 14 * DAY, 14)

    count = boto3.client("dynamodb").scan(TableName="HistoryTable", Select="COUNT")["Count"]

    assert count == 4
    assert past.changes(NAME, 10).items == [young]
    assert kept(past, now() - 20 * DAY, now()) == [14]


def test_a_pack_that_knows_less_never_replaces_one_that_knows_more(past: History) -> None:
    first = now() - DAY

    keep(past, first, 1, 2, 3)
    keep(past, first, 1, 2)
    assert kept(past, first, now()) == [1, 2, 3]

    keep(past, first, 1, 2, 3, 4)
    assert kept(past, first, now()) == [1, 2, 3, 4]


def test_rows_are_found_in_a_pack_that_began_before_the_asked_time(past: History) -> None:
    first = now() - DAY
    keep(past, first, *range(15))

    assert 14 in kept(past, first + timedelta(minutes=14), now())


def test_more_rows_than_one_answer_of_dynamodb_holds_are_all_found(past: History) -> None:
    first = now() - DAY
    for hour in range(4):
        at = first + hour * timedelta(hours=1)
        past.keep(NAME, POINT, Pack(at, 1, pack([_large(at)]), at + DAY * 15))

    assert len(kept(past, first, now())) == 4


def _large(at: datetime) -> Row:
    """A row that compression cannot make small."""
    digits = (str(pow(7, number, 10**9 + 7)) for number in range(75_000))
    return Row(at, {MIRROR: (0, 0, 0, 0, "".join(digits))})


def test_unsent_changes_come_oldest_first_until_they_are_marked(past: History) -> None:
    old, new = a_change(at=after(minutes=1)), a_change(at=after(minutes=2))
    for line in (new, old, a_change(at=BEGIN, alert=False)):
        past.add_change(line)

    first, second = past.unsent(10)

    assert (first.change, second.change) == (old, new)
    assert past.unsent(1) == [first]
    assert past.mark_sent(first)
    assert past.unsent(10) == [second]


def test_of_two_who_mark_a_change_one_was_first(past: History) -> None:
    past.add_change(a_change())
    (unsent,) = past.unsent(10)

    assert [past.mark_sent(unsent), past.mark_sent(unsent)] == [True, False]
    assert past.changes(NAME, 10).items == [a_change()]


def test_marking_what_expired_meanwhile_makes_no_new_item(past: History) -> None:
    past.add_change(a_change())
    (unsent,) = past.unsent(10)
    key = {"mirror": {"S": NAME}, "at": {"S": unsent.at}}
    boto3.client("dynamodb").delete_item(TableName="HistoryTable", Key=key)

    assert not past.mark_sent(unsent)
    assert past.changes(NAME, 10).items == []
