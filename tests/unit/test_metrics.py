"""What CloudWatch reads from a sampler's log (Embedded Metric Format)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from mirroring.observation import Code, Latency, Observation, Status
from mirroring.settings import settings
from mirroring.storing import metrics

from tests.given import BEGIN, NAME, a_reason, after, an_observation


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The names of template.yaml."""
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "lockstep")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Lockstep")
    settings.cache_clear()
    yield
    settings.cache_clear()


def emitted(capsys: pytest.CaptureFixture[str], *taken: Observation) -> list[dict[str, Any]]:
    """The lines that a sampler prints."""
    metrics.emit(taken)
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def kept(line: dict[str, Any]) -> dict[tuple[str, ...], set[str]]:
    """The metrics of a line, by the dimensions that CloudWatch keeps them under."""
    directives = line["_aws"]["CloudWatchMetrics"]
    assert all(one["Namespace"] == "Lockstep" for one in directives)
    return {
        tuple(one["Dimensions"][0]): {metric["Name"] for metric in one["Metrics"]}
        for one in directives
    }


def test_a_sample_is_one_line_with_every_metric(capsys: pytest.CaptureFixture[str]) -> None:
    seen = an_observation(latency=Latency(average=21, max=63, behind=7, lag_records=9))

    (line,) = emitted(capsys, seen)

    assert {name: line[name] for name in metrics.UNITS} == {
        "LatencyAverage": 21,
        "Behind": 7,
        "LagRecords": 9,
        "Status": 0,
        "SamplesTaken": 1,
        "DataLossRecords": 0,
    }
    assert (line["service"], line["mirror"]) == ("lockstep", NAME)
    assert line["_aws"]["Timestamp"] == after(minutes=1).timestamp() * 1000
    assert kept(line) == {
        ("service",): set(metrics.UNITS),
        ("service", "mirror"): {"LatencyAverage", "Status"},
    }


def test_what_was_never_measured_is_no_metric(capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = emitted(capsys, an_observation(latency=Latency()))

    assert kept(line) == {
        ("service",): {"Status", "SamplesTaken", "DataLossRecords"},
        ("service", "mirror"): {"Status"},
    }


def test_lost_records_are_added_up(capsys: pytest.CaptureFixture[str]) -> None:
    reasons = (
        a_reason(Code.DATA_LOSS, measured=100),
        a_reason(Code.DATA_LOSS, measured=50, partition=1),
        a_reason(Code.STALLED, measured=95_000),
    )

    (line,) = emitted(capsys, an_observation(reasons=reasons))

    assert line["DataLossRecords"] == 150


def test_a_worse_status_is_a_higher_number(capsys: pytest.CaptureFixture[str]) -> None:
    order = (Status.IN_SYNC, Status.STALE_TOPIC, Status.UNKNOWN, Status.OUT_OF_SYNC)

    lines = emitted(capsys, *(an_observation(status=status) for status in order))

    assert [line["Status"] for line in lines] == [0, 1, 2, 3]
    assert set(metrics.RANKS) == set(Status)


def test_a_sample_of_nothing_still_says_that_somebody_looked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    (line,) = emitted(capsys)

    assert line["SamplesTaken"] == 0
    assert kept(line) == {("service",): {"SamplesTaken"}}
    assert line["_aws"]["Timestamp"] > BEGIN.timestamp() * 1000
