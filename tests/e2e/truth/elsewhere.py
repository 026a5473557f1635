"""A world's stories told elsewhere: from another source, or on a Connect cluster of two workers."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from mirroring.cluster import ConnectCluster, KafkaCluster
from mirroring.errors import ConnectUnavailable
from mirroring.kafka_connect.client import ConnectClient
from mirroring.mirror import Mirror, Source
from mirroring.observation import Observation

from lockstep.local import jars, kafka, ports
from lockstep.local.processes import Child, Processes
from lockstep.local.waiting import listens, wait_until
from tests.e2e.clusters import three as three_brokers
from tests.e2e.proxy import Proxy
from tests.e2e.truth.side import Side
from tests.e2e.truth.world import ALIAS, CONNECT, SOURCE, START_S, TARGET, World

THREE = "eu-three"
PAIR, PAIRS_TARGET = "us-pair", "us-second"
FIRST, SECOND, HOST = "first worker", "second worker", "us-second"
SESSION_MS, DELAY_MS = 6_000, 15_000


@dataclass
class Elsewhere(World):
    """The same world, where mirrors are between other clusters unless they say otherwise.

    `urls` are its Connect workers', `proxies` stand before the source's brokers.
    """

    source_name: str = SOURCE
    connect_name: str = CONNECT
    target_name: str = TARGET
    urls: tuple[str, ...] = ()
    proxies: tuple[Proxy, ...] = ()

    @property
    def connect(self) -> ConnectClient:
        """The REST API of its Connect cluster, as somebody else uses it."""
        return ConnectClient(self.urls or (self.worker.url,), timeout_s=30)

    def take(self, *mirrors: str, shift_ms: int = 0) -> dict[str, Observation]:
        """One sample of these mirrors, all together."""
        taken = self.sampler(shift_ms).take(self.connect_name, list(mirrors))
        return {seen.mirror: seen for seen in taken}

    def mirror(self, name: str, regex: str, **asked: Any) -> Mirror:
        """Create a mirror as create_mirror does."""
        managed = None if asked.get("external") else self.source_name
        facts: dict[str, Any] = {
            "connect_cluster": self.connect_name,
            "target_cluster": self.target_name,
            "source": Source(alias=ALIAS, managed=managed, cluster_id=f"id-of-{self.source_name}"),
        }
        return super().mirror(name, regex, **facts | asked)


def elsewhere(world: World, **changed: Any) -> Elsewhere:
    """The world with other clusters; what is not given stays."""
    kept = {one.name: getattr(world, one.name) for one in fields(world)}
    return Elsewhere(**kept | changed)


def proxies(world: World) -> tuple[Proxy, ...]:
    """What stands before the brokers of this world's source."""
    assert isinstance(world, Elsewhere), "this world has no proxies"
    return world.proxies


@contextmanager
def three(world: World, folder: Path) -> Iterator[Elsewhere]:
    """Start a source of three brokers behind proxies, which everybody goes through."""
    with three_brokers(folder / THREE) as brokers:
        register(world, THREE, *brokers.servers)
        with closing(Side(",".join(brokers.servers))) as source:
            yield elsewhere(world, source=source, source_name=THREE, proxies=brokers.proxies)


def register(world: World, name: str, *servers: str) -> None:
    """Register a Kafka cluster, unseen."""
    now = datetime.now(UTC)
    world.connections.registry.put_cluster(
        KafkaCluster(
            name=name,
            bootstrap_servers=servers,
            cluster_id=f"id-of-{name}",
            brokers=len(servers),
            created_at=now,
            updated_at=now,
        )
    )


@contextmanager
def pair(world: World, folder: Path) -> Iterator[Elsewhere]:
    """Start a second target and two Connect workers beside it: the first leads, the second follows.

    They notice a dead worker after SESSION_MS (default 10 s) and give its tasks away DELAY_MS later
    (default 300 s), during which its tasks are still said to be RUNNING.
    """
    port = iter(ports.choose(4))
    locked = jars.locked("kafka")
    broker = kafka.Broker(HOST, folder / HOST, next(port), next(port), kafka.new_cluster_id())
    settings = {
        "session.timeout.ms": str(SESSION_MS),
        "heartbeat.interval.ms": str(SESSION_MS // 3),
        "scheduled.rebalance.max.delay.ms": str(DELAY_MS),
    }
    workers = [
        kafka.Worker(name, folder / name, next(port), broker.address, PAIR, settings=settings)
        for name in (FIRST, SECOND)
    ]
    children = {HOST: kafka.start_broker(world.processes, locked, broker)}
    wait_until(partial(listens, broker.port), seconds=START_S, what=HOST)
    for worker in workers:
        children[worker.name] = kafka.start_worker(world.processes, locked, worker)
        alone = ConnectClient((worker.url,), timeout_s=5)
        wait_until(partial(_answers, alone), seconds=START_S, what=worker.name)
    urls = tuple(worker.url for worker in workers)
    register(world, PAIRS_TARGET, broker.address)
    _register_pair(world, urls)
    with closing(Side(broker.address)) as target:
        yield elsewhere(
            world,
            target=target,
            worker=workers[0],
            children=children,
            connect_name=PAIR,
            target_name=PAIRS_TARGET,
            urls=urls,
        )


def _register_pair(world: World, urls: tuple[str, ...]) -> None:
    now = datetime.now(UTC)
    world.connections.registry.put_connect_cluster(
        ConnectCluster(
            name=PAIR,
            urls=urls,
            kafka_cluster=PAIRS_TARGET,
            version="4.3.1",
            workers=len(urls),
            created_at=now,
            updated_at=now,
        )
    )


def again(processes: Processes, child: Child) -> Child:
    """Start what was killed, as it was."""
    command = child.process.args
    assert isinstance(command, list)
    environment = {name: os.environ[name] for name in ("HOME", "PATH")}
    return processes.start(child.name, command, log=child.log, environment=environment)


def _answers(connect: ConnectClient) -> bool:
    try:
        return connect.connectors() is not None
    except ConnectUnavailable:
        return False
