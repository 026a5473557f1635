"""One mirrored topic in one sample: its state, how it is judged, remembered and shown. Pure."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, TypeVar

from mirroring.kafka_types import Fault, Partition
from mirroring.measuring.figures import PartitionLatency, Timing, carry_over, summary
from mirroring.measuring.memory import TopicMemory, Unread
from mirroring.measuring.position import moment
from mirroring.measuring.readings import MirrorReadings
from mirroring.measuring.resting import Positions, Use, rows_of, use
from mirroring.measuring.status_inputs import Stuck, Topic
from mirroring.measuring.unread import longest_unread, unread
from mirroring.observation import MirroredTopic, TopicState

# Connectors look for topics every 60 s, and then have them made and their tasks restarted.
PENDING_MS = 180_000
# An hour is what it takes a person to do something about it.
RETENTION_MS = 3_600_000
# One answer may come from a broker that does not know the topic yet, or not any more.
LOOKS = 2

_Value = TypeVar("_Value")


class ByTopic(NamedTuple):
    """A mirror's partitions that do not rest, by topic, and the topics that its tasks have."""

    awake: Mapping[str, Sequence[Partition]]
    assigned: frozenset[str]

    @classmethod
    def of(cls, readings: MirrorReadings) -> "ByTopic":
        """Found once for all topics of a mirror."""
        awake: dict[str, list[Partition]] = {}
        for partition in {**readings.positions, **readings.source.unread}:
            awake.setdefault(partition.topic, []).append(partition)
        return cls(awake, frozenset(one.topic for one in readings.connect.assigned or ()))


class TopicAssessment:
    """A topic of complete readings; `window_ms` is the activity window W."""

    def __init__(
        self,
        readings: MirrorReadings,
        name: str,
        by_topic: ByTopic,
        pace: Timing,
        now: int,
        window_ms: int,
    ) -> None:
        self._readings = readings
        self._name = name
        self._pace = pace
        self._now = now
        self._window_ms = window_ms
        self._mirrored = readings.mirror.mirrored_name(name)
        self._facts, self._known = readings.source.topics[name], readings.memory.topics.get(name)
        self._assigned = by_topic.assigned
        here = by_topic.awake.get(name, ())
        self._positions = _by_index(here, readings.positions)
        self._figures = _by_index(here, readings.figures)
        self._read = _by_index(here, readings.partitions)
        self._unread = _by_index(here, readings.source.unread)
        self._resting = readings.source.resting.get(name, 0)
        self._summary = summary(list(self._figures.values()), self._resting)

    def remembered(self) -> TopicMemory:
        """The topic as the next sample will know it."""
        readings = self._readings
        known = self._known or TopicMemory(self._now, self._facts.topic_id)
        target = readings.target.topics.get(self._mirrored)
        stamping = readings.target.stampings.by_topic.get(self._name, known.stamping)
        figures, unknown = self._summary, self._unreadable(known)
        above = figures.late > readings.mirror.target_latency and not self._pending()
        return TopicMemory(
            since=self._since(),
            source_id=self._facts.topic_id or known.source_id,
            target_id=(target.topic_id if target else "") or known.target_id,
            positions=self._kept,
            average=carry_over(known.average, figures.average, figures, self._pace),
            max=carry_over(known.max, figures.max, figures, self._pace),
            above=self._above(known, late=above, unsure=bool(unknown)),
            append_time=stamping.append_time,
            checked=self._now if self._name in readings.target.stampings.checked else known.checked,
            exact=stamping.transactions,
            absent=self._absent(known),
            seen=self._now,
            unread=unknown,
            looked=readings.source.looked or known.looked,
        )

    @cached_property
    def _kept(self) -> Positions:
        """The positions of all of its partitions, those at rest as they were stored."""
        count = len(self._facts.leaders)
        rows = rows_of(self._known.positions) if self._known else {}
        here = {index: one for index, one in rows.items() if index < count}
        return Positions({**here, **self._positions})

    @cached_property
    def _use(self) -> Use:
        return use(self._kept)

    def _above(self, known: TopicMemory, *, late: bool, unsure: bool) -> int:
        """For how many samples in a row it was above the target; one that could not tell counts."""
        if late:
            return known.above + (2 if known.unread and not known.above else 1)
        return known.above if unsure else 0

    def _unreadable(self, known: TopicMemory) -> dict[int, Unread]:
        """The partitions of which nobody knows whether they are copied, since the last that did."""
        before = self._readings.before
        good = self._now if before is None else int(before.measured_at.timestamp() * 1000)
        return unread(known.unread, self._unread, self._figures, good)

    def _absent(self, known: TopicMemory) -> int:
        """For how many looks in a row the target has not known the topic, while no commit came."""
        advanced = any(
            one.commit_advanced_at == self._read[index].at
            for index, one in self._positions.items()
            if index in self._read
        )
        if advanced or self._mirrored in self._readings.target.topics:
            return 0
        unknown = self._readings.target.faults.get(self._mirrored) is Fault.UNKNOWN_TOPIC
        return known.absent + 1 if unknown else known.absent

    def _delay(self) -> int:
        """A topic's latency as judged now: of what arrived and of what waits, in ms."""
        figures = self._summary
        return max(figures.average or 0, figures.late)

    def _pending(self) -> bool:
        """Matched, not yet created or assigned on the target, within its grace."""
        readings, known = self._readings, self._known
        fault = readings.target.faults.get(self._mirrored, Fault.UNKNOWN_TOPIC)
        created = self._mirrored in readings.target.topics or fault is not Fault.UNKNOWN_TOPIC
        if known is not None:
            lost = known.target_id and not (created and self._assigned)
            if lost or self._now - known.since > PENDING_MS:
                return False
        return not created or self._name not in self._assigned

    def _was_pending(self) -> bool:
        """Whether it was PENDING in the last sample, which has its topics by name."""
        topics = self._readings.before.topics if self._readings.before else ()
        at = bisect_left(topics, self._name, key=lambda one: one.name)
        found = topics[at : at + 1]
        return any(one.name == self._name and one.state is TopicState.PENDING for one in found)

    def _since(self) -> int:
        """Since when (ms) this topic, and not one before it of the same name, is matched."""
        known = self._known
        another = self._name in self._readings.source.recreated
        return self._now if known is None or another else known.since

    def _state(self) -> TopicState:
        if self._pending():
            return TopicState.PENDING
        return self._use.state(self._summary.waiting, self._now, self._window_ms)

    def judged(self, memory: TopicMemory) -> Topic:
        """The topic as the table of statuses wants it."""
        readings = self._readings
        state = self._state()
        inactive = state is TopicState.INACTIVE
        pending = state is TopicState.PENDING
        missing = not pending and memory.absent >= LOOKS
        return Topic(
            name=self._name,
            mirrored=self._mirrored,
            state=state,
            latency=memory.average if inactive else self._delay(),
            above=memory.above,
            stuck=None if pending or missing else self._stuck(),
            missing=missing,
            skewed=sum(one.skewed for one in self._figures.values()),
            retention_left=self._retention_left(),
            unsure=bool(memory.unread) or not all(one.proven for one in self._figures.values()),
            unreadable=longest_unread(memory.unread, len(self._facts.leaders), self._now),
            hidden=readings.target.faults.get(self._mirrored) is Fault.UNAUTHORIZED,
        )

    def _stuck(self) -> Stuck | None:
        """The topic's partition that has waited longest while nothing of it was copied.

        Since the last sample, in which its mirror had it already: a start is no standstill.
        """
        found = [
            Stuck(index, figures.behind or figures.youngest, figures.still, figures.youngest)
            for index, figures in self._figures.items()
            if figures.stuck and not figures.fresh and not self._may_still_begin(figures)
        ]
        if not found or self._was_pending():
            return None
        return max(found, key=lambda one: one.youngest)

    def _may_still_begin(self, figures: PartitionLatency) -> bool:
        """Whether records older than the mirror wait for no longer than a start may take."""
        return figures.old and figures.still <= max(PENDING_MS, self._pace.overdue)

    def _retention_left(self) -> int | None:
        """How long (ms) the oldest unmirrored record has before retention takes it, when near."""
        retention = self._readings.retention.get(self._name)
        if retention is None:
            return None
        behind = self._summary.behind or 0
        left = retention - behind
        return left if left < max(behind, min(RETENTION_MS, retention // 2)) else None

    def shown(self, memory: TopicMemory) -> MirroredTopic:
        """The topic as it is answered."""
        figures = self._summary
        read = bool(self._figures) or self._resting > 0
        newest = self._use.newest
        return MirroredTopic(
            name=self._name,
            mirrored_name=self._mirrored,
            state=self._state(),
            partitions=len(self._facts.leaders),
            average_latency=memory.average,
            max_latency=memory.max,
            average_rate=figures.rate,
            behind=figures.behind if read else None,
            lag_records=figures.waiting if read else None,
            last_produced_at=moment(newest),
        )


def _by_index(here: Sequence[Partition], each: Mapping[Partition, _Value]) -> dict[int, _Value]:
    """What is held of these partitions of one topic, where it is held."""
    return {one.index: each[one] for one in here if one in each}
