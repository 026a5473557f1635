"""Whether a fetch holds data that a consumer would be given, or only markers and leftovers."""

from collections.abc import Iterable
from typing import NamedTuple

from mirroring.kafka_client.wire.batches import Batch, batches, stamps
from mirroring.kafka_client.wire.fetch import Fetched
from mirroring.kafka_types import Record


class Scan(NamedTuple):
    """The first record found, else the offset to go on from; `most` bytes when a batch was cut."""

    record: Record | None
    next_offset: int
    most: int = 0


def scan(fetched: Fetched, start: int, end: int) -> Scan:
    """The first data record with start ≤ offset < end, past markers and aborted transactions.

    As org.apache.kafka.clients.consumer.internals.CompletedFetch reads: an aborted transaction
    counts from its first offset to the next marker of its producer. `aborted` is only filled by
    a read_committed fetch, so that any other sees aborted records as data.
    """
    open_aborts: set[int] = set()
    coming = sorted(fetched.aborted, key=lambda one: one.first_offset, reverse=True)
    for batch in batches(fetched.records):
        while coming and coming[-1].first_offset <= batch.last_offset:
            open_aborts.add(coming.pop().producer_id)
        if batch.is_control:
            open_aborts.discard(batch.producer_id)
        elif batch.last_offset >= start and not _is_aborted(batch, open_aborts):
            found = _first(batch, start, end)
            if found is not None:
                return found
        start = max(start, batch.last_offset + 1)
    return Scan(None, start)


def _is_aborted(batch: Batch, open_aborts: Iterable[int]) -> bool:
    return batch.is_transactional and batch.producer_id in open_aborts


def _first(batch: Batch, start: int, end: int) -> Scan | None:
    if batch.records == 0:
        return None
    if batch.is_dense and start <= batch.base_offset:
        timestamp = batch.max_timestamp if batch.is_append_time else batch.base_timestamp
        return _within(batch, batch.base_offset, timestamp, end)
    if not batch.whole:
        return Scan(None, start, batch.size)
    for offset, timestamp in stamps(batch):
        if offset >= start:
            return _within(batch, offset, timestamp, end)
    return None


def _within(batch: Batch, offset: int, timestamp: int, end: int) -> Scan:
    if offset >= end:
        return Scan(None, end)
    return Scan(Record(offset, timestamp, batch.is_append_time), offset)
