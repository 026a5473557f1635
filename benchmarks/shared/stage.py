"""Two real Kafka clusters, a Connect that says what was copied, AWS, and the sampler in a process.

What is measured is the sampler, so no worker copies: whatever moves here is written to both
clusters at once, and told to be committed, so that it costs nobody CPU while a sample is taken.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from kafka import KafkaProducer
from mirroring.connections import connections
from mirroring.mirror import Mirror
from mirroring.observation import Observation, Status
from mirroring.reconciling.desired import desired_connectors
from mirroring.storing.mirror_items import mirror_item
from mirroring.storing.mirror_store import mirror_store
from mirroring.storing.observations import observations
from mirroring.storing.registry import registry

from benchmarks.shared import database
from benchmarks.shared.comparison import Took
from lockstep.local import download, jars, kafka, ports
from lockstep.local.processes import Child, Processes
from lockstep.local.waiting import listens, wait_until
from tests.e2e.truth.side import Side
from tests.functional.connect_server import ConnectServer
from tests.functional.connect_worker import Stored
from tests.functional.events import samples_message
from tests.given import a_cluster, a_connect_cluster, a_mirror
from tests.stack import ROOT

CONNECT, SOURCE, TARGET = "us-connect", "eu-core", "us-core"
START_S = 60
# Of tens of thousands of partitions on a busy machine.
FLUSH_S = 300
# So many partitions are made within a request's time-out on a busy machine.
TOGETHER = 1_000
AT_ONCE, LINGER_MS = 64, 10_000
Partition = tuple[str, int]


@dataclass
class Function:
    """A function in a process of its own; `told` is what its last invocation told."""

    process: "subprocess.Popen[str]"
    told: dict[str, Any] = field(default_factory=dict)

    def call(self, event: Any) -> None:
        """Invoke it."""
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(event) + "\n")
        stdin.flush()
        self.told = json.loads(stdout.readline())

    def sample(self, mirrors: Sequence[str]) -> Took:
        """Have sample_latency sample these mirrors; the seconds of listening apart."""
        self.call(samples_message(CONNECT, mirrors))
        assert self.told["answer"] == {"batchItemFailures": []}, self.told
        return Took(self.told["wall_s"] - self.told.get("listened_s", 0), self.told["cpu_s"])


@dataclass
class Stage:
    """Everything a benchmark on real Kafka needs."""

    source: Side
    target: Side
    connect: ConnectServer
    processes: Processes
    brokers: Sequence[Child]
    producers: Sequence[Any]
    partitions: dict[str, list[Partition]] = field(default_factory=dict)
    """The source's partitions of each mirror."""

    @property
    def sides(self) -> tuple[Side, Side]:
        """Source and target."""
        return self.source, self.target

    @contextmanager
    def function(self, name: str) -> Iterator[Function]:
        """A process of a function, by its folder, which has imported it."""
        command = [sys.executable, "-m", "benchmarks.shared.function_process", name]
        with subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            yield Function(process)
            if process.stdin:
                process.stdin.close()

    def mirrored(self, name: str, topics: Mapping[str, int]) -> Mirror:
        """A mirror of these topics, which are there on both sides, stored and running."""
        pattern = "|".join(topics).replace(".", r"\.")
        mirror = a_mirror(name, topics_regex=pattern, max_tasks=1)
        store = mirror_store()
        store._db.put(store._table, mirror_item(mirror))
        connect = registry().connect_cluster(CONNECT)
        desired = desired_connectors(mirror, connect, registry().cluster, connections().vault)
        self.partitions[name] = [(one, at) for one, count in topics.items() for at in range(count)]
        for connector, config in desired.configurations.items():
            assigned = [f"{topic}-{index}" for topic, index in self.partitions[name]]
            tasks = [{"state": "RUNNING", "partitions": assigned}]
            self.connect.connectors[connector] = Stored(dict(config), tasks=tasks)
        self.connect.offsets[mirror.source_connector] = {}
        return mirror

    def move(self, *moving: tuple[Mirror, Collection[Partition]]) -> None:
        """A record of each of these is written, copied and committed.

        All at once: a flush looks at every partition that was ever written to.
        """
        at = time.time_ns() // 1_000_000
        every = [(mirror, one) for mirror, some in moving for one in some]
        originals = [one for _, one in every]
        copies = [(mirror.mirrored_name(topic), index) for mirror, (topic, index) in every]
        sent, copied = (
            [
                producer.send(topic, b"moves", partition=index, timestamp_ms=at)
                for topic, index in each
            ]
            for producer, each in zip(self.producers, (originals, copies), strict=True)
        )
        for producer in self.producers:
            producer.flush(FLUSH_S)
        for (mirror, one), future in zip(every, sent, strict=True):
            committed = self.connect.offsets[mirror.source_connector]
            committed[one] = future.get(START_S).offset
        for future in copied:
            future.get(START_S)

    def know(self, *topics: Collection[str]) -> None:
        """Have the producers learn of these topics of source and target, many at once."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for producer, names in zip(self.producers, topics, strict=True):
                list(pool.map(producer.partitions_for, names))


def created(side: Side, topics: Mapping[str, int]) -> None:
    """Make topics, some at a time, and wait for them."""
    names = list(topics)
    each = max(1, TOGETHER // max(topics.values()))
    for begin in range(0, len(names), each):
        some = names[begin : begin + each]
        layouts = {it: {"num_partitions": topics[it], "replication_factor": 1} for it in some}
        side._admin.create_topics(layouts)
        side._admin.wait_for_topics(some, timeout_ms=START_S * 1000)


def seen(mirror: Mirror) -> Observation:
    """What the last sample saw."""
    found = observations().observation(mirror.name)
    assert found is not None, mirror.name
    return found


def is_whole(mirror: Mirror, topics: int, partitions: int) -> bool:
    """Whether the last sample saw all of a mirror, and that it is in sync."""
    found = seen(mirror)
    sizes = [one.partitions for one in found.topics]
    lag = (found.latency.behind, found.latency.lag_records)
    return (found.status, len(sizes), sum(sizes), lag) == (
        Status.IN_SYNC,
        topics,
        partitions,
        (0, 0),
    )


def check(mirror: Mirror, topics: int, partitions: int) -> None:
    """Fail unless the last sample is right."""
    found = seen(mirror).model_copy(update={"topics": ()})
    assert is_whole(mirror, topics, partitions), found


@contextmanager
def opened(folder: Path, heap_mb: int, nodes: int = 1) -> Iterator[Stage]:
    """Start it: a source of so many brokers, a target of one."""
    fetched = jars.locked("kafka")
    download.fetch(fetched, progress=lambda *_: None, stop=threading.Event())
    with ExitStack() as stack:
        processes = stack.enter_context(database.opened(folder))
        # Once its clients are closed, nobody waits for a broker to put its logs in order.
        stack.callback(processes.close, grace_s=0.0)
        sides, children = [], []
        for name, count in (("source", nodes), ("target", 1)):
            brokers = _cluster(folder, name, count, heap_mb)
            children += [kafka.start_broker(processes, fetched, one) for one in brokers]
            for one in brokers:
                wait_until(partial(listens, one.port), seconds=START_S, what=one.name)
            sides.append(stack.enter_context(closing(Side(brokers[0].address))))
        server = stack.enter_context(ConnectServer(shy=0))
        for cluster, side in zip((SOURCE, TARGET), sides, strict=True):
            registry().put_cluster(a_cluster(cluster, bootstrap_servers=(side.address,), brokers=1))
        registry().put_connect_cluster(a_connect_cluster(urls=(server.url,), workers=1))
        # Each send wakes a producer that does not linger, and it looks at all partitions then.
        producers = [
            stack.enter_context(
                closing(KafkaProducer(bootstrap_servers=one.address, acks=1, linger_ms=LINGER_MS))
            )
            for one in sides
        ]
        source, target = sides
        yield Stage(source, target, server, processes, children, producers)


def _cluster(folder: Path, name: str, nodes: int, heap_mb: int) -> list[kafka.Broker]:
    chosen = ports.choose(2 * nodes)
    voters = ",".join(f"{it + 1}@127.0.0.1:{chosen[2 * it + 1]}" for it in range(nodes))
    identity = kafka.new_cluster_id()
    return [
        kafka.Broker(
            f"{name} {node + 1}",
            folder / name / str(node + 1),
            chosen[2 * node],
            chosen[2 * node + 1],
            identity,
            node + 1,
            voters,
            heap_mb=heap_mb,
        )
        for node in range(nodes)
    ]
