"""Consumer groups: which there are, and what they have committed, as their coordinators tell."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from kafka.errors import IncompatibleBrokerVersion, KafkaError
from kafka.protocol.admin import ListGroupsRequest
from kafka.protocol.consumer import OffsetFetchRequest

from mirroring.kafka_client.brokers import Brokers, Versions
from mirroring.kafka_client.unreachable import fault_of
from mirroring.kafka_types import Fault, GroupFacts, Groups, Partition, fault

CHUNK = 100
_CONSUMERS = ("consumer", "")
_KINDS = ("classic", "consumer", "", None)
_MANY_GROUPS = 8
_Group = OffsetFetchRequest.OffsetFetchRequestGroup

Committed = dict[str, dict[Partition, int] | Fault]
"""Committed offsets by partition, by group."""


def list_groups(brokers: Brokers, nodes: Iterable[int]) -> Groups:
    """Every consumer group that we may see; each broker tells of those that it coordinates.

    Groups of Connect, of streams and of shares have no offsets that a consumer resumes at; those
    without a protocol hold what was committed by hand, or by MirrorMaker (Admin.listGroups).
    """
    answers = brokers.gather({node: brokers.ask(node, _list_request) for node in nodes})
    found: dict[str, GroupFacts] = {}
    whole = True
    for node, answer in answers.items():
        if isinstance(answer, KafkaError) or answer.error_code:
            whole = False
            continue
        for one in answer.groups:
            if one.protocol_type in _CONSUMERS and one.group_type in _KINDS:
                found[one.group_id] = GroupFacts(one.group_state or "", node)
    return Groups(found, whole)


def ask_committed(brokers: Brokers, groups: Mapping[str, GroupFacts]) -> Committed:
    """What each group has committed, partition by partition; a Fault where it cannot be told."""
    chunks = dict(_chunks(groups))
    answers = brokers.gather(
        {
            key: brokers.ask(key[0], partial(_fetch_request, names=names))
            for key, names in chunks.items()
        }
    )
    found: Committed = {}
    for key, names in chunks.items():
        answer = answers[key]
        failed = isinstance(answer, KafkaError)
        found.update(dict.fromkeys(names, fault_of(answer) if failed else Fault.OTHER))
        for one in () if failed else answer.groups:
            found[one.group_id] = fault(one.error_code) or _offsets(one)
    return found


def _chunks(groups: Mapping[str, GroupFacts]) -> Iterator[tuple[tuple[int, int], list[str]]]:
    by_node: dict[int, list[str]] = {}
    for name, facts in groups.items():
        by_node.setdefault(facts.coordinator, []).append(name)
    for node, names in by_node.items():
        for at in range(0, len(names), CHUNK):
            yield (node, at), names[at : at + CHUNK]


def _list_request(_: Versions) -> Any:
    return ListGroupsRequest()


def _fetch_request(versions: Versions, names: Iterable[str]) -> Any:
    """All offsets of many groups at once, as Kafka 3.0 and later answer (KIP-709)."""
    lowest, highest = versions[OffsetFetchRequest.API_KEY]
    if not lowest <= _MANY_GROUPS <= highest:
        raise IncompatibleBrokerVersion(f"OffsetFetch {lowest} to {highest}")
    groups = [_Group(group_id=name, topics=None) for name in names]
    return OffsetFetchRequest(version=_MANY_GROUPS, groups=groups, require_stable=False)


def _offsets(group: Any) -> dict[Partition, int]:
    return {
        Partition(topic.name, one.partition_index): one.committed_offset
        for topic in group.topics
        for one in topic.partitions
        if not one.error_code and one.committed_offset >= 0
    }
