"""P8: one of the source's three brokers neither answers nor hangs up.

Beside `KafkaConsumer.end_offsets` of kafka-python with a time-out of five seconds, which then has
no partition at all; ours has every partition of the other two.
"""

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError
from mirroring.measuring.memory import unpack
from mirroring.storing.observations import observations

from benchmarks.shared import large, stage
from benchmarks.shared.comparison import Row, Took, asked, closed, interleaved, series_table, timed

NODES, SILENT, RECOVERING = 3, 3, 20
GOAL_S, PATIENCE_MS = 2.0, 5_000
WHY = "A broker is given up once the others have answered and it has kept still for a while."


def main() -> None:
    """Stop a broker, sample or ask, let it go on; in turn."""
    quick, runs = asked(__doc__)
    with large.opened(large.QUICK_TOPICS if quick else large.TOPICS, NODES) as one:
        leaders: Counter[int] = Counter()
        for topic in one.topics:
            leaders.update(one.world.source.leaders(topic))
        works = {
            "a sample": partial(sampled, one, leaders[SILENT]),
            "kafka-python's end_offsets": partial(ended, one),
        }
        series = interleaved(runs, works)
        print(f"{leaders[SILENT]:,} of {len(one.every):,} partitions are led by the silent one.\n")
    series_table(series)
    ours, peer = series.values()
    closed(
        [
            Row("P8-wall", "less than losing all", peer.wall_s / ours.wall_s, 1, WHY),
            Row("P8-goal", "every other partition within 2 s", GOAL_S / ours.wall_s, 1, WHY),
        ]
    )


def sampled(one: large.Large, lost: int) -> Took:
    """A sample with a silent broker, and one after it that sees all again."""
    with silent(one):
        took = one.sampler.sample([one.mirror.name])
        state = observations().states([one.mirror.name])[one.mirror.name]
        unread = sum(len(topic.unread) for topic in unpack(state.memory).topics.values())
        assert unread == lost, (unread, lost)
    recovered(one)
    return took


def ended(one: large.Large) -> Took:
    """What kafka-python makes of it: nothing."""
    every = [TopicPartition(*each) for each in one.every]
    consumer = KafkaConsumer(
        bootstrap_servers=one.world.source.address, request_timeout_ms=PATIENCE_MS
    )
    with silent(one):
        took = timed(partial(lost_all, consumer, every))
    consumer.close()
    recovered(one)
    return took


def lost_all(consumer: KafkaConsumer, every: list[TopicPartition]) -> None:
    """Ask for all ends, and get none."""
    try:
        found = consumer.end_offsets(every)
    except KafkaError:
        return
    raise AssertionError(f"{len(found)} ends from a silent broker")


@contextmanager
def silent(one: large.Large) -> Iterator[None]:
    """The broker is stopped, its sockets stay open."""
    broker = one.world.brokers[SILENT - 1].process
    broker.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        broker.send_signal(signal.SIGCONT)


def recovered(one: large.Large) -> None:
    """Sample until all is seen again."""
    for _ in range(RECOVERING):
        one.sampler.sample([one.mirror.name])
        if stage.is_whole(one.mirror, len(one.topics), len(one.every)):
            return
    one.sample(100)


if __name__ == "__main__":
    main()
