"""What template.yaml deploys, running: AWS, the functions, and what calls them."""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from lockstep.local import demo, mapping, schedule
from lockstep.local.aws_server import AwsServer
from lockstep.local.cloud import Cloud
from lockstep.local.deployment import deploy
from lockstep.local.engines import Engines
from lockstep.local.errors import StackError, Stopped
from lockstep.local.function import ENVIRONMENTS, Function
from lockstep.local.gateway import Gateway
from lockstep.local.http_event import ACCOUNT, Request
from lockstep.local.inbox import Inbox
from lockstep.local.options import ROOT, Options
from lockstep.local.processes import Processes
from lockstep.local.progress import Progress
from lockstep.local.runtime_api import Outcome
from lockstep.local.secrets_file import SecretsFile
from lockstep.local.template import REGION, read
from lockstep.local.traffic import Traffic

TRAFFIC_S = 2.0


class Application:
    """The functions of template.yaml with everything around them that is AWS's part."""

    def __init__(
        self,
        options: Options,
        engines: Engines,
        processes: Processes,
        progress: Progress,
        stop: threading.Event,
    ) -> None:
        self._options, self._engines, self._progress = options, engines, progress
        self._processes, self._stop = processes, stop
        self._inbox = Inbox(ACCOUNT, REGION)
        self._secrets = SecretsFile(options.data / "secrets.json", ACCOUNT, REGION)
        after = {"sns": self._inbox.collect, "secretsmanager": self._secrets.save}
        self._aws = AwsServer(engines.aws_port, after)
        self._cloud = Cloud(self._aws.url, engines.dynamodb.url)
        self._functions: dict[str, Function] = {}
        self._traffic: threading.Thread | None = None

    def start(self) -> Gateway:
        """Make the stack in the local AWS; the gateway is what answers for it."""
        self._secrets.load()
        self._aws.start()
        template = read(ROOT / "template.yaml")
        self._engines.wait_for_dynamodb()
        deployment = deploy(self._cloud, template, self._options.parameters)
        logs = self._options.data / "logs"
        self._functions = {
            name: Function(definition, self._processes, logs)
            for name, definition in deployment.definitions.items()
        }
        self._deployment = deployment
        for name in {route.function for route in deployment.routes}:
            self._functions[name].prepare()
        self._progress.say(f"{len(self._functions)} functions of template.yaml are deployed")
        return Gateway(
            routes=deployment.routes,
            invoke=self._invoke,
            pages={"endpoints": self._engines.endpoints, "inbox": self._inbox.messages},
            functions=tuple(self._functions),
            scheduled_event=self._scheduled_event,
        )

    def begin(self, gateway: Gateway) -> None:
        """Check that the API answers, give the newcomer something to see, and start the clock.

        Raises StackError when the API does not answer.
        """
        answer = gateway.answer(Request("GET", "/mirrors", "HTTP/1.1", [], b"", "127.0.0.1"))
        if answer.status != HTTPStatus.OK:
            raise StackError(
                f"GET /mirrors answers {answer.status}: see {self._options.data / 'logs'}."
            )
        if self._options.demo:
            traffic = Traffic(self._engines.source.address)
            traffic.prepare()
            self._traffic = _thread(traffic.write, self._stop)
            demo.register(gateway.answer, self._engines, self._stop)
            self._progress.say("the demo's mirror is there, and its topics have traffic")
        for one in self._deployment.mappings:
            for _ in range(min(one.concurrency, ENVIRONMENTS)):
                _thread(self._poll, one)
        for each in self._deployment.schedules:
            _thread(self._tick, each)

    def close(self) -> None:
        """Write no more and serve no AWS any more."""
        if self._traffic:
            self._traffic.join(TRAFFIC_S)
        self._aws.close()

    def _invoke(self, function: str, event: bytes) -> Outcome:
        try:
            return self._functions[function].invoke(event)
        except Stopped:
            return Outcome.failed("Runtime.Stopped", "The stack is being stopped")

    def _poll(self, one: mapping.Mapping) -> None:
        def call(event: dict[str, Any]) -> Outcome:
            return self._invoke(one.function, json.dumps(event).encode())

        mapping.poll(one, self._cloud.client("sqs"), call, self._stop)

    def _tick(self, each: schedule.Schedule) -> None:
        def call(event: dict[str, Any]) -> None:
            self._call_asynchronously(each.function, event)

        schedule.run(each, call, minute_s=self._options.minute_s, stop=self._stop)

    def _call_asynchronously(self, function: str, event: dict[str, Any]) -> None:
        """Call it as Scheduler does: nobody waits, and a failure goes to the OnFailure queue."""
        outcome = self._invoke(function, json.dumps(event).encode())
        queue = self._deployment.failure_queues.get(function)
        if outcome.error_type and queue and not self._stop.is_set():
            record = {
                "version": "1.0",
                "timestamp": datetime.now(UTC).isoformat(),
                "requestContext": {"functionArn": function, "condition": "RetriesExhausted"},
                "requestPayload": event,
                "responsePayload": json.loads(outcome.payload),
            }
            self._cloud.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(record))

    def _scheduled_event(self, function: str) -> dict[str, Any]:
        """What its schedule sends; an empty batch for a function that a queue calls."""
        for each in self._deployment.schedules:
            if each.function == function:
                return each.event(datetime.now(UTC))
        return {"Records": []}


def _thread(target: Callable[[Any], None], argument: Any) -> threading.Thread:
    """A thread that runs this and ends with the process."""
    thread = threading.Thread(target=target, args=(argument,), daemon=True)
    thread.start()
    return thread
