"""Groups and records as brokers tell of them, answers made with kafka-python's own classes."""

from collections.abc import Coroutine, Mapping
from typing import Any, cast

import pytest
from kafka.errors import IncompatibleBrokerVersion, KafkaTimeoutError
from kafka.protocol.admin import ListGroupsResponse
from kafka.protocol.consumer import OffsetFetchRequest, OffsetFetchResponse
from kafka.record.memory_records import MemoryRecordsBuilder
from mirroring.kafka_client.brokers import Brokers
from mirroring.kafka_client.groups import CHUNK, ask_committed, list_groups
from mirroring.kafka_client.records import chunk
from mirroring.kafka_types import Chunk, Content, Fault, GroupFacts, Groups, Partition

NONE, GZIP, SNAPPY = 0, 1, 2


class Answering:
    """Stands in for `Brokers`: each node has its answer, or its failure."""

    def __init__(self, answers: Mapping[int, Any], highest: int = 9) -> None:
        self._answers = answers
        self._highest = highest
        self.requests: list[Any] = []

    async def ask(self, node: int, make: Any) -> Any:
        """What that node answers to the request."""
        self.requests.append(make({OffsetFetchRequest.API_KEY: (1, self._highest)}))
        return self._answers[node]

    def gather(self, jobs: Mapping[Any, Coroutine[Any, Any, Any]]) -> dict[Any, Any]:
        """Runs the jobs, which never wait."""
        return {key: _ended(job) for key, job in jobs.items()}


def _ended(job: Coroutine[Any, Any, Any]) -> Any:
    try:
        job.send(None)
    except StopIteration as ended:
        return ended.value
    except IncompatibleBrokerVersion as failure:
        return failure
    raise AssertionError("it waits")


def listed(*groups: tuple[str, str, str, str], error: int = 0) -> Any:
    """A broker's groups: name, protocol, state and type."""
    group = ListGroupsResponse.ListedGroup
    return ListGroupsResponse(
        version=5,
        throttle_time_ms=0,
        error_code=error,
        groups=[
            group(group_id=name, protocol_type=protocol, group_state=state, group_type=kind)
            for name, protocol, state, kind in groups
        ],
    )


def groups_of(answers: Mapping[int, Any]) -> Groups:
    """What these brokers tell of their groups."""
    return list_groups(cast(Brokers, Answering(answers)), answers)


def test_each_broker_tells_of_the_groups_that_it_coordinates() -> None:
    found = groups_of(
        {
            1: listed(("a", "consumer", "Stable", "classic"), ("b", "", "Empty", "classic")),
            2: listed(("c", "consumer", "Reconciling", "consumer")),
        }
    )

    assert found.whole
    assert found.by_name == {
        "a": GroupFacts("Stable", 1),
        "b": GroupFacts("Empty", 1),
        "c": GroupFacts("Reconciling", 2),
    }


@pytest.mark.parametrize(
    ("protocol", "kind"), [("connect", "classic"), ("share", "share"), ("streams", "streams")]
)
def test_what_is_no_consumer_group_is_left_out(protocol: str, kind: str) -> None:
    assert groups_of({1: listed(("a", protocol, "Stable", kind))}).by_name == {}


@pytest.mark.parametrize("failure", [KafkaTimeoutError(), listed(error=14)])
def test_a_broker_that_fails_leaves_the_others_groups(failure: Any) -> None:
    found = groups_of({1: failure, 2: listed(("c", "consumer", "Empty", "classic"))})

    assert (list(found.by_name), found.whole) == (["c"], False)


def committed(*groups: tuple[str, int, dict[int, tuple[int, int]]]) -> Any:
    """A coordinator's answer: group, error, and by partition of `orders` its offset and error."""
    group = OffsetFetchResponse.OffsetFetchResponseGroup
    topic = group.OffsetFetchResponseTopics
    return OffsetFetchResponse(
        version=8,
        throttle_time_ms=0,
        groups=[
            group(
                group_id=name,
                error_code=error,
                topics=[
                    topic(
                        name="orders",
                        partitions=[
                            topic.OffsetFetchResponsePartitions(
                                partition_index=index,
                                committed_offset=offset,
                                committed_leader_epoch=-1,
                                metadata="",
                                error_code=wrong,
                            )
                            for index, (offset, wrong) in offsets.items()
                        ],
                    )
                ],
            )
            for name, error, offsets in groups
        ],
    )


def test_offsets_are_asked_of_each_groups_coordinator_and_faults_stay_apart() -> None:
    brokers = Answering(
        {
            1: committed(("a", 0, {0: (7, 0), 1: (-1, 0), 2: (9, 3)}), ("b", 30, {})),
            2: KafkaTimeoutError(),
        }
    )
    asked = {"a": GroupFacts("", 1), "b": GroupFacts("", 1), "c": GroupFacts("", 2)}

    assert ask_committed(cast(Brokers, brokers), asked) == {
        "a": {Partition("orders", 0): 7},
        "b": Fault.UNAUTHORIZED,
        "c": Fault.TIMEOUT,
    }


def test_a_group_that_is_not_answered_is_a_fault() -> None:
    brokers = cast(Brokers, Answering({1: committed()}))

    assert ask_committed(brokers, {"a": GroupFacts("", 1)}) == {"a": Fault.OTHER}


def test_many_groups_are_asked_in_pieces() -> None:
    brokers = Answering({1: committed()})
    ask_committed(
        cast(Brokers, brokers), {f"g{number}": GroupFacts("", 1) for number in range(CHUNK + 1)}
    )

    assert [len(one.groups) for one in brokers.requests] == [CHUNK, 1]
    assert all(one.topics is None for one in brokers.requests[0].groups)


def test_a_broker_that_cannot_answer_for_many_groups_is_not_asked() -> None:
    brokers = cast(Brokers, Answering({1: None}, highest=7))

    assert ask_committed(brokers, {"a": GroupFacts("", 1)}) == {"a": Fault.UNSUPPORTED}


def a_batch(*values: bytes, codec: int = NONE, at: int = 0) -> bytes:
    """A record batch from an offset on; each record's key is its place."""
    builder = MemoryRecordsBuilder(magic=2, compression_type=codec, batch_size=1 << 16, offset=at)
    for number, value in enumerate(values):
        builder.append(1_000 + number, b"%d" % number, value)
    builder.close()
    built = bytearray(builder.buffer())
    built[0:8] = at.to_bytes(8, "big")
    return bytes(built)


@pytest.mark.parametrize("codec", [NONE, GZIP])
def test_records_are_read_with_what_they_hold(codec: int) -> None:
    found = chunk(memoryview(a_batch(b"x", b"y", codec=codec)), 0)

    assert found == Chunk((Content(0, 1_000, b"0", b"x"), Content(1, 1_001, b"1", b"y")), 2)


def test_records_before_the_start_are_passed_over() -> None:
    found = chunk(memoryview(a_batch(b"x", b"y")), 1)

    assert found == Chunk((Content(1, 1_001, b"1", b"y"),), 2)


def test_a_batch_that_was_cut_short_is_left_to_the_next_fetch() -> None:
    whole, second = a_batch(b"x"), a_batch(b"y", at=1)

    assert chunk(memoryview(whole + second[:-1]), 0) == chunk(memoryview(whole), 0)


def test_control_records_are_passed_and_not_read() -> None:
    batch = bytearray(a_batch(b"marker"))
    batch[22] |= 0x20

    assert chunk(memoryview(bytes(batch)), 0) == Chunk((), 1)


def test_an_end_without_records_is_no_progress() -> None:
    assert chunk(memoryview(b""), 7) == Chunk((), 7)


@pytest.mark.parametrize("change", [SNAPPY, 0x07])
def test_what_cannot_be_uncompressed_here_is_a_fault(change: int) -> None:
    batch = bytearray(a_batch(b"x"))
    batch[22] |= change

    assert chunk(memoryview(bytes(batch)), 0) is Fault.OTHER
