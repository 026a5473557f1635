"""What a sample reads of Kafka Connect, by what its version can tell."""

import pytest
from mirroring.kafka_connect.client import ConnectClient
from mirroring.kafka_types import Partition
from mirroring.measuring.memory import Memory
from mirroring.measuring.read_connect import read_connect
from mirroring.measuring.readings import MirrorReadings
from mirroring.storing.observation_item import State

from tests.functional.connect_server import ConnectServer
from tests.given import a_mirror


@pytest.mark.parametrize(
    ("version", "tells"),
    [("4.3.1", True), ("3.4.1", False), ("7.4.0-ccs", False), ("7.5.0-ccs", True), ("own", True)],
)
def test_committed_offsets_are_unknown_where_connect_is_too_old_to_tell_them(
    version: str, tells: bool
) -> None:
    readings = MirrorReadings(mirror=a_mirror(), state=State(), memory=Memory())
    source = readings.mirror.source_connector
    with ConnectServer(shy=0) as server:
        server.answer("PUT", f"/connectors/{source}/config", {"connector.class": "x.Y"})
        server.offsets[source] = {("orders", 0): 7}
        read_connect(ConnectClient((server.url,)), [readings], version)

    assert readings.unobservable == {}
    assert readings.connect.committed == ({Partition("orders", 0): 7} if tells else None)
