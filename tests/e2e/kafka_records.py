"""A Kafka cluster as its users see it: topics and records."""

from collections.abc import Sequence
from dataclasses import dataclass

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition


@dataclass(frozen=True)
class Record:
    """A Kafka record, as bytes; what is None is left to the producer."""

    value: bytes | None
    key: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()
    timestamp_ms: int | None = None
    partition: int | None = None


@dataclass(frozen=True)
class Cluster:
    """One of the two real Kafka clusters."""

    bootstrap_server: str

    def create(
        self, *topics: str, partitions: int = 3, configs: dict[str, str] | None = None
    ) -> None:
        """Create topics."""
        layout = {"num_partitions": partitions, "replication_factor": 1, "configs": configs or {}}
        with KafkaAdminClient(bootstrap_servers=self.bootstrap_server) as admin:
            admin.create_topics({topic: layout for topic in topics})

    def delete(self, *topics: str) -> None:
        """Delete topics."""
        with KafkaAdminClient(bootstrap_servers=self.bootstrap_server) as admin:
            admin.delete_topics(list(topics))

    def topics(self) -> set[str]:
        """The names of all topics."""
        with KafkaAdminClient(bootstrap_servers=self.bootstrap_server) as admin:
            return set(admin.list_topics())

    def produce(self, topic: str, *records: Record) -> None:
        """Write records and wait until the broker has them."""
        with KafkaProducer(bootstrap_servers=self.bootstrap_server) as producer:
            for one in records:
                producer.send(
                    topic,
                    value=one.value,
                    key=one.key,
                    headers=list(one.headers),
                    timestamp_ms=one.timestamp_ms,
                    partition=one.partition,
                )
            producer.flush(30)

    def read(self, topic: str) -> list[Record]:
        """Every record that the topic holds now, partition by partition; none without the topic."""
        with KafkaConsumer(
            bootstrap_servers=self.bootstrap_server,
            allow_auto_create_topics=False,
            enable_auto_commit=False,
        ) as consumer:
            partitions = [
                TopicPartition(topic, each) for each in consumer.partitions_for_topic(topic) or ()
            ]
            if not partitions:
                return []
            ends = consumer.end_offsets(partitions)
            consumer.assign(partitions)
            consumer.seek_to_beginning()
            return [record for each in partitions for record in _until(consumer, each, ends[each])]


def _until(consumer: KafkaConsumer, partition: TopicPartition, end: int) -> Sequence[Record]:
    """The records of one partition up to an offset."""
    records = []
    consumer.assign([partition])
    consumer.seek_to_beginning()
    while consumer.position(partition) < end:
        for one in consumer.poll(timeout_ms=500).get(partition, ()):
            headers = tuple((name, value) for name, value in one.headers)
            records.append(Record(one.value, one.key, headers, one.timestamp, one.partition))
    return records
