"""One real Kafka cluster as its users and administrators treat it, behind every mirror's back."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from kafka import KafkaAdminClient, KafkaProducer, OffsetSpec, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import UnknownTopicOrPartitionError

from tests.e2e.kafka_records import Record
from tests.e2e.local_stack import eventually

LARGEST = 8 << 20
PATIENCE_S = 30.0
METADATA_MS = 2_000


@dataclass
class Side:
    """The source or the target; every call returns once the cluster has done it."""

    address: str
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @cached_property
    def _admin(self) -> Any:
        return KafkaAdminClient(bootstrap_servers=self.address)

    @cached_property
    def producer(self) -> Any:
        """The producer that all ordinary records come from; it waits for no batch to fill."""
        return KafkaProducer(
            bootstrap_servers=self.address,
            max_request_size=LARGEST,
            acks=1,
            metadata_max_age_ms=METADATA_MS,
        )

    def close(self) -> None:
        """Ends the clients that were used."""
        for name in ("producer", "_admin"):
            if name in self.__dict__:
                self.__dict__[name].close()

    def create(
        self, topic: str, partitions: int = 1, configs: Mapping[str, str] | None = None
    ) -> None:
        """Make a topic."""
        layout = {
            "num_partitions": partitions,
            "replication_factor": 1,
            "configs": dict(configs or {}),
        }
        with self._lock:
            self._admin.create_topics({topic: layout}, wait_for_metadata=True)

    def place(self, topic: str, *brokers: int) -> None:
        """Make a topic that has a partition, and its only replica, on each of these brokers."""
        assignments = {index: [broker] for index, broker in enumerate(brokers)}
        with self._lock:
            self._admin.create_topics({topic: {"assignments": assignments}}, wait_for_metadata=True)

    def leaders(self, topic: str) -> list[int]:
        """Each partition's broker; -1 without one."""
        with self._lock:
            (told,) = self._admin.describe_topics([topic])
        by_index = {one["partition_index"]: one["leader_id"] for one in told["partitions"]}
        return [by_index[index] for index in sorted(by_index)]

    def delete(self, topic: str) -> None:
        """Delete a topic, and wait until the cluster does not know it any more."""
        with self._lock:
            self._admin.delete_topics([topic])
        eventually(lambda: topic not in self.topics(), within_s=PATIENCE_S, what=f"{topic} gone")

    def topics(self) -> set[str]:
        """The names of all topics."""
        with self._lock:
            return set(self._admin.list_topics())

    def configure(self, topic: str, configs: Mapping[str, str]) -> None:
        """Set some configurations of a topic, and leave the others."""
        with self._lock:
            self._admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs)])

    def add_partitions(self, topic: str, count: int) -> None:
        """Let the topic have so many partitions."""
        with self._lock:
            self._admin.create_partitions({topic: count})
        known = partial(self.producer.partitions_for, topic)
        eventually(lambda: len(known()) == count, within_s=PATIENCE_S, what=f"{topic} is larger")

    def delete_records(self, topic: str, below: int, partition: int = 0) -> None:
        """Delete the records with smaller offsets."""
        with self._lock:
            self._admin.delete_records({TopicPartition(topic, partition): below})

    def end(self, topic: str, partition: int = 0) -> int:
        """The offset after the last record; -1 where there is no such topic."""
        return self._offset(topic, partition, OffsetSpec.LATEST)

    def start(self, topic: str, partition: int = 0) -> int:
        """The offset of the first record that is still there; -1 where there is no such topic."""
        return self._offset(topic, partition, OffsetSpec.EARLIEST)

    def write(self, topic: str, records: Iterable[Record]) -> None:
        """Write records, to partition 0 unless they say otherwise."""
        write(self.producer, topic, records)

    def transaction(self, topic: str, records: Iterable[Record], name: str) -> Any:
        """Write records in a transaction that is still open: the producer, to commit or abort."""
        producer = KafkaProducer(bootstrap_servers=self.address, transactional_id=name)
        producer.init_transactions()
        producer.begin_transaction()
        write(producer, topic, records)
        return producer

    def _offset(self, topic: str, partition: int, which: Any) -> int:
        at = TopicPartition(topic, partition)
        with self._lock:
            try:
                return int(self._admin.list_partition_offsets({at: which})[at].offset)
            except UnknownTopicOrPartitionError:
                return -1


def write(producer: Any, topic: str, records: Iterable[Record]) -> None:
    """Write the records and wait until the broker has them."""
    futures = [
        producer.send(
            topic,
            value=one.value,
            key=one.key,
            headers=list(one.headers),
            timestamp_ms=one.timestamp_ms,
            partition=one.partition or 0,
        )
        for one in records
    ]
    producer.flush(PATIENCE_S)
    for future in futures:
        future.get(PATIENCE_S)


def plain(count: int, size: int = 20, **fields: Any) -> list[Record]:
    """So many records of that many bytes each."""
    return [Record(b"%0*d" % (size, number), **fields) for number in range(count)]
