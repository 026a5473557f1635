"""Whose times the copies carry: a producer's, or the target broker's own."""

from collections.abc import Mapping, Sequence

from mirroring.kafka_client.probe import Probe
from mirroring.kafka_types import Fault, OffsetAt, Partition
from mirroring.measuring.memory import CONFIG_AGE_MS, TopicMemory
from mirroring.measuring.readings import MirrorReadings

# Among so many offsets before the end of a target of transactions one is a marker.
SEVERAL = 50
# Who may not fetch there, or cannot, takes the times for the records' own, as they mostly are.
REFUSED = (Fault.UNAUTHORIZED, Fault.UNSUPPORTED)

Answers = Mapping[Partition, OffsetAt | Fault]


def read_stamping(
    probe: Probe, all_readings: Sequence[MirrorReadings], ends: Answers, now: int
) -> None:
    """Whose times the copies carry, by the newest batch of a partition of each topic.

    The batch says so itself, whatever we may see of configurations. Asked anew every ten minutes.
    """
    asked: dict[Partition, int] = {}
    for readings in all_readings:
        for name in readings.source_topics:
            memory = readings.memory.topics.get(name) or TopicMemory(now, "")
            readings.stamping[name] = memory.stamping
            if now - memory.checked >= CONFIG_AGE_MS:
                asked.update(_newest_batch(readings, name, ends))
    stampings = probe.stamping(asked) if asked else {}
    by_topic = {one.topic: kind for one, kind in stampings.items()}
    for readings in all_readings:
        for name in readings.source_topics:
            kind = by_topic.get(readings.mirror.mirrored_name(name))
            known = readings.memory.topics.get(name)
            if kind is not None and not isinstance(kind, Fault):
                readings.stamping[name] = kind
                readings.checked.add(name)
            elif kind not in REFUSED and (known is None or not known.checked):
                readings.unstamped.add(name)


def _newest_batch(readings: MirrorReadings, topic: str, ends: Answers) -> dict[Partition, int]:
    """A partition of the topic's copy that holds records, and its last offset.

    Somebody else may have written that: what is known to hold transactions is read from before.
    """
    back = SEVERAL if readings.stamping[topic].transactions else 1
    for partition in readings.to_inspect:
        mirrored = readings.on_target(partition)
        end = ends.get(mirrored)
        if partition.topic == topic and isinstance(end, OffsetAt) and end.offset > 0:
            return {mirrored: max(0, end.offset - back)}
    return {}
