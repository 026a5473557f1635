"""What samples leave behind, also when two of them are at work on one mirror."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from mirroring.observation import (
    Backfill,
    Change,
    Code,
    Latency,
    Observation,
    Point,
    Status,
    TopicState,
)
from mirroring.storing import last_hour
from mirroring.storing.dynamo import Dynamo, Item
from mirroring.storing.history import History
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.observation_item import Outcome, State, Summary, TaskCount
from mirroring.storing.observations import Observations

from tests.given import (
    BEGIN,
    NAME,
    a_change,
    a_mirror,
    a_reason,
    a_tombstone,
    a_topic,
    a_write,
    after,
    an_observation,
)

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def created(registered: None, mirrors: MirrorStore) -> None:
    """A mirror that was never sampled."""
    mirrors.create(a_mirror(), mirrors.fleet().revision, a_write())


class Counting(Dynamo):
    """DynamoDB, and what its plain writes cost: a unit for each kB begun of names and values."""

    def __init__(self) -> None:
        super().__init__(boto3.client("dynamodb"))
        self.units = 0

    def put(self, table: str, item: Item, **condition: Any) -> None:
        self.units += -(-sum(_bytes(name, value) for name, value in item.items()) // 1024)
        super().put(table, item, **condition)


def _bytes(name: str, value: Item) -> int:
    ((kind, content),) = value.items()
    return len(name) + (len(content) // 2 + 1 if kind == "N" else len(content))


def now() -> datetime:
    """This second."""
    return datetime.now(UTC).replace(microsecond=0)


def before(taken: Observations) -> State:
    """What the last sample left behind."""
    return taken.states([NAME])[NAME]


def sample(taken: Observations, seen: Observation, change: Change | None = None) -> bool:
    """One sample more, by the only sampler."""
    return taken.record(before(taken), Outcome(seen, b"memory", change))


def sample_minutes(taken: Observations, begin: datetime, count: int) -> None:
    """A sample a minute from then on; the one of minute m has an average of m ms."""
    for minute in range(1, count + 1):
        seen = an_observation(
            sequence=minute,
            measured_at=begin + minute * MINUTE,
            latency=Latency(average=minute),
            topics=(a_topic(average_latency=minute), a_topic("orders.old")),
        )
        assert sample(taken, seen)


def averages(found: list[Point]) -> list[int | None]:
    """The averages of points, which say which minute they are."""
    return [one.average for one in found]


def test_a_mirror_that_was_never_sampled_has_no_state(taken: Observations) -> None:
    assert taken.states([NAME, "gone"]) == {NAME: State(), "gone": State()}
    assert taken.observation(NAME) is None
    assert taken.summaries([NAME]) == {}
    assert taken.points(NAME, BEGIN, after(days=1)) == []


def test_the_next_sample_finds_all_that_the_last_one_left(taken: Observations) -> None:
    seen = an_observation(
        status=Status.OUT_OF_SYNC,
        reasons=(a_reason(), a_reason(Code.DATA_LOSS, message="ä")),
        backfill=Backfill(done=1, total=4, fraction=0.25, eta=after(hours=3)),
        topics=(a_topic(), a_topic("orders.old", state=TopicState.EMPTY, average_latency=None)),
    )

    assert sample(taken, seen)

    assert before(taken).observation == seen
    assert before(taken).memory == b"memory"
    assert taken.observation(NAME) == seen


def test_a_list_gets_the_counts_and_not_the_topics(taken: Observations) -> None:
    sample(taken, an_observation(topics=(a_topic("a"), a_topic("b"))))

    assert taken.summaries([NAME, "gone"]) == {
        NAME: Summary(
            mirror=NAME,
            sequence=1,
            measured_at=after(minutes=1),
            status=Status.IN_SYNC,
            status_since=after(minutes=1),
            latency=Latency(average=21, max=63, behind=0, lag_records=0),
            topics=2,
            tasks=TaskCount(running=3, total=3),
            hour=last_hour.grown(b"", after(minutes=1), 0),
        )
    }


def test_of_two_samplers_with_the_same_state_one_is_heard(
    taken: Observations, past: History
) -> None:
    sample(taken, an_observation(1))
    same = before(taken)
    fell = an_observation(2, status=Status.OUT_OF_SYNC, status_since=after(minutes=2))

    first = taken.record(same, Outcome(fell, b"first", a_change()))
    second = taken.record(same, Outcome(fell, b"second", a_change(at=after(minutes=2, seconds=1))))

    assert (first, second) == (True, False)
    assert before(taken).memory == b"first"
    assert len(past.unsent(10)) == 1


def test_a_sampler_without_a_change_loses_to_one_with_a_change(
    taken: Observations, past: History
) -> None:
    sample(taken, an_observation(1))
    same = before(taken)

    assert taken.record(same, Outcome(an_observation(2, status=Status.UNKNOWN), b"", a_change()))
    assert not taken.record(same, Outcome(an_observation(2), b""))

    assert before(taken).observation == an_observation(2, status=Status.UNKNOWN)


def test_of_two_first_samplers_one_is_heard(taken: Observations) -> None:
    assert taken.record(State(), Outcome(an_observation(1), b"first"))
    assert not taken.record(State(), Outcome(an_observation(1), b"second"))

    assert before(taken).memory == b"first"


def test_a_sample_that_ends_after_its_mirror_was_removed_leaves_nothing(
    taken: Observations, mirrors: MirrorStore
) -> None:
    sample(taken, an_observation(1))
    late = before(taken)
    mirrors.remove(NAME, a_tombstone())

    assert not taken.record(late, Outcome(an_observation(2), b""))
    assert not taken.record(State(), Outcome(an_observation(1), b""))

    assert taken.observation(NAME) is None


def test_a_change_is_found_by_whoever_tells_people_if_it_deserves_that(
    taken: Observations, past: History
) -> None:
    loud = a_change(at=after(minutes=1))
    quiet = a_change(at=after(minutes=2), before=Status.PAUSED, alert=False)

    sample(taken, an_observation(1), loud)
    sample(taken, an_observation(2), quiet)

    assert [one.change for one in past.unsent(10)] == [loud]
    assert past.changes(NAME, 10).items == [quiet, loud, a_write()]


@pytest.mark.parametrize("size", [0, 300_000, 300_001, 1_500_000])
def test_a_memory_of_any_size_comes_back_whole(taken: Observations, size: int) -> None:
    for sequence in (1, 2, 3):
        memory = bytes([sequence]) * (size + sequence)
        assert taken.record(before(taken), Outcome(an_observation(sequence), memory))

        assert before(taken).memory == memory


def test_a_memory_that_shrinks_comes_back_whole(taken: Observations) -> None:
    for sequence, size in enumerate((700_000, 700_001, 10, 400_000), start=1):
        memory = bytes([sequence]) * size
        assert taken.record(before(taken), Outcome(an_observation(sequence), memory))

        assert before(taken).memory == memory


def test_every_sample_is_a_point_at_once(taken: Observations) -> None:
    begin = now() - timedelta(hours=2)
    sample_minutes(taken, begin, 40)

    assert averages(taken.points(NAME, begin, begin + 40 * MINUTE)) == list(range(1, 41))


def test_points_are_of_the_asked_time_and_topic(taken: Observations) -> None:
    begin = now() - timedelta(hours=2)
    sample_minutes(taken, begin, 40)
    start, end = begin + 5 * MINUTE, begin + 37 * MINUTE

    assert averages(taken.points(NAME, start, end)) == list(range(5, 38))
    assert averages(taken.points(NAME, start, end, "orders.new")) == list(range(5, 38))
    assert set(averages(taken.points(NAME, start, end, "orders.old"))) == {21}
    assert taken.points(NAME, start, end, "never.seen") == []


def test_points_on_both_sides_of_a_gap_are_found(taken: Observations) -> None:
    begin = now() - timedelta(hours=5)
    times = [begin + timedelta(minutes=minute) for minute in (0, 1, 100, 101, 102, 250)]
    for number, at in enumerate(times):
        latency = Latency(average=number)
        sample(taken, an_observation(number, measured_at=at, latency=latency))

    for number, at in enumerate(times):
        assert averages(taken.points(NAME, at, at)) == [number]


def test_a_point_says_what_its_sample_said(taken: Observations) -> None:
    begin = now().replace(microsecond=123_000) - timedelta(hours=2)
    seen = an_observation(
        measured_at=begin,
        status=Status.UNKNOWN,
        latency=Latency(average=None, max=63, behind=7, lag_records=9),
        topics=(a_topic(state=TopicState.STALE, average_latency=5),),
    )
    expected = [
        Point(at=begin, average=None, max=63, behind=7, lag_records=9, status="UNKNOWN"),
        Point(at=begin, average=5, max=63, behind=0, lag_records=0, status="STALE"),
    ]

    def told() -> list[Point]:
        ever = (NAME, begin - MINUTE, begin + MINUTE)
        return [*taken.points(*ever), *taken.points(*ever, topic="orders.new")]

    sample(taken, seen)
    assert told() == expected
    sample(taken, an_observation(2, measured_at=begin + timedelta(hours=1)))
    assert told() == expected


def test_a_sampler_that_missed_some_samples_shortens_no_history(
    taken: Observations, past: History
) -> None:
    begin = now() - timedelta(hours=2)
    sample_minutes(taken, begin, 10)
    stale = before(taken)
    for minute in range(11, 18):
        seen = an_observation(
            minute, measured_at=begin + minute * MINUTE, latency=Latency(average=minute)
        )
        sample(taken, seen)

    late = an_observation(11, measured_at=begin + 60 * MINUTE)

    assert not taken.record(stale, Outcome(late, b""))
    assert averages(taken.points(NAME, begin, begin + 59 * MINUTE)) == list(range(1, 18))


def test_a_small_mirror_costs_little_more_than_a_write_unit_a_sample(taken: Observations) -> None:
    database = Counting()
    counted = Observations(database, "MirrorsTable", History(database, "HistoryTable"))
    begin = now() - timedelta(days=1)
    sample(taken, an_observation(0))
    for minute in range(1, 61):
        topics = tuple(
            a_topic(name, average_latency=minute * 37 % 91, lag_records=minute * 13 % 71)
            for name in ("orders.new", "orders.paid", "orders.sent")
        )
        seen = an_observation(minute, measured_at=begin + minute * MINUTE, topics=topics)
        assert counted.record(before(taken), Outcome(seen, bytes(100)))

    assert 60 <= database.units <= 75
