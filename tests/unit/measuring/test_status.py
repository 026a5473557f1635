"""The table of docs/status.md, row by row."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from mirroring.measuring.status import judge
from mirroring.measuring.status_inputs import PATIENCE, Stuck
from mirroring.mirror import Failing, Intent
from mirroring.observation import (
    Backfill,
    Code,
    Connector,
    MirroredTopic,
    Severity,
    Status,
    TopicState,
)
from mirroring.reasons import duration, reason

from tests.unit.scenes import NOW, TARGET_MS, connector, inputs, mirror, observed, topic

STALE, INACTIVE, ACTIVE, EMPTY = (
    TopicState.STALE,
    TopicState.INACTIVE,
    TopicState.ACTIVE,
    TopicState.EMPTY,
)
YOUNG = mirror(age=timedelta(minutes=2))
LONG_STUCK = Stuck(partition=0, behind=TARGET_MS + 9, still=90_000, youngest=TARGET_MS + 1)
LOSS = reason(Code.DATA_LOSS, NOW, {"lost": 150}, topic="orders.new", partition=0, measured=150)
COPYING = Backfill(done=10, total=100, fraction=0.1)
HELD, PAUSED = mirror(intent=Intent.PAUSED), connector("PAUSED", "PAUSED")
AGO = int((NOW - timedelta(minutes=4)).timestamp() * 1000)


def lasting(what: str, samples: int = PATIENCE - 1, since: int = AGO) -> dict[str, int]:
    """So many samples before this one saw it, and the last that did not was at `since` (ms)."""
    return {what: samples, f"{what}_since": since}


ROWS: list[tuple[str, dict[str, Any], dict[str, int], Status, set[Code]]] = [
    ("1 being removed", {"mirror": mirror(intent=Intent.DELETED)}, {}, Status.DELETING, set()),
    ("2 refused", {"refused": "no"}, {}, Status.FAILED, {Code.CONFIG_REFUSED}),
    ("3 paused here", {"mirror": HELD, "connector": PAUSED}, {}, Status.PAUSED, set()),
    (
        "3 stopped here",
        {"mirror": mirror(intent=Intent.STOPPED), "connector": connector("STOPPED")},
        {},
        Status.PAUSED,
        set(),
    ),
    (
        "3 paused here, and a task had failed before",
        {"mirror": HELD, "connector": connector("PAUSED", "FAILED")},
        {},
        Status.PAUSED,
        set(),
    ),
    (
        "3 paused here, and Kafka Connect has no connector of it",
        {"mirror": HELD, "connector": None},
        {},
        Status.PAUSED,
        set(),
    ),
    (
        "3 asked to pause: as before, as Kafka Connect still runs it",
        {"mirror": HELD},
        {},
        Status.IN_SYNC,
        {Code.PAUSE_PENDING},
    ),
    (
        "3 paused here, with a finding",
        {"mirror": HELD, "connector": PAUSED, "findings": (LOSS,)},
        {},
        Status.PAUSED,
        {Code.DATA_LOSS},
    ),
    (
        "5 connector gone",
        {"connector": None},
        {},
        Status.OUT_OF_SYNC,
        {Code.CONNECTOR_MISSING},
    ),
    (
        "6 connector failed",
        {"connector": connector("FAILED", trace="org.X: boom")},
        {},
        Status.OUT_OF_SYNC,
        {Code.CONNECTOR_FAILED},
    ),
    (
        "6 one of two tasks failed",
        {"connector": connector("RUNNING", "RUNNING", "FAILED", trace="org.X: boom")},
        {},
        Status.OUT_OF_SYNC,
        {Code.TASK_FAILED},
    ),
    (
        "7 paused elsewhere",
        {"connector": connector("PAUSED", "PAUSED")},
        {},
        Status.OUT_OF_SYNC,
        {Code.CONNECTOR_PAUSED},
    ),
    (
        "7 stopped elsewhere",
        {"connector": connector("STOPPED")},
        {},
        Status.OUT_OF_SYNC,
        {Code.CONNECTOR_STOPPED},
    ),
    (
        "8 unassigned for the third sample",
        {"connector": connector("UNASSIGNED", "UNASSIGNED")},
        lasting("unassigned"),
        Status.OUT_OF_SYNC,
        {Code.TASKS_NOT_RUNNING},
    ),
    (
        "8 unassigned for the second sample: as before",
        {"connector": connector("UNASSIGNED", "UNASSIGNED")},
        lasting("unassigned", 1),
        Status.IN_SYNC,
        set(),
    ),
    (
        "9 no task beyond the refresh interval",
        {"connector": connector("RUNNING")},
        {"taskless_since": AGO},
        Status.OUT_OF_SYNC,
        {Code.NO_TASKS},
    ),
    (
        "10 above the target in two samples",
        {"topics": (topic(latency=TARGET_MS + 1, above=2),)},
        {},
        Status.OUT_OF_SYNC,
        {Code.LATENCY_ABOVE_TARGET},
    ),
    (
        "15 above the target in one sample only",
        {"topics": (topic(latency=TARGET_MS + 1, above=1),)},
        {},
        Status.IN_SYNC,
        set(),
    ),
    (
        "10 stalled",
        {"topics": (topic(stuck=LONG_STUCK),)},
        {},
        Status.OUT_OF_SYNC,
        {Code.STALLED},
    ),
    (
        "15 waiting for exactly the target",
        {"topics": (topic(stuck=replace(LONG_STUCK, youngest=TARGET_MS)),)},
        {},
        Status.IN_SYNC,
        set(),
    ),
    (
        "10 stalled while Connect is away: the cause is told beside it",
        {
            "topics": (topic(stuck=LONG_STUCK),),
            "connector": None,
            "unobservable": {Code.CONNECT_UNREACHABLE: "no answer"},
        },
        {},
        Status.OUT_OF_SYNC,
        {Code.STALLED, Code.CONNECT_UNREACHABLE},
    ),
    (
        "10 target topic missing",
        {"topics": (topic(missing=True),)},
        {},
        Status.OUT_OF_SYNC,
        {Code.TARGET_TOPIC_MISSING},
    ),
    ("10 data lost", {"findings": (LOSS,)}, {}, Status.OUT_OF_SYNC, {Code.DATA_LOSS}),
    (
        "11 backfilling",
        {"backfill": COPYING},
        {},
        Status.OUT_OF_SYNC,
        {Code.BACKFILLING},
    ),
    (
        "10 before 11: a stalled backfill",
        {"backfill": COPYING, "topics": (topic(stuck=LONG_STUCK),)},
        {},
        Status.OUT_OF_SYNC,
        {Code.STALLED},
    ),
    (
        "12 source away for the third sample",
        {"unobservable": {Code.SOURCE_UNREACHABLE: "no answer"}},
        lasting("away_SOURCE_UNREACHABLE"),
        Status.UNKNOWN,
        {Code.SOURCE_UNREACHABLE},
    ),
    (
        "12 source away for the second sample: as before, with a warning",
        {"unobservable": {Code.SOURCE_UNREACHABLE: "no answer"}},
        lasting("away_SOURCE_UNREACHABLE", PATIENCE - 2),
        Status.IN_SYNC,
        {Code.SOURCE_UNREACHABLE},
    ),
    (
        "12 source away from here, and commits move: as before, with a warning",
        {"unobservable": {Code.SOURCE_UNAUTHORIZED: "refused"}, "moves": True},
        lasting("away_SOURCE_UNAUTHORIZED", 9),
        Status.IN_SYNC,
        {Code.SOURCE_UNAUTHORIZED},
    ),
    (
        "12 Connect away while nothing waits",
        {"unobservable": {Code.CONNECT_UNREACHABLE: "refused"}, "connector": None},
        lasting("away_CONNECT_UNREACHABLE"),
        Status.UNKNOWN,
        {Code.CONNECT_UNREACHABLE},
    ),
    (
        "13 no topic matches",
        {"matched": 0, "topics": (), "connector": connector("RUNNING")},
        {},
        Status.STALE_TOPIC,
        {Code.NO_TOPICS_MATCHED},
    ),
    ("14 stale topic", {"topics": (topic(STALE),)}, {}, Status.STALE_TOPIC, {Code.STALE_TOPIC}),
    (
        "14 inactive, its last messages above the target",
        {"topics": (topic(INACTIVE, latency=TARGET_MS + 1),)},
        {},
        Status.STALE_TOPIC,
        {Code.INACTIVE_ABOVE_TARGET},
    ),
    (
        "15 inactive, its last messages at the target",
        {"topics": (topic(INACTIVE, latency=TARGET_MS),)},
        {},
        Status.IN_SYNC,
        set(),
    ),
    ("15 empty topic", {"topics": (topic(EMPTY),)}, {}, Status.IN_SYNC, set()),
    ("15 healthy", {}, {}, Status.IN_SYNC, set()),
]


@pytest.mark.parametrize(
    ("changes", "counts", "status", "codes"),
    [row[1:] for row in ROWS],
    ids=[row[0] for row in ROWS],
)
def test_the_first_row_that_holds_decides(
    changes: dict[str, Any], counts: dict[str, int], status: Status, codes: set[Code]
) -> None:
    verdict = judge(inputs(**changes), observed(), counts)
    assert verdict.status is status
    assert {one.code for one in verdict.reasons} == codes
    assert all(one.message and one.action for one in verdict.reasons)


@pytest.mark.parametrize(
    "seen",
    [None, connector(None), connector("UNASSIGNED"), connector("RUNNING")],
    ids=["no connector", "no status", "unassigned", "no task"],
)
def test_row_4_a_mirror_just_made_is_creating(seen: Connector | None) -> None:
    assert judge(inputs(mirror=YOUNG, connector=seen), None, {}).status is Status.CREATING


@pytest.mark.parametrize(
    ("since", "status"),
    [(timedelta(minutes=2), Status.PAUSED), (timedelta(minutes=4), Status.OUT_OF_SYNC)],
    ids=["within its grace", "after it"],
)
def test_row_3_a_resumed_mirror_stays_paused_until_connect_resumes(
    since: timedelta, status: Status
) -> None:
    resumed = mirror().model_copy(update={"updated_at": NOW - since})
    held = inputs(mirror=resumed, connector=connector("PAUSED", "PAUSED"))
    assert judge(held, observed(Status.PAUSED), {}).status is status
    assert judge(held, observed(Status.IN_SYNC), {}).status is Status.OUT_OF_SYNC


LATE = {"topics": (topic(latency=TARGET_MS + 1, above=2),)}
UNSEEN = {"connector": None, "unobservable": {Code.CONNECT_UNREACHABLE: "gone"}}


@pytest.mark.parametrize(
    ("before", "changes", "status", "pending"),
    [
        (Status.OUT_OF_SYNC, {}, Status.OUT_OF_SYNC, True),
        (Status.STALE_TOPIC, LATE, Status.STALE_TOPIC, True),
        (None, {}, Status.CREATING, True),
        (Status.IN_SYNC, {"connector": connector("PAUSED", "RUNNING")}, Status.IN_SYNC, True),
        (
            Status.IN_SYNC,
            {"connector": PAUSED, "checkpoint": connector("RUNNING")},
            Status.IN_SYNC,
            True,
        ),
        (Status.IN_SYNC, {"connector": connector("UNASSIGNED")}, Status.IN_SYNC, True),
        (Status.PAUSED, {"connector": connector("PAUSED", "RUNNING")}, Status.PAUSED, True),
        (Status.PAUSED, LATE, Status.OUT_OF_SYNC, True),
        (Status.FAILED, {}, Status.IN_SYNC, True),
        (Status.PAUSED, UNSEEN, Status.PAUSED, False),
        (Status.STALE_TOPIC, UNSEEN, Status.STALE_TOPIC, False),
    ],
    ids=[
        "late before",
        "late only now",
        "never sampled",
        "a task still runs",
        "the checkpoint connector still runs",
        "waits for a worker",
        "paused, a task of a dead worker",
        "paused, and somebody resumed it",
        "refused before",
        "paused, Connect away",
        "asked to pause, Connect away",
    ],
)
@pytest.mark.parametrize("intent", [Intent.PAUSED, Intent.STOPPED])
def test_row_3_paused_is_told_once_connect_says_that_nothing_runs(
    before: Status | None, changes: dict[str, Any], status: Status, pending: bool, intent: Intent
) -> None:
    seen = observed(before) if before else None
    verdict = judge(inputs(mirror=mirror(intent=intent), **changes), seen, {})
    assert verdict.status is status
    told = [one for one in verdict.reasons if one.code is Code.PAUSE_PENDING]
    assert [one.severity for one in told] == [Severity.INFO] * pending


def test_row_4_ends_as_soon_as_its_tasks_run() -> None:
    first = judge(inputs(mirror=YOUNG), observed(Status.CREATING), {})
    assert first.status is Status.IN_SYNC


def test_row_4_a_young_mirror_that_ran_and_vanished_is_out_of_sync() -> None:
    verdict = judge(inputs(mirror=YOUNG, connector=None), observed(Status.IN_SYNC), {})
    assert verdict.status is Status.OUT_OF_SYNC


def test_row_4_a_connector_that_failed_at_once_is_not_being_created() -> None:
    failed = connector("FAILED", trace="PatternSyntaxException: Unclosed group near index 5")
    verdict = judge(inputs(mirror=YOUNG, connector=failed, matched=0), None, {})
    assert verdict.status is Status.OUT_OF_SYNC
    assert [one.code for one in verdict.reasons] == [Code.CONNECTOR_FAILED]


@pytest.mark.parametrize("state", ["PAUSED", "STOPPED"])
def test_row_7_says_which_call_resumes_what_somebody_else_paused(state: str) -> None:
    (why,) = judge(inputs(connector=connector(state)), observed(), {}).reasons
    assert f"POST /mirrors/{mirror().name}/resume" in why.action


def test_a_breach_that_a_pause_explained_ends_after_two_good_samples_with_its_delay() -> None:
    paused = inputs(connector=connector("PAUSED"), topics=(topic(latency=90_000, above=2),))
    bad = judge(paused, observed(), {})
    late = MirroredTopic(
        name="orders.new", mirrored_name="eu.orders.new", state=ACTIVE, partitions=1, behind=90_000
    )
    seen = observed(bad.status, reasons=bad.reasons, topics=(late,))
    first = judge(inputs(), seen, bad.counts)
    assert first.status is Status.OUT_OF_SYNC
    told = [(one.code, one.measured) for one in first.reasons]
    assert told == [(Code.LATENCY_ABOVE_TARGET, 90_000)]
    second = judge(inputs(), observed(first.status, reasons=first.reasons), first.counts)
    assert second.status is Status.IN_SYNC


def test_a_breach_ends_after_two_good_samples() -> None:
    bad = judge(inputs(topics=(topic(stuck=LONG_STUCK),)), observed(), {})
    before = observed(bad.status, reasons=bad.reasons)
    first = judge(inputs(), before, bad.counts)
    second = judge(inputs(), observed(first.status, reasons=first.reasons), first.counts)
    assert [bad.status, first.status, second.status] == [
        Status.OUT_OF_SYNC,
        Status.OUT_OF_SYNC,
        Status.IN_SYNC,
    ]


def test_a_reason_keeps_the_time_since_when_it_holds() -> None:
    away = {Code.SOURCE_UNREACHABLE: "no answer"}
    first = judge(inputs(unobservable=away), observed(), {})
    later = replace(inputs(unobservable=away), now=NOW + timedelta(minutes=1))
    second = judge(later, observed(reasons=first.reasons), first.counts)
    assert second.reasons[0].since == NOW


def test_the_gravest_reason_comes_first() -> None:
    failed = connector("FAILED", trace="java.net.ConnectException: Connection refused")
    late = inputs(connector=failed, checkpoint=failed, plain_secrets=True)
    verdict = judge(late, observed(), {})
    assert [one.severity for one in verdict.reasons] == [
        Severity.CRITICAL,
        Severity.WARNING,
        Severity.WARNING,
    ]


def test_a_failed_checkpoint_connector_is_a_warning_and_no_status() -> None:
    failed = connector("FAILED", trace="x")
    verdict = judge(inputs(checkpoint=failed), observed(), {})
    assert verdict.status is Status.IN_SYNC
    assert [one.code for one in verdict.reasons] == [Code.CHECKPOINT_FAILED]


@pytest.mark.parametrize(
    ("ms", "words"),
    [
        (850, "850 ms"),
        (12_000, "12 s"),
        (200_000, "3 min 20 s"),
        (120_000, "2 min"),
        (7_500_000, "2 h 5 min"),
        (356_400_000, "4 d 3 h"),
    ],
)
def test_a_duration_reads_as_a_person_says_it(ms: int, words: str) -> None:
    assert duration(ms) == words


def test_a_repair_that_was_given_up_is_told_beside_the_failure() -> None:
    failed = connector("RUNNING", "FAILED", trace="org.X: boom")
    verdict = judge(inputs(connector=failed, given_up=frozenset({failed.name})), observed(), {})
    assert [one.code for one in verdict.reasons] == [Code.TASK_FAILED, Code.REPAIR_GIVEN_UP]
    assert "boom" in verdict.reasons[1].message


def test_what_was_given_up_is_told_in_the_moment_of_a_restart_too() -> None:
    name = connector().name
    verdict = judge(inputs(given_up=frozenset({name})), observed(Status.OUT_OF_SYNC), {})
    (why,) = verdict.reasons
    assert (verdict.status, why.code, why.connector) == (
        Status.OUT_OF_SYNC,
        Code.REPAIR_GIVEN_UP,
        name,
    )


def test_what_others_change_is_named_and_no_alarm() -> None:
    changed = {connector().name: "tasks.max, topics"}
    verdict = judge(inputs(changed=changed), observed(), {})
    (why,) = verdict.reasons
    assert (verdict.status, why.code, why.severity) == (
        Status.IN_SYNC,
        Code.CHANGED_BY_OTHERS,
        Severity.WARNING,
    )
    assert "tasks.max, topics" in why.message


@pytest.mark.parametrize(("minutes", "count"), [(9, 0), (10, 1)])
def test_why_a_change_is_not_done_is_told_after_ten_minutes(minutes: int, count: int) -> None:
    failing = Failing(since=NOW - timedelta(minutes=minutes), words="w:8083 answers 500: no ACL")
    found = judge(inputs(failing=failing), observed(), {}).reasons
    assert [one.code for one in found] == [Code.CHANGE_PENDING] * count
    assert all("w:8083 answers 500: no ACL" in one.message for one in found)


def test_a_finding_says_when_it_was_made_last_and_other_reasons_since_when_they_are_so() -> None:
    """So that a person who names the time that they saw does not acknowledge what came later."""
    early = NOW - timedelta(minutes=3)
    old = (
        LOSS.model_copy(update={"since": early}),
        reason(Code.PLAIN_SECRETS, early),
    )
    verdict = judge(inputs(findings=(LOSS,), plain_secrets=True), observed(reasons=old), {})
    since = {one.code: one.since for one in verdict.reasons}

    assert (since[Code.DATA_LOSS], since[Code.PLAIN_SECRETS]) == (NOW, early)
