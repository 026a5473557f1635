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
from mirroring.measuring.read_target import Clock, away, now_ms
from mirroring.measuring.readings import MirrorReadings
from mirroring.measuring.resting import rests, rows_of
from mirroring.observation import Code
from mirroring.selection import MATCHING_S, matching

Offsets = Mapping[int, int | Fault]
"""Offsets of a topic by the index of its partition."""


def read_source(
    probe: Probe,
    sheets: Sequence[MirrorReadings],
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
        return away(sheets, Code.SOURCE_UNREACHABLE, error.detail)
    except ClusterUnauthorized as error:
        return away(sheets, Code.SOURCE_UNAUTHORIZED, error.detail)
    for sheet in sheets:
        try:
            with patience(matching_s):
                names = matching(sheet.mirror, topics)
        except JavaRegexError:
            names = []
        except PatternsTakeLong:
            words = "topicsRegex and topicsExclude were not matched with all topics in time."
            away([sheet], Code.PATTERN_TOO_SLOW, words)
            continue
        sheet.matched = len(names)
        sheet.facts = dict(_known(sheet, {name: topics[name] for name in names}))
    for isolation in {sheet.isolation for sheet in sheets}:
        alike = [sheet for sheet in sheets if sheet.isolation == isolation]
        _read_offsets(probe, alike, isolation, clock)


def _known(
    sheet: MirrorReadings, topics: Mapping[str, TopicFacts]
) -> Iterator[tuple[str, TopicFacts]]:
    """The topics that are there, and those that are known and in trouble, as they were known."""
    for name, facts in topics.items():
        memory = sheet.memory.topics.get(name)
        if facts.fault is None:
            yield name, facts
        elif memory is not None:
            leaders = tuple(-1 for _ in memory.positions)
            yield name, replace(facts, topic_id=memory.source_id, leaders=leaders)


def _read_offsets(
    probe: Probe, sheets: Sequence[MirrorReadings], isolation: Isolation, clock: Clock
) -> None:
    counts: dict[str, int] = {}
    for sheet in sheets:
        for name, facts in sheet.facts.items():
            counts[name] = max(counts.get(name, 0), len(facts.leaders))
    at = clock()
    ends = probe.topic_offsets(counts, LATEST, isolation)
    starts = probe.topic_offsets(counts, EARLIEST, isolation)
    fresh: dict[Partition, int] = {}
    for sheet in sheets:
        sheet.looked = at
        for name in sheet.facts:
            for partition in _awake(sheet, name, starts[name], ends[name]):
                index = partition.index
                _note_offsets(sheet, partition, at, starts[name][index], ends[name][index])
                if partition in sheet.looks and partition not in sheet.positions:
                    fresh[partition] = sheet.looks[partition].end
        _note_faults(sheet, ends)
    begin_positions(probe, sheets, fresh, isolation)


# As many topics as most clusters have: a Partition is made once, not in each sample.
@lru_cache(maxsize=4_096)
def partitions(topic: str, count: int) -> Sequence[Partition]:
    """The partitions of a topic that has so many."""
    return tuple(Partition(topic, index) for index in range(count))


def _awake(sheet: MirrorReadings, name: str, starts: Offsets, ends: Offsets) -> Iterator[Partition]:
    """The topic's partitions that are not where the last sample left them, with all copied."""
    facts, topic, told = sheet.facts[name], sheet.memory.topics.get(name), sheet.seen.committed
    every = partitions(name, len(facts.leaders))
    if topic is None or (topic.source_id and facts.topic_id and topic.source_id != facts.topic_id):
        yield from every
        return
    rows = rows_of(topic.positions)
    for partition in every:
        index = partition.index
        committed = None if told is None else told.get(partition, NEVER)
        if rests(rows.get(index), starts[index], ends[index], committed):
            sheet.resting[name] += 1
        else:
            yield partition


def _note_offsets(
    sheet: MirrorReadings,
    partition: Partition,
    at: int,
    start: int | Fault,
    end: int | Fault,
) -> None:
    """A partition's look, with its position from the last sample: all over where it is another."""
    topic = sheet.memory.topics.get(partition.topic)
    position = None if topic is None else topic.position(partition.index)
    if isinstance(end, Fault) or (isinstance(start, Fault) and position is None):
        sheet.unread[partition] = end if isinstance(end, Fault) else Fault.OTHER
        return
    known = not isinstance(start, Fault)
    begins = start if not isinstance(start, Fault) else position.start if position else 0
    told = sheet.seen.committed is not None
    look = PartitionReading(
        at,
        min(begins, end),
        end,
        committed=None if sheet.seen.committed is None else sheet.seen.committed.get(partition),
        told=told,
        runs=sheet.runs_since(at),
        start_known=known,
        exact=topic is not None and topic.exact,
    )
    sheet.looks[partition] = look
    if topic is not None and position is not None:
        sheet.positions[partition] = _followed(sheet, partition, topic, position, look)


def _followed(
    sheet: MirrorReadings,
    partition: Partition,
    topic: TopicMemory,
    position: Position,
    look: PartitionReading,
) -> Position:
    """The position of the last sample, in what may be another topic, or one that was cut.

    Two ids that differ prove another topic, an id that is not known on either side nothing. The end
    of one topic falls only when a replica that lacked records was made the leader.
    """
    now_id = sheet.facts[partition.topic].topic_id
    fell = look.end < position.end
    another = topic.source_id != now_id
    if not topic.source_id or not now_id:
        another = fell and (look.end < position.mirrored or look.start < position.start)
    if another:
        sheet.recreated[partition.topic] = partition.index
        return reset(position, look.at, look.start, look.end, look.committed)
    if fell:
        sheet.truncated[partition] = position.end - look.end
        return truncated(position, look.at, look.end, look.committed)
    return _at_the_end(sheet, partition, position, look)


def _at_the_end(
    sheet: MirrorReadings, partition: Partition, position: Position, look: PartitionReading
) -> Position:
    """Of a mirror that starts at the end, where that is, until its consumer has surely started."""
    idle = look.committed is None and position.committed == NEVER
    if sheet.mirror.start_from != "latest" or not idle or position.first != position.origin:
        return position
    assigned = sheet.seen.assigned is None or partition in sheet.seen.assigned
    started = look.runs != NEVER and assigned and look.at - look.runs > GRACE_MS
    if started and look.told:
        return position
    return replace(position, first=look.end, origin=look.end, mirrored=look.end, front=look.end)


def _note_faults(sheet: MirrorReadings, ends: Mapping[str, Offsets]) -> None:
    """Nothing answered: the source is away. Something did: the rest is told as a warning."""
    every = [
        ends[name][index]
        for name, facts in sheet.facts.items()
        for index in range(len(facts.leaders))
    ]
    faults = [one for one in every if isinstance(one, Fault)]
    if not faults:
        return
    refused = faults[0] is Fault.UNAUTHORIZED
    code = Code.SOURCE_UNAUTHORIZED if refused else Code.SOURCE_UNREACHABLE
    note = sheet.away if len(faults) == len(every) else sheet.dim
    note[code] = f"{len(faults)} of {len(every)} partitions gave no end offset ({faults[0]})."
