"""How often reconcile restarts what failed, and when."""

from datetime import timedelta

import pytest
from mirroring.managing.repair import plan
from mirroring.observation import Code
from mirroring.reconciled import Restarts

from tests.unit.repairing import (
    BOTH,
    CHECKPOINT,
    MINUTE,
    NOW,
    SOURCE,
    WANTED,
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
    assert plan(mirror(), WANTED, failed, observation, remembered, soon) == []
    (action,) = plan(mirror(), WANTED, failed, observation, remembered, NOW)
    assert action.attempt == restarts + 1


def test_the_sixth_failure_is_left_to_a_person() -> None:
    last = NOW - timedelta(minutes=50)
    remembered = done(SOURCE, CHECKPOINT, restarts={SOURCE: Restarts(count=5, at=last)})
    observation = seen(Code.TASK_FAILED, since=last + MINUTE)
    failed = told(BOTH, task="FAILED")
    assert plan(mirror(), WANTED, failed, observation, remembered, NOW) == []


def test_an_hour_of_health_makes_the_count_begin_anew() -> None:
    last = NOW - timedelta(minutes=62)
    remembered = done(SOURCE, CHECKPOINT, restarts={SOURCE: Restarts(count=5, at=last)})
    observation = seen(Code.TASK_FAILED, since=last + timedelta(minutes=60))
    (action,) = plan(mirror(), WANTED, told(BOTH, task="FAILED"), observation, remembered, NOW)
    assert action.attempt == 1


def test_a_restart_is_not_repeated_before_a_sample_has_seen_what_it_did() -> None:
    remembered = done(SOURCE, CHECKPOINT, restarts={SOURCE: Restarts(count=1, at=NOW)})
    observation = seen(Code.TASK_FAILED, measured_at=NOW - MINUTE)
    later = NOW + timedelta(hours=1)
    failed = told(BOTH, task="FAILED")
    assert plan(mirror(), WANTED, failed, observation, remembered, later) == []
