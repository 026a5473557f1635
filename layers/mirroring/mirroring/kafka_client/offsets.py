"""ListOffsets asked of all leaders at once, in chunks that a broker serves within 50 ms."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import repeat
from typing import Any

from kafka.errors import KafkaError

from mirroring.client_properties.security import Isolation
from mirroring.kafka_client import dialect
from mirroring.kafka_client.brokers import LANES, Brokers
from mirroring.kafka_client.leaders import ByNode, Indexes
from mirroring.kafka_client.unreachable import fault_of
from mirroring.kafka_types import (
    EARLIEST,
    LATEST,
    MAX_TIMESTAMP,
    Fault,
    OffsetAt,
    Partition,
    fault,
    new_tuple,
)

CHUNK_COST = 2_000
_CHEAP = (LATEST, EARLIEST)
_DEAR_COST = 2

Chunk = Mapping[str, list[tuple[int, int]]]
"""(Index, timestamp) pairs by topic."""


def ask_offsets(
    brokers: Brokers, isolation: Isolation, by_node: ByNode[int]
) -> dict[Partition, OffsetAt | Fault]:
    """Each partition's answer; a request that fails is a Fault of its partitions alone."""
    chunks = {node: list(chunked(wanted)) for node, wanted in by_node.items()}
    found: dict[Partition, OffsetAt | Fault] = {}
    for chunk, answer in _answers(brokers, isolation, chunks):
        _read(chunk, answer, found)
    return found


def ask_topic_offsets(
    brokers: Brokers, isolation: Isolation, at: int, by_node: Mapping[int, Indexes]
) -> Iterator[tuple[str, dict[int, int | Fault]]]:
    """By topic and index the offset that `at`, LATEST or EARLIEST, stands for.

    A topic of several leaders, or of many partitions, comes in parts.
    """
    chunks = {node: list(_chunked(wanted, at)) for node, wanted in by_node.items()}
    for chunk, answer in _answers(brokers, isolation, chunks):
        failed = isinstance(answer, KafkaError)
        answered = dict(() if failed else dialect.offsets_answer(answer))
        missing = fault_of(answer) if failed else Fault.OTHER
        for topic, pairs in chunk.items():
            rows = answered.get(topic, ())
            found: dict[int, int | Fault] = {
                index: _fault(error) if error else offset for index, error, _, offset in rows
            }
            if len(found) < len(pairs):
                found = {index: found.get(index, missing) for index, _ in pairs}
            yield topic, found


def _answers(
    brokers: Brokers, isolation: Isolation, chunks: Mapping[int, Sequence[Chunk]]
) -> Iterator[tuple[Chunk, Any]]:
    """Each broker's chunks, all asked at once, with their answers."""
    request = partial(dialect.offsets_request, isolation=isolation.code)
    asked = {
        (node, number): chunk for node, some in chunks.items() for number, chunk in enumerate(some)
    }
    answers = brokers.gather(
        {
            (node, number): brokers.ask(node, partial(request, wanted=chunk), lane=number % LANES)
            for (node, number), chunk in asked.items()
        }
    )
    return ((chunk, answers[key]) for key, chunk in asked.items())


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


def _chunked(wanted: Indexes, at: int) -> Iterator[Chunk]:
    """2,000 ends or starts a chunk, as above."""
    chunk: dict[str, list[tuple[int, int]]] = {}
    room = CHUNK_COST
    for topic, indexes in wanted.items():
        rest = indexes
        while rest:
            some, rest = rest[:room], rest[room:]
            chunk[topic] = list(zip(some, repeat(at), strict=False))
            room -= len(some)
            if not room:
                yield chunk
                chunk, room = {}, CHUNK_COST
    if chunk:
        yield chunk


def _read(chunk: Chunk, answer: Any, found: dict[Partition, OffsetAt | Fault]) -> None:
    """Adds one answer to what was found; this is where a sample spends its time."""
    failed = isinstance(answer, KafkaError)
    before = len(found)
    for topic, rows in () if failed else dialect.offsets_answer(answer):
        for index, error, timestamp, offset in rows:
            value = _fault(error) if error else new_tuple(OffsetAt, (offset, timestamp))
            found[new_tuple(Partition, (topic, index))] = value
    if len(found) - before < sum(map(len, chunk.values())):
        for topic, pairs in chunk.items():
            for index, at in pairs:
                left_out = Fault.UNSUPPORTED if at == MAX_TIMESTAMP else Fault.OTHER
                missing = fault_of(answer) if failed else left_out
                found.setdefault(Partition(topic, index), missing)


def _fault(error: int) -> Fault:
    return fault(error) or Fault.OTHER
