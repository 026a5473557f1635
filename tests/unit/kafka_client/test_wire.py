"""Packed requests are those of kafka-python's classes, byte for byte, and so are answers."""

import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.protocol.consumer import (
    FetchRequest,
    FetchResponse,
    ListOffsetsRequest,
    ListOffsetsResponse,
)
from kafka.protocol.metadata import MetadataRequest, MetadataResponse
from mirroring.kafka_client import dialect
from mirroring.kafka_client.wire import fetch, listoffsets, metadata
from mirroring.kafka_client.wire.frame import (
    Answer,
    PackedRequest,
    read_uvarint,
    read_varint,
    skip_tags,
    uvarint,
)
from mirroring.kafka_types import EARLIEST, LATEST, MAX_TIMESTAMP, Fault, TopicFacts, fault

NAMES = st.text("abc.-_é😀", min_size=1, max_size=40)
INT64 = st.integers(-(2**63), 2**63 - 1)
INT32 = st.integers(0, 2**31 - 1)
INT16 = st.integers(-1, 120)
WANTED = st.dictionaries(NAMES, st.lists(st.tuples(INT32, INT64), min_size=1, max_size=5))
ROWS = st.dictionaries(NAMES, st.lists(st.tuples(INT32, INT16, INT64, INT64), max_size=5))


def sent(request: Any) -> bytes:
    request.with_header(correlation_id=7, client_id="lockstep")
    return bytes(request.encode(framed=True, header=True))


def body(message: Any) -> memoryview:
    return memoryview(bytes(message.encode()))


@given(WANTED, st.sampled_from([6, 7]), st.integers(0, 1))
def test_a_question_for_offsets_is_packed_as_the_class_encodes_it(
    wanted: dict[str, list[tuple[int, int]]], version: int, isolation: int
) -> None:
    topic = ListOffsetsRequest.ListOffsetsTopic
    theirs = ListOffsetsRequest(
        version=version,
        replica_id=-1,
        isolation_level=isolation,
        topics=[
            topic(
                name=name,
                partitions=[
                    topic.ListOffsetsPartition(partition_index=index, timestamp=at)
                    for index, at in pairs
                ],
            )
            for name, pairs in wanted.items()
        ],
    )
    assert sent(listoffsets.request(version, wanted, isolation)) == sent(theirs)


def offsets_response(rows: dict[str, list[tuple[int, int, int, int]]], version: int = 7) -> Any:
    topic = ListOffsetsResponse.ListOffsetsTopicResponse
    return ListOffsetsResponse(
        version=version,
        throttle_time_ms=5,
        topics=[
            topic(
                name=name,
                partitions=[
                    topic.ListOffsetsPartitionResponse(
                        partition_index=index,
                        error_code=error,
                        timestamp=timestamp,
                        offset=offset,
                        leader_epoch=3,
                    )
                    for index, error, timestamp, offset in partitions
                ],
            )
            for name, partitions in rows.items()
        ],
    )


@given(ROWS)
def test_an_answer_of_offsets_is_read_with_its_errors(
    rows: dict[str, list[tuple[int, int, int, int]]],
) -> None:
    assert dict(listoffsets.response(body(offsets_response(rows)))) == rows


def test_an_answer_of_another_layout_is_not_misread() -> None:
    whole = bytes(body(offsets_response({"t": [(0, 0, 1, 2)]})))
    for other in (whole + b"\0", whole[:-1]):
        with pytest.raises(ValueError, match="bytes"):
            listoffsets.response(memoryview(other))


@given(st.none() | st.lists(NAMES, max_size=5))
def test_a_question_for_metadata_is_packed_as_the_class_encodes_it(names: list[str] | None) -> None:
    topic = MetadataRequest.MetadataRequestTopic
    theirs = MetadataRequest(
        version=12,
        topics=None if names is None else [topic(name=name) for name in names],
        allow_auto_topic_creation=False,
        include_topic_authorized_operations=False,
    )
    assert sent(metadata.request(names)) == sent(theirs)


ID = uuid.UUID("8fd1bb30-3b0f-4c8e-9b9a-6a6b7b0d0c01")


def metadata_response(replicas: int = 2) -> Any:
    topic = MetadataResponse.MetadataResponseTopic
    broker = MetadataResponse.MetadataResponseBroker

    def partition(index: int, leader: int) -> Any:
        nodes = list(range(1, replicas + 1))
        return topic.MetadataResponsePartition(
            error_code=0 if leader >= 0 else 5,
            partition_index=index,
            leader_id=leader,
            leader_epoch=9,
            replica_nodes=nodes,
            isr_nodes=nodes[:1],
            offline_replicas=[],
        )

    return MetadataResponse(
        version=12,
        throttle_time_ms=0,
        brokers=[
            broker(node_id=1, host="a.example", port=9092, rack=None),
            broker(node_id=2, host="b.example", port=9093, rack="z"),
        ],
        cluster_id="cluster",
        controller_id=1,
        topics=[
            topic(
                error_code=0,
                name="good",
                topic_id=ID,
                is_internal=False,
                partitions=[partition(2, 1), partition(0, 2), partition(1, -1)],
            ),
            topic(error_code=3, name="missing", topic_id=uuid.UUID(int=0), partitions=[]),
            topic(error_code=29, name="secret", topic_id=uuid.UUID(int=0), partitions=[]),
            topic(error_code=0, name="__own", topic_id=ID, is_internal=True, partitions=[]),
        ],
    )


@pytest.mark.parametrize("replicas", [1, 2, 200])
def test_an_answer_of_metadata_is_read_with_ids_leaders_and_faults(replicas: int) -> None:
    read = metadata.response(body(metadata_response(replicas)))
    name = "j9G7MDsPTI6bmmprew0MAQ"
    assert read.cluster_id == "cluster"
    assert read.brokers == ((1, "a.example", 9092, None), (2, "b.example", 9093, "z"))
    assert read.topics == {
        "good": TopicFacts(name, (2, -1, 1)),
        "missing": TopicFacts("", (), Fault.UNKNOWN_TOPIC),
        "secret": TopicFacts("", (), Fault.UNAUTHORIZED),
        "__own": TopicFacts(name, (), None, internal=True),
    }


POSITIONS = st.dictionaries(NAMES, st.lists(st.tuples(INT32, INT64, INT32), min_size=1, max_size=4))


@given(POSITIONS, st.integers(0, 1))
def test_a_question_for_records_is_packed_as_the_class_encodes_it(
    wanted: dict[str, list[tuple[int, int, int]]], isolation: int
) -> None:
    topic = FetchRequest.FetchTopic
    theirs = FetchRequest(
        version=11,
        replica_id=-1,
        max_wait_ms=500,
        min_bytes=1,
        max_bytes=1000,
        isolation_level=isolation,
        session_id=0,
        session_epoch=-1,
        topics=[
            topic(
                topic=name,
                partitions=[
                    topic.FetchPartition(
                        partition=index, fetch_offset=offset, partition_max_bytes=most
                    )
                    for index, offset, most in positions
                ],
            )
            for name, positions in wanted.items()
        ],
        forgotten_topics_data=[],
        rack_id="",
    )
    assert sent(fetch.request(wanted, fetch.Limits(500, 1000), isolation)) == sent(theirs)


@pytest.mark.parametrize("aborted", [None, [], [(7, 100), (8, 200)]])
@pytest.mark.parametrize("records", [None, b"", b"some bytes"])
def test_an_answer_of_records_is_taken_apart(
    aborted: list[tuple[int, int]] | None, records: bytes | None
) -> None:
    topic = FetchResponse.FetchableTopicResponse
    partition = topic.PartitionData
    theirs = FetchResponse(
        version=11,
        throttle_time_ms=0,
        error_code=0,
        session_id=0,
        responses=[
            topic(
                topic="é",
                partitions=[
                    partition(
                        partition_index=index,
                        error_code=error,
                        high_watermark=12,
                        last_stable_offset=10,
                        log_start_offset=1,
                        aborted_transactions=aborted
                        and [partition.AbortedTransaction(*pair) for pair in aborted],
                        preferred_read_replica=-1,
                        records=records,
                    )
                    for index, error in ((4, 0), (5, 1))
                ],
            )
        ],
    )
    read = list(fetch.response(body(theirs)))
    assert [(one.topic, one.partition, one.error) for one in read] == [("é", 4, 0), ("é", 5, 1)]
    for one in read:
        assert (one.high_watermark, one.stable_end) == (12, 10)
        assert [tuple(pair) for pair in one.aborted] == (aborted or [])
        assert bytes(one.records) == (records or b"")


@given(st.integers(0, 2**63 - 1))
def test_an_unsigned_varint_comes_back(value: int) -> None:
    packed = uvarint(value)
    assert read_uvarint(memoryview(b"x" + packed), 1) == (value, 1 + len(packed))


@pytest.mark.parametrize(("value", "packed"), [(0, b"\0"), (-1, b"\1"), (1, b"\2"), (-2, b"\3")])
def test_a_signed_varint_is_zigzag(value: int, packed: bytes) -> None:
    assert read_varint(memoryview(packed), 0) == (value, 1)


def test_tagged_fields_of_a_later_broker_are_passed_over() -> None:
    assert skip_tags(memoryview(b"\x02\x00\x03abc\x07\x01z!"), 0) == 9


def test_a_request_is_numbered_before_it_is_sent() -> None:
    with pytest.raises(ValueError, match="numbered"):
        PackedRequest(3, 12, b"", flexible=True).encode()


@pytest.mark.parametrize(
    ("code", "expected"),
    [(0, None), (3, Fault.UNKNOWN_TOPIC), (6, Fault.NO_LEADER), (29, Fault.UNAUTHORIZED),
     (74, Fault.NO_LEADER), (-1, Fault.OTHER), (87, Fault.OTHER)],
)  # fmt: skip
def test_error_codes_become_faults(code: int, expected: Fault | None) -> None:
    assert fault(code) is expected


NEW = {1: (4, 18), 2: (1, 11), 3: (0, 13)}
OLD = {1: (0, 10), 2: (0, 4), 3: (0, 8)}
BEFORE_3_0 = {**NEW, 2: (0, 6)}


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> dict[int, bool]:
    trust: dict[int, bool] = {}
    monkeypatch.setattr(dialect, "_trusted", trust)
    return trust


def test_brokers_are_asked_in_the_version_they_speak() -> None:
    wanted = {"t": [(0, LATEST), (1, MAX_TIMESTAMP), (2, EARLIEST)]}
    assert dialect.offsets_request(NEW, wanted, 0).API_VERSION == 7
    before = dialect.offsets_request(BEFORE_3_0, wanted, 0)
    known = {"t": [(0, LATEST), (2, EARLIEST)]}
    assert sent(before) == sent(listoffsets.request(6, known, 0))
    old = dialect.offsets_request(OLD, wanted, 0)
    assert isinstance(old, ListOffsetsRequest)
    assert old.API_VERSION == 4
    assert isinstance(dialect.metadata_request(NEW, ["t"]), PackedRequest)
    assert isinstance(dialect.metadata_request(OLD, ["t"]), MetadataRequest)
    assert not dialect.metadata_request(OLD, ["t"]).allow_auto_topic_creation


def test_both_forms_of_an_answer_read_the_same(trusted: dict[int, bool]) -> None:
    rows = {"t": [(0, 0, 5, 6), (1, 3, -1, -1)]}
    response = offsets_response(rows)
    packed = dialect.offsets_answer(Answer(body(response), 7, 0))
    assert dict(packed) == dict(dialect.offsets_answer(response)) == rows
    facts = dialect.metadata_answer(Answer(body(metadata_response()), 12, 0))
    assert facts == dialect.metadata_answer(metadata_response())
    assert trusted == {2: True, 3: True}


def test_a_layout_that_is_not_known_is_left_to_the_classes(
    trusted: dict[int, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = {"t": [(0, 0, 5, 6)]}
    answer = Answer(body(offsets_response(rows)), 7, 0)
    monkeypatch.setattr(listoffsets, "response", lambda _: [("t", [(0, 0, 6, 5)])])
    assert dict(dialect.offsets_answer(answer)) == rows
    assert trusted == {2: False}
    assert dict(dialect.offsets_answer(answer)) == rows
