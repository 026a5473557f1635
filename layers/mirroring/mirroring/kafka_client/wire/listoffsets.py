"""ListOffsets versions 6 and 7: 21 bytes a partition out, 27 back."""

import struct
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import chain, repeat
from typing import Any

from mirroring.kafka_client.wire.frame import (
    NO_TAGS,
    PackedRequest,
    compact,
    read_compact,
    read_uvarint,
    uvarint,
)

KEY = 2
VERSIONS = (6, 7)
MAX_TIMESTAMP_VERSION = 7
_NO_EPOCH = -1
_ROW = struct.Struct(">ihqq5x")
"""Index, error code, timestamp, offset; the leader's epoch and no tags are passed over."""

Rows = tuple[str, list[tuple[Any, ...]]]
"""A topic and its (index, error code, timestamp in ms, offset)."""


def request(
    version: int, wanted: Mapping[str, Sequence[tuple[int, int]]], isolation: int
) -> PackedRequest:
    """Asks of each topic's (index, timestamp); as a consumer, replica id -1."""
    parts = [struct.pack(">ib", -1, isolation), uvarint(len(wanted) + 1)]
    for topic, partitions in wanted.items():
        indexes, stamps = zip(*partitions, strict=True) if partitions else ((), ())
        flat = chain.from_iterable(zip(indexes, repeat(_NO_EPOCH), stamps, repeat(0), strict=False))
        parts += (
            compact(topic),
            uvarint(len(partitions) + 1),
            _entries(len(partitions)).pack(*flat),
            NO_TAGS,
        )
    return PackedRequest(KEY, version, b"".join((*parts, NO_TAGS)), flexible=True)


def response(body: memoryview) -> list[Rows]:
    """Each topic with its rows; raises ValueError where the layout is not the one known."""
    count, at = read_uvarint(body, 4)
    topics: list[Rows] = []
    for _ in range(count - 1):
        topic, at = read_compact(body, at)
        partitions, at = read_uvarint(body, at)
        end = at + (partitions - 1) * _ROW.size
        rows = list(_ROW.iter_unpack(body[at:end]))
        at = end + 1
        topics.append((topic or "", rows))
    if at + 1 != len(body):
        raise ValueError(f"a ListOffsets answer has {len(body)} bytes where {at + 1} are known")
    return topics


@lru_cache(maxsize=256)
def _entries(count: int) -> struct.Struct:
    return struct.Struct(">" + "iiqB" * count)
