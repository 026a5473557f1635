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
)
from mirroring.measuring.clock import Clock, now_ms
from mirroring.measuring.position import NEVER
from mirroring.measuring.readings import MirrorReadings, TargetReading, note_unobservable
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
        readings.target = replace(readings.target, stampings=stamped)
        fallen = [one for one in readings.to_inspect if _note_target(readings, one, ends, newest)]
        emptied = {one.topic: one.index for one in fallen}
        readings.target = replace(readings.target, emptied=emptied)
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
        if known and known.target_id and facts.topic_id and known.target_id != facts.topic_id:
            for index, position in known.positions.items():
                readings.positions.setdefault(Partition(name, index), position)
            count = len(readings.source.topics[name].leaders)
            for partition in (
                Partition(name, index) for index in {*known.positions, *range(count)}
            ):
                if partition in readings.positions:
                    _empty(readings, partition)
    return found, faults


def _empty(readings: MirrorReadings, partition: Partition) -> None:
    """What the target held of a partition is gone."""
    readings.positions[partition] = readings.positions[partition]._replace(
        target_end=NEVER,
        newest=NEVER,
        target_end_at_commit=0,
        emptied=True,
    )


def _note_target(
    readings: MirrorReadings, partition: Partition, ends: Answers, newest: Answers
) -> bool:
    """Take in where a partition ends on the target, and its newest timestamp; whether it fell."""
    mirrored, target = readings.on_target(partition), readings.target
    end, stamp = ends.get(mirrored), newest.get(mirrored)
    fault = target.faults.get(mirrored.topic)
    if isinstance(end, OffsetAt):
        target_end: int | Fault = end.offset
    elif end is not None:
        target_end = end
    elif fault is None or (fault is Fault.UNKNOWN_TOPIC and _is_gone(readings, partition.topic)):
        target_end = 0
    else:
        target_end = fault
    fell = isinstance(target_end, int) and target_end < readings.positions[partition].target_end
    if fell:
        _empty(readings, partition)
    stamping = target.stampings.by_topic[partition.topic]
    timestamp = stamp.timestamp if isinstance(stamp, OffsetAt) else stamp
    if stamping != Stamping():
        timestamp = None
    elif partition.topic in target.stampings.unknown and isinstance(end, OffsetAt) and end.offset:
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
