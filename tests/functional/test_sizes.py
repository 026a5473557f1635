"""The size that people have: 20,000 topics in one mirror, and 1,000 mirrors."""

import json
import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest
from mirroring.alerting.alert import worded
from mirroring.measuring.memory import Memory, TopicMemory, pack, unpack
from mirroring.measuring.position import begin
from mirroring.measuring.status import judge
from mirroring.measuring.status_inputs import Stuck
from mirroring.observation import Change, ChangeKind, Code, Observation, Status
from mirroring.reasons import reason
from mirroring.storing import queue
from mirroring.storing.dynamo import Dynamo
from mirroring.storing.history import History
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.observation_item import Outcome, State
from mirroring.storing.observations import Observations

from functions.publish_alerts.app import handler as publish
from tests.functional.events import Context, event
from tests.functional.limits import Limits
from tests.given import BEGIN, NAME, a_mirror, a_topic, a_write, an_observation
from tests.unit.scenes import NOW, inputs, topic

# Some seconds each on a quiet machine.
pytestmark = pytest.mark.timeout(300)

TOPICS = 20_000
FLEET = 1_000
HOUR_MS = 3_600_000


def names() -> list[str]:
    """Names of topics as a large company has them."""
    draw = random.Random(1)  # noqa: S311  # no secret, the same each time
    return [
        f"prod.team-{draw.randrange(400)}.orders.{draw.getrandbits(48):012x}" for _ in range(TOPICS)
    ]


@pytest.fixture(scope="module")
def outage() -> tuple[Observation, bytes, Change]:
    """A mirror whose topics all stalled, came late and were made again at once."""
    every = names()
    stuck = Stuck(partition=0, behind=HOUR_MS, still=HOUR_MS - 60_000, youngest=HOUR_MS)
    late = replace(topic(latency=HOUR_MS, above=9, stuck=stuck))
    found = tuple(reason(Code.TOPIC_RECREATED, NOW, topic=one) for one in every)
    seen = inputs(topics=tuple(replace(late, name=one) for one in every), findings=found)
    verdict = judge(seen, None, {})
    draw = random.Random(2)  # noqa: S311  # no secret, the same each time
    rows = tuple(
        a_topic(one, average_latency=draw.randrange(10**7), lag_records=draw.randrange(10**6))
        for one in every
    )
    observation = an_observation(
        status=verdict.status,
        status_since=NOW,
        measured_at=NOW,
        reasons=verdict.reasons,
        topics=rows,
    )
    topics = {
        one: TopicMemory(
            1_000,
            f"{draw.getrandbits(128):032x}",
            f"{draw.getrandbits(128):032x}",
            {0: begin(draw.randrange(10**12), 0, draw.randrange(10**9))},
        )
        for one in every
    }
    change = Change(
        mirror=NAME,
        at=NOW,
        kind=ChangeKind.STATUS,
        before=Status.IN_SYNC,
        after=verdict.status,
        reasons=verdict.reasons,
        alert=True,
    )
    return observation, pack(Memory(topics=topics)), change


@pytest.fixture
def recorded(
    registered: None,
    limits: Limits,
    mirrors: MirrorStore,
    taken: Observations,
    outage: tuple[Observation, bytes, Change],
) -> Limits:
    """The outage, recorded, and a sample after it."""
    mirrors.create(a_mirror(), mirrors.fleet().revision, a_write())
    limits.units, limits.calls = 0, {}
    seen, memory, change = outage
    assert taken.record(State(), Outcome(seen, memory, change, "us-connect"))
    following = seen.model_copy(update={"sequence": 2, "measured_at": NOW + timedelta(minutes=1)})
    state = taken.states([NAME])[NAME]
    assert state.observation == seen
    assert len(unpack(state.memory).topics) == TOPICS
    assert taken.record(state, Outcome(following, memory, None, "us-connect"))
    return limits


def test_an_outage_of_twenty_thousand_topics_is_recorded_told_and_listed(
    recorded: Limits, taken: Observations, past: History, outage: tuple[Observation, bytes, Change]
) -> None:
    seen, memory, change = outage
    assert len(memory) > 1_000_000
    assert recorded.largest <= 320_000
    assert sum(recorded.calls.values()) <= 40
    # Two samples of some 2.2 MB, and one of the rows of all topics; not twice, as in a transaction.
    assert recorded.units <= 7_000
    assert len(seen.reasons) == 15
    assert {one.count for one in seen.reasons} == {None, TOPICS - 5}

    told = worded(change, a_mirror())
    texts = {"default": told.event, "email": told.email, "sms": told.sms}
    assert len(json.dumps(texts, ensure_ascii=False).encode()) < 20_000
    (line, _) = past.changes(NAME, 10).items
    assert len(line.model_dump_json()) < 20_000
    summary = taken.summaries([NAME])[NAME]
    assert (summary.topics, len(summary.model_dump_json()) < 15_000) == (TOPICS, True)
    assert publish(event("publish_alerts"), Context()) == {"published": 1}  # type: ignore[arg-type]


class Seeding(Dynamo):
    """Puts what a transaction puts, one after the other: moto copies its tables for each."""

    def transact(self, *writes: Mapping[str, Any]) -> None:
        for write in writes:
            if "Put" in write:
                self.put(write["Put"]["TableName"], write["Put"]["Item"])


@pytest.fixture
def fleet(registered: None) -> None:
    """A thousand mirrors that were sampled once."""
    database = Seeding(boto3.client("dynamodb"))
    mirrors = MirrorStore(database, "MirrorsTable", "HistoryTable")
    taken = Observations(database, "MirrorsTable", History(database, "HistoryTable"))
    for number in range(FLEET):
        name = f"eu.us-core.{number:05d}"
        mirrors.create(a_mirror(name), 0, a_write(mirror=name))
        seen = Outcome(an_observation(1, name), bytes(150), None, "us-connect")
        assert taken.record(State(), seen)


def test_a_thousand_mirrors_cost_few_calls_and_write_units(
    fleet: None, limits: Limits, mirrors: MirrorStore, taken: Observations
) -> None:
    messages = queue.requests(mirrors.names(), BEGIN)
    for message in messages:
        states = taken.states(message.mirrors)
        for name in message.mirrors:
            seen = Outcome(an_observation(2, name), bytes(150), None, "us-connect")
            assert taken.record(states[name], seen)

    assert [len(message.mirrors) for message in messages] == [250] * 4
    assert limits.units <= 2 * FLEET
    assert limits.calls["PutItem"] == FLEET
    assert "TransactWriteItems" not in limits.calls
    assert limits.calls["BatchGetItem"] <= 3 * FLEET // 100
