"""What template.yaml deploys, running: AWS, the functions, and what calls them."""

from http import HTTPStatus
from threading import Thread

from lockstep.local import demo
from lockstep.local.aws_resources import AwsResources
from lockstep.local.aws_server import AwsServer
from lockstep.local.deployment import Deployment, deploy
from lockstep.local.errors import StackError, Stopped
from lockstep.local.function import Function
from lockstep.local.gateway import Gateway
from lockstep.local.http_event import ACCOUNT, Request
from lockstep.local.inbox import Inbox
from lockstep.local.java_services import JavaServices
from lockstep.local.options import ROOT
from lockstep.local.run_context import RunContext
from lockstep.local.runtime_api import Outcome
from lockstep.local.secrets_file import SecretsFile
from lockstep.local.template import REGION, read
from lockstep.local.traffic import Traffic
from lockstep.local.triggers import Triggers, thread

TRAFFIC_S = 2.0


class Application:
    """The functions of template.yaml with everything around them that is AWS's part."""

    def __init__(self, run: RunContext, services: JavaServices) -> None:
        self._run, self._services = run, services
        self._inbox = Inbox(ACCOUNT, REGION)
        self._secrets = SecretsFile(run.options.data / "secrets.json", ACCOUNT, REGION)
        after = {"sns": self._inbox.collect, "secretsmanager": self._secrets.save}
        self._aws = AwsServer(services.aws_port, after)
        self._resources = AwsResources(self._aws.url, services.dynamodb.url)
        self._functions: dict[str, Function] = {}
        self._traffic: Thread | None = None

    def start(self) -> tuple[Gateway, Triggers]:
        """Make the stack in the local AWS: what answers requests, and what calls by itself."""
        self._secrets.load()
        self._aws.start()
        template = read(ROOT / "template.yaml")
        self._services.wait_for_dynamodb()
        deployment = deploy(self._resources, template, self._run.options.parameters)
        self._start_functions(deployment)
        minute_s, stop = self._run.options.minute_s, self._run.stop
        triggers = Triggers(deployment, self._resources, self._invoke, minute_s, stop)
        gateway = Gateway(
            routes=deployment.routes,
            invoke=self._invoke,
            pages={"endpoints": self._services.endpoints, "inbox": self._inbox.messages},
            functions=tuple(self._functions),
            scheduled=triggers.events,
        )
        return gateway, triggers

    def check(self, gateway: Gateway) -> None:
        """Raise StackError when the API does not answer."""
        answer = gateway.answer(Request("GET", "/mirrors", "HTTP/1.1", [], b"", "127.0.0.1"))
        if answer.status != HTTPStatus.OK:
            logs = self._run.options.data / "logs"
            raise StackError(f"GET /mirrors answers {answer.status}: the logs in {logs} say why.")

    def show(self, gateway: Gateway) -> None:
        """Give a newcomer something to see: live topics and a mirror of them."""
        traffic = Traffic(self._services.source.address)
        traffic.prepare()
        self._traffic = thread(traffic.write, self._run.stop)
        demo.register(gateway.answer, self._services, self._run.stop)
        self._run.progress.say("the demo's mirror is there, and its topics have traffic")

    def close(self) -> None:
        """Write no more and serve no AWS any more."""
        if self._traffic:
            self._traffic.join(TRAFFIC_S)
        self._aws.close()

    def _start_functions(self, deployment: Deployment) -> None:
        """Make every function; those that people wait for have a warm process at once."""
        logs = self._run.options.data / "logs"
        self._functions = {
            name: Function(definition, self._run.processes, logs)
            for name, definition in deployment.definitions.items()
        }
        for name in {route.function for route in deployment.routes}:
            self._functions[name].prepare()
        self._run.progress.say(f"{len(self._functions)} functions of template.yaml are deployed")

    def _invoke(self, function: str, event: bytes) -> Outcome:
        try:
            return self._functions[function].invoke(event)
        except Stopped:
            return Outcome.failed("Runtime.Stopped", "The stack is being stopped")
