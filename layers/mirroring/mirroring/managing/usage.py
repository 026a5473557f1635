"""Who uses what: the mirrors and Connect clusters that stand on a registered cluster. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from mirroring.cluster import ConnectCluster, KafkaCluster
from mirroring.contract.clusters import ClusterAnswer, ConnectClusterAnswer
from mirroring.storing.fleet import Fleet
from mirroring.storing.uses import Use

# Enough to know where to look; the total says how many more there are.
NAMED = 20


def of_cluster(name: str, fleet: Fleet, connects: Iterable[ConnectCluster]) -> tuple[str, ...]:
    """The names of what uses a Kafka cluster, or may: mirrors and Connect clusters."""
    users = [one.name for one in fleet.mirrors if name in (one.source.managed, one.target_cluster)]
    users += [str(one) for one in fleet.unreadable if one.may_use(name)]
    return tuple(sorted([*users, *(one.name for one in connects if one.kafka_cluster == name)]))


def of_connect_cluster(name: str, fleet: Fleet) -> tuple[str, ...]:
    """The names of a Connect cluster's mirrors, and of those that may be."""
    mirrors = [one.name for one in fleet.mirrors if one.connect_cluster == name]
    mirrors += [str(one) for one in fleet.unreadable if one.may_run_on(name)]
    return tuple(sorted(mirrors))


def by_cluster(
    connects: Iterable[ConnectCluster], uses: Mapping[str, Sequence[Use]]
) -> dict[str, set[str]]:
    """The users of each Kafka cluster, from the mirrors of each Connect cluster."""
    found: dict[str, set[str]] = defaultdict(set)
    for connect in connects:
        found[connect.kafka_cluster].add(connect.name)
        for use in uses[connect.name]:
            found[connect.kafka_cluster].add(use.mirror)
            if not use.external:
                found[use.source].add(use.mirror)
    return found


def cluster(registered: KafkaCluster, used_by: Collection[str]) -> ClusterAnswer:
    """A registered Kafka cluster as it is answered, with the first of its users."""
    names = tuple(sorted(used_by))
    shown = registered.model_dump(include=set(ClusterAnswer.model_fields))
    return ClusterAnswer(**shown, used_by=names[:NAMED], used_by_total=len(names))


def connect_cluster(registered: ConnectCluster, uses: Iterable[Use]) -> ConnectClusterAnswer:
    """A registered Connect cluster as it is answered; an external source goes by its alias."""
    sources = {one.source for one in uses}
    return ConnectClusterAnswer(
        name=registered.name,
        urls=registered.urls,
        kafka_cluster=registered.kafka_cluster,
        ca_certificate=registered.ca_certificate,
        config_provider=registered.config_provider,
        offset_flush_ms=registered.offset_flush_ms,
        version=registered.version,
        workers=registered.workers,
        connected_clusters=tuple(sorted(sources)),
        revision=registered.revision,
        created_at=registered.created_at,
        updated_at=registered.updated_at,
    )
