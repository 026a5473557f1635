"""What a target would refuse, asked of a real broker without doing it."""

from collections.abc import Iterator
from functools import partial

import pytest
from mirroring.client_properties.security import Security
from mirroring.kafka_client.probe import Probe
from mirroring.kafka_types import Creation

from lockstep.local import jars, kafka, ports
from lockstep.local.processes import Processes
from lockstep.local.waiting import listens, wait_until

pytestmark = pytest.mark.e2e
WIDE = {"default.replication.factor": "3"}
STAMPING = {"log.message.timestamp.type": "LogAppendTime"}
wide = pytest.mark.parametrize("probe", [WIDE], indirect=True, ids=["wide"])
stamping = pytest.mark.parametrize("probe", [STAMPING], indirect=True, ids=["stamping"])


@pytest.fixture(scope="module")
def probe(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Probe]:
    """One broker with the settings of the test."""
    main, controller = ports.choose(2)
    folder = tmp_path_factory.mktemp("kafka")
    broker = kafka.Broker(
        "stubborn", folder, main, controller, kafka.new_cluster_id(), settings=request.param
    )
    with Processes() as processes:
        kafka.start_broker(processes, jars.locked("kafka"), broker)
        wait_until(partial(listens, main), seconds=60, what="Kafka")
        made = Probe([broker.address], Security())
        yield made
        made.close()


@wide
def test_the_default_replication_factor_of_new_topics_is_told(probe: Probe) -> None:
    assert probe.creation() == Creation(True, 3, False, False)
    assert probe.topics() == {}
    assert probe.unreadable([]) == frozenset()


@stamping
def test_a_broker_that_stamps_records_itself(probe: Probe) -> None:
    assert probe.creation().append_time is True
