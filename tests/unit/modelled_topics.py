"""A mirror of many topics over modelled Kafka, in sync: what its samples see, minute by minute."""

import random
from collections.abc import Collection
from dataclasses import dataclass
from typing import cast

from mirroring.kafka_client.probe import Probe
from mirroring.kafka_types import LATEST, OffsetAt, Partition, Record, Stamping
from mirroring.measuring.assess import Assessment
from mirroring.measuring.memory import pack, unpack
from mirroring.measuring.readings import ConnectReading, MirrorReadings
from mirroring.measuring.steps import measure
from mirroring.observation import Connector, Task
from mirroring.storing.observation_item import Outcome, State

from tests.given import a_mirror
from tests.unit.modelled_kafka import Cluster, Log, Written

MINUTE_MS = 60_000
WINDOW_S = 300
LONGEST, DAY_MS = 10_000_000, 86_400_000


@dataclass
class Aged(Log):
    """A log of whose records `gone` were deleted by retention, so that its offsets begin there."""

    gone: int = 0

    def offset(self, ask: int) -> OffsetAt:
        """As Kafka answers ListOffsets."""
        found = super().offset(ask)
        return found if found.offset < 0 else OffsetAt(found.offset + self.gone, found.timestamp)

    def first(self, start: int, end: int) -> Record | None:
        """The first record of a span."""
        found = super().first(start - self.gone, end - self.gone)
        return found and Record(found.offset + self.gone, found.timestamp, is_append_time=False)

    def stamping(self, offset: int) -> Stamping:
        """What the records from this offset on say of themselves."""
        return super().stamping(offset - self.gone)


class ModelledTopics:
    """So many topics of so many partitions, each used for long; `moving` get a record a minute."""

    def __init__(self, topics: int, partitions: int, moving: Collection[int], now: int) -> None:
        self.mirror = a_mirror(topics_regex=r"orders\..*", max_tasks=1)
        self.now = now
        self.source, self.target = Cluster(), Cluster()
        draw = random.Random(1)  # noqa: S311  # no secret, the same each time
        every = []
        for number in range(topics):
            name = f"orders.eu-west-1.team-{number % 97:03}.created.v1.{number:04}"
            copy = self.mirror.mirrored_name(name)
            for cluster, topic in ((self.source, name), (self.target, copy)):
                cluster.create(topic, partitions)
                cluster.logs[topic] = [
                    Aged(gone=draw.randrange(LONGEST)) for _ in range(partitions)
                ]
            every += [Partition(name, index) for index in range(partitions)]
        self._assigned = frozenset(every)
        self._moving = [every[number] for number in moving]
        self._committed: dict[Partition, int] = {}
        for one in every:
            self._copy(one, now - draw.randrange(DAY_MS, 3 * DAY_MS))

    def sample(self, before: State) -> Outcome:
        """A minute goes by, and a sample is taken by the steps of the sampler itself."""
        for count, one in enumerate(self._moving):
            self._copy(one, self.now + count)
        self.now += MINUTE_MS
        readings = MirrorReadings(self.mirror, before, unpack(before.memory), connect=self._told())
        some = [(cast(Probe, self.source), [readings])]
        paces = measure(some, cast(Probe, self.target), [readings], MINUTE_MS, lambda: self.now)
        assert readings.failure is None, readings.failure
        assessment = Assessment(readings, paces[self.mirror.name], self.now, WINDOW_S, workers=1)
        seen, memory, change = assessment.result(self.now)
        return Outcome(seen, pack(memory), change, self.mirror.connect_cluster)

    def _copy(self, one: Partition, at: int) -> None:
        """A record is written, copied and committed within the minute."""
        source = self.source.logs[one.topic][one.index]
        target = self.target.logs[self.mirror.mirrored_name(one.topic)][one.index]
        source.records.append(Written(at, at))
        target.records.append(Written(at + 20, at))
        self._committed[one] = source.offset(LATEST).offset - 1

    def _told(self) -> ConnectReading:
        """What Connect tells."""
        task = Task(id=0, status="RUNNING", worker="10.0.0.7:8083")
        connector = Connector(
            name=self.mirror.source_connector,
            kind="Mirror Connector",
            status="RUNNING",
            worker="10.0.0.7:8083",
            tasks=(task,),
        )
        return ConnectReading(connector, None, self._assigned, dict(self._committed))
