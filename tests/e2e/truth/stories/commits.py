"""Commits that come with the records (exactly once), or later than registered."""

from collections.abc import Generator

from mirroring.measuring.clock import now_ms
from mirroring.observation import Observation, Status

from tests.e2e.truth.more_workers import LATE_FLUSH_MS
from tests.e2e.truth.stage import IN_SYNC, Stage, Story, has, ms
from tests.e2e.truth.stories.silenced import BLIND_S, LATE, TARGET_MS, silence

SLOW_S = 6.0
SHORT_MS = 3_000
SAMPLES = 12
FLUSHES = 3


def a_constant_lag_of_exactly_once_copies_is_out_of_sync_throughout(stage: Stage) -> Story:
    topic = stage.topic()
    link = stage.make_linked(target_latency=SHORT_MS)
    stage.flow(topic)
    yield from stage.until(IN_SYNC, "in sync")
    stage.right.clear()
    yield from stage.steady(IN_SYNC, "in sync", SAMPLES // 2)
    stage.right = {*LATE}
    link.delay_s = SLOW_S
    stage.fault()
    late = has(Status.OUT_OF_SYNC)
    yield from stage.until(late, "late", seconds=30)
    stage.detected("a link that takes 6 s longer, exactly-once copies, target latency 3 s")
    for _ in range(SAMPLES):
        seen = yield from _committed_exactly(stage, topic)
        assert late(seen), "out of sync throughout"
    link.delay_s = 0.0
    while not IN_SYNC(seen):
        seen = yield from _committed_exactly(stage, topic)
    stage.right.clear()
    yield from stage.steady(IN_SYNC, "in sync", 3)
    alerts = stage.alerts()
    assert alerts.count(("OUT_OF_SYNC", "IN_SYNC")) == 1, alerts


def a_flush_that_takes_five_times_as_long_as_registered_alarms_nobody_until_the_mirror_is_dead(
    stage: Stage,
) -> Story:
    plain, stamped = stage.topic("plain"), stage.topic("stamped")
    own = {"message.timestamp.type": "LogAppendTime"}
    stage.world.target.create(stage.mirrored(stamped), configs=own)
    link = stage.make_linked(target_latency=TARGET_MS)
    for topic in (plain, stamped):
        stage.flow(topic)
    yield from stage.until(IN_SYNC, "in sync")
    stage.right.clear()
    until = now_ms() + FLUSHES * LATE_FLUSH_MS
    while now_ms() < until:
        yield from stage.steady(IN_SYNC, "in sync", 1)
    assert stage.alerts() == []
    stage.right = {*LATE}
    silence(link)
    stage.fault()

    def both(seen: Observation) -> bool:
        return {one.topic for one in seen.reasons} == {plain, stamped}

    yield from stage.until(lambda seen: bool(seen.reasons), "told", seconds=30)
    yield from stage.until(both, "told of both topics", seconds=BLIND_S)
    stage.detected("dead mirror, flush of 15 s registered as 3 s, one topic in LogAppendTime")
    link.speak()
    yield from stage.until(IN_SYNC, "in sync again")


def _committed_exactly(stage: Stage, topic: str) -> Generator[None, Observation, Observation]:
    """A sample that tells the true age of the oldest record that waits, late or not.

    Of exactly-once copies the commit tells what is copied, as it is one transaction with them.
    """
    before = _oldest_waiting(stage, topic)
    seen = yield
    least, most = ms(seen.measured_at) - _oldest_waiting(stage, topic), now_ms() - before
    behind = seen.latency.behind
    assert behind is not None and least <= behind <= most, f"{behind} is not {least} to {most}"
    assert least <= SHORT_MS or not IN_SYNC(seen), "in sync, though old records wait"
    return seen


def _oldest_waiting(stage: Stage, topic: str) -> int:
    """When (ms) the first record was written that no commit covers."""
    committed = stage.committed(topic)
    assert committed is not None
    return stage.flows.written[topic].get(committed + 1, now_ms())


EXACT = (a_constant_lag_of_exactly_once_copies_is_out_of_sync_throughout,)
LATE_FLUSH = (
    a_flush_that_takes_five_times_as_long_as_registered_alarms_nobody_until_the_mirror_is_dead,
)
