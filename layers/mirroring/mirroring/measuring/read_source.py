"""What one sample asks of a source: topics, start and end offsets, and when all began."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from mirroring.client_properties.security import Isolation
from mirroring.errors import ClusterUnauthorized, ClusterUnreachable
from mirroring.java.budget import PatternsTakeLong, patience
from mirroring.java.characters import JavaRegexError
from mirroring.kafka_client.probe import Probe
from mirroring.kafka_types import (
    EARLIEST,
    LATEST,
    Fault,
    Partition,
    TopicFacts,
    is_another,
)
from mirroring.measuring.clock import Clock, now_ms
from mirroring.measuring.figures import PartitionReading
from mirroring.measuring.first_sample import begin_positions
from mirroring.measuring.follow import follow
from mirroring.measuring.position import NEVER, Position
from mirroring.measuring.readings import MirrorReadings, SourceReading, note_unobservable
from mirroring.measuring.resting import rests, rows_of
from mirroring.observation import Code
from mirroring.selection import MATCHING_S, matching

Offsets = Mapping[int, int | Fault]
"""Offsets of a topic by the index of its partition."""


def read_source(
    probe: Probe,
    all_readings: Sequence[MirrorReadings],
    clock: Clock = now_ms,
    matching_s: float = MATCHING_S,
) -> None:
    """Step 1: topics and ids, start and end offsets of every mirrored partition.

    A pattern that Java refuses matches nothing, and its connector says why; one that takes longer
    than `matching_s` leaves its mirror's topics unknown.
    """
    try:
        topics = probe.topics()
    except ClusterUnreachable as error:
        return note_unobservable(all_readings, Code.SOURCE_UNREACHABLE, error.detail)
    except ClusterUnauthorized as error:
        return note_unobservable(all_readings, Code.SOURCE_UNAUTHORIZED, error.detail)
    for readings in all_readings:
        try:
            with patience(matching_s):
                names = matching(readings.mirror, topics)
        except JavaRegexError:
            names = []
        except PatternsTakeLong:
            words = "topicsRegex and topicsExclude were not matched with all topics in time."
            note_unobservable([readings], Code.PATTERN_TOO_SLOW, words)
            continue
        known = dict(_known(readings, {name: topics[name] for name in names}))
        readings.source = SourceReading(len(names), known)
    for isolation in {readings.isolation for readings in all_readings}:
        alike = [readings for readings in all_readings if readings.isolation == isolation]
        _read_offsets(probe, alike, isolation, clock)


def _known(
    readings: MirrorReadings, topics: Mapping[str, TopicFacts]
) -> Iterator[tuple[str, TopicFacts]]:
    """The topics that are there, and those that are known and in trouble, as they were known."""
    for name, facts in topics.items():
        memory = readings.memory.topics.get(name)
        if facts.fault is None:
            yield name, facts
        elif memory is not None:
            leaders = tuple(-1 for _ in memory.positions)
            yield name, replace(facts, topic_id=memory.source_id, leaders=leaders)


def _read_offsets(
    probe: Probe, all_readings: Sequence[MirrorReadings], isolation: Isolation, clock: Clock
) -> None:
    counts: dict[str, int] = {}
    for readings in all_readings:
        for name, facts in readings.source.topics.items():
            counts[name] = max(counts.get(name, 0), len(facts.leaders))
    at = clock()
    ends = probe.topic_offsets(counts, LATEST, isolation)
    starts = probe.topic_offsets(counts, EARLIEST, isolation)
    for readings in all_readings:
        _note_offsets(readings, at, starts, ends)
        _note_faults(readings, ends)
    begin_positions(probe, all_readings, isolation)


# As many topics as most clusters have: a Partition is made once, not in each sample.
@lru_cache(maxsize=4_096)
def partitions(topic: str, count: int) -> Sequence[Partition]:
    """The partitions of a topic that has so many."""
    return tuple(Partition(topic, index) for index in range(count))


def _note_offsets(
    readings: MirrorReadings, at: int, starts: Mapping[str, Offsets], ends: Mapping[str, Offsets]
) -> None:
    """Each partition that does not rest, with its position from the last sample."""
    resting: dict[str, int] = {}
    unread: dict[Partition, Fault] = {}
    recreated: dict[str, int] = {}
    fallen: dict[Partition, int] = {}
    for name, facts in readings.source.topics.items():
        awake = _awake(readings, name, starts[name], ends[name])
        if len(awake) < len(facts.leaders):
            resting[name] = len(facts.leaders) - len(awake)
        topic = readings.memory.topics.get(name)
        for partition in awake:
            offsets = starts[name][partition.index], ends[name][partition.index]
            position = None if topic is None else topic.position(partition.index)
            reading = _reading(readings, partition, at, offsets, position)
            if isinstance(reading, Fault):
                unread[partition] = reading
                continue
            readings.partitions[partition] = reading
            if topic is not None and position is not None:
                followed = follow(readings, topic, partition, position, reading)
                readings.positions[partition] = followed.position
                if followed.is_another:
                    recreated[name] = partition.index
                if followed.fell:
                    fallen[partition] = followed.fell
    readings.source = replace(
        readings.source,
        looked=at,
        resting=resting,
        unread=unread,
        recreated=recreated,
        truncated=fallen,
    )


def _awake(
    readings: MirrorReadings, name: str, starts: Offsets, ends: Offsets
) -> Sequence[Partition]:
    """The topic's partitions that are not where the last sample left them, with all copied."""
    facts, topic = readings.source.topics[name], readings.memory.topics.get(name)
    every, commits = partitions(name, len(facts.leaders)), readings.connect.committed
    if topic is None or is_another(topic.source_id, facts.topic_id):
        return every
    rows, awake = rows_of(topic.positions), []
    for partition in every:
        index = partition.index
        committed = None if commits is None else commits.get(partition, NEVER)
        if not rests(rows.get(index), starts[index], ends[index], committed):
            awake.append(partition)
    return awake


def _reading(
    readings: MirrorReadings,
    partition: Partition,
    at: int,
    offsets: tuple[int | Fault, int | Fault],
    position: Position | None,
) -> PartitionReading | Fault:
    """What is known of a partition so far, from its start and end; why it is not, else."""
    start, end = offsets
    if isinstance(end, Fault):
        return end
    known = not isinstance(start, Fault)
    if isinstance(start, Fault):
        if position is None:
            return Fault.OTHER
        start = position.start
    topic, commits = readings.memory.topics.get(partition.topic), readings.connect.committed
    return PartitionReading(
        at,
        min(start, end),
        end,
        committed=None if commits is None else commits.get(partition),
        offsets_known=commits is not None,
        running_since=readings.runs_since(at),
        start_known=known,
        exact=topic is not None and topic.exact,
    )


def _note_faults(readings: MirrorReadings, ends: Mapping[str, Offsets]) -> None:
    """Nothing answered: the source is away. Something did: the rest is told as a warning."""
    if not readings.source.unread:
        return
    every = [
        ends[name][index]
        for name, facts in readings.source.topics.items()
        for index in range(len(facts.leaders))
    ]
    faults = [one for one in every if isinstance(one, Fault)]
    if not faults:
        return
    refused = faults[0] is Fault.UNAUTHORIZED
    code = Code.SOURCE_UNAUTHORIZED if refused else Code.SOURCE_UNREACHABLE
    note = readings.unobservable if len(faults) == len(every) else readings.partly_unobservable
    note[code] = f"{len(faults)} of {len(every)} partitions gave no end offset ({faults[0]})."
