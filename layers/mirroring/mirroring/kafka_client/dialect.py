"""Metadata and ListOffsets in the cheapest form that a broker speaks and that can be trusted.

Packed with struct where the broker has the versions known to `wire`, else kafka-python's message
classes. The first packed answers of a process are read in both ways, and if those ever differ the
classes read from then on.
"""

import struct
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

from kafka.errors import IncompatibleBrokerVersion
from kafka.protocol.consumer import ListOffsetsRequest, ListOffsetsResponse
from kafka.protocol.metadata import MetadataRequest, MetadataResponse

from mirroring.kafka_client.wire import fetch, listoffsets, metadata
from mirroring.kafka_client.wire.frame import Answer
from mirroring.kafka_client.wire.listoffsets import Rows
from mirroring.kafka_client.wire.metadata import Broker, Metadata
from mirroring.kafka_types import MAX_TIMESTAMP, TopicFacts, fault

_CHECK_BELOW_BYTES = 65_536
_trusted: dict[int, bool] = {}
_Read = TypeVar("_Read")


def metadata_request(versions: Mapping[int, tuple[int, int]], names: Collection[str] | None) -> Any:
    """A request for these topics, every one with None, that never creates one."""
    lowest, highest = versions[metadata.KEY]
    if lowest <= metadata.VERSION <= highest:
        return metadata.request(names)
    topics = None if names is None else [_Named(name=name) for name in names]
    return MetadataRequest(
        version=min(highest, metadata.VERSION), topics=topics, allow_auto_topic_creation=False
    )


def metadata_answer(answer: Any) -> Metadata:
    """What either form of request brought back."""
    if isinstance(answer, Answer):
        return _read(metadata.KEY, answer, metadata.response, _classic_metadata)
    return _from_metadata(answer)


def offsets_request(
    versions: Mapping[int, tuple[int, int]],
    wanted: Mapping[str, Sequence[tuple[int, int]]],
    isolation: int,
) -> Any:
    """Asks of each topic's (index, timestamp); MAX_TIMESTAMP is left out before Kafka 3.0."""
    lowest, highest = versions[listoffsets.KEY]
    if highest < listoffsets.MAX_TIMESTAMP_VERSION:
        wanted = {
            topic: [pair for pair in pairs if pair[1] != MAX_TIMESTAMP]
            for topic, pairs in wanted.items()
        }
    for version in reversed(listoffsets.VERSIONS):
        if lowest <= version <= highest:
            return listoffsets.request(version, wanted, isolation)
    return _classic_offsets_request(min(highest, listoffsets.VERSIONS[0]), wanted, isolation)


def offsets_answer(answer: Any) -> Sequence[Rows]:
    """What either form of request brought back, topic by topic."""
    if isinstance(answer, Answer):
        return _read(listoffsets.KEY, answer, listoffsets.response, _classic_offsets)
    return _from_offsets(answer)


def fetch_request(
    versions: Mapping[int, tuple[int, int]],
    wanted: Mapping[str, Sequence[tuple[int, int, int]]],
    limits: fetch.Limits,
    isolation: int,
) -> Any:
    """Asks of each topic's (index, offset, most bytes); raises IncompatibleBrokerVersion.

    Brokers before Kafka 2.3 are not fetched from.
    """
    lowest, highest = versions[fetch.KEY]
    if not lowest <= fetch.VERSION <= highest:
        raise IncompatibleBrokerVersion(f"Fetch {lowest} to {highest}")
    return fetch.request(wanted, limits, isolation)


def _read(
    key: int,
    answer: Answer,
    packed: Callable[[memoryview], _Read],
    classic: Callable[[Answer], _Read],
) -> _Read:
    if not _trusted.get(key, True):
        return classic(answer)
    try:
        read = packed(answer.body)
    except (ValueError, IndexError, struct.error):
        _trusted[key] = False
        return classic(answer)
    if key not in _trusted and len(answer.body) < _CHECK_BELOW_BYTES:
        checked = classic(answer)
        _trusted[key] = read == checked
        return checked
    return read


_Named = MetadataRequest.MetadataRequestTopic
_Topic = ListOffsetsRequest.ListOffsetsTopic
_Partition = _Topic.ListOffsetsPartition


def _classic_metadata(answer: Answer) -> Metadata:
    return _from_metadata(MetadataResponse.decode(answer.body, version=answer.version))


def _from_metadata(answer: Any) -> Metadata:
    topics = {}
    for topic in answer.topics:
        leaders = {one.partition_index: one.leader_id for one in topic.partitions}
        topics[topic.name] = TopicFacts(
            metadata.topic_id(topic.topic_id.bytes) if topic.topic_id else "",
            tuple(leaders.get(index, -1) for index in range(len(leaders))),
            fault(topic.error_code),
            bool(topic.is_internal),
        )
    brokers = tuple(Broker(one.node_id, one.host, one.port, one.rack) for one in answer.brokers)
    return Metadata(answer.cluster_id or "", brokers, topics)


def _classic_offsets_request(
    version: int, wanted: Mapping[str, Sequence[tuple[int, int]]], isolation: int
) -> Any:
    topics = [
        _Topic(
            name=topic,
            partitions=[_Partition(partition_index=index, timestamp=at) for index, at in pairs],
        )
        for topic, pairs in wanted.items()
    ]
    return ListOffsetsRequest(
        version=version, replica_id=-1, isolation_level=isolation, topics=topics
    )


def _classic_offsets(answer: Answer) -> Sequence[Rows]:
    return _from_offsets(ListOffsetsResponse.decode(answer.body, version=answer.version))


def _from_offsets(answer: Any) -> Sequence[Rows]:
    return [
        (
            topic.name,
            [
                (one.partition_index, one.error_code, one.timestamp, one.offset)
                for one in topic.partitions
            ],
        )
        for topic in answer.topics
    ]
