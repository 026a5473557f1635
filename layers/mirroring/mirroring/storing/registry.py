"""The Kafka clusters and Connect clusters that people registered."""

from collections.abc import Sequence
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
    at,
    delete,
    document,
    follows,
    key,
    must_be_at,
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

    def put_cluster(
        self, cluster: KafkaCluster, *along: Item, fleet_revision: int | None = None
    ) -> None:
        """Registers it, or replaces the registration of the revision before, with `along`.

        Raises Conflict when that was replaced since, or the fleet moved since `fleet_revision`.
        """
        item = _cluster_item(CLUSTER, cluster)
        self._transact(
            put(self._table, item, **follows(cluster.revision)),
            *fleet.stays(self._table, fleet_revision),
            *along,
        )

    def delete_cluster(self, cluster: KafkaCluster, fleet_revision: int, *along: Item) -> None:
        """Raises Conflict when it was registered anew, or the fleet moved: look again."""
        self._delete(key(CLUSTER, cluster.name), cluster.revision, fleet_revision, along)

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

    def put_connect_cluster(
        self,
        cluster: ConnectCluster,
        *along: Item,
        target: KafkaCluster | None = None,
        fleet_revision: int | None = None,
    ) -> None:
        """Registers it, or replaces the registration of the revision before, with `along`.

        Raises Conflict when that was replaced since, the fleet moved since `fleet_revision`, or
        `target` was registered anew; ClusterNotFound when its Kafka cluster is gone.
        """
        kafka = key(CLUSTER, cluster.kafka_cluster)
        needed = must_be_at(self._table, kafka, target.revision) if target else None
        item = _cluster_item(CONNECT_CLUSTER, cluster)
        moves = fleet.moves(self._table)
        try:
            self._db.transact(
                needed or must_exist(self._table, kafka),
                put(self._table, item, **follows(cluster.revision)),
                moves if fleet_revision is None else fleet.moves_from(self._table, fleet_revision),
                *along,
            )
        except Refused as refused:
            if refused.codes[0] == FAILED and refused.items[0] is None:
                raise no_cluster(cluster.kafka_cluster) from refused
            raise registered_anew(cluster.name) from refused

    def saw(self, cluster: ConnectCluster, version: str, workers: int | None) -> None:
        """Remembers the workers' version and how many show, where another was remembered.

        Not where none shows, nor where it was registered anew meanwhile.
        """
        told = {"version": version, "workers": workers or cluster.workers}
        seen = cluster.model_copy(update=told)
        if seen == cluster:
            return
        try:
            self._db.put(self._table, _cluster_item(CONNECT_CLUSTER, seen), **at(cluster.revision))
        except Refused:
            return

    def delete_connect_cluster(
        self, cluster: ConnectCluster, fleet_revision: int, *along: Item
    ) -> None:
        """Raises Conflict when it was registered anew, or the fleet moved: look again."""
        self._delete(key(CONNECT_CLUSTER, cluster.name), cluster.revision, fleet_revision, along)

    def _page(self, kind: str, shape: type[Model], limit: int, token: str | None) -> Page[Model]:
        start = dynamo.after(token, kind)
        items = all_of(
            self._db, self._table, kind, after=start, page_size=limit + 1, consistent=False
        )
        return dynamo.page(((i["name"]["S"], read(i, shape)) for i in items), limit, kind)

    def _delete(
        self, where: Item, revision: int, fleet_revision: int, along: Sequence[Item]
    ) -> None:
        self._transact(
            delete(self._table, where, **at(revision)),
            fleet.moves_from(self._table, fleet_revision),
            *along,
        )

    def _transact(self, *writes: Item) -> None:
        try:
            self._db.transact(*writes)
        except Refused as refused:
            raise moved() from refused


@cache
def registry() -> Registry:
    """The registry in the table that the environment names."""
    return Registry(dynamo.dynamo(), settings().needed("mirrors_table"))


def no_cluster(name: str) -> ClusterNotFound:
    """What to say of a Kafka cluster that is not registered."""
    return ClusterNotFound(f"there is no Kafka cluster {name}: register it first")


def no_connect_cluster(name: str) -> ConnectClusterNotFound:
    """What to say of a Connect cluster that is not registered."""
    return ConnectClusterNotFound(f"there is no Connect cluster {name}: register it first")


def moved() -> Conflict:
    """What to say when the fleet changed under a check that was made on it."""
    return Conflict("somebody else changed the mirrors at the same moment: try again")


def registered_anew(name: str) -> Conflict:
    """What to say when a cluster is not any more what a check was made on."""
    return Conflict(f"{name} was registered anew at the same moment: try again")


def _cluster_item(kind: str, cluster: KafkaCluster | ConnectCluster) -> Item:
    revision = {"revision": {"N": str(cluster.revision)}} if cluster.revision else {}
    return document(kind, cluster.name, cluster, **revision)
