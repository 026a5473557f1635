"""When new connection properties are due, and when a mirror has proven that it works with them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from mirroring.kafka_connect.connector_info import ConnectorInfo
from mirroring.mirror import Intent
from mirroring.observation import Code, Observation
from mirroring.reconciled import Reconciled, Renewing
from mirroring.reconciling.actions import Verb
from mirroring.reconciling.desired import DesiredConnectors
from mirroring.reconciling.plan import plan
from mirroring.reconciling.rotation import SETTLES, due, proven
from mirroring.reconciling.situation import Situation
from mirroring.storing.rotations import Rotation

from tests.unit.repairing import BOTH, CHECKPOINT, DESIRED, NOW, SOURCE, done, mirror, seen, told

AT = NOW - timedelta(seconds=30)
RENEWING = Renewing(at=AT, worked=True)
AIM = replace(DESIRED, connections={"eu-core": "2", "us-core": "1"})
GIVEN = {"eu-core": "1", "us-core": "1"}


def source(status: str = "RUNNING", task: str = "RUNNING") -> ConnectorInfo:
    return told({SOURCE: status}, task=task)[SOURCE]


def idle(status: str = "RUNNING") -> ConnectorInfo:
    """A connector without a task."""
    one = source(status)
    return replace(one, connector=one.connector.model_copy(update={"tasks": ()}))


PROOFS = {
    "a sample since then, and a task that runs": (source(), seen(), True),
    "no sample yet": (source(), None, False),
    "a sample that is older": (source(), seen(measured_at=AT), False),
    "one that began too soon": (source(), seen(measured_at=AT + SETTLES / 2), False),
    "no connector": (None, seen(), False),
    "a connector that failed": (source("FAILED"), seen(), False),
    "a task that failed": (source(task="FAILED"), seen(), False),
    "no task": (idle(), seen(), False),
    "no task for want of topics": (idle(), seen(Code.NO_TOPICS_MATCHED), True),
    "nothing moves": (source(), seen(Code.STALLED), False),
    "the source refuses us": (source(), seen(Code.SOURCE_UNAUTHORIZED), False),
    "it is slow, as it was": (source(), seen(Code.LATENCY_ABOVE_TARGET), True),
    "somebody else paused it": (source("PAUSED", "PAUSED"), seen(Code.CONNECTOR_PAUSED), True),
}


@pytest.mark.parametrize(("connector", "sample", "expected"), PROOFS.values(), ids=PROOFS)
def test_a_mirror_has_proven_its_new_connection_after(
    connector: ConnectorInfo | None, sample: Observation | None, expected: bool
) -> None:
    assert proven(mirror(), connector, sample, RENEWING) is expected


def test_one_that_did_not_work_before_needs_a_sample_and_no_more() -> None:
    before = Renewing(at=AT, worked=False)
    assert proven(mirror(), source(), seen(Code.STALLED), before)
    assert not proven(mirror(), source(), None, before)


def test_one_at_rest_has_nothing_to_prove() -> None:
    assert proven(mirror(Intent.PAUSED), None, None, RENEWING)


DUE: dict[str, tuple[Mapping[str, str], list[str]]] = {
    "what differs": (GIVEN, ["eu-core"]),
    "nothing when all is given": (AIM.connections, []),
    "nothing for a mirror that was given none": ({}, []),
    "both": ({"eu-core": "0", "us-core": "0"}, ["eu-core", "us-core"]),
}


@pytest.mark.parametrize(("given", "expected"), DUE.values(), ids=DUE)
def test_due_is(given: Mapping[str, str], expected: list[str]) -> None:
    assert due(AIM, done(connections=dict(given))) == expected


def verbs(
    aim: DesiredConnectors, before: Reconciled, intent: Intent = Intent.RUNNING
) -> list[Verb]:
    actual = told(BOTH)
    return [one.verb for one in plan(Situation(mirror(intent), aim, actual, seen(), before, NOW))]


def test_placeholders_are_read_anew_by_a_restart_of_both_connectors() -> None:
    behind = replace(AIM, provider="vault")
    before = done(SOURCE, CHECKPOINT, basis=behind.basis, connections=GIVEN)
    assert verbs(behind, before) == [Verb.RENEW, Verb.RENEW]
    assert Verb.RENEW not in verbs(behind, before, Intent.STOPPED)
    assert verbs(AIM, done(SOURCE, CHECKPOINT, basis=AIM.basis, connections=GIVEN)) == []


def test_a_waiting_mirror_keeps_its_connections_and_gets_the_rest() -> None:
    aim = DesiredConnectors(
        {SOURCE: {"topics": "new", "source.cluster.sasl.jaas.config": "new", "target.x": "new"}},
        {"eu-core": "2"},
    )
    actual = {SOURCE: {"topics": "old", "source.cluster.sasl.jaas.config": "old", "name": "n"}}
    waiting = aim.waiting(actual, {"eu-core": "1"})
    assert waiting.configurations == {
        SOURCE: {"topics": "new", "source.cluster.sasl.jaas.config": "old", "target.x": "new"}
    }
    assert waiting.connections == {"eu-core": "1"}
    assert "jaas" not in waiting.basis != aim.basis


def test_the_basis_differs_with_a_secret_that_is_not_in_it() -> None:
    assert AIM.basis != replace(AIM, connections=GIVEN).basis
    assert "hunter2" not in repr(AIM) + AIM.basis


def test_a_thousand_mirrors_pass_in_rounds_that_double() -> None:
    given, rounds = 0, list[int]()
    while given < 1_000:
        rounds.append(Rotation(cluster="eu-core", proofs={"new": given}).room("new"))
        given += rounds[-1]
    assert rounds[:8] == [1, 2, 4, 8, 16, 32, 64, 128]
    assert len(rounds) <= 15
