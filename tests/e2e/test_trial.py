"""What a target would refuse, asked of a real broker without doing it."""

from collections.abc import Iterator
from functools import partial

import pytest
from mirroring.connecting.security import Security
from mirroring.facts import Trial
from mirroring.probing.probe import Probe

from lockstep.local import jars, kafka, ports
from lockstep.local.processes import Processes
from lockstep.local.waiting import listens, wait_until

pytestmark = pytest.mark.e2e
FEW = "the brokers are fewer than its default replication factor"


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
def test_too_few_brokers_for_its_default_replication_factor(probe: Probe) -> None:
    assert probe.try_creating({"one": 1, "two": 3}).refused == {"one": FEW, "two": FEW}
    assert probe.topics() == {}


@wide
def test_a_name_that_is_too_long_with_its_alias(probe: Probe) -> None:
    name = f"eu.{'x' * 249}"

    assert probe.try_creating({name: 1}).refused == {name: "the name is not allowed"}


@wide
def test_nothing_to_create_is_nothing_to_refuse(probe: Probe) -> None:
    assert probe.try_creating({}) == Trial()
    assert probe.unreadable([]) == frozenset()


@stamping
def test_a_broker_that_stamps_records_itself(probe: Probe) -> None:
    assert probe.try_creating({"one": 1}) == Trial({}, append_time=True)
    assert probe.topics() == {}
