"""Whatever a mirror's size, what is stored, listed and sent of it has a bound."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some
from mirroring import bounded
from mirroring.measuring.status import judge
from mirroring.measuring.status_inputs import Stuck
from mirroring.observation import Code, Connector, Reason, Severity, Status, Task
from mirroring.reasons import reason
from mirroring.storing.history import change_item

from tests.given import a_write
from tests.unit.scenes import NOW, inputs, observed, topic

MINUTE = timedelta(minutes=1)
LONGEST_NAME = "n" * 243  # Kafka's 249, with a number behind


def late(
    name: str, measured: int | None = 40_000, code: Code = Code.LATENCY_ABOVE_TARGET
) -> Reason:
    """A topic's reason."""
    return Reason(
        code=code,
        severity=Severity.CRITICAL,
        topic=name,
        measured=measured,
        since=NOW,
        message=f"{name} is late.",
        action="Wait.",
    )


@some.composite
def findings(draw: some.DrawFn) -> list[Reason]:
    """Reasons of some codes, each topic of a code once."""
    rows = draw(
        some.lists(
            some.tuples(
                some.sampled_from(list(Code)), some.integers(0, 60), some.integers(0, 10**12)
            ),
            max_size=300,
            unique_by=lambda row: row[:2],
        )
    )
    return [late(f"t{number:02d}", measured, code) for code, number, measured in rows]


def total(told: Sequence[Reason]) -> Counter[Code]:
    """How many are told of or counted, by code."""
    counted: Counter[Code] = Counter()
    for one in told:
        counted[one.code] += 1 + (one.count or 0)
    return counted


@given(findings())
def test_at_most_twenty_are_told_and_all_of_a_told_code_are_counted(found: list[Reason]) -> None:
    told = bounded.reasons(found)

    assert len(told) <= 20
    assert all(amount <= 5 for amount in Counter(one.code for one in told).values())
    everything = total(found)
    assert total(told) == {code: everything[code] for code in {one.code for one in told}}
    assert len({one.code for one in told}) == min(20, len(everything))


@given(findings())
def test_what_was_told_is_told_again_the_same_way(found: list[Reason]) -> None:
    told = bounded.reasons(found)

    assert bounded.reasons(told) == told
    assert bounded.reasons(found, told) == told


def test_few_reasons_stay_as_they_are_and_in_their_order() -> None:
    found = [late(name) for name in "edcba"]
    assert bounded.reasons(found) == tuple(found)


def test_the_worst_are_told_by_name_and_the_last_says_how_many_more_there_are() -> None:
    found = [late(f"t{number}", number * 1_000) for number in range(1, 41)]

    told = bounded.reasons(found)

    assert [one.topic for one in told] == ["t40", "t39", "t38", "t37", "t36"]
    assert [one.count for one in told] == [None] * 4 + [35]
    assert told[-1].message == "t36 is late. So it is with 35 more topics."


def test_of_what_is_left_until_retention_the_least_is_the_worst() -> None:
    found = [late(f"t{number}", number * 60_000, Code.RETENTION_NEAR) for number in range(1, 9)]
    assert [one.topic for one in bounded.reasons(found)] == ["t1", "t2", "t3", "t4", "t5"]


def test_a_jitter_of_figures_makes_no_other_topics_told() -> None:
    first = bounded.reasons([late(f"t{number}", 40_000 + number) for number in range(30)])
    second = bounded.reasons([late(f"t{number}", 60_000 - number) for number in range(30)], first)
    assert {one.topic for one in first} == {one.topic for one in second}


def test_what_becomes_far_worse_is_told_by_name_at_once() -> None:
    mild = [late(f"t{number}", 40_000) for number in range(30)]
    told = bounded.reasons([*mild, late("burning", 400_000)], bounded.reasons(mild))
    assert told[0].topic == "burning"
    assert sum(one.topic is not None and one.topic.startswith("t") for one in told) == 4


def test_since_stays_that_of_the_first_sample_that_told_it() -> None:
    topics = tuple(replace(topic(latency=90_000, above=2), name=f"t{one:03d}") for one in range(99))
    first = judge(inputs(topics=topics), None, {})
    before = observed(first.status, reasons=first.reasons)
    later = judge(inputs(topics=topics, now=NOW + 7 * MINUTE), before, first.counts)

    assert [one.key for one in later.reasons] == [one.key for one in first.reasons]
    assert {one.since for one in later.reasons} == {NOW}
    assert later.reasons[-1].count == 94


def test_late_topics_that_are_held_for_a_sample_keep_their_count() -> None:
    topics = tuple(replace(topic(latency=90_000, above=2), name=f"t{one:03d}") for one in range(99))
    late_ones = judge(inputs(topics=topics), None, {})
    good = tuple(replace(one, latency=20, above=0) for one in topics)
    before = observed(late_ones.status, reasons=late_ones.reasons)

    held = judge(inputs(topics=good), before, late_ones.counts)

    assert held.status is Status.OUT_OF_SYNC
    assert held.reasons == late_ones.reasons


def test_twenty_thousand_topics_stalled_and_late_are_few_small_reasons() -> None:
    stuck = Stuck(partition=7, behind=3_600_000, still=3_000_000, youngest=3_600_000)
    topics = tuple(
        replace(topic(latency=3_600_000, above=9, stuck=stuck), name=f"{LONGEST_NAME}{one:06d}")
        for one in range(20_000)
    )

    told = judge(inputs(topics=topics), None, {}).reasons

    assert [(one.code, one.count) for one in told] == [
        *[(Code.STALLED, None)] * 4,
        (Code.STALLED, 19_995),
        *[(Code.LATENCY_ABOVE_TARGET, None)] * 4,
        (Code.LATENCY_ABOVE_TARGET, 19_995),
    ]
    assert sum(len(one.model_dump_json()) for one in told) < 15_000


def test_of_very_many_losses_the_newest_are_remembered_and_expire_with_those_they_count() -> None:
    found = [
        reason(Code.TOPIC_RECREATED, NOW + number * timedelta(seconds=1), topic=f"t{number}")
        for number in range(20_000)
    ]

    kept = bounded.findings(found)

    assert len(kept) == 100
    assert min(one.since for one in kept) == kept[-1].since
    assert kept[-1].count == 19_900
    assert all(one.since <= kept[-1].since for one in found if one.key not in {k.key for k in kept})
    again = bounded.findings([*kept, reason(Code.TOPIC_RECREATED, NOW + 9 * MINUTE, topic="new")])
    assert sum(1 + (one.count or 0) for one in again) == 20_001


@pytest.mark.parametrize("failed", [3, 900])
def test_a_connector_of_very_many_tasks_is_stored_with_those_that_do_not_run(failed: int) -> None:
    trace = "org.X: first words\n" + "\tat line\n" * 5_000 + "Caused by: the cause"
    tasks = tuple(
        Task(id=one, status="FAILED", worker="w:8083", trace=trace)
        if one >= 9_999 - failed
        else Task(id=one, status="RUNNING", worker="w:8083")
        for one in range(9_999)
    )

    kept = bounded.connector(Connector(name="c", kind="k", status="RUNNING", tasks=tasks))

    assert len(kept.tasks) == 500
    assert sum(one.status == "FAILED" for one in kept.tasks) == min(500, failed)
    traces = [one.trace for one in kept.tasks if one.trace]
    assert len(traces) == min(20, failed)
    assert all(len(one) < 4_100 for one in traces)
    assert all(one.startswith("org.X: first") and one.endswith("the cause") for one in traces)


def test_a_write_of_very_long_patterns_is_a_small_line_of_the_changes() -> None:
    patterns = [f"{'é' * 4_000}{number}" for number in range(1_000)]
    line = a_write(before={"topicsExclude": patterns}, after={"topicsExclude": [], "maxTasks": 3})

    stored = change_item(line)["document"]["S"]

    assert len(stored.encode()) < 60_000
    document = json.loads(stored)
    assert document["after"] == {"topicsExclude": [], "maxTasks": 3}
    assert document["before"]["topicsExclude"][-1] == "and 980 more"


def test_connects_words_of_any_length_make_a_short_message() -> None:
    told = reason(Code.CONFIG_REFUSED, NOW, {"words": "no " * 100_000})
    assert len(told.message) <= 1_000
