"""Samples that are too large for an item: recorded once and whole, or not at all."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from mirroring.observation import Observation
from mirroring.storing import bases, observations, parts
from mirroring.storing.dynamo import Dynamo, Item
from mirroring.storing.history import History
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.observation_item import Outcome, State
from mirroring.storing.observations import Observations

from tests.functional.limits import Limits
from tests.given import NAME, a_mirror, a_tombstone, a_topic, a_write, an_observation

KB = 1_000


class Stopped(Exception):
    """The process ended here."""


class Halting(Dynamo):
    """DynamoDB of a process that ends before its n-th write, or does something then."""

    def __init__(self, after: int = -1) -> None:
        super().__init__(boto3.client("dynamodb"))
        self.left = after

    def put(self, table: str, item: Item, **condition: Any) -> None:
        if self.left == 0:
            raise Stopped
        self.left -= 1
        super().put(table, item, **condition)


@pytest.fixture(autouse=True)
def created(registered: None, mirrors: MirrorStore) -> None:
    """A mirror that was never sampled."""
    mirrors.create(a_mirror(), mirrors.fleet().revision, a_write())


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of a thousandth of their size, so that little data has many."""
    monkeypatch.setattr(parts, "HEAD_BYTES", 80)
    monkeypatch.setattr(parts, "PART_BYTES", 300)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[timedelta]:
    """By how much samples.py takes the time to be later than it is; a test sets the one entry."""
    late = [timedelta(0)]

    class Later(datetime):
        """The time in samples.py."""

        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]  # all that is used
            """Later."""
            return datetime.now(tz) + late[0]

    monkeypatch.setattr(observations, "datetime", Later)
    return late


def store(database: Dynamo) -> Observations:
    """A sampler's own store."""
    return Observations(database, "MirrorsTable", History(database, "HistoryTable"))


def noise(size: int, seed: int = 0) -> bytes:
    """Bytes that do not compress."""
    return random.Random(seed).randbytes(size)  # noqa: S311  # no secret, the same each time


def large(sequence: int, topics: int = 30) -> Observation:
    """A sample whose details need parts."""
    names = random.Random(sequence)  # noqa: S311  # no secret, the same each time
    rows = tuple(
        a_topic(f"{names.randbytes(16).hex()}", average_latency=names.randrange(10**6))
        for _ in range(topics)
    )
    return an_observation(sequence, topics=rows)


def before(taken: Observations) -> State:
    """What the last sample left behind."""
    return taken.states([NAME])[NAME]


@pytest.mark.parametrize("size", [0, 79_999, 80_001, 380_001, 9_000_000])
def test_details_and_memory_of_any_size_come_back_whole(
    limits: Limits, taken: Observations, size: int
) -> None:
    for sequence in (1, 2, 3):
        seen, memory = large(sequence, 6_000), noise(size, sequence)
        assert taken.record(before(taken), Outcome(seen, memory))

        state = before(taken)
        assert (state.observation, state.memory) == (seen, memory)
        assert taken.observation(NAME) == seen
    assert limits.largest < 400_000


@pytest.mark.usefixtures("small")
def test_a_sampler_that_dies_while_it_writes_leaves_the_last_sample_as_it_was(
    taken: Observations, clock: list[timedelta]
) -> None:
    first = large(1)
    assert taken.record(before(taken), Outcome(first, noise(2 * KB, 1)))
    for writes in range(8):
        clock[0] += timedelta(seconds=62)
        with pytest.raises(Stopped):
            store(Halting(writes)).record(before(taken), Outcome(large(2), noise(2 * KB, 2)))

        state = before(taken)
        assert (state.observation, state.memory) == (first, noise(2 * KB, 1))


@pytest.mark.usefixtures("small")
def test_what_a_dead_sampler_left_is_overwritten_once_it_cannot_live_any_more(
    taken: Observations, clock: list[timedelta]
) -> None:
    assert taken.record(before(taken), Outcome(large(1), noise(2 * KB, 1)))
    with pytest.raises(Stopped):
        store(Halting(4)).record(before(taken), Outcome(large(2), noise(2 * KB, 2)))

    at_once = taken.record(before(taken), Outcome(large(2), noise(2 * KB, 3)))
    clock[0] = timedelta(seconds=62)
    later = taken.record(before(taken), Outcome(large(2), noise(2 * KB, 4)))

    assert (at_once, later) == (False, True)
    assert before(taken).memory == noise(2 * KB, 4)


class Meeting(Dynamo):
    """DynamoDB of a sampler that is overtaken before its n-th write."""

    def __init__(self, after: int, other: Observations, same: State) -> None:
        super().__init__(boto3.client("dynamodb"))
        self.left, self.other, self.same, self.won = after, other, same, False

    def put(self, table: str, item: Item, **condition: Any) -> None:
        if self.left == 0:
            self.won = self.other.record(self.same, Outcome(large(2), noise(1 * KB, 9)))
        self.left -= 1
        super().put(table, item, **condition)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("writes", range(6))
def test_of_two_samplers_that_write_at_once_one_is_heard_and_whole(
    taken: Observations, writes: int
) -> None:
    assert taken.record(before(taken), Outcome(large(1), noise(1 * KB, 1)))
    same = before(taken)
    meeting = Meeting(writes, taken, same)

    first = store(meeting).record(same, Outcome(large(2), noise(1 * KB, 8)))

    assert first is not meeting.won
    assert before(taken).memory == noise(1 * KB, 8 if first else 9)
    assert taken.observation(NAME) == large(2)


@pytest.mark.usefixtures("small")
def test_a_reader_that_is_overtaken_by_two_samples_reads_the_newer_one(taken: Observations) -> None:
    for sequence in (1, 2):
        taken.record(before(taken), Outcome(large(sequence), noise(1 * KB, sequence)))

    class Overtaken(Dynamo):
        """Two samples come between the head and its parts."""

        done = False

        def batch(self, table: str, keys: Any, *args: Any, **more: Any) -> Iterator[Item]:
            if any("#" in one["name"]["S"] for one in keys) and not self.done:
                self.done = True
                for sequence in (3, 4):
                    state = before(taken)
                    assert taken.record(state, Outcome(large(sequence), noise(1 * KB, sequence)))
            return super().batch(table, keys, *args, **more)

    reader = store(Overtaken(boto3.client("dynamodb")))

    assert reader.observation(NAME) == large(4)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("part", ["memory#0#0000", "memory.base#1#0000", "details#0#0000"])
def test_parts_that_belong_to_no_sample_any_more_cost_the_memory_and_not_the_sample(
    taken: Observations, caplog: pytest.LogCaptureFixture, part: str
) -> None:
    for sequence in (1, 2):
        seen, memory = large(sequence), noise(2 * KB, sequence)
        assert taken.record(before(taken), Outcome(seen, memory))
    database = boto3.client("dynamodb")
    lost = {"kind": {"S": f"observed:{NAME}"}, "name": {"S": part}}
    database.delete_item(TableName="MirrorsTable", Key=lost)

    state = before(taken)

    assert state.memory is None
    assert "parts of two samples are mixed" in caplog.messages
    assert taken.record(state, Outcome(large(3), noise(2 * KB, 3)))
    assert before(taken).memory == noise(2 * KB, 3)
    assert before(taken).observation == large(3)


def stored() -> dict[str, Item]:
    """What lies in the table of the mirror's samples, by name."""
    found = boto3.client("dynamodb").scan(TableName="MirrorsTable")["Items"]
    return {one["name"]["S"]: one for one in found if one["kind"]["S"].startswith("observed")}


def test_what_stays_the_same_is_written_once(limits: Limits, taken: Observations) -> None:
    memory = noise(500 * KB)
    for sequence in (1, 2, 3):
        seen = large(1, 300).model_copy(update={"sequence": sequence})
        assert taken.record(before(taken), Outcome(seen, memory + bytes([sequence])))
        laid = {name: one["stamp"] for name, one in stored().items() if ".base#" in name}
        if sequence == 1:
            first, limits.units = laid, 0

    assert set(first) == {"details.base#1#0000", "memory.base#1#0000", "memory.base#1#0001"}
    assert first.items() < laid.items()
    # The base of what is gathered of 300 topics, once, and two heads.
    assert set(laid) - set(first) == {"topics.base#1#0000"}
    assert limits.units <= 12
    assert before(taken).memory == memory + b"\x03"


def test_a_base_is_laid_anew_once_what_differs_has_cost_as_much(taken: Observations) -> None:
    memory = bytearray(noise(40 * KB))
    turns = []
    for sequence in range(1, 30):
        memory[sequence * KB : (sequence + 1) * KB] = noise(KB, sequence)
        assert taken.record(before(taken), Outcome(an_observation(sequence), bytes(memory)))
        turns.append(before(taken).bases["memory"].turn)

    assert before(taken).memory == bytes(memory)
    # 1 kB more each time: 1 + 2 + … + 9 kB are more than 40.
    assert turns[:9] == [1] * 9
    assert turns.index(2) in range(9, 12)
    assert turns[-1] == 3


def test_a_base_is_laid_anew_long_before_its_parts_expire(
    taken: Observations, clock: list[timedelta]
) -> None:
    for sequence, days in ((1, 0), (2, 197), (3, 198)):
        clock[0] = timedelta(days=days)
        assert taken.record(before(taken), Outcome(an_observation(sequence), noise(2 * KB)))
        assert before(taken).bases["memory"].turn == (2 if days == 198 else 1)
    assert before(taken).memory == noise(2 * KB)


@pytest.mark.usefixtures("small")
def test_a_removed_mirror_leaves_nothing_but_what_expires(
    taken: Observations, mirrors: MirrorStore
) -> None:
    for sequence in (1, 2):
        taken.record(before(taken), Outcome(large(sequence), noise(2 * KB)))

    mirrors.remove(NAME, a_tombstone())

    found = boto3.client("dynamodb").scan(TableName="MirrorsTable")["Items"]
    left = {one["kind"]["S"] for one in found}
    assert not [one for one in left if one.startswith("observed")]


@pytest.mark.usefixtures("small")
def test_parts_expire_long_after_their_mirror_was_sampled_last(taken: Observations) -> None:
    for sequence in (1, 2):
        taken.record(before(taken), Outcome(large(sequence), noise(1 * KB, sequence)))

    ends = {name: int(one["expires_at"]["N"]) for name, one in stored().items() if "#" in name}
    now = datetime.now(UTC)
    assert {name.split("#")[0] for name in ends} >= {"memory", "memory.base"}
    for name, end in ends.items():
        lives = bases.LIVES if ".base#" in name else parts.PARTS_LIVE
        assert abs(end - (now + lives).timestamp()) < 60, name


def test_the_history_of_very_many_topics_is_kept_and_found(
    limits: Limits, taken: Observations
) -> None:
    begin = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    names = [f"{noise(40, one).hex()}.{one}" for one in range(9_000)]
    for minute in range(3):
        rows = tuple(
            a_topic(name, average_latency=minute, max_latency=index)
            for index, name in enumerate(names)
        )
        at = begin + minute * timedelta(minutes=1)
        seen = an_observation(minute + 1, measured_at=at, topics=rows)
        assert taken.record(before(taken), Outcome(seen, b""))

    for index in (0, 4_567, 8_999):
        found = taken.points(NAME, begin, begin + timedelta(minutes=5), names[index])
        assert [(one.average, one.max) for one in found] == [(0, index), (1, index), (2, index)]


def test_the_samples_of_a_fleet_do_not_share_a_partition(
    taken: Observations, mirrors: MirrorStore
) -> None:
    for number in range(20):
        name = f"eu.us-core.{number:05d}"
        mirrors.create(a_mirror(name), mirrors.fleet().revision, a_write(mirror=name))
        assert taken.record(State(), Outcome(an_observation(1, name), b"", None, "us-connect"))

    found = boto3.client("dynamodb").scan(TableName="MirrorsTable")["Items"]

    heads = [one for one in found if one["kind"]["S"].startswith("observed")]
    assert len({one["kind"]["S"] for one in heads}) == 20
    assert {one["status"]["S"] for one in heads} == {"IN_SYNC"}
    assert {one["connect_cluster"]["S"] for one in heads} == {"us-connect"}
    assert {one["measured_at"]["S"] for one in heads} == {"2026-01-01T00:01:00.000Z"}
