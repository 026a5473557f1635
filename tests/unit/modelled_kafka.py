"""Kafka modelled in memory: what a cluster holds, and what it answers, or fails to, when asked."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from mirroring.client_properties.security import Isolation
from mirroring.errors import ClusterUnreachable
from mirroring.kafka_types import (
    EARLIEST,
    LATEST,
    MAX_TIMESTAMP,
    Arrival,
    Fault,
    OffsetAt,
    Partition,
    Record,
    Stamping,
    TopicFacts,
)
from mirroring.measuring.position import NEVER


class Ask(StrEnum):
    """What a cluster may be asked for."""

    METADATA = "metadata"
    LATEST = "end offset"
    EARLIEST = "start offset"
    NEWEST = "newest timestamp"
    LOOK_UP = "look-up by timestamp"
    FETCH = "fetch"
    STAMPING = "newest batch"
    LISTEN = "arrivals"


_ASKS = {LATEST: Ask.LATEST, EARLIEST: Ask.EARLIEST, MAX_TIMESTAMP: Ask.NEWEST}


class Written(NamedTuple):
    """What lies at an offset: when it was written and its timestamp (ms), or a marker."""

    at: int
    timestamp: int
    marker: bool = False
    stamping: Stamping = Stamping()


@dataclass
class Log:
    """A modelled partition; reads of what lies below `remote`, in remote storage, time out."""

    records: list[Written] = field(default_factory=list)
    start: int = 0
    remote: int = 0

    def answer(self, ask: int) -> OffsetAt | Fault:
        """As Kafka answers ListOffsets: ends and starts are known without a read."""
        found = self.offset(ask)
        reads = ask not in (LATEST, EARLIEST) and 0 <= found.offset < self.remote
        return Fault.TIMEOUT if reads else found

    def offset(self, ask: int) -> OffsetAt:
        """The same without remote storage; markers count there, too."""
        if ask == LATEST:
            return OffsetAt(len(self.records), NEVER)
        if ask == EARLIEST:
            return OffsetAt(self.start, NEVER)
        stamps = [OffsetAt(offset, one.timestamp) for offset, one in self.between(0, len(self))]
        nothing = OffsetAt(NEVER, NEVER)
        if ask == MAX_TIMESTAMP:
            return max(stamps, key=lambda one: one.timestamp, default=nothing)
        return next((one for one in stamps if one.timestamp >= ask), nothing)

    def between(self, start: int, end: int) -> list[tuple[int, Written]]:
        """What is still there of these offsets."""
        start = max(start, self.start)
        return list(enumerate(self.records[start:end], start))

    def first(self, start: int, end: int) -> Record | None:
        """The first record of a span that is no marker."""
        for offset, one in self.between(start, end):
            if not one.marker:
                return Record(offset, one.timestamp, is_append_time=False)
        return None

    def stamping(self, offset: int) -> Stamping:
        """What the records from this offset on say of themselves."""
        some = [one.stamping for one in self.records[offset:]]
        return Stamping(some[-1].append_time, any(one.transactions for one in some))

    def __len__(self) -> int:
        return len(self.records)


@dataclass
class Cluster:
    """A modelled cluster, asked as a Probe is.

    `failing` are the questions that it does not answer, by partition, or for all with None; `away`:
    it answers nothing, `blank`: its metadata knows no topic. `asked` counts questions.
    """

    logs: dict[str, list[Log]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    away: bool = False
    blank: bool = False
    hidden: dict[str, Fault] = field(default_factory=dict)
    failing: dict[tuple[Ask, Partition | None], Fault] = field(default_factory=dict)
    arriving: list[Arrival] = field(default_factory=list)
    asked: Counter[Ask] = field(default_factory=Counter)

    def create(self, topic: str, partitions: int = 1, topic_id: str | None = None) -> list[Log]:
        """A new topic, or a new one of the same name."""
        self.logs[topic] = [Log() for _ in range(partitions)]
        self.ids[topic] = f"{topic}-id" if topic_id is None else topic_id
        return self.logs[topic]

    def topics(self, names: Collection[str] | None = None) -> dict[str, TopicFacts]:
        """Ids and leaders, UNKNOWN_TOPIC for what is not there."""
        self._ask(Ask.METADATA, 1)
        if names is None:
            names = () if self.blank else self.logs
        return {name: self._facts(name) for name in names}

    def _facts(self, name: str) -> TopicFacts:
        if name in self.hidden:
            return TopicFacts("", (), self.hidden[name])
        if name not in self.logs:
            return TopicFacts("", (), Fault.UNKNOWN_TOPIC)
        return TopicFacts(self.ids[name], (1,) * len(self.logs[name]))

    def topic_configs(self, names: object, keys: object) -> dict[str, dict[str, str]]:
        """Whatever is the default."""
        return {}

    def offsets(
        self, wanted: Mapping[Partition, int], isolation: Isolation = Isolation.READ_UNCOMMITTED
    ) -> dict[Partition, OffsetAt | Fault]:
        """As Kafka answers ListOffsets."""
        found: dict[Partition, OffsetAt | Fault] = {}
        for partition, ask in wanted.items():
            log = self._log(_ASKS.get(ask, Ask.LOOK_UP), partition)
            found[partition] = log if isinstance(log, Fault) else log.answer(ask)
        return found

    def topic_offsets(
        self,
        counts: Mapping[str, int],
        at: int,
        isolation: Isolation = Isolation.READ_UNCOMMITTED,
    ) -> dict[str, dict[int, int | Fault]]:
        """The same of all partitions of some topics."""
        every = [Partition(name, index) for name, count in counts.items() for index in range(count)]
        found: dict[str, dict[int, int | Fault]] = {name: {} for name in counts}
        for one, answer in self.offsets(dict.fromkeys(every, at), isolation).items():
            found[one.topic][one.index] = answer if isinstance(answer, Fault) else answer.offset
        return found

    def first_record(
        self, wanted: Mapping[Partition, tuple[int, int]], isolation: Isolation
    ) -> dict[Partition, Record | Fault | None]:
        """The first record of each span that is no marker."""
        found: dict[Partition, Record | Fault | None] = {}
        for partition, span in wanted.items():
            log = self._log(Ask.FETCH, partition)
            if not isinstance(log, Fault) and span[0] < log.remote:
                log = Fault.TIMEOUT
            found[partition] = log if isinstance(log, Fault) else log.first(*span)
        return found

    def stamping(self, offsets: Mapping[Partition, int]) -> dict[Partition, Stamping | Fault]:
        """What the batches from each offset on say of themselves."""
        found: dict[Partition, Stamping | Fault] = {}
        for partition, offset in offsets.items():
            log = self._log(Ask.STAMPING, partition)
            found[partition] = log if isinstance(log, Fault) else log.stamping(offset)
        return found

    def listen(self, partitions: Collection[Partition], seconds: float) -> list[Arrival]:
        """What the test lets arrive."""
        self._ask(Ask.LISTEN, len(partitions))
        return [one for one in self.arriving if one.partition in partitions]

    def _log(self, ask: Ask, partition: Partition) -> Log | Fault:
        self._ask(ask, 1)
        fault = self.failing.get((ask, partition)) or self.failing.get((ask, None))
        if fault is None and partition.topic in self.hidden:
            fault = self.hidden[partition.topic]
        logs = self.logs.get(partition.topic, [])
        if fault is None and partition.index >= len(logs):
            fault = Fault.UNKNOWN_TOPIC
        return logs[partition.index] if fault is None else fault

    def _ask(self, ask: Ask, times: int) -> None:
        if self.away:
            raise ClusterUnreachable("nobody answers")
        self.asked[ask] += times
