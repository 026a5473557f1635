"""The table of measurement.md: what a sample saw in, status and reasons out. Pure.

The rows are functions, tried in order; the first that gives a status decides.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mirroring.measuring import cause
from mirroring.mirror import Intent, Mirror
from mirroring.observation import (
    Backfill,
    Code,
    Connector,
    Observation,
    Reason,
    Severity,
    Status,
    TopicState,
)
from mirroring.reasons import duration, reason

GRACE = timedelta(minutes=3)
REFRESH_MS = 60_000
PATIENCE = 3
GOOD = 2


@dataclass(frozen=True, slots=True)
class Stuck:
    """A partition whose oldest record waits while nothing of it is copied; ms."""

    partition: int
    behind: int
    still: int


@dataclass(frozen=True, slots=True)
class Topic:
    """A mirrored topic as it is judged; ms. `above` counts samples in a row above the target."""

    name: str
    mirrored: str
    state: TopicState
    latency: int | None = None
    above: int = 0
    stuck: Stuck | None = None
    missing: bool = False
    skewed: int = 0
    retention_left: int | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """All that one sample saw of a mirror.

    `away` says what could not be observed, with the words, `dim` what only partly; `moves`:
    something was copied since the last sample; `refused`: Connect's words when it refused the
    configuration; `matched`: how many source topics match, as far as last known.
    """

    now: datetime
    mirror: Mirror
    refused: str | None = None
    given_up: frozenset[str] = frozenset()
    connector: Connector | None = None
    checkpoint: Connector | None = None
    away: Mapping[Code, str] = field(default_factory=dict)
    matched: int = 0
    topics: tuple[Topic, ...] = ()
    findings: tuple[Reason, ...] = ()
    backfill: Backfill | None = None
    dim: Mapping[Code, str] = field(default_factory=dict)
    moves: bool = False
    workers: int = 1
    plain_secrets: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a scene means; `counts` are what the next sample's judgement needs."""

    status: Status
    reasons: tuple[Reason, ...]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Case:
    """A scene with what the samples before it saw."""

    scene: Scene
    before: Observation | None
    counts: Mapping[str, int]

    @property
    def observed(self) -> bool:
        """Whether Connect told its states in this sample."""
        return Code.CONNECT_UNREACHABLE not in self.scene.away

    @property
    def young(self) -> bool:
        """Whether the mirror was made so lately that its parts may still be on their way."""
        return self.scene.now - self.scene.mirror.created_at <= GRACE

    def why(self, code: Code, *, task: int | None = None, **says: object) -> Reason:
        """A reason about the mirror connector."""
        name = self.scene.mirror.source_connector
        return reason(code, self.scene.now, says, connector=name, task=task)


Row = tuple[Status, tuple[Reason, ...]] | None


def row_1_removed(case: Case) -> Row:
    """Being removed."""
    return (Status.DELETING, ()) if case.scene.mirror.intent is Intent.DELETED else None


def row_2_refused(case: Case) -> Row:
    """Connect refused the configuration."""
    words = case.scene.refused
    if words is None:
        return None
    return Status.FAILED, (reason(Code.CONFIG_REFUSED, case.scene.now, {"words": words}),)


def row_3_paused_here(case: Case) -> Row:
    """Paused or stopped through Lockstep, or resumed so lately that Connect may not have yet."""
    mirror, connector = case.scene.mirror, case.scene.connector
    paused = mirror.intent in (Intent.PAUSED, Intent.STOPPED)
    held = connector is not None and connector.status in ("PAUSED", "STOPPED")
    was = case.before is not None and case.before.status is Status.PAUSED
    resuming = held and was and case.scene.now - mirror.updated_at <= GRACE
    return (Status.PAUSED, ()) if paused or resuming else None


def row_4_just_created(case: Case) -> Row:
    """No connector status, unassigned, or no task yet, in the first three minutes."""
    connector = case.scene.connector
    if not case.young or (case.before and case.before.status is not Status.CREATING):
        return None
    if connector is not None and connector.status == "FAILED":
        return None
    waiting = connector is None or connector.status in (None, "UNASSIGNED", "RESTARTING")
    unready = connector is None or not connector.tasks or _unassigned(connector)
    nothing = case.scene.matched == 0 and not case.scene.away
    return (Status.CREATING, ()) if waiting or (unready and not nothing) else None


def row_5_connector_gone(case: Case) -> Row:
    """The mirror connector is gone."""
    if case.observed and case.scene.connector is None:
        return Status.OUT_OF_SYNC, (case.why(Code.CONNECTOR_MISSING),)
    return None


def row_6_failed(case: Case) -> Row:
    """The connector or any of its tasks FAILED."""
    connector = case.scene.connector
    if connector is None:
        return None
    found = []
    if connector.status == "FAILED":
        why = cause.read(connector.trace)
        found.append(case.why(Code.CONNECTOR_FAILED, cause=why.message, todo=why.action))
    for task in connector.tasks:
        if task.status == "FAILED":
            why = cause.read(task.trace)
            said = case.why(Code.TASK_FAILED, task=task.id, cause=why.message, todo=why.action)
            found.append(said)
    return (Status.OUT_OF_SYNC, tuple(found)) if found else None


def row_7_paused_elsewhere(case: Case) -> Row:
    """Paused or stopped by someone else."""
    connector = case.scene.connector
    code = {"PAUSED": Code.CONNECTOR_PAUSED, "STOPPED": Code.CONNECTOR_STOPPED}.get(
        (connector and connector.status) or ""
    )
    return (Status.OUT_OF_SYNC, (case.why(code),)) if code else None


def row_8_not_running(case: Case) -> Row:
    """Unassigned or restarting for more than two samples."""
    connector = case.scene.connector
    samples = case.counts.get("unassigned", 0)
    if connector is None or samples <= 2:
        return None
    state = "RESTARTING" if connector.status == "RESTARTING" else "UNASSIGNED"
    why = case.why(Code.TASKS_NOT_RUNNING, state=state, samples=samples)
    return Status.OUT_OF_SYNC, (why,)


def row_9_no_tasks(case: Case) -> Row:
    """RUNNING with no task though topics match, beyond the refresh interval."""
    since = case.counts.get("taskless_since", 0)
    if not since or case.young or _ms(case.scene.now) - since <= REFRESH_MS:
        return None
    return Status.OUT_OF_SYNC, (case.why(Code.NO_TASKS, topics=case.scene.matched),)


def row_10_late_or_lost(case: Case) -> Row:
    """Above the target in two samples, stalled, missing on the target, reset, lost, recreated."""
    found = (*_missing(case), *_stalled(case), *_late(case))
    if found or case.scene.findings:
        return Status.OUT_OF_SYNC, found
    held = tuple(_held(case))
    return (Status.OUT_OF_SYNC, held) if held else None


def row_11_backfilling(case: Case) -> Row:
    """Only because records older than the mirror are still being copied."""
    backfill = case.scene.backfill
    if backfill is None or case.scene.away:
        return None
    says = {"done": backfill.done, "total": backfill.total}
    return Status.OUT_OF_SYNC, (reason(Code.BACKFILLING, case.scene.now, says),)


def row_12_unobservable(case: Case) -> Row:
    """Source, target or Connect cannot be observed for three samples; until then as before."""
    if not case.scene.away:
        return None
    blind = max(case.counts.get(f"away_{code}", 0) for code in case.scene.away)
    if blind >= PATIENCE and not case.scene.moves:
        return Status.UNKNOWN, ()
    return (case.before.status, case.before.reasons) if case.before else (Status.CREATING, ())


def row_13_no_topics(case: Case) -> Row:
    """No topic matches."""
    if case.scene.matched:
        return None
    says = {"regex": case.scene.mirror.topics_regex}
    return Status.STALE_TOPIC, (reason(Code.NO_TOPICS_MATCHED, case.scene.now, says),)


def row_14_stale(case: Case) -> Row:
    """Any STALE topic, or any INACTIVE one whose last latency is above the target."""
    now, target = case.scene.now, case.scene.mirror.target_latency
    found = []
    for topic in case.scene.topics:
        if topic.state is TopicState.STALE:
            found.append(reason(Code.STALE_TOPIC, now, topic=topic.name))
        elif topic.state is TopicState.INACTIVE and (topic.latency or 0) > target:
            found.append(_above(Code.INACTIVE_ABOVE_TARGET, topic, now, target))
    return (Status.STALE_TOPIC, tuple(found)) if found else None


def row_15_in_sync(case: Case) -> Row:
    """Otherwise."""
    return Status.IN_SYNC, ()


ROWS: tuple[Callable[[Case], Row], ...] = (
    row_1_removed,
    row_2_refused,
    row_3_paused_here,
    row_4_just_created,
    row_5_connector_gone,
    row_6_failed,
    row_7_paused_elsewhere,
    row_8_not_running,
    row_9_no_tasks,
    row_10_late_or_lost,
    row_11_backfilling,
    row_12_unobservable,
    row_13_no_topics,
    row_14_stale,
    row_15_in_sync,
)


def judge(scene: Scene, before: Observation | None, counts: Mapping[str, int]) -> Verdict:
    """The scene's status by the first row that holds, with every reason worth telling."""
    case = Case(scene, before, _counted(scene, counts))
    status, reasons = next(row for rule in ROWS if (row := rule(case)) is not None)
    told = _unique((*reasons, *scene.findings, *_beside(case)))
    known = {one.key: one.since for one in before.reasons} if before else {}
    kept = tuple(one.model_copy(update={"since": known.get(one.key, one.since)}) for one in told)
    return Verdict(status, kept, case.counts)


def _counted(scene: Scene, counts: Mapping[str, int]) -> dict[str, int]:
    """How many samples in a row saw what takes several to mean something."""
    connector = scene.connector
    away = {f"away_{code}": counts.get(f"away_{code}", 0) + 1 for code in scene.away}
    unassigned = connector is not None and _unassigned(connector)
    taskless = connector is not None and connector.status == "RUNNING" and not connector.tasks
    taskless_since = counts.get("taskless_since", 0) or _ms(scene.now)
    running_since = counts.get("running_since", 0)
    if Code.CONNECT_UNREACHABLE not in scene.away:
        running = connector is not None and connector.status == "RUNNING"
        running_since = (running_since or _ms(scene.now)) if running else 0
    late = any(topic.above >= 2 or _is_stalled(topic, scene) for topic in scene.topics)
    return away | {
        "unassigned": counts.get("unassigned", 0) + 1 if unassigned else 0,
        "taskless_since": taskless_since if taskless and scene.matched else 0,
        "running_since": running_since,
        "breach": GOOD if late else max(0, counts.get("breach", 0) - 1),
    }


def _unassigned(connector: Connector) -> bool:
    states = (connector.status, *(task.status for task in connector.tasks))
    return any(state in ("UNASSIGNED", "RESTARTING") for state in states)


def _is_stalled(topic: Topic, scene: Scene) -> bool:
    return topic.stuck is not None and topic.stuck.behind > scene.mirror.target_latency


def _missing(case: Case) -> Iterable[Reason]:
    for topic in case.scene.topics:
        if topic.missing:
            says = {"mirrored": topic.mirrored}
            yield reason(Code.TARGET_TOPIC_MISSING, case.scene.now, says, topic=topic.name)


def _stalled(case: Case) -> Iterable[Reason]:
    for topic in case.scene.topics:
        if topic.stuck is not None and _is_stalled(topic, case.scene):
            yield reason(
                Code.STALLED,
                case.scene.now,
                {"still": duration(topic.stuck.still), "delay": duration(topic.stuck.behind)},
                topic=topic.name,
                partition=topic.stuck.partition,
                measured=topic.stuck.behind,
                threshold=case.scene.mirror.target_latency,
            )


def _late(case: Case) -> Iterable[Reason]:
    target = case.scene.mirror.target_latency
    for topic in case.scene.topics:
        if topic.state is TopicState.ACTIVE and topic.above >= 2:
            yield _above(Code.LATENCY_ABOVE_TARGET, topic, case.scene.now, target)


def _held(case: Case) -> Iterable[Reason]:
    """What was too late in the last sample, until a second good one ends it.

    Where a higher row decided then, its topics still tell how late they were.
    """
    before, target = case.before, case.scene.mirror.target_latency
    if not case.counts.get("breach") or before is None or before.status is not Status.OUT_OF_SYNC:
        return
    late = (Code.LATENCY_ABOVE_TARGET, Code.STALLED)
    known = [one for one in before.reasons if one.code in late]
    yield from known
    for topic in () if known else before.topics:
        latency = max(topic.average_latency or 0, topic.behind or 0)
        if topic.state is TopicState.ACTIVE and latency > target:
            was = Topic(topic.name, topic.mirrored_name, topic.state, latency)
            yield _above(Code.LATENCY_ABOVE_TARGET, was, case.scene.now, target)


def _above(code: Code, topic: Topic, now: datetime, target: int) -> Reason:
    latency = topic.latency or 0
    return reason(
        code,
        now,
        {"delay": duration(latency), "target": duration(target)},
        topic=topic.name,
        measured=latency,
        threshold=target,
    )


def _beside(case: Case) -> Iterable[Reason]:
    """What is worth knowing whatever the status is."""
    scene, now = case.scene, case.scene.now
    for code, words in (*scene.away.items(), *scene.dim.items()):
        yield reason(code, now, {"words": words})
    if scene.checkpoint is not None and _any_failed(scene.checkpoint):
        why = cause.read(_first_trace(scene.checkpoint))
        name = scene.checkpoint.name
        says = {"cause": why.message, "todo": why.action}
        yield reason(Code.CHECKPOINT_FAILED, now, says, connector=name)
    for failed in filter(None, (scene.connector, scene.checkpoint)):
        if failed.name in scene.given_up and _any_failed(failed):
            says = {"cause": cause.read(_first_trace(failed)).message}
            yield reason(Code.REPAIR_GIVEN_UP, now, says, connector=failed.name)
    for topic in scene.topics:
        if topic.skewed:
            yield reason(Code.CLOCK_SKEW, now, {"records": topic.skewed}, topic=topic.name)
        if topic.retention_left is not None:
            left = topic.retention_left
            says = {"left": duration(max(0, left))}
            yield reason(Code.RETENTION_NEAR, now, says, topic=topic.name, measured=left)
    if scene.mirror.max_tasks < scene.workers:
        numbers = {"tasks": scene.mirror.max_tasks, "workers": scene.workers}
        yield reason(Code.FEWER_TASKS_THAN_WORKERS, now, numbers)
    if scene.plain_secrets:
        yield reason(Code.PLAIN_SECRETS, now)


def _any_failed(connector: Connector) -> bool:
    return "FAILED" in (connector.status, *(task.status for task in connector.tasks))


def _first_trace(connector: Connector) -> str | None:
    traces = (connector.trace, *(task.trace for task in connector.tasks))
    return next((trace for trace in traces if trace), None)


def _unique(reasons: Iterable[Reason]) -> list[Reason]:
    """One reason for each finding, the gravest first."""
    order = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)
    by_key: dict[object, Reason] = {}
    for one in reasons:
        by_key.setdefault(one.key, one)
    return sorted(by_key.values(), key=lambda one: order.index(one.severity))


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
