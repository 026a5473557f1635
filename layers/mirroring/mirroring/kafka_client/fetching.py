"""One fetch from each partition's leader, without a session: what is read comes in one answer."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from kafka.errors import KafkaError

from mirroring.kafka_client import dialect
from mirroring.kafka_client.brokers import Brokers, Versions
from mirroring.kafka_client.leaders import ByNode
from mirroring.kafka_client.unreachable import fault_of
from mirroring.kafka_client.wire import fetch
from mirroring.kafka_types import Fault, Partition, fault

_WAIT_MS = 100
_READ_UNCOMMITTED = 0
_Found = TypeVar("_Found")


def fetch_once(
    brokers: Brokers,
    by_node: ByNode[int],
    partition_bytes: int,
    answer_bytes: int,
    read: Callable[[memoryview, int], _Found | Fault],
) -> dict[Partition, _Found | Fault]:
    """What `read` makes of each partition's bytes and its offset; OTHER for one that was left out.

    `by_node` has the offset to fetch from; both limits are in bytes.
    """
    request = partial(_request, partition_bytes=partition_bytes, answer_bytes=answer_bytes)
    answers = brokers.gather(
        {
            node: brokers.ask(node, partial(request, offsets=offsets))
            for node, offsets in by_node.items()
        }
    )
    found: dict[Partition, _Found | Fault] = {}
    for node, offsets in by_node.items():
        answer = answers[node]
        failed = isinstance(answer, KafkaError)
        found.update(dict.fromkeys(offsets, fault_of(answer) if failed else Fault.OTHER))
        for fetched in () if failed else fetch.response(answer.body):
            partition = Partition(fetched.topic, fetched.partition)
            found[partition] = fault(fetched.error) or read(fetched.records, offsets[partition])
    return found


def _request(
    versions: Versions, offsets: Mapping[Partition, int], partition_bytes: int, answer_bytes: int
) -> Any:
    wanted: dict[str, list[tuple[int, int, int]]] = {}
    for (topic, index), offset in offsets.items():
        wanted.setdefault(topic, []).append((index, offset, partition_bytes))
    limits = fetch.Limits(_WAIT_MS, answer_bytes)
    return dialect.fetch_request(versions, wanted, limits, _READ_UNCOMMITTED)
