"""What CloudWatch reads from a sampler's log (Embedded Metric Format)."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from mirroring.observation import Code, Latency, Observation, Status
from mirroring.settings import settings
from mirroring.storing import metrics

from tests.given import BEGIN, NAME, a_reason, after, an_observation

STACK = "kafka-of-payments"
SAMPLED = set(metrics.UNITS) - {"SamplesSkipped", "UnexpectedErrors"}
Lines = list[dict[str, Any]]
Emitted = Callable[..., Lines]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What template.yaml sets."""
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", STACK)
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Lockstep")
    monkeypatch.setenv("METRICS_BY_MIRROR", "false")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def by_mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with `MetricsByMirror=true`."""
    monkeypatch.setenv("METRICS_BY_MIRROR", "true")


@pytest.fixture
def emitted(capsys: pytest.CaptureFixture[str]) -> Emitted:
    """The lines that a sampler prints."""

    def emitted(*taken: Observation) -> Lines:
        metrics.emit(taken)
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return emitted


def kept(lines: Lines) -> set[tuple[str, ...]]:
    """Each metric that CloudWatch would bill: its name and the values of its dimensions."""
    return {
        (metric["Name"], *(line[dimension] for dimension in directive["Dimensions"][0]))
        for line in lines
        for directive in line["_aws"]["CloudWatchMetrics"]
        for metric in directive["Metrics"]
    }


def test_a_sample_is_one_line_with_every_metric(emitted: Emitted) -> None:
    seen = an_observation(latency=Latency(average=21, max=63, behind=7, lag_records=9))

    (line,) = emitted(seen)

    assert {name: line[name] for name in SAMPLED} == {
        "LatencyAverage": [21],
        "Behind": [7],
        "LagRecords": [9],
        "Status": [0],
        "SamplesTaken": [1],
        "DataLossRecords": [0],
    }
    assert line["_aws"]["Timestamp"] > BEGIN.timestamp() * 1000
    assert kept([line]) == {(name, STACK) for name in SAMPLED}


def test_a_thousand_mirrors_are_six_metrics_in_ten_lines(emitted: Emitted) -> None:
    lines = emitted(*(an_observation(mirror=f"eu.us.{one:05}") for one in range(1_000)))

    assert kept(lines) == {(name, STACK) for name in SAMPLED}
    assert [len(line["Status"]) for line in lines] == [metrics.VALUES] * 10


def test_a_mirror_has_metrics_of_its_own_only_where_they_are_asked_for(
    by_mirror: None, emitted: Emitted
) -> None:
    lines = emitted(an_observation(), an_observation(mirror="us.ap"))

    assert kept(lines[:-1]) == {
        (name, STACK, mirror) for name in ("LatencyAverage", "Status") for mirror in (NAME, "us.ap")
    }
    assert {line["_aws"]["Timestamp"] for line in lines[:-1]} == {
        after(minutes=1).timestamp() * 1000
    }


def test_what_was_never_measured_is_no_metric(by_mirror: None, emitted: Emitted) -> None:
    mirror, stack = emitted(an_observation(latency=Latency()))

    assert {name for name, *_ in kept([stack])} == {"Status", "SamplesTaken", "DataLossRecords"}
    assert kept([mirror]) == {("Status", STACK, NAME)}


def test_what_was_taken_before_a_failure_is_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def taken() -> Iterator[Observation]:
        yield an_observation()
        yield an_observation(mirror="us.ap")
        raise TimeoutError("the third one")

    with pytest.raises(TimeoutError):
        metrics.emit(taken())

    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["SamplesTaken"] == [1, 1]


def test_mirrors_that_were_skipped_are_one_metric(capsys: pytest.CaptureFixture[str]) -> None:
    metrics.skipped(250)

    line = json.loads(capsys.readouterr().out)
    assert line["SamplesSkipped"] == 250
    assert kept([line]) == {("SamplesSkipped", STACK)}


def test_a_mistake_that_was_answered_counts_for_the_version_that_made_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "stack-ReadMirrors")
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_VERSION", "12")

    metrics.unexpected()

    line = json.loads(capsys.readouterr().out)
    assert kept([line]) == {("UnexpectedErrors", STACK, "stack-ReadMirrors", "12")}
    assert line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [
        ["service", "function", "version"]
    ]


def test_lost_records_are_those_of_every_loss(emitted: Emitted) -> None:
    named = (a_reason(Code.DATA_LOSS, measured=100, count=1),)

    (line,) = emitted(an_observation(reasons=named, lost_records=150))

    assert line["DataLossRecords"] == [150]


def test_a_worse_status_is_a_higher_number(emitted: Emitted) -> None:
    order = (Status.IN_SYNC, Status.STALE_TOPIC, Status.UNKNOWN, Status.OUT_OF_SYNC)

    (line,) = emitted(*(an_observation(status=status) for status in order))

    assert line["Status"] == [0, 1, 2, 3]
    assert set(metrics.RANKS) == set(Status)


def test_a_sample_of_nothing_still_says_that_somebody_looked(emitted: Emitted) -> None:
    (line,) = emitted()

    assert line["SamplesTaken"] == 0
    assert kept([line]) == {("SamplesTaken", STACK)}
    assert line["_aws"]["Timestamp"] > BEGIN.timestamp() * 1000
