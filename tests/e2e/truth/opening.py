"""Starts a world: two Kafka brokers, Connect, DynamoDB, our own AWS and its tables."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path

import pytest
from mirroring.errors import ConnectUnavailable
from mirroring.kafka_connect.client import ConnectClient
from mirroring.measuring import listen, status_inputs

from lockstep.local import download, dynamodb, jars, kafka, ports
from lockstep.local.aws_server import AwsServer
from lockstep.local.processes import Processes
from lockstep.local.waiting import listens, wait_until
from tests.e2e.proxy import Proxy
from tests.e2e.truth.side import Side
from tests.e2e.truth.world import (
    CONNECT,
    FLUSH_MS,
    MODULE,
    PASSWORD,
    SOURCE,
    TARGET,
    USER,
    World,
)
from tests.functional import aws

START_S = 90
# As many as there are stories that trouble one.
LINKS = 8
# Half of a broker's usual heap is the log cleaner's; three Connect clusters need the rest.
HEAP_MB = 512


@contextmanager
def opened(
    folder: Path, *, agent_port: int | None = None, flush_ms: int = FLUSH_MS
) -> Iterator[World]:
    """Start a world; `agent_port` loads Jolokia into the Connect worker."""
    fetched = jars.locked("kafka"), jars.locked("dynamodb")
    download.fetch(*fetched, progress=lambda *_: None, stop=threading.Event())
    chosen = iter(ports.choose(8 + 2 * LINKS))
    with ExitStack() as stack, Processes() as processes:
        plain, secured = next(chosen), next(chosen)
        links = {next(chosen): next(chosen) for _ in range(LINKS)}
        source = kafka.Broker(
            "source",
            folder / "source",
            plain,
            control := next(chosen),
            kafka.new_cluster_id(),
            settings=_source_settings(plain, secured, control, links),
            heap_mb=HEAP_MB,
        )
        target = kafka.Broker(
            "target",
            folder / "target",
            next(chosen),
            next(chosen),
            kafka.new_cluster_id(),
            heap_mb=HEAP_MB,
        )
        worker = kafka.Worker(
            "connect",
            folder / "connect",
            next(chosen),
            target.address,
            agent_port=agent_port,
            settings={"offset.flush.interval.ms": str(flush_ms)},
        )
        database = dynamodb.DynamoDb(folder / "dynamodb", next(chosen))
        children = {
            one.name: kafka.start_broker(processes, fetched[0], one) for one in (source, target)
        }
        dynamodb.start_dynamodb(processes, fetched[1], database)
        for port in (plain, secured, target.port, database.port):
            wait_until(partial(listens, port), seconds=START_S, what=f"port {port}")
        children["connect"] = kafka.start_worker(processes, fetched[0], worker)
        stack.enter_context(own_aws(next(chosen), database.url))
        here = stack.enter_context(closing(Side(source.address)))
        there = stack.enter_context(closing(Side(target.address)))
        ways = [stack.enter_context(Proxy(*link)) for link in links.items()]
        world = World(here, there, f"127.0.0.1:{secured}", worker, processes, children, ways)
        wait_until(partial(answers, world.connect), seconds=START_S, what="Connect")
        world.register(SOURCE, source.address)
        world.register(TARGET, target.address)
        world.register_connect(CONNECT, worker.url, flush_ms=flush_ms)
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(listen, "listen", world.listen)
        patch.setattr(status_inputs, "PATIENCE_MS", 0)
        yield world
        # A worker of fifty connectors takes ten seconds to end when it is asked to.
        processes.close(grace_s=0.0)


def _source_settings(
    plain: int, secured: int, control: int, links: Mapping[int, int]
) -> dict[str, str]:
    """A listener that asks for a password, one behind each link, and a cleaner in a hurry."""
    named = {"PLAINTEXT": plain, "SECURED": secured, "CONTROLLER": control}
    outside = {f"LINK{port}": port for port in links}
    behind = {f"LINK{port}": links[port] for port in links}
    protocols = {name: "PLAINTEXT" for name in (*named, *outside)} | {"SECURED": "SASL_PLAINTEXT"}
    advertised = {"PLAINTEXT": plain, "SECURED": secured} | outside
    jaas = f'{MODULE} required user_{USER}="{PASSWORD}";'
    return {
        "listeners": _listeners(named | behind),
        "advertised.listeners": _listeners(advertised),
        "listener.security.protocol.map": ",".join(":".join(one) for one in protocols.items()),
        "sasl.enabled.mechanisms": "PLAIN",
        "listener.name.secured.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.secured.plain.sasl.jaas.config": jaas,
        "log.cleaner.backoff.ms": "100",
        "log.cleaner.min.cleanable.ratio": "0.001",
    }


def _listeners(ports_: Mapping[str, int]) -> str:
    return ",".join(f"{name}://127.0.0.1:{port}" for name, port in ports_.items())


@contextmanager
def own_aws(port: int, dynamodb_url: str) -> Iterator[None]:
    """Our own AWS in this process, with the stack's tables, in the environment until the end."""
    with pytest.MonkeyPatch.context() as patch, closing(AwsServer(port, {})) as server:
        server.start()
        for name, value in {
            "AWS_DEFAULT_REGION": aws.REGION,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_ENDPOINT_URL": server.url,
            "AWS_ENDPOINT_URL_DYNAMODB": dynamodb_url,
            "NO_PROXY": "127.0.0.1",
            "POWERTOOLS_SERVICE_NAME": "lockstep",
        }.items():
            patch.setenv(name, value)
        for name, value in aws.make().items():
            patch.setenv(name, value)
        aws.forget()
        yield
        aws.forget()


def answers(connect: ConnectClient) -> bool:
    """Whether a Connect worker is up."""
    try:
        return bool(connect.plugins())
    except ConnectUnavailable:
        return False
