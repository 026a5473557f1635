"""A sample that sees two mirrors write one topic says so."""

from typing import Any

import pytest
from mirroring.kafka_types import TopicFacts
from mirroring.measuring.copies import note_copies
from mirroring.measuring.memory import Memory
from mirroring.measuring.readings import MirrorReadings, SourceReading
from mirroring.measuring.status import judge
from mirroring.mirror import Intent, Mirror
from mirroring.observation import Code, Severity, Status
from mirroring.storing.observation_item import State

from tests.given import a_mirror
from tests.unit.scenes import inputs, observed

EU = a_mirror().source
AP = EU.model_copy(update={"cluster_id": "id-of-ap-core", "managed": "ap-core"})
PLAIN = {"rename_mirrored_topics": False}


def noted(one: Mirror, other: Mirror) -> list[dict[str, str]]:
    """What is noted of two mirrors that copy orders.new, and of one topic of each alone."""
    all_readings = [
        MirrorReadings(
            mirror=mirror,
            state=State(),
            memory=Memory(),
            source=SourceReading(
                topics={
                    name: TopicFacts("id", (0,)) for name in ("orders.new", f"only.{mirror.name}")
                }
            ),
        )
        for mirror in (one, other)
    ]
    note_copies(all_readings)
    return [dict(readings.copied_too) for readings in all_readings]


@pytest.mark.parametrize(
    ("one", "other", "twice"),
    [
        ({}, {}, True),
        (PLAIN, PLAIN, True),
        ({}, {"source": AP}, True),
        (PLAIN, {**PLAIN, "source": AP}, False),
        ({}, {"source": EU.model_copy(update={"alias": "other"})}, False),
        ({}, {"target_cluster_id": "elsewhere"}, False),
        ({}, {"intent": Intent.PAUSED}, False),
        ({}, PLAIN, False),
    ],
)
def test_what_another_mirror_writes_too_is_noted(
    one: dict[str, Any], other: dict[str, Any], twice: bool
) -> None:
    found = noted(a_mirror("a", **one), a_mirror("b", **other))

    assert found == ([{"orders.new": "b"}, {"orders.new": "a"}] if twice else [{}, {}])


def test_it_is_a_warning_that_names_the_other_mirror_and_no_status() -> None:
    verdict = judge(inputs(copied_too={"orders.new": "b"}), observed(), {})
    (told,) = verdict.reasons

    assert verdict.status is Status.IN_SYNC
    assert (told.code, told.topic, told.severity) == (
        Code.COPIES_TWICE,
        "orders.new",
        Severity.WARNING,
    )
    assert "mirror b writes eu.orders.new" in told.message
