"""EventBridge Scheduler's part: calls each scheduled function, minute after minute."""

import json
import re
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lockstep.local.errors import StackError

MINUTES = {"minute": 1, "hour": 60, "day": 24 * 60}
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_EVERY_MINUTE = re.compile(r"cron\(\*(?:/(\d+))? \* \* \* \? \*\)")


@dataclass(frozen=True)
class Schedule:
    """A schedule of template.yaml, resolved: what it calls, how often, and with what input."""

    name: str
    function: str
    minutes: int
    input: str | None = None

    def event(self, now: datetime) -> dict[str, Any]:
        """What the function gets: the schedule's input, or what Scheduler sends without one."""
        if self.input is not None:
            given: dict[str, Any] = json.loads(self.input)
            return given
        return {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.scheduler",
            "account": "123456789012",
            "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": "eu-central-1",
            "resources": [
                f"arn:aws:scheduler:eu-central-1:123456789012:schedule/default/{self.name}"
            ],
            "detail": "{}",
        }


def minutes_between(expression: str) -> int:
    """How many minutes a schedule waits: `rate(…)`, or `cron(*/n * * * ? *)`.

    Raises StackError for an expression that this stack does not run.
    """
    if rate := _RATE.fullmatch(expression):
        return int(rate[1]) * MINUTES[rate[2]]
    if cron := _EVERY_MINUTE.fullmatch(expression):
        return int(cron[1] or 1)
    raise StackError(f"The local stack cannot run the schedule {expression}: use a rate(…).")


def run(
    schedule: Schedule,
    call: Callable[[dict[str, Any]], None],
    *,
    minute_s: float,
    stop: threading.Event,
) -> None:
    """Call now and then once an interval, skipping those that pass during a call, until `stop`."""
    interval = schedule.minutes * minute_s
    due = time.monotonic()
    while not stop.is_set():
        call(schedule.event(datetime.now(UTC)))
        due += interval * max(1, -(-(time.monotonic() - due) // interval))
        stop.wait(due - time.monotonic())
