"""A mirror of one topic, modelled in memory: what truly happens, and what a sample makes of it.

Time goes in ticks of a second. The model answers as Kafka does, so that the sample's own steps run.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, cast

from mirroring.kafka_client.probe import Probe
from mirroring.kafka_types import Partition, Stamping
from mirroring.measuring.assess import Assessment
from mirroring.measuring.figures import Timing
from mirroring.measuring.memory import Memory, as_rows, pack, unpack
from mirroring.measuring.readings import ConnectReading, MirrorReadings
from mirroring.measuring.steps import measure
from mirroring.mirror import Mirror, Source
from mirroring.observation import Change, Code, Observation
from mirroring.storing.observation_item import State

from tests.unit.modelled_kafka import Cluster, Log, Written
from tests.unit.scenes import NOW, TARGET_MS, connector, mirror

BEGAN = int(NOW.timestamp() * 1000)
SECOND = 1_000
MINUTE_S = 60
MINUTE = MINUTE_S * SECOND
DAY = 24 * 60 * MINUTE
WINDOW_S = 300
PACE = Timing(flush=MINUTE, gap=MINUTE, target=TARGET_MS)
TOPIC, COPY = "orders", "eu.orders"
ORDERS = Partition(TOPIC, 0)
UNLIMITED = 1_000_000
OWN = Stamping()


def as_stored(memory: Memory) -> Memory:
    """The memory as the next sample has it: what a process keeps of it is what it reads back."""
    packed = pack(memory)
    read = unpack(packed)
    assert as_rows(memory) == read
    assert pack(as_rows(memory)) == packed
    return read


class Blind(StrEnum):
    """What a sample cannot read."""

    SOURCE = "the source"
    TARGET = "the target"
    CONNECT = "Connect"
    OFFSETS = "Connect's offsets"


@dataclass
class Task:
    """What copies a partition: where it reads next, what it ever copied and has committed."""

    next: int = 0
    copied: int = 0
    committed: int | None = None


@dataclass
class Modelled:
    """A mirror that was made an hour ago, its records, and its samples.

    `old` records are older than the mirror, which has only begun to copy them. `stamping` is what
    the target's batches say: a target of transactions holds their markers, and each is committed at
    once; one that stamps records itself gives them the time of their arrival. `alias` is the
    source's, under which the copies lie.
    """

    old: int = 0
    alias: str = "eu"
    partitions: int = 1
    stamping: Stamping = OWN
    flush_ms: int = MINUTE
    asked: Mapping[str, Any] = field(default_factory=dict)
    now: int = BEGAN
    lost: int = 0
    state: str = "RUNNING"
    assigned: bool = True
    clusters: tuple[Cluster, Cluster] = field(default_factory=lambda: (Cluster(), Cluster()))
    samples: list[tuple[Observation, Change | None]] = field(default_factory=list)
    memory: Memory = field(default_factory=Memory)
    tasks: list[Task] = field(default_factory=list)
    first_sample: bool = True

    def __post_init__(self) -> None:
        self.source_cluster, self.target_cluster = self.clusters
        self.source_cluster.create(TOPIC, self.partitions)
        self.copy_topic = f"{self.alias}.{TOPIC}"
        self.target_cluster.create(self.copy_topic, self.partitions)
        self.tasks = [Task() for _ in range(self.partitions)]
        for log in self.source_cluster.logs[TOPIC]:
            log.records += [Written(at, at) for at in range(BEGAN - DAY, BEGAN - DAY + self.old)]
        if self.first_sample:
            self.sample()

    @property
    def source(self) -> Log:
        """The first partition of the source's topic."""
        return self.source_cluster.logs[TOPIC][0]

    @property
    def target(self) -> Log:
        """The first partition of the target's topic."""
        return self.target_cluster.logs[self.copy_topic][0]

    @property
    def copied(self) -> int:
        """Below which offset everything of the first partition was copied."""
        return self.tasks[0].copied

    def write(self, skew: int = 0, *, marker: bool = False, index: int = 0) -> None:
        """A record, or a transaction's marker, now."""
        self.now += 1
        log = self.source_cluster.logs[TOPIC][index]
        log.records.append(Written(self.now, self.now + skew, marker))

    def copy(self, most: int = UNLIMITED, *, index: int = 0, delay: int = 0) -> None:
        """MirrorMaker copies so many records that are `delay` ms old, and markers before them."""
        task, source = self.tasks[index], self.source_cluster.logs[TOPIC][index]
        task.next = max(task.next, source.start)
        copies = []
        for one in source.records[task.next :]:
            if one.at > self.now - delay or (not one.marker and most == 0):
                break
            task.next += 1
            if not one.marker:
                copies.append(self._copy_of(one))
                most -= 1
        task.copied = max(task.copied, task.next)
        target = self.target_cluster.logs[self.copy_topic][index]
        target.records += copies
        if copies and self.stamping.transactions:
            target.records.append(Written(self.now, self.now, True, self.stamping))
            self.flush(index)

    def _copy_of(self, one: Written) -> Written:
        stamp = self.now if self.stamping.append_time else one.timestamp
        return Written(self.now, stamp, stamping=self.stamping)

    def flush(self, index: int = 0) -> None:
        """Connect commits the offset of the last record that was copied."""
        task, records = self.tasks[index], self.source_cluster.logs[TOPIC][index].records
        copied = (one for one in range(task.next - 1, -1, -1) if not records[one].marker)
        task.committed = next(copied, None)

    def restart(self) -> None:
        """Whatever was copied and not committed will be copied once more."""
        for task in self.tasks:
            task.next = 0 if task.committed is None else task.committed + 1

    def purge(self, end: int) -> None:
        """The source deletes the records below `end`; those not copied yet are lost."""
        task = self.tasks[0]
        lost = max(0, end - max(task.copied, self.source.start))
        self.lost, task.copied = self.lost + lost, max(task.copied, end)
        self.source.start = max(self.source.start, end)

    def somebody_writes(self, index: int = 0) -> None:
        """Somebody else's record on the target."""
        own = Stamping(append_time=self.stamping.append_time)
        record = Written(self.now, self.now, stamping=own)
        self.target_cluster.logs[self.copy_topic][index].records.append(record)

    @property
    def waited(self) -> int:
        """How long (ms) the oldest record truly waits; 0 when none does."""
        ages = [0]
        for task, log in zip(self.tasks, self.source_cluster.logs[TOPIC], strict=True):
            waiting = (one for one in log.records[task.copied :] if not one.marker)
            ages += [self.now - one.at for one in [next(waiting, None)] if one is not None]
        return max(ages)

    def sample(self, blind: Collection[Blind] = ()) -> Observation:
        """One sample; it cannot read what it is blind for."""
        source, target = self.clusters
        source.away, target.away = Blind.SOURCE in blind, Blind.TARGET in blind
        sample_together([self], blind)
        return self.samples[-1][0]

    def readings(self, blind: Collection[Blind]) -> MirrorReadings:
        """What a sample begins with: what the last one knew, and what Connect tells."""
        readings = MirrorReadings(
            mirror=self._mirror(),
            state=State(observation=self.samples[-1][0] if self.samples else None),
            memory=as_stored(self.memory),
            connect=self._told(blind),
        )
        if Blind.CONNECT in blind:
            readings.unobservable[Code.CONNECT_UNREACHABLE] = "nobody answers"
        return readings

    def judge(self, readings: MirrorReadings, pace: Timing) -> None:
        """What a sample ends with."""
        assert readings.failure is None, readings.failure
        assessment = Assessment(readings, pace, self.now, WINDOW_S, workers=1)
        seen, self.memory, change = assessment.result(self.now)
        self.samples.append((seen, change))

    def _mirror(self) -> Mirror:
        source = Source(alias=self.alias, managed=f"{self.alias}-core", cluster_id=self.alias)
        return mirror(**{"name": f"{self.alias}.us-core.k3x9q", "source": source, **self.asked})

    def _told(self, blind: Collection[Blind]) -> ConnectReading:
        """What Connect tells."""
        if Blind.CONNECT in blind:
            return ConnectReading()
        told = connector(self.state, *(["RUNNING"] if self.state == "RUNNING" else []))
        if Blind.OFFSETS in blind:
            return ConnectReading(told)
        committed = {
            Partition(TOPIC, index): task.committed
            for index, task in enumerate(self.tasks)
            if task.committed is not None
        }
        given = {Partition(TOPIC, index) for index in range(len(self.tasks))}
        return ConnectReading(told, None, frozenset(given if self.assigned else ()), committed)


def sample_together(models: Sequence[Modelled], blind: Collection[Blind] = ()) -> None:
    """One sample of mirrors of one target, by the steps of the sampler itself."""
    at, every = models[0].now, [one.readings(blind) for one in models]
    sources = [
        (cast(Probe, model.source_cluster), [one]) for model, one in zip(models, every, strict=True)
    ]
    target = cast(Probe, models[0].target_cluster)
    paces = measure(sources, target, every, models[0].flush_ms, lambda: at)
    for model, readings in zip(models, every, strict=True):
        model.judge(readings, paces[readings.mirror.name])
