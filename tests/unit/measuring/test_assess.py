"""Complete readings are assessed: topic states, findings that last, backfill, and the change."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from mirroring.kafka_types import Fault, Partition, TopicFacts
from mirroring.measuring.assess import Assessment, figure
from mirroring.measuring.commits import apply_commit
from mirroring.measuring.figures import PartitionLatency, PartitionReading, RecordAt, Timing
from mirroring.measuring.memory import Memory, TopicMemory
from mirroring.measuring.position import Position, begin
from mirroring.measuring.readings import (
    ConnectReading,
    MirrorReadings,
    SourceReading,
    TargetReading,
)
from mirroring.mirror import Intent
from mirroring.observation import Change, Code, Observation, Status, TopicState
from mirroring.reasons import reason
from mirroring.storing.observation_item import State

from tests.unit.scenes import NOW, TARGET_MS, connector, mirror, observed

NOW_MS = int(NOW.timestamp() * 1000)
MINUTE = 60_000
WINDOW_S = 300
PACE = Timing(flush=MINUTE, gap=MINUTE, target=TARGET_MS)
ORDERS = Partition("orders", 0)


def known(position: Position, **facts: Any) -> Memory:
    """The memory of a mirror with the one topic `orders`, and what the test says of it."""
    topic = TopicMemory(NOW_MS - 60 * MINUTE, "source-id", "target-id", {0: position})
    return Memory(topics={"orders": replace(topic, **facts)})


def quiet(end: int = 100, **facts: Any) -> Position:
    """A partition that is caught up and silent since an hour."""
    position = begin(NOW_MS - MINUTE, 0, end)
    base = {"proven_copied_to": end, "copied_to": end, "target_end": end, "backfill_end": end}
    return position._replace(**base | {"produced": NOW_MS - 60 * MINUTE} | facts)


def readings(memory: Memory, reading: PartitionReading, **facts: Any) -> MirrorReadings:
    """What a sample read of the topic `orders`, everything in order unless the test says else."""
    made = MirrorReadings(
        mirror=mirror(),
        state=State(observation=observed()),
        memory=memory,
        connect=ConnectReading(
            connector("RUNNING", "RUNNING"), None, frozenset({ORDERS}), {ORDERS: 99}
        ),
        source=SourceReading(1, {"orders": TopicFacts("source-id", (1,))}),
        target=TargetReading({"eu.orders": TopicFacts("target-id", (1,))}),
        partitions={ORDERS: reading},
        positions={ORDERS: memory.topics["orders"].positions[0]},
    )
    for name, value in facts.items():
        setattr(made, name, value)
    return made


def reading(end: int = 100, **facts: Any) -> PartitionReading:
    """A look at `orders` in this sample."""
    read = {"at": NOW_MS, "start": 0, "end": end, "committed": end - 1, "offsets_known": True}
    return PartitionReading(**read | {"newest": None, "oldest": None} | facts)


def assessed(
    filled: MirrorReadings, now: int = NOW_MS
) -> tuple[Observation, Memory, Change | None]:
    """The result of readings that are complete."""
    figure(filled, PACE, now)
    return Assessment(filled, PACE, now, WINDOW_S, workers=1).result(NOW_MS)


STATES: Mapping[str, tuple[Position, TopicState]] = {
    "produced to within the window": (quiet(produced=NOW_MS - MINUTE), TopicState.ACTIVE),
    "produced to since the mirror was made": (quiet(backfill_end=90), TopicState.INACTIVE),
    "nothing since the mirror was made": (quiet(), TopicState.STALE),
    "never held a record": (quiet(0), TopicState.EMPTY),
}


@pytest.mark.parametrize(("position", "state"), STATES.values(), ids=STATES.keys())
def test_a_topic_has_the_state_of_its_use(position: Position, state: TopicState) -> None:
    seen, _, _ = assessed(readings(known(position), reading(position.end)))
    assert seen.topics[0].state is state


def test_a_waiting_record_makes_a_topic_active() -> None:
    late = RecordAt(100, NOW_MS - 60 * MINUTE)
    waiting = reading(101, committed=99, target_end=100, newest=1, oldest=late, fetched=late)
    seen, _, _ = assessed(readings(known(quiet()), waiting, to_inspect={ORDERS}))
    assert (seen.topics[0].state, seen.topics[0].lag_records) == (TopicState.ACTIVE, 1)


def test_a_topic_that_is_not_yet_on_the_target_is_pending_within_its_grace() -> None:
    young = known(quiet(), since=NOW_MS - MINUTE, target_id="")
    seen, _, _ = assessed(readings(young, reading(), target=TargetReading()))
    assert seen.topics[0].state is TopicState.PENDING
    assert seen.status is Status.IN_SYNC


class Assigned(frozenset[Partition]):
    """What tasks have, and how often it was gone through."""

    times = 0

    def __iter__(self) -> Iterator[Partition]:
        self.times += 1
        return super().__iter__()


def test_what_tasks_have_is_gone_through_once_for_all_topics() -> None:
    given = Assigned({ORDERS})
    many = {name: TopicFacts("source-id", (1,)) for name in ("orders", "bills", "clicks")}
    told = ConnectReading(connector("RUNNING", "RUNNING"), None, given, {ORDERS: 99})
    seen, _, _ = assessed(
        readings(known(quiet()), reading(), connect=told, source=SourceReading(3, many))
    )
    assert (len(seen.topics), given.times) == (3, 1)


GONE = {"target": TargetReading(faults={"eu.orders": Fault.UNKNOWN_TOPIC})}


@pytest.mark.parametrize(("looks", "told"), [(0, False), (1, True)])
def test_a_topic_that_was_on_the_target_is_missing_in_the_second_look(
    looks: int, told: bool
) -> None:
    young = known(quiet(), since=NOW_MS - MINUTE, absent=looks)
    seen, _, _ = assessed(readings(young, reading(), **GONE))
    assert (Code.TARGET_TOPIC_MISSING in {one.code for one in seen.reasons}) is told


def test_a_topic_whose_commit_moves_is_not_missing() -> None:
    moving = known(quiet(proven_copied_to=98, copied_to=98), absent=5)
    filled = readings(moving, reading(), **GONE)
    filled.positions[ORDERS] = apply_commit(filled.positions[ORDERS], filled.partitions[ORDERS])
    seen, memory, _ = assessed(filled)
    assert Code.TARGET_TOPIC_MISSING not in {one.code for one in seen.reasons}
    assert memory.topics["orders"].absent == 0


@pytest.mark.parametrize(
    ("fault", "code"),
    [(Fault.NO_LEADER, None), (Fault.UNAUTHORIZED, Code.TARGET_UNAUTHORIZED)],
)
def test_a_topic_that_we_cannot_see_is_not_missing(fault: Fault, code: Code | None) -> None:
    memory = replace(known(quiet()), counts={"hidden": 2, "hidden_since": NOW_MS - 3 * MINUTE})
    hidden = readings(memory, reading(), target=TargetReading(faults={"eu.orders": fault}))
    seen, _, _ = assessed(hidden)
    codes = {one.code for one in seen.reasons}
    assert Code.TARGET_TOPIC_MISSING not in codes
    assert (Code.TARGET_UNAUTHORIZED in codes) is (code is not None)


def test_a_topic_that_the_target_never_had_is_missing_after_its_grace() -> None:
    young = known(quiet(), since=NOW_MS - 4 * MINUTE, target_id="", absent=3)
    seen, _, _ = assessed(readings(young, reading(), **GONE))
    assert {one.code for one in seen.reasons} == {Code.TARGET_TOPIC_MISSING}


def test_a_topic_that_is_not_on_the_target_after_its_grace_is_missing() -> None:
    seen, _, _ = assessed(readings(known(quiet(), absent=1), reading(), **GONE))
    assert {one.code for one in seen.reasons} == {Code.TARGET_TOPIC_MISSING}


def test_a_target_topic_with_another_id_was_reset() -> None:
    other = {"eu.orders": TopicFacts("other-id", (1,))}
    seen, memory, _ = assessed(readings(known(quiet()), reading(), target=TargetReading(other)))
    assert {one.code for one in seen.reasons} >= {Code.TARGET_TOPIC_RESET}
    assert memory.topics["orders"].target_id == "other-id"


def test_a_finding_stands_until_the_window_has_passed() -> None:
    another = SourceReading(1, {"orders": TopicFacts("new-id", (1,))}, recreated={"orders": 0})
    first, memory, _ = assessed(readings(known(quiet()), reading(), source=another))
    assert [one.code for one in first.reasons if one.code is Code.TOPIC_RECREATED]
    state = State(observation=first)
    kept = readings(memory, reading(), state=state)
    soon, _, _ = assessed(kept, NOW_MS + 4 * MINUTE)
    late, _, _ = assessed(readings(memory, reading(), state=state), NOW_MS + 6 * MINUTE)
    assert Code.TOPIC_RECREATED in {one.code for one in soon.reasons}
    assert Code.TOPIC_RECREATED not in {one.code for one in late.reasons}


def lossy(memory: Memory, *lost: int, at: int = NOW_MS) -> tuple[Observation, Memory]:
    """A sample in which so many records of each partition were lost."""
    filled = readings(memory, reading())
    filled.figures = {
        Partition("t", index): PartitionLatency(end=0, lost=one) for index, one in enumerate(lost)
    }
    seen, remembered, _ = Assessment(filled, PACE, at, WINDOW_S, workers=1).result(at)
    return seen, replace(remembered, topics=memory.topics)


def test_the_records_of_every_loss_are_counted_named_or_not_until_they_expire() -> None:
    seen, memory = lossy(known(quiet()), *range(1, 1001))
    assert len([one for one in seen.reasons if one.code is Code.DATA_LOSS]) == 5
    assert seen.lost_records == 500_500

    seen, memory = lossy(memory, 7, at=NOW_MS + MINUTE)
    assert seen.lost_records == 500_507

    over = NOW_MS + WINDOW_S * 1000
    assert lossy(memory, at=over)[0].lost_records == 7
    assert lossy(memory, at=over + MINUTE)[0].lost_records == 0


@pytest.mark.parametrize(("minutes", "stands"), [(0, False), (1, True)])
def test_a_finding_that_a_person_acknowledged_counts_no_more(minutes: int, stands: bool) -> None:
    """A later one of the same kind does."""
    since = NOW - timedelta(minutes=2)
    found = reason(Code.DATA_LOSS, since, {"lost": 7}, topic="orders", partition=0)
    memory = replace(known(quiet()), findings=(found,))
    seen = mirror(acknowledged=since - timedelta(minutes=minutes))
    observation, _, _ = assessed(readings(memory, reading(), mirror=seen))

    assert (Code.DATA_LOSS in {one.code for one in observation.reasons}) is stands


def test_a_backfill_tells_how_far_it_is_and_when_it_ends() -> None:
    half = quiet(1000)._replace(
        proven_copied_to=400,
        copied_to=400,
        backfill_end=1000,
        last_progress_at=NOW_MS - MINUTE,
    )
    memory = replace(known(half), copied=(NOW_MS - MINUTE, 400))
    oldest = RecordAt(500, 5)
    copying = reading(1000, committed=499, target_end=500, newest=4, oldest=oldest, fetched=oldest)
    seen, _, _ = assessed(readings(memory, copying, to_inspect={ORDERS}))
    assert seen.status is Status.OUT_OF_SYNC
    assert [one.code for one in seen.reasons] == [Code.BACKFILLING]
    assert seen.backfill is not None
    assert (seen.backfill.done, seen.backfill.total) == (500, 1000)
    assert seen.backfill.eta == NOW + timedelta(minutes=5)


def test_a_mirror_was_creating_before_its_first_sample() -> None:
    _, _, change = assessed(readings(known(quiet(backfill_end=90)), reading(), state=State()))
    assert change is not None
    assert (change.before, change.after, change.alert) == (Status.CREATING, Status.IN_SYNC, False)
    assert change.took_ms == 60 * MINUTE


def test_a_mirror_is_paused_since_a_person_asked_for_it() -> None:
    asked = NOW - timedelta(seconds=40)
    held = mirror(intent=Intent.PAUSED, updated_at=asked)
    rests = ConnectReading(connector("PAUSED", "PAUSED"), None, frozenset({ORDERS}), {ORDERS: 99})
    first, _, change = assessed(
        readings(known(quiet(backfill_end=90)), reading(), mirror=held, connect=rests)
    )
    assert (first.status, first.status_since) == (Status.PAUSED, asked)
    assert change is not None and change.at == NOW
    edited = held.model_copy(update={"updated_at": NOW})
    after = State(observation=first)
    again = readings(
        known(quiet(backfill_end=90)), reading(), mirror=edited, state=after, connect=rests
    )
    second, _, _ = assessed(again)
    assert second.status_since == asked


def test_one_slow_sample_is_no_forecast_of_a_backfill() -> None:
    half = quiet(1000)._replace(
        proven_copied_to=499,
        copied_to=499,
        backfill_end=1000,
        last_progress_at=NOW_MS - MINUTE,
    )
    memory = replace(known(half), copied=(NOW_MS - 4 * MINUTE, 100))
    oldest = RecordAt(500, 5)
    copying = reading(1000, committed=499, target_end=500, newest=4, oldest=oldest, fetched=oldest)
    seen, memory, _ = assessed(readings(memory, copying, to_inspect={ORDERS}))
    assert seen.backfill is not None
    assert seen.backfill.eta == NOW + timedelta(minutes=5)
    assert memory.copied == (NOW_MS - 3 * MINUTE, 200)


def test_what_was_never_measured_is_null_and_never_a_made_up_zero() -> None:
    nothing = readings(known(quiet()), reading(), partitions={}, positions={})
    nothing.state = State()
    seen, _, _ = assessed(nothing)
    assert (seen.latency.average, seen.latency.behind) == (None, None)
    assert seen.topics[0].behind is None


def test_an_unread_target_leaves_the_partition_unjudged() -> None:
    unread = reading(150, committed=None, offsets_known=False, target_end=Fault.TIMEOUT)
    away = {Code.TARGET_UNREACHABLE: "no answer"}
    seen, memory, _ = assessed(
        readings(known(quiet()), unread, to_inspect={ORDERS}, unobservable=away)
    )
    assert seen.topics[0].behind is None
    assert memory.topics["orders"].positions[0].copied_to == 100


def test_a_changed_status_is_one_change_with_how_long_the_last_one_stood() -> None:
    seen, _, change = assessed(readings(known(quiet()), reading()))
    assert seen.status is Status.STALE_TOPIC
    assert change is not None
    assert (change.before, change.after) == (Status.IN_SYNC, Status.STALE_TOPIC)
    assert change.took_ms == 30 * MINUTE
    assert change.alert


def test_the_same_status_is_no_change() -> None:
    active = known(quiet(produced=NOW_MS - MINUTE))
    seen, _, change = assessed(readings(active, reading()))
    assert (seen.status, change, seen.sequence) == (Status.IN_SYNC, None, 8)
    assert seen.status_since == observed().status_since


def test_a_fault_that_follows_a_backfill_is_a_change_of_its_own() -> None:
    copying = reason(Code.BACKFILLING, NOW, {"done": 1, "total": 2})
    before = State(observation=observed(Status.OUT_OF_SYNC, reasons=(copying,)))
    failed = ConnectReading(connector("FAILED", trace="x"), None, frozenset({ORDERS}), {ORDERS: 99})
    _, _, change = assessed(readings(known(quiet()), reading(), state=before, connect=failed))
    assert change is not None
    assert (change.before, change.after, change.alert) == (
        Status.OUT_OF_SYNC,
        Status.OUT_OF_SYNC,
        True,
    )


def test_records_lost_in_two_samples_are_told_together_while_the_first_stand() -> None:
    def loses(start: int, memory: Memory) -> tuple[Observation, Memory, Change | None]:
        waits = {"newest": NOW_MS - MINUTE, "oldest": RecordAt(start, NOW_MS - 1_000)}
        gone = reading(200, start=start, committed=99, target_end=100, **waits)
        return assessed(readings(memory, gone, to_inspect={ORDERS}))

    stopped = known(quiet()._replace(last_progress_at=NOW_MS - 5 * MINUTE))
    _, memory, _ = loses(130, stopped)
    seen, _, _ = loses(150, memory)
    assert [one.measured for one in seen.reasons if one.code is Code.DATA_LOSS] == [50]


@pytest.mark.parametrize(
    ("end", "average"), [(100, 90_000), (101, None)], ids=["nothing new", "newer ones were copied"]
)
def test_a_delay_stands_until_newer_records_were_copied_that_nobody_heard(
    end: int, average: int | None
) -> None:
    late = known(quiet(backfill_end=50), average=90_000)
    seen, _, _ = assessed(readings(late, reading(end, target_end=end), to_inspect={ORDERS}))
    assert seen.topics[0].average_latency == average
