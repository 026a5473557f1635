"""GET /mirrors/{name}/topics/{topic}: partitions as the last sample left them."""

from typing import Any

import pytest
from mirroring.measuring.memory import Memory, TopicMemory, Unread, pack
from mirroring.measuring.position import Position, begin
from mirroring.observation import TopicState
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.observation_item import Outcome, State
from mirroring.storing.observations import Observations

from tests import given
from tests.functional.http import call
from tests.given import NAME, after

SAMPLED = after(minutes=10)
AT = round(SAMPLED.timestamp() * 1000)
PATH = f"/mirrors/{NAME}/topics"
COPIED = begin(AT, 3, 90)._replace(backfill_end=0, copied_to=90, target_end=87, produced=AT - 5_000)
WAITING = COPIED._replace(copied_to=70, behind=4_200, average=31)
OLD = COPIED._replace(produced=AT - 301_000)


@pytest.fixture(autouse=True)
def mirror(registered: None, mirrors: MirrorStore) -> None:
    """The example's mirror, never sampled."""
    mirrors.create(given.a_mirror(), mirrors.fleet().revision, given.a_write())


def sampled(taken: Observations, positions: dict[int, Position], count: int, **fields: Any) -> None:
    """A sample of one topic."""
    topic = TopicMemory(AT, "id", positions=positions, unread={2: Unread(AT, 1, "does not answer")})
    shown = given.a_topic(partitions=count, **fields)
    seen = given.an_observation(measured_at=SAMPLED, topics=(shown,))
    assert taken.record(State(), Outcome(seen, pack(Memory({shown.name: topic}))))


def test_a_topic_is_told_down_to_its_partitions(taken: Observations) -> None:
    sampled(taken, {0: COPIED, 1: WAITING, 2: OLD}, 4)

    whole = call("GET", f"{PATH}/orders.new").json
    first, second, third, fourth = whole["partitions"]

    assert (whole["name"], whole["mirroredName"]) == ("orders.new", "eu.orders.new")
    assert (whole["averageLatency"], whole["partitionsTotal"]) == (21, 4)
    assert first == {
        "partition": 0,
        "state": "ACTIVE",
        "behind": 0,
        "lagRecords": 0,
        "averageLatency": None,
        "sourceStart": 3,
        "sourceEnd": 90,
        "copiedTo": 90,
        "targetEnd": 87,
        "lastProducedAt": "2026-01-01T00:09:55Z",
        "unknown": None,
    }
    assert (second["behind"], second["lagRecords"], second["copiedTo"]) == (4_200, 20, 70)
    assert second["averageLatency"] == 31
    assert (third["state"], third["unknown"]) == ("INACTIVE", "does not answer")
    assert (fourth["sourceEnd"], fourth["lagRecords"], fourth["behind"]) == (None, None, None)
    assert fourth["unknown"] == "no sample has read it yet"


def test_partitions_of_a_topic_that_is_not_made_yet_are_pending(taken: Observations) -> None:
    sampled(taken, {0: COPIED}, 1, state=TopicState.PENDING)

    (only,) = call("GET", f"{PATH}/orders.new").json["partitions"]

    assert only["state"] == "PENDING"


def test_of_thousands_of_partitions_the_worst_are_told_by_number(taken: Observations) -> None:
    positions = dict.fromkeys(range(5_000), COPIED) | {4_321: WAITING, 7: WAITING}
    sampled(taken, positions, 5_000)

    whole = call("GET", f"{PATH}/orders.new").json

    numbers = [one["partition"] for one in whole["partitions"]]
    assert (len(numbers), whole["partitionsTotal"]) == (1_000, 5_000)
    assert numbers == sorted(numbers)
    assert {2, 7, 4_321} < set(numbers)


def test_a_topic_that_no_sample_saw_is_not_there(taken: Observations) -> None:
    never = call("GET", f"{PATH}/orders.new")
    sampled(taken, {0: COPIED}, 1)
    other = call("GET", f"{PATH}/orders.old")
    nobody = call("GET", "/mirrors/nobody/topics/orders.new")

    assert [one.slug for one in (never, other)] == ["topic-not-found", "topic-not-found"]
    assert nobody.slug == "mirror-not-found"
