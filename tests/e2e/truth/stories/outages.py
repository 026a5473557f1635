"""Brokers and workers that are killed and come back."""

from mirroring.observation import Code, Observation, Status

from tests.e2e.truth import traffic
from tests.e2e.truth.elsewhere import FIRST, HOST, SECOND, again
from tests.e2e.truth.stage import IN_SYNC, Stage, Story, has
from tests.e2e.truth.stories.links import TARGET_MS, says_running

WORKERS = 2
UNKNOWN = {Code.PARTITIONS_UNREADABLE, Code.OFFSETS_UNKNOWN}
LATE = {Code.STALLED, Code.LATENCY_ABOVE_TARGET}


def a_killed_source_broker_is_unreachable_and_in_sync_when_it_is_back(stage: Stage) -> Story:
    topic = stage.topic()
    stage.make(target_latency=TARGET_MS)
    stage.flow(topic)
    yield from stage.until(IN_SYNC, "in sync at first")
    stage.right = {Code.SOURCE_UNREACHABLE}
    _kill(stage, "source")
    seen = yield from stage.until(
        has(Status.UNKNOWN, Code.SOURCE_UNREACHABLE), "unreachable", within=4
    )
    assert says_running(seen)
    stage.detected("source broker killed")
    _restart(stage, "source")
    yield from stage.until(IN_SYNC, "in sync again")


def a_killed_target_broker_is_unreachable_and_in_sync_when_it_is_back(stage: Stage) -> Story:
    topic = stage.topic()
    stage.make(target_latency=TARGET_MS, max_tasks=WORKERS)
    stage.flow(topic)
    yield from stage.until(IN_SYNC, "in sync at first")
    stage.right = {Code.TARGET_UNREACHABLE, *UNKNOWN}
    _kill(stage, HOST)
    yield from stage.until(has(Status.UNKNOWN, Code.TARGET_UNREACHABLE), "unreachable", within=4)
    stage.detected("target broker killed")
    _restart(stage, HOST)
    stage.right |= {Code.CONNECT_UNREACHABLE, Code.TASKS_NOT_RUNNING, *LATE}
    yield from stage.until(IN_SYNC, "in sync again")


def a_killed_worker_leaves_records_waiting_until_it_is_back(stage: Stage) -> Story:
    topic = stage.topic()
    stage.make(target_latency=TARGET_MS, max_tasks=WORKERS)
    stage.flow(topic)
    yield from stage.until(IN_SYNC, "in sync at first")
    stage.right = {Code.CONNECT_UNREACHABLE, *UNKNOWN, *LATE}
    _kill(stage, FIRST)
    late = has(Status.OUT_OF_SYNC, Code.CONNECT_UNREACHABLE, Code.STALLED)
    yield from stage.until(late, "stalled", within=5)
    stage.detected("only Connect worker killed")
    yield from stage.follows(topic, 2)
    _restart(stage, FIRST)
    yield from stage.until(IN_SYNC, "in sync again")


def a_dead_followers_partition_is_stalled_while_its_task_is_said_to_run(stage: Stage) -> Story:
    topic = stage.topic(partitions=2)
    stage.make(target_latency=TARGET_MS, max_tasks=WORKERS)
    with traffic.steady(stage.world.source.address, [topic], 2, 5.0):
        yield from stage.until(_on_both_workers, "a task on each worker")
        yield from stage.until(IN_SYNC, "in sync at first")
        stage.right = {*UNKNOWN, *LATE}
        _kill(stage, SECOND)
        stalled = has(Status.OUT_OF_SYNC, Code.STALLED)
        seen = yield from stage.until(stalled, "stalled", within=5)
        stage.detected("one of two Connect workers killed")
        assert says_running(seen) and _on_both_workers(seen)
        yield from stage.until(IN_SYNC, "in sync once the other worker has its task")


def _kill(stage: Stage, name: str) -> None:
    stage.world.processes.kill(stage.world.children[name])
    stage.fault()


def _restart(stage: Stage, name: str) -> None:
    children = stage.world.children
    children[name] = again(stage.world.processes, children[name])


def _on_both_workers(seen: Observation) -> bool:
    return len({task.worker for task in seen.connectors[0].tasks}) == 2


OF_THE_SOURCE = (a_killed_source_broker_is_unreachable_and_in_sync_when_it_is_back,)
OF_TWO_WORKERS = (
    a_dead_followers_partition_is_stalled_while_its_task_is_said_to_run,
    a_killed_target_broker_is_unreachable_and_in_sync_when_it_is_back,
    a_killed_worker_leaves_records_waiting_until_it_is_back,
)
