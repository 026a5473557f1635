"""What one sample asks of a source about records that may wait: look-ups, and fetches in doubt."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from mirroring.client_properties.security import Isolation
from mirroring.kafka_client.probe import Probe
from mirroring.kafka_types import (
    Fault,
    OffsetAt,
    Partition,
    Record,
)
from mirroring.measuring.commits import apply_commit
from mirroring.measuring.figures import Fetched, RecordAt, Timing
from mirroring.measuring.latency import span_to_verify, timestamp_to_test
from mirroring.measuring.position import NEVER
from mirroring.measuring.readings import MirrorReadings
from mirroring.measuring.waiting import lookup_timestamp

_Wanted = TypeVar("_Wanted")


def look_up(
    probe: Probe, all_readings: Sequence[MirrorReadings], paces: Mapping[str, Timing]
) -> None:
    """Steps 4 and 5: what is committed, what waits, and fetches where that is in doubt."""
    asked: list[tuple[MirrorReadings, Partition, int]] = []
    for readings in all_readings:
        for partition, reading in readings.partitions.items():
            position = apply_commit(readings.positions[partition], reading)
            readings.positions[partition] = position
            timestamp = (
                lookup_timestamp(position, reading) if partition in readings.to_inspect else None
            )
            if timestamp is not None:
                asked.append((readings, partition, timestamp))
    _note_oldest(probe, asked)
    for isolation in {readings.isolation for readings in all_readings}:
        alike = [readings for readings in all_readings if readings.isolation == isolation]
        _verify(probe, alike, isolation, paces)
    _test_timestamps(probe, all_readings, paces)


def _note_oldest(probe: Probe, asked: Iterable[tuple[MirrorReadings, Partition, int]]) -> None:
    for batch in _batches(asked):
        answers = probe.offsets({partition: ask for partition, (_, ask) in batch.items()})
        for partition, (readings, _) in batch.items():
            readings.partitions[partition] = readings.partitions[partition]._replace(
                oldest=_oldest(answers[partition])
            )


def _oldest(answer: OffsetAt | Fault) -> RecordAt | Fault | None:
    """A look-up's answer; None where no record has such a timestamp."""
    if isinstance(answer, Fault):
        return answer
    return None if answer.offset == NEVER else RecordAt(answer.offset, answer.timestamp)


def _test_timestamps(
    probe: Probe, all_readings: Sequence[MirrorReadings], paces: Mapping[str, Timing]
) -> None:
    """Before a timestamp alone makes a partition late: whether timestamps are times of writing."""
    asked = []
    for readings in all_readings:
        for partition in readings.to_inspect:
            ask = timestamp_to_test(
                readings.positions[partition],
                readings.partitions[partition],
                paces[readings.mirror.name],
            )
            if ask is not None:
                asked.append((readings, partition, ask))
    for batch in _batches(asked):
        answers = probe.offsets({partition: ask for partition, (_, ask) in batch.items()})
        for partition, (readings, _) in batch.items():
            answer = answers[partition]
            if isinstance(answer, OffsetAt):
                reading = readings.partitions[partition]
                readings.partitions[partition] = reading._replace(since_last=answer.offset)


def _verify(
    probe: Probe,
    all_readings: Sequence[MirrorReadings],
    isolation: Isolation,
    paces: Mapping[str, Timing],
) -> None:
    asked = []
    for readings in all_readings:
        pace = paces[readings.mirror.name]
        for partition in readings.to_inspect:
            span = span_to_verify(
                readings.positions[partition], readings.partitions[partition], pace
            )
            if span is not None:
                asked.append((readings, partition, span))
    for batch in _batches(asked):
        spans = {partition: span for partition, (_, span) in batch.items()}
        answers = probe.first_record(spans, isolation)
        for partition, (readings, _) in batch.items():
            found = _fetched(answers[partition])
            readings.partitions[partition] = readings.partitions[partition]._replace(fetched=found)


def _fetched(answer: Record | Fault | None) -> RecordAt | Fetched | Fault:
    if isinstance(answer, Record):
        return RecordAt(answer.offset, answer.timestamp)
    return Fetched.NOTHING if answer is None else answer


def _batches(
    asked: Iterable[tuple[MirrorReadings, Partition, _Wanted]],
) -> list[dict[Partition, tuple[MirrorReadings, _Wanted]]]:
    """As few rounds as can be: two mirrors may ask different things of one partition."""
    batches: list[dict[Partition, tuple[MirrorReadings, _Wanted]]] = []
    for readings, partition, wanted in asked:
        free = next((one for one in batches if partition not in one), None)
        if free is None:
            batches.append(free := {})
        free[partition] = (readings, wanted)
    return batches
