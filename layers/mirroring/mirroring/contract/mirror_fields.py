"""What a person chose of a mirror, in the words of the API, for answers and for the audit."""

from typing import Any

from mirroring.contract import change_words
from mirroring.contract.mirrors import (
    ExternalClusterAnswer,
    ExternalSourceAnswer,
    ManagedClusterAnswer,
    ManagedSourceAnswer,
    MirrorSummary,
)
from mirroring.mirror import Mirror
from mirroring.redaction import HIDDEN
from mirroring.schema import iso


def asked(mirror: Mirror) -> dict[str, Any]:
    """The fields of an answer that its request had, by their names in MirrorSummary."""
    return {
        "connect_cluster": mirror.connect_cluster,
        "source_cluster": _source(mirror),
        "target_cluster": mirror.target_cluster,
        "rename_mirrored_topics": mirror.rename_mirrored_topics,
        "topics_regex": mirror.topics_regex,
        "topics_exclude": mirror.topics_exclude,
        "max_tasks": mirror.max_tasks,
        "start_from": mirror.start_from,
        "sync_group_offsets": mirror.sync_group_offsets,
        "groups_regex": mirror.groups_regex,
        "target_latency": mirror.target_latency,
        "description": mirror.description,
        "tags": mirror.tags,
    }


def fields(mirror: Mirror) -> dict[str, object]:
    """What a person chose, by its JSON names: what an audit compares. No secret is in it."""
    chosen = asked(mirror)
    del chosen["source_cluster"], chosen["target_cluster"]
    names = MirrorSummary.model_fields
    return {
        "alias": mirror.source.alias,
        "source": mirror.source.managed or HIDDEN,
        "state": change_words.state(mirror.intent),
        "acknowledged": mirror.acknowledged and iso(mirror.acknowledged),
        **{str(names[key].alias): _plain(value) for key, value in chosen.items()},
    }


def _source(mirror: Mirror) -> ManagedSourceAnswer | ExternalSourceAnswer:
    source = mirror.source
    if source.managed is None:
        hidden = ExternalClusterAnswer(source_connection_properties=HIDDEN)
        return ExternalSourceAnswer(alias=source.alias, external_cluster=hidden)
    managed = ManagedClusterAnswer(
        source_kafka_cluster_id=source.managed, use_private_ips=source.use_private_ips
    )
    return ManagedSourceAnswer(alias=source.alias, managed_cluster=managed)


def _plain(value: Any) -> object:
    return list(value) if isinstance(value, tuple) else value
