"""A world's stories told elsewhere: from another source, or on a Connect cluster of two workers."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any

from mirroring.kafka_connect.client import ConnectClient
from mirroring.mirror import Mirror, Source

from lockstep.local import jars, kafka, ports
from lockstep.local.processes import Child, Processes
from lockstep.local.waiting import listens, wait_until
from tests.e2e.clusters import three as three_brokers
from tests.e2e.proxy import Proxy
from tests.e2e.truth.opening import START_S, answers
from tests.e2e.truth.side import Side
from tests.e2e.truth.world import ALIAS, FLUSH_MS, SOURCE, TARGET, World

THREE, ITSELF = "eu-three", "three-connect"
# With one broker gone all but the topics of stories goes on, seconds later.
SAFE = {
    "default.replication.factor": "3",
    "offsets.topic.replication.factor": "3",
    "offsets.topic.num.partitions": "1",
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
}
PAIR, PAIRS_TARGET = "us-pair", "us-second"
FIRST, SECOND, HOST = "first worker", "second worker", "us-second"
SESSION_MS, DELAY_MS = 6_000, 15_000


@dataclass
class Elsewhere(World):
    """The same world, where mirrors are between other clusters unless they say otherwise.

    `urls` are its Connect workers', `proxies` stand before the source's brokers.
    """

    source_name: str = SOURCE
    target_name: str = TARGET
    urls: tuple[str, ...] = ()
    proxies: tuple[Proxy, ...] = ()

    @property
    def connect(self) -> ConnectClient:
        """The REST API of its Connect cluster, as somebody else uses it."""
        return ConnectClient(self.urls or (self.worker.url,), timeout_s=30)

    def mirror(self, name: str, regex: str, **asked: Any) -> Mirror:
        """Create a mirror as create_mirror does."""
        managed = None if asked.get("external") else self.source_name
        facts: dict[str, Any] = {
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
    """Start a source of three brokers behind proxies, which everybody goes through.

    It can be a target, too: with `on_itself`.
    """
    with three_brokers(folder / THREE, SAFE) as brokers:
        world.register(THREE, *brokers.servers)
        with closing(Side(",".join(brokers.servers))) as source:
            yield elsewhere(
                world,
                source=source,
                source_name=THREE,
                proxies=brokers.proxies,
                processes=brokers.processes,
                children={str(node): one for node, one in enumerate(brokers.children, 1)},
            )


def on_itself(three: Elsewhere, folder: Path) -> Elsewhere:
    """Start a Connect worker at the three brokers, whose mirrors also read them.

    Nobody waits for it here: its first mirror does.
    """
    (port,) = ports.choose(1)
    settings = {
        "offset.flush.interval.ms": str(FLUSH_MS),
        **{f"{kind}.storage.replication.factor": "3" for kind in ("config", "offset", "status")},
    }
    worker = kafka.Worker(
        ITSELF, folder / ITSELF, port, three.source.address, ITSELF, settings=settings
    )
    kafka.start_worker(three.processes, jars.locked("kafka"), worker)
    three.register_connect(ITSELF, worker.url, target=THREE, flush_ms=FLUSH_MS)
    return elsewhere(
        three, target=three.source, target_name=THREE, worker=worker, connect_name=ITSELF
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
        wait_until(partial(answers, alone), seconds=START_S, what=worker.name)
    urls = tuple(worker.url for worker in workers)
    world.register(PAIRS_TARGET, broker.address)
    world.register_connect(PAIR, *urls, target=PAIRS_TARGET)
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


def again(processes: Processes, child: Child) -> Child:
    """Start what was killed, as it was."""
    command = child.process.args
    assert isinstance(command, list)
    environment = {name: os.environ[name] for name in ("HOME", "PATH")}
    return processes.start(child.name, command, log=child.log, environment=environment)
