"""What is remembered of group offsets between two looks."""

from collections.abc import Mapping

import pytest
from mirroring.kafka_client.wire import checkpoint
from mirroring.kafka_client.wire.checkpoint import Checkpoint
from mirroring.kafka_types import Content, Partition
from mirroring.measuring.group_memory import (
    MOST_ROWS,
    GroupMemory,
    Row,
    learned,
    packed,
    resumed,
    settled,
    unpacked,
)
from mirroring.measuring.memory import Memory, pack, unpack

ORDERS = Partition("orders", 0)
MIRRORED = Partition("eu.orders", 0)
MEMORY = GroupMemory("scope", "id", 50, {("app", ORDERS): Row(100, 90, 7, 80, 5)})
NOW = 1_000


def original(one: Checkpoint) -> Partition | None:
    """The source's partition of the group `app`'s checkpoints."""
    return ORDERS if (one.group, one.partition) == ("app", MIRRORED) else None


RESUMED: Mapping[str, tuple[tuple[str, str, int, int], int, bool]] = {
    "where it ended": (("scope", "id", 0, 70), 50, True),
    "after what compaction took": (("scope", "id", 60, 70), 60, True),
    "at the start of a topic made again": (("scope", "other", 3, 70), 3, False),
    "at the start of a topic cut short": (("scope", "id", 3, 40), 3, False),
    "at the start for other patterns": (("another", "id", 3, 70), 3, False),
}


@pytest.mark.parametrize(("now", "offset", "kept"), RESUMED.values(), ids=RESUMED.keys())
def test_reading_goes_on(now: tuple[str, str, int, int], offset: int, kept: bool) -> None:
    found = resumed(MEMORY, *now)

    assert found.offset == offset
    assert found.rows == (MEMORY.rows if kept else {})


def test_a_checkpoint_renews_a_translation_and_not_what_is_owed() -> None:
    newer = Checkpoint("app", MIRRORED, 130, 120, 9)
    other = Checkpoint("another", MIRRORED, 1, 1, 9)
    found = learned(MEMORY, [newer, other], original, 60)

    assert found.rows == {("app", ORDERS): Row(130, 120, 9, 80, 5)}
    assert found.offset == 60


def test_no_more_translations_are_followed_than_there_is_room_for() -> None:
    many = [Checkpoint("g", Partition("t", index), 1, 1, 1) for index in range(MOST_ROWS + 10)]
    found = learned(MEMORY, many, lambda one: one.partition, 60)
    again = learned(found, [Checkpoint("app", ORDERS, 130, 120, 9)], lambda one: ORDERS, 61)

    assert len(found.rows) == MOST_ROWS
    assert again.rows["app", ORDERS].upstream == 130


SETTLED: Mapping[str, tuple[Row, int, int | None, bool, tuple[int, int]]] = {
    "first seen, without a translation": (Row(), 100, None, False, (-1, NOW)),
    "still without one": (Row(since=5), 100, None, False, (-1, 5)),
    "translated at last": (Row(100, 90, 7, since=5), 100, None, False, (90, NOW)),
    "translated, and not committed yet": (Row(100, 90, 7, 90, 5), 100, 40, False, (90, 5)),
    "translated further, the first still expected": (
        Row(100, 90, 7, 80, 5),
        100,
        40,
        False,
        (80, 5),
    ),
    "translated further, the first paid": (Row(100, 90, 7, 80, 5), 100, 80, False, (90, NOW)),
    "paid": (Row(100, 90, 7, 80, 5), 100, 90, False, (90, 0)),
    "paid, and translated further": (Row(100, 90, 7, 80, 0), 100, 80, False, (90, NOW)),
    "further on the target": (Row(100, 90, 7, 80, 5), 100, 95, False, (90, 0)),
    "gone back": (Row(100, 90, 7, 90, 0), 20, 90, False, (-1, NOW)),
    "held up": (Row(100, 90, 7, 80, 5), 100, 40, True, (90, NOW)),
}


@pytest.mark.parametrize(
    ("row", "source", "target", "held", "expected"), SETTLED.values(), ids=SETTLED.keys()
)
def test_what_is_owed_is_known_with_its_time(
    row: Row, source: int, target: int | None, held: bool, expected: tuple[int, int]
) -> None:
    found = settled(row, source, target, NOW, held=held)

    assert (found.expected, found.since) == expected
    assert (found.upstream, found.downstream, found.at) == (row.upstream, row.downstream, row.at)


def test_it_is_unpacked_as_it_was_packed() -> None:
    assert unpacked(packed(MEMORY)) == MEMORY
    assert unpack(pack(Memory(groups=MEMORY))).groups == MEMORY


def a_key(group: str, topic: str, partition: int) -> bytes:
    """A checkpoint's key, as Kafka's STRING and INT32 are written."""
    texts = [one.encode() for one in (group, topic)]
    parts = [len(one).to_bytes(2, "big") + one for one in texts]
    return b"".join(parts) + partition.to_bytes(4, "big")


KEY = a_key("äpp", "eu.orders", 3)
VALUE = bytes.fromhex("0000 0000000000000096 0000000000000066 0000")


def test_a_checkpoint_is_read_from_its_record() -> None:
    found = checkpoint.read(Content(9, 1_795_373_087_055, KEY, VALUE))

    assert found == Checkpoint("äpp", Partition("eu.orders", 3), 150, 102, 1_795_373_087_055)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (None, VALUE),
        (KEY, None),
        (KEY[:-1], VALUE),
        (KEY, VALUE[:10]),
        (KEY, b"\0\1" + VALUE[2:]),
        (b"\0\2\xff\xff", VALUE),
        (b"", b""),
    ],
    ids=["no key", "tombstone", "short key", "short value", "newer version", "no text", "empty"],
)
def test_what_is_no_checkpoint_is_passed_over(key: bytes | None, value: bytes | None) -> None:
    assert checkpoint.read(Content(0, 0, key, value)) is None
