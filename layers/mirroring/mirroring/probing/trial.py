"""What a cluster would let us do, asked without doing it: reading topics, and creating them."""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from kafka.errors import KafkaError
from kafka.protocol.admin import CreateTopicsRequest
from kafka.protocol.metadata import MetadataRequest

from mirroring.facts import Trial
from mirroring.probing.brokers import Brokers, Node, Versions

_METADATA = 3
_READ, _DESCRIBE_CONFIGS, _UNTOLD = 3, 10, 31
_NEEDED = {_READ, _DESCRIBE_CONFIGS}
_NOT_CONTROLLER = 41
# Invalid name, topic and cluster authorization, partitions, replication factor, creation policy.
_REFUSALS = {
    17: "the name is not allowed",
    29: "no CREATE permission on the topic",
    31: "no CREATE permission on the cluster",
    37: "the number of partitions is not allowed",
    38: "the brokers are fewer than its default replication factor",
    44: "its creation policy forbids it",
}
_Named = MetadataRequest.MetadataRequestTopic
_Creatable = CreateTopicsRequest.CreatableTopic


def unreadable(brokers: Brokers, names: Collection[str]) -> frozenset[str]:
    """The topics that MirrorMaker could not copy, without READ or DESCRIBE_CONFIGS.

    It reads a topic's configuration before it creates the copy. None where the cluster does not
    tell (before Kafka 2.3).
    """
    job = brokers.ask_any(partial(_operations_request, names))
    answer = brokers.gather({"operations": job})["operations"]
    if isinstance(answer, KafkaError):
        return frozenset()
    told = {one.name: set(one.authorized_operations or ()) for one in answer.topics}
    return frozenset(name for name, may in told.items() if may - {_UNTOLD} and not may >= _NEEDED)


def try_creating(brokers: Brokers, nodes: Collection[Node], topics: Mapping[str, int]) -> Trial:
    """What would come of creating topics with so many partitions and the cluster's own defaults.

    With `validate_only` nothing is created. Asked of each broker until one takes it: without KRaft
    only the controller does. Needs Kafka 2.4; an older one refuses nothing here.
    """
    for node in nodes:
        job = brokers.ask(node, partial(_creation_request, topics))
        answer = brokers.gather({"creation": job})["creation"]
        if isinstance(answer, KafkaError):
            continue
        if {one.error_code for one in answer.topics} != {_NOT_CONTROLLER}:
            return Trial(*_told(answer.topics))
    return Trial()


def _operations_request(names: Collection[str], versions: Versions) -> Any:
    return MetadataRequest(
        version=min(versions[_METADATA][1], 12),
        topics=[_Named(name=name) for name in names],
        allow_auto_topic_creation=False,
        include_topic_authorized_operations=True,
    )


def _creation_request(topics: Mapping[str, int], _: Versions) -> Any:
    wanted = [
        _Creatable(
            name=name, num_partitions=count, replication_factor=-1, assignments=[], configs=[]
        )
        for name, count in topics.items()
    ]
    return CreateTopicsRequest(topics=wanted, timeout_ms=4000, validate_only=True)


def _told(topics: Collection[Any]) -> tuple[dict[str, str], bool]:
    """Why each topic is refused, and whether new ones get the broker's clock for their records."""
    refused = {one.name: _REFUSALS[one.error_code] for one in topics if one.error_code in _REFUSALS}
    values = {
        config.value
        for one in topics
        for config in one.configs or ()
        if config.name == "message.timestamp.type"
    }
    return refused, "LogAppendTime" in values
