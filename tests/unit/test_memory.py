"""What a mirror's next sample must know survives the store."""

from dataclasses import replace

from mirroring.measuring.memory import Memory, TopicMemory, pack, unpack
from mirroring.measuring.position import begin
from mirroring.observation import Code
from mirroring.reasons import reason

from tests.unit.scenes import NOW


def test_a_memory_is_unpacked_as_it_was_packed() -> None:
    position = replace(begin(1_000, 5, 9), newest=77, ends=((1_000, 9), (2_000, 12)))
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


def test_a_mirror_never_sampled_has_an_empty_memory() -> None:
    assert unpack(None) == Memory()


def test_ten_thousand_idle_partitions_fit_into_one_item() -> None:
    positions = {index: begin(1_000_000, 0, index * 977 % 50_021) for index in range(100)}
    topics = {f"topic-{number}": TopicMemory(0, "id", "id", positions) for number in range(100)}
    assert len(pack(Memory(topics=topics))) < 300_000
