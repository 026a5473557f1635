"""What a mirror's next sample must know of the last one, packed into bytes for the store."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field

from mirroring.measuring.group_memory import GroupMemory, packed, unpacked
from mirroring.measuring.position import Position
from mirroring.observation import Reason

CONFIG_AGE_MS = 600_000
PACKING = 1


@dataclass(frozen=True, slots=True)
class TopicMemory:
    """A mirrored topic between samples: ids, partitions, and the figures of its last messages."""

    since: int
    source_id: str
    target_id: str = ""
    positions: Mapping[int, Position] = field(default_factory=dict)
    average: int | None = None
    max: int | None = None
    above: int = 0
    append_time: bool = False
    checked: int = 0


@dataclass(frozen=True, slots=True)
class Memory:
    """A mirror between samples: its topics, lasting findings, and how often things were so.

    `counts` counts samples in a row by what they saw; `turn` is whose turn it is to be listened to;
    `copied` holds (ms, records) of the backfill some samples ago.
    """

    topics: Mapping[str, TopicMemory] = field(default_factory=dict)
    findings: tuple[Reason, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    average: int | None = None
    max: int | None = None
    turn: int = 0
    copied: tuple[int, int] | None = None
    groups: GroupMemory = field(default_factory=GroupMemory)


def pack(memory: Memory) -> bytes:
    """The memory as bytes; 10,000 idle partitions take about 60 kB."""
    topics = {
        name: [
            one.since,
            one.source_id,
            one.target_id,
            [[index, *astuple(position)] for index, position in one.positions.items()],
            *(one.average, one.max, one.above, one.append_time, one.checked),
        ]
        for name, one in memory.topics.items()
    }
    findings = [one.model_dump(mode="json", by_alias=True) for one in memory.findings]
    rest = [memory.average, memory.max, memory.turn, memory.copied]
    groups = packed(memory.groups)
    document = [PACKING, topics, findings, dict(memory.counts), rest, groups]
    return zlib.compress(json.dumps(document, separators=(",", ":")).encode(), 1)


def unpack(packed: bytes | None) -> Memory:
    """The memory of a mirror; an empty one where there is none, or one of another packing."""
    if packed is None:
        return Memory()
    document = json.loads(zlib.decompress(packed))
    if document[0] != PACKING:
        return Memory()
    _, topics, findings, counts, (average, largest, turn, copied), *groups = document
    return Memory(
        topics={name: _topic(row) for name, row in topics.items()},
        findings=tuple(Reason.model_validate(one) for one in findings),
        counts=counts,
        average=average,
        max=largest,
        turn=turn,
        copied=None if copied is None else (copied[0], copied[1]),
        groups=unpacked(groups[0]) if groups else GroupMemory(),
    )


def _topic(row: list) -> TopicMemory:  # type: ignore[type-arg]  # a JSON array, as pack wrote it
    since, source_id, target_id, rows, *rest = row
    positions = {index: _position(fields) for index, *fields in rows}
    return TopicMemory(since, source_id, target_id, positions, *rest)


def _position(fields: list) -> Position:  # type: ignore[type-arg]  # a JSON array, as pack wrote it
    first, origin, mirrored, front, start, ends, *rest = fields
    return Position(
        first,
        origin,
        mirrored,
        front,
        start,
        tuple((at, end) for at, end in ends),
        *rest,
    )
