"""How often reconcile restarts what failed, and when."""

from datetime import timedelta

import pytest
from mirroring.observation import Code
from mirroring.reconciled import Restarts
from mirroring.reconciling.plan import plan
from mirroring.reconciling.situation import Situation

from tests.unit.repairing import (
    BOTH,
    CHECKPOINT,
    DESIRED,
    MINUTE,
    NOW,
    SOURCE,
    done,
    mirror,
    seen,
    told,
)


@pytest.mark.parametrize(("restarts", "minutes"), list(enumerate((1, 2, 5, 10, 30))))
def test_each_restart_waits_longer_than_the_last(restarts: int, minutes: int) -> None:
    last = NOW - minutes * MINUTE
    before = {SOURCE: Restarts(count=restarts, at=last)} if restarts else {}
    failed, remembered = told(BOTH, task="FAILED"), done(SOURCE, CHECKPOINT, restarts=before)
    observation = seen(Code.TASK_FAILED, since=last)
    soon = NOW - timedelta(seconds=1)
    assert plan(Situation(mirror(), DESIRED, failed, observation, remembered, soon)) == []
    (action,) = plan(Situation(mirror(), DESIRED, failed, observation, remembered, NOW))
    assert action.attempt == restarts + 1


@pytest.mark.parametrize("count", [5, 6, 400])
def test_what_is_given_up_is_tried_every_half_hour_without_a_line_for_each(count: int) -> None:
    last = NOW - timedelta(minutes=30)
    remembered = done(SOURCE, CHECKPOINT, restarts={SOURCE: Restarts(count=count, at=last)})
    assert remembered.given_up() == {SOURCE}
    observation = seen(Code.TASK_FAILED, since=last + MINUTE, measured_at=NOW)
    failed = told(BOTH, task="FAILED")
    soon = NOW - timedelta(seconds=1)
    assert plan(Situation(mirror(), DESIRED, failed, observation, remembered, soon)) == []
    later = NOW + MINUTE
    (action,) = plan(Situation(mirror(), DESIRED, failed, observation, remembered, later))
    assert (action.attempt, action.before) == (count + 1, None)


@pytest.mark.parametrize(
    ("count", "minutes", "stays"),
    [(5, 9, True), (5, 11, False), (4, 11, True), (4, 61, False)],
)
def test_restarts_are_forgotten_when_the_connector_keeps_running(
    count: int, minutes: int, stays: bool
) -> None:
    last = NOW - minutes * MINUTE
    remembered = done(SOURCE, restarts={SOURCE: Restarts(count=count, at=last)})
    assert bool(remembered.rested(NOW, frozenset({SOURCE})).restarts) is stays
    assert remembered.rested(NOW, frozenset()).restarts


def test_an_hour_of_health_makes_the_count_begin_anew() -> None:
    last = NOW - timedelta(minutes=62)
    remembered = done(SOURCE, CHECKPOINT, restarts={SOURCE: Restarts(count=5, at=last)})
    observation = seen(Code.TASK_FAILED, since=last + timedelta(minutes=60))
    (action,) = plan(
        Situation(mirror(), DESIRED, told(BOTH, task="FAILED"), observation, remembered, NOW)
    )
    assert action.attempt == 1


def test_a_restart_is_not_repeated_before_a_sample_has_seen_what_it_did() -> None:
    remembered = done(SOURCE, CHECKPOINT, restarts={SOURCE: Restarts(count=1, at=NOW)})
    observation = seen(Code.TASK_FAILED, measured_at=NOW - MINUTE)
    later = NOW + timedelta(hours=1)
    failed = told(BOTH, task="FAILED")
    assert plan(Situation(mirror(), DESIRED, failed, observation, remembered, later)) == []
