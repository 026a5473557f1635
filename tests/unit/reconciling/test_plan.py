"""What reconcile asks of Connect, case by case."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from mirroring.kafka_connect.connector_info import ConnectorInfo
from mirroring.mirror import Ask, Asked, Intent
from mirroring.observation import Code, Observation
from mirroring.reconciled import Answering, Reconciled
from mirroring.reconciling.actions import Action, Verb
from mirroring.reconciling.plan import plan, refusal_basis, settled
from mirroring.reconciling.situation import Situation

from tests.unit.repairing import (
    BOTH,
    CHECKPOINT,
    CONFIG,
    DESIRED,
    MINUTE,
    NOW,
    SOURCE,
    done,
    mirror,
    repairs,
    seen,
    told,
)


@dataclass(frozen=True)
class Case:
    """A line of the table: how things are, and what is asked of Connect."""

    asks: tuple[tuple[Verb, str], ...] = ()
    intent: Intent = Intent.RUNNING
    actual: dict[str, ConnectorInfo] = field(default_factory=lambda: told(BOTH))
    seen: Observation | None = None
    done: Reconciled = field(default_factory=lambda: done(SOURCE, CHECKPOINT))


BASIS = refusal_basis(mirror(), DESIRED)
REFUSED = done(SOURCE, CHECKPOINT, refused="No.", refused_basis=BASIS, refused_at=NOW)
NEVER_TAKEN = REFUSED.model_copy(update={"applied": {}})
REFUSED_PAUSED = REFUSED.model_copy(
    update={"refused_basis": refusal_basis(mirror(Intent.PAUSED), DESIRED)}
)
PUT_BOTH = ((Verb.PUT, SOURCE), (Verb.PUT, CHECKPOINT))
CASES = {
    "nothing when all is as it is wanted": Case(),
    "a new mirror's connectors are made": Case(PUT_BOTH, actual={}, done=done()),
    "only what is not there yet is made": Case(
        ((Verb.PUT, CHECKPOINT),), actual=told({SOURCE: "RUNNING"}), done=done(SOURCE)
    ),
    "a vanished connector waits for a sample": Case(actual={}),
    "a vanished connector waits while samples see nothing of it": Case(
        actual={},
        seen=seen(connectors=()).model_copy(update={"measured_at": NOW - timedelta(hours=2)}),
    ),
    "a vanished connector is put back once it is recorded": Case(
        PUT_BOTH, actual={}, seen=seen(Code.CONNECTOR_MISSING, connectors=())
    ),
    "not because of a record that is older than its configuration": Case(
        actual={},
        seen=seen(Code.CONNECTOR_MISSING, connectors=(), measured_at=NOW - 2 * MINUTE),
        done=done(SOURCE, CHECKPOINT, at=NOW - MINUTE),
    ),
    "a vanished checkpoint connector is put back once a sample did not see it": Case(
        ((Verb.PUT, CHECKPOINT),),
        actual=told({SOURCE: "RUNNING"}),
        seen=seen(connectors=(SOURCE,)),
    ),
    "not when that sample saw nothing at all": Case(
        actual=told({SOURCE: "RUNNING"}), seen=seen(Code.CONNECT_UNREACHABLE, connectors=())
    ),
    "a drifted configuration is put right": Case(
        ((Verb.PUT, SOURCE),), actual=told(BOTH, {**CONFIG, "topics": "more"})
    ),
    "a property that somebody added is drift": Case(
        ((Verb.PUT, SOURCE),), actual=told(BOTH, {**CONFIG, "errors.tolerance": "all"})
    ),
    "a property that somebody took away is drift": Case(
        ((Verb.PUT, SOURCE),), actual=told(BOTH, {"topics": "orders"})
    ),
    "a person's change reaches Connect": Case(
        ((Verb.PUT, SOURCE),),
        actual=told(BOTH, {**CONFIG, "topics": "before"}),
        done=done(SOURCE, CHECKPOINT, basis="before"),
    ),
    "a refused configuration is not tried again": Case(actual={}, done=NEVER_TAKEN),
    "a refused configuration is tried again later, since workers change": Case(
        PUT_BOTH,
        actual={},
        done=NEVER_TAKEN.model_copy(update={"refused_at": NOW - timedelta(minutes=31)}),
    ),
    "a mirror whose change is refused is paused all the same": Case(
        ((Verb.PAUSE, SOURCE), (Verb.PAUSE, CHECKPOINT)),
        Intent.PAUSED,
        actual=told(BOTH, {**CONFIG, "topics": "before"}),
        done=REFUSED_PAUSED,
    ),
    "a mirror whose change is refused is resumed": Case(
        ((Verb.RESUME, SOURCE), (Verb.RESUME, CHECKPOINT)),
        actual=told({SOURCE: "PAUSED", CHECKPOINT: "PAUSED"}, {**CONFIG, "topics": "before"}),
        done=REFUSED.model_copy(update={"held": Intent.PAUSED}),
    ),
    "a failed task of a mirror whose change is refused is restarted": Case(
        ((Verb.RESTART, SOURCE),),
        actual=told(BOTH, {**CONFIG, "topics": "before"}, task="FAILED"),
        seen=seen(Code.TASK_FAILED),
        done=REFUSED,
    ),
    "a pause comes before a configuration that Connect may never answer": Case(
        ((Verb.PAUSE, SOURCE), (Verb.PAUSE, CHECKPOINT), (Verb.PUT, SOURCE)),
        Intent.PAUSED,
        actual=told(BOTH, {**CONFIG, "topics": "before"}),
        done=done(SOURCE, CHECKPOINT, basis="before"),
    ),
    "a resume comes after a configuration, which may copy less": Case(
        ((Verb.PUT, SOURCE), (Verb.RESUME, SOURCE), (Verb.RESUME, CHECKPOINT)),
        actual=told({SOURCE: "PAUSED", CHECKPOINT: "PAUSED"}, {**CONFIG, "topics": "before"}),
        done=done(SOURCE, CHECKPOINT, basis="before", held=Intent.PAUSED),
    ),
    "a drift is left alone while something else goes on changing it": Case(
        actual=told(BOTH, {**CONFIG, "topics": "more"}),
        done=done(SOURCE, CHECKPOINT, repairs={SOURCE: repairs(2, minutes=3)}),
    ),
    "and put right again after a while": Case(
        ((Verb.PUT, SOURCE),),
        actual=told(BOTH, {**CONFIG, "topics": "more"}),
        done=done(SOURCE, CHECKPOINT, repairs={SOURCE: repairs(2, minutes=4)}),
    ),
    "a connector that something else deletes is put back less and less often": Case(
        actual=told({CHECKPOINT: "RUNNING"}),
        seen=seen(Code.CONNECTOR_MISSING),
        done=done(SOURCE, CHECKPOINT, repairs={SOURCE: repairs(6, minutes=29)}),
    ),
    "a person's change does not wait for that": Case(
        ((Verb.PUT, SOURCE),),
        actual=told(BOTH, {**CONFIG, "topics": "before"}),
        done=done(SOURCE, basis="before", repairs={SOURCE: repairs(6, minutes=1)}),
    ),
    "a refused configuration is tried again when it changed": Case(
        PUT_BOTH, actual={}, done=done(refused="No.", refused_basis="1 before")
    ),
    "a refused configuration is tried again when the mirror changed": Case(
        PUT_BOTH, actual={}, done=done(refused="No.", refused_basis=f"0 {DESIRED.basis}")
    ),
    "what somebody else paused stays paused": Case(
        actual=told({SOURCE: "PAUSED", CHECKPOINT: "RUNNING"}), seen=seen(Code.CONNECTOR_PAUSED)
    ),
    "what somebody else stopped stays stopped": Case(
        actual=told({SOURCE: "STOPPED", CHECKPOINT: "STOPPED"}), seen=seen(Code.CONNECTOR_STOPPED)
    ),
    "a person's pause is carried out": Case(
        ((Verb.PAUSE, SOURCE), (Verb.PAUSE, CHECKPOINT)), Intent.PAUSED
    ),
    "a pause that is half done is finished": Case(
        ((Verb.PAUSE, CHECKPOINT),),
        Intent.PAUSED,
        actual=told({SOURCE: "PAUSED", CHECKPOINT: "RUNNING"}),
    ),
    "a person's stop is carried out": Case(
        ((Verb.STOP, SOURCE), (Verb.STOP, CHECKPOINT)), Intent.STOPPED
    ),
    "a pause that was undone by somebody else is done again": Case(
        ((Verb.PAUSE, SOURCE), (Verb.PAUSE, CHECKPOINT)),
        Intent.PAUSED,
        done=done(SOURCE, CHECKPOINT, held=Intent.PAUSED),
    ),
    "a new mirror that is paused is made and paused": Case(
        (*PUT_BOTH, (Verb.PAUSE, SOURCE), (Verb.PAUSE, CHECKPOINT)),
        Intent.PAUSED,
        actual={},
        done=done(),
    ),
    "what a person paused through us is resumed": Case(
        ((Verb.RESUME, SOURCE), (Verb.RESUME, CHECKPOINT)),
        actual=told({SOURCE: "PAUSED", CHECKPOINT: "PAUSED"}),
        done=done(SOURCE, CHECKPOINT, held=Intent.PAUSED),
    ),
    "a failed task waits for a sample": Case(actual=told(BOTH, task="FAILED")),
    "a failed task is restarted a minute after it was recorded": Case(
        ((Verb.RESTART, SOURCE),),
        actual=told(BOTH, task="FAILED"),
        seen=seen(Code.TASK_FAILED, since=NOW - MINUTE),
    ),
    "a failed task is not restarted sooner": Case(
        actual=told(BOTH, task="FAILED"), seen=seen(Code.TASK_FAILED, since=NOW - MINUTE / 2)
    ),
    "a task that runs again is left alone": Case(seen=seen(Code.TASK_FAILED)),
    "a failed connector is restarted": Case(
        ((Verb.RESTART, SOURCE),),
        actual=told({SOURCE: "FAILED", CHECKPOINT: "RUNNING"}),
        seen=seen(Code.CONNECTOR_FAILED),
    ),
    "a failed checkpoint connector is restarted": Case(
        ((Verb.RESTART, CHECKPOINT),),
        actual=told({SOURCE: "RUNNING", CHECKPOINT: "FAILED"}),
        seen=seen(Code.CHECKPOINT_FAILED),
    ),
    "what a person paused is never restarted": Case(
        intent=Intent.PAUSED,
        actual=told({SOURCE: "PAUSED", CHECKPOINT: "PAUSED"}, task="FAILED"),
        seen=seen(Code.TASK_FAILED),
        done=done(SOURCE, CHECKPOINT, held=Intent.PAUSED),
    ),
}


def asked(case: Case) -> list[Action]:
    """The actions of a line."""
    return plan(Situation(mirror(case.intent), DESIRED, case.actual, case.seen, case.done, NOW))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_asked_of_connect(case: Case) -> None:
    assert tuple((action.verb, action.connector) for action in asked(case)) == case.asks


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        (
            "a drifted configuration is put right",
            {"connector": SOURCE, "topics": "more"},
            {"connector": SOURCE, "topics": "orders"},
        ),
        (
            "a property that somebody took away is drift",
            {"connector": SOURCE, "source.cluster.ssl.key.password": "[hidden]"},
            {"connector": SOURCE, "source.cluster.ssl.key.password": "[hidden]"},
        ),
        (
            "a property that somebody added is drift",
            {"connector": SOURCE, "errors.tolerance": "all"},
            {"connector": SOURCE, "errors.tolerance": "absent"},
        ),
        (
            "a vanished connector is put back once it is recorded",
            {"connector": SOURCE, "state": "MISSING"},
            {"connector": SOURCE, "state": "PUT BACK"},
        ),
        (
            "a failed connector is restarted",
            {"connector": SOURCE, "state": "FAILED", "because": "It failed."},
            {"connector": SOURCE, "state": "RESTARTED", "attempt": "1"},
        ),
        ("a new mirror's connectors are made", None, None),
        ("a person's change reaches Connect", None, None),
        ("a person's pause is carried out", None, None),
    ],
)
def test_a_repair_tells_what_was_and_what_is(
    name: str, before: dict[str, str] | None, after: dict[str, str] | None
) -> None:
    action = asked(CASES[name])[0]
    assert (action.before, action.after) == (before, after)


@pytest.mark.parametrize(
    ("intent", "actual", "is_settled"),
    [
        (Intent.RUNNING, told(BOTH), True),
        (Intent.PAUSED, told({SOURCE: "PAUSED", CHECKPOINT: "PAUSED"}), True),
        (Intent.STOPPED, told({SOURCE: "STOPPED", CHECKPOINT: "STOPPED"}), True),
        (Intent.PAUSED, told(BOTH), False),
        (Intent.RUNNING, told({SOURCE: "PAUSED", CHECKPOINT: "RUNNING"}), False),
        (Intent.RUNNING, told({SOURCE: "RUNNING"}), False),
        (Intent.RUNNING, told(BOTH, {**CONFIG, "topics": "more"}), False),
        (Intent.RUNNING, told(BOTH, task="FAILED"), False),
    ],
)
def test_connects_word_alone_may_show_that_nothing_is_to_do(
    intent: Intent, actual: dict[str, ConnectorInfo], is_settled: bool
) -> None:
    assert settled(mirror(intent), DESIRED, actual) is is_settled


def test_what_a_later_version_was_asked_for_is_no_resume() -> None:
    later = Asked(ask=Ask("DRAIN"), at=NOW - MINUTE)
    actual = told({SOURCE: "PAUSED", CHECKPOINT: "PAUSED"})
    wanted = mirror().model_copy(update={"asked": later})

    assert plan(Situation(wanted, DESIRED, actual, None, done(SOURCE, CHECKPOINT), NOW)) == []


def test_who_was_paused_a_moment_ago_is_not_asked_twice() -> None:
    paused, remembered = mirror(Intent.PAUSED), done(SOURCE)
    actual = told({SOURCE: "RUNNING"})
    actions = plan(
        Situation(paused, DESIRED, actual, None, remembered, NOW), held=(SOURCE, CHECKPOINT)
    )
    asked = [(action.verb, action.connector) for action in actions]
    assert asked == [(Verb.PUT, CHECKPOINT), (Verb.PAUSE, CHECKPOINT)]


@pytest.mark.parametrize("drifted", ["errors.tolerance", None], ids=["drift", "failed"])
def test_a_first_try_does_what_a_person_asked_for_and_repairs_nothing(drifted: str | None) -> None:
    more = {drifted: "all"} if drifted else {}
    actual = told(BOTH, CONFIG | more, task="RUNNING" if drifted else "FAILED")
    observation, remembered = seen(Code.TASK_FAILED), done(SOURCE, CHECKPOINT)
    situation = Situation(mirror(), DESIRED, actual, observation, remembered, NOW)
    assert plan(situation) != []
    assert plan(situation, repairs=False) == []


@pytest.mark.parametrize(("until", "count"), [(NOW + MINUTE, 0), (NOW, 2)], ids=["at work", "died"])
def test_a_restart_that_another_run_is_at_is_left_to_it_until_it_must_have_died(
    until: datetime, count: int
) -> None:
    asked = Asked(ask=Ask.RESTART, at=NOW - MINUTE)
    claim = Answering(asked=asked.at, until=until)
    restarted = mirror().model_copy(update={"asked": asked})
    remembered = done(SOURCE, CHECKPOINT, answering=claim)
    actions = plan(Situation(restarted, DESIRED, told(BOTH), None, remembered, NOW))
    assert [action.asked for action in actions] == [asked.at] * count


def test_an_action_does_not_print_its_configuration() -> None:
    action = asked(CASES["a drifted configuration is put right"])[0]
    assert "hunter2" not in f"{action!r}{DESIRED!r}{told(BOTH)!r}"
