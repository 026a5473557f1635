"""Fetch version 11, without a session: asked by topic name, as Kafka 2.3 to 4 understand it."""

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mirroring.kafka_client.wire.frame import PackedRequest, classic, read_classic

KEY = 1
VERSION = 11
_HEAD = struct.Struct(">iiiibiii")
_NO_SESSION = (0, -1)
_ENTRY = struct.Struct(">iiqqi")
_PARTITION = struct.Struct(">ihqqqi")
_ABORTED = struct.Struct(">qq")
_INT32 = struct.Struct(">i")
_NONE_FORGOTTEN_NO_RACK = struct.pack(">ih", 0, 0)


class Limits(NamedTuple):
    """How long a broker may wait for the first byte, and how many bytes it may answer."""

    wait_ms: int
    max_bytes: int


class Aborted(NamedTuple):
    """A transaction that was aborted, and where its first record stands."""

    producer_id: int
    first_offset: int


class Fetched(NamedTuple):
    """What one partition answered; `stable_end` bounds what read_committed shows."""

    topic: str
    partition: int
    error: int
    high_watermark: int
    stable_end: int
    aborted: tuple[Aborted, ...]
    records: memoryview


def request(
    wanted: Mapping[str, Sequence[tuple[int, int, int]]], limits: Limits, isolation: int
) -> PackedRequest:
    """Asks of each topic's (index, first offset, most bytes); as a consumer, replica id -1."""
    parts = [
        _HEAD.pack(-1, limits.wait_ms, 1, limits.max_bytes, isolation, *_NO_SESSION, len(wanted))
    ]
    for topic, partitions in wanted.items():
        parts += (classic(topic), _INT32.pack(len(partitions)))
        parts += (_ENTRY.pack(index, -1, offset, -1, most) for index, offset, most in partitions)
    return PackedRequest(KEY, VERSION, b"".join((*parts, _NONE_FORGOTTEN_NO_RACK)), flexible=False)


def response(body: memoryview) -> Iterator[Fetched]:
    """Each partition's answer; raises struct.error where the layout is not the one known."""
    _, error, _, topics = struct.unpack_from(">ihii", body)
    at = 14
    for _ in range(topics):
        topic, at = read_classic(body, at)
        (partitions,) = _INT32.unpack_from(body, at)
        at += _INT32.size
        for _ in range(partitions):
            fetched, at = _partition(body, at, topic, error)
            yield fetched


def _partition(body: memoryview, at: int, topic: str, error: int) -> tuple[Fetched, int]:
    index, own_error, high, stable, _, count = _PARTITION.unpack_from(body, at)
    at += _PARTITION.size
    end = at + max(count, 0) * _ABORTED.size
    aborted = tuple(Aborted(*pair) for pair in _ABORTED.iter_unpack(body[at:end]))
    (size,) = _INT32.unpack_from(body, end + _INT32.size)
    at = end + 2 * _INT32.size
    records = body[at : at + max(size, 0)]
    fetched = Fetched(topic, index, error or own_error, high, stable, aborted, records)
    return fetched, at + max(size, 0)
