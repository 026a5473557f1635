"""Brokers that fall silent, die, or lose their connections: what the others tell is not lost."""

import time
from collections import Counter
from collections.abc import Iterator

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from mirroring.client_properties.security import Isolation, Security
from mirroring.errors import ClusterUnreachable
from mirroring.kafka_client.probe import LATEST, Fault, OffsetAt, Partition, Probe

from lockstep.local.waiting import wait_until
from tests.e2e.clusters import Three, three

pytestmark = pytest.mark.e2e
ALONE = [Partition("alone", index) for index in range(12)]
PAIRED = [Partition("paired", index) for index in range(6)]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Three]:
    with three(tmp_path_factory.mktemp("kafka")) as running:
        prepare(running)
        yield running


def prepare(cluster: Three) -> None:
    """Partitions on every broker: `alone` has no follower, `paired` has one."""
    with KafkaAdminClient(bootstrap_servers=list(cluster.servers)) as admin:
        wait_until(lambda: len(admin.describe_cluster()["brokers"]) == 3, seconds=30, what="Kafka")
        admin.create_topics({"alone": {"num_partitions": 12, "replication_factor": 1}})
        admin.create_topics({"paired": {"num_partitions": 6, "replication_factor": 2}})
    producer = KafkaProducer(bootstrap_servers=list(cluster.servers))
    for one in (*ALONE, *PAIRED):
        producer.send(one.topic, b"value", partition=one.index).get(20)
    producer.close()


@pytest.fixture
def probe(cluster: Three) -> Iterator[Probe]:
    made = Probe(cluster.servers, Security())
    yield made
    made.close()


def led_by(probe: Probe, topic: str, node: int) -> set[Partition]:
    leaders = probe.topics([topic])[topic].leaders
    return {Partition(topic, index) for index, leader in enumerate(leaders) if leader == node}


def latest(probe: Probe, wanted: list[Partition]) -> dict[Partition, int | Fault]:
    """The end offsets, asked for as samples do."""
    counts = Counter(one.topic for one in wanted)
    found = probe.topic_offsets(counts, LATEST)
    return {
        Partition(name, index): at for name, some in found.items() for index, at in some.items()
    }


def test_one_silent_broker_costs_the_others_less_than_two_seconds(
    cluster: Three, probe: Probe
) -> None:
    silent = led_by(probe, "alone", 2)
    assert all(answer == 1 for answer in latest(probe, ALONE).values())
    cluster.proxies[1].fall_silent()
    try:
        began = time.monotonic()
        answers = latest(probe, ALONE)
        assert time.monotonic() - began < 2
        check(answers, silent)
        began = time.monotonic()
        found = probe.first_record(dict.fromkeys(ALONE, (0, 1)), Isolation.READ_COMMITTED)
        assert {one for one, what in found.items() if what is Fault.TIMEOUT} == silent
        probe.listen(ALONE, 0.3)
        assert probe.topics()["alone"].fault is None
        assert time.monotonic() - began < 1.5, "who was silent a moment ago is not waited for again"
        fresh = Probe(cluster.servers, Security())
        began = time.monotonic()
        check(latest(fresh, ALONE), silent)
        assert time.monotonic() - began < 2.5, "with new connections and metadata too"
        fresh.close()
    finally:
        cluster.proxies[1].speak()
        cluster.proxies[1].cut()
    recovered = Probe(cluster.servers, Security())
    assert all(answer == 1 for answer in latest(recovered, ALONE).values())
    recovered.close()


def check(answers: dict[Partition, int | Fault], silent: set[Partition]) -> None:
    assert {one for one, answer in answers.items() if answer is Fault.TIMEOUT} == silent
    assert all(answers[one] == 1 for one in set(ALONE) - silent)


def test_listening_goes_on_at_the_others_when_one_falls_silent(
    cluster: Three, probe: Probe
) -> None:
    probe.listen(ALONE, 0.1)
    cluster.proxies[2].fall_silent()
    try:
        began = time.monotonic()
        probe.listen(ALONE, 1)
        assert time.monotonic() - began < 2.5
    finally:
        cluster.proxies[2].speak()
        cluster.proxies[2].cut()


def test_connections_that_died_while_nobody_looked_are_replaced_without_a_word(
    cluster: Three, probe: Probe
) -> None:
    before = latest(probe, ALONE)
    for proxy in cluster.proxies:
        proxy.cut()
    assert latest(probe, ALONE) == before
    for proxy in cluster.proxies:
        proxy.cut()
    found = probe.first_record(dict.fromkeys(ALONE, (0, 1)), Isolation.READ_UNCOMMITTED)
    assert not any(isinstance(one, Fault) for one in found.values())
    for proxy in cluster.proxies:
        proxy.cut()
    assert probe.topics()["alone"].fault is None


def test_connections_that_a_firewall_forgot_are_replaced_within_the_call(
    cluster: Three, probe: Probe
) -> None:
    before = latest(probe, ALONE)
    for proxy in cluster.proxies:
        proxy.forget()
    began = time.monotonic()
    assert probe.topics()["alone"].fault is None
    assert time.monotonic() - began < 4, "three brokers in turn, then the servers named to us"
    assert latest(probe, ALONE) == before
    assert time.monotonic() - began < 5


def test_when_all_fall_silent_the_cluster_is_unreachable(cluster: Three) -> None:
    patient = Probe(cluster.servers, Security(), timeout_s=1)
    assert len(latest(patient, ALONE)) == 12
    for proxy in cluster.proxies:
        proxy.fall_silent()
    try:
        began = time.monotonic()
        assert set(latest(patient, ALONE).values()) == {Fault.TIMEOUT}
        with pytest.raises(ClusterUnreachable, match="does not answer"):
            patient.topics()
        assert time.monotonic() - began < 4
    finally:
        for proxy in cluster.proxies:
            proxy.speak()
            proxy.cut()
    patient.close()


def test_a_leader_that_went_away_is_followed_to_the_next(cluster: Three, probe: Probe) -> None:
    """The last test here, as a broker stays dead after it."""
    moving, lost = led_by(probe, "paired", 3), led_by(probe, "alone", 3)
    assert moving
    assert lost
    assert len(latest(probe, ALONE + PAIRED)) == 18
    another = Probe(cluster.servers, Security())
    every = dict.fromkeys(ALONE + PAIRED, LATEST)
    assert set(another.offsets(every).values()) == {OffsetAt(1, -1)}
    cluster.processes.kill(cluster.children[2])
    survivors = Probe(cluster.servers[:2], Security())
    wait_until(lambda: not led_by(survivors, "paired", 3), seconds=40, what="An election")
    survivors.close()
    answers = latest(probe, ALONE + PAIRED)
    assert {one for one, answer in answers.items() if isinstance(answer, Fault)} == lost
    assert {answers[one] for one in lost} <= {Fault.NO_LEADER, Fault.UNREACHABLE}
    told = another.offsets(every)
    assert {one for one, answer in told.items() if isinstance(answer, Fault)} == lost
    another.close()
    began = time.monotonic()
    assert {latest(probe, ALONE)[one] for one in lost} <= {Fault.NO_LEADER, Fault.UNREACHABLE}
    assert time.monotonic() - began < 1
    assert probe.cluster().brokers == 2
