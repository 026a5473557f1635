"""Timestamps that are not the time of writing."""

from itertools import pairwise

from mirroring.measuring.clock import now_ms
from mirroring.observation import Code, Observation, Status

from tests.e2e.truth.stage import (
    IN_SYNC,
    MINUTE_MS,
    Stage,
    Story,
    has,
    ms,
)
from tests.e2e.truth.world import FLUSH_MS

HOUR_MS = 60 * MINUTE_MS
YEAR_MS = 365 * 24 * HOUR_MS
FOREVER = str((1 << 63) - 1)
OUTAGE_MS = 15_000
BLIND_MS = 120_000
TARGET_MS = 5_000
MUCH_MS = 3_000


def producers_an_hour_ahead_are_told_and_never_late(stage: Stage) -> Story:
    yield from _skewed(stage, HOUR_MS, "producers' clocks an hour ahead")


def producers_an_hour_behind_are_told_and_never_late(stage: Stage) -> Story:
    yield from _skewed(stage, -HOUR_MS, "producers' clocks an hour behind")


def event_time_of_a_year_ago_is_told_and_never_late(stage: Stage) -> Story:
    yield from _skewed(stage, -YEAR_MS, "event time a year old")


def one_record_from_the_future_does_not_blind_the_mirror(stage: Stage) -> Story:
    topic = stage.topic(configs={"message.timestamp.after.max.ms": FOREVER})
    stage.make(target_latency=TARGET_MS)
    yield from stage.until(IN_SYNC, "in sync")
    flow = stage.flow(topic, skew_ms=HOUR_MS)
    stage.right = {Code.CLOCK_SKEW}
    yield from stage.until(has(Status.IN_SYNC, Code.CLOCK_SKEW), "told")
    stage.flows.end(flow)
    stage.flow(topic)
    yield
    stage.right = set()
    yield from stage.steady(_never_late, "in sync and not late", 5)
    yield from _paused(stage, topic)


def event_time_without_order_is_late_when_its_mirror_falls_behind(stage: Stage) -> Story:
    topic = stage.topic(configs={"retention.ms": "-1"})
    slow = {
        "bootstrap.servers": stage.world.source.address,
        "fetch.min.bytes": str(1 << 30),
        "fetch.max.wait.ms": "1000",
        "max.partition.fetch.bytes": "400",
    }
    stage.make(external=slow, target_latency=TARGET_MS)
    yield from stage.until(IN_SYNC, "in sync")
    stage.right = {Code.CLOCK_SKEW, Code.LATENCY_ABOVE_TARGET, Code.STALLED}
    stage.flow(topic, every_s=0.05, spread_ms=YEAR_MS)
    stage.fault()
    late = has(Status.OUT_OF_SYNC, Code.LATENCY_ABOVE_TARGET)
    yield from stage.until(late, "late")
    stage.detected("a mirror that is too slow, event time without order")
    true = 0

    def at_its_true_age(seen: Observation) -> bool:
        behind, most = seen.latency.behind or 0, now_ms() - stage.oldest_waiting(topic)
        assert behind <= most + FLUSH_MS + 2 * MUCH_MS, f"behind is {behind}, truly up to {most}"
        return behind >= true - MUCH_MS

    for _ in range(3):
        true = now_ms() - stage.oldest_waiting(topic)
        yield from stage.until(at_its_true_age, "the true age, not a younger one's")


def a_target_that_stamps_records_itself_is_measured_by_offsets(stage: Stage) -> Story:
    topic = stage.topic()
    stage.world.target.create(
        stage.mirrored(topic), configs={"message.timestamp.type": "LogAppendTime"}
    )
    stage.make(target_latency=TARGET_MS)
    stage.flow(topic)
    yield from stage.until(IN_SYNC, "in sync")
    stage.right.clear()
    yield from stage.steady(IN_SYNC, "in sync", 6)
    yield from _paused(stage, topic)


def _skewed(stage: Stage, skew_ms: int, fault: str) -> Story:
    limits = {"message.timestamp.after.max.ms": FOREVER, "retention.ms": "-1"}
    topic = stage.topic(configs=limits)
    stage.make(target_latency=TARGET_MS)
    yield from stage.until(IN_SYNC, "in sync")
    stage.flow(topic, skew_ms=skew_ms)
    stage.fault()
    stage.right = {Code.CLOCK_SKEW}
    yield from stage.until(has(Status.IN_SYNC, Code.CLOCK_SKEW), "told")
    stage.detected(fault)
    yield from stage.steady(_never_late, "in sync and not late", 6)
    assert stage.alerts() == []
    yield from _paused(stage, topic)


def _never_late(seen: Observation) -> bool:
    times = (seen.latency.average, seen.latency.max, seen.latency.behind)
    return seen.status is Status.IN_SYNC and all((one or 0) < MUCH_MS for one in times)


def _paused(stage: Stage, topic: str) -> Story:
    """An outage is seen at its true age, to the time between two samples, whatever the stamps.

    Where none of them can be used that takes until a commit is overdue.
    """
    stage.right |= {Code.CONNECTOR_PAUSED}
    stage.world.connect.pause(stage.connector)
    began = now_ms()
    paused = has(Status.OUT_OF_SYNC, Code.CONNECTOR_PAUSED)
    first = len(stage.seen) - 1
    seen = yield from stage.until(paused, "paused", within=2)
    while not seen.latency.behind or now_ms() - began < OUTAGE_MS:
        assert now_ms() - began < BLIND_MS, "the outage is not seen"
        seen = yield
    looks = [ms(one.measured_at) for one in stage.seen[first:]]
    gap = max(after - before for before, after in pairwise(looks))
    least, most = looks[-1] - began - gap, now_ms() - began + gap
    behind = seen.latency.behind
    assert least <= behind <= most, f"behind is {behind}, the outage {least} to {most} ms"


STORIES = (
    one_record_from_the_future_does_not_blind_the_mirror,
    event_time_without_order_is_late_when_its_mirror_falls_behind,
    producers_an_hour_ahead_are_told_and_never_late,
    producers_an_hour_behind_are_told_and_never_late,
    event_time_of_a_year_ago_is_told_and_never_late,
    a_target_that_stamps_records_itself_is_measured_by_offsets,
)
