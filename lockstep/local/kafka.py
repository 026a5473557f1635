"""Real Kafka brokers (KRaft) and Kafka Connect workers with MirrorMaker 2, on 127.0.0.1."""

import http.client
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path

from lockstep.local.errors import StackError
from lockstep.local.jars import FOLDER, Jars
from lockstep.local.jvm import Jvm, start, why_it_ended
from lockstep.local.processes import Child, Processes

# Enough for some 1,000 topics in a broker, and for a worker that mirrors them.
BROKER_HEAP_MB = 256
CONNECT_HEAP_MB = 384
HOST = "127.0.0.1"
BROKER = "kafka.Kafka"
WORKER = "org.apache.kafka.connect.cli.ConnectDistributed"
ANSWER_S = 5.0


@dataclass(frozen=True)
class Broker:
    """One node of a Kafka cluster, broker and controller in one.

    A cluster of several nodes is several of these with the same `cluster_id` and the same `voters`
    (`<node id>@127.0.0.1:<controller port>`, comma-joined); `settings` adds to or overrides its
    server.properties, for further listeners, an authorizer or smaller segments.
    """

    name: str
    folder: Path
    port: int
    controller_port: int
    cluster_id: str
    node_id: int = 1
    voters: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    heap_mb: int = BROKER_HEAP_MB
    record_to: Path | None = None

    @property
    def address(self) -> str:
        """Its bootstrap server."""
        return f"{HOST}:{self.port}"


@dataclass(frozen=True)
class Worker:
    """One Kafka Connect worker, whose own Kafka cluster (`bootstrap_servers`) is the target.

    Workers with the same `group` are one Connect cluster. `agent_port` loads Jolokia, which answers
    MirrorMaker's JMX figures over HTTP; `java_options` are further options of `java`. `record_to`,
    of a Broker too, is the folder that its AOT cache is recorded to.
    """

    name: str
    folder: Path
    port: int
    bootstrap_servers: str
    group: str = "connect"
    agent_port: int | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    java_options: tuple[str, ...] = ()
    heap_mb: int = CONNECT_HEAP_MB
    record_to: Path | None = None

    @property
    def url(self) -> str:
        """The address of its REST API."""
        return f"http://{HOST}:{self.port}"


def new_cluster_id() -> str:
    """A random id as Kafka's Uuid class writes it: 22 characters of URL-safe base 64."""
    encoded = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    # Kafka leaves out those that a command line would take for an option.
    return new_cluster_id() if encoded.startswith("-") else encoded


def start_broker(processes: Processes, jars: Jars, broker: Broker) -> Child:
    """Start a broker, its storage formatted when it is new; it answers some seconds later."""
    properties = broker.folder / "server.properties"
    _write(properties, broker_properties(broker))
    jvm = _jvm(jars, broker.folder, broker.heap_mb)
    log = broker.folder / "output.log"
    if not (broker.folder / "data" / "meta.properties").exists():
        _format(processes, jvm, broker, properties)
    jvm = replace(jvm, record_to=broker.record_to)
    return start(processes, broker.name, jvm, BROKER, properties, log=log)


def start_worker(processes: Processes, jars: Jars, worker: Worker) -> Child:
    """Start a Connect worker; it answers some seconds after its Kafka cluster does."""
    properties = worker.folder / "worker.properties"
    _write(properties, worker_properties(worker))
    agent = f"-javaagent:{jars.agent}=port={worker.agent_port},host={HOST}"
    options = (*worker.java_options, *([agent] if worker.agent_port else []))
    jvm = replace(_jvm(jars, worker.folder, worker.heap_mb, *options), record_to=worker.record_to)
    log = worker.folder / "output.log"
    return start(processes, worker.name, jvm, WORKER, properties, log=log)


def answers(worker: Worker) -> bool:
    """Whether Connect's REST API is served by its herder; before, it is 404 or nothing."""
    connection = http.client.HTTPConnection(HOST, worker.port, timeout=ANSWER_S)
    try:
        connection.request("GET", "/connectors")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def broker_properties(broker: Broker) -> dict[str, str]:
    """The broker's server.properties: one replica of everything, no delay before a group starts."""
    return {
        "process.roles": "broker,controller",
        "node.id": str(broker.node_id),
        "controller.quorum.voters": broker.voters
        or f"{broker.node_id}@{HOST}:{broker.controller_port}",
        "listeners": f"PLAINTEXT://{broker.address},CONTROLLER://{HOST}:{broker.controller_port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": str(broker.folder / "data"),
        "num.partitions": "3",
        "default.replication.factor": "1",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "5",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "5",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
        "auto.create.topics.enable": "false",
        **broker.settings,
    }


def worker_properties(worker: Worker) -> dict[str, str]:
    """The worker's properties: Kafka's defaults wherever a mirror could feel the difference."""
    return {
        "bootstrap.servers": worker.bootstrap_servers,
        "group.id": worker.group,
        "listeners": worker.url,
        "rest.advertised.host.name": HOST,
        "rest.advertised.port": str(worker.port),
        "key.converter": "org.apache.kafka.connect.json.JsonConverter",
        "value.converter": "org.apache.kafka.connect.json.JsonConverter",
        "config.storage.topic": f"{worker.group}-configs",
        "config.storage.replication.factor": "1",
        "offset.storage.topic": f"{worker.group}-offsets",
        "offset.storage.replication.factor": "1",
        "offset.storage.partitions": "5",
        "status.storage.topic": f"{worker.group}-status",
        "status.storage.replication.factor": "1",
        "status.storage.partitions": "5",
        # Scanning the class path for plug-ins takes seconds; MirrorMaker 2 has service manifests.
        "plugin.discovery": "service_load",
        **worker.settings,
    }


def _jvm(jars: Jars, folder: Path, heap_mb: int, *options: str) -> Jvm:
    logging = (
        f"-Dlog4j2.configurationFile={FOLDER / 'kafka' / 'log4j2.properties'}",
        f"-Dlockstep.log={folder / 'kafka.log'}",
    )
    return Jvm(jars.class_path, heap_mb, (*logging, *options))


def _format(processes: Processes, jvm: Jvm, broker: Broker, properties: Path) -> None:
    name, log = f"{broker.name} (format)", broker.folder / "format.log"
    options = ("--ignore-formatted", "--cluster-id", broker.cluster_id, "--config", properties)
    child = start(processes, name, jvm, "kafka.tools.StorageTool", "format", *options, log=log)
    if child.process.wait():
        raise StackError(why_it_ended(child))


def _write(path: Path, properties: Mapping[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{key}={value}\n" for key, value in properties.items()))
