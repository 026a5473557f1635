"""What is remembered of group offsets between two looks: translations, and what is expected yet."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import astuple, dataclass, field, fields, replace
from typing import Any

from mirroring.kafka_client.wire.checkpoint import Checkpoint
from mirroring.kafka_types import Partition
from mirroring.measuring.position import NEVER

MOST_ROWS = 2_000

Key = tuple[str, Partition]
"""A group and a partition of the source."""


@dataclass(frozen=True, slots=True)
class Row:
    """MirrorMaker's last translation of a group's offset on one partition; times in ms.

    `upstream` of the source is `downstream` on the target, written `at`; NEVER without any. Since
    `since` (0: not) the target's group is to reach the offset `expected`, or, where that is NEVER,
    the translation itself is awaited.
    """

    upstream: int = NEVER
    downstream: int = NEVER
    at: int = NEVER
    expected: int = NEVER
    since: int = 0

    def covers(self, source: int) -> bool:
        """Whether it translates what the group has committed: not when the group went back."""
        return self.downstream != NEVER and self.upstream <= source


ROW = len(fields(Row))


@dataclass(frozen=True, slots=True)
class GroupMemory:
    """How far the topic of checkpoints is read, for which mirror, and what it said.

    `scope` is what decides which checkpoints are kept: where that changed all is read again.
    """

    scope: str = ""
    topic_id: str = ""
    offset: int = 0
    rows: Mapping[Key, Row] = field(default_factory=dict)


def resumed(memory: GroupMemory, scope: str, topic_id: str, start: int, end: int) -> GroupMemory:
    """The memory from which to read on in a topic that holds the offsets from `start` to `end`."""
    another = (memory.scope, memory.topic_id) != (scope, topic_id)
    if another or memory.offset > end:
        return GroupMemory(scope, topic_id, start)
    return replace(memory, offset=max(memory.offset, start))


def learned(
    memory: GroupMemory,
    checkpoints: Iterable[Checkpoint],
    original: Callable[[Checkpoint], Partition | None],
    offset: int,
) -> GroupMemory:
    """The memory after these checkpoints, read on to `offset`.

    `original` is the source's partition of one that is this mirror's, else None.
    """
    rows = dict(memory.rows)
    for one in checkpoints:
        partition = original(one)
        if partition is None:
            continue
        key = (one.group, partition)
        if key in rows or len(rows) < MOST_ROWS:
            known = rows.get(key, Row())
            rows[key] = replace(
                known, upstream=one.upstream, downstream=one.downstream, at=one.timestamp
            )
    return replace(memory, offset=offset, rows=rows)


def settled(row: Row, source: int, target: int | None, now: int, *, held: bool) -> Row:
    """The row with what is expected from now on.

    `source` and `target` are what the group has committed there; while something that is known
    holds a translation up, it is not late.
    """
    wanted = row.downstream if row.covers(source) else NEVER
    if held:
        return replace(row, expected=wanted, since=now)
    if target is not None and NEVER < wanted <= target:
        return replace(row, expected=wanted, since=0)
    reached = target is not None and NEVER < row.expected <= target
    another = (wanted == NEVER) is not (row.expected == NEVER)
    if reached or another or row.since == 0:
        return replace(row, expected=wanted, since=now)
    return row


def packed(memory: GroupMemory) -> list[Any]:
    """The memory as a JSON array."""
    rows: dict[str, dict[str, list[list[int]]]] = {}
    for (group, (topic, index)), row in memory.rows.items():
        rows.setdefault(group, {}).setdefault(topic, []).append([index, *astuple(row)])
    return [memory.scope, memory.topic_id, memory.offset, rows]


def unpacked(document: list[Any]) -> GroupMemory:
    """The memory that `packed` made the array of."""
    scope, topic_id, offset, groups, *_ = document
    rows = {
        (group, Partition(topic, index)): Row(*values[:ROW])
        for group, topics in groups.items()
        for topic, lines in topics.items()
        for index, *values in lines
    }
    return GroupMemory(scope, topic_id, offset, rows)
