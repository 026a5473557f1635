"""ListOffsets asked of all leaders at once, in chunks that a broker serves within 50 ms."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from kafka.errors import KafkaError

from mirroring.connecting.security import Isolation
from mirroring.facts import EARLIEST, LATEST, Fault, OffsetAt, Partition, fault
from mirroring.probing import dialect
from mirroring.probing.brokers import Brokers
from mirroring.probing.leaders import ByNode
from mirroring.probing.unreachable import fault_of

CHUNK_COST = 2_000
_CHEAP = (LATEST, EARLIEST)
_DEAR_COST = 2

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
            key: brokers.ask(
                key[0], partial(dialect.offsets_request, wanted=chunk, isolation=isolation.code)
            )
            for key, chunk in chunks.items()
        }
    )
    found: dict[Partition, OffsetAt | Fault] = {}
    for key, chunk in chunks.items():
        found.update(_read(chunk, answers[key]))
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


def _read(chunk: Chunk, answer: Any) -> dict[Partition, OffsetAt | Fault]:
    found: dict[Partition, OffsetAt | Fault] = {}
    failed = isinstance(answer, KafkaError)
    if not failed:
        for topic, rows in dialect.offsets_answer(answer):
            for index, error, timestamp, offset in rows:
                found[Partition(topic, index)] = fault(error) or OffsetAt(offset, timestamp)
    if len(found) < sum(map(len, chunk.values())):
        missing = fault_of(answer) if failed else Fault.OTHER
        for topic, pairs in chunk.items():
            for index, _ in pairs:
                found.setdefault(Partition(topic, index), missing)
    return found
