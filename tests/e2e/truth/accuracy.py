"""Our latency beside MirrorMaker 2's own, over the same seconds of the same traffic."""

import contextlib
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from mirroring.mirror import Mirror, Source
from mirroring.observation import Observation, Status

from lockstep.local.waiting import wait_until
from tests.e2e.truth import traffic
from tests.e2e.truth.jmx import AVERAGE, COUNT, Jmx
from tests.e2e.truth.linked import NAME, Linked
from tests.e2e.truth.side import Side
from tests.e2e.truth.world import ALIAS, World

ALLOWED_MS, ALLOWED_PART = 5.0, 0.10
RATE_PART = 0.05
TAKES = 3
YOUNG_S = 40.0
TOPICS = PARTITIONS = 3
RATE = 10.0
WARM = 2
START_S = 60.0
DELAY_S = 0.5
PRIORITY = -10


@dataclass(frozen=True)
class Round:
    """Some seconds of traffic: mean latencies in ms, rates in records a second by topic."""

    ours: float
    jmx: float
    rates: dict[str, float]
    produced: dict[str, float]

    @property
    def difference(self) -> float:
        """By how many ms we read more."""
        return self.ours - self.jmx


@dataclass(frozen=True)
class Comparison:
    """Rounds of one kind of traffic, and what they say together."""

    rounds: Sequence[Round]

    @property
    def ours(self) -> float:
        """Our mean latency over all rounds, in ms."""
        return fmean(one.ours for one in self.rounds)

    @property
    def jmx(self) -> float:
        """MirrorMaker 2's, in ms."""
        return fmean(one.jmx for one in self.rounds)

    @property
    def is_close(self) -> bool:
        """Whether the two means are within 5 ms or 10 % of each other."""
        return abs(self.ours - self.jmx) <= max(ALLOWED_MS, ALLOWED_PART * self.jmx)

    def rate_error(self) -> float:
        """The largest relative error of a topic's mean averageRate."""
        topics = self.rounds[0].rates
        errors = []
        for topic in topics:
            ours = fmean(one.rates[topic] for one in self.rounds)
            produced = fmean(one.produced[topic] for one in self.rounds)
            errors.append(abs(ours - produced) / produced)
        return max(errors)


@dataclass
class Steady:
    """A mirror that copies these topics of `source`, all written to steadily."""

    world: World
    jmx: Jmx
    mirror: Mirror
    source: Side
    topics: Sequence[str]
    _since: float = field(default_factory=time.monotonic)

    def compare(self, rounds: int) -> Comparison:
        """So many rounds of samples."""
        with at_once():
            return Comparison([self._round() for _ in range(rounds)])

    def settle(self) -> None:
        """Waits until the mirror has been in sync for WARM samples."""
        for _ in range(WARM):
            wait_until(self._is_in_sync, seconds=START_S, what=f"{self.mirror.name} in sync")

    def _is_in_sync(self) -> bool:
        return self._take().status is Status.IN_SYNC

    def _take(self) -> Observation:
        return self.world.take(self.mirror.name)[self.mirror.name]

    def _round(self) -> Round:
        if time.monotonic() - self._since > YOUNG_S:
            self._since = time.monotonic()
            self.world.connect.restart(self.mirror.source_connector)
            self.settle()
        before, told = self._ends(), self._told()
        seen = [self._take() for _ in range(TAKES)]
        after, tells = self._ends(), self._told()
        elapsed = after[0] - before[0]
        return Round(
            ours=fmean(one.latency.average or 0 for one in seen),
            jmx=(tells[0] - told[0]) / (tells[1] - told[1]),
            rates={topic: fmean(_rate(one, topic) for one in seen) for topic in self.topics},
            produced={
                topic: (after[1][topic] - before[1][topic]) / elapsed for topic in self.topics
            },
        )

    def _told(self) -> tuple[float, float]:
        """The sum of the latencies (ms) of all records since the task began, and their number.

        The sensors' means forget after 60 s; before, the difference of two sums is exact.
        """
        topics = {self.mirror.mirrored_name(topic) for topic in self.topics}
        found = [it for one, it in self.jmx.figures().items() if one.topic in topics]
        total = sum(one.get(AVERAGE, 0.0) * one[COUNT] for one in found)
        return total, sum(one[COUNT] for one in found)

    def _ends(self) -> tuple[float, dict[str, int]]:
        """When it was (monotonic s), and how many records each topic held."""
        at = time.monotonic()
        ends = {
            topic: sum(self.source.end(topic, index) for index in range(PARTITIONS))
            for topic in self.topics
        }
        return at, ends


def _rate(seen: Observation, topic: str) -> float:
    return next(one.average_rate or 0.0 for one in seen.topics if one.name == topic)


@contextlib.contextmanager
def steady(world: World, jmx: Jmx) -> Iterator[Steady]:
    """Three topics of the world's source under steady traffic, mirrored and in sync."""
    topics = [f"steady.{number}" for number in range(TOPICS)]
    with _under_traffic(world, jmx, "steady", topics, world.source) as made:
        yield made


@contextlib.contextmanager
def slowed(world: World, jmx: Jmx, source: Linked) -> Iterator[Steady]:
    """One topic whose records take DELAY_S longer to Connect, mirrored and in sync."""
    facts = Source(alias=ALIAS, managed=NAME, cluster_id=NAME)
    source.proxy.delay_s = DELAY_S
    more: dict[str, Any] = {"source": facts, "knobs": source.linked}
    with _under_traffic(world, jmx, "slowed", ["slowed.0"], source.side, **more) as made:
        yield made
    source.proxy.delay_s = 0.0


@contextlib.contextmanager
def _under_traffic(
    world: World, jmx: Jmx, name: str, topics: Sequence[str], side: Side, **asked: Any
) -> Iterator[Steady]:
    for topic in topics:
        side.create(topic, PARTITIONS)
    mirror = world.mirror(name, rf"{name}\..*", **asked)
    with traffic.steady(side.address, topics, PARTITIONS, RATE):
        made = Steady(world, jmx, mirror, side, topics)
        made.settle()
        yield made


@contextlib.contextmanager
def at_once() -> Iterator[None]:
    """This thread before all others where that is allowed.

    On one machine brokers, Connect and who measures them take the processor from each other, and
    the clock would be read late; a Lambda has its own.
    """
    before = os.getpriority(os.PRIO_PROCESS, 0)
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, PRIORITY)
    try:
        yield
    finally:
        os.setpriority(os.PRIO_PROCESS, 0, before)
