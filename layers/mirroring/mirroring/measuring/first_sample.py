"""Partitions in their first sample: what of them is older than the mirror, and what is newest."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mirroring.client_properties.security import Isolation
from mirroring.kafka_client.probe import Probe
from mirroring.kafka_types import MAX_TIMESTAMP, Fault, OffsetAt, Partition
from mirroring.measuring.figures import PartitionReading
from mirroring.measuring.position import LINGER_MS, NEVER, begin
from mirroring.measuring.readings import MirrorReadings


def begin_positions(
    probe: Probe,
    sheets: Sequence[MirrorReadings],
    fresh: Mapping[Partition, int],
    isolation: Isolation,
) -> None:
    """Partitions seen for the first time: which records are older than the mirror, which newest."""
    held = [one for one, end in fresh.items() if end > 0]
    newest = probe.offsets(dict.fromkeys(held, MAX_TIMESTAMP), isolation) if held else {}
    for sheet in sheets:
        made = _made(sheet)
        born = [one for one in sheet.looks if one not in sheet.positions]
        asked = [one for one in born if one in newest]
        since = probe.offsets(dict.fromkeys(asked, made), isolation) if asked else {}
        for partition in born:
            look = sheet.looks[partition]
            origin = _origin(since.get(partition), look)
            latest = sheet.mirror.start_from == "latest"
            position = begin(look.at, look.start, look.end, latest=latest)
            produced = newest.get(partition)
            stamp = produced.timestamp if isinstance(produced, OffsetAt) else NEVER
            sheet.positions[partition] = replace(
                position,
                origin=max(origin, position.first),
                produced=min(stamp, look.at),
                since=look.at if partition.topic in sheet.memory.topics else 0,
            )


def _made(sheet: MirrorReadings) -> int:
    """Before when (ms) a record is older than the mirror, or than its last change.

    A mirror that was sampled before and is remembered no more has not just begun.
    """
    forgotten = sheet.before is not None and not sheet.memory.topics
    made = sheet.mirror.created_at if forgotten else sheet.mirror.updated_at
    return int(made.timestamp() * 1000)


def _origin(first: OffsetAt | Fault | None, look: PartitionReading) -> int:
    """The first record that is newer than the mirror: where a plausible time proves one to be."""
    if not isinstance(first, OffsetAt) or first.offset == NEVER:
        return look.end
    return first.offset if first.timestamp <= look.at + LINGER_MS else look.end
