"""ListOffsets asked of all leaders at once, in chunks that a broker serves within 50 ms."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from kafka.errors import KafkaError

from mirroring.client_properties.security import Isolation
from mirroring.kafka_client import dialect
from mirroring.kafka_client.brokers import LANES, Brokers
from mirroring.kafka_client.leaders import ByNode
from mirroring.kafka_client.unreachable import fault_of
from mirroring.kafka_types import EARLIEST, LATEST, MAX_TIMESTAMP, Fault, OffsetAt, Partition, fault

CHUNK_COST = 2_000
_CHEAP = (LATEST, EARLIEST)
_DEAR_COST = 2
# Half the time of a NamedTuple's own constructor, which counts with 10,000 partitions a sample.
_new = tuple.__new__

Chunk = Mapping[str, list[tuple[int, int]]]
"""(Index, timestamp) pairs by topic."""


def ask_offsets(
    brokers: Brokers, isolation: Isolation, by_node: ByNode[int]
) -> dict[Partition, OffsetAt | Fault]:
    """Each partition's answer; a request that fails is a Fault of its partitions alone."""
    chunks = {
        (node, number): chunk
        for node, wanted in by_node.items()
        for number, chunk in enumerate(chunked(wanted))
    }
    answers = brokers.gather(
        {
            (node, number): brokers.ask(
                node,
                partial(dialect.offsets_request, wanted=chunk, isolation=isolation.code),
                lane=number % LANES,
            )
            for (node, number), chunk in chunks.items()
        }
    )
    found: dict[Partition, OffsetAt | Fault] = {}
    for key, chunk in chunks.items():
        _read(chunk, answers[key], found)
    return found


def chunked(wanted: Mapping[Partition, int]) -> Iterator[Chunk]:
    """2,000 ends or starts, which brokers know by heart, or 1,000 searches by timestamp a chunk."""
    chunk: dict[str, list[tuple[int, int]]] = {}
    cost = 0
    for (topic, index), at in wanted.items():
        chunk.setdefault(topic, []).append((index, at))
        cost += 1 if at in _CHEAP else _DEAR_COST
        if cost >= CHUNK_COST:
            yield chunk
            chunk, cost = {}, 0
    if chunk:
        yield chunk


def _read(chunk: Chunk, answer: Any, found: dict[Partition, OffsetAt | Fault]) -> None:
    """Adds one answer to what was found; this is where a sample spends its time."""
    failed = isinstance(answer, KafkaError)
    before = len(found)
    for topic, rows in () if failed else dialect.offsets_answer(answer):
        for index, error, timestamp, offset in rows:
            value = _fault(error) if error else _new(OffsetAt, (offset, timestamp))
            found[_new(Partition, (topic, index))] = value
    if len(found) - before < sum(map(len, chunk.values())):
        for topic, pairs in chunk.items():
            for index, at in pairs:
                left_out = Fault.UNSUPPORTED if at == MAX_TIMESTAMP else Fault.OTHER
                missing = fault_of(answer) if failed else left_out
                found.setdefault(Partition(topic, index), missing)


def _fault(error: int) -> Fault:
    return fault(error) or Fault.OTHER
