"""How old a record that waits can be: stories of clocks, event time, transactions and commits."""

import random
from datetime import timedelta

import pytest
from mirroring.kafka_types import Partition, Stamping
from mirroring.measuring.memory import Memory
from mirroring.observation import Code, Observation, Status, TopicState

from tests.unit.measuring.test_unknown import codes, minute, minutes
from tests.unit.modelled import BEGAN, COPY, MINUTE, SECOND, TOPIC, Blind, Modelled, Task
from tests.unit.modelled_kafka import Log
from tests.unit.scenes import NOW, TARGET_MS

HOUR = 60 * MINUTE
EXACTLY_ONCE = Stamping(transactions=True)
APPEND_TIME = Stamping(append_time=True)


def seconds(
    model: Modelled, count: int, *, skew: int = 0, delay: int = 1_500, flush_s: int = 60
) -> list[Observation]:
    """So many seconds with a record in each, copied after `delay` ms; a sample a minute."""
    seen = []
    for _ in range(count):
        second = (model.now - BEGAN) // SECOND + 1
        model.now = BEGAN + second * SECOND
        model.write(skew)
        model.copy(delay=delay)
        if second % flush_s == 0:
            model.flush()
        if second % 60 == 0:
            seen.append(model.sample())
    return seen


@pytest.mark.parametrize("skew", [0, -1_500, -40 * SECOND, -HOUR, -365 * 24 * HOUR, HOUR])
def test_records_in_flight_are_as_old_as_their_way_is_long_whatever_their_stamps(skew: int) -> None:
    model = Modelled()
    for seen in seconds(model, 20 * 60, skew=skew):
        assert seen.status is Status.IN_SYNC
        assert (seen.latency.behind or 0) < TARGET_MS
    assert not any(change and change.alert for _, change in model.samples)


@pytest.mark.parametrize("skew", [0, -HOUR])
def test_a_record_a_minute_written_just_before_the_sample_is_no_standstill(skew: int) -> None:
    model = Modelled()
    for number in range(10):
        model.now = BEGAN + number * MINUTE + 59 * SECOND
        model.copy()
        model.flush()
        model.write(skew)
        model.now = BEGAN + (number + 1) * MINUTE
        assert model.sample().status is Status.IN_SYNC


def test_event_time_hides_no_lag_that_lasts_longer_than_two_samples() -> None:
    model = Modelled()
    seconds(model, 3 * 60, skew=-HOUR)
    seen = seconds(model, 10 * 60, skew=-HOUR, delay=200 * SECOND)
    assert seen[-1].status is Status.OUT_OF_SYNC
    assert abs((seen[-1].latency.behind or 0) - 200 * SECOND) < 5 * SECOND


@pytest.mark.parametrize("seed", range(8))
def test_event_time_without_order_hides_no_mirror_that_falls_behind(seed: int) -> None:
    """What the look-up finds waits, but seldom first: an older commit that is overdue counts."""
    model, drawn = Modelled(), random.Random(seed)  # noqa: S311 - no secret
    seen = []
    for minute_ in range(1, 21):
        for _ in range(60):
            model.now += SECOND
            model.write(-drawn.randint(0, 365 * 24 * HOUR))
        model.now = BEGAN + minute_ * MINUTE
        model.copy(delay=(model.now - BEGAN) * 3 // 4)
        model.flush()
        seen.append(model.sample())
    assert {one.status for one in seen[8:]} == {Status.OUT_OF_SYNC}
    assert abs((seen[-1].latency.behind or 0) - 15 * MINUTE) < 2 * MINUTE


def test_a_constant_lag_of_right_clocks_is_late() -> None:
    model = Modelled()
    seen = seconds(model, 8 * 60, delay=45 * SECOND)
    assert {one.status for one in seen[3:]} == {Status.OUT_OF_SYNC}
    assert abs((seen[-1].latency.behind or 0) - 45 * SECOND) < 2 * SECOND


def test_markers_of_an_exactly_once_worker_hide_no_lag() -> None:
    model = Modelled(stamping=EXACTLY_ONCE)
    seen = seconds(model, 15 * 60, delay=120 * SECOND)
    assert {one.status for one in seen[4:]} == {Status.OUT_OF_SYNC}
    assert abs((seen[-1].latency.behind or 0) - 120 * SECOND) < 2 * SECOND


def test_an_exactly_once_mirror_that_copies_all_is_in_sync() -> None:
    model = Modelled(stamping=EXACTLY_ONCE)
    for seen in seconds(model, 10 * 60, delay=2 * SECOND):
        assert (seen.status, codes(seen)) == (Status.IN_SYNC, set())


def test_an_exactly_once_mirror_is_late_until_its_oldest_record_is_copied() -> None:
    model = Modelled(stamping=EXACTLY_ONCE)
    seconds(model, 4 * 60)
    minutes(model, 30, copies=False)
    for _ in range(15):
        model.copy(60)
        late = model.waited > TARGET_MS
        model.now += MINUTE
        seen = model.sample()
        assert not late or seen.status is Status.OUT_OF_SYNC


@pytest.mark.parametrize("delay", [1_500, 300 * SECOND])
def test_a_target_that_stamps_records_itself_is_known_by_its_batches(delay: int) -> None:
    model = Modelled(stamping=APPEND_TIME)
    seen = seconds(model, 12 * 60, delay=delay)
    right = Status.IN_SYNC if delay < TARGET_MS else Status.OUT_OF_SYNC
    assert {one.status for one in seen[7:]} == {right}


def test_a_flush_interval_is_learnt_from_the_commits() -> None:
    model = Modelled()
    hour = seconds(model, 60 * 60, flush_s=360)
    assert {seen.status for seen in hour} == {Status.IN_SYNC}
    assert not any(change and change.alert for _, change in model.samples)
    seen = seconds(model, 16 * 60, delay=HOUR, flush_s=360)
    assert seen[-1].status is Status.OUT_OF_SYNC


@pytest.mark.parametrize("every", [2, 3, 4])
def test_somebody_elses_records_hide_no_dead_mirror(every: int) -> None:
    model = Modelled()
    minutes(model, 5, 6)
    told = []
    for number in range(20):
        if number % every == 0:
            model.somebody_writes()
        told.append(minute(model, 6, copies=False).status)
    assert Status.OUT_OF_SYNC in told[:8]
    assert set(told[8:]) == {Status.OUT_OF_SYNC}


def test_a_loss_is_told_though_somebody_else_writes() -> None:
    model = Modelled()
    minutes(model, 4, 6)
    minutes(model, 1, 8, copies=False)
    model.somebody_writes()
    model.purge(len(model.source))
    for _ in range(6):
        model.somebody_writes()
        model.now += MINUTE
        seen = model.sample()
    found = [one.measured for one in seen.reasons if one.code is Code.DATA_LOSS]
    assert found == [model.lost]


def emptied(model: Modelled) -> None:
    """The target topic is deleted, the offsets are reset, and the connector starts anew."""
    model.target_cluster.create(COPY, topic_id="made-again")
    model.tasks[0] = Task()


def test_what_was_proven_falls_with_the_target_and_the_commit() -> None:
    model = Modelled()
    minutes(model, 10, 300)
    emptied(model)
    for _ in range(8):
        model.copy(100)
        model.flush()
        model.now += MINUTE
        seen = model.sample()
        waits = len(model.source) - model.copied
        assert seen.status is Status.OUT_OF_SYNC
        assert seen.latency.lag_records == waits


def test_offsets_that_are_reset_beside_an_intact_target_copy_twice_and_are_not_late() -> None:
    model = Modelled()
    minutes(model, 5, 60)
    model.tasks[0].next = 0
    for _ in range(8):
        model.copy(60)
        model.flush()
        model.now += MINUTE
        assert model.sample().status is Status.IN_SYNC


def test_a_new_partition_has_the_grace_of_a_new_topic() -> None:
    model = Modelled()
    minutes(model, 4)
    model.source_cluster.logs[TOPIC].append(Log())
    model.tasks.append(Task())
    model.partitions = 2
    seen = minutes(model, 2, stuck=frozenset({1}))
    assert {one.status for one in seen} == {Status.IN_SYNC}
    model.target_cluster.logs[COPY].append(Log())
    minute(model)
    model.copy(index=1)
    assert {one.status for one in minutes(model, 3)} == {Status.IN_SYNC}
    assert not any(change and change.alert for _, change in model.samples)


def test_a_new_partition_that_is_never_copied_is_stalled_after_its_grace() -> None:
    model = Modelled()
    minutes(model, 4)
    model.source_cluster.logs[TOPIC].append(Log())
    model.tasks.append(Task())
    model.target_cluster.logs[COPY].append(Log())
    model.partitions = 2
    assert minutes(model, 6, stuck=frozenset({1}))[-1].status is Status.OUT_OF_SYNC


def test_a_mirror_that_is_forgotten_was_not_made_just_now() -> None:
    model = Modelled(asked={"updated_at": NOW + timedelta(minutes=5)})
    minutes(model, 5)
    model.memory = Memory()
    model.now += MINUTE
    seen = model.sample()
    assert {one.state for one in seen.topics} == {TopicState.ACTIVE}
    model.now += 10 * MINUTE
    assert {one.state for one in model.sample().topics} == {TopicState.INACTIVE}


def test_listening_goes_round_by_as_many_as_it_listened_to() -> None:
    model = Modelled(partitions=100)
    heard: set[Partition] = set()
    really = model.target_cluster.listen

    def listen(partitions: set[Partition], seconds: float) -> list[object]:
        heard.update(partitions)
        return list(really(partitions, seconds))

    model.target_cluster.listen = listen  # type: ignore[method-assign, assignment]  # to overhear it
    minutes(model, 4, 1)
    assert len(heard) == 100


def test_three_blind_minutes_are_not_three_minutes_of_silence_of_commits() -> None:
    model = Modelled()
    minutes(model, 4)
    blind = frozenset({Blind.TARGET, Blind.CONNECT})
    minutes(model, 2, blind=blind)
    assert minutes(model, 3)[-1].status is Status.IN_SYNC
