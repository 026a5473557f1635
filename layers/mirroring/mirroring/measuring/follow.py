"""The position of the last sample, in what may be another topic, or one that was cut. Pure."""

from typing import NamedTuple

from mirroring.kafka_types import Partition, TopicFacts, is_another
from mirroring.measuring.figures import PartitionReading
from mirroring.measuring.latency import GRACE_MS
from mirroring.measuring.memory import TopicMemory
from mirroring.measuring.position import NEVER, Position, reset, truncated
from mirroring.measuring.readings import MirrorReadings


class Followed(NamedTuple):
    """A position in what may be another topic than before, or one whose end `fell` by so much."""

    position: Position
    is_another: bool = False
    fell: int = 0


def follow(
    readings: MirrorReadings,
    topic: TopicMemory,
    partition: Partition,
    position: Position,
    reading: PartitionReading,
) -> Followed:
    """The position that the sample starts from: all over in another topic."""
    fell = max(0, position.end - reading.end)
    if _is_another(topic, readings.source.topics[partition.topic], position, reading):
        begun = reset(position, reading.at, reading.start, reading.end, reading.committed)
        return Followed(begun, is_another=True)
    if fell:
        return Followed(truncated(position, reading.at, reading.end, reading.committed), fell=fell)
    return Followed(_at_the_end(readings, partition, position, reading))


def _is_another(
    topic: TopicMemory, facts: TopicFacts, position: Position, reading: PartitionReading
) -> bool:
    """Whether the topic was made again since the last sample.

    Where no ids tell, by its offsets: the end of one topic falls only when a replica that lacked
    records was made the leader.
    """
    if topic.source_id and facts.topic_id:
        return is_another(topic.source_id, facts.topic_id)
    fell = reading.end < position.end
    return fell and (reading.end < position.proven_copied_to or reading.start < position.start)


def _at_the_end(
    readings: MirrorReadings, partition: Partition, position: Position, reading: PartitionReading
) -> Position:
    """Of a mirror that starts at the end, where that is, until its consumer has surely started."""
    idle = reading.committed is None and position.committed == NEVER
    starts_there = readings.mirror.start_from == "latest"
    if not (starts_there and idle and position.first == position.backfill_end):
        return position
    assigned = readings.connect.assigned is None or partition in readings.connect.assigned
    runs = reading.running_since != NEVER and reading.at - reading.running_since > GRACE_MS
    if assigned and runs and reading.offsets_known:
        return position
    end = reading.end
    return position._replace(first=end, backfill_end=end, proven_copied_to=end, copied_to=end)
