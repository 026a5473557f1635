"""When a sampler tries a source's credentials anew."""

import pytest
from mirroring.kafka_types import TopicFacts
from mirroring.measuring.check_credentials import doubtful
from mirroring.measuring.memory import Memory
from mirroring.measuring.readings import ConnectReading, MirrorReadings, SourceReading
from mirroring.observation import Code, Connector
from mirroring.reasons import reason
from mirroring.storing.observation_item import State

from tests.unit.scenes import NOW, connector, mirror, observed

STALLED = reason(Code.STALLED, NOW, {"still": "9 s", "delay": "9 s"}, topic="orders", partition=0)
TOPICS = {"orders": TopicFacts("source-id", (1,))}


@pytest.mark.parametrize(
    ("seen", "topics", "stalled", "wanted"),
    [
        pytest.param(connector("RUNNING", "RUNNING"), TOPICS, False, False, id="all is well"),
        pytest.param(connector("RUNNING"), TOPICS, False, True, id="no task"),
        pytest.param(connector("RUNNING"), {}, False, False, id="no task, as no topic matches"),
        pytest.param(connector("RUNNING", "RUNNING"), TOPICS, True, True, id="stalled"),
        pytest.param(connector("STOPPED"), TOPICS, False, False, id="stopped by a person"),
        pytest.param(None, TOPICS, True, False, id="no connector"),
    ],
)
def test_credentials_are_tried_where_they_may_be_why_nothing_moves(
    seen: Connector | None, topics: dict[str, TopicFacts], stalled: bool, wanted: bool
) -> None:
    before = observed(reasons=(STALLED,) if stalled else ())
    readings = MirrorReadings(mirror=mirror(), state=State(observation=before), memory=Memory())
    readings.connect, readings.source = ConnectReading(seen), SourceReading(topics=topics)
    assert doubtful(readings) is wanted
