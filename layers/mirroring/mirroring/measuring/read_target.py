"""What one sample reads of the target: topics and ids, ends, newest timestamps.

It takes the readings of all mirrors that share the cluster, asks it once for all of them,
and notes the answers. What one partition, topic or broker does not answer costs the others nothing.
"""

from collections.abc import Mapping, Sequence

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
from mirroring.measuring.readings import MirrorReadings, note_unobservable
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
        for name in readings.source_topics
    }
    try:
        topics = probe.topics(names) if names else {}
    except ClusterUnreachable as error:
        return _target_away(all_readings, error.detail, Fault.UNREACHABLE)
    except ClusterUnauthorized as error:
        return _target_away(all_readings, error.detail, Fault.UNAUTHORIZED)
    for readings in all_readings:
        _note_topics(readings, topics)
    wanted = {
        one for readings in all_readings for one in map(readings.on_target, readings.to_inspect)
    }
    ends = probe.offsets({one: LATEST for one in wanted if _exists(one, topics)})
    read_stamping(probe, all_readings, ends, clock())
    own = {
        readings.on_target(one)
        for readings in all_readings
        for one in readings.to_inspect
        if readings.stamping[one.topic] == Stamping() and one.topic not in readings.unstamped
    }
    stamped = {
        one for one, end in ends.items() if one in own and isinstance(end, OffsetAt) and end.offset
    }
    newest = probe.offsets(dict.fromkeys(stamped, MAX_TIMESTAMP))
    hidden = {one for one in stamped if newest[one] == OffsetAt(NEVER, NEVER)}
    newest = {**newest, **probe.offsets(dict.fromkeys(hidden, MAX_TIMESTAMP))}
    for readings in all_readings:
        for partition in readings.to_inspect:
            _note_target(readings, partition, ends, newest)
        asked = [
            newest[one] for one in map(readings.on_target, readings.to_inspect) if one in newest
        ]
        if Fault.UNSUPPORTED in asked:
            readings.partly_unobservable[Code.TARGET_UNREACHABLE] = OLD_BROKERS
    faults = [end for end in ends.values() if isinstance(end, Fault)]
    if faults and len(faults) == len(ends) and Fault.UNAUTHORIZED not in faults:
        words = f"No partition gave its end offset ({faults[0]})."
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


def _note_topics(readings: MirrorReadings, topics: Mapping[str, TopicFacts]) -> None:
    """The target's topics; where one is another than before, what it held is gone."""
    for name in readings.source_topics:
        mirrored = readings.mirror.mirrored_name(name)
        facts, known = topics[mirrored], readings.memory.topics.get(name)
        if facts.fault is not None:
            readings.target_faults[mirrored] = facts.fault
            continue
        readings.target_topics[mirrored] = facts
        if known and known.target_id and facts.topic_id and known.target_id != facts.topic_id:
            for index in known.positions:
                readings.positions.setdefault(Partition(name, index), known.positions[index])
            for partition in [one for one in readings.positions if one.topic == name]:
                _empty(readings, partition)


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
) -> None:
    mirrored = readings.on_target(partition)
    end, stamp = ends.get(mirrored), newest.get(mirrored)
    fault = readings.target_faults.get(mirrored.topic)
    if isinstance(end, OffsetAt):
        target_end: int | Fault = end.offset
    elif end is not None:
        target_end = end
    elif fault is None or (fault is Fault.UNKNOWN_TOPIC and _is_gone(readings, partition.topic)):
        target_end = 0
    else:
        target_end = fault
    if isinstance(target_end, int) and target_end < readings.positions[partition].target_end:
        if isinstance(end, OffsetAt):
            readings.emptied[partition.topic] = partition.index
        _empty(readings, partition)
    stamping = readings.stamping[partition.topic]
    timestamp = stamp.timestamp if isinstance(stamp, OffsetAt) else stamp
    if stamping != Stamping():
        timestamp = None
    elif partition.topic in readings.unstamped and isinstance(target_end, int) and target_end > 0:
        timestamp = Fault.OTHER
    readings.partitions[partition] = readings.partitions[partition]._replace(
        target_end=target_end,
        newest=timestamp,
        exact=stamping.transactions,
    )


def _is_gone(readings: MirrorReadings, topic: str) -> bool:
    """Whether a target topic that was never there, or in two looks is not, holds nothing."""
    known = readings.memory.topics.get(topic)
    return known is None or not known.target_id or known.absent > 0
