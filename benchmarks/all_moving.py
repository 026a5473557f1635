"""P2: a sample of a mirror of 10,000 partitions, all of which move.

Beside fresh admin clients of kafka-python that ask both clusters one look-up after the other.
"""

import time

from kafka import KafkaAdminClient, OffsetSpec, TopicPartition

from benchmarks.shared import large
from benchmarks.shared.comparison import Row, asked, closed

WHY = "What is done in Python for each partition that moved is most of it."
MINUTE_MS = 60_000


def main() -> None:
    """Sample and ask in turn."""
    quick, runs = asked(__doc__)
    ours, peer = large.compared(
        quick, runs, "a sample, all move", 1, "kafka-python's admin clients", looked_up
    )
    closed(
        [
            Row("P2-wall", "≥ 3 × less", peer.wall_s / ours.wall_s, 3, WHY),
            Row("P2-cpu", "≥ 30 × less", peer.cpu_s / ours.cpu_s, 30, WHY),
        ]
    )


def looked_up(one: large.Large) -> None:
    """What a sample has to know of both clusters, as everybody asks for it."""
    lately = time.time_ns() // 1_000_000 - MINUTE_MS
    copies = [one.mirror.mirrored_name(name) for name in one.topics]
    source, target = one.world.source.address, one.world.target.address
    here = looked_up_at(source, one.topics, OffsetSpec.LATEST, OffsetSpec.EARLIEST, lately)
    there = looked_up_at(target, copies, OffsetSpec.LATEST, OffsetSpec.MAX_TIMESTAMP)
    assert here == there == len(one.every)


def looked_up_at(server: str, topics: list[str], *asks: object) -> int:
    """How many partitions of these topics answered each look-up."""
    admin = KafkaAdminClient(bootstrap_servers=server)
    partitions = [
        TopicPartition(topic["name"], one["partition_index"])
        for topic in admin.describe_topics(topics)
        for one in topic["partitions"]
    ]
    found = [admin.list_partition_offsets(dict.fromkeys(partitions, ask)) for ask in asks]
    admin.close()
    return min(map(len, found))


if __name__ == "__main__":
    main()
