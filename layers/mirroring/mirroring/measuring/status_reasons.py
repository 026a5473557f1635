"""What a sample saw of a mirror, as reasons: what is late or missing, and what is beside a status.

Pure; status_rows.py says which of them decide a status.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from mirroring.kafka_connect import trace_causes
from mirroring.measuring.status_inputs import (
    StatusCase,
    StatusInputs,
    Topic,
    Unreadable,
    is_at_rest,
    is_stalled,
)
from mirroring.mirror import HOLDS
from mirroring.observation import Code, Connector, Reason, Severity, Status, TopicState
from mirroring.reason_table import outage
from mirroring.reasons import duration, reason
from mirroring.schema import iso

# A rebalance, a worker's restart or a rolling upgrade is over by then.
TELL_AFTER = timedelta(minutes=10)
AGAIN = "it failed again each time"


def missing(case: StatusCase) -> Iterable[Reason]:
    """Topics that the target has no copy of."""
    for topic in case.inputs.topics:
        if topic.missing:
            says = {"mirrored": topic.mirrored}
            yield reason(Code.TARGET_TOPIC_MISSING, case.inputs.now, says, topic=topic.name)


def stalled(case: StatusCase) -> Iterable[Reason]:
    """Partitions of which nothing is copied while a record waits."""
    for topic in case.inputs.topics:
        if topic.stuck is not None and is_stalled(topic, case.inputs):
            yield reason(
                Code.STALLED,
                case.inputs.now,
                {"still": duration(topic.stuck.still), "delay": duration(topic.stuck.behind)},
                topic=topic.name,
                partition=topic.stuck.partition,
                measured=topic.stuck.behind,
                threshold=case.inputs.mirror.target_latency,
            )


def late(case: StatusCase) -> Iterable[Reason]:
    """Topics above the target in two samples in a row."""
    target = case.inputs.mirror.target_latency
    for topic in case.inputs.topics:
        if topic.state is TopicState.ACTIVE and topic.above >= 2:
            yield above(Code.LATENCY_ABOVE_TARGET, topic, case.inputs.now, target)


def held(case: StatusCase) -> Iterable[Reason]:
    """What was too late in the last sample, until a second good one ends it.

    Where a higher row decided then, its topics still tell how late they were.
    """
    before, target = case.before, case.inputs.mirror.target_latency
    if not case.counts.get("breach") or before is None or before.status is not Status.OUT_OF_SYNC:
        return
    known = [one for one in before.reasons if outage(one.code) is Code.STALLED]
    yield from known
    for topic in () if known else before.topics:
        latency = max(topic.average_latency or 0, topic.behind or 0)
        if topic.state is TopicState.ACTIVE and latency > target:
            was = Topic(topic.name, topic.mirrored_name, topic.state, latency)
            yield above(Code.LATENCY_ABOVE_TARGET, was, case.inputs.now, target)


def above(code: Code, topic: Topic, now: datetime, target: int) -> Reason:
    """A topic whose latency is above the target."""
    latency = topic.latency or 0
    return reason(
        code,
        now,
        {"delay": duration(latency), "target": duration(target)},
        topic=topic.name,
        measured=latency,
        threshold=target,
    )


def beside(case: StatusCase) -> Iterable[Reason]:
    """What is worth knowing whatever the status is."""
    inputs, now = case.inputs, case.inputs.now
    yield from unknown(case)
    for code, words in (*inputs.unobservable.items(), *inputs.partly_unobservable.items()):
        yield reason(code, now, {"words": words})
    if inputs.checkpoint is not None and "FAILED" in inputs.checkpoint.states:
        why = trace_causes.read(_first_trace(inputs.checkpoint))
        name = inputs.checkpoint.name
        says = {"cause": why.message, "todo": why.action}
        yield reason(Code.CHECKPOINT_FAILED, now, says, connector=name)
    yield from of_reconcile(case)
    for topic in inputs.topics:
        if topic.skewed:
            yield reason(Code.CLOCK_SKEW, now, {"records": topic.skewed}, topic=topic.name)
        if topic.retention_left is not None:
            left = topic.retention_left
            says = {"left": duration(max(0, left))}
            yield reason(Code.RETENTION_NEAR, now, says, topic=topic.name, measured=left)
    if inputs.mirror.max_tasks < inputs.workers:
        numbers = {"tasks": inputs.mirror.max_tasks, "workers": inputs.workers}
        yield reason(Code.FEWER_TASKS_THAN_WORKERS, now, numbers)
    yield from _of_credentials(inputs)
    yield from _twice(inputs)


def _of_credentials(inputs: StatusInputs) -> Iterable[Reason]:
    if inputs.plain_secrets:
        yield reason(Code.PLAIN_SECRETS, inputs.now)
    if inputs.expires is not None:
        certificate, until = inputs.expires
        says = {"certificate": certificate, "until": iso(until)}
        yield reason(Code.CERTIFICATE_EXPIRES, inputs.now, says)


def _twice(inputs: StatusInputs) -> Iterable[Reason]:
    """Topics whose copy another mirror writes, too."""
    for name, other in inputs.copied_too.items():
        says = {"other": other, "mirrored": inputs.mirror.mirrored_name(name)}
        yield reason(Code.COPIES_TWICE, inputs.now, says, topic=name)


def unknown(case: StatusCase) -> Iterable[Reason]:
    """What has not been known for long enough to matter."""
    inputs, now = case.inputs, case.inputs.now
    yield from unreadable(case)
    for topic in inputs.topics:
        if topic.hidden and case.lasts("hidden"):
            says = {"mirrored": topic.mirrored, "words": "DESCRIBE is refused."}
            yield reason(Code.TARGET_UNAUTHORIZED, now, says, topic=topic.name)
    if case.lasts("untold"):
        still = duration(case.now_ms - case.counts["untold_since"])
        yield case.why(Code.OFFSETS_UNKNOWN, still=still)


def unreadable(case: StatusCase) -> Iterable[Reason]:
    """A partition of each topic that cannot be read."""
    for topic in case.inputs.topics:
        if topic.unreadable is not None:
            yield _unreadable(topic.name, topic.unreadable, case)


def _unreadable(topic: str, what: Unreadable, case: StatusCase) -> Reason:
    more = f" And {what.more} more of its partitions." if what.more else ""
    says = {"still": duration(what.still), "words": f"{what.words}.{more}"}
    reported = reason(
        Code.PARTITIONS_UNREADABLE,
        case.inputs.now,
        says,
        topic=topic,
        partition=what.partition,
        measured=what.still,
    )
    severity = Severity.CRITICAL if what.critical else Severity.WARNING
    return reported.model_copy(update={"severity": severity, "count": what.more or None})


def of_reconcile(case: StatusCase) -> Iterable[Reason]:
    """What is given up, undone by others, or not done yet."""
    inputs, now = case.inputs, case.inputs.now
    for name in sorted(inputs.given_up):
        says = {"cause": _cause(inputs, name)}
        yield reason(Code.REPAIR_GIVEN_UP, now, says, connector=name)
    for name, what in sorted(inputs.changed.items()):
        yield reason(Code.CHANGED_BY_OTHERS, now, {"what": what}, connector=name)
    if inputs.failing is not None and now - inputs.failing.since >= TELL_AFTER:
        still = duration(int((now - inputs.failing.since).total_seconds() * 1000))
        says = {"still": still, "words": inputs.failing.words}
        yield reason(Code.CHANGE_PENDING, now, says)
    if (hold := HOLDS.get(inputs.mirror.intent)) and case.observed and not is_at_rest(inputs):
        yield reason(Code.PAUSE_PENDING, now, {"hold": hold})


def _cause(inputs: StatusInputs, name: str) -> str:
    """What its trace says; right after a restart there is none for a moment."""
    connectors = (inputs.connector, inputs.checkpoint)
    traces = (_first_trace(one) for one in connectors if one is not None and one.name == name)
    trace = next(traces, None)
    return trace_causes.read(trace).message if trace else AGAIN


def _first_trace(connector: Connector) -> str | None:
    traces = (connector.trace, *(task.trace for task in connector.tasks))
    return next((trace for trace in traces if trace), None)
