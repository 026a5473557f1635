"""What the header of a partition's batch tells: whose times it carries, and of transactions."""

from mirroring.kafka_client.brokers import Brokers
from mirroring.kafka_client.fetching import fetch_once
from mirroring.kafka_client.leaders import ByNode
from mirroring.kafka_client.wire.batches import batches
from mirroring.kafka_types import Fault, Partition, Stamping

# A broker sends a batch whole or not at all, but for the first one of an answer. From the last
# offset on it sends no more than that batch: so the largest of a producer by default may come.
BATCH_BYTES = 1 << 20
_MOST_BYTES = 4 << 20


def read_stamping(brokers: Brokers, by_node: ByNode[int]) -> dict[Partition, Stamping | Fault]:
    """Of what each partition holds from the given offset on; OTHER where a batch was too large."""
    return fetch_once(
        brokers, by_node, BATCH_BYTES, _MOST_BYTES, lambda records, _: stamping(records)
    )


def stamping(records: memoryview) -> Stamping | Fault:
    """Of the last batch that was sent, as far as its header came; a transaction may be any."""
    sent = list(batches(records))
    if not sent:
        return Fault.OTHER
    return Stamping(sent[-1].is_append_time, any(one.is_transactional for one in sent))
