"""One mirror of many partitions on real Kafka, in sync, and a warm sampler."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mirroring.mirror import Mirror

from benchmarks.shared import stage
from benchmarks.shared.comparison import Series, Took, interleaved, series_table, timed
from benchmarks.shared.stage import Function, Partition, Stage

TOPICS, QUICK_TOPICS, PARTITIONS = 100, 20, 100
# So many partitions of a broker take more than its usual 256 MB.
HEAP_MB = 1_536
SETTLING = 4


@dataclass
class Large:
    """The mirror, its topics' names, and all of its partitions at the source."""

    world: Stage
    sampler: Function
    mirror: Mirror
    topics: list[str]
    every: list[Partition]

    def sample(self, step: int) -> Took:
        """Every `step`th partition moves, and a sample sees all of it."""
        self.world.move((self.mirror, self.every[::step]))
        took = self.sampler.sample([self.mirror.name])
        stage.check(self.mirror, len(self.topics), len(self.every))
        return took


def compared(
    quick: bool, runs: int, title: str, step: int, peer: str, ask: Callable[[Large], object]
) -> tuple[Series, Series]:
    """Samples in which every `step`th partition moves, in turn with what a peer asks: both, told.

    The peer has asked once before, so that its answer is known to be right.
    """
    with opened(QUICK_TOPICS if quick else TOPICS) as one:
        ask(one)
        works = {title: partial(one.sample, step), peer: partial(timed, partial(ask, one))}
        series = interleaved(runs, works)
        print(f"{len(one.every):,} partitions; {one.sampler.told['requests']} requests to Kafka.\n")
    series_table(series)
    return series[title], series[peer]


@contextmanager
def opened(topics: int, nodes: int = 1) -> Iterator[Large]:
    """Start it, with a record in each partition, and sample until nothing is new."""
    names = [f"orders.eu-west-1.{number:03}" for number in range(topics)]
    with (
        tempfile.TemporaryDirectory() as folder,
        stage.opened(Path(folder), HEAP_MB, nodes) as world,
        world.function("sample_latency") as sampler,
    ):
        shape = dict.fromkeys(names, PARTITIONS)
        stage.created(world.source, shape)
        mirror = world.mirrored("eu.us-core.large", shape)
        copies = [mirror.mirrored_name(name) for name in names]
        stage.created(world.target, dict.fromkeys(copies, PARTITIONS))
        world.know(names, copies)
        every = world.partitions[mirror.name]
        world.move((mirror, every))
        for _ in range(SETTLING):
            sampler.sample([mirror.name])
        yield Large(world, sampler, mirror, names, every)
