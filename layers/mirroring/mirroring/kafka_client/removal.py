"""DeleteTopics, for the topics that MirrorMaker 2 keeps for itself and for no other."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from kafka.errors import KafkaError
from kafka.protocol.admin import DeleteTopicsRequest

from mirroring.client_properties.security import Security
from mirroring.kafka_client.brokers import Brokers, Versions
from mirroring.kafka_client.leaders import Leaders
from mirroring.kafka_client.unreachable import fault_of
from mirroring.kafka_client.wire.metadata import Broker
from mirroring.kafka_types import Fault, fault

TIMEOUT_S = 4.0
INTERNAL = re.compile(
    r"mm2-offset-syncs\.[A-Za-z0-9_-]{1,40}\.internal|[A-Za-z0-9_-]{1,40}\.checkpoints\.internal"
)
_NOT_CONTROLLER = 41
_Topic = DeleteTopicsRequest.DeleteTopicState


def delete_internal(
    servers: Sequence[str], who: Security, names: Collection[str]
) -> dict[str, Fault | None]:
    """What came of each of these topics of MirrorMaker's, None where it is gone.

    Raises ValueError for a topic of any other name, ClusterUnreachable, ClusterUnauthorized.
    """
    if wrong := [name for name in names if not INTERNAL.fullmatch(name)]:
        raise ValueError(f"not MirrorMaker's own, and never deleted here: {wrong}")
    brokers = Brokers(servers, who, TIMEOUT_S)
    try:
        known = Leaders(f"The Kafka cluster at {', '.join(servers)}", brokers).ask(names)
        there = [name for name in names if known.topics[name].fault is not Fault.UNKNOWN_TOPIC]
        left = _delete(brokers, known.brokers, there) if there else {}
    finally:
        brokers.close()
    return {name: left.get(name) for name in names}


def _delete(
    brokers: Brokers, nodes: Sequence[Broker], names: Collection[str]
) -> Mapping[str, Fault | None]:
    """Asked of each broker until one takes it: without KRaft only the controller does."""
    found: dict[str, Fault | None] = dict.fromkeys(names, Fault.UNREACHABLE)
    for node in nodes:
        answer = brokers.gather({"delete": brokers.ask(node.node, _request(names))})["delete"]
        if isinstance(answer, KafkaError):
            found = dict.fromkeys(names, fault_of(answer))
            continue
        codes = {one.name: one.error_code for one in answer.responses}
        if set(codes.values()) != {_NOT_CONTROLLER}:
            faults = {name: fault(code) for name, code in codes.items()}
            return {
                name: None if one is Fault.UNKNOWN_TOPIC else one for name, one in faults.items()
            }
    return found


def _request(names: Collection[str]) -> Any:
    def make(_: Versions) -> Any:
        topics = [_Topic(name=name) for name in names]
        return DeleteTopicsRequest(topics=topics, timeout_ms=int(TIMEOUT_S * 1000))

    return make
