"""A Connect cluster whose one worker a test kills and starts, beside the stack's own."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mirroring.errors import ConnectUnavailable
from mirroring.kafka_connect.client import ConnectClient
from mirroring.kafka_connect.connector_info import ConnectorInfo

from lockstep.local import jars, kafka, ports
from lockstep.local.processes import Child, Processes
from tests.e2e.local_stack import LocalStack, eventually

START_S = 60.0
SETTLED_S = 120.0


@dataclass
class KillableWorker:
    """The worker, registered as the Connect cluster `name`, and the stack that knows it."""

    stack: LocalStack
    processes: Processes
    worker: kafka.Worker
    child: Child

    @property
    def name(self) -> str:
        """The Connect cluster's name."""
        return self.worker.group

    @property
    def connect(self) -> ConnectClient:
        """The worker's REST API, over fresh sockets."""
        return ConnectClient((self.worker.url,))

    def kill(self) -> None:
        """End the worker as `kill -9` does."""
        self.processes.kill(self.child)

    def start(self) -> None:
        """Start it again, with what it kept in Kafka; it answers some seconds later."""
        self.child = kafka.start_worker(self.processes, jars.locked("kafka"), self.worker)

    def answers(self) -> bool:
        """Whether the worker is up."""
        try:
            return bool(self.connect.plugins())
        except ConnectUnavailable:
            return False

    def told(self, connector: str) -> ConnectorInfo:
        """A connector that must be there."""
        told = self.connect.connector(connector)
        assert told is not None
        return told

    def create(self, topic: str) -> dict[str, Any]:
        """A mirror of one topic, under an alias of its own."""
        source = {"managedCluster": {"sourceKafkaClusterId": "eu-core"}}
        body = {
            "connectCluster": self.name,
            "sourceCluster": {"alias": f"a{secrets.token_hex(3)}", **source},
            "topicsRegex": topic.replace(".", r"\."),
        }
        answer = self.stack.post("/mirrors", body)
        assert answer.status == 202, answer
        return dict(answer.json)

    def status(self, mirror: str) -> str:
        """The mirror's status."""
        return str(self.stack.get(f"/mirrors/{mirror}").json["status"])

    def changes(self, mirror: str) -> list[dict[str, Any]]:
        """The mirror's changes, newest first."""
        return list(self.stack.get(f"/mirrors/{mirror}/changes").json["changes"])

    def repair(self, mirror: str) -> dict[str, Any]:
        """The first repair of the mirror, once it is told."""

        def look() -> list[dict[str, Any]]:
            return [one for one in self.changes(mirror) if one["kind"] == "repair"]

        return eventually(look, within_s=SETTLED_S, what="a repair")[-1]

    def is_in_sync(self, mirror: str) -> None:
        """Wait until the mirror is in sync."""
        eventually(
            lambda: self.status(mirror) == "IN_SYNC", within_s=SETTLED_S, what=f"{mirror} IN_SYNC"
        )


@contextmanager
def killable_worker(stack: LocalStack, folder: Path) -> Iterator[KillableWorker]:
    """Starts and registers the worker; afterwards its mirrors are removed and it ends."""
    group = f"killable-{secrets.token_hex(3)}"
    (port,) = ports.choose(1)
    target = stack.endpoints["target"]
    settings = {"offset.flush.interval.ms": "2000"}
    worker = kafka.Worker(group, folder, port, target, group, settings=settings)
    with Processes() as processes:
        child = kafka.start_worker(processes, jars.locked("kafka"), worker)
        found = KillableWorker(stack, processes, worker, child)
        eventually(found.answers, within_s=START_S, what="the worker's answer")
        body = {"urls": [worker.url], "kafkaCluster": "us-core", "offsetFlushMs": 2000}
        assert stack.put(f"/connect-clusters/{group}", body).status == 201
        yield found
        for one in stack.get(f"/mirrors?connectCluster={group}").json["mirrors"]:
            assert stack.delete(f"/mirrors/{one['name']}").status == 204
        assert stack.delete(f"/connect-clusters/{group}").status == 204
