"""Patterns that take long cost a sample little, and no other mirror anything."""

import time
from collections.abc import Mapping
from typing import Any

import pytest
from mirroring.kafka_types import TopicFacts
from mirroring.measuring import steps
from mirroring.measuring.memory import Memory
from mirroring.measuring.read_source import read_source
from mirroring.measuring.readings import MirrorReadings
from mirroring.observation import Code
from mirroring.storing.observation_item import State

from tests.given import a_mirror

NAMES = [f"{'a' * 200}{number}" for number in range(500)]
SLOW, PLAIN = "(a|aa)+$b", "a+1.*"


class Source:
    """A cluster of topics whose names a careless pattern takes for ever with."""

    def topics(self) -> dict[str, TopicFacts]:
        return {name: TopicFacts("id", (0,)) for name in NAMES}

    def topic_offsets(self, counts: Mapping[str, int], *_: Any) -> dict[str, dict[int, int]]:
        return {name: dict.fromkeys(range(count), 0) for name, count in counts.items()}


def test_fifty_mirrors_with_slow_patterns_leave_a_plain_one_its_sample(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(steps, "PATTERNS_S", 2.5)
    patterns = [*[SLOW] * 50, PLAIN]
    all_readings = [
        MirrorReadings(
            mirror=a_mirror(f"m{number}", topics_regex=one), state=State(), memory=Memory()
        )
        for number, one in enumerate(patterns)
    ]
    began = time.process_time()
    read_source(Source(), all_readings, matching_s=steps.matching_s(all_readings))  # type: ignore[arg-type]

    assert time.process_time() - began < 2 * steps.PATTERNS_S
    assert all(list(one.unobservable) == [Code.PATTERN_TOO_SLOW] for one in all_readings[:-1])
    assert not any(one.listed() for one in all_readings[:-1])
    assert all_readings[-1].source.matched == sum("a1" in name for name in NAMES)
    assert all_readings[-1].unobservable == {}
