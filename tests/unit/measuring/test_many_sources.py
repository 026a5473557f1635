"""A message of very many sources: their connections are kept, and a silent one delays no other."""

import threading
from collections.abc import Iterator, Sequence

import pytest
from mirroring.client_properties.security import Security
from mirroring.errors import ProblemError
from mirroring.kafka_client import probe as probing
from mirroring.kafka_client.probe import Probe, is_kept, probe
from mirroring.measuring.readings import MirrorReadings
from mirroring.measuring.steps import each

WHO = Security()


@pytest.fixture(autouse=True)
def _nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(probing, "_kept", {})
    yield


def sampled(count: int) -> list[Probe]:
    """The Probes of so many sources, asked for as a sample does."""
    return [probe([f"source-{number}.test:9092"], WHO) for number in range(count)]


@pytest.mark.parametrize("count", [65, probing.MOST_KEPT])
def test_the_next_sample_has_the_connections_of_the_last(count: int) -> None:
    assert sampled(count) == sampled(count)
    assert all(map(is_kept, sampled(count)))


def test_more_sources_than_are_kept_cost_only_those_beyond_new_connections() -> None:
    first, *_, last = (sampled(250) for _ in range(3))
    same = [before is after for before, after in zip(first, last, strict=True)]
    assert same == [True] * (probing.MOST_KEPT - 1) + [False] * (251 - probing.MOST_KEPT)


def test_a_source_that_is_sampled_no_more_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = sampled(probing.MOST_KEPT)[0]
    monkeypatch.setattr(probing, "UNUSED_S", -1.0)
    new = probe(["new.test:9092"], WHO)
    assert (is_kept(new), is_kept(gone)) == (True, False)


def test_all_of_250_sources_are_asked_at_once() -> None:
    """None ends its step before all have begun it: four silent ones cost one patience."""
    together = threading.Barrier(250, timeout=30.0)

    def step(_: int, __: Sequence[MirrorReadings]) -> None:
        together.wait()

    def failed(_: Sequence[MirrorReadings], error: ProblemError) -> None:
        raise error

    each([(number, ()) for number in range(250)], step, failed)
    assert not together.broken
