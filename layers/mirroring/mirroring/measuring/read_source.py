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
)
from mirroring.measuring.clock import Clock, now_ms
from mirroring.measuring.figures import PartitionReading
from mirroring.measuring.first_sample import begin_positions
from mirroring.measuring.latency import GRACE_MS
from mirroring.measuring.memory import TopicMemory
from mirroring.measuring.position import (
    NEVER,
    Position,
    reset,
    truncated,
)
from mirroring.measuring.readings import MirrorReadings, note_unobservable
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
        readings.matched = len(names)
        readings.source_topics = dict(_known(readings, {name: topics[name] for name in names}))
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
        for name, facts in readings.source_topics.items():
            counts[name] = max(counts.get(name, 0), len(facts.leaders))
    at = clock()
    ends = probe.topic_offsets(counts, LATEST, isolation)
    starts = probe.topic_offsets(counts, EARLIEST, isolation)
    fresh: dict[Partition, int] = {}
    for readings in all_readings:
        readings.looked = at
        for name in readings.source_topics:
            for partition in _awake(readings, name, starts[name], ends[name]):
                index = partition.index
                _note_offsets(readings, partition, at, starts[name][index], ends[name][index])
                if partition in readings.partitions and partition not in readings.positions:
                    fresh[partition] = readings.partitions[partition].end
        _note_faults(readings, ends)
    begin_positions(probe, all_readings, fresh, isolation)


# As many topics as most clusters have: a Partition is made once, not in each sample.
@lru_cache(maxsize=4_096)
def partitions(topic: str, count: int) -> Sequence[Partition]:
    """The partitions of a topic that has so many."""
    return tuple(Partition(topic, index) for index in range(count))


def _awake(
    readings: MirrorReadings, name: str, starts: Offsets, ends: Offsets
) -> Iterator[Partition]:
    """The topic's partitions that are not where the last sample left them, with all copied."""
    facts, topic, commits = (
        readings.source_topics[name],
        readings.memory.topics.get(name),
        readings.connect.committed,
    )
    every = partitions(name, len(facts.leaders))
    if topic is None or (topic.source_id and facts.topic_id and topic.source_id != facts.topic_id):
        yield from every
        return
    rows = rows_of(topic.positions)
    for partition in every:
        index = partition.index
        committed = None if commits is None else commits.get(partition, NEVER)
        if rests(rows.get(index), starts[index], ends[index], committed):
            readings.resting[name] += 1
        else:
            yield partition


def _note_offsets(
    readings: MirrorReadings,
    partition: Partition,
    at: int,
    start: int | Fault,
    end: int | Fault,
) -> None:
    """A partition's look, with its position from the last sample: all over where it is another."""
    topic = readings.memory.topics.get(partition.topic)
    position = None if topic is None else topic.position(partition.index)
    if isinstance(end, Fault) or (isinstance(start, Fault) and position is None):
        readings.unread[partition] = end if isinstance(end, Fault) else Fault.OTHER
        return
    known = not isinstance(start, Fault)
    begins = start if not isinstance(start, Fault) else position.start if position else 0
    reading = PartitionReading(
        at,
        min(begins, end),
        end,
        committed=None
        if readings.connect.committed is None
        else readings.connect.committed.get(partition),
        offsets_known=readings.connect.committed is not None,
        running_since=readings.runs_since(at),
        start_known=known,
        exact=topic is not None and topic.exact,
    )
    readings.partitions[partition] = reading
    if topic is not None and position is not None:
        readings.positions[partition] = _followed(readings, partition, topic, position, reading)


def _followed(
    readings: MirrorReadings,
    partition: Partition,
    topic: TopicMemory,
    position: Position,
    reading: PartitionReading,
) -> Position:
    """The position of the last sample, in what may be another topic, or one that was cut.

    Two ids that differ prove another topic, an id that is not known on either side nothing. The end
    of one topic falls only when a replica that lacked records was made the leader.
    """
    now_id = readings.source_topics[partition.topic].topic_id
    fell = reading.end < position.end
    another = topic.source_id != now_id
    if not topic.source_id or not now_id:
        another = fell and (
            reading.end < position.proven_copied_to or reading.start < position.start
        )
    if another:
        readings.recreated[partition.topic] = partition.index
        return reset(position, reading.at, reading.start, reading.end, reading.committed)
    if fell:
        readings.truncated[partition] = position.end - reading.end
        return truncated(position, reading.at, reading.end, reading.committed)
    return _at_the_end(readings, partition, position, reading)


def _at_the_end(
    readings: MirrorReadings, partition: Partition, position: Position, reading: PartitionReading
) -> Position:
    """Of a mirror that starts at the end, where that is, until its consumer has surely started."""
    idle = reading.committed is None and position.committed == NEVER
    if (
        readings.mirror.start_from != "latest"
        or not idle
        or position.first != position.backfill_end
    ):
        return position
    assigned = readings.connect.assigned is None or partition in readings.connect.assigned
    started = (
        reading.running_since != NEVER
        and assigned
        and reading.at - reading.running_since > GRACE_MS
    )
    if started and reading.offsets_known:
        return position
    return position._replace(
        first=reading.end,
        backfill_end=reading.end,
        proven_copied_to=reading.end,
        copied_to=reading.end,
    )


def _note_faults(readings: MirrorReadings, ends: Mapping[str, Offsets]) -> None:
    """Nothing answered: the source is away. Something did: the rest is told as a warning."""
    every = [
        ends[name][index]
        for name, facts in readings.source_topics.items()
        for index in range(len(facts.leaders))
    ]
    faults = [one for one in every if isinstance(one, Fault)]
    if not faults:
        return
    refused = faults[0] is Fault.UNAUTHORIZED
    code = Code.SOURCE_UNAUTHORIZED if refused else Code.SOURCE_UNREACHABLE
    note = readings.unobservable if len(faults) == len(every) else readings.partly_unobservable
    note[code] = f"{len(faults)} of {len(every)} partitions gave no end offset ({faults[0]})."
