"""Record batches: their headers, and the place and time of their records, values left unread."""

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from mirroring.kafka_client.wire.frame import read_varint

_HEADER = struct.Struct(">qiibIhiqqqhii")
_PREFIX = struct.Struct(">qi")
_MAGIC_AT = 16
_OLD = struct.Struct(">qiibbq")
_CODEC, _APPEND_TIME, _TRANSACTIONAL, _CONTROL = 0x07, 0x08, 0x10, 0x20
_NO_CODEC, _GZIP = 0, 1
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_MOST_UNCOMPRESSED = 16 << 20


class Batch(NamedTuple):
    """A batch's header, and as many bytes of its records as came; `size` in bytes, all of it."""

    base_offset: int
    last_offset: int
    attributes: int
    base_timestamp: int
    max_timestamp: int
    producer_id: int
    records: int
    size: int
    body: memoryview
    whole: bool

    @property
    def is_control(self) -> bool:
        """It holds a transaction's marker, no data."""
        return bool(self.attributes & _CONTROL)

    @property
    def is_transactional(self) -> bool:
        """Its records belong to a transaction."""
        return bool(self.attributes & _TRANSACTIONAL)

    @property
    def is_append_time(self) -> bool:
        """Its records carry the broker's clock at append, the same for all."""
        return bool(self.attributes & _APPEND_TIME)

    @property
    def is_dense(self) -> bool:
        """No record was compacted away: offsets follow one another."""
        return self.records == self.last_offset - self.base_offset + 1


def batches(records: memoryview) -> Iterator[Batch]:
    """The batches of a fetch; the last one may be cut short, its header is whole."""
    at = 0
    while len(records) - at > _MAGIC_AT:
        old = records[at + _MAGIC_AT] < 2
        if len(records) - at < (_OLD.size if old else _HEADER.size):
            return
        batch = _old(records, at) if old else _batch(records, at)
        yield batch
        at += batch.size


def stamps(batch: Batch) -> Iterator[tuple[int, int]]:
    """Each record's (offset, timestamp in ms) in order.

    Read record by record where that can be done: whole, and not compressed or with gzip. For the
    rest, spread evenly between the batch's first and largest timestamp, which its header tells.
    """
    last, read = batch.base_offset - 1, 0
    for last, timestamp in _read(batch):
        read += 1
        yield last, batch.max_timestamp if batch.is_append_time else timestamp
    yield from _spread(batch, last + 1, batch.records - read)


def _read(batch: Batch) -> Iterator[tuple[int, int]]:
    body = _uncompressed(batch)
    at = 0
    for _ in range(batch.records):
        try:
            size, at = read_varint(body, at)
            since, place = read_varint(body, at + 1)
            delta, _ = read_varint(body, place)
        except IndexError:
            return
        at += size
        yield batch.base_offset + delta, batch.base_timestamp + since


def _uncompressed(batch: Batch) -> memoryview:
    """The records' bytes, none where the standard library cannot read them."""
    codec = batch.attributes & _CODEC
    if codec == _NO_CODEC:
        return batch.body
    if codec == _GZIP and batch.whole:
        try:
            opener = zlib.decompressobj(_GZIP_OR_ZLIB)
            return memoryview(opener.decompress(batch.body, _MOST_UNCOMPRESSED))
        except zlib.error:
            return batch.body[:0]
    return batch.body[:0]


def _spread(batch: Batch, start: int, count: int) -> Iterator[tuple[int, int]]:
    width = max(batch.last_offset - batch.base_offset, 1)
    span = batch.max_timestamp - batch.base_timestamp
    for offset in range(max(start, batch.last_offset + 1 - count), batch.last_offset + 1):
        if batch.is_append_time:
            yield offset, batch.max_timestamp
        else:
            yield offset, batch.base_timestamp + span * (offset - batch.base_offset) // width


def _batch(records: memoryview, at: int) -> Batch:
    base, size, _, _, _, attributes, delta, first, largest, producer, _, _, count = (
        _HEADER.unpack_from(records, at)
    )
    size += _PREFIX.size
    body = records[at + _HEADER.size : at + size]
    whole = at + size <= len(records)
    return Batch(base, base + delta, attributes, first, largest, producer, count, size, body, whole)


def _old(records: memoryview, at: int) -> Batch:
    """A message of format 0 or 1 (before Kafka 0.11); a compressed one stands for its last."""
    offset, size, _, magic, attributes, timestamp = _OLD.unpack_from(records, at)
    timestamp = timestamp if magic else -1
    kept = attributes & _APPEND_TIME
    return Batch(
        offset, offset, kept, timestamp, timestamp, -1, 1, size + _PREFIX.size, records[:0], True
    )
