"""A partition without a leader on each side: one of three brokers is dead."""

from collections.abc import Iterator
from contextlib import contextmanager

from kafka.errors import KafkaError
from mirroring.observation import Code, Observation, Status

from tests.e2e.local_stack import eventually
from tests.e2e.truth.elsewhere import again
from tests.e2e.truth.stage import IN_SYNC, Stage, Story, has, topic_of
from tests.e2e.truth.stories.silenced import LATE, TARGET_MS

BROKERS = (1, 2, 3)
GROUPS = "__consumer_offsets"
EVERY_S = 0.1
WITHIN_S = 60.0
SAMPLES = 3
BRIEF_MS = 1_000


def a_partition_without_a_leader_on_each_side_is_unknown_and_the_others_are_judged(
    stage: Stage,
) -> Story:
    """The mirror is from the three brokers to the same: `read` loses one at the source, and
    `written` one on the target.
    """
    both = stage.world.source
    (coordinator,) = eventually(lambda: both.leaders(GROUPS), within_s=WITHIN_S, what="a group")
    victim = next(broker for broker in BROKERS if broker != coordinator)
    living = [broker for broker in BROKERS if broker != victim]
    read, written = f"{stage.slug}.read", f"{stage.slug}.written"
    for topic, brokers in ((read, (*living, victim)), (stage.mirrored(written), (*living, victim))):
        both.place(topic, *brokers)
    for topic in (written, stage.mirrored(read)):
        both.place(topic, *living, living[0])
    stage.make(target_latency=TARGET_MS)
    flows = {(t, p): stage.flow(t, partition=p) for t in (read, written) for p in range(3)}
    # On a busy machine a first copy to each of three brokers may take longer than the target.
    stage.right |= LATE
    yield from stage.until(IN_SYNC, "in sync at first")
    stage.right.clear()
    yield from stage.steady(IN_SYNC, "in sync", 2)

    stage.flows.end(flows[read, 2])
    yield from stage.until(lambda _: _is_copied(stage, read), "what it holds is copied")
    stage.right = {Code.SOURCE_UNREACHABLE, Code.PARTITIONS_UNREADABLE, *LATE}
    gone = {(read, 2), (written, 2)}
    with _dead(stage, victim):
        eventually(lambda: _is_leaderless(stage, read), within_s=WITHIN_S, what="no leader")
        unread = has(Status.IN_SYNC, Code.SOURCE_UNREACHABLE, Code.PARTITIONS_UNREADABLE)
        seen = yield from stage.until(unread, "one is unknown", within=5)
        stage.detected("one of three brokers dead: a source partition without a leader")
        while _told(seen, Code.PARTITIONS_UNREADABLE) != gone:
            assert seen.status is Status.IN_SYNC, "both are unknown before one is known to wait"
            seen = yield
        assert (topic_of(seen, written).lag_records or 0) > 0
        _assert_judged(seen, written, 3)
        stalled = has(Status.OUT_OF_SYNC, Code.STALLED, Code.SOURCE_UNREACHABLE)
        while not stalled(seen):
            _assert_judged(seen, read, 2)
            seen = yield
        stage.detected("one of three brokers dead: a target partition without a leader")
        for _ in range(SAMPLES):
            _assert_judged(seen, read, 2)
            assert _told(seen, Code.STALLED) == {(written, 2)}
            assert (read, 2) in _told(seen, Code.PARTITIONS_UNREADABLE) <= gone
            seen = yield
    yield from stage.until(IN_SYNC, "in sync again")
    stage.right.clear()
    stage.flow(read, partition=2)
    yield from stage.steady(IN_SYNC, "in sync", 2)


@contextmanager
def _dead(stage: Stage, broker: int) -> Iterator[None]:
    """Killed (-9), and started again in the end."""
    children, name = stage.world.children, str(broker)
    stage.world.processes.kill(children[name])
    stage.fault()
    try:
        yield
    finally:
        children[name] = again(stage.world.processes, children[name])


def _is_leaderless(stage: Stage, topic: str) -> bool:
    """Whether the brokers say so; the first one that is asked may be the dead one."""
    try:
        return stage.world.source.leaders(topic)[2] == -1
    except KafkaError:
        return False


def _told(seen: Observation, code: Code) -> set[tuple[str | None, int | None]]:
    return {(one.topic, one.partition) for one in seen.reasons if one.code is code}


def _is_copied(stage: Stage, topic: str) -> bool:
    both = stage.world.source
    return both.end(stage.mirrored(topic), 2) == both.end(topic, 2)


def _assert_judged(seen: Observation, topic: str, flows: int) -> None:
    """So many partitions' records are seen to be written, and arrive in time."""
    figures = topic_of(seen, topic)
    rate = (figures.average_rate or 0.0) * EVERY_S
    assert 0.8 * flows < rate < 1.2 * flows, f"{topic}: {figures.average_rate} records a second"
    assert 0 < (figures.average_latency or 0) < BRIEF_MS, f"{topic}: {figures.average_latency}"


STORIES = (a_partition_without_a_leader_on_each_side_is_unknown_and_the_others_are_judged,)
