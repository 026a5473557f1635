"""The edge to Kafka on a real broker, beside kafka-python's own clients where they know better."""

import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import count

import pytest
from kafka import KafkaAdminClient, KafkaProducer, OffsetSpec
from kafka import TopicPartition as Peer
from kafka.errors import TopicAlreadyExistsError
from mirroring.client_properties.security import Isolation, Security
from mirroring.kafka_client.probe import (
    EARLIEST,
    LATEST,
    MAX_TIMESTAMP,
    Fault,
    OffsetAt,
    Partition,
    Probe,
    Record,
)
from mirroring.kafka_types import Stamping

from tests.e2e.clusters import Secured, secured

APPEND = "LogAppendTime"
COMMITTED, UNCOMMITTED = Isolation.READ_COMMITTED, Isolation.READ_UNCOMMITTED
BIRTHDAY = 1_700_000_000_000
pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    with secured(tmp_path_factory.mktemp("kafka")) as running:
        yield running


@pytest.fixture(scope="module")
def admin(cluster: Secured) -> Iterator[KafkaAdminClient]:
    with KafkaAdminClient(bootstrap_servers=cluster.server) as client:
        yield client


@pytest.fixture(scope="module")
def producer(cluster: Secured) -> Iterator[KafkaProducer]:
    client = KafkaProducer(bootstrap_servers=cluster.server, linger_ms=0)
    yield client
    client.close()


@pytest.fixture
def probe(cluster: Secured) -> Iterator[Probe]:
    made = Probe([cluster.server], Security())
    yield made
    made.close()


_numbers = count()


@pytest.fixture
def topic(admin: KafkaAdminClient) -> str:
    name = f"topic-{next(_numbers)}"
    create(admin, name)
    return name


def create(admin: KafkaAdminClient, name: str, partitions: int = 3, **configs: str) -> None:
    settings = {key.replace("_", "."): value for key, value in configs.items()}
    with suppress(TopicAlreadyExistsError):
        admin.create_topics(
            {name: {"num_partitions": partitions, "replication_factor": 1, "configs": settings}}
        )


def produce(producer: KafkaProducer, topic: str, *stamps: int, partition: int = 0) -> None:
    for stamp in stamps:
        producer.send(topic, b"value", partition=partition, timestamp_ms=stamp)
        producer.flush()


def test_offsets_of_every_kind_are_those_of_the_admin_client(
    admin: KafkaAdminClient, producer: KafkaProducer, probe: Probe, topic: str
) -> None:
    produce(producer, topic, BIRTHDAY, BIRTHDAY + 50, BIRTHDAY + 20)
    produce(producer, topic, BIRTHDAY + 7, partition=2)
    for kind in (LATEST, EARLIEST, MAX_TIMESTAMP, BIRTHDAY + 10, BIRTHDAY + 51):
        ours = probe.offsets({Partition(topic, index): kind for index in range(3)})
        spec = OffsetSpec(kind) if kind < 0 else kind
        peer = admin.list_partition_offsets({Peer(topic, index): spec for index in range(3)})
        theirs = {
            Partition(*one): OffsetAt(answer.offset, answer.timestamp)
            for one, answer in peer.items()
        }
        assert ours == theirs
        if kind in (LATEST, EARLIEST):
            by_index = {one.index: answer.offset for one, answer in theirs.items()}
            assert probe.topic_offsets({topic: 3}, kind) == {topic: by_index}
    assert probe.offsets({Partition(topic, 0): MAX_TIMESTAMP}) == {
        Partition(topic, 0): OffsetAt(1, BIRTHDAY + 50)
    }


def test_looking_at_a_missing_topic_does_not_create_it(
    admin: KafkaAdminClient, probe: Probe
) -> None:
    missing = Partition("missing", 0)
    assert probe.topics(["missing"])["missing"].fault is Fault.UNKNOWN_TOPIC
    assert probe.offsets({missing: LATEST}) == {missing: Fault.UNKNOWN_TOPIC}
    assert probe.first_record({missing: (0, 9)}, COMMITTED) == {missing: Fault.UNKNOWN_TOPIC}
    assert probe.listen([missing], 0.1) == []
    assert probe.topic_configs(["missing"], ["retention.ms"]) == {"missing": Fault.UNKNOWN_TOPIC}
    assert "missing" not in admin.list_topics()


def test_what_cannot_be_answered_costs_the_rest_nothing(
    producer: KafkaProducer, probe: Probe, topic: str
) -> None:
    produce(producer, topic, BIRTHDAY)
    good, beyond, missing = Partition(topic, 0), Partition(topic, 7), Partition("missing", 0)
    assert probe.offsets({good: LATEST, beyond: LATEST, missing: LATEST}) == {
        good: OffsetAt(1, -1),
        beyond: Fault.UNKNOWN_TOPIC,
        missing: Fault.UNKNOWN_TOPIC,
    }
    assert probe.topic_offsets({topic: 8, "missing": 1}, LATEST) == {
        topic: {0: 1, 1: 0, 2: 0, **dict.fromkeys(range(3, 8), Fault.UNKNOWN_TOPIC)},
        "missing": {0: Fault.UNKNOWN_TOPIC},
    }
    spans = {good: (0, 1), beyond: (0, 1), missing: (0, 1)}
    assert probe.first_record(spans, UNCOMMITTED) == {
        good: Record(0, BIRTHDAY, is_append_time=False),
        beyond: Fault.UNKNOWN_TOPIC,
        missing: Fault.UNKNOWN_TOPIC,
    }


def test_a_topic_born_after_the_last_look_is_found(admin: KafkaAdminClient, probe: Probe) -> None:
    assert "newborn" not in probe.topics()
    create(admin, "newborn", partitions=2)
    assert probe.offsets({Partition("newborn", 1): LATEST}) == {
        Partition("newborn", 1): OffsetAt(0, -1)
    }


def test_a_topic_that_was_made_again_has_another_id(
    admin: KafkaAdminClient, producer: KafkaProducer, probe: Probe, topic: str
) -> None:
    produce(producer, topic, BIRTHDAY)
    before = probe.topics([topic])[topic]
    admin.delete_topics([topic])
    await_true(lambda: probe.topics([topic])[topic].fault is Fault.UNKNOWN_TOPIC)
    create(admin, topic)
    await_true(lambda: probe.topics([topic])[topic].fault is None)
    after = probe.topics([topic])[topic]
    assert len(before.topic_id) == len(after.topic_id) == 22
    assert before.topic_id != after.topic_id
    assert probe.offsets({Partition(topic, 0): LATEST}) == {Partition(topic, 0): OffsetAt(0, -1)}


def await_true(condition: object, seconds: float = 20) -> None:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not become true in time"


@pytest.fixture(scope="module")
def transactional(cluster: Secured) -> Iterator[KafkaProducer]:
    client = KafkaProducer(bootstrap_servers=cluster.server, transactional_id="t", linger_ms=0)
    client.init_transactions()
    yield client
    client.close()


def in_transaction(producer: KafkaProducer, topic: str, records: int, *, commit: bool) -> None:
    producer.begin_transaction()
    produce(producer, topic, *range(BIRTHDAY, BIRTHDAY + records))
    if commit:
        producer.commit_transaction()
    else:
        producer.abort_transaction()


def first(probe: Probe, topic: str, start: int, end: int, isolation: Isolation) -> object:
    partition = Partition(topic, 0)
    return probe.first_record({partition: (start, end)}, isolation)[partition]


def test_the_newest_batch_says_whose_times_a_topic_carries(
    admin: KafkaAdminClient, transactional: KafkaProducer, producer: KafkaProducer, probe: Probe
) -> None:
    """A transaction's marker, LogAppendTime without a right to see configurations, neither."""
    own, exact, broker = (f"stamping-{next(_numbers)}" for _ in range(3))
    for name, configs in ((own, {}), (exact, {}), (broker, {"message_timestamp_type": APPEND})):
        create(admin, name, partitions=1, **configs)
    for name in (own, broker):
        produce(producer, name, BIRTHDAY)
    in_transaction(transactional, exact, 2, commit=True)
    marked = {Partition(exact, 0): OffsetAt(3, -1)}
    await_true(lambda: probe.offsets({Partition(exact, 0): LATEST}) == marked)
    ends = {Partition(own, 0): 0, Partition(broker, 0): 0, Partition(exact, 0): 2}
    assert probe.stamping(ends) == {
        Partition(own, 0): Stamping(),
        Partition(broker, 0): Stamping(append_time=True),
        Partition(exact, 0): Stamping(transactions=True),
    }
    assert probe.stamping({Partition(own, 0): 7})[Partition(own, 0)] is Fault.OTHER


def test_markers_of_transactions_are_no_records(
    transactional: KafkaProducer, probe: Probe, topic: str
) -> None:
    in_transaction(transactional, topic, 2, commit=True)
    in_transaction(transactional, topic, 1, commit=False)
    for isolation in Isolation:
        assert first(probe, topic, 0, 3, isolation) == Record(0, BIRTHDAY, is_append_time=False)
        assert first(probe, topic, 1, 3, isolation) == Record(1, BIRTHDAY + 1, is_append_time=False)
        assert first(probe, topic, 2, 3, isolation) is None
        assert first(probe, topic, 4, 5, isolation) is None


def test_aborted_records_count_for_those_who_read_uncommitted_ones(
    transactional: KafkaProducer, producer: KafkaProducer, probe: Probe, topic: str
) -> None:
    in_transaction(transactional, topic, 3, commit=False)
    in_transaction(transactional, topic, 2, commit=False)
    assert first(probe, topic, 1, 7, COMMITTED) is None
    aborted = Record(1, BIRTHDAY + 1, is_append_time=False)
    assert first(probe, topic, 1, 7, UNCOMMITTED) == aborted
    produce(producer, topic, BIRTHDAY + 9)
    assert first(probe, topic, 1, 8, COMMITTED) == Record(7, BIRTHDAY + 9, is_append_time=False)


def test_an_open_transaction_hides_what_stands_behind_it_from_committed_readers(
    transactional: KafkaProducer, producer: KafkaProducer, probe: Probe, topic: str
) -> None:
    transactional.begin_transaction()
    try:
        produce(transactional, topic, BIRTHDAY)
        produce(producer, topic, BIRTHDAY + 1)
        partition = Partition(topic, 0)
        assert first(probe, topic, 0, 2, COMMITTED) is None
        assert first(probe, topic, 0, 2, UNCOMMITTED) is not None
        assert probe.offsets({partition: LATEST}, COMMITTED) == {partition: OffsetAt(0, -1)}
        assert probe.offsets({partition: LATEST}) == {partition: OffsetAt(2, -1)}
    finally:
        transactional.abort_transaction()
    assert first(probe, topic, 0, 2, COMMITTED) == Record(1, BIRTHDAY + 1, is_append_time=False)


def test_many_markers_in_a_row_are_walked_over(
    transactional: KafkaProducer, probe: Probe, topic: str
) -> None:
    for _ in range(150):
        in_transaction(transactional, topic, 1, commit=False)
    assert first(probe, topic, 0, 300, COMMITTED) is None
    in_transaction(transactional, topic, 1, commit=True)
    assert first(probe, topic, 0, 302, COMMITTED) == Record(300, BIRTHDAY, is_append_time=False)


def test_a_megabyte_of_aborted_records_is_walked_over(
    transactional: KafkaProducer, producer: KafkaProducer, probe: Probe, topic: str
) -> None:
    transactional.begin_transaction()
    for _ in range(40):
        transactional.send(topic, bytes(100_000), partition=0).get(10)
    transactional.abort_transaction()
    produce(producer, topic, BIRTHDAY)
    assert first(probe, topic, 0, 42, COMMITTED) == Record(41, BIRTHDAY, is_append_time=False)
    assert first(probe, topic, 5, 42, UNCOMMITTED) is not None


def test_offsets_that_compaction_emptied_are_walked_over(
    admin: KafkaAdminClient, producer: KafkaProducer, probe: Probe
) -> None:
    create(admin, "compacted", cleanup_policy="compact", segment_bytes="1048576")
    for number in range(40):
        producer.send("compacted", bytes(60_000), key=b"same", partition=0,
                      timestamp_ms=BIRTHDAY + number)  # fmt: skip
        producer.flush()

    def compacted() -> bool:
        record = first(probe, "compacted", 0, 40, COMMITTED)
        return record != Record(0, BIRTHDAY, is_append_time=False)

    await_true(compacted, 40)
    record = first(probe, "compacted", 0, 40, COMMITTED)
    assert isinstance(record, Record)
    assert 0 < record.offset < 40
    assert record.timestamp == BIRTHDAY + record.offset


def test_records_that_were_deleted_are_passed_over(
    admin: KafkaAdminClient, producer: KafkaProducer, probe: Probe, topic: str
) -> None:
    produce(producer, topic, *range(BIRTHDAY, BIRTHDAY + 5))
    admin.delete_records({Peer(topic, 0): 3})
    assert first(probe, topic, 1, 5, COMMITTED) == Record(3, BIRTHDAY + 3, is_append_time=False)
    assert first(probe, topic, 0, 2, COMMITTED) is None
    assert first(probe, topic, 90, 99, COMMITTED) is Fault.OTHER


@pytest.mark.parametrize("compression", ["none", "gzip"])
def test_a_record_inside_a_batch_is_found_with_its_own_time(
    cluster: Secured, probe: Probe, topic: str, compression: str
) -> None:
    kind = None if compression == "none" else compression
    batching = KafkaProducer(
        bootstrap_servers=cluster.server, linger_ms=500, compression_type=kind, batch_size=1 << 20
    )
    for stamp in (5, 3, 40, 10, 20):
        batching.send(topic, bytes(30_000), partition=1, timestamp_ms=BIRTHDAY + stamp)
    batching.close()
    partition = Partition(topic, 1)
    for offset, stamp in enumerate((5, 3, 40, 10, 20)):
        found = probe.first_record({partition: (offset, 5)}, UNCOMMITTED)
        assert found == {partition: Record(offset, BIRTHDAY + stamp, is_append_time=False)}


def test_the_brokers_clock_is_told_from_the_producers(
    admin: KafkaAdminClient, producer: KafkaProducer, probe: Probe
) -> None:
    create(admin, "stamped", message_timestamp_type="LogAppendTime")
    now = time.time() * 1000
    produce(producer, "stamped", BIRTHDAY)
    record = first(probe, "stamped", 0, 1, UNCOMMITTED)
    assert isinstance(record, Record)
    assert record.is_append_time
    assert abs(record.timestamp - now) < 10_000
    kinds = probe.topic_configs(["stamped"], ["message.timestamp.type"])
    assert kinds == {"stamped": {"message.timestamp.type": "LogAppendTime"}}


def test_records_are_heard_within_milliseconds_of_their_arrival(
    producer: KafkaProducer, probe: Probe, topic: str
) -> None:
    produce(producer, topic, BIRTHDAY)
    acknowledged: dict[tuple[int, int], float] = {}
    over = threading.Event()

    def speak() -> None:
        while not over.wait(0.02):
            sent = producer.send(topic, b"now", partition=len(acknowledged) % 2)
            answer = sent.get(10)
            acknowledged[answer.partition, answer.offset] = time.time() * 1000

    partitions = [Partition(topic, index) for index in range(3)]
    speaker = threading.Thread(target=speak)
    speaker.start()
    heard = probe.listen(partitions, 1.5)
    over.set()
    speaker.join()
    late = [one.arrived - acknowledged[one.partition.index, one.offset] for one in heard]
    assert len(heard) > 40
    assert all(one.timestamp > BIRTHDAY for one in heard), "what was there before was not heard"
    assert len({(one.partition, one.offset) for one in heard}) == len(heard)
    assert abs(statistics.median(late)) < 3


def test_listening_to_silence_ends_in_time(probe: Probe, topic: str) -> None:
    began = time.monotonic()
    assert probe.listen([Partition(topic, index) for index in range(3)], 0.7) == []
    assert 0.6 < time.monotonic() - began < 1.2


def test_a_hot_partition_does_not_flood_the_listener(
    cluster: Secured, admin: KafkaAdminClient, probe: Probe
) -> None:
    """The broker's clock tells when a record was there: a busy producer holds its own ones back."""
    topic, over = "hot", threading.Event()
    create(admin, topic, message_timestamp_type="LogAppendTime")

    def shout() -> None:
        client = KafkaProducer(bootstrap_servers=cluster.server, batch_size=200_000, linger_ms=5)
        while not over.is_set():
            client.send(topic, b"0123456789", partition=0)
        client.close()

    shouter = threading.Thread(target=shout)
    shouter.start()
    try:
        await_true(lambda: probe.offsets({Partition(topic, 0): LATEST}) != {})
        heard = probe.listen([Partition(topic, 0)], 2)
    finally:
        over.set()
        shouter.join()
    assert 1_000 < len(heard) < 25_000
    assert statistics.median(one.arrived - one.timestamp for one in heard) < 1_000
