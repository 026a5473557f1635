"""Records that are hard to copy, and logs whose offsets have gaps."""

from collections.abc import Generator

from mirroring.observation import Code, Observation, Status

from tests.e2e.kafka_records import Cluster, Record
from tests.e2e.local_stack import eventually
from tests.e2e.truth.side import plain
from tests.e2e.truth.stage import (
    IN_SYNC,
    MINUTE_MS,
    Stage,
    Story,
    has,
    is_,
    nothing_waits,
)

KEYS, ROUNDS = 10, 40
TARGET_MS = 4_000
QUIET = 8
READ_COMMITTED = {"isolation.level": "read_committed"}


def a_record_too_large_for_the_producer_fails_the_task(stage: Stage) -> Story:
    topic = stage.topic(configs={"max.message.bytes": str(4 << 20)})
    stage.make(target_latency=TARGET_MS)
    stage.write(topic, plain(5))
    yield from stage.until(IN_SYNC, "in sync")
    stage.write(topic, plain(1, size=1_500_000))
    stage.fault()
    stage.right = {Code.TASK_FAILED, Code.STALLED}
    seen = yield from stage.until(has(Status.OUT_OF_SYNC, Code.TASK_FAILED), "failed")
    stage.detected("record larger than the worker's producer sends")
    assert "max.request.size" in seen.reasons[0].action
    yield from stage.steady(is_(Status.OUT_OF_SYNC, Code.TASK_FAILED), "failed", 2)


def a_record_too_large_for_the_target_topic_fails_the_task_or_stalls(stage: Stage) -> Story:
    topic = stage.topic()
    stage.make(target_latency=TARGET_MS)
    stage.write(topic, plain(5))
    yield from stage.until(IN_SYNC, "in sync")
    yield from stage.until(nothing_waits, "nothing waits")
    stage.world.target.configure(stage.mirrored(topic), {"max.message.bytes": "200000"})
    stage.write(topic, plain(1, size=300_000))
    stage.write(topic, plain(5))
    stage.fault()
    stage.right = {Code.TASK_FAILED, Code.STALLED}

    def found(seen: Observation) -> bool:
        codes = {one.code for one in seen.reasons}
        return seen.status is Status.OUT_OF_SYNC and bool(codes & stage.right)

    seen = yield from stage.until(found, "failed or stalled")
    stage.detected("record larger than the target topic accepts")
    if seen.reasons[0].code is Code.TASK_FAILED:
        assert "max.message.bytes" in seen.reasons[0].action
    yield from stage.steady(found, "failed or stalled", 3)


def a_compacted_topic_with_gaps_is_in_sync(stage: Stage) -> Story:
    configs = {
        "cleanup.policy": "compact",
        "segment.ms": "100",
        "min.cleanable.dirty.ratio": "0.01",
    }
    topic = stage.topic(configs=configs)
    for number in range(KEYS * ROUNDS):
        stage.world.source.producer.send(
            topic, b"%d" % number, b"%d" % (number % KEYS), partition=0
        )
    cluster = Cluster(stage.world.source.address)

    def compacted() -> bool:
        stage.write(topic, [Record(b"last", key=b"last")])
        return len(cluster.read(topic)) < KEYS * ROUNDS // 2

    eventually(compacted, within_s=60, what="compacted")
    stage.make(target_latency=TARGET_MS)
    yield from stage.until(IN_SYNC, "in sync")
    yield from stage.until(nothing_waits, "nothing waits")
    stage.right.clear()
    stage.write(topic, [Record(b"more", key=b"0")])
    yield from stage.steady(IN_SYNC, "in sync", 3)
    yield from stage.until(nothing_waits, "nothing waits")
    yield from _quiet(stage, topic)


def transactions_leave_no_delay_behind(stage: Stage) -> Story:
    topic = stage.topic()
    stage.make(target_latency=TARGET_MS)
    yield from stage.until(IN_SYNC, "in sync")
    stage.right.clear()
    stage.world.source.transaction(topic, plain(5), f"{topic}-committed").commit_transaction()
    stage.world.source.transaction(topic, plain(5), f"{topic}-aborted").abort_transaction()
    yield from stage.steady(IN_SYNC, "in sync", QUIET)
    open_ = stage.world.source.transaction(topic, plain(5), f"{topic}-open")
    yield from stage.steady(IN_SYNC, "in sync while open", 3)
    open_.commit_transaction()
    yield from stage.steady(IN_SYNC, "in sync", 3)
    yield from stage.until(nothing_waits, "nothing waits")
    yield from _quiet(stage, topic)
    assert stage.alerts() == []


def a_mirror_of_committed_records_waits_for_none_that_is_aborted_or_open(stage: Stage) -> Story:
    topic = stage.topic()
    servers = {"bootstrap.servers": stage.world.source.address}
    stage.make(external=servers | READ_COMMITTED, target_latency=TARGET_MS)
    yield from stage.until(IN_SYNC, "in sync")
    stage.right.clear()
    stage.world.source.transaction(topic, plain(5), f"{topic}-aborted").abort_transaction()
    yield from stage.steady(IN_SYNC, "in sync", QUIET)
    open_ = stage.world.source.transaction(topic, plain(5), f"{topic}-open")
    stage.write(topic, plain(3))
    yield from stage.steady(IN_SYNC, "in sync while open", 4)
    copied = stage.world.target.end(stage.mirrored(topic))
    open_.commit_transaction()
    yield from stage.steady(IN_SYNC, "in sync", 3)
    yield from stage.until(nothing_waits, "nothing waits")
    assert stage.world.target.end(stage.mirrored(topic)) == copied + 8
    yield from _quiet(stage, topic)


def a_marker_never_hides_a_record_that_waits(stage: Stage) -> Story:
    topic = stage.topic()
    stage.make(target_latency=TARGET_MS)
    yield from stage.until(IN_SYNC, "in sync")
    stage.world.source.transaction(topic, plain(5), f"{topic}-first").commit_transaction()
    stage.right.clear()
    yield from stage.steady(IN_SYNC, "in sync", QUIET)
    stage.world.connect.pause(stage.connector)
    stage.right = {Code.CONNECTOR_PAUSED}
    yield
    stage.world.source.transaction(topic, plain(1), f"{topic}-second").commit_transaction()
    late = lambda seen: (seen.latency.behind or 0) > TARGET_MS  # noqa: E731
    yield from stage.until(late, "the record waits", within=5)


def _quiet(stage: Stage, topic: str) -> Generator[None, Observation, None]:
    """Twenty minutes in which nothing moves and nothing is wrong."""
    yield from stage.settled(topic)
    stage.quick = True
    for _ in range(20):
        stage.shift_ms += MINUTE_MS
        seen = yield
        assert IN_SYNC(seen) and nothing_waits(seen), "in sync while nothing moves"
    stage.quick, stage.shift_ms = False, 0


STORIES = (
    a_record_too_large_for_the_producer_fails_the_task,
    a_record_too_large_for_the_target_topic_fails_the_task_or_stalls,
    a_compacted_topic_with_gaps_is_in_sync,
    transactions_leave_no_delay_behind,
    a_mirror_of_committed_records_waits_for_none_that_is_aborted_or_open,
    a_marker_never_hides_a_record_that_waits,
)
