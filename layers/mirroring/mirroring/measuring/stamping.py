"""Whose times the copies carry: a producer's, or the target broker's own."""

from collections.abc import Mapping, Sequence, Set

from mirroring.kafka_client.probe import Probe
from mirroring.kafka_types import Fault, OffsetAt, Partition, Stamping
from mirroring.measuring.memory import CONFIG_AGE_MS, TopicMemory
from mirroring.measuring.readings import MirrorReadings, Stampings

# Among so many offsets before the end of a target of transactions one is a marker.
SEVERAL = 50
# Who may not fetch there, or cannot, takes the times for the records' own, as they mostly are.
REFUSED = (Fault.UNAUTHORIZED, Fault.UNSUPPORTED)

Answers = Mapping[Partition, OffsetAt | Fault]


def read_stamping(
    probe: Probe, all_readings: Sequence[MirrorReadings], ends: Answers, now: int
) -> list[Stampings]:
    """Whose times the copies carry, by the newest batch of a partition of each topic, by mirror.

    The batch says so itself, whatever we may see of configurations. Asked anew every ten minutes.
    """
    asked: dict[Partition, int] = {}
    for readings in all_readings:
        topics = readings.source.topics
        due = {one for one in topics if now - _memory(readings, one).checked >= CONFIG_AGE_MS}
        asked |= _newest_batches(readings, due, ends) if due else {}
    answers = probe.stamping(asked) if asked else {}
    by_topic = {one.topic: kind for one, kind in answers.items()}
    return [_stampings(readings, by_topic) for readings in all_readings]


def _memory(readings: MirrorReadings, topic: str) -> TopicMemory:
    return readings.memory.topics.get(topic) or TopicMemory(0, "")


def _stampings(readings: MirrorReadings, answers: Mapping[str, Stamping | Fault]) -> Stampings:
    """What the answers, by the topics' names on the target, add to what is remembered."""
    stampings: dict[str, Stamping] = {}
    checked, unknown = set(), set()
    for name in readings.source.topics:
        memory, answer = _memory(readings, name), answers.get(readings.mirror.mirrored_name(name))
        if answer is not None and not isinstance(answer, Fault):
            stampings[name] = answer
            checked.add(name)
            continue
        stampings[name] = memory.stamping
        if answer not in REFUSED and not memory.checked:
            unknown.add(name)
    return Stampings(stampings, frozenset(checked), frozenset(unknown))


def _newest_batches(
    readings: MirrorReadings, topics: Set[str], ends: Answers
) -> dict[Partition, int]:
    """A partition of each of these topics' copies that holds records, and its last offset.

    Somebody else may have written that: what is known to hold transactions is read from before.
    """
    left, found = set(topics), {}
    for partition in readings.to_inspect:
        if partition.topic not in left:
            continue
        mirrored = readings.on_target(partition)
        end = ends.get(mirrored)
        if isinstance(end, OffsetAt) and end.offset > 0:
            back = SEVERAL if _memory(readings, partition.topic).exact else 1
            found[mirrored] = max(0, end.offset - back)
            left.remove(partition.topic)
    return found
