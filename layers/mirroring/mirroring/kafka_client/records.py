"""What the records of a partition hold, read forward a piece at a time, without a session."""

from collections.abc import Iterator

from kafka.errors import KafkaError
from kafka.record import MemoryRecords

from mirroring.kafka_client.brokers import Brokers
from mirroring.kafka_client.fetching import fetch_once
from mirroring.kafka_client.leaders import ByNode
from mirroring.kafka_client.wire.batches import batches
from mirroring.kafka_types import Chunk, Content, Fault, Partition

MOST_BYTES = 1 << 20


def read_records(brokers: Brokers, by_node: ByNode[int]) -> dict[Partition, Chunk | Fault]:
    """Up to a MB of each partition, from an offset on; records of aborted transactions too.

    OTHER where the records are compressed with what needs more than the standard library.
    """
    return fetch_once(brokers, by_node, MOST_BYTES, MOST_BYTES, chunk)


def chunk(records: memoryview, start: int) -> Chunk | Fault:
    """The records at or after `start`; a batch that was cut short is left to the next fetch."""
    whole = [batch for batch in batches(records) if batch.whole]
    try:
        read = tuple(one for one in _contents(records) if one.offset >= start)
    except KafkaError:
        return Fault.OTHER
    return Chunk(read, max([start, *(batch.last_offset + 1 for batch in whole)]))


def _contents(records: memoryview) -> Iterator[Content]:
    """As kafka-python reads batches, but for control records."""
    read = MemoryRecords(bytes(records))
    while read.has_next():
        batch = read.next_batch()
        if getattr(batch, "is_control_batch", False):
            continue
        for one in batch:
            yield Content(one.offset, one.timestamp, one.key, one.value)
