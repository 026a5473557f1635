"""Metadata version 12: brokers, topics with their ids, and the leader of each partition."""

import struct
from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from mirroring.kafka_client.wire.frame import (
    NO_TAGS,
    PackedRequest,
    compact,
    read_compact,
    read_uvarint,
    skip_tags,
    uvarint,
)
from mirroring.kafka_types import TopicFacts, fault

KEY = 3
VERSION = 12
_NO_ID = bytes(16)
_INT32 = struct.Struct(">i")
_INT16 = struct.Struct(">h")
_PARTITION = struct.Struct(">hiii")
_ONE_BYTE = 0x7F


class Broker(NamedTuple):
    """Where a broker says that it can be reached."""

    node: int
    host: str
    port: int
    rack: str | None


@dataclass(frozen=True)
class Metadata:
    """The brokers now, and topics by name."""

    cluster_id: str
    brokers: tuple[Broker, ...]
    topics: dict[str, TopicFacts]


def request(names: Collection[str] | None) -> PackedRequest:
    """Asks for these topics, for every one with None; a missing topic is never created."""
    if names is None:
        topics = b"\x00"
    else:
        topics = uvarint(len(names) + 1) + b"".join(
            _NO_ID + compact(name) + NO_TAGS for name in names
        )
    no_creation, no_operations = b"\x00", b"\x00"
    body = topics + no_creation + no_operations + NO_TAGS
    return PackedRequest(KEY, VERSION, body, flexible=True)


def response(body: memoryview) -> Metadata:
    """Reads an answer; raises ValueError where the layout is not the one known."""
    brokers, at = _brokers(body, 4)
    cluster_id, at = read_compact(body, at)
    count, at = read_uvarint(body, at + _INT32.size)
    topics: dict[str, TopicFacts] = {}
    for _ in range(count - 1):
        name, facts, at = _topic(body, at)
        topics[name] = facts
    if skip_tags(body, at) != len(body):
        raise ValueError(f"a Metadata answer has {len(body)} bytes where {at + 1} are known")
    return Metadata(cluster_id or "", brokers, topics)


def _brokers(body: memoryview, at: int) -> tuple[tuple[Broker, ...], int]:
    count, at = read_uvarint(body, at)
    brokers: list[Broker] = []
    for _ in range(count - 1):
        number = int(_INT32.unpack_from(body, at)[0])
        host, at = read_compact(body, at + _INT32.size)
        port = int(_INT32.unpack_from(body, at)[0])
        rack, at = read_compact(body, at + _INT32.size)
        at = skip_tags(body, at)
        brokers.append(Broker(number, host or "", port, rack))
    return tuple(brokers), at


def _topic(body: memoryview, at: int) -> tuple[str, TopicFacts, int]:
    (error,) = _INT16.unpack_from(body, at)
    name, at = read_compact(body, at + _INT16.size)
    identity = topic_id(bytes(body[at : at + 16]))
    internal = bool(body[at + 16])
    leaders, at = _leaders(body, at + 17)
    at = skip_tags(body, at + _INT32.size)
    return name or "", TopicFacts(identity, leaders, fault(error), internal), at


def _leaders(body: memoryview, at: int) -> tuple[tuple[int, ...], int]:
    """The leader's broker id of each partition, by index, and where the next field begins."""
    count, at = read_uvarint(body, at)
    read = _alike(body, at, count - 1) or _one_by_one(body, at, count - 1)
    leaders = dict(read[0])
    return tuple([leaders.get(index, -1) for index in range(count - 1)]), read[1]


def _alike(body: memoryview, at: int, count: int) -> tuple[Iterable[tuple[int, int]], int] | None:
    """(Index, leader) of partitions with as many replicas as the first, None where they differ."""
    if count == 0:
        return None
    lengths = []
    place = at + _PARTITION.size
    for _ in range(3):
        lengths.append(body[place])
        place += 1 + (body[place] - 1) * _INT32.size
    if max(lengths) > _ONE_BYTE or min(lengths) == 0:
        return None
    shape = _shape(*lengths)
    end = at + count * shape.size
    if end > len(body):
        return None
    indexes, leaders, *seen = zip(*shape.iter_unpack(body[at:end]), strict=True)
    alike = all(found == (one,) * count for found, one in zip(seen, (*lengths, 0), strict=True))
    return (zip(indexes, leaders, strict=True), end) if alike else None


@lru_cache(maxsize=64)
def _shape(replicas: int, in_sync: int, offline: int) -> struct.Struct:
    """A partition: error, index, leader, epoch, three arrays of brokers by length, no tags."""
    arrays = "".join(f"B{(length - 1) * _INT32.size}x" for length in (replicas, in_sync, offline))
    return struct.Struct(f">2xii4x{arrays}B")


def _one_by_one(body: memoryview, at: int, count: int) -> tuple[list[tuple[int, int]], int]:
    found: list[tuple[int, int]] = []
    for _ in range(count):
        _, index, leader, _ = _PARTITION.unpack_from(body, at)
        found.append((index, leader))
        at += _PARTITION.size
        for _ in range(3):
            replicas, at = read_uvarint(body, at)
            at += (replicas - 1) * _INT32.size
        at = skip_tags(body, at)
    return found, at


def topic_id(raw: bytes) -> str:
    """A topic's id as Kafka prints it (org.apache.kafka.common.Uuid), empty for none."""
    return "" if raw == _NO_ID else urlsafe_b64encode(raw).rstrip(b"=").decode()
