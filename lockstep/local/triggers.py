"""What calls functions without a request: schedules and queue mappings, each on its own threads."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lockstep.local import schedule, sqs_event_source
from lockstep.local.aws_resources import AwsResources
from lockstep.local.deployment import Deployment
from lockstep.local.function import ENVIRONMENTS
from lockstep.local.gateway import Invoke
from lockstep.local.runtime_api import Outcome


@dataclass(frozen=True)
class Triggers:
    """The schedules and mappings of a deployment; `minute_s` is how long their minute lasts."""

    deployment: Deployment
    resources: AwsResources
    invoke: Invoke
    minute_s: float
    stop: threading.Event

    def start(self) -> None:
        """Call every scheduled function now and then on time, and poll every mapped queue."""
        for each in self.deployment.schedules:
            thread(self._tick, each)
        for one in self.deployment.mappings:
            for _ in range(min(one.concurrency, ENVIRONMENTS)):
                thread(self._poll, one)

    def events(self) -> dict[str, dict[str, Any]]:
        """What each schedule sends now, by the function that it calls."""
        now = datetime.now(UTC)
        return {each.function: each.event(now) for each in self.deployment.schedules}

    def _tick(self, each: schedule.Schedule) -> None:
        def call(event: dict[str, Any]) -> None:
            outcome = self.invoke(each.function, json.dumps(event).encode())
            if outcome.error_type and not self.stop.is_set():
                self._record_failure(each.function, event, outcome)

        schedule.run(each, call, minute_s=self.minute_s, stop=self.stop)

    def _poll(self, one: sqs_event_source.Mapping) -> None:
        def call(event: dict[str, Any]) -> Outcome:
            return self.invoke(one.function, json.dumps(event).encode())

        sqs_event_source.poll(one, self.resources.client("sqs"), call, self.stop)

    def _record_failure(self, function: str, event: dict[str, Any], outcome: Outcome) -> None:
        """Tell the function's OnFailure queue, as Lambda does of a call that nobody waited for."""
        queue = self.deployment.failure_queues.get(function)
        if queue is None:
            return
        record = {
            "version": "1.0",
            "timestamp": datetime.now(UTC).isoformat(),
            "requestContext": {
                "functionArn": self.deployment.definitions[function].arn,
                "condition": "RetriesExhausted",
            },
            "requestPayload": event,
            "responsePayload": json.loads(outcome.payload),
        }
        self.resources.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(record))


def thread(target: Callable[[Any], None], argument: Any) -> threading.Thread:
    """A thread that runs this and ends with the process."""
    started = threading.Thread(target=target, args=(argument,), daemon=True)
    started.start()
    return started
