"""What the records of a partition hold, read forward a piece at a time, without a session."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from kafka.errors import KafkaError
from kafka.record import MemoryRecords

from mirroring.kafka_client import dialect
from mirroring.kafka_client.brokers import Brokers, Versions
from mirroring.kafka_client.leaders import ByNode
from mirroring.kafka_client.unreachable import fault_of
from mirroring.kafka_client.wire import fetch
from mirroring.kafka_client.wire.batches import batches
from mirroring.kafka_types import Chunk, Content, Fault, Partition, fault

MOST_BYTES = 1 << 20
_WAIT_MS = 100
_READ_UNCOMMITTED = 0


def read_records(brokers: Brokers, by_node: ByNode[int]) -> dict[Partition, Chunk | Fault]:
    """Up to a MB of each partition, from an offset on; records of aborted transactions too.

    OTHER where the records are compressed with what needs more than the standard library.
    """
    answers = brokers.gather(
        {
            node: brokers.ask(node, partial(_request, starts=starts))
            for node, starts in by_node.items()
        }
    )
    found: dict[Partition, Chunk | Fault] = {}
    for node, starts in by_node.items():
        answer = answers[node]
        failed = isinstance(answer, KafkaError)
        found.update(dict.fromkeys(starts, fault_of(answer) if failed else Fault.OTHER))
        for fetched in () if failed else fetch.response(answer.body):
            partition = Partition(fetched.topic, fetched.partition)
            told = fault(fetched.error) or chunk(fetched.records, starts[partition])
            found[partition] = told
    return found


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


def _request(versions: Versions, starts: Mapping[Partition, int]) -> Any:
    wanted: dict[str, list[tuple[int, int, int]]] = {}
    for (topic, index), offset in starts.items():
        wanted.setdefault(topic, []).append((index, offset, MOST_BYTES))
    limits = fetch.Limits(_WAIT_MS, MOST_BYTES)
    return dialect.fetch_request(versions, wanted, limits, _READ_UNCOMMITTED)
