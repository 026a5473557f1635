"""EventBridge Scheduler's part: how often a function is called, and with what."""

import threading
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from lockstep.local.errors import StackError
from lockstep.local.schedule import Schedule, minutes_between, run

NOW = datetime(2026, 11, 22, 17, 12, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "minutes"),
    [
        ("rate(1 minute)", 1),
        ("rate(5 minutes)", 5),
        ("rate(1 hour)", 60),
        ("rate(12 hours)", 720),
        ("rate(2 days)", 2880),
        ("cron(* * * * ? *)", 1),
        ("cron(*/15 * * * ? *)", 15),
    ],
)
def test_an_expression_says_how_many_minutes_lie_between_calls(
    expression: str, minutes: int
) -> None:
    assert minutes_between(expression) == minutes


@pytest.mark.parametrize("expression", ["rate(1 week)", "cron(0 8 * * ? *)", "at(2026-01-01)", ""])
def test_an_expression_that_cannot_run_here_is_refused(expression: str) -> None:
    with pytest.raises(StackError, match="cannot run the schedule"):
        minutes_between(expression)


def test_a_schedule_without_input_sends_schedulers_own_event() -> None:
    got = Schedule("EveryMinute", "DispatchSamples", 1).event(NOW)

    assert got["source"] == "aws.scheduler"
    assert got["detail-type"] == "Scheduled Event"
    assert got["time"] == "2026-11-22T17:12:05Z"
    assert got["resources"][0].endswith(":schedule/default/EveryMinute")


def test_a_schedule_with_input_sends_it() -> None:
    assert Schedule("S", "F", 1, '{"deep": true}').event(NOW) == {"deep": True}


def test_calls_follow_the_minute_and_skip_those_that_a_long_call_covers() -> None:
    stop = threading.Event()
    called: list[float] = []

    def call(_event: dict[str, Any]) -> None:
        called.append(time.monotonic())
        if len(called) == 2:
            stop.wait(0.12)
        if len(called) == 4:
            stop.set()

    run(Schedule("S", "F", 1), call, minute_s=0.05, stop=stop)

    gaps = [round((later - called[0]) / 0.05) for later in called]
    assert gaps[:2] == [0, 1]
    assert gaps[2] >= 4
    assert gaps[3] == gaps[2] + 1
