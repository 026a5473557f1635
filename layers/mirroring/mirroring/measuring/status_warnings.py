"""What is worth telling of a mirror beside its status."""

from collections.abc import Iterable

from mirroring.kafka_connect import trace_causes
from mirroring.measuring.reconciling import of_reconcile
from mirroring.measuring.status_inputs import StatusCase, StatusInputs, Unreadable
from mirroring.observation import Code, Connector, Reason, Severity
from mirroring.reasons import duration, reason
from mirroring.schema import iso


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
    yield from of_reconcile(inputs)
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


def _first_trace(connector: Connector) -> str | None:
    traces = (connector.trace, *(task.trace for task in connector.tasks))
    return next((trace for trace in traces if trace), None)


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
    """A partition of each topic that cannot be read: critical where that is so of most of it."""
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
    severity = Severity.CRITICAL if what.most else Severity.WARNING
    return reported.model_copy(update={"severity": severity, "count": what.more or None})
