"""What a mirror's next sample must know survives the store."""

import json
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from mirroring.measuring.memory import Memory, TopicMemory, pack, unpack
from mirroring.measuring.position import begin
from mirroring.observation import Code
from mirroring.reasons import reason
from mirroring.storing import differences

from tests.unit.scenes import NOW


def test_a_memory_is_unpacked_as_it_was_packed() -> None:
    position = begin(1_000, 5, 9)._replace(newest=77, ends=((1_000, 9), (2_000, 12)))
    memory = Memory(
        topics={"orders": TopicMemory(3, "src-id", "dst-id", {0: position}, 20, 40, 1, True, 9)},
        findings=(reason(Code.TOPIC_RECREATED, NOW, topic="orders"),),
        counts={"breach": 2},
        average=20,
        max=40,
        turn=5,
        copied=(1_000, 10),
    )
    assert unpack(pack(memory)) == memory


def repacked(packed: bytes, change: Callable[[list[Any]], object]) -> bytes:
    """What another version might have packed."""
    document = json.loads(packed)
    change(document)
    return json.dumps(document).encode()


CHANGES: dict[str, Callable[[list[Any]], object]] = {
    "a field more in a position": lambda it: it[1]["orders"][3][0].append([1]),
    "a field less in a position": lambda it: it[1]["orders"][3][0].pop(),
    "two fields more in a topic": lambda it: it[1]["orders"].extend([None, {}]),
    "no fields since 0.1 in a topic": lambda it: it[1].update(orders=it[1]["orders"][:9]),
    "more of a mirror": lambda it: it.append({"new": 1}),
    "more beside the average": lambda it: it[4].append(7),
    "nothing beside the turn": lambda it: it.__setitem__(4, it[4][:4]),
    "a finding of an unknown code": lambda it: it[2].append({**it[2][0], "code": "NEW"}),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_memory_that_another_version_packed_is_unpacked(
    change: Callable[[list[Any]], object],
) -> None:
    position = begin(1_000, 5, 9)._replace(commit_advanced_at=8, late_by=3)
    memory = Memory(
        topics={"orders": TopicMemory(3, "src-id", "dst-id", {0: position}, checked=9)},
        findings=(reason(Code.TOPIC_RECREATED, NOW, topic="orders"),),
    )
    read = unpack(repacked(pack(memory), change))
    assert read.findings[:1] == memory.findings
    kept = read.topics["orders"]
    assert (kept.since, kept.checked, kept.positions[0].commit_advanced_at) == (3, 9, 8)


@pytest.mark.parametrize(
    "damaged", [b"", b"no zlib", zlib.compress(b"[]"), zlib.compress(b"[1]"), b"[", b"[2]", b"[3]"]
)
def test_a_memory_that_cannot_be_read_is_as_none(damaged: bytes) -> None:
    assert unpack(damaged) == Memory()


def test_a_mirror_never_sampled_has_an_empty_memory() -> None:
    assert unpack(None) == Memory()


def test_ten_thousand_idle_partitions_fit_into_one_item() -> None:
    positions = {index: begin(1_000_000, 0, index * 977 % 50_021) for index in range(100)}
    topics = {f"topic-{number}": TopicMemory(0, "id", "id", positions) for number in range(100)}
    assert len(differences.pack(pack(Memory(topics=topics)), b"")) < 300_000


def test_times_of_its_own_come_back_for_each_topic() -> None:
    topics = {
        name: TopicMemory(3, "s", checked=checked, seen=seen, looked=looked)
        for name, checked, seen, looked in (("a", 5, 90, 91), ("b", 60, 90, 91), ("c", 0, 0, 0))
    }
    assert unpack(pack(Memory(topics=topics))).topics == topics


def test_what_every_sample_changes_for_all_stands_once() -> None:
    def at(now: int) -> bytes:
        positions = {index: begin(1_000, 0, index * 977 % 50_021) for index in range(10)}
        topics = {
            f"topic-{number}": TopicMemory(
                0, "id", "id", positions, checked=now - 5, seen=now, looked=now - 1
            )
            for number in range(100)
        }
        return pack(Memory(topics=topics))

    one, other = at(1_700_000_000_000), at(1_711_111_111_111)
    assert len(one) == len(other)
    assert sum(a != b for a, b in zip(one, other, strict=True)) < 40
