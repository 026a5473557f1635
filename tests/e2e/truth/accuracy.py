"""Our latency beside MirrorMaker 2's own, over the same seconds of the same traffic."""

import contextlib
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import Any

import pytest
from mirroring.kafka_client.probe import Probe
from mirroring.measuring import listen as listening
from mirroring.measuring.readings import MirrorReadings
from mirroring.mirror import Mirror
from mirroring.observation import Observation, Status

from lockstep.local.waiting import wait_until
from tests.e2e.truth import traffic
from tests.e2e.truth.jmx import AVERAGE, COUNT, Jmx
from tests.e2e.truth.world import SERVERS, World

ALLOWED_MS, ALLOWED_PART = 5.0, 0.10
RATE_PART = 0.05
TAKES = 2
YOUNG_S = 40.0
TOPICS = PARTITIONS = 3
RATE = 10.0
WARM = 2
START_S = 60.0
DELAY_S, LINGER_MS = 0.2, 150
HOUR_MS = 3_600_000
ORDERED, UNORDERED = "dated.ordered", "dated.unordered"
DATED = {
    ORDERED: traffic.Dated(ago_ms=HOUR_MS),
    UNORDERED: traffic.Dated(spread_ms=HOUR_MS),
}
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
    def jmx(self) -> float:
        """MirrorMaker 2's median latency of a round, in ms."""
        return median(one.jmx for one in self.rounds)

    @property
    def difference(self) -> float:
        """By how many ms we read more, in the median of the rounds: some are disturbed."""
        return median(one.difference for one in self.rounds)

    @property
    def is_close(self) -> bool:
        """Whether we are within 5 ms or 10 % of MirrorMaker 2."""
        return abs(self.difference) <= max(ALLOWED_MS, ALLOWED_PART * self.jmx)

    def rate_error(self) -> float:
        """The largest relative error of a topic's mean averageRate."""
        errors = []
        for topic in self.rounds[0].rates:
            ours = fmean(one.rates[topic] for one in self.rounds)
            produced = fmean(one.produced[topic] for one in self.rounds)
            errors.append(abs(ours - produced) / produced)
        return max(errors)


@dataclass
class Steady:
    """A mirror that copies these topics, all written to steadily.

    `dated` is one of DATED over the same link, sampled with it: `seen` are its samples, `took` each
    time of listening's sum of the latencies by JMX (ms) and number of records of ORDERED.
    """

    world: World
    jmx: Jmx
    mirror: Mirror
    topics: Sequence[str]
    dated: Mirror | None = None
    seen: list[Observation] = field(default_factory=list)
    took: list[tuple[float, float]] = field(default_factory=list)
    _since: float = field(default_factory=time.monotonic)

    def compare(self, rounds: int) -> Comparison:
        """So many rounds of samples."""
        with at_once():
            return Comparison([self._round() for _ in range(rounds)])

    def settle(self) -> None:
        """Waits until the mirror has been in sync for WARM samples."""
        for _ in range(WARM):
            wait_until(self._is_in_sync, seconds=START_S, what=f"{self.mirror.name} in sync")

    @property
    def ordered_ms(self) -> float:
        """How long the records of ORDERED took by JMX, which adds how old they claim to be."""
        return sum(total for total, _ in self.took) / sum(each for _, each in self.took) - HOUR_MS

    def shown(self, topic: str) -> list[int]:
        """The delay (ms) that each sample tells of a topic in event time: of what waits."""
        told = [one for seen in self.seen for one in seen.topics if one.name == topic]
        return [one.average_latency or 0 for one in told]

    @property
    def _mirrors(self) -> list[Mirror]:
        return [one for one in (self.mirror, self.dated) if one is not None]

    def _is_in_sync(self) -> bool:
        return all(one.status is Status.IN_SYNC for one in self._take().values())

    def _take(self) -> dict[str, Observation]:
        return self.world.take(*(one.name for one in self._mirrors))

    def _sample(self) -> Observation:
        taken = self._take()
        self.seen += [taken[self.dated.name]] if self.dated else []
        return taken[self.mirror.name]

    def _round(self) -> Round:
        if time.monotonic() - self._since > YOUNG_S:
            self._since = time.monotonic()
            for mirror in self._mirrors:
                self.world.connect.restart(mirror.source_connector)
            self.settle()
        before = self._ends()
        with self._told_while_listening() as told:
            seen = [self._sample() for _ in range(TAKES)]
        after = self._ends()
        elapsed = after[0] - before[0]
        return Round(
            ours=fmean(one.latency.average or 0 for one in seen),
            jmx=sum(total for total, _ in told) / sum(records for _, records in told),
            rates={topic: fmean(_rate(one, topic) for one in seen) for topic in self.topics},
            produced={
                topic: (after[1][topic] - before[1][topic]) / elapsed for topic in self.topics
            },
        )

    @contextlib.contextmanager
    def _told_while_listening(self) -> Iterator[list[tuple[float, float]]]:
        """The sum of the latencies (ms) and the number of records in each time of listening."""
        told: list[tuple[float, float]] = []
        really_listen = listening.listen

        def listen(probe: Probe, all_readings: Sequence[MirrorReadings]) -> None:
            (total, records), ordered = self._told(self.topics), self._told([ORDERED])
            really_listen(probe, all_readings)
            after, more = self._told(self.topics), self._told([ORDERED])
            told.append((after[0] - total, after[1] - records))
            self.took.append((more[0] - ordered[0], more[1] - ordered[1]))

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(listening, "listen", listen)
            yield told

    def _told(self, topics: Sequence[str]) -> tuple[float, float]:
        """The sum of the latencies (ms) of all records since the task began, and their number.

        The sensors' means forget after 60 s; before, the difference of two sums is exact.
        """
        copies = {self.mirror.mirrored_name(topic) for topic in topics}
        found = [it for one, it in self.jmx.figures().items() if one.topic in copies]
        total = sum(one.get(AVERAGE, 0.0) * one[COUNT] for one in found)
        return total, sum(one[COUNT] for one in found)

    def _ends(self) -> tuple[float, dict[str, int]]:
        """When it was (monotonic s), and how many records each topic held."""
        at = time.monotonic()
        ends = {
            topic: sum(self.world.source.end(topic, index) for index in range(PARTITIONS))
            for topic in self.topics
        }
        return at, ends


def _rate(seen: Observation, topic: str) -> float:
    return next(one.average_rate or 0.0 for one in seen.topics if one.name == topic)


@contextlib.contextmanager
def steady(world: World, jmx: Jmx) -> Iterator[Steady]:
    """Three topics of the world's source under steady traffic, mirrored and in sync."""
    topics = [f"steady.{number}" for number in range(TOPICS)]
    mirror = _mirrored(world, "steady", topics)
    with traffic.steady(world.source.address, topics, PARTITIONS, RATE):
        made = Steady(world, jmx, mirror, topics)
        made.settle()
        yield made


@contextlib.contextmanager
def slowed(world: World, jmx: Jmx) -> Iterator[Steady]:
    """One topic, and two in event time, over a link that takes DELAY_S longer; in sync.

    Their producers linger.
    """
    link, topics = world.links.pop(), ["slowed.0"]
    knobs = {SERVERS: f"127.0.0.1:{link.port}"}
    mirror = _mirrored(world, "slowed", topics, knobs=knobs)
    dated = _mirrored(world, "dated", [*DATED], knobs=knobs)
    link.delay_s = DELAY_S
    lingering = traffic.steady(
        world.source.address,
        [*topics, *DATED],
        PARTITIONS,
        RATE,
        linger_ms=LINGER_MS,
        dated=DATED,
    )
    with lingering:
        made = Steady(world, jmx, mirror, topics, dated)
        made.settle()
        yield made


def _mirrored(world: World, name: str, topics: Sequence[str], **asked: Any) -> Mirror:
    for topic in topics:
        world.source.create(topic, PARTITIONS)
    return world.mirror(name, rf"{name}\..*", **asked)


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
