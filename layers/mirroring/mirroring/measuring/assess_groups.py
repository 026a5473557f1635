"""A mirror's groups from its readings; as they were where this sample did not look. Pure."""

from collections.abc import Mapping

from mirroring.kafka_types import Partition
from mirroring.measuring.group_memory import GroupMemory
from mirroring.measuring.groups import Judged, judge_groups
from mirroring.measuring.memory import TopicMemory
from mirroring.measuring.readings import MirrorReadings


def group_offsets(readings: MirrorReadings, topics: Mapping[str, TopicMemory], now: int) -> Judged:
    """What is said and remembered of the groups at `now` (ms); nothing of one not synced."""
    if not readings.mirror.sync_group_offsets:
        return Judged((), 0, GroupMemory())
    before = readings.before
    known = before.groups if before else ()
    if readings.groups is None:
        return Judged(known, before.groups_total if before else 0, readings.memory.groups)
    positions = {
        Partition(name, index): position
        for name, one in topics.items()
        for index, position in one.positions.items()
    }
    return judge_groups(readings.groups, positions, readings.connect.checkpoint, known, now)
