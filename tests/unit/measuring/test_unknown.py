"""What is not known is never taken for copied, missing or lost: stories of answers that fail."""

import pytest
from mirroring.kafka_types import Fault, Partition, Stamping
from mirroring.measuring.memory import pack, unpack
from mirroring.observation import Code, Observation, Severity, Status

from tests.unit.modelled import BEGAN, COPY, MINUTE, SECOND, TOPIC, Blind, Modelled
from tests.unit.modelled_kafka import Ask

OTHER = Partition(COPY, 1)


def codes(seen: Observation) -> set[Code]:
    """The reasons by their codes."""
    return {one.code for one in seen.reasons}


def minute(
    model: Modelled,
    records: int = 60,
    *,
    copies: bool = True,
    stuck: frozenset[int] = frozenset(),
    skew: int = 0,
    blind: frozenset[Blind] = frozenset(),
) -> Observation:
    """A minute in which each partition is written to, all but the stuck ones are copied."""
    end = BEGAN + ((model.now - BEGAN) // MINUTE + 1) * MINUTE
    for number in range(records):
        model.now = max(model.now, end - MINUTE + number * MINUTE // records)
        for index in range(model.partitions):
            model.write(skew, index=index)
            if copies and index not in stuck:
                model.copy(index=index)
                model.flush(index)
    model.now = max(model.now, end)
    return model.sample(blind)


def minutes(model: Modelled, count: int, records: int = 60, **how: object) -> list[Observation]:
    """So many minutes alike."""
    return [minute(model, records, **how) for _ in range(count)]  # type: ignore[arg-type]  # as minute takes them


def test_a_partition_without_a_leader_on_the_target_stalls_though_the_other_flows() -> None:
    model = Modelled(partitions=2)
    minutes(model, 4)
    model.target_cluster.failing = {
        (ask, OTHER): Fault.NO_LEADER for ask in (Ask.LATEST, Ask.NEWEST, Ask.STAMPING)
    }
    seen = minutes(model, 8, stuck=frozenset({1}))
    assert [one.status for one in seen[5:]] == [Status.OUT_OF_SYNC] * 3
    assert (seen[-1].latency.lag_records or 0) >= 480


def test_look_ups_that_time_out_end_no_alarm() -> None:
    model = Modelled()
    minutes(model, 4)
    before = minutes(model, 3, copies=False)
    assert before[-1].status is Status.OUT_OF_SYNC
    model.source_cluster.failing = {(Ask.LOOK_UP, None): Fault.TIMEOUT}
    for seen in minutes(model, 4, copies=False):
        assert (seen.status, Code.STALLED in codes(seen)) == (Status.OUT_OF_SYNC, True)


@pytest.mark.parametrize("ask", [Ask.LATEST, Ask.NEWEST, Ask.STAMPING])
def test_an_answer_of_the_target_that_fails_ends_no_alarm(ask: Ask) -> None:
    model = Modelled()
    minutes(model, 4)
    minutes(model, 3, copies=False)
    model.target_cluster.failing = {(ask, None): Fault.TIMEOUT}
    for seen in minutes(model, 3, copies=False):
        assert seen.status is Status.OUT_OF_SYNC


def test_start_offsets_that_fail_hide_no_record_that_waits() -> None:
    model = Modelled()
    minutes(model, 3)
    model.source_cluster.failing = {(Ask.EARLIEST, None): Fault.TIMEOUT}
    seen = minutes(model, 3, copies=False)
    assert seen[-1].status is Status.OUT_OF_SYNC
    assert seen[-1].latency.lag_records == 180


def test_a_marker_whose_fetch_failed_once_is_fetched_again() -> None:
    model = Modelled()
    minutes(model, 3)
    model.now += 20 * SECOND
    model.write(marker=True)
    model.source_cluster.failing = {(Ask.FETCH, None): Fault.TIMEOUT}
    model.now += 40 * SECOND
    assert model.sample().status is Status.IN_SYNC
    model.source_cluster.failing = {}
    for _ in range(6):
        model.now += MINUTE
        seen = model.sample()
        assert (seen.status, seen.latency.lag_records) == (Status.IN_SYNC, 0)


def test_one_empty_answer_of_metadata_is_no_absence_of_topics() -> None:
    model = Modelled()
    minutes(model, 3)
    model.source_cluster.blank = True
    assert minute(model).status is Status.IN_SYNC
    model.source_cluster.blank = False
    assert minute(model).status is Status.IN_SYNC
    assert not any(change and change.alert for _, change in model.samples)
    model.source_cluster.blank = True
    assert minutes(model, 3)[-1].status is Status.STALE_TOPIC


def test_a_topic_in_trouble_still_matches_and_is_unreadable_after_three_minutes() -> None:
    model = Modelled()
    minutes(model, 3)
    model.source_cluster.hidden = {TOPIC: Fault.NO_LEADER}
    seen = minutes(model, 4)
    assert Code.NO_TOPICS_MATCHED not in codes(seen[0])
    assert [one.status for one in seen] == [Status.IN_SYNC] * 2 + [Status.UNKNOWN] * 2
    assert Code.PARTITIONS_UNREADABLE in codes(seen[-1])


def test_one_unreadable_partition_of_three_is_a_warning() -> None:
    model = Modelled(partitions=3)
    minutes(model, 3)
    model.source_cluster.failing = {(Ask.LATEST, Partition(TOPIC, 2)): Fault.NO_LEADER}
    seen = minutes(model, 4)[-1]
    (found,) = [one for one in seen.reasons if one.code is Code.PARTITIONS_UNREADABLE]
    assert (seen.status, found.severity, found.partition) == (Status.IN_SYNC, "warning", 2)


def test_offsets_that_connect_never_tells_are_a_warning_after_three_minutes() -> None:
    model = Modelled()
    minutes(model, 3)
    seen = minutes(model, 4, blind=frozenset({Blind.OFFSETS}))
    assert [Code.OFFSETS_UNKNOWN in codes(one) for one in seen] == [False, False, True, True]
    assert {one.status for one in seen} == {Status.IN_SYNC}


@pytest.mark.parametrize("skew", [0, -60 * MINUTE, 60 * MINUTE])
def test_a_dead_mirror_is_found_though_connect_never_tells_offsets(skew: int) -> None:
    model = Modelled()
    blind = frozenset({Blind.OFFSETS})
    minutes(model, 4, skew=skew, blind=blind)
    seen = minutes(model, 8, copies=False, skew=skew, blind=blind)
    assert seen[-1].status is Status.OUT_OF_SYNC
    assert Code.STALLED in codes(seen[-1])


def test_three_messages_in_six_seconds_are_one_look() -> None:
    model = Modelled()
    minutes(model, 3)
    for _ in range(4):
        model.now += 2 * SECOND
        assert model.sample({Blind.SOURCE}).status is Status.IN_SYNC
    assert not any(change and change.alert for _, change in model.samples)


def test_an_unknown_source_is_unknown_after_three_minutes() -> None:
    model = Modelled()
    minutes(model, 3)
    seen = minutes(model, 3, copies=False, blind=frozenset({Blind.SOURCE}))
    assert [one.status for one in seen] == [Status.IN_SYNC, Status.IN_SYNC, Status.UNKNOWN]


def test_an_hour_without_a_sample_is_no_outage() -> None:
    model = Modelled()
    minutes(model, 3)
    for _ in range(60):
        model.now += MINUTE
        model.write()
        model.copy()
        model.flush()
    assert model.sample().status is Status.IN_SYNC


def test_ids_that_appear_make_no_other_topic() -> None:
    model = Modelled(first_sample=False)
    for cluster, name in zip(model.clusters, (TOPIC, COPY), strict=True):
        cluster.ids[name] = ""
    minutes(model, 3)
    for cluster, name in zip(model.clusters, (TOPIC, COPY), strict=True):
        cluster.ids[name] = "now-with-an-id"
    assert codes(minute(model)) == set()
    model.source_cluster.ids[TOPIC] = "another"
    assert Code.TOPIC_RECREATED in codes(minute(model))


def test_an_end_that_falls_in_the_same_topic_was_cut() -> None:
    model = Modelled()
    minutes(model, 5)
    del model.source.records[-25:]
    model.tasks[0].next = len(model.source.records)
    model.now += MINUTE
    seen = model.sample()
    (found,) = [one for one in seen.reasons if one.code is Code.TOPIC_TRUNCATED]
    assert (seen.status, found.measured) == (Status.OUT_OF_SYNC, 25)
    assert Code.TOPIC_RECREATED not in codes(seen)
    assert minutes(model, 6)[-1].status is Status.IN_SYNC


def test_a_target_topic_that_one_look_does_not_know_is_not_missing() -> None:
    model = Modelled()
    minutes(model, 3)
    model.target_cluster.hidden = {COPY: Fault.UNKNOWN_TOPIC}
    assert codes(minute(model)) == set()
    model.target_cluster.hidden = {}
    assert codes(minute(model)) == set()


def test_a_target_topic_that_we_may_not_describe_is_a_warning_on_a_mirror_in_sync() -> None:
    model = Modelled()
    minutes(model, 3)
    model.target_cluster.hidden = {COPY: Fault.UNAUTHORIZED}
    seen = minutes(model, 6)
    assert {one.status for one in seen} == {Status.IN_SYNC}
    assert codes(seen[-1]) == {Code.TARGET_UNAUTHORIZED}


@pytest.mark.parametrize("skew", [0, -60 * MINUTE])
def test_a_fetch_that_is_refused_proves_that_the_mirror_may_not_read_either(skew: int) -> None:
    model = Modelled()
    minutes(model, 4, skew=skew)
    model.source_cluster.failing = {(Ask.FETCH, None): Fault.UNAUTHORIZED}
    seen = minutes(model, 6, copies=False, skew=skew)
    assert (seen[-1].status, Code.STALLED in codes(seen[-1])) == (Status.OUT_OF_SYNC, True)


def test_a_mirror_that_comes_back_late_is_not_in_sync_first() -> None:
    model = Modelled()
    minutes(model, 4)
    blind = frozenset({Blind.TARGET, Blind.CONNECT})
    assert minutes(model, 4, copies=False, blind=blind)[-1].status is Status.UNKNOWN
    model.copy(30)
    model.now += MINUTE
    assert model.sample().status is Status.OUT_OF_SYNC


def test_whose_times_a_copy_carries_is_not_guessed() -> None:
    """Clocks an hour ahead, and a LogAppendTime target whose newest batch is not read at first."""
    model = Modelled(stamping=Stamping(append_time=True))
    model.target_cluster.failing = {(Ask.STAMPING, None): Fault.TIMEOUT}
    for _ in range(3):
        seen = minutes(model, 1, skew=60 * MINUTE)[0]
        assert (seen.status, seen.latency.lag_records) == (Status.IN_SYNC, 0)
    model.target_cluster.failing = {}
    assert minutes(model, 2, skew=60 * MINUTE)[-1].status is Status.IN_SYNC


def test_a_marker_that_could_not_be_fetched_is_no_proof_in_the_next_sample() -> None:
    model = Modelled()
    minutes(model, 4)
    model.write(marker=True)
    model.source_cluster.failing = {(Ask.FETCH, None): Fault.TIMEOUT}
    model.now += MINUTE
    model.sample()
    model.source_cluster.failing = {(Ask.LOOK_UP, None): Fault.TIMEOUT}
    model.now += MINUTE
    assert model.sample({Blind.CONNECT}).status is Status.IN_SYNC


def test_brokers_that_tell_no_newest_timestamp_are_named() -> None:
    model = Modelled()
    model.target_cluster.failing = {(Ask.NEWEST, None): Fault.UNSUPPORTED}
    seen = minutes(model, 4)[-1]
    assert "ListOffsets 7" in next(one.message for one in seen.reasons)
    assert seen.status is Status.IN_SYNC
    assert minutes(model, 6, copies=False)[-1].status is Status.OUT_OF_SYNC


def test_a_source_that_is_gone_for_listening_costs_no_sample() -> None:
    model = Modelled()
    minutes(model, 2)
    really = model.target_cluster.listen

    def lost(partitions: object, seconds: float) -> list[object]:
        model.target_cluster.away = True
        return list(really(partitions, seconds))  # type: ignore[arg-type]  # it raises before

    model.target_cluster.listen = lost  # type: ignore[method-assign, assignment]  # fails as it may
    assert minute(model).status is Status.IN_SYNC


def test_a_backfill_that_hardly_moves_has_no_estimate_and_costs_no_sample() -> None:
    model = Modelled(old=2_000)
    model.copy(1)
    model.now += MINUTE
    model.sample()
    for _ in range(3):
        model.now += 400 * 24 * 60 * MINUTE
        seen = model.sample()
    assert seen.backfill is not None


def test_topics_that_vanished_are_forgotten_after_a_day() -> None:
    model = Modelled()
    minutes(model, 2)
    gone = unpack(pack(model.memory)).topics[TOPIC]
    assert model.memory.lasting(gone.seen + 23 * 60 * MINUTE)
    assert not model.memory.lasting(gone.seen + 25 * 60 * MINUTE)


@pytest.mark.parametrize("ask", [Ask.LATEST, Ask.METADATA])
def test_what_comes_while_the_target_does_not_answer_is_unknown_from_the_first_sample(
    ask: Ask,
) -> None:
    """Nothing waited before, and commits are told: their silence is not overdue for a while yet."""
    model = Modelled(partitions=3, flush_ms=5 * MINUTE)
    minutes(model, 4)
    lost = Partition(COPY, 2)
    if ask is Ask.METADATA:
        model.target_cluster.hidden = {COPY: Fault.NO_LEADER}
    else:
        model.target_cluster.failing = {(ask, lost): Fault.NO_LEADER}
    seen = minutes(model, 4, stuck=frozenset({2}))
    told = [
        {one.partition for one in each.reasons if one.code is Code.PARTITIONS_UNREADABLE}
        for each in seen
    ]
    assert told == [set(), set(), {2}, {2}]
    assert seen[0].latency.lag_records == 60
    assert {one.status for one in seen} == {Status.IN_SYNC}


def test_commits_that_rise_tell_of_a_target_that_does_not_answer() -> None:
    model = Modelled()
    minutes(model, 4)
    model.target_cluster.failing = {(Ask.LATEST, None): Fault.NO_LEADER}
    for _ in range(5):
        model.write()
        model.copy()
        model.flush()
        model.write()
        model.now += MINUTE
        seen = model.sample()
        assert (seen.status, Code.PARTITIONS_UNREADABLE in codes(seen)) == (Status.IN_SYNC, False)


@pytest.mark.parametrize("ask", [Ask.LOOK_UP, Ask.FETCH])
def test_what_comes_while_the_source_looks_nothing_up_is_unknown_from_the_first_sample(
    ask: Ask,
) -> None:
    model = Modelled(partitions=3, flush_ms=5 * MINUTE)
    minutes(model, 4)
    model.source_cluster.failing = {(ask, Partition(TOPIC, 2)): Fault.TIMEOUT}
    seen = minutes(model, 4, stuck=frozenset({2}))
    assert seen[0].latency.lag_records == 60
    assert Code.PARTITIONS_UNREADABLE in codes(seen[2]) or Code.STALLED in codes(seen[2])


def test_a_short_lag_behind_old_brokers_is_never_in_sync_without_a_word() -> None:
    """No Fetch 11 tells whose times the copies carry, no MAX_TIMESTAMP the newest of them."""
    model = Modelled()
    model.target_cluster.failing = {
        (ask, None): Fault.UNSUPPORTED for ask in (Ask.NEWEST, Ask.STAMPING)
    }
    for sample in range(1, 8):
        for _ in range(60):
            model.now += SECOND
            model.write()
            model.copy(delay=2 * MINUTE)
        model.flush()
        seen = model.sample()
        words = [one.message for one in seen.reasons if one.code is Code.TARGET_UNREACHABLE]
        if model.target.records:
            assert "ListOffsets 7" in "".join(words), sample
    assert model.waited >= 2 * MINUTE - SECOND


def test_an_overdue_commit_whose_records_cannot_be_read_is_unknown_and_not_in_sync() -> None:
    """One partition of three, in remote storage that answers too late; its end then fails, too."""
    model = Modelled(partitions=3, stamping=Stamping(append_time=True))
    minutes(model, 4)
    log = model.source_cluster.logs[TOPIC][2]
    for _ in range(8):
        seen = minutes(model, 1, stuck=frozenset({2}))
        log.remote = len(log)
    (why,) = [one for one in seen[-1].reasons if one.code is Code.PARTITIONS_UNREADABLE]
    assert (seen[-1].status, why.severity, why.partition) == (Status.UNKNOWN, Severity.CRITICAL, 2)
    model.source_cluster.failing = {(Ask.LATEST, Partition(TOPIC, 2)): Fault.TIMEOUT}
    assert minutes(model, 1, stuck=frozenset({2}))[-1].status is Status.UNKNOWN
