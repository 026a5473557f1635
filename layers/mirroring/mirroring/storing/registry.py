"""The Kafka clusters and Connect clusters that people registered."""

from functools import cache

from mirroring.cluster import ConnectCluster, KafkaCluster
from mirroring.errors import ClusterNotFound, Conflict, ConnectClusterNotFound
from mirroring.settings import settings
from mirroring.storing import dynamo, fleet
from mirroring.storing.dynamo import Dynamo, Item, Page, Refused
from mirroring.storing.items import (
    CLUSTER,
    CONNECT_CLUSTER,
    FAILED,
    Model,
    all_of,
    delete,
    document,
    key,
    must_exist,
    put,
    read,
)


class Registry:
    """Clusters and Connect clusters; every method may raise Unavailable."""

    def __init__(self, db: Dynamo, table: str) -> None:
        self._db = db
        self._table = table

    def cluster(self, name: str) -> KafkaCluster:
        """Raises ClusterNotFound."""
        item = self._db.get(self._table, key(CLUSTER, name))
        if item is None:
            raise no_cluster(name)
        return read(item, KafkaCluster)

    def clusters(self, limit: int, token: str | None = None) -> Page[KafkaCluster]:
        """By name; raises BadRequest for a token that is not of this list."""
        return self._page(CLUSTER, KafkaCluster, limit, token)

    def put_cluster(self, cluster: KafkaCluster) -> None:
        """Registers it, or replaces what was registered under its name."""
        self._db.put(self._table, document(CLUSTER, cluster.name, cluster))

    def delete_cluster(self, name: str, revision: int) -> None:
        """Raises Conflict when the fleet moved since `revision`: look again who uses it."""
        self._delete_at(revision, key(CLUSTER, name))

    def connect_cluster(self, name: str) -> ConnectCluster:
        """Raises ConnectClusterNotFound."""
        item = self._db.get(self._table, key(CONNECT_CLUSTER, name))
        if item is None:
            raise no_connect_cluster(name)
        return read(item, ConnectCluster)

    def connect_clusters(self, limit: int, token: str | None = None) -> Page[ConnectCluster]:
        """By name; raises BadRequest for a token that is not of this list."""
        return self._page(CONNECT_CLUSTER, ConnectCluster, limit, token)

    def all_connect_clusters(self) -> list[ConnectCluster]:
        """Every one that is registered at this moment: what decides whether a cluster is used."""
        items = all_of(self._db, self._table, CONNECT_CLUSTER)
        return [read(item, ConnectCluster) for item in items]

    def put_connect_cluster(self, cluster: ConnectCluster) -> None:
        """Registers or replaces it; raises ClusterNotFound when its Kafka cluster is gone."""
        target = key(CLUSTER, cluster.kafka_cluster)
        try:
            self._db.transact(
                must_exist(self._table, target),
                put(self._table, document(CONNECT_CLUSTER, cluster.name, cluster)),
                fleet.moves(self._table),
            )
        except Refused as refused:
            if refused.codes[0] == FAILED:
                raise no_cluster(cluster.kafka_cluster) from refused
            raise moved() from refused

    def delete_connect_cluster(self, name: str, revision: int) -> None:
        """Raises Conflict when the fleet moved since `revision`: look again who uses it."""
        self._delete_at(revision, key(CONNECT_CLUSTER, name))

    def _page(self, kind: str, shape: type[Model], limit: int, token: str | None) -> Page[Model]:
        start = dynamo.after(token, kind)
        items = all_of(
            self._db, self._table, kind, after=start, page_size=limit + 1, consistent=False
        )
        return dynamo.page(((i["name"]["S"], read(i, shape)) for i in items), limit, kind)

    def _delete_at(self, revision: int, at: Item) -> None:
        try:
            self._db.transact(delete(self._table, at), fleet.moves_from(self._table, revision))
        except Refused as refused:
            raise moved() from refused


@cache
def opened() -> Registry:
    """The registry in the table that the environment names."""
    return Registry(dynamo.opened(), settings().needed("mirrors_table"))


def no_cluster(name: str) -> ClusterNotFound:
    """What to say of a Kafka cluster that is not registered."""
    return ClusterNotFound(f"there is no Kafka cluster {name}: register it first")


def no_connect_cluster(name: str) -> ConnectClusterNotFound:
    """What to say of a Connect cluster that is not registered."""
    return ConnectClusterNotFound(f"there is no Connect cluster {name}: register it first")


def moved() -> Conflict:
    """What to say when the fleet changed under a check that was made on it."""
    return Conflict("somebody else changed the mirrors at the same moment: try again")
