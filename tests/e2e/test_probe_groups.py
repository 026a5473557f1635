"""Consumer groups and what records hold, asked of a real broker that guards them."""

from collections.abc import Iterator
from functools import partial

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ACL, ACLOperation, ACLPermissionType, ResourcePattern, ResourceType
from kafka.errors import KafkaError, NoError
from kafka.structs import OffsetAndMetadata
from mirroring.client_properties import properties
from mirroring.client_properties.security import Security
from mirroring.kafka_client.probe import Probe
from mirroring.kafka_types import Chunk, Content, Fault, GroupFacts, Partition

from tests.e2e.clusters import PASSWORD, Secured, secured
from tests.e2e.local_stack import eventually

pytestmark = pytest.mark.e2e
OPEN, CLOSED = Partition("open", 0), Partition("closed", 0)
ANN = {
    "security.protocol": "SASL_PLAINTEXT",
    "sasl.mechanism": "PLAIN",
    "sasl.jaas.config": "org.apache.kafka.common.security.plain.PlainLoginModule required "
    f'username="ann" password="{PASSWORD}";',
}
START_S = 60.0


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    with secured(tmp_path_factory.mktemp("kafka")) as running:
        prepare(running)
        yield running


def prepare(cluster: Secured) -> None:
    """Two topics, two groups that committed on both, and `ann`, who may see only one of each."""
    with KafkaAdminClient(bootstrap_servers=cluster.server) as admin:
        layout = {"num_partitions": 1, "replication_factor": 1}
        admin.create_topics(dict.fromkeys(("open", "closed"), layout))
        for kind, name in ((ResourceType.TOPIC, "open"), (ResourceType.GROUP, "seen")):
            allow = ACLPermissionType.ALLOW
            for operation in (ACLOperation.DESCRIBE, ACLOperation.READ):
                pattern = ResourcePattern(kind, name)
                admin.create_acls([ACL("User:ann", "*", operation, allow, pattern)])
        for group in ("seen", "hidden"):
            eventually(partial(commit, admin, group), within_s=START_S, what=group)


def commit(admin: KafkaAdminClient, group: str) -> bool:
    """Whether offset 7 was committed on both topics; a young cluster has no coordinator yet."""
    offsets = {TopicPartition(*one): OffsetAndMetadata(7, "", -1) for one in (OPEN, CLOSED)}
    try:
        told = admin.alter_group_offsets(group, offsets)
    except KafkaError:
        return False
    return set(told.values()) == {NoError}


@pytest.fixture
def probe(cluster: Secured) -> Iterator[Probe]:
    made = Probe([cluster.server], Security())
    yield made
    made.close()


@pytest.fixture
def ann(cluster: Secured) -> Iterator[Probe]:
    made = Probe([cluster.servers["PLAIN"]], properties.security(ANN))
    yield made
    made.close()


def test_groups_are_told_with_their_states_and_offsets(cluster: Secured, probe: Probe) -> None:
    with KafkaConsumer(
        "open", bootstrap_servers=cluster.server, group_id="member", enable_auto_commit=False
    ) as consumer:

        def joined() -> bool:
            consumer.poll(timeout_ms=200)
            return probe.groups().by_name.get("member") == GroupFacts("Stable", 1)

        eventually(joined, within_s=START_S, what="a stable group")
    found = probe.groups()

    assert found.whole
    assert {found.by_name[one] for one in ("seen", "hidden")} == {GroupFacts("Empty", 1)}
    assert probe.committed(found.by_name) == {
        "seen": {OPEN: 7, CLOSED: 7},
        "hidden": {OPEN: 7, CLOSED: 7},
        "member": {},
    }


def test_who_may_not_see_a_group_or_topic_is_told_nothing_of_it(ann: Probe) -> None:
    assert ann.groups().by_name == {"seen": GroupFacts("Empty", 1)}
    asked = dict.fromkeys(("seen", "hidden"), GroupFacts("", 1))

    assert ann.committed(asked) == {"seen": {OPEN: 7}, "hidden": Fault.UNAUTHORIZED}


def test_a_group_that_does_not_exist_has_committed_nothing(probe: Probe) -> None:
    assert probe.committed({"nobody": GroupFacts("", 1)}) == {"nobody": {}}


@pytest.mark.parametrize("compression", [None, "gzip"])
def test_records_are_read_on_from_an_offset(
    cluster: Secured, probe: Probe, compression: str | None
) -> None:
    topic = f"records-{compression}"
    with KafkaAdminClient(bootstrap_servers=cluster.server) as admin:
        admin.create_topics({topic: {"num_partitions": 1, "replication_factor": 1}})
    with KafkaProducer(
        bootstrap_servers=cluster.server, compression_type=compression, linger_ms=500
    ) as producer:
        for number in range(3):
            producer.send(topic, b"v%d" % number, key=b"k%d" % number, timestamp_ms=1_000 + number)
        producer.flush(10)
    place = Partition(topic, 0)

    second, third = Content(1, 1_001, b"k1", b"v1"), Content(2, 1_002, b"k2", b"v2")
    assert probe.records({place: 1}) == {place: Chunk((second, third), 3)}
    assert probe.records({place: 3}) == {place: Chunk((), 3)}


def test_records_that_may_not_be_read_are_a_fault(ann: Probe) -> None:
    assert ann.records({OPEN: 0, CLOSED: 0}) == {
        OPEN: Chunk((), 0),
        CLOSED: Fault.UNAUTHORIZED,
    }
