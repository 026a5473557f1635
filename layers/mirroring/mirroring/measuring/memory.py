"""What a mirror's next sample must know of the last one, as JSON for the store.

Rows may have more fields than are known here, or fewer: another version may have written them, as
an upgrade or a rollback goes on beside running samplers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from mirroring.kafka_types import Stamping
from mirroring.measuring.group_memory import GroupMemory, packed, unpacked
from mirroring.measuring.position import Position, remembered
from mirroring.measuring.resting import Positions, row_of, rows_of
from mirroring.observation import Reason

CONFIG_AGE_MS = 600_000
PACKING, PACKING_0_1 = 2, 1
SHARED = ("checked", "seen", "looked")
"""Times (ms) of a topic that most topics of a mirror have in common."""
# A topic that is gone for so long and comes back is another one in all that matters.
GONE_MS = 24 * 60 * 60_000


@dataclass(frozen=True, slots=True)
class Unread:
    """Since when (ms) it is not known whether a partition is copied, and for how many samples.

    `overdue`: its commit should have come when last that was known.
    """

    since: int
    samples: int
    why: str
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class TopicMemory:
    """A mirrored topic between samples: ids, partitions, and the figures of its last messages.

    `exact`: the target holds transactions; `absent`: for how many looks the target has not known
    the topic; `seen`: when the source last listed it (ms), `looked` when its ends
    were last asked for.
    """

    since: int
    source_id: str
    target_id: str = ""
    positions: Mapping[int, Position] = field(default_factory=dict)
    average: int | None = None
    max: int | None = None
    above: int = 0
    append_time: bool = False
    checked: int = 0
    exact: bool = False
    absent: int = 0
    seen: int = 0
    unread: Mapping[int, Unread] = field(default_factory=dict)
    looked: int = 0

    def position(self, index: int) -> Position | None:
        """A partition's position with when it was last seen at rest, which all here share."""
        known, unread = self.positions.get(index), self.unread.get(index)
        at = self.looked if unread is None else unread.since
        if known is None or at <= known.seen:
            return known
        return known._replace(ends=remembered(known.ends, at, known.end, known.proven_copied_to))

    @property
    def stamping(self) -> Stamping:
        """Whose times the copies carry, as last seen."""
        return Stamping(self.append_time, self.exact)


@dataclass(frozen=True, slots=True)
class Memory:
    """A mirror between samples: its topics, lasting findings, and how often things were so.

    `counts` counts samples in a row by what they saw; `turn` counts samples, and `heard` is the
    last partition that was listened to; `copied` holds (ms, records) of the backfill some samples
    ago.
    """

    topics: Mapping[str, TopicMemory] = field(default_factory=dict)
    findings: tuple[Reason, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    average: int | None = None
    max: int | None = None
    turn: int = 0
    copied: tuple[int, int] | None = None
    groups: GroupMemory = field(default_factory=GroupMemory)
    heard: tuple[str, int] | None = None

    def lasting(self, now: int) -> dict[str, TopicMemory]:
        """The topics that are not gone for good: for their ids, should they come back."""
        return {name: one for name, one in self.topics.items() if not 0 < one.seen < now - GONE_MS}


def as_rows(memory: Memory) -> Memory:
    """The same, with no object of a partition in it: as it is read back."""
    topics = {
        name: replace(
            one,
            positions=Positions({at: row_of(row) for at, row in rows_of(one.positions).items()}),
        )
        for name, one in memory.topics.items()
    }
    return replace(memory, topics=topics)


def pack(memory: Memory) -> bytes:
    """The memory as JSON.

    The store writes what differs from an earlier one. So the times that topics share, of which each
    sample has others, stand once, and a topic holds by how much its own are older.
    """
    times = [max((getattr(one, at) for one in memory.topics.values()), default=0) for at in SHARED]
    checked, seen, looked = times
    topics = {
        name: [
            one.since,
            one.source_id,
            one.target_id,
            # Written one by one: together they would be the largest thing of a sample.
            ([index, *row_of(row)] for index, row in rows_of(one.positions).items()),
            *(one.average, one.max, one.above, one.append_time, checked - one.checked),
            *(one.exact, one.absent, seen - one.seen),
            [[index, *astuple(unread)] for index, unread in one.unread.items()],
            looked - one.looked,
        ]
        for name, one in memory.topics.items()
    }
    findings = [one.model_dump(mode="json", by_alias=True) for one in memory.findings]
    rest = [memory.average, memory.max, memory.turn, memory.copied, memory.heard]
    groups = packed(memory.groups)
    document = [PACKING, topics, findings, dict(memory.counts), rest, groups, times]
    return to_json(document)


def unpack(packed: bytes | None) -> Memory:
    """The memory of a mirror; an empty one where there is none, or none that can be read here."""
    if packed is None:
        return Memory()
    try:
        return _unpacked(from_json(packed))
    except (ValueError, TypeError, LookupError, AttributeError):
        return Memory()


def _unpacked(document: Sequence[Any]) -> Memory:
    packing, topics, findings, counts, (average, largest, turn, copied, *more), *last = document
    if packing not in (PACKING, PACKING_0_1):
        return Memory()
    heard = more[0] if more else None
    known = {name: _topic(row) for name, row in topics.items()}
    return Memory(
        topics=known if packing == PACKING_0_1 else _dated(known, last[1]),
        findings=tuple(_findings(findings)),
        counts=counts,
        average=average,
        max=largest,
        turn=turn,
        copied=None if copied is None else (copied[0], copied[1]),
        groups=unpacked(last[0]) if last else GroupMemory(),
        heard=None if heard is None else (heard[0], heard[1]),
    )


def _dated(topics: Mapping[str, TopicMemory], times: Sequence[int]) -> dict[str, TopicMemory]:
    """The topics with times of their own, where they hold by how much those are older."""
    shared = list(zip(SHARED, times, strict=False))
    return {
        name: replace(one, **{at: time - getattr(one, at) for at, time in shared})
        for name, one in topics.items()
    }


def _findings(rows: Iterable[Any]) -> Iterable[Reason]:
    """The findings that can be read here."""
    for row in rows:
        try:
            yield Reason.model_validate(row)
        except ValidationError:
            continue


def _topic(row: Sequence[Any]) -> TopicMemory:
    since, source_id, target_id, rows, *rest = row
    positions = Positions({index: values for index, *values in rows})
    unread = rest[8] if len(rest) > 8 else []
    kept = {index: Unread(*values[:4]) for index, *values in unread}
    topic = TopicMemory(since, source_id, target_id, positions, *rest[:8])
    return replace(topic, unread=kept, looked=rest[9] if len(rest) > 9 else 0)
