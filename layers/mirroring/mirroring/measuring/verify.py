"""What one sample asks of a source about records that may wait: look-ups, and fetches in doubt."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from mirroring.client_properties.security import Isolation
from mirroring.kafka_client.probe import Probe
from mirroring.kafka_types import (
    Fault,
    OffsetAt,
    Partition,
    Record,
)
from mirroring.measuring.figures import Fetched, RecordAt, Timing
from mirroring.measuring.latency import disputed, doubt, reach
from mirroring.measuring.position import NEVER
from mirroring.measuring.readings import MirrorReadings
from mirroring.measuring.waiting import asks_from

_Wanted = TypeVar("_Wanted")


def look_up(probe: Probe, sheets: Sequence[MirrorReadings], paces: Mapping[str, Timing]) -> None:
    """Steps 4 and 5: what is committed, what waits, and fetches where that is in doubt."""
    asked: list[tuple[MirrorReadings, Partition, int]] = []
    for sheet in sheets:
        for partition, look in sheet.looks.items():
            position = reach(sheet.positions[partition], look)
            sheet.positions[partition] = position
            timestamp = asks_from(position, look) if partition in sheet.close else None
            if timestamp is not None:
                asked.append((sheet, partition, timestamp))
    _note_oldest(probe, asked)
    for isolation in {sheet.isolation for sheet in sheets}:
        alike = [sheet for sheet in sheets if sheet.isolation == isolation]
        _verify(probe, alike, isolation, paces)
    _test_timestamps(probe, sheets, paces)


def _note_oldest(probe: Probe, asked: Iterable[tuple[MirrorReadings, Partition, int]]) -> None:
    for batch in _batches(asked):
        answers = probe.offsets({partition: ask for partition, (_, ask) in batch.items()})
        for partition, (sheet, _) in batch.items():
            sheet.looks[partition] = replace(
                sheet.looks[partition], oldest=_oldest(answers[partition])
            )


def _oldest(answer: OffsetAt | Fault) -> RecordAt | Fault | None:
    """A look-up's answer; None where no record has such a timestamp."""
    if isinstance(answer, Fault):
        return answer
    return None if answer.offset == NEVER else RecordAt(answer.offset, answer.timestamp)


def _test_timestamps(
    probe: Probe, sheets: Sequence[MirrorReadings], paces: Mapping[str, Timing]
) -> None:
    """Before a timestamp alone makes a partition late: whether timestamps are times of writing."""
    asked = []
    for sheet in sheets:
        for partition in sheet.close:
            ask = disputed(
                sheet.positions[partition], sheet.looks[partition], paces[sheet.mirror.name]
            )
            if ask is not None:
                asked.append((sheet, partition, ask))
    for batch in _batches(asked):
        answers = probe.offsets({partition: ask for partition, (_, ask) in batch.items()})
        for partition, (sheet, _) in batch.items():
            answer = answers[partition]
            if isinstance(answer, OffsetAt):
                look = sheet.looks[partition]
                sheet.looks[partition] = replace(look, since_last=answer.offset)


def _verify(
    probe: Probe,
    sheets: Sequence[MirrorReadings],
    isolation: Isolation,
    paces: Mapping[str, Timing],
) -> None:
    asked = []
    for sheet in sheets:
        pace = paces[sheet.mirror.name]
        for partition in sheet.close:
            span = doubt(sheet.positions[partition], sheet.looks[partition], pace)
            if span is not None:
                asked.append((sheet, partition, span))
    for batch in _batches(asked):
        spans = {partition: span for partition, (_, span) in batch.items()}
        answers = probe.first_record(spans, isolation)
        for partition, (sheet, _) in batch.items():
            found = _fetched(answers[partition])
            sheet.looks[partition] = replace(sheet.looks[partition], fetched=found)


def _fetched(answer: Record | Fault | None) -> RecordAt | Fetched | Fault:
    if isinstance(answer, Record):
        return RecordAt(answer.offset, answer.timestamp)
    return Fetched.NOTHING if answer is None else answer


def _batches(
    asked: Iterable[tuple[MirrorReadings, Partition, _Wanted]],
) -> list[dict[Partition, tuple[MirrorReadings, _Wanted]]]:
    """As few rounds as can be: two mirrors may ask different things of one partition."""
    batches: list[dict[Partition, tuple[MirrorReadings, _Wanted]]] = []
    for sheet, partition, wanted in asked:
        free = next((one for one in batches if partition not in one), None)
        if free is None:
            batches.append(free := {})
        free[partition] = (sheet, wanted)
    return batches
