"""A link to the source that drops everything, where Connect says RUNNING and timestamps mislead."""

from collections.abc import Generator

from mirroring.measuring.clock import now_ms
from mirroring.observation import Code, Observation, Status

from tests.e2e.proxy import Proxy
from tests.e2e.truth.flow import Flow, Flows
from tests.e2e.truth.side import plain
from tests.e2e.truth.stage import (
    IN_SYNC,
    MINUTE_MS,
    Holds,
    Stage,
    Story,
    has,
    is_,
    ms,
    nothing_waits,
)
from tests.e2e.truth.stories.links import says_running

TARGET_MS = 5_000
FIRST, MORE, GONE = 100, 80, 37
AFTER_WINDOW_MS = 7 * MINUTE_MS
# More than three flushes, so that how long they take is learnt.
LEARNT = 8
# A flush, two samples and the target; on a busy machine samples are ten seconds apart.
BLIND_S = 120.0
LATE = {Code.STALLED, Code.LATENCY_ABOVE_TARGET}
STALLED = has(Status.OUT_OF_SYNC, Code.STALLED)
LOST = is_(Status.OUT_OF_SYNC, Code.DATA_LOSS)


def retention_beyond_a_silent_link_is_a_loss_of_so_many_records(stage: Stage) -> Story:
    topic = stage.topic()
    link = stage.make_linked(target_latency=TARGET_MS)
    stage.write(topic, plain(FIRST))
    yield from stage.until(IN_SYNC, "in sync")
    yield from stage.until(nothing_waits, "nothing waits")
    stage.right = {*LATE}
    silence(link)
    stage.write(topic, plain(MORE))
    seen = yield from stage.until(STALLED, "stalled", seconds=30)
    assert says_running(seen)
    stage.right = {*LATE, Code.DATA_LOSS}
    stage.world.source.delete_records(topic, FIRST + GONE)
    stage.fault()
    told = has(Status.OUT_OF_SYNC, Code.STALLED, Code.DATA_LOSS)
    yield from stage.until(told, "the loss is told", within=2)
    stage.detected("retention at the source while the link to it drops everything")
    assert lost(stage) == GONE
    link.speak()
    yield from stage.until(nothing_waits, "the rest is copied")
    assert stage.world.target.end(stage.mirrored(topic)) == FIRST + MORE - GONE
    yield from stage.until(LOST, "the loss stands", within=3)
    assert lost(stage) == GONE
    flow = stage.flow(topic)
    yield from stage.steady(LOST, "the loss stands", 3)
    assert lost(stage) == GONE
    stage.flows.end(flow)
    yield from stage.until(nothing_waits, "everything is copied")
    yield from stage.settled(topic)
    stage.shift_ms, stage.right = AFTER_WINDOW_MS, set()
    yield from stage.until(IN_SYNC, "over", within=3)


def a_foreign_producer_on_the_target_hides_neither_a_dead_mirror_nor_a_loss(
    stage: Stage,
) -> Story:
    topic = stage.topic()
    link = stage.make_linked(target_latency=TARGET_MS)
    stage.flow(topic)
    yield from stage.until(IN_SYNC, "in sync")
    with Flows(stage.world.target) as others:
        others.begin(Flow(stage.mirrored(topic)))
        stage.right.clear()
        yield from stage.steady(IN_SYNC, "in sync beside another producer", LEARNT)
        stage.right = {Code.LATENCY_ABOVE_TARGET}
        late = is_(Status.OUT_OF_SYNC, Code.LATENCY_ABOVE_TARGET)
        yield from _dead(stage, link, late, "while somebody else writes to the target topic")
        yield from _loses(stage, topic)
    link.speak()
    stage.right |= LATE
    yield from stage.until(LOST, "the loss alone is left")


def another_mirror_of_the_topic_hides_neither_a_dead_mirror_nor_a_loss(stage: Stage) -> Story:
    topic = stage.topic()
    link = stage.make_linked(target_latency=TARGET_MS)
    other = stage.world.mirror(f"{stage.slug}-other", topic.replace(".", r"\."))
    stage.beside[other.name] = None
    stage.flow(topic)
    stage.right |= {Code.COPIES_TWICE}
    twice = is_(Status.IN_SYNC, Code.COPIES_TWICE)
    yield from stage.until(twice, "in sync, with a warning")
    stage.right = {Code.COPIES_TWICE}
    yield from stage.steady(twice, "in sync beside another mirror", LEARNT)
    stage.right = {Code.COPIES_TWICE, Code.LATENCY_ABOVE_TARGET}
    late = is_(Status.OUT_OF_SYNC, Code.COPIES_TWICE, Code.LATENCY_ABOVE_TARGET)
    yield from _dead(stage, link, late, "while another mirror writes to the target topic")
    yield from _loses(stage, topic)
    seen = stage.beside[other.name]
    assert seen is not None and twice(seen), "the other one is in sync"
    link.speak()
    stage.right |= LATE
    left = is_(Status.OUT_OF_SYNC, Code.COPIES_TWICE, Code.DATA_LOSS)
    yield from stage.until(left, "the loss alone is left")


def a_target_that_stamps_records_itself_tells_a_dead_mirror_at_its_true_age(
    stage: Stage,
) -> Story:
    topic = stage.topic()
    own = {"message.timestamp.type": "LogAppendTime"}
    stage.world.target.create(stage.mirrored(topic), configs=own)
    link = stage.make_linked(target_latency=TARGET_MS)
    stage.flow(topic)
    yield from stage.until(IN_SYNC, "in sync")
    stage.right.clear()
    yield from stage.steady(IN_SYNC, "in sync", LEARNT)
    stage.right = {*LATE}
    yield from _dead(stage, link, STALLED, "where the target stamps records itself")
    for _ in range(3):
        yield from at_its_true_age(stage, topic)
    link.speak()
    yield from stage.until(IN_SYNC, "in sync again")
    stage.right.clear()
    yield from stage.steady(IN_SYNC, "in sync", 2)


def silence(link: Proxy) -> None:
    """Pass nothing on any more, nor what is under way."""
    link.fall_silent()
    link.cut()


def lost(stage: Stage) -> int | None:
    """How many records the last sample tells to be lost."""
    return next(one.measured for one in stage.seen[-1].reasons if one.code is Code.DATA_LOSS)


def at_its_true_age(stage: Stage, topic: str) -> Generator[None, Observation, Observation]:
    """A sample that tells how old the oldest waiting record is, to the time between two samples."""
    oldest = stage.oldest_waiting(topic)
    seen = yield
    gap = ms(seen.measured_at) - ms(stage.seen[-2].measured_at)
    least, most = ms(seen.measured_at) - oldest - gap, now_ms() - oldest + gap
    behind = seen.latency.behind
    assert behind is not None and least <= behind <= most, f"{behind} is not {least} to {most}"
    return seen


def _dead(stage: Stage, link: Proxy, told: Holds, what: str) -> Story:
    """The link falls silent, which is told though Connect says RUNNING."""
    silence(link)
    stage.fault()
    seen = yield from stage.until(told, "told to be late", seconds=BLIND_S)
    stage.detected(f"link from Connect to the source drops everything, {what}")
    yield from stage.steady(told, "late", 4)
    assert says_running(seen)


def _loses(stage: Stage, topic: str) -> Story:
    """Records that the dead mirror has not copied are deleted: as many as that are told."""
    committed = stage.committed(topic)
    assert committed is not None
    stage.right |= {Code.DATA_LOSS}
    stage.world.source.delete_records(topic, committed + 1 + GONE)
    stage.fault()
    yield from stage.until(has(Status.OUT_OF_SYNC, Code.DATA_LOSS), "the loss is told")
    assert lost(stage) == GONE


STORIES = (
    retention_beyond_a_silent_link_is_a_loss_of_so_many_records,
    a_foreign_producer_on_the_target_hides_neither_a_dead_mirror_nor_a_loss,
    another_mirror_of_the_topic_hides_neither_a_dead_mirror_nor_a_loss,
    a_target_that_stamps_records_itself_tells_a_dead_mirror_at_its_true_age,
)
