"""CloudWatch metrics of samples, as lines of a log (Embedded Metric Format).

CloudWatch bills each metric by its name and dimensions, and each byte of a log: the stack has one
metric of each name, in a line for up to a hundred samples; each mirror's own are asked for.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from mirroring.observation import Observation, Status
from mirroring.settings import settings

MS, COUNT, NONE = "Milliseconds", "Count", "None"
UNITS = {
    "LatencyAverage": MS,
    "Behind": MS,
    "LagRecords": COUNT,
    "Status": NONE,
    "SamplesTaken": COUNT,
    "SamplesSkipped": COUNT,
    "DataLossRecords": COUNT,
    "UnexpectedErrors": COUNT,
}
BY_MIRROR = ("LatencyAverage", "Status")
# The most values that the format takes for one metric of a line.
VALUES = 100
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
Figures = dict[str, int]


def emit(taken: Iterable[Observation]) -> None:
    """Prints the samples' metrics, or that none was due: somebody looked, and nothing was there.

    Samples that were taken before one fails are printed all the same.
    """
    all_of_them: list[Figures] = []
    try:
        for one in taken:
            all_of_them.append(figures(one))
            if settings().metrics_by_mirror:
                print(_line(own(all_of_them[-1]), one.measured_at, mirror=one.mirror))
    finally:
        for begin in range(0, len(all_of_them), VALUES):
            print(_line(together(all_of_them[begin : begin + VALUES]), datetime.now(UTC)))
    if not all_of_them:
        print(_line({"SamplesTaken": 0}, datetime.now(UTC)))


def skipped(mirrors: int) -> None:
    """Prints a line for so many mirrors that were due and were not sampled."""
    print(_line({"SamplesSkipped": mirrors}, datetime.now(UTC)))


def unexpected() -> None:
    """Prints a line for a mistake of ours that was answered and did not crash the function.

    By its version: only the mistakes of a new one roll it back.
    """
    here = settings()
    of = {
        "function": here.aws_lambda_function_name,
        "version": here.aws_lambda_function_version,
    }
    print(_line({"UnexpectedErrors": 1}, datetime.now(UTC), **of))


def together(samples: Sequence[Figures]) -> dict[str, list[int]]:
    """The values of each metric; what no sample measured is left out."""
    values: dict[str, list[int]] = {}
    for one in samples:
        for name, value in one.items():
            values.setdefault(name, []).append(value)
    return values


def own(measured: Figures) -> Figures:
    """What is also kept by mirror, where that is asked for."""
    return {name: value for name, value in measured.items() if name in BY_MIRROR}


def figures(seen: Observation) -> Figures:
    """The metrics of one sample; what was never measured is left out."""
    latency = seen.latency
    values = {
        "LatencyAverage": latency.average,
        "Behind": latency.behind,
        "LagRecords": latency.lag_records,
        "Status": RANKS.get(seen.status, RANKS[Status.UNKNOWN]),
        "SamplesTaken": 1,
        "DataLossRecords": seen.lost_records,
    }
    return {name: value for name, value in values.items() if value is not None}


def _line(values: Mapping[str, int | list[int]], at: datetime, **of: str) -> str:
    """One line as the format wants it; the dimensions are the stack (`service`) and `of`."""
    dimensions = {"service": settings().powertools_service_name} | of
    directive = {
        "Namespace": settings().powertools_metrics_namespace,
        "Dimensions": [[*dimensions]],
        "Metrics": [{"Name": name, "Unit": UNITS[name]} for name in values],
    }
    header = {"Timestamp": round(at.timestamp() * 1000), "CloudWatchMetrics": [directive]}
    return json.dumps({"_aws": header, **dimensions, **values})
