"""Consumer groups judged: what each would find on the target, and why one would not."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from mirroring.group import Group, GroupCode, GroupOffset, GroupReason, GroupState
from mirroring.kafka_types import Fault, GroupFacts, Partition
from mirroring.measuring.group_look import EVERY, GroupLook, Offsets, due
from mirroring.measuring.group_memory import MOST_ROWS, GroupMemory, Row
from mirroring.measuring.groups import GRACE_MS, MOST_GROUPS, MOST_OFFSETS, judge_groups
from mirroring.measuring.position import Position, begin
from mirroring.observation import Connector

from tests.unit.scenes import NOW, connector

NOW_MS = int(NOW.timestamp() * 1000)
LONG_AGO = NOW_MS - GRACE_MS - 1
ORDERS, OTHER = Partition("orders", 0), Partition("orders", 1)
AT_100 = Row(upstream=100, downstream=90, at=NOW_MS - 30_000, expected=90)
COPIED = begin(NOW_MS, 0, 200)._replace(proven_copied_to=200, copied_to=200, target_end=190)
EMPTY = begin(NOW_MS, 0, 0)
FROM_150 = COPIED._replace(first=150)


def a_look(
    committed: Mapping[Partition, int] | Fault,
    rows: Mapping[Partition, Row] | None = None,
    **read: Any,
) -> GroupLook:
    """A look at the group `app`, which holds nothing on the target unless told otherwise."""
    look = GroupLook({"app": GroupFacts("Stable", 1)}, ("app",))
    look.committed = {"app": committed}
    look.memory = GroupMemory(rows={("app", one): row for one, row in (rows or {}).items()})
    for name, value in read.items():
        setattr(look, name, value)
    return look


def on_target(offsets: Offsets, state: str = "Empty") -> dict[str, Any]:
    """What the target tells of the group."""
    return {"states": {"app": state}, "target": {"app": offsets}}


def judged(
    look: GroupLook,
    positions: Mapping[Partition, Position] | None = None,
    running: Connector | None = None,
    before: tuple[Group, ...] = (),
) -> Group:
    """The group `app`, its partitions copied unless told otherwise."""
    positions = positions or {ORDERS: COPIED, OTHER: COPIED}
    return judge_groups(look, positions, running, before, NOW_MS).groups[0]


SYNCED = on_target({ORDERS: 90})
AWAITED_LONG = Row(since=LONG_AGO)
TRANSLATED, PARTLY, PENDING, NOT, UNKNOWN = (
    GroupState.TRANSLATED,
    GroupState.PARTLY_TRANSLATED,
    GroupState.PENDING,
    GroupState.NOT_TRANSLATED,
    GroupState.UNKNOWN,
)
CASES: Mapping[str, tuple[GroupLook, Mapping[Partition, Position], GroupState, str | None]] = {
    "the target has what the checkpoint says": (
        a_look({ORDERS: 100}, {ORDERS: AT_100}, **SYNCED),
        {ORDERS: COPIED},
        TRANSLATED,
        None,
    ),
    "it moved on, and nothing newer can be translated": (
        a_look({ORDERS: 170}, {ORDERS: AT_100}, **SYNCED),
        {ORDERS: COPIED},
        TRANSLATED,
        None,
    ),
    "the target follows within a minute": (
        a_look({ORDERS: 100}, {ORDERS: AT_100}, **on_target({ORDERS: 40})),
        {ORDERS: COPIED},
        TRANSLATED,
        None,
    ),
    "it never committed": (a_look({}), {}, NOT, "NOTHING_COMMITTED"),
    "it is active on the target": (
        a_look({ORDERS: 100}, {ORDERS: AT_100}, **on_target({ORDERS: 90}, "Stable")),
        {ORDERS: COPIED},
        NOT,
        "ACTIVE_ON_TARGET",
    ),
    "it rebalances on the target": (
        a_look({ORDERS: 100}, {ORDERS: AT_100}, **on_target({}, "PreparingRebalance")),
        {ORDERS: COPIED},
        NOT,
        "ACTIVE_ON_TARGET",
    ),
    "it lies before what was copied first": (
        a_look({ORDERS: 149}),
        {ORDERS: FROM_150},
        NOT,
        "TOO_OLD",
    ),
    "it lies at what was copied first": (
        a_look({ORDERS: 150}),
        {ORDERS: FROM_150},
        PENDING,
        "AWAITED",
    ),
    "it is new": (a_look({ORDERS: 100}), {ORDERS: COPIED}, PENDING, "AWAITED"),
    "its first translation is not committed yet": (
        a_look({ORDERS: 100}, {ORDERS: replace(AT_100, since=NOW_MS - 60_000)}),
        {ORDERS: COPIED},
        PENDING,
        "AWAITED",
    ),
    "MirrorMaker was silent for long": (
        a_look({ORDERS: 100}, {ORDERS: AWAITED_LONG}),
        {ORDERS: COPIED},
        NOT,
        "TOO_OLD",
    ),
    "it went back to where nothing was copied": (
        a_look({ORDERS: 20}, {ORDERS: AT_100}, **SYNCED),
        {ORDERS: FROM_150},
        NOT,
        "TOO_OLD",
    ),
    "it went back just now": (
        a_look({ORDERS: 20}, {ORDERS: AT_100}, **SYNCED),
        {ORDERS: COPIED},
        PENDING,
        "AWAITED",
    ),
    "it went back, and the target does not": (
        a_look({ORDERS: 20}, {ORDERS: Row(20, 10, NOW_MS, 10)}, **SYNCED),
        {ORDERS: COPIED},
        NOT,
        "TARGET_AHEAD",
    ),
    "nothing of its partition was copied": (
        a_look({ORDERS: 0}, {ORDERS: AWAITED_LONG}),
        {ORDERS: EMPTY},
        PENDING,
        "NOTHING_COPIED",
    ),
    "its partition could not be read": (a_look({ORDERS: 0}), {}, PENDING, "NOTHING_COPIED"),
    "an empty partition does not count": (
        a_look({ORDERS: 100, OTHER: 0}, {ORDERS: AT_100}, **SYNCED),
        {ORDERS: COPIED, OTHER: EMPTY},
        TRANSLATED,
        None,
    ),
    "one of two partitions is too old": (
        a_look({ORDERS: 100, OTHER: 3}, {ORDERS: AT_100}, **SYNCED),
        {ORDERS: COPIED, OTHER: FROM_150},
        PARTLY,
        "TOO_OLD",
    ),
    "the target does not take it": (
        a_look(
            {ORDERS: 100},
            {ORDERS: replace(AT_100, since=LONG_AGO)},
            **on_target({ORDERS: 40}),
        ),
        {ORDERS: COPIED},
        NOT,
        "NOT_SYNCED",
    ),
    "the source does not tell": (
        a_look(Fault.UNAUTHORIZED),
        {},
        UNKNOWN,
        "SOURCE_UNREADABLE",
    ),
    "the target does not tell": (
        a_look({ORDERS: 100}, {ORDERS: AT_100}, **on_target(Fault.UNAUTHORIZED)),
        {ORDERS: COPIED},
        UNKNOWN,
        "TARGET_UNREADABLE",
    ),
    "a broker of the target is silent": (
        a_look({ORDERS: 100}, {ORDERS: AT_100}, target_whole=False),
        {ORDERS: COPIED},
        UNKNOWN,
        "TARGET_UNREADABLE",
    ),
    "the checkpoints cannot be read": (
        a_look({ORDERS: 100}, fault=Fault.OTHER),
        {ORDERS: COPIED},
        UNKNOWN,
        "CHECKPOINTS_UNREADABLE",
    ),
    "the checkpoints are not read to their end": (
        a_look({ORDERS: 100}, {ORDERS: AWAITED_LONG}, read=False),
        {ORDERS: FROM_150},
        PENDING,
        "AWAITED",
    ),
}


@pytest.mark.parametrize(
    ("look", "positions", "state", "code"), CASES.values(), ids=[f"{name}" for name in CASES]
)
def test_a_group_is_told_as_it_is(
    look: GroupLook,
    positions: Mapping[Partition, Position],
    state: GroupState,
    code: str | None,
) -> None:
    group = judge_groups(look, positions, connector("RUNNING", "RUNNING"), (), NOW_MS).groups[0]

    assert (group.state, group.reason and group.reason.code) == (state, code)


def test_a_group_shows_both_sides_the_translation_and_its_time() -> None:
    look = a_look({OTHER: 7, ORDERS: 120}, {ORDERS: AT_100}, **on_target({ORDERS: 80}))
    group = judged(look)

    assert group.offsets == (
        GroupOffset("orders", 0, 120, 90, 80),
        GroupOffset("orders", 1, 7, None, None),
    )
    assert group.translated_at == datetime.fromtimestamp(AT_100.at / 1000, UTC)
    assert group.reason == GroupReason(GroupCode.AWAITED, "orders", 1)


def test_the_translation_of_an_offset_that_a_group_left_backwards_is_not_shown() -> None:
    assert judged(a_look({ORDERS: 20}, {ORDERS: AT_100})).offsets[0].translated is None


@pytest.mark.parametrize(
    ("state", "tasks", "held"),
    [
        ("RUNNING", ("RUNNING",), False),
        ("RUNNING", (), False),
        ("UNASSIGNED", ("UNASSIGNED",), False),
        ("RUNNING", ("RUNNING", "FAILED"), True),
        ("FAILED", (), True),
        ("PAUSED", ("PAUSED",), True),
        ("STOPPED", (), True),
    ],
)
def test_a_connector_that_does_not_run_holds_every_group(
    state: str, tasks: tuple[str, ...], held: bool
) -> None:
    group = judged(
        a_look({ORDERS: 100}, {ORDERS: AT_100}, **SYNCED), None, connector(state, *tasks)
    )

    assert (group.reason == GroupReason(GroupCode.CONNECTOR_NOT_RUNNING)) is held


def test_an_unknown_connector_is_taken_to_run() -> None:
    assert judged(a_look({ORDERS: 100}, {ORDERS: AT_100}, **SYNCED)).state is TRANSLATED


@pytest.mark.parametrize(
    "held",
    [
        on_target({ORDERS: 40}, "Stable"),
        {"fault": Fault.TIMEOUT},
        {"read": False},
        {"target_whole": False},
    ],
    ids=["active on the target", "checkpoints away", "not read to the end", "target away"],
)
def test_what_is_held_up_by_something_known_is_not_late_afterwards(held: dict[str, Any]) -> None:
    look = a_look({ORDERS: 100}, {ORDERS: replace(AT_100, since=LONG_AGO)}, **held)
    memory = judge_groups(look, {ORDERS: COPIED}, None, (), NOW_MS).memory

    assert memory.rows["app", ORDERS].since == NOW_MS


def test_a_partition_that_was_empty_for_long_gets_its_time_once_it_is_copied() -> None:
    look = a_look({ORDERS: 0}, {ORDERS: AWAITED_LONG})
    memory = judge_groups(look, {ORDERS: EMPTY}, None, (), NOW_MS).memory
    group = judge_groups(
        a_look({ORDERS: 0}, memory=memory), {ORDERS: COPIED}, None, (), NOW_MS + 60_000
    ).groups[0]

    assert group.reason == GroupReason(GroupCode.AWAITED, *ORDERS)


def test_groups_of_a_broker_that_does_not_answer_stay_as_they_were() -> None:
    kept = Group(name="kept", state=TRANSLATED, offsets=(GroupOffset("orders", 0, 1, 1, 1),))
    whole = judge_groups(a_look({}), {}, None, (kept,), NOW_MS)
    partly = judge_groups(a_look({}, whole=False), {}, None, (kept,), NOW_MS)

    assert [one.name for one in whole.groups] == ["app"]
    assert [one.name for one in partly.groups] == ["kept", "app"]
    assert (whole.total, partly.total) == (1, 2)


def a_crowd(count: int, partitions: int) -> GroupLook:
    """Groups that have committed on every partition, and one that never did."""
    names = [f"g{number:04}" for number in range(count)]
    look = GroupLook(dict.fromkeys(["a", *names], GroupFacts("Empty", 1)), ("a", *names))
    orders = {Partition("orders", index): 1 for index in range(partitions)}
    look.committed = {"a": {}, **dict.fromkeys(names, orders)}
    return look


def test_groups_with_offsets_come_first_and_no_answer_grows_beyond_its_bounds() -> None:
    found = judge_groups(a_crowd(MOST_GROUPS + 5, 7), {}, None, (), NOW_MS)

    assert found.total == MOST_GROUPS + 6
    assert len(found.groups) == MOST_GROUPS
    assert found.groups[0].name == "g0000"
    assert sum(len(one.offsets) for one in found.groups) == MOST_OFFSETS


def test_beyond_what_is_followed_a_group_is_told_so() -> None:
    found = judge_groups(a_crowd(1, MOST_ROWS + 1), {}, None, (), NOW_MS)

    assert len(found.memory.rows) == MOST_ROWS
    assert found.groups[0].reason == GroupReason(GroupCode.TOO_MANY, "orders", MOST_ROWS)
    assert found.groups[0].state is UNKNOWN


def test_groups_that_are_no_more_make_room() -> None:
    look = a_crowd(1, 3)
    gone = {("gone", Partition("orders", index)): AT_100 for index in range(MOST_ROWS)}
    look.memory = GroupMemory(rows=gone)
    found = judge_groups(look, {}, None, (), NOW_MS)

    assert {group for group, _ in found.memory.rows} == {"g0000"}


def test_a_look_is_taken_in_every_third_sample_and_in_the_first() -> None:
    assert [turn for turn in range(2 * EVERY) if due(turn)] == [0, EVERY]
