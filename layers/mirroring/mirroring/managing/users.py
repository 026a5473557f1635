"""Who uses what: the mirrors and Connect clusters that stand on a registered cluster. Pure."""

from collections.abc import Iterable, Sequence

from mirroring.answering.cluster_answers import ClusterAnswer, ConnectClusterAnswer
from mirroring.cluster import ConnectCluster, KafkaCluster
from mirroring.mirror import Mirror


def of_cluster(
    name: str, mirrors: Iterable[Mirror], connects: Iterable[ConnectCluster]
) -> tuple[str, ...]:
    """The names of the mirrors and the Connect clusters that use a Kafka cluster."""
    reading = {one.name for one in mirrors if name in (one.source.managed, one.target_cluster)}
    return tuple(sorted(reading | {one.name for one in connects if one.kafka_cluster == name}))


def of_connect_cluster(name: str, mirrors: Iterable[Mirror]) -> tuple[str, ...]:
    """The names of a Connect cluster's mirrors."""
    return tuple(sorted(one.name for one in mirrors if one.connect_cluster == name))


def cluster(
    registered: KafkaCluster, mirrors: Iterable[Mirror], connects: Iterable[ConnectCluster]
) -> ClusterAnswer:
    """A registered Kafka cluster as it is answered."""
    shown = registered.model_dump(include=set(ClusterAnswer.model_fields))
    return ClusterAnswer(**shown, used_by=of_cluster(registered.name, mirrors, connects))


def connect_cluster(registered: ConnectCluster, mirrors: Sequence[Mirror]) -> ConnectClusterAnswer:
    """A registered Connect cluster as it is answered; an external source goes by its alias."""
    mine = [one for one in mirrors if one.connect_cluster == registered.name]
    sources = {one.source.managed or one.source.alias for one in mine}
    return ConnectClusterAnswer(
        name=registered.name,
        urls=registered.urls,
        kafka_cluster=registered.kafka_cluster,
        config_provider=registered.config_provider,
        offset_flush_ms=registered.offset_flush_ms,
        version=registered.version,
        workers=registered.workers,
        connected_clusters=tuple(sorted(sources)),
        revision=registered.revision,
        created_at=registered.created_at,
        updated_at=registered.updated_at,
    )
