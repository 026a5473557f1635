"""The table of docs/status.md, a function for each row: a status and its reasons, or None."""

from collections.abc import Callable

from mirroring.kafka_connect import trace_causes
from mirroring.measuring.status_inputs import GRACE, StatusCase, is_at_rest, unassigned
from mirroring.measuring.status_reasons import above, held, late, missing, stalled, unreadable
from mirroring.mirror import HOLDS, Intent
from mirroring.observation import Code, Reason, Severity, Status, TopicState
from mirroring.reason_table import LASTING, UNOBSERVABLE
from mirroring.reasons import reason

REFRESH_MS = 75_000
"""Connectors look for topics every 60 s, and then have tasks to start."""
Row = tuple[Status, tuple[Reason, ...]] | None


def row_1_removed(case: StatusCase) -> Row:
    """Being removed."""
    return (Status.DELETING, ()) if case.inputs.mirror.intent is Intent.DELETED else None


def row_2_refused(case: StatusCase) -> Row:
    """Connect refused the configuration."""
    words = case.inputs.refused
    if words is None:
        return None
    return Status.FAILED, (reason(Code.CONFIG_REFUSED, case.inputs.now, {"words": words}),)


def row_3_paused_here(case: StatusCase) -> Row:
    """Paused or stopped through Lockstep, or resumed so lately that Connect may not have yet."""
    mirror, connector = case.inputs.mirror, case.inputs.connector
    if mirror.intent in HOLDS:
        return _held_here(case)
    held = connector is not None and connector.status in ("PAUSED", "STOPPED")
    was = case.before is not None and case.before.status is Status.PAUSED
    resuming = held and was and case.inputs.now - mirror.updated_at <= GRACE
    return (Status.PAUSED, ()) if resuming else None


def _held_here(case: StatusCase) -> Row:
    """Paused once Connect says that nothing of it runs, until then as before.

    What ran again after a pause, or cannot be seen, is judged by the rows below.
    """
    before, connector = case.before, case.inputs.connector
    status = before.status if before else Status.CREATING
    rests = is_at_rest(case.inputs) if case.observed else status is Status.PAUSED
    ends = connector is not None and connector.status in ("PAUSED", "STOPPED")
    over = status in (Status.PAUSED, Status.FAILED)
    if rests or (ends and over):
        return Status.PAUSED, ()
    if over or not case.observed:
        return None
    return status, before.reasons if before else ()


def row_4_just_created(case: StatusCase) -> Row:
    """No connector status, unassigned, or no task yet, in the first three minutes."""
    connector = case.inputs.connector
    if not case.young or (case.before and case.before.status is not Status.CREATING):
        return None
    if connector is not None and connector.status == "FAILED":
        return None
    waiting = connector is None or connector.status in (None, "UNASSIGNED", "RESTARTING")
    unready = connector is None or not connector.tasks or unassigned(connector)
    nothing = case.inputs.matched == 0 and not case.inputs.unobservable
    return (Status.CREATING, ()) if waiting or (unready and not nothing) else None


def row_5_connector_gone(case: StatusCase) -> Row:
    """The mirror connector is gone."""
    if case.observed and case.inputs.connector is None:
        return Status.OUT_OF_SYNC, (case.why(Code.CONNECTOR_MISSING),)
    return None


def row_6_failed(case: StatusCase) -> Row:
    """The connector or any of its tasks FAILED, or runs for a moment after it was given up."""
    connector = case.inputs.connector
    if connector is None:
        return None
    found = []
    if connector.status == "FAILED":
        why = trace_causes.read(connector.trace)
        found.append(case.why(Code.CONNECTOR_FAILED, cause=why.message, todo=why.action))
    for task in connector.tasks:
        if task.status == "FAILED":
            why = trace_causes.read(task.trace)
            said = case.why(Code.TASK_FAILED, task=task.id, cause=why.message, todo=why.action)
            found.append(said)
    is_given_up = connector.name in case.inputs.given_up
    return (Status.OUT_OF_SYNC, tuple(found)) if found or is_given_up else None


def row_7_paused_elsewhere(case: StatusCase) -> Row:
    """Paused or stopped by someone else."""
    connector = case.inputs.connector
    code = {"PAUSED": Code.CONNECTOR_PAUSED, "STOPPED": Code.CONNECTOR_STOPPED}.get(
        (connector and connector.status) or ""
    )
    if code is None:
        return None
    return Status.OUT_OF_SYNC, (case.why(code, mirror=case.inputs.mirror.name),)


def row_8_not_running(case: StatusCase) -> Row:
    """Unassigned or restarting for three samples and three minutes."""
    connector = case.inputs.connector
    if connector is None or not case.lasts("unassigned"):
        return None
    state = "RESTARTING" if connector.status == "RESTARTING" else "UNASSIGNED"
    why = case.why(Code.TASKS_NOT_RUNNING, state=state, samples=case.counts["unassigned"])
    return Status.OUT_OF_SYNC, (why,)


def row_9_no_tasks(case: StatusCase) -> Row:
    """RUNNING with no task though topics match, beyond the refresh interval."""
    since = case.counts.get("taskless_since", 0)
    if not since or case.young or case.now_ms - since <= REFRESH_MS:
        return None
    return Status.OUT_OF_SYNC, (case.why(Code.NO_TASKS, topics=case.inputs.matched),)


def row_10_late_or_lost(case: StatusCase) -> Row:
    """Above target in two samples, stalled, missing on the target, reset, lost, recreated, cut."""
    found = (*missing(case), *stalled(case), *late(case))
    lost = tuple(one for one in case.inputs.findings if one.code in LASTING)
    if found or lost:
        return Status.OUT_OF_SYNC, (*found, *lost)
    was_late = tuple(held(case))
    return (Status.OUT_OF_SYNC, was_late) if was_late else None


def row_11_backfilling(case: StatusCase) -> Row:
    """Only because records older than the mirror are still being copied."""
    backfill = case.inputs.backfill
    if backfill is None or case.inputs.unobservable:
        return None
    says = {"done": backfill.done, "total": backfill.total}
    return Status.OUT_OF_SYNC, (reason(Code.BACKFILLING, case.inputs.now, says),)


def row_12_unobservable(case: StatusCase) -> Row:
    """Source, target, Connect, which topics match, or most of one is not known in three samples.

    And for three minutes; until then as before. So is a partition whose commit is overdue.
    """
    unread = tuple(one for one in unreadable(case) if one.severity is Severity.CRITICAL)
    if unread:
        return Status.UNKNOWN, unread
    away = [code for code in UNOBSERVABLE if code in case.inputs.unobservable]
    if not away:
        return None
    blind = any(case.lasts(f"away_{code}") for code in away)
    return (Status.UNKNOWN, ()) if blind and not case.inputs.moves else as_before(case)


def as_before(case: StatusCase) -> Row:
    """The status and reasons of the last sample; CREATING without one."""
    return (case.before.status, case.before.reasons) if case.before else (Status.CREATING, ())


def row_13_no_topics(case: StatusCase) -> Row:
    """No topic matches; where some did before, in three samples and three minutes."""
    if case.inputs.matched:
        return None
    if case.inputs.known and not case.lasts("empty"):
        return as_before(case)
    says = {"regex": case.inputs.mirror.topics_regex}
    return Status.STALE_TOPIC, (reason(Code.NO_TOPICS_MATCHED, case.inputs.now, says),)


def row_14_stale(case: StatusCase) -> Row:
    """Any STALE topic, or any INACTIVE one whose last latency is above the target."""
    now, target = case.inputs.now, case.inputs.mirror.target_latency
    found = []
    for topic in case.inputs.topics:
        if topic.state is TopicState.STALE:
            found.append(reason(Code.STALE_TOPIC, now, topic=topic.name))
        elif topic.state is TopicState.INACTIVE and (topic.latency or 0) > target:
            found.append(above(Code.INACTIVE_ABOVE_TARGET, topic, now, target))
    return (Status.STALE_TOPIC, tuple(found)) if found else None


def row_15_in_sync(case: StatusCase) -> Row:
    """Otherwise."""
    return Status.IN_SYNC, ()


ROWS: tuple[Callable[[StatusCase], Row], ...] = (
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
