"""What a mirror's consumer groups would find on the target, and why one would not. Pure.

MirrorMaker writes a checkpoint where it can translate what a group has committed, and commits it
for the group on the target, unless that is in use there, or further (MirrorCheckpointTask). Where
it cannot it says nothing: the cause is what remains once the others are ruled out.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from mirroring.group import Group, GroupCode, GroupOffset, GroupReason, GroupState
from mirroring.kafka_types import Fault, Partition
from mirroring.measuring.group_look import GroupLook
from mirroring.measuring.group_memory import MOST_ROWS, GroupMemory, Key, Row, settled
from mirroring.measuring.position import NEVER, Position, moment
from mirroring.observation import Connector

# New groups are found, translated and committed once a minute each, in turn; and one minute more.
GRACE_MS = 240_000
MOST_GROUPS = 100
MOST_OFFSETS = 500
_WORST = (
    GroupCode.TOO_MANY,
    GroupCode.TOO_OLD,
    GroupCode.NOT_SYNCED,
    GroupCode.TARGET_AHEAD,
    GroupCode.AWAITED,
)
_STATES = {
    GroupCode.AWAITED: GroupState.PENDING,
    GroupCode.CHECKPOINTS_UNREADABLE: GroupState.UNKNOWN,
    GroupCode.NOTHING_COPIED: GroupState.PENDING,
    GroupCode.SOURCE_UNREADABLE: GroupState.UNKNOWN,
    GroupCode.TARGET_UNREADABLE: GroupState.UNKNOWN,
    GroupCode.TOO_MANY: GroupState.UNKNOWN,
}

Positions = Mapping[Partition, Position]
Rows = Mapping[Key, Row]


@dataclass(frozen=True, slots=True)
class Judged:
    """What is said of a mirror's groups, how many they are, and what is remembered."""

    groups: tuple[Group, ...]
    total: int
    memory: GroupMemory


def judge_groups(
    look: GroupLook,
    positions: Positions,
    connector: Connector | None,
    before: Collection[Group],
    now: int,
) -> Judged:
    """The groups with their offsets; those that a silent broker keeps stay as they were `before`.

    `connector` is the checkpoint connector where Connect told of it; `now` in ms.
    """
    causes = {name: _cause(name, look, connector) for name in look.committed}
    rows = _settle(look, positions, causes, now)
    unseen = () if look.whole else [one for one in before if one.name not in look.names]
    judged = [_group(name, look, positions, rows, causes[name], now) for name in look.committed]
    shown = sorted([*judged, *unseen], key=lambda one: (not one.offsets, one.name))
    total = len(look.names) + len(unseen)
    return Judged(_limited(shown), total, replace(look.memory, rows=rows))


def stopped(connector: Connector | None) -> bool:
    """Whether Connect says that a connector, or a task of it, does nothing."""
    states = [connector.status, *(one.status for one in connector.tasks)] if connector else []
    return any(state in ("FAILED", "PAUSED", "STOPPED") for state in states)


def copied(position: Position | None) -> bool:
    """Whether anything of a partition was copied, so that MirrorMaker can translate into it."""
    if position is None:
        return False
    return (
        max(position.proven_copied_to, position.copied_to) > position.first
        or position.target_end > 0
    )


def _cause(name: str, look: GroupLook, connector: Connector | None) -> GroupCode | None:
    """What holds up every partition of a group."""
    committed = look.committed[name]
    if isinstance(committed, Fault):
        return GroupCode.SOURCE_UNREADABLE
    if not committed:
        return GroupCode.NOTHING_COMMITTED
    if look.fault is not None:
        return GroupCode.CHECKPOINTS_UNREADABLE
    if stopped(connector):
        return GroupCode.CONNECTOR_NOT_RUNNING
    if look.active(name):
        return GroupCode.ACTIVE_ON_TARGET
    return GroupCode.TARGET_UNREADABLE if look.target_unread(name) else None


def _settle(
    look: GroupLook, positions: Positions, causes: Mapping[str, GroupCode | None], now: int
) -> dict[Key, Row]:
    """What is awaited of every partition that a group has committed, as far as there is room."""
    rows = _room(look)
    for name in look.committed:
        for partition, source in _committed(look, name).items():
            row = rows.get((name, partition), Row())
            if (name, partition) not in rows and len(rows) >= MOST_ROWS:
                continue
            empty = not row.covers(source) and not copied(positions.get(partition))
            held = causes[name] is not None or not look.read or empty
            target = look.on_target(name, partition)
            rows[name, partition] = settled(row, source, target, now, held=held)
    return rows


def _room(look: GroupLook) -> dict[Key, Row]:
    """The remembered rows; when they are many, without those of groups that are no more."""
    rows = dict(look.memory.rows)
    if len(rows) < MOST_ROWS or not look.whole:
        return rows
    return {key: row for key, row in rows.items() if key[0] in look.names}


def _committed(look: GroupLook, name: str) -> Mapping[Partition, int]:
    committed = look.committed[name]
    return {} if isinstance(committed, Fault) else committed


def _group(
    name: str,
    look: GroupLook,
    positions: Positions,
    rows: Rows,
    cause: GroupCode | None,
    now: int,
) -> Group:
    codes: dict[Partition, GroupCode | None] = {}
    offsets, newest = [], NEVER
    for partition, source in sorted(_committed(look, name).items()):
        row, target = rows.get((name, partition)), look.on_target(name, partition)
        codes[partition] = _code(row, source, target, positions.get(partition), look.read, now)
        translated = row.downstream if row and row.covers(source) else None
        newest = max(newest, row.at if row else NEVER)
        offsets.append(GroupOffset(*partition, source, translated, target))
    reason = GroupReason(cause) if cause else _worst(codes)
    return Group(
        name=name,
        state=_state(reason, some=cause is None and None in codes.values()),
        reason=reason,
        translated_at=moment(newest),
        offsets=tuple(offsets),
    )


def _code(
    row: Row | None,
    source: int,
    target: int | None,
    position: Position | None,
    read: bool,
    now: int,
) -> GroupCode | None:
    """Why a group would not resume on one partition where it is; None when it would."""
    if row is None:
        return GroupCode.TOO_MANY
    late = row.since > 0 and now - row.since > GRACE_MS
    if not row.covers(source):
        if position is not None and source < position.first and read:
            return GroupCode.TOO_OLD
        if not copied(position):
            return GroupCode.NOTHING_COPIED
        return GroupCode.TOO_OLD if late else GroupCode.AWAITED
    if target is not None and target > row.downstream:
        return GroupCode.TARGET_AHEAD
    if late:
        return GroupCode.NOT_SYNCED
    return GroupCode.AWAITED if target is None else None


def _worst(codes: Mapping[Partition, GroupCode | None]) -> GroupReason | None:
    """The worst of a group's partitions; one that holds nothing counts only where all do."""
    for wanted in _WORST:
        for partition, code in codes.items():
            if code is wanted:
                return GroupReason(code, *partition)
    if not codes or None in codes.values():
        return None
    return GroupReason(GroupCode.NOTHING_COPIED, *next(iter(codes)))


def _state(reason: GroupReason | None, some: bool) -> GroupState:
    """`some`: whether some partition is as it should be."""
    if reason is None:
        return GroupState.TRANSLATED
    if some:
        return GroupState.PARTLY_TRANSLATED
    return _STATES.get(reason.code, GroupState.NOT_TRANSLATED)


def _limited(groups: Collection[Group]) -> tuple[Group, ...]:
    """As many groups and offsets as one answer may hold; those with offsets come first."""
    left = MOST_OFFSETS
    kept = []
    for one in list(groups)[:MOST_GROUPS]:
        kept.append(one.model_copy(update={"offsets": one.offsets[:left]}))
        left = max(0, left - len(one.offsets))
    return tuple(kept)
