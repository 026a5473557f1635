"""Everything that a GET answers, from our own tables alone: Kafka and Connect may be away."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from mirroring.answering import listing, view
from mirroring.answering.answers import ChangeList, MirrorAnswer, MirrorList, PointList
from mirroring.answering.cluster_answers import (
    ClusterAnswer,
    ClusterList,
    ConnectClusterAnswer,
    ConnectClusterList,
)
from mirroring.answering.listing import Listed
from mirroring.cluster import KafkaCluster
from mirroring.errors import ClusterNotFound, MirrorNotFound
from mirroring.managing import audit, users
from mirroring.mirror import Mirror
from mirroring.observation import Status
from mirroring.storing import history, registry, samples, store
from mirroring.storing.history import History
from mirroring.storing.registry import Registry
from mirroring.storing.samples import Samples
from mirroring.storing.store import Store


@dataclass(frozen=True)
class Reader:
    """What people see; every method may raise Unavailable."""

    store: Store
    samples: Samples
    history: History
    registry: Registry

    def mirrors(
        self, limit: int, token: str | None, status: Status | None, connect_cluster: str | None
    ) -> MirrorList:
        """A page of mirrors by name; raises BadRequest for a token that is not of this list."""
        wanted = None if status is None else lambda one: _status(one) is status
        page = listing.page(self.store, self.samples, limit, token, connect_cluster, wanted)
        at = now()
        rows = (
            view.summary(one.mirror, one.summary, one.reconciled.refused, at) for one in page.items
        )
        return MirrorList(mirrors=tuple(rows), next_token=page.next_token)

    def mirror(self, name: str) -> MirrorAnswer:
        """A mirror in full; raises MirrorNotFound."""
        return self.shown(self.store.mirror(name))

    def shown(self, mirror: Mirror) -> MirrorAnswer:
        """A mirror as it is answered, with what is known of it now."""
        seen = self.samples.observation(mirror.name)
        refused = self.store.reconciled(mirror.name).refused
        return view.details(mirror, seen, refused, self._clusters(mirror), now())

    def latency(self, name: str, start: datetime, end: datetime, topic: str | None) -> PointList:
        """A mirror's history; raises MirrorNotFound."""
        self.store.mirror(name)
        return PointList(points=tuple(self.samples.points(name, start, end, topic)))

    def changes(self, name: str, limit: int, token: str | None) -> ChangeList:
        """A mirror's changes and those of its clusters, newest first.

        Those of a removed mirror stay readable until they expire: who removed it is asked then, and
        the line of its end says which clusters it had. Raises MirrorNotFound, BadRequest.
        """
        page = self.history.changes(name, limit, token, *self._clusters_of(name))
        lines = tuple(view.change(line) for line in page.items)
        return ChangeList(changes=lines, next_token=page.next_token)

    def _clusters_of(self, name: str) -> tuple[list[str], datetime, datetime | None]:
        """Whose changes are told beside a mirror's, since when, and until when."""
        try:
            mirror = self.store.mirror(name)
        except MirrorNotFound:
            last = self.history.changes(name, 1).items
            if not last:
                raise
            clusters, since = audit.clusters_at_end(last[0]) or ([], last[0].at)
            return clusters, since, last[0].at
        return audit.clusters_of(mirror), mirror.created_at, None

    def clusters(self, limit: int, token: str | None) -> ClusterList:
        """A page of Kafka clusters; raises BadRequest for a token that is not of this list."""
        page = self.registry.clusters(limit, token)
        mirrors, connects = self.store.fleet().mirrors, self.registry.all_connect_clusters()
        shown = tuple(users.cluster(one, mirrors, connects) for one in page.items)
        return ClusterList(clusters=shown, next_token=page.next_token)

    def cluster(self, name: str) -> ClusterAnswer:
        """A Kafka cluster; raises ClusterNotFound."""
        registered = self.registry.cluster(name)
        connects = self.registry.all_connect_clusters()
        return users.cluster(registered, self.store.fleet().mirrors, connects)

    def connect_clusters(self, limit: int, token: str | None) -> ConnectClusterList:
        """A page of Connect clusters; raises BadRequest for a token that is not of this list."""
        page = self.registry.connect_clusters(limit, token)
        mirrors = self.store.fleet().mirrors
        shown = tuple(users.connect_cluster(one, mirrors) for one in page.items)
        return ConnectClusterList(connect_clusters=shown, next_token=page.next_token)

    def connect_cluster(self, name: str) -> ConnectClusterAnswer:
        """A Connect cluster; raises ConnectClusterNotFound."""
        return users.connect_cluster(
            self.registry.connect_cluster(name), self.store.fleet().mirrors
        )

    def _clusters(self, mirror: Mirror) -> dict[str, KafkaCluster]:
        """The registered clusters that it names and that are still there."""
        found = {}
        for name in filter(None, (mirror.source.managed, mirror.target_cluster)):
            try:
                found[name] = self.registry.cluster(name)
            except ClusterNotFound:
                continue
        return found


@cache
def opened() -> Reader:
    """The reader of the tables that the environment names."""
    return Reader(store.opened(), samples.opened(), history.opened(), registry.opened())


def _status(listed: Listed) -> Status:
    return view.standing(listed.mirror, listed.summary, listed.reconciled.refused, now()).status


def now() -> datetime:
    """The time at which a mirror is answered: its last sample may be too old by then."""
    return datetime.now(UTC)
