"""A mirror's status: the first row of the table that holds, and every reason. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from mirroring import bounded
from mirroring.measuring.status_inputs import StatusCase, StatusInputs, is_stalled, unassigned
from mirroring.measuring.status_reasons import beside
from mirroring.measuring.status_rows import ROWS
from mirroring.observation import Code, Observation, Reason, Status
from mirroring.reason_table import LASTING
from mirroring.reasons import duration, reason

GOOD = 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a sample saw means; `counts` are what the next sample's judgement needs."""

    status: Status
    reasons: tuple[Reason, ...]
    counts: Mapping[str, int]


def judge(inputs: StatusInputs, before: Observation | None, counts: Mapping[str, int]) -> Verdict:
    """The status by the first row that holds, with every reason worth telling."""
    case = StatusCase(inputs, before, _counted(inputs, before, counts))
    status, reasons = next(row for rule in ROWS if (row := rule(case)) is not None)
    reported = _unique((*reasons, *inputs.findings, *beside(case)))
    lasts = (one for one in (before.reasons if before else ()) if one.code not in LASTING)
    known = {one.key: one.since for one in lasts}
    kept = [one.model_copy(update={"since": known.get(one.key, one.since)}) for one in reported]
    return Verdict(status, bounded.reasons(kept, before.reasons if before else ()), case.counts)


def unknown(before: Observation, now: datetime) -> Observation:
    """The next observation of a mirror that could not be sampled: UNKNOWN, and the rest as before.

    What was lost stays worth knowing.
    """
    says = {"age": duration((now - before.measured_at) // timedelta(milliseconds=1))}
    missing = reason(Code.SAMPLES_MISSING, now, says)
    known = {one.key: one.since for one in before.reasons}
    missing = missing.model_copy(update={"since": known.get(missing.key, missing.since)})
    kept = (one for one in before.reasons if one.code in LASTING)
    was = before.status is Status.UNKNOWN
    return before.model_copy(
        update={
            "sequence": before.sequence + 1,
            "status": Status.UNKNOWN,
            "status_since": before.status_since if was else now,
            "reasons": (missing, *kept),
        }
    )


def _counted(
    inputs: StatusInputs, before: Observation | None, counts: Mapping[str, int]
) -> dict[str, int]:
    """In how many samples in a row, and since when (ms), was what takes a while to mean something.

    A breach is not over as long as it is not known whether records still wait.
    """
    connector, now = inputs.connector, int(inputs.now.timestamp() * 1000)
    good = now if before is None else int(before.measured_at.timestamp() * 1000)
    taskless = connector is not None and connector.status == "RUNNING" and not connector.tasks
    taskless_since = counts.get("taskless_since", 0) or now
    running_since = counts.get("running_since", 0)
    if Code.CONNECT_UNREACHABLE not in inputs.unobservable:
        running = connector is not None and connector.status == "RUNNING"
        running_since = (running_since or now) if running else 0
    late = any(topic.above >= 2 or is_stalled(topic, inputs) for topic in inputs.topics)
    unsure = bool(inputs.unobservable) or any(topic.unsure for topic in inputs.topics)
    breach = counts.get("breach", 0)
    lasting = {f"away_{code}": True for code in inputs.unobservable} | {
        "unassigned": connector is not None and unassigned(connector),
        "empty": not inputs.matched and not inputs.unobservable,
        "untold": inputs.untold,
        "hidden": any(topic.hidden for topic in inputs.topics),
    }
    counted: dict[str, int] = {}
    for what in [what for what, holds in lasting.items() if holds]:
        counted[what] = counts.get(what, 0) + 1
        counted[f"{what}_since"] = counts.get(f"{what}_since", good)
    return counted | {
        "taskless_since": taskless_since if taskless and inputs.matched else 0,
        "running_since": running_since,
        "breach": GOOD if late else breach if unsure else max(0, breach - 1),
    }


def _unique(reasons: Iterable[Reason]) -> list[Reason]:
    """One reason for each finding, the gravest first."""
    by_key: dict[object, Reason] = {}
    for one in reasons:
        by_key.setdefault(one.key, one)
    return sorted(by_key.values(), key=lambda one: one.severity.rank)
