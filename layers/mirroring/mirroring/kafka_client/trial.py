"""What a cluster would let us do, told without trying it: reading topics, and creating them.

No CreateTopics is ever sent, not even with `validate_only`: early KRaft and brokers that are only
compatible with Kafka pass that over and create the topics.
"""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from kafka.errors import KafkaError
from kafka.protocol.admin import DescribeConfigsRequest
from kafka.protocol.metadata import MetadataRequest

from mirroring.kafka_client.brokers import Brokers, Node, Versions
from mirroring.kafka_types import Creation

_METADATA, _BROKER = 3, 4
_READ, _CREATE, _DESCRIBE_CONFIGS, _UNTOLD = 3, 5, 10, 31
_NEEDED = {_READ, _DESCRIBE_CONFIGS}
_FACTOR, _STAMPS = "default.replication.factor", "log.message.timestamp.type"
_POLICY = "create.topic.policy.class.name"
_Named = MetadataRequest.MetadataRequestTopic
_Resource = DescribeConfigsRequest.DescribeConfigsResource


def unreadable(brokers: Brokers, names: Collection[str]) -> frozenset[str]:
    """The topics that MirrorMaker could not copy, without READ or DESCRIBE_CONFIGS.

    It reads a topic's configuration before it creates the copy. None where the cluster does not
    tell (before Kafka 2.3).
    """
    job = brokers.ask_any(partial(_operations_request, names))
    answer = brokers.gather({"operations": job})["operations"]
    if isinstance(answer, KafkaError):
        return frozenset()
    operations = {one.name: set(one.authorized_operations or ()) for one in answer.topics}
    return frozenset(
        name for name, may in operations.items() if may - {_UNTOLD} and not may >= _NEEDED
    )


def creation(brokers: Brokers, node: Node) -> Creation:
    """What creating a topic with the cluster's own defaults would meet, as far as a broker tells.

    CREATE on the cluster is told since Kafka 2.3; the defaults need DESCRIBE_CONFIGS on it.
    """
    answers = brokers.gather(
        {
            "operations": brokers.ask_any(_cluster_request),
            "defaults": brokers.ask(node, partial(_defaults_request, node)),
        }
    )
    defaults = _defaults(answers["defaults"])
    factor = defaults.get(_FACTOR, "")
    return Creation(
        permitted=_permitted(answers["operations"]),
        replication=int(factor) if factor.isdecimal() else None,
        append_time=defaults[_STAMPS] == "LogAppendTime" if _STAMPS in defaults else None,
        policy=bool(defaults.get(_POLICY)) if defaults else None,
    )


def _permitted(answer: Any) -> bool | None:
    """Whether we have CREATE on the cluster; None where it is not told."""
    may = set() if isinstance(answer, KafkaError) else set(answer.authorized_operations or ())
    return _CREATE in may if may - {_UNTOLD} else None


def _defaults(answer: Any) -> Mapping[str, str]:
    """A broker's settings by name; empty where we may not see them."""
    results = [] if isinstance(answer, KafkaError) else answer.results
    return {
        config.name: config.value or ""
        for result in results
        if not result.error_code
        for config in result.configs
    }


def _operations_request(names: Collection[str], versions: Versions) -> Any:
    return MetadataRequest(
        version=min(versions[_METADATA][1], 12),
        topics=[_Named(name=name) for name in names],
        allow_auto_topic_creation=False,
        include_topic_authorized_operations=True,
    )


def _cluster_request(versions: Versions) -> Any:
    """Metadata of no topic, in the last version that tells of the cluster's operations."""
    return MetadataRequest(
        version=min(versions[_METADATA][1], 10),
        topics=[],
        allow_auto_topic_creation=False,
        include_cluster_authorized_operations=True,
    )


def _defaults_request(node: Node, _: Versions) -> Any:
    keys = [_FACTOR, _STAMPS, _POLICY]
    broker = _Resource(resource_type=_BROKER, resource_name=str(node), configuration_keys=keys)
    return DescribeConfigsRequest(
        resources=[broker], include_synonyms=False, include_documentation=False
    )
