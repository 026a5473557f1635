"""Each function asks AWS for exactly what its role in template.yaml allows: no less, no more."""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any, NoReturn

import pytest
from mirroring.client_properties.security import Security
from mirroring.errors import ClusterUnreachable
from mirroring.measuring import sample
from mirroring.storing import leftovers, observations
from mirroring.storing.history import History
from mirroring.storing.observation_item import Outcome

from tests.functional import aws
from tests.functional.aws import Calls
from tests.functional.connect_server import busy
from tests.functional.events import Context, event, samples_message
from tests.functional.http import call
from tests.functional.kafka import Cluster
from tests.functional.world import EU, World, a_request, external
from tests.functional.world import world as world
from tests.given import BEGIN, a_change, a_topic, an_observation
from tests.stack import functions, snake
from tests.template.test_roles import Grants, granted

PROPERTIES = "bootstrap.servers=ext:9092\nssl.truststore.password=x\n"
SECURE = {"connectionProperties": "ssl.truststore.password=x"}
LOGIN = {"username": "u", "password": "p"}
# Lambda's service does these in a function's name: its log, its queue, what becomes of a failure.
BY_LAMBDA = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
}
FAILURES = "FailedInvocations"


class Minute(Context):
    """What Lambda tells a function that a minute is left to."""

    def get_remaining_time_in_millis(self) -> int:
        """One minute."""
        return 60_000


class Ledger:
    """What each function asked for while it ran."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self.spent: dict[str, Grants] = defaultdict(lambda: defaultdict(set))

    def run(self, function: str, does: Callable[[], Any]) -> Any:
        """Runs it as a fresh process, and books on the function what was asked meanwhile."""
        aws.forget()
        self._calls.made.clear()
        answer = does()
        for where, actions in self._calls.made.items():
            self.spent[function][where] |= actions
        return answer

    def asked(self, function: str, request: str, body: Any = None) -> Any:
        """The status and the content of the answer to `METHOD /path`."""
        method, path = request.split()
        answer = self.run(function, lambda: call(method, path, body))
        return answer.status, answer.json

    def started(self, function: str, event: dict[str, Any]) -> Any:
        """What a function that no request starts returns."""
        handler = import_module(f"functions.{snake(function)}.app").handler
        return self.run(function, lambda: handler(event, Minute()))


class NoKafka:
    """A Probe whose cluster does not answer: no topics, and nothing to say of any partition."""

    security = Security()

    def topics(self) -> NoReturn:
        """Nobody is there."""
        raise ClusterUnreachable("nobody answers")

    def __getattr__(self, question: str) -> Callable[..., dict[Any, Any]]:
        return lambda *_: {}


@pytest.fixture
def ledger(world: World, calls: Calls, past: History, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """All that people and the clock ask of the functions, with what goes wrong on the way."""
    world.kafka.clusters["ext:9092"] = Cluster("EXT-id", ["orders.new"])
    monkeypatch.setattr(sample, "probe", lambda *_: NoKafka())
    ledger = Ledger(calls)
    register(ledger, world)
    mirrors = create(ledger)
    workers = {"urls": [world.connect.url], "kafkaCluster": "us-core"}
    assert ledger.asked("RegisterCluster", "PUT /connect-clusters/us-connect", workers)[0] == 200
    change(ledger, *mirrors)
    read(ledger, mirrors[0])
    tick(ledger, past, *mirrors)
    repair(ledger, world, mirrors[0])
    remove(ledger, world, *mirrors)
    return ledger


def register(ledger: Ledger, world: World) -> None:
    """Clusters with secrets and then without, each forgotten again."""
    cluster = {"bootstrapServers": [EU]}
    workers = {"urls": [world.connect.url], "kafkaCluster": "us-core"}
    for secret in (SECURE, {}):
        ledger.asked("RegisterCluster", "PUT /clusters/other", cluster | secret)
    for secret in (LOGIN, {}):
        ledger.asked("RegisterCluster", "PUT /connect-clusters/other", workers | secret)
    for path in ("/connect-clusters/other", "/clusters/other"):
        assert ledger.asked("RegisterCluster", f"DELETE {path}")[0] == 204


def create(ledger: Ledger) -> list[str]:
    """A mirror of a registered source, two of an external source, and one that is refused."""
    sources = [external(PROPERTIES, alias) for alias in ("ext", "again", "again")]
    bodies = [a_request(), *(a_request(sourceCluster=source) for source in sources)]
    answers = [ledger.asked("CreateMirror", "POST /mirrors", body) for body in bodies]
    assert [status for status, _ in answers] == [202, 202, 202, 409]
    return [mirror["name"] for _, mirror in answers[:3]]


def change(ledger: Ledger, managed: str, *external: str) -> None:
    """Other topics of a registered and of an external source, every verb, and one stays paused."""
    servers = {"bootstrapServers": [EU], "description": "as it was"} | SECURE
    assert ledger.asked("RegisterCluster", "PUT /clusters/eu-core", servers)[0] == 200
    for name in (managed, external[0]):
        body = {"topicsRegex": "orders.*|x"}
        assert ledger.asked("ChangeMirror", f"PATCH /mirrors/{name}", body)[0] == 202
    for verb in ("pause", "resume", "restart", "stop", "resume", "acknowledge"):
        status, _ = ledger.asked("ChangeMirror", f"POST /mirrors/{managed}/{verb}")
        assert status in (200, 202)
    assert ledger.asked("ChangeMirror", f"POST /mirrors/{external[0]}/pause")[0] == 202


def read(ledger: Ledger, mirror: str) -> None:
    """Every list, and what is in it."""
    lists = ["/mirrors", "/clusters", "/connect-clusters"]
    single = ["/clusters/eu-core", "/connect-clusters/us-connect", f"/mirrors/{mirror}"]
    for path in (*lists, *single, f"/mirrors/{mirror}/latency", f"/mirrors/{mirror}/changes"):
        assert ledger.asked("ReadMirrors", f"GET {path}")[0] == 200


def tick(ledger: Ledger, past: History, *mirrors: str) -> None:
    """A minute: dispatched, sampled, and people are told."""
    assert ledger.started("DispatchSamples", event("dispatch_samples")) == {"sent": 1}
    assert ledger.started("PublishAlerts", event("publish_alerts")) == {"published": 0}
    message = samples_message("us-connect", mirrors)
    assert ledger.started("SampleLatency", message) == {"batchItemFailures": []}
    ledger.run("SampleLatency", lambda: record_many_topics(mirrors[0]))
    past.add_change(a_change(mirror=mirrors[0]))
    assert ledger.started("PublishAlerts", event("publish_alerts")) == {"published": 1}


def record_many_topics(mirror: str) -> None:
    """What a sampler does once ten minutes of a mirror of many topics are over."""
    topics = tuple(a_topic(f"orders.{number}") for number in range(60))
    for passed in (0, 10):
        before = observations.observations().states([mirror])[mirror]
        sequence = 1 + (before.observation.sequence if before.observation else 0)
        at = datetime.now(UTC) + timedelta(minutes=passed)
        seen = an_observation(sequence, mirror, topics=topics, measured_at=at)
        assert observations.observations().record(before, Outcome(seen, b""))


def repair(ledger: Ledger, world: World, mirror: str) -> None:
    """A new target, and a configuration that somebody else changed."""
    target = {"targetLatency": 5_000}
    request = f"PUT /mirrors/{mirror}/target-latency"
    assert ledger.asked("UpdateLatency", request, target)[0] == 200
    world.connect.connectors[f"{mirror}.source"].config["tasks.max"] = "9"
    assert ledger.started("ReconcileMirrors", event("reconcile_mirrors")) == {"settled": 3}


def remove(ledger: Ledger, world: World, managed: str, left: str, gone: str) -> None:
    """A mirror that goes at once, and one that Connect does not let go of until reconcile asks.

    Reconcile also finds secrets that nobody needs, of clusters and of a mirror.
    """
    for kind in ("cluster", "connect-cluster", "mirror"):
        leftovers.leftovers().note(f"{kind}/lost/0a1b2c3d4e5f", BEGIN)
    world.connect.script(*[busy()] * 9, method="DELETE", path=left)
    assert ledger.asked("DeleteMirror", f"DELETE /mirrors/{left}")[0] == 202
    assert ledger.asked("DeleteMirror", f"DELETE /mirrors/{gone}?cleanup=internal")[0] == 204
    assert ledger.started("ReconcileMirrors", event("reconcile_mirrors")) == {"settled": 2}


def test_every_role_allows_exactly_what_its_function_asks(ledger: Ledger) -> None:
    allowed = {
        function: {
            where: actions - BY_LAMBDA
            for where, actions in granted(f"{function}Role").items()
            if where != FAILURES and actions - BY_LAMBDA
        }
        for function in functions()
    }

    asked = {function: dict(ledger.spent.get(function, {})) for function in functions()}
    assert asked == allowed
