"""What one sample reads of the target: topics and ids, ends, newest timestamps.

It takes the readings of all mirrors that share the cluster, asks it once for all of them,
and notes the answers. What one partition, topic or broker does not answer costs the others nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mirroring.errors import ClusterUnauthorized, ClusterUnreachable
from mirroring.kafka_client.probe import Probe
from mirroring.kafka_types import (
    LATEST,
    MAX_TIMESTAMP,
    Fault,
    OffsetAt,
    Partition,
    Stamping,
    TopicFacts,
    is_another,
)
from mirroring.measuring.clock import Clock, now_ms
from mirroring.measuring.position import NEVER, emptied
from mirroring.measuring.readings import MirrorReadings, Stampings, TargetReading, note_unobservable
from mirroring.measuring.stamping import Answers, read_stamping
from mirroring.observation import Code

OLD_BROKERS = (
    "Its brokers do not tell a partition's newest timestamp (ListOffsets 7, Kafka 3.0), so that "
    "only commits tell of delays, some minutes late."
)


def read_target(
    probe: Probe, all_readings: Sequence[MirrorReadings], clock: Clock = now_ms
) -> None:
    """Step 3: topics and ids, end offsets and newest timestamps of what wants a closer look."""
    names = {
        readings.mirror.mirrored_name(name)
        for readings in all_readings
        for name in readings.source.topics
    }
    try:
        topics = probe.topics(names) if names else {}
    except ClusterUnreachable as error:
        return _target_away(all_readings, error.detail, Fault.UNREACHABLE)
    except ClusterUnauthorized as error:
        return _target_away(all_readings, error.detail, Fault.UNAUTHORIZED)
    for readings in all_readings:
        readings.target = TargetReading(*_topics(readings, topics))
    wanted = {
        one for readings in all_readings for one in map(readings.on_target, readings.to_inspect)
    }
    ends = probe.offsets({one: LATEST for one in wanted if _exists(one, topics)})
    stampings = read_stamping(probe, all_readings, ends, clock())
    own = {
        readings.on_target(one)
        for readings, stamped in zip(all_readings, stampings, strict=True)
        for one in readings.to_inspect
        if stamped.by_topic[one.topic] == Stamping() and one.topic not in stamped.unknown
    }
    held = {
        one for one, end in ends.items() if one in own and isinstance(end, OffsetAt) and end.offset
    }
    newest = probe.offsets(dict.fromkeys(held, MAX_TIMESTAMP))
    hidden = {one for one in held if newest[one] == OffsetAt(NEVER, NEVER)}
    newest = {**newest, **probe.offsets(dict.fromkeys(hidden, MAX_TIMESTAMP))}
    for readings, stamped in zip(all_readings, stampings, strict=True):
        answers = ends, newest
        fallen = [one for one in readings.to_inspect if _note_end(readings, one, answers, stamped)]
        where = {one.topic: one.index for one in fallen}
        readings.target = replace(readings.target, stampings=stamped, emptied=where)
        asked = [
            newest[one] for one in map(readings.on_target, readings.to_inspect) if one in newest
        ]
        if Fault.UNSUPPORTED in asked:
            readings.partly_unobservable[Code.TARGET_UNREACHABLE] = OLD_BROKERS
    failed = [end for end in ends.values() if isinstance(end, Fault)]
    if failed and len(failed) == len(ends) and Fault.UNAUTHORIZED not in failed:
        words = f"No partition gave its end offset ({failed[0]})."
        note_unobservable(
            [readings for readings in all_readings if readings.to_inspect],
            Code.TARGET_UNREACHABLE,
            words,
        )


def _target_away(all_readings: Sequence[MirrorReadings], words: str, why: Fault) -> None:
    """Nothing of the target is known: each partition is judged by its commit alone."""
    note_unobservable(all_readings, Code.TARGET_UNREACHABLE, words)
    for readings in all_readings:
        for partition in readings.to_inspect:
            readings.partitions[partition] = readings.partitions[partition]._replace(
                target_end=why, newest=why
            )


def _exists(partition: Partition, topics: Mapping[str, TopicFacts]) -> bool:
    """Whether the topic is there and has so many partitions: the target's may not have them yet."""
    facts = topics.get(partition.topic)
    return facts is not None and facts.fault is None and partition.index < len(facts.leaders)


def _topics(
    readings: MirrorReadings, topics: Mapping[str, TopicFacts]
) -> tuple[dict[str, TopicFacts], dict[str, Fault]]:
    """The target's topics, or why nothing is known; of another one than before all held is gone."""
    found, faults = {}, {}
    for name in readings.source.topics:
        mirrored = readings.mirror.mirrored_name(name)
        facts, known = topics[mirrored], readings.memory.topics.get(name)
        if facts.fault is not None:
            faults[mirrored] = facts.fault
            continue
        found[mirrored] = facts
        if known and is_another(known.target_id, facts.topic_id):
            for index in {*known.positions, *range(len(readings.source.topics[name].leaders))}:
                one = Partition(name, index)
                position = readings.positions.get(one, known.positions.get(index))
                if position is not None:
                    readings.positions[one] = emptied(position)
    return found, faults


def _note_end(
    readings: MirrorReadings,
    partition: Partition,
    answers: tuple[Answers, Answers],
    stampings: Stampings,
) -> bool:
    """Take in where a partition ends on the target, and its newest timestamp; whether it fell."""
    mirrored, known = readings.on_target(partition), readings.positions[partition]
    end, stamp = (one.get(mirrored) for one in answers)
    fault = readings.target.faults.get(mirrored.topic)
    if isinstance(end, OffsetAt):
        target_end: int | Fault = end.offset
    elif end is not None:
        target_end = end
    elif fault is None or (fault is Fault.UNKNOWN_TOPIC and _is_gone(readings, partition.topic)):
        target_end = 0
    else:
        target_end = fault
    fell = isinstance(target_end, int) and target_end < known.target_end
    if fell:
        readings.positions[partition] = emptied(known)
    stamping = stampings.by_topic[partition.topic]
    timestamp = stamp.timestamp if isinstance(stamp, OffsetAt) else stamp
    if stamping != Stamping():
        timestamp = None
    elif partition.topic in stampings.unknown and isinstance(end, OffsetAt) and end.offset:
        timestamp = Fault.OTHER
    readings.partitions[partition] = readings.partitions[partition]._replace(
        target_end=target_end,
        newest=timestamp,
        exact=stamping.transactions,
    )
    return fell and isinstance(end, OffsetAt)


def _is_gone(readings: MirrorReadings, topic: str) -> bool:
    """Whether a target topic that was never there, or in two looks is not, holds nothing."""
    known = readings.memory.topics.get(topic)
    return known is None or not known.target_id or known.absent > 0
