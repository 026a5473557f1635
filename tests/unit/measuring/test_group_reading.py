"""A sample's looks at consumer groups, over clusters that a test can make fail."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from mirroring.errors import ClusterUnreachable
from mirroring.kafka_client.probe import Probe
from mirroring.kafka_types import (
    EARLIEST,
    Chunk,
    Content,
    Fault,
    GroupFacts,
    Groups,
    OffsetAt,
    Partition,
    TopicFacts,
)
from mirroring.measuring import group_reading
from mirroring.measuring.group_look import GroupLook
from mirroring.measuring.group_memory import GroupMemory, Row
from mirroring.measuring.group_reading import MOST_ASKED, MOST_FETCHES
from mirroring.measuring.memory import Memory
from mirroring.measuring.readings import MirrorReadings, SourceReading
from mirroring.observation import Code
from mirroring.reasons import reason
from mirroring.storing.observation_item import State

from tests.unit.measuring.test_group_memory import VALUE, a_key
from tests.unit.scenes import NOW, mirror, observed

EMPTY = GroupFacts("Empty", 1)
PLACE = Partition("eu.checkpoints.internal", 0)
ORDERS = Partition("orders", 0)


@dataclass
class Kafka:
    """Stands in for `Probe`, as far as groups need it; `away` is a cluster that is silent."""

    groups_: Mapping[str, GroupFacts] = field(default_factory=dict)
    committed_: Mapping[str, dict[Partition, int] | Fault] = field(default_factory=dict)
    checkpoints: list[tuple[str, str]] = field(default_factory=list)
    start: int = 0
    fault: Fault | None = None
    unread: Fault | None = None
    whole: bool = True
    away: bool = False
    piece: int = 100
    asked: list[str] = field(default_factory=list)

    def groups(self) -> Groups:
        """Its groups."""
        self._answer()
        return Groups(self.groups_, self.whole)

    def committed(
        self, groups: Mapping[str, GroupFacts]
    ) -> dict[str, dict[Partition, int] | Fault]:
        """What they have committed."""
        self._answer()
        self.asked += groups
        return {name: self.committed_.get(name, {}) for name in groups}

    def topics(self, names: set[str]) -> dict[str, TopicFacts]:
        """Its topics: that of the checkpoints."""
        self._answer()
        return {name: TopicFacts("id", (1,), self.fault) for name in names}

    def offsets(self, wanted: Mapping[Partition, int]) -> dict[Partition, OffsetAt | Fault]:
        """Where the checkpoints begin and end."""
        end = self.start + len(self.checkpoints)
        return {
            one: OffsetAt(self.start if at == EARLIEST else end, -1) for one, at in wanted.items()
        }

    def records(self, starts: Mapping[Partition, int]) -> dict[Partition, Chunk | Fault]:
        """The next few checkpoints, each of the offset 150 translated to 102."""
        (place, start), *_ = starts.items()
        if self.unread:
            return {place: self.unread}
        some = self.checkpoints[start - self.start :][: self.piece]
        records = [
            Content(start + number, 7, a_key(group, topic, 0), VALUE)
            for number, (group, topic) in enumerate(some)
        ]
        return {place: Chunk(tuple(records), start + len(some))}

    def _answer(self) -> None:
        if self.away:
            raise ClusterUnreachable("It does not answer.")


def some_readings(turn: int = 0, memory: GroupMemory | None = None, **facts: Any) -> MirrorReadings:
    """The readings of a mirror that syncs groups and mirrors the topic `orders`."""
    changes: dict[str, Any] = {"sync_group_offsets": True, "topics_regex": "orders.*"} | facts
    readings = MirrorReadings(
        mirror=mirror(**changes),
        state=State(),
        memory=Memory(turn=turn, groups=memory or GroupMemory()),
    )
    readings.source = SourceReading(topics={"orders": TopicFacts("id", (1,))})
    return readings


def read(readings: MirrorReadings, source: Kafka, target: Kafka) -> GroupLook | None:
    """All three steps, as a sample takes them."""
    group_reading.list_groups(cast(Probe, source), [readings])
    group_reading.read_on_target(cast(Probe, target), [readings])
    group_reading.read_committed(cast(Probe, source), [readings])
    return readings.groups


def seen(readings: MirrorReadings, source: Kafka, target: Kafka) -> GroupLook:
    """The look that was taken."""
    look = read(readings, source, target)
    assert look is not None
    return look


def a_source(*groups: str) -> Kafka:
    """Groups that have committed 150 of `orders`, and 7 of a topic that is not mirrored."""
    offsets = {ORDERS: 150, Partition("others", 0): 7}
    return Kafka(dict.fromkeys(groups, EMPTY), dict.fromkeys(groups, offsets))


def a_target() -> Kafka:
    """The group `app` has 102 of the mirrored topic, and 9 of the target's own."""
    offsets = {Partition("eu.orders", 0): 102, Partition("orders", 0): 9}
    return Kafka({"app": EMPTY, "own": EMPTY}, {"app": offsets}, [("app", "eu.orders")])


def test_both_sides_are_told_by_partition_of_the_source() -> None:
    look = seen(some_readings(), a_source("app", "new"), a_target())

    assert look.committed == {"app": {ORDERS: 150}, "new": {ORDERS: 150}}
    assert look.target == {"app": {ORDERS: 102}}
    assert look.states == {"app": "Empty"}
    assert look.memory.rows == {("app", ORDERS): Row(150, 102, 7)}
    assert (look.read, look.fault) == (True, None)


def test_without_renaming_the_names_are_the_same() -> None:
    readings = some_readings(rename_mirrored_topics=False)
    target = Kafka({"app": EMPTY}, {"app": {ORDERS: 9}}, [("app", "orders")])
    look = seen(readings, a_source("app"), target)

    assert look.target == {"app": {ORDERS: 9}}
    assert look.memory.rows == {("app", ORDERS): Row(150, 102, 7)}


def test_only_groups_that_the_mirror_wants_are_asked_for() -> None:
    names = ("app-1", "app-2", "batch", "connect-app", "console-consumer-7", "__app")
    source = a_source(*names)
    look = seen(some_readings(groups_regex="(?!batch).*"), source, a_target())

    assert list(look.names) == ["app-1", "app-2"]
    assert source.asked == ["app-1", "app-2"]


def test_checkpoints_of_other_mirrors_are_passed_over() -> None:
    target = a_target()
    target.checkpoints += [("app", "eu.bills"), ("own", "eu.orders"), ("app", "xx.orders")]
    look = seen(some_readings(groups_regex="app"), a_source("app"), target)

    assert list(look.memory.rows) == [("app", ORDERS)]
    assert look.memory.offset == 4


def test_the_next_look_reads_on_where_the_last_one_ended() -> None:
    target = a_target()
    first = seen(some_readings(), a_source("app"), target)
    target.checkpoints += [("app", "eu.orders.new")]
    second = seen(some_readings(memory=first.memory), a_source("app"), target)

    assert list(second.memory.rows) == [("app", ORDERS), ("app", Partition("orders.new", 0))]


def test_a_look_reads_some_checkpoints_and_the_next_one_the_rest() -> None:
    target = a_target()
    target.checkpoints *= MOST_FETCHES + 1
    target.piece = 1
    first = seen(some_readings(), a_source("app"), target)
    second = seen(some_readings(memory=first.memory), a_source("app"), target)

    assert (first.read, second.read) == (False, True)


def test_other_patterns_read_all_checkpoints_again() -> None:
    first = seen(some_readings(groups_regex="b.*"), a_source("app"), a_target())
    second = seen(some_readings(memory=first.memory), a_source("app"), a_target())

    assert first.memory.rows == {}
    assert list(second.memory.rows) == [("app", ORDERS)]


def test_before_the_first_checkpoint_there_is_nothing_to_read() -> None:
    look = seen(some_readings(), a_source("app"), Kafka(fault=Fault.UNKNOWN_TOPIC))

    assert (look.fault, look.read, look.memory.rows) == (None, True, {})


@pytest.mark.parametrize("how", ["fault", "unread"])
def test_checkpoints_that_cannot_be_read_leave_what_was_known(how: str) -> None:
    memory = seen(some_readings(), a_source("app"), a_target()).memory
    target = a_target()
    target.checkpoints += [("app", "eu.orders.new")]
    setattr(target, how, Fault.UNAUTHORIZED)
    look = seen(some_readings(memory=memory), a_source("app"), target)

    assert (look.fault, look.memory) == (Fault.UNAUTHORIZED, memory)


def test_one_groups_fault_is_its_own() -> None:
    source, target = a_source("app", "secret"), a_target()
    source.committed_ = {**source.committed_, "secret": Fault.UNAUTHORIZED}
    look = seen(some_readings(), source, target)

    assert look.committed == {"app": {ORDERS: 150}, "secret": Fault.UNAUTHORIZED}


def test_a_broker_that_does_not_tell_is_noted() -> None:
    source, target = a_source("app"), a_target()
    source.whole = target.whole = False
    look = seen(some_readings(), source, target)

    assert (look.whole, look.target_whole) == (False, False)


@pytest.mark.parametrize("side", ["source", "target"])
def test_a_cluster_that_is_away_costs_only_the_look(side: str) -> None:
    source, target = a_source("app"), a_target()
    (source if side == "source" else target).away = True

    assert read(some_readings(), source, target) is None


def test_a_source_that_goes_away_meanwhile_costs_only_the_look() -> None:
    readings, source = some_readings(), a_source("app")
    group_reading.list_groups(cast(Probe, source), [readings])
    group_reading.read_on_target(cast(Probe, a_target()), [readings])
    source.away = True
    group_reading.read_committed(cast(Probe, source), [readings])

    assert readings.groups is None


def test_a_pattern_too_slow_for_the_checkpoints_costs_no_other_mirror_its_groups() -> None:
    slow, other = some_readings(name="slow", groups_regex="app|(a|aa)+$b"), some_readings()
    source, target = a_source("app"), a_target()
    target.checkpoints.append(("a" * 200, "eu.orders"))
    group_reading.list_groups(cast(Probe, source), [slow, other])
    group_reading.read_on_target(cast(Probe, target), [slow, other], matching_s=0.2)

    assert slow.groups is None
    assert list(slow.partly_unobservable) == [Code.PATTERN_TOO_SLOW]
    assert other.groups is not None
    assert ("app", ORDERS) in other.groups.memory.rows
    assert other.partly_unobservable == {}


def test_a_groups_regex_that_is_too_slow_is_told_and_looked_at_in_the_next_sample() -> None:
    readings = some_readings(groups_regex="(a|aa)+$b")
    group_reading.list_groups(cast(Probe, a_source("a" * 200)), [readings], matching_s=0.2)
    told = reason(
        Code.PATTERN_TOO_SLOW, NOW, {"words": readings.partly_unobservable[Code.PATTERN_TOO_SLOW]}
    )
    again = some_readings(turn=1)
    again.state = State(observation=observed(reasons=(told,)))

    assert readings.groups is None
    assert read(again, a_source("app"), a_target()) is not None


@pytest.mark.parametrize("code", [Code.SOURCE_UNREACHABLE, Code.TARGET_UNREACHABLE])
def test_what_was_away_in_this_sample_is_not_asked_again(code: Code) -> None:
    readings = some_readings()
    readings.unobservable[code] = "It does not answer."

    assert read(readings, Kafka(away=True), Kafka(away=True)) is None


@pytest.mark.parametrize(
    ("turn", "wish", "looks"),
    [(0, True, True), (1, True, False), (3, True, True), (0, False, False)],
)
def test_a_look_is_taken_where_offsets_are_synced_now_and_then(
    turn: int, wish: bool, looks: bool
) -> None:
    found = read(some_readings(turn, sync_group_offsets=wish), a_source("app"), a_target())

    assert (found is not None) is looks


def test_of_very_many_groups_those_that_were_translated_are_asked_first() -> None:
    names = [f"g{number:05}" for number in range(MOST_ASKED + 9)]
    memory = GroupMemory(rows={(names[-1], ORDERS): Row()})
    look = seen(some_readings(memory=memory), a_source(*names), Kafka(fault=Fault.UNKNOWN_TOPIC))

    assert len(look.names) == MOST_ASKED + 9
    assert look.asked == (names[-1], *names[: MOST_ASKED - 1])
