"""Partitions in their first sample: what of them is older than the mirror, and what is newest."""

from collections.abc import Sequence

from mirroring.client_properties.security import Isolation
from mirroring.kafka_client.probe import Probe
from mirroring.kafka_types import MAX_TIMESTAMP, Fault, OffsetAt
from mirroring.measuring.figures import PartitionReading
from mirroring.measuring.position import LINGER_MS, NEVER, begin
from mirroring.measuring.readings import MirrorReadings


def begin_positions(
    probe: Probe,
    all_readings: Sequence[MirrorReadings],
    isolation: Isolation,
) -> None:
    """Partitions seen for the first time: which records are older than the mirror, which newest."""
    fresh = [
        (readings, [one for one in readings.partitions if one not in readings.positions])
        for readings in all_readings
    ]
    held = {one for readings, born in fresh for one in born if readings.partitions[one].end > 0}
    newest = probe.offsets(dict.fromkeys(held, MAX_TIMESTAMP), isolation) if held else {}
    for readings, born in fresh:
        made = _made(readings)
        asked = [one for one in born if one in newest]
        since = probe.offsets(dict.fromkeys(asked, made), isolation) if asked else {}
        for partition in born:
            reading = readings.partitions[partition]
            backfill_end = _backfill_end(since.get(partition), reading)
            latest = readings.mirror.start_from == "latest"
            position = begin(reading.at, reading.start, reading.end, latest=latest)
            produced = newest.get(partition)
            stamp = produced.timestamp if isinstance(produced, OffsetAt) else NEVER
            readings.positions[partition] = position._replace(
                backfill_end=max(backfill_end, position.first),
                produced=min(stamp, reading.at),
                since=reading.at if partition.topic in readings.memory.topics else 0,
            )


def _made(readings: MirrorReadings) -> int:
    """Before when (ms) a record is older than the mirror, or than its last change.

    A mirror that was sampled before and is remembered no more has not just begun.
    """
    forgotten = readings.before is not None and not readings.memory.topics
    made = readings.mirror.created_at if forgotten else readings.mirror.updated_at
    return int(made.timestamp() * 1000)


def _backfill_end(first: OffsetAt | Fault | None, reading: PartitionReading) -> int:
    """The first record that is newer than the mirror: where a plausible time proves one to be."""
    if not isinstance(first, OffsetAt) or first.offset == NEVER:
        return reading.end
    return first.offset if first.timestamp <= reading.at + LINGER_MS else reading.end
