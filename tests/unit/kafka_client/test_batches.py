"""Record batches as brokers hand them out: whole, cut, compressed, compacted, with markers."""

import struct
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.record.memory_records import MemoryRecordsBuilder
from mirroring.client_properties.security import Isolation
from mirroring.kafka_client.first_record import MOST_BYTES, Ended, Search, step
from mirroring.kafka_client.stamping import stamping
from mirroring.kafka_client.wire.batches import batches, stamps
from mirroring.kafka_client.wire.fetch import Aborted, Fetched
from mirroring.kafka_client.wire.scan import Scan, scan
from mirroring.kafka_types import Fault, Record, Stamping

NONE, GZIP, ZSTD = 0, 1, 4
ATTRIBUTES_AT, RECORDS_AT = 21, 57
APPEND_TIME, CONTROL = 0x08, 0x20
COMMITTED, UNCOMMITTED = Isolation.READ_COMMITTED, Isolation.READ_UNCOMMITTED
BIRTHDAY = 1_700_000_000_000


def batch(
    start: int,
    times: Sequence[int | None],
    *,
    codec: int = NONE,
    producer: int = -1,
    control: bool = False,
    append_time: bool = False,
    value: bytes = b"value",
) -> bytes:
    """A batch of records at these times (ms after BIRTHDAY); None: one that was compacted away."""
    transactional = producer >= 0
    builder = MemoryRecordsBuilder(
        2, codec, 1 << 24, 0, transactional, producer, 0 if transactional else -1,
        0 if transactional else -1,
    )  # fmt: skip
    for time in times:
        if time is None:
            builder.skip(1)
        else:
            builder.append(BIRTHDAY + time, struct.pack(">hh", 0, 1), value)
    builder.close()
    made = bytearray(builder.buffer())
    # The library's builder begins every batch at 0, and leaves the rest to the broker.
    struct.pack_into(">q", made, 0, start)
    flags = struct.unpack_from(">h", made, ATTRIBUTES_AT)[0]
    flags |= (CONTROL if control else 0) | (APPEND_TIME if append_time else 0)
    struct.pack_into(">hi", made, ATTRIBUTES_AT, flags, len(times) - 1)
    return bytes(made)


def fetched(*parts: bytes, aborted: Sequence[tuple[int, int]] = (), end: int = 1_000) -> Fetched:
    pairs = tuple(Aborted(*pair) for pair in aborted)
    return Fetched("t", 0, 0, end, end, pairs, memoryview(b"".join(parts)))


def record(offset: int, time: int) -> Record:
    return Record(offset, BIRTHDAY + time, is_append_time=False)


def read(*parts: bytes) -> list[tuple[int, int]]:
    return [
        (offset, timestamp - BIRTHDAY)
        for one in batches(memoryview(b"".join(parts)))
        for offset, timestamp in stamps(one)
    ]


@pytest.mark.parametrize(
    ("newest", "says"),
    [
        (batch(0, [1]), Stamping()),
        (batch(0, [1], append_time=True), Stamping(append_time=True)),
        (batch(0, [1], producer=7), Stamping(transactions=True)),
        (batch(0, [1], producer=7, control=True), Stamping(transactions=True)),
        (b"", Fault.OTHER),
    ],
    ids=["own times", "LogAppendTime", "a transaction", "its marker", "too large to be sent"],
)
def test_the_newest_batch_says_whose_times_it_carries(newest: bytes, says: object) -> None:
    older = batch(0, [0], append_time=True) if newest else b""
    assert stamping(memoryview(older + newest)) == says


@pytest.mark.parametrize("codec", [NONE, GZIP])
def test_every_record_is_read_with_its_own_time(codec: int) -> None:
    parts = batch(5, [0, 9, 3], codec=codec), batch(20, [7, None, 8], codec=codec)
    assert read(*parts) == [(5, 0), (6, 9), (7, 3), (20, 7), (22, 8)]


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=30), st.integers(0, 2**40))
def test_any_batch_is_read_back(times: list[int], start: int) -> None:
    expected = [(start + at, time) for at, time in enumerate(times)]
    assert read(batch(start, times)) == expected
    assert read(batch(start, times, codec=GZIP)) == expected


def test_a_batch_that_was_cut_tells_what_came_and_spreads_the_rest() -> None:
    whole = batch(10, [0, 10, 20, 30, 40], value=bytes(100))
    assert read(whole[:-250]) == [(10, 0), (11, 10), (12, 20), (13, 30), (14, 40)]
    assert read(whole[:61]) == [(10, 0), (11, 10), (12, 20), (13, 30), (14, 40)]
    assert read(batch(5, [1]), whole[:60]) == [(5, 1)]
    assert read(b"") == []


def test_a_codec_that_cannot_be_read_is_spread_between_its_first_and_last_time() -> None:
    made = bytearray(batch(10, [0, 10, 20, 40], codec=GZIP))
    made[ATTRIBUTES_AT + 1] = ZSTD
    assert read(bytes(made)) == [(10, 0), (11, 13), (12, 26), (13, 40)]
    broken = bytearray(batch(10, [0, 10], codec=GZIP))
    broken[65:75] = bytes(10)
    assert read(bytes(broken)) == [(10, 0), (11, 10)]


def test_at_append_time_all_records_carry_the_brokers_clock() -> None:
    assert read(batch(3, [0, 10, 20], append_time=True)) == [(3, 20), (4, 20), (5, 20)]


def test_a_message_of_the_old_format_stands_for_itself() -> None:
    body = struct.pack(">Ibbqii", 0, 1, 0, BIRTHDAY + 7, -1, -1)
    old = struct.pack(">qi", 42, len(body)) + body
    assert read(old, batch(43, [9])) == [(42, 7), (43, 9)]


@pytest.mark.parametrize(
    ("what", "start", "end", "expected"),
    [
        ("the first", 0, 9, Scan(record(4, 0), 4)),
        ("one inside", 5, 9, Scan(record(5, 8), 5)),
        ("the last", 6, 9, Scan(record(6, 2), 6)),
        ("one beyond the end", 0, 4, Scan(None, 4)),
        ("none left", 7, 9, Scan(None, 7)),
    ],
)
@pytest.mark.parametrize("codec", [NONE, GZIP])
def test_the_first_record_between_two_offsets_is_found(
    what: str, start: int, end: int, expected: Scan, codec: int
) -> None:
    assert scan(fetched(batch(4, [0, 8, 2], codec=codec)), start, end) == expected, what


def test_markers_are_walked_over() -> None:
    answer = fetched(batch(0, [1], producer=7, control=True), batch(1, [2], control=True))
    assert scan(answer, 0, 9) == Scan(None, 2)


def test_records_of_an_aborted_transaction_are_walked_over_until_its_marker() -> None:
    parts = (
        batch(0, [1, 2], producer=7),
        batch(2, [3], producer=8),
        batch(3, [4], producer=7, control=True),
        batch(4, [5], producer=7),
    )
    assert scan(fetched(*parts, aborted=[(7, 0)]), 0, 9) == Scan(record(2, 3), 2)
    assert scan(fetched(*parts, aborted=[(8, 2), (7, 0)]), 0, 9) == Scan(record(4, 5), 4)
    assert scan(fetched(*parts, aborted=[(7, 0), (7, 4), (8, 2)]), 0, 9) == Scan(None, 5)
    assert scan(fetched(*parts), 0, 9) == Scan(record(0, 1), 0)


def test_a_record_beside_a_transaction_of_its_producer_is_data() -> None:
    parts = batch(0, [1], producer=7), batch(1, [2])
    assert scan(fetched(*parts, aborted=[(7, 0)]), 0, 9) == Scan(record(1, 2), 1)


def test_what_compaction_took_is_walked_over() -> None:
    emptied = bytearray(batch(5, [1, 2, 3]))
    struct.pack_into(">i", emptied, RECORDS_AT, 0)
    parts = batch(0, [1, None, None]), batch(3, [None, None]), bytes(emptied), batch(8, [None, 5])
    assert scan(fetched(*parts), 1, 99) == Scan(record(9, 5), 9)


def test_a_batch_that_must_be_read_and_was_cut_is_asked_for_whole() -> None:
    whole = batch(4, [0, 8, 2])
    assert scan(fetched(whole[:70]), 4, 9) == Scan(record(4, 0), 4), "its header is enough"
    assert scan(fetched(whole[:70]), 5, 9) == Scan(None, 5, len(whole))
    assert scan(fetched(whole[:50]), 4, 9) == Scan(None, 4)


def test_a_search_goes_on_behind_what_it_walked_over_with_more_bytes() -> None:
    marker = batch(0, [1], producer=7, control=True)
    assert step(Search(0, 9, 100), fetched(marker), COMMITTED) == Search(1, 9, 400)
    assert step(Search(0, 9, MOST_BYTES), fetched(marker), COMMITTED) == Search(1, 9, MOST_BYTES)
    assert step(Search(0, 1), fetched(marker), COMMITTED) == Ended(None)


def test_a_search_ends_where_its_isolation_sees_no_more() -> None:
    answer = fetched(batch(0, [1]))._replace(stable_end=0)
    assert step(Search(0, 9), answer, COMMITTED) == Ended(None)
    assert step(Search(0, 9), answer, UNCOMMITTED) == Ended(record(0, 1))


def test_empty_answers_are_no_proof_that_nothing_is_there() -> None:
    for empty in (0, 1):
        doubted = step(Search(3, 9, empty=empty), fetched(), COMMITTED)
        assert doubted == Search(3, 9, empty=empty + 1)
    assert step(Search(3, 9, empty=2), fetched(), COMMITTED) == Ended(Fault.TIMEOUT)


def test_an_error_ends_a_search_or_sends_it_to_the_logs_start() -> None:
    assert step(Search(0, 9), fetched()._replace(error=6), COMMITTED) == Ended(Fault.NO_LEADER)
    assert step(Search(0, 9), fetched()._replace(error=1), COMMITTED) == Search(0, 9, lost=True)
