"""CloudWatch metrics of samples, as lines of a log (Embedded Metric Format).

A metric costs per name and dimensions, so that only `LatencyAverage` and `Status` are also kept
by mirror; in the others' lines the mirror's name is a field to search for.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from mirroring.observation import Code, Observation, Status
from mirroring.settings import settings

MS, COUNT, NONE = "Milliseconds", "Count", "None"
UNITS = {
    "LatencyAverage": MS,
    "Behind": MS,
    "LagRecords": COUNT,
    "Status": NONE,
    "SamplesTaken": COUNT,
    "DataLossRecords": COUNT,
}
BY_MIRROR = ("LatencyAverage", "Status")
# How bad a status is, so that an alarm can say "2 or above".
RANKS = {
    Status.IN_SYNC: 0,
    Status.CREATING: 0,
    Status.PAUSED: 0,
    Status.DELETING: 0,
    Status.STALE_TOPIC: 1,
    Status.UNKNOWN: 2,
    Status.OUT_OF_SYNC: 3,
    Status.FAILED: 3,
}


def emit(taken: Iterable[Observation]) -> None:
    """Prints a line for each sample, or one that says 0: somebody looked, and nothing was there."""
    here = settings()
    namespace, service = here.powertools_metrics_namespace, here.powertools_service_name
    one = None
    for one in taken:
        print(line(figures(one), one.measured_at, namespace, service, one.mirror))
    if one is None:
        print(line({"SamplesTaken": 0}, datetime.now(UTC), namespace, service))


def skipped(mirrors: int) -> None:
    """Prints a line for so many mirrors that were due and were not sampled."""
    here = settings()
    namespace, service = here.powertools_metrics_namespace, here.powertools_service_name
    print(line({"SamplesSkipped": mirrors}, datetime.now(UTC), namespace, service))


def figures(seen: Observation) -> dict[str, int]:
    """The metrics of one sample; what was never measured is left out."""
    latency = seen.latency
    lost = [one.measured or 0 for one in seen.reasons if one.code is Code.DATA_LOSS]
    values = {
        "LatencyAverage": latency.average,
        "Behind": latency.behind,
        "LagRecords": latency.lag_records,
        "Status": RANKS[seen.status],
        "SamplesTaken": 1,
        "DataLossRecords": sum(lost),
    }
    return {name: value for name, value in values.items() if value is not None}


def line(
    values: Mapping[str, int],
    at: datetime,
    namespace: str,
    service: str,
    mirror: str | None = None,
) -> str:
    """One line as CloudWatch's Embedded Metric Format wants it."""
    directives = [_directive(namespace, ["service"], [*values])]
    named = {} if mirror is None else {"mirror": mirror}
    own = [name for name in BY_MIRROR if name in values]
    if named and own:
        directives.append(_directive(namespace, ["service", "mirror"], own))
    header = {"Timestamp": round(at.timestamp() * 1000), "CloudWatchMetrics": directives}
    return json.dumps({"_aws": header, "service": service, **named, **values})


def _directive(namespace: str, dimensions: list[str], names: list[str]) -> dict[str, object]:
    metrics = [{"Name": name, "Unit": UNITS.get(name, COUNT)} for name in names]
    return {"Namespace": namespace, "Dimensions": [dimensions], "Metrics": metrics}
