"""What the header of a partition's batch tells: whose times it carries, and of transactions."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from kafka.errors import KafkaError

from mirroring.kafka_client import dialect
from mirroring.kafka_client.brokers import Brokers, Versions
from mirroring.kafka_client.leaders import ByNode
from mirroring.kafka_client.unreachable import fault_of
from mirroring.kafka_client.wire import fetch
from mirroring.kafka_client.wire.batches import batches
from mirroring.kafka_types import Fault, Partition, Stamping, fault

# A broker sends a batch whole or not at all, but for the first one of an answer. From the last
# offset on it sends no more than that batch: so the largest of a producer by default may come.
BATCH_BYTES = 1 << 20
_MOST_BYTES = 4 << 20
_WAIT_MS = 100
_READ_UNCOMMITTED = 0


def read_stamping(brokers: Brokers, by_node: ByNode[int]) -> dict[Partition, Stamping | Fault]:
    """Of what each partition holds from the given offset on; OTHER where a batch was too large."""
    answers = brokers.gather(
        {
            node: brokers.ask(node, partial(_request, offsets=offsets))
            for node, offsets in by_node.items()
        }
    )
    found: dict[Partition, Stamping | Fault] = {}
    for node, offsets in by_node.items():
        answer = answers[node]
        failed = isinstance(answer, KafkaError)
        found.update(dict.fromkeys(offsets, fault_of(answer) if failed else Fault.OTHER))
        for fetched in () if failed else fetch.response(answer.body):
            partition = Partition(fetched.topic, fetched.partition)
            found[partition] = fault(fetched.error) or stamping(fetched.records)
    return found


def stamping(records: memoryview) -> Stamping | Fault:
    """Of the last batch that was sent, as far as its header came; a transaction may be any."""
    sent = list(batches(records))
    if not sent:
        return Fault.OTHER
    return Stamping(sent[-1].is_append_time, any(one.is_transactional for one in sent))


def _request(versions: Versions, offsets: Mapping[Partition, int]) -> Any:
    wanted: dict[str, list[tuple[int, int, int]]] = {}
    for (topic, index), offset in offsets.items():
        wanted.setdefault(topic, []).append((index, offset, BATCH_BYTES))
    limits = fetch.Limits(_WAIT_MS, _MOST_BYTES)
    return dialect.fetch_request(versions, wanted, limits, _READ_UNCOMMITTED)
