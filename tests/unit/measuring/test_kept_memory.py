"""What a process keeps of its last sample, and for how long."""

from mirroring.measuring.kept_memory import KeptMemories
from mirroring.measuring.memory import Memory

HELD = Memory(turn=3)


def test_what_was_stored_is_found_once_by_its_bytes() -> None:
    kept = KeptMemories()
    kept.keep(b"stored", HELD)
    assert kept.take(None) is kept.take(b"another") is None
    assert kept.take(b"stored") is HELD
    assert kept.take(b"stored") is None


def test_the_oldest_give_way_and_none_is_counted_twice() -> None:
    kept = KeptMemories(most=10)
    for packed in (b"1111", b"2222", b"2222", b"3333"):
        kept.keep(packed, HELD)
    assert [kept.take(one) for one in (b"1111", b"2222", b"3333")] == [None, HELD, HELD]
    kept.keep(b"4" * 10, HELD)
    assert kept.take(b"4" * 10) == HELD
    kept.keep(b"5" * 11, HELD)
    assert kept.take(b"5" * 11) is None
