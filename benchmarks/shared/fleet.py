"""Many mirrors of a topic each on one Connect cluster, on real Kafka and in sync."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kafka import KafkaAdminClient, OffsetSpec, TopicPartition
from mirroring.mirror import Mirror
from mirroring.storing import dynamo, queue

from benchmarks.shared import stage
from benchmarks.shared.comparison import Took
from benchmarks.shared.stage import CONNECT, Function, Partition, Stage
from tests.given import BEGIN

HEAP_MB = 1_536
SETTLING = 4
MINUTE_MS = 60_000


@dataclass
class Fleet:
    """The mirrors, and how many partitions each has."""

    world: Stage
    mirrors: list[Mirror]
    partitions: int

    def messages(self) -> list[Sequence[str]]:
        """The names of the mirrors by message of the queue, as dispatch_samples makes them."""
        names = tuple(one.name for one in self.mirrors)
        return [one.mirrors for one in queue.requests({CONNECT: names}, BEGIN)]

    def move(self) -> None:
        """One partition in a hundred moves."""
        some = self.mirrors[:: max(1, 100 // self.partitions)]
        self.world.move(*[(one, self.world.partitions[one.name][:1]) for one in some])

    def sample(self, sampler: Function) -> list[dict[str, float]]:
        """A minute of all of them by one sampler; what each invocation told."""
        told = []
        for message in self.messages():
            sampler.sample(message)
            told.append(sampler.told)
        return told

    def check(self) -> None:
        """Fail unless all were sampled and are in sync."""
        for mirror in self.mirrors:
            stage.check(mirror, 1, self.partitions)


@contextmanager
def opened(folder: Path, mirrors: int, partitions: int) -> Iterator[Fleet]:
    """Start it, with a record in each partition."""
    with stage.opened(folder, HEAP_MB) as world:
        topics = {f"orders.{number:05}": partitions for number in range(mirrors)}
        stage.created(world.source, topics)
        made = [
            world.mirrored(f"eu.us-core.{number:05}", {name: partitions})
            for number, name in enumerate(topics)
        ]
        copies = {made[0].mirrored_name(name): partitions for name in topics}
        stage.created(world.target, copies)
        world.know(topics, copies)
        fleet = Fleet(world, made, partitions)
        world.move(*[(one, world.partitions[one.name]) for one in made])
        yield fleet


def pair(world: Stage, mirror: Mirror, partitions: Sequence[Partition]) -> int:
    """A mirror's lag by fresh clients of kafka-python, and an item of it."""
    lately = time.time_ns() // 1_000_000 - MINUTE_MS
    source, target = (KafkaAdminClient(bootstrap_servers=it.address) for it in world.sides)
    here = [TopicPartition(*one) for one in partitions]
    there = [TopicPartition(mirror.mirrored_name(topic), index) for topic, index in partitions]
    source.describe_topics(sorted({one.topic for one in here}))
    target.describe_topics(sorted({one.topic for one in there}))
    ends = source.list_partition_offsets(dict.fromkeys(here, OffsetSpec.LATEST))
    source.list_partition_offsets(dict.fromkeys(here, OffsetSpec.EARLIEST))
    source.list_partition_offsets(dict.fromkeys(here, lately))
    copied = target.list_partition_offsets(dict.fromkeys(there, OffsetSpec.LATEST))
    target.list_partition_offsets(dict.fromkeys(there, OffsetSpec.MAX_TIMESTAMP))
    source.close()
    target.close()
    lag: int = sum(
        ends[one].offset - copied[other].offset for one, other in zip(here, there, strict=True)
    )
    item = {"mirror": {"S": f"pair {mirror.name}"}, "at": {"S": "now"}, "lag": {"N": str(lag)}}
    dynamo.dynamo().put("HistoryTable", item)
    return lag


def together(told: Sequence[dict[str, float]]) -> Took:
    """What some invocations took together, the seconds of listening too."""
    return Took(sum(one["wall_s"] for one in told), sum(one["cpu_s"] for one in told))
