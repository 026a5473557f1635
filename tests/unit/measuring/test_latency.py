"""The rules of docs/measurement.md for one partition, as pure functions of what was read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mirroring.kafka_types import Fault
from mirroring.measuring.commits import apply_commit, needs_inspection
from mirroring.measuring.figures import (
    Fetched,
    PartitionLatency,
    PartitionReading,
    RecordAt,
    Timing,
    summary,
)
from mirroring.measuring.latency import evaluate, span_to_verify
from mirroring.measuring.position import (
    LINGER_MS,
    NEVER,
    Position,
    begin,
    bounds,
    remembered,
    reset,
    written,
)
from mirroring.measuring.waiting import lookup_timestamp

T = 1_000_000_000
MINUTE = 60_000
PACE = Timing(flush=MINUTE, gap=MINUTE, target=30_000)


def settled(end: int = 100, at: int = T) -> Position:
    """A partition whose first `end` records were copied when it was last looked at."""
    first = begin(at - MINUTE, 0, end)
    return first._replace(
        proven_copied_to=end,
        copied_to=end,
        ends=((at - MINUTE, end), (at, end)),
        target_end=end,
        committed=end - 1,
    )


def reading(end: int, **facts: object) -> PartitionReading:
    """A look one minute after `settled`."""
    base: dict[str, object] = {"at": T + MINUTE, "start": 0, "end": end, "offsets_known": True}
    base |= {"committed": 99, "target_end": 100, "newest": None, "oldest": None}
    return PartitionReading(**base | facts)  # type: ignore[arg-type]  # facts of the test's own making


def sampled(
    position: Position, seen: PartitionReading, now: int | None = None
) -> tuple[Position, PartitionLatency]:
    """A whole sample of one partition."""
    return evaluate(apply_commit(position, seen), seen, PACE, now or seen.at)


def test_a_partition_that_did_not_move_wants_no_closer_look() -> None:
    assert not needs_inspection(settled(), reading(100))
    assert needs_inspection(settled(), reading(101))


def test_a_partition_wants_a_closer_look_until_its_records_are_proven_to_be_copied() -> None:
    unproven = settled()._replace(proven_copied_to=90, committed=89)
    assert needs_inspection(unproven, reading(100, committed=89))
    assert not needs_inspection(settled(), reading(100, committed=99))
    assert not needs_inspection(unproven._replace(verified=100), reading(100, committed=89))


def test_a_partition_whose_commit_rose_wants_a_closer_look() -> None:
    assert needs_inspection(settled()._replace(proven_copied_to=90), reading(100, committed=99))


def test_everything_committed_is_caught_up() -> None:
    _, figures = sampled(settled(), reading(150, committed=149, target_end=150))
    assert (figures.waiting, figures.behind) == (0, 0)


def test_no_later_record_on_the_source_means_caught_up_while_the_commit_is_not_due() -> None:
    after, figures = sampled(settled(), reading(150, committed=99, target_end=150, newest=T))
    assert (figures.waiting, figures.behind, after.copied_to) == (0, 0, 150)


def test_the_oldest_record_that_waits_tells_how_far_behind_it_is() -> None:
    oldest = RecordAt(120, T + 20_000)
    _, figures = sampled(settled(), reading(150, target_end=120, newest=T + 19_000, oldest=oldest))
    assert (figures.waiting, figures.behind) == (30, 40_000)


def test_a_record_that_came_after_the_end_was_read_does_not_wait() -> None:
    oldest = RecordAt(150, T + MINUTE)
    _, figures = sampled(settled(), reading(150, target_end=150, newest=T, oldest=oldest))
    assert figures.waiting == 0


def test_a_marker_at_the_end_is_verified_and_never_waits() -> None:
    seen = reading(101, target_end=100, newest=T - 50_000, oldest=RecordAt(100, T - 40_000))
    assert span_to_verify(apply_commit(settled(), seen), seen, PACE) == (100, 101)
    after, figures = sampled(settled(), seen._replace(fetched=Fetched.NOTHING))
    assert (figures.waiting, after.verified) == (0, 101)
    assert not needs_inspection(after, reading(101))


def test_a_record_is_fetched_once_before_it_may_breach_and_then_believed() -> None:
    seen = reading(101, target_end=100, newest=T - 1, oldest=RecordAt(100, T))
    after, figures = sampled(settled(), seen._replace(fetched=RecordAt(100, T)))
    assert figures.behind == MINUTE
    again = reading(101, at=T + 2 * MINUTE, target_end=100, newest=T - 1, oldest=RecordAt(100, T))
    assert span_to_verify(apply_commit(after, again), again, PACE) is None


def test_a_young_waiting_record_is_not_fetched() -> None:
    seen = reading(101, target_end=100, newest=T, oldest=RecordAt(100, T + MINUTE - 100))
    assert span_to_verify(apply_commit(settled(), seen), seen, PACE) is None


def overdue(**facts: object) -> tuple[Position, PartitionReading]:
    """A partition whose offset 100 appeared four minutes ago and was never committed."""
    ends = ((T - 5 * MINUTE, 100), (T - 4 * MINUTE, 101), (T, 101))
    position = settled()._replace(ends=ends, target_end=101, last_progress_at=T - 4 * MINUTE)
    return position, reading(101, target_end=101, newest=T, **facts)


def test_a_commit_that_is_long_due_is_verified_by_a_fetch() -> None:
    position, seen = overdue(committed=99)
    assert span_to_verify(apply_commit(position, seen), seen, PACE) == (100, 101)


def test_no_commit_is_missed_while_records_arrive_after_an_outage() -> None:
    position, seen = overdue(committed=99)
    resumed = position._replace(target_end=90)
    assert span_to_verify(apply_commit(resumed, seen), seen, PACE) is None


def test_a_commit_that_nobody_could_tell_is_not_missed() -> None:
    position, seen = overdue(offsets_known=False)
    assert span_to_verify(apply_commit(position, seen), seen, PACE) is None


def test_a_commit_from_before_the_connector_was_resumed_is_not_missed() -> None:
    position, seen = overdue(committed=99, running_since=T)
    assert span_to_verify(apply_commit(position, seen), seen, PACE) is None


def test_of_a_topic_made_again_no_commit_is_missed_while_the_old_one_is_ignored() -> None:
    position, seen = overdue(committed=99)
    again = position._replace(proven_copied_to=0, ignored=99)
    assert span_to_verify(apply_commit(again, seen), seen, PACE) is None
    assert apply_commit(again, seen._replace(committed=49)).proven_copied_to == 50


def test_a_held_connector_owes_no_commit_where_timestamps_tell_what_waits() -> None:
    position, seen = overdue(committed=99, running_since=NEVER)
    assert span_to_verify(apply_commit(position, seen), seen, PACE) is None


def test_a_held_connector_is_judged_by_its_commit_but_for_one_where_no_timestamp_tells() -> None:
    position, seen = overdue(committed=99, running_since=NEVER)
    blind = seen._replace(newest=None, end=110)
    assert span_to_verify(apply_commit(position, blind), blind, PACE) == (101, 110)
    one_more = seen._replace(newest=None)
    assert span_to_verify(apply_commit(position, one_more), one_more, PACE) is None


def test_records_that_have_been_arriving_for_long_excuse_no_commit() -> None:
    position, seen = overdue(committed=99)
    flowing = position._replace(target_end=90, last_progress_at=T, began=T - 4 * MINUTE)
    assert span_to_verify(apply_commit(flowing, seen), seen, PACE) == (100, 101)


def lagging(base: int, rose: int = T - MINUTE) -> tuple[Position, PartitionReading]:
    """Half of a long lag is committed; 90 records have arrived, all but `base` since then."""
    position, seen = overdue(committed=49)
    late = {
        "proven_copied_to": 50,
        "target_end": 90,
        "last_progress_at": T,
        "began": T - 9 * MINUTE,
    }
    return position._replace(**late, target_end_at_commit=base, commit_advanced_at=rose), seen  # type: ignore[arg-type]


def test_what_arrived_since_the_last_commit_is_not_missed_at_the_end_of_a_long_lag() -> None:
    position, seen = lagging(base=39)
    assert span_to_verify(apply_commit(position, seen), seen, PACE) is None


def test_what_waits_behind_what_arrived_since_the_last_commit_is_fetched() -> None:
    position, seen = lagging(base=80)
    assert span_to_verify(apply_commit(position, seen), seen, PACE) == (50 + (101 - 80), 101)


def test_what_others_write_to_the_target_excuses_no_commit_for_long() -> None:
    position, seen = lagging(base=39, rose=T - 3 * MINUTE)
    assert span_to_verify(apply_commit(position, seen), seen, PACE) == (50, 101)


def test_arrivals_are_counted_from_where_the_target_ended_before_the_commit_rose() -> None:
    first = apply_commit(settled(), reading(150, committed=119, target_end=130))
    assert (first.proven_copied_to, first.target_end_at_commit, first.commit_advanced_at) == (
        120,
        100,
        T + MINUTE,
    )
    assert (
        apply_commit(first, reading(150, committed=119, target_end=140)).target_end_at_commit == 100
    )


def test_second_copies_after_a_stop_are_not_counted_twice() -> None:
    stopped = settled()._replace(
        target_end=130, target_end_at_commit=100, last_progress_at=T - MINUTE
    )
    assert (
        apply_commit(stopped, reading(150, committed=99, target_end=140)).target_end_at_commit
        == 130
    )


def test_an_empty_target_partition_is_asked_for_from_the_beginning_of_time() -> None:
    position = settled()._replace(proven_copied_to=0, copied_to=0)
    seen = reading(100, committed=None, target_end=0)
    assert lookup_timestamp(apply_commit(position, seen), seen) == 0


def test_a_timestamp_from_the_future_is_not_looked_up() -> None:
    seen = reading(150, target_end=150, newest=T + 60 * MINUTE)
    assert lookup_timestamp(apply_commit(settled(), seen), seen) is None


@pytest.mark.parametrize(
    ("timestamp", "clamped"),
    [
        (0, T + round(MINUTE * 21 / 51)),
        (T - LINGER_MS, T),
        (T + 9_000, T + 9_000),
        (T + 60 * MINUTE, T + round(MINUTE * 21 / 51)),
    ],
    ids=["event time a year old", "held back", "a right clock", "a clock an hour ahead"],
)
def test_a_record_was_written_between_the_samples_that_bracket_its_offset(
    timestamp: int, clamped: int
) -> None:
    ends = ((T, 100), (T + MINUTE, 150))
    assert bounds(ends, 120) == (T, T + MINUTE)
    assert written(timestamp, 120, ends).likeliest == clamped


def test_a_timestamp_that_seems_held_back_by_chance_does_not_say_when_a_record_was_written() -> (
    None
):
    """Where timestamps are older than their writing by more than a producer holds one back."""
    ends = ((T, 100), (T + MINUTE, 150))
    made = written(T - LINGER_MS, 120, ends, late_by=LINGER_MS + 1)
    assert made == (T, T + round(MINUTE * 21 / 51), T + MINUTE)


def test_heard_records_are_measured_from_their_timestamp() -> None:
    at = T + MINUTE
    heard = ((at + 1_000, at + 985), (at + 1_100, at + 1_075))
    _, figures = sampled(settled(), reading(150, committed=149, heard=heard))
    assert (figures.heard, figures.heard_sum, figures.heard_max) == (2, 40, 25)
    assert figures.skewed == 0


def test_wrong_clocks_are_told_and_never_distort() -> None:
    at = T + MINUTE
    ahead, behind = (at + 10, at + 3_600_000), (at + 10, at - 3_600_000)
    _, figures = sampled(settled(), reading(150, committed=149, heard=(ahead, behind)))
    assert (figures.heard, figures.heard_max, figures.skewed) == (1, 0, 2)


def test_a_record_that_its_producer_held_back_is_no_wrong_clock() -> None:
    at = T + MINUTE
    _, figures = sampled(
        settled(), reading(150, committed=149, heard=((at + 10, at - LINGER_MS + 100),))
    )
    assert (figures.heard, figures.skewed) == (1, 0)


@pytest.mark.parametrize(
    "ends",
    [((T - MINUTE, 80), (T, 100)), ((T - MINUTE, 90), (T, 100))],
    ids=["seen before the record was written", "first seen with the record in it"],
)
def test_second_copies_of_what_is_not_committed_are_no_wrong_clock_and_no_latency(
    ends: tuple[tuple[int, int], ...],
) -> None:
    at = T + MINUTE
    position = settled()._replace(proven_copied_to=80, ends=ends)
    twice = (at + 10, T - 30_000)
    _, figures = sampled(position, reading(150, committed=79, newest=at, heard=(twice,)))
    assert (figures.heard, figures.skewed) == (0, 0)


def test_late_records_after_an_outage_count_with_their_true_latency() -> None:
    at = T + MINUTE
    seen = reading(
        150,
        target_end=100,
        newest=T,
        oldest=RecordAt(100, T + 1),
        fetched=RecordAt(100, T + 1),
        heard=((at + 500, T + 1),),
    )
    _, figures = sampled(settled(), seen)
    assert figures.heard_max == MINUTE + 499


def test_a_partition_that_waits_while_nothing_arrives_is_stuck() -> None:
    seen = reading(150, target_end=100, newest=T, oldest=RecordAt(100, T + 1))
    assert sampled(settled(), seen)[1].stuck
    arrived = reading(150, target_end=101, newest=T, oldest=RecordAt(101, T + 1))
    assert not sampled(settled(), arrived)[1].stuck


def test_a_first_look_is_never_stuck() -> None:
    fresh = begin(T, 0, 100)
    seen = PartitionReading(
        at=T, start=0, end=100, offsets_known=True, target_end=0, oldest=RecordAt(0, 5)
    )
    assert not evaluate(apply_commit(fresh, seen), seen, PACE, T)[1].stuck


def test_records_older_than_the_mirror_are_told_apart() -> None:
    fresh = begin(T, 0, 100)
    seen = PartitionReading(
        at=T, start=0, end=100, offsets_known=True, target_end=0, oldest=RecordAt(0, 5)
    )
    _, figures = evaluate(apply_commit(fresh, seen), seen, PACE, T)
    assert figures.old
    assert summary([figures]).late == 0
    assert summary([figures]).average is None


def test_loss_is_certain_at_once_when_nothing_reached_the_target_since() -> None:
    waiting = settled()._replace(copied_to=100, ends=((T - MINUTE, 100), (T, 300)))
    seen = reading(300, start=250, committed=99, target_end=100, newest=T)
    after, figures = sampled(waiting, seen)
    assert (figures.lost, after.proven_copied_to) == (150, 250)
    assert sampled(after, seen._replace(at=T + 2 * MINUTE))[1].lost == 0


def test_loss_of_everything_that_waited_is_seen_though_nothing_waits() -> None:
    waiting = settled()._replace(copied_to=100, ends=((T - MINUTE, 100), (T, 150)))
    _, figures = sampled(waiting, reading(150, start=150, committed=99, target_end=100, newest=T))
    assert (figures.lost, figures.waiting) == (50, 0)


def test_a_start_beyond_an_old_commit_is_no_loss_while_records_arrive() -> None:
    busy = settled()._replace(copied_to=300, ends=((T - MINUTE, 100), (T, 300)), target_end=300)
    seen = reading(500, start=350, committed=99, target_end=500, newest=T)
    after, figures = sampled(busy, seen)
    assert figures.lost == 0
    later = reading(500, at=T + 2 * MINUTE, start=350, committed=499, target_end=500, newest=T)
    assert sampled(after, later)[1].lost == 0


def a_gap() -> tuple[Position, PartitionReading]:
    """The source begins at 80, the commit stays at 49 for four minutes, one record comes now."""
    position = settled()._replace(
        proven_copied_to=50,
        start=80,
        target_end=99,
        target_end_at_commit=99,
        gap_since=T - 3 * MINUTE,
        last_progress_at=T,
    )
    position = position._replace(commit_advanced_at=T - 4 * MINUTE)
    return position, reading(100, start=80, committed=49, target_end=100, newest=T)


def test_a_start_that_the_commit_does_not_reach_until_it_is_overdue_is_a_loss() -> None:
    position, seen = a_gap()
    assert sampled(position, seen)[1].lost == 80 - 50


def test_a_start_that_what_came_with_the_last_commit_may_reach_is_no_loss() -> None:
    """A worker that was killed before its next commit has copied it, and cannot read it again."""
    position, seen = a_gap()
    copied = position._replace(
        target_end_at_commit=69, last_progress_at=position.commit_advanced_at
    )
    assert sampled(copied, seen._replace(target_end=99))[1].lost == 0
    fewer = copied._replace(target_end_at_commit=79)
    assert sampled(fewer, seen._replace(target_end=99))[1].lost == 80 - 70


def test_a_start_that_runs_ahead_of_the_commit_with_every_sample_is_no_loss() -> None:
    position, seen = a_gap()
    purged = seen._replace(start=100, committed=84)
    after, figures = sampled(position, purged)
    assert (figures.lost, after.gap_since) == (0, purged.at)


def test_a_topic_made_again_is_deaf_to_its_old_committed_offset() -> None:
    again = reset(settled(), T + MINUTE, 0, 150, committed=99)
    seen = reading(150, committed=99, target_end=100, newest=T)
    assert apply_commit(again, seen).proven_copied_to == 0
    assert apply_commit(again, seen._replace(committed=149)).proven_copied_to == 150


def test_the_rate_is_what_was_written_since_the_last_sample() -> None:
    _, figures = sampled(settled(), reading(700, committed=699))
    assert figures.rate == 10.0


def test_the_ring_keeps_what_brackets_the_oldest_offset_that_waits() -> None:
    ends: tuple[tuple[int, int], ...] = ((0, 100),)
    for minute in range(1, 200):
        ends = remembered(ends, minute * MINUTE, 100 + minute, 100)
    assert len(ends) <= 16
    assert bounds(ends, 100) == (0, MINUTE)


offsets = st.integers(0, 1_000)
unread = st.sampled_from(Fault)


@given(st.lists(st.tuples(offsets, st.none() | offsets, unread | offsets), min_size=1, max_size=8))
def test_lag_is_never_negative_whatever_is_read(
    steps: list[tuple[int, int | None, int | Fault]],
) -> None:
    position, at = begin(T, 0, 0), T
    for end, committed, target_end in steps:
        at += MINUTE
        seen = PartitionReading(
            at=at, start=0, end=end, committed=committed, offsets_known=True, target_end=target_end
        )
        position, figures = evaluate(apply_commit(position, seen), seen, PACE, at)
        assert figures.waiting >= 0
        assert (figures.behind or 0) >= 0
        assert figures.lost >= 0


@given(st.lists(st.integers(1, 50), min_size=2, max_size=20), st.integers(T, T + MINUTE))
def test_behind_never_shrinks_while_nothing_moves(grown: list[int], written: int) -> None:
    position, at, end, last = settled(), T, 100, NEVER
    for more in grown:
        at, end = at + MINUTE, end + more
        seen = reading(end, at=at, committed=99, target_end=100, newest=T - 1)
        seen = seen._replace(oldest=RecordAt(100, written), fetched=RecordAt(100, written))
        position, figures = sampled(position, seen)
        assert figures.behind is not None
        assert figures.behind >= last
        last = figures.behind
    assert last >= (len(grown) - 1) * MINUTE


@given(offsets, st.none() | offsets, unread | offsets)
def test_the_same_readings_give_the_same_figures(
    end: int, committed: int | None, target_end: int | Fault
) -> None:
    seen = reading(end, committed=committed, target_end=target_end)
    assert sampled(settled(), seen) == sampled(settled(), seen)


def test_where_most_stamps_are_no_times_of_writing_no_latency_is_heard() -> None:
    at = T + MINUTE
    old = tuple((at + 100, at - one * MINUTE) for one in range(2, 11))
    lucky = (at + 100, at - 1_500)
    _, figures = sampled(
        settled(), reading(110, committed=109, target_end=110, heard=(*old, lucky))
    )

    assert (figures.heard, figures.heard_max, figures.skewed) == (0, 0, 9)


def test_a_position_keeps_the_figures_that_people_see_of_a_partition() -> None:
    heard = ((T + 60_400, T + 60_000), (T + 60_600, T + 60_000))
    busy = reading(150, committed=149, target_end=150, heard=heard)
    copied, _ = sampled(settled(), busy)
    late = reading(160, at=T + 2 * MINUTE, committed=149, target_end=150)
    waits = late._replace(newest=T + 50_000, oldest=RecordAt(150, T + 100_000))
    behind, figures = sampled(copied, waits)

    assert (copied.behind, copied.average) == (0, 500)
    assert behind.behind == figures.behind == 20_000
    assert behind.average == 20_000
