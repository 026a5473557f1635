"""What reconcile is at with a mirror, as reasons beside its status."""

from collections.abc import Iterable
from datetime import timedelta

from mirroring.kafka_connect import trace_causes
from mirroring.measuring.status_inputs import StatusInputs
from mirroring.mirror import HOLDS
from mirroring.observation import Code, Connector, Reason
from mirroring.reasons import duration, reason

# A rebalance, a worker's restart or a rolling upgrade is over by then.
TELL_AFTER = timedelta(minutes=10)
RESTING = ("PAUSED", "STOPPED", "FAILED")
AGAIN = "it failed again each time"


def of_reconcile(inputs: StatusInputs) -> Iterable[Reason]:
    """What is given up, undone by others, or not done yet."""
    now = inputs.now
    for name in sorted(inputs.given_up):
        says = {"cause": _cause(inputs, name)}
        yield reason(Code.REPAIR_GIVEN_UP, now, says, connector=name)
    for name, what in sorted(inputs.changed.items()):
        yield reason(Code.CHANGED_BY_OTHERS, now, {"what": what}, connector=name)
    if inputs.failing is not None and now - inputs.failing.since >= TELL_AFTER:
        still = duration(int((now - inputs.failing.since).total_seconds() * 1000))
        says = {"still": still, "words": inputs.failing.words}
        yield reason(Code.CHANGE_PENDING, now, says)
    if (hold := HOLDS.get(inputs.mirror.intent)) and is_known(inputs) and not is_at_rest(inputs):
        yield reason(Code.PAUSE_PENDING, now, {"hold": hold})


def is_known(inputs: StatusInputs) -> bool:
    """Whether Connect told its states in this sample."""
    return Code.CONNECT_UNREACHABLE not in inputs.unobservable


def is_at_rest(inputs: StatusInputs) -> bool:
    """Whether Connect says that none of the connectors runs, nor a task of one."""
    return all(
        state in RESTING
        for one in (inputs.connector, inputs.checkpoint)
        if one is not None
        for state in one.states
    )


def _cause(inputs: StatusInputs, name: str) -> str:
    """What its trace says; right after a restart there is none for a moment."""
    connectors = (inputs.connector, inputs.checkpoint)
    traces = (_trace(one) for one in connectors if one is not None and one.name == name)
    trace = next(traces, None)
    return trace_causes.read(trace).message if trace else AGAIN


def _trace(connector: Connector) -> str | None:
    traces = (connector.trace, *(task.trace for task in connector.tasks))
    return next((trace for trace in traces if trace), None)
