"""From complete readings to what is recorded: topics' figures, findings, the verdict. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime

from mirroring.alerting import news
from mirroring.kafka_types import Partition
from mirroring.measuring.assess_groups import group_offsets
from mirroring.measuring.backfill import progress, reference
from mirroring.measuring.figures import Timing, carry_over, summary
from mirroring.measuring.findings import BEYOND, findings
from mirroring.measuring.latency import evaluate
from mirroring.measuring.memory import Memory, TopicMemory
from mirroring.measuring.pacing import learn
from mirroring.measuring.position import NEVER
from mirroring.measuring.readings import MirrorReadings
from mirroring.measuring.status import Verdict, judge
from mirroring.measuring.status_inputs import StatusInputs
from mirroring.measuring.topic import ByTopic, TopicAssessment
from mirroring.observation import (
    Backfill,
    Change,
    Code,
    Connector,
    Latency,
    MirroredTopic,
    Observation,
    Reason,
    Status,
    Task,
)

# The first commit of a connector comes within a flush of its first record, and flushes are minutes.
FIRST_COMMIT_MS = 10 * 60_000


def figure(readings: MirrorReadings, pace: Timing, now: int) -> None:
    """Step 7: conclude what was read on both sides."""
    for partition, reading in readings.partitions.items():
        position, figures = evaluate(readings.positions[partition], reading, pace, now)
        readings.positions[partition] = position
        readings.figures[partition] = figures


def late_topics(readings: MirrorReadings, pace: Timing) -> set[str]:
    """The topics whose oldest record waits so long that retention may come near."""
    wait = 2 * pace.target
    return {one.topic for one, figures in readings.figures.items() if (figures.behind or 0) > wait}


class Assessment:
    """One mirror's sample, assessed: what is observed, remembered, and whether it changed."""

    def __init__(
        self, readings: MirrorReadings, pace: Timing, now: int, window_s: int, workers: int
    ) -> None:
        self._readings = readings
        self._pace = pace
        self._now = now
        self._at = datetime.fromtimestamp(now / 1000, UTC)
        self._window_ms = window_s * 1000
        self._workers = workers
        by_topic = ByTopic.of(readings)
        self._each = {
            name: TopicAssessment(readings, name, by_topic, pace, now, self._window_ms)
            for name in readings.source.topics
        }
        self._whole = summary(
            list(readings.figures.values()), sum(readings.source.resting.values())
        )

    def result(self, at: int) -> tuple[Observation, Memory, Change | None]:
        """What is recorded of a sample that began at `at` ms."""
        readings, before = self._readings, self._readings.before
        topics = {name: one.remembered() for name, one in self._each.items()}
        backfill = progress(readings, self._now)
        found, latency = findings(readings, self._at, self._window_ms), self._latency()
        verdict = self._verdict(topics, backfill, found.reported)
        groups = group_offsets(readings, topics, self._now)
        observation = Observation(
            mirror=readings.mirror.name,
            sequence=1 if before is None else before.sequence + 1,
            measured_at=datetime.fromtimestamp(at / 1000, UTC),
            status=verdict.status,
            status_since=self._since(verdict.status),
            reasons=verdict.reasons,
            latency=latency,
            backfill=backfill,
            lost_records=found.lost,
            topics=self._topics(topics),
            connectors=self._connectors(),
            groups=groups.groups,
            groups_total=groups.total,
        )
        memory = Memory(
            topics={**readings.memory.lasting(self._now), **topics},
            findings=found.reported,
            counts={
                **verdict.counts,
                "committed": _total(readings),
                **learn(readings),
                BEYOND: found.beyond,
                "gap": self._pace.gap if before else 0,
            },
            average=latency.average,
            max=latency.max,
            turn=readings.memory.turn + 1,
            copied=reference(readings, self._now),
            groups=groups.memory,
            heard=readings.turn or readings.memory.heard,
        )
        observation, change = news.concluded(before, observation, self._was, self._at)
        return observation, memory, change

    def _since(self, status: Status) -> datetime:
        """Since when it has this status: a person's pause is older than the sample that sees it."""
        was, since = self._was
        if status is was:
            return since
        return self._readings.mirror.updated_at if status is Status.PAUSED else self._at

    @property
    def _was(self) -> tuple[Status, datetime]:
        """The status before this sample, and since when: CREATING until the first one."""
        before = self._readings.before
        if before is None:
            return Status.CREATING, self._readings.mirror.created_at
        return before.status, before.status_since

    def _verdict(
        self,
        topics: Mapping[str, TopicMemory],
        backfill: Backfill | None,
        findings: tuple[Reason, ...],
    ) -> Verdict:
        readings = self._readings
        inputs = StatusInputs(
            now=self._at,
            mirror=readings.mirror,
            refused=readings.refused,
            given_up=readings.given_up,
            changed=readings.changed,
            failing=readings.failing,
            connector=readings.connect.connector,
            checkpoint=readings.connect.checkpoint,
            unobservable=readings.unobservable,
            partly_unobservable=readings.partly_unobservable,
            matched=readings.source.matched if readings.listed() else len(readings.memory.topics),
            known=len(readings.memory.topics),
            untold=self._untold(),
            topics=tuple(self._each[name].judged(memory) for name, memory in topics.items()),
            findings=findings,
            backfill=backfill,
            moves=self._moves(),
            workers=self._workers,
            plain_secrets=readings.plain_secrets,
            expires=readings.expires,
            copied_too=readings.copied_too,
        )
        return judge(inputs, readings.before, readings.memory.counts)

    def _untold(self) -> bool:
        """Whether Connect tells no commits of what it runs, or none though records come."""
        readings, seen = self._readings, self._readings.connect
        runs = readings.runs_since(self._now)
        if runs == NEVER:
            return False
        if seen.committed is None:
            return True
        arrived = any(one.target_end > 0 for one in readings.positions.values())
        return not seen.committed and arrived and self._now - runs > FIRST_COMMIT_MS

    def _moves(self) -> bool:
        """Whether anything was copied since the last sample, as far as could be observed."""
        readings = self._readings
        if any(
            one.last_progress_at >= readings.partitions[at].at
            for at, one in readings.positions.items()
        ):
            return True
        return _total(readings) > readings.memory.counts.get("committed", 0) > 0

    def _latency(self) -> Latency:
        """The mirror's figures; the last ones where nothing could be read in this sample."""
        readings, whole = self._readings, self._whole
        if not readings.figures and not readings.source.resting:
            return readings.before.latency if readings.before else Latency()
        return Latency(
            average=carry_over(readings.memory.average, whole.average, whole, self._pace),
            max=carry_over(readings.memory.max, whole.max, whole, self._pace),
            behind=whole.behind,
            lag_records=whole.waiting,
        )

    def _topics(self, topics: Mapping[str, TopicMemory]) -> tuple[MirroredTopic, ...]:
        if not self._readings.listed() and self._readings.before:
            return self._readings.before.topics
        return tuple(self._each[name].shown(memory) for name, memory in sorted(topics.items()))

    def _connectors(self) -> tuple[Connector, ...]:
        """The connectors as Connect told of them; as last known where it did not."""
        seen, before = self._readings.connect, self._readings.before
        if Code.CONNECT_UNREACHABLE in self._readings.unobservable and before:
            return before.connectors
        return tuple(one for one in (seen.connector, seen.checkpoint) if one is not None)


def _total(readings: MirrorReadings) -> int:
    committed = readings.connect.committed
    return (
        readings.memory.counts.get("committed", 0) if committed is None else sum(committed.values())
    )


def with_partitions(
    connector: Connector, assigned: Mapping[int, frozenset[Partition]]
) -> Connector:
    """The connector with the number of partitions that each task was given."""

    def counted(task: Task) -> Task:
        return task.model_copy(update={"partitions": len(assigned.get(task.id, ()))})

    return connector.model_copy(update={"tasks": tuple(map(counted, connector.tasks))})
