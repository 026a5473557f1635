"""Everything that a GET answers, from our own tables alone: Kafka and Connect may be away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from mirroring import audit
from mirroring.api import listing, view, worst_topics
from mirroring.api.filters import Filters
from mirroring.api.paging import LARGEST, fitting
from mirroring.api.thinning import MINUTE, POINTS, thinned
from mirroring.cluster import KafkaCluster
from mirroring.contract.clusters import (
    ClusterAnswer,
    ClusterList,
    ConnectClusterAnswer,
    ConnectClusterList,
)
from mirroring.contract.mirrors import (
    ChangeList,
    MirrorAnswer,
    MirrorCounts,
    MirrorList,
    PointList,
    TopicAnswer,
    TopicList,
)
from mirroring.errors import ClusterNotFound, MirrorNotFound, TopicNotFound
from mirroring.managing import usage
from mirroring.mirror import Mirror
from mirroring.observation import Point
from mirroring.settings import settings
from mirroring.storing import history, mirror_store, observations, registry, uses
from mirroring.storing.history import History
from mirroring.storing.history_packs import TENTH
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.observations import Observations
from mirroring.storing.registry import Registry
from mirroring.storing.uses import Uses

# With a point a minute, as many as an answer has.
DETAILED = POINTS * MINUTE


@dataclass(frozen=True)
class Reader:
    """What people see; every method may raise Unavailable."""

    store: MirrorStore
    samples: Observations
    history: History
    registry: Registry
    uses: Uses
    window_s: int

    def mirrors(self, limit: int, token: str | None, filters: Filters, recent: bool) -> MirrorList:
        """A page of mirrors by name; raises BadRequest for a token that is not of this list."""
        at = now()
        page = fitting(
            limit,
            lambda some: listing.page(self.store, self.samples, some, token, filters, at),
            lambda rows: [
                view.summary(row.mirror, row.summary, row.reconciled.refused, at, recent)
                for row in rows
            ],
        )
        return MirrorList(mirrors=tuple(page.items), next_token=page.next_token)

    def counts(self, token: str | None) -> MirrorCounts:
        """How many mirrors there are of each kind; raises BadRequest for a wrong token."""
        return listing.counts(self.store, self.samples, token, now())

    def mirror(self, name: str) -> MirrorAnswer:
        """A mirror in full; raises MirrorNotFound."""
        return self.shown(self.store.mirror(name))

    def shown(self, mirror: Mirror, most: int = LARGEST) -> MirrorAnswer:
        """A mirror as it is answered, with what is known of it now, in so many bytes."""
        seen = self.samples.observation(mirror.name)
        refused = self.store.reconciled(mirror.name).refused
        return view.details(mirror, seen, refused, self._clusters(mirror), now(), most)

    def topics(self, name: str, limit: int, token: str | None) -> TopicList:
        """A mirror's topics, worst first; raises MirrorNotFound, BadRequest for a wrong token."""
        self.store.mirror(name)
        seen = self.samples.observation(name)
        page = worst_topics.page(name, seen.topics if seen else (), limit, token)
        return TopicList(mirrored_topics=tuple(page.items), next_token=page.next_token)

    def topic(self, name: str, topic: str) -> TopicAnswer:
        """A topic down to its partitions; raises MirrorNotFound, TopicNotFound."""
        from mirroring.api.partition_view import topic_answer
        from mirroring.measuring.memory import unpack

        self.store.mirror(name)
        seen, packed = self.samples.remembered(name) or (None, b"")
        shown = next((one for one in seen.topics if one.name == topic), None) if seen else None
        memory = unpack(packed).topics.get(topic)
        if seen is None or shown is None or memory is None:
            raise TopicNotFound(f"The last sample of {name} saw no topic of this name.")
        return topic_answer(shown, memory, seen.measured_at, self.window_s)

    def latency(self, name: str, start: datetime, end: datetime, topic: str | None) -> PointList:
        """A mirror's history; raises MirrorNotFound."""
        self.store.mirror(name)
        points, span = self._points(name, start, end, topic)
        resolution = None if span is None else span // timedelta(milliseconds=1)
        return PointList(points=tuple(points), resolution=resolution)

    def _points(
        self, name: str, start: datetime, end: datetime, topic: str | None
    ) -> tuple[Sequence[Point], timedelta | None]:
        """Few points, and how long each is the worst of; a topic's of a long time by ten minutes.

        Where the mirror had few topics once, the rows before it had many are read as they are.
        """
        if topic is None or end - start <= DETAILED:
            return thinned(self.samples.points(name, start, end, topic))
        tenths = self.samples.tenths(name, start, end, topic)
        before = tenths[0].at if tenths else end
        after = tenths[-1].at + TENTH if tenths else end
        early = self.samples.points(name, start, before, topic) if before > start else []
        late = self.samples.points(name, after, end, topic) if tenths and after <= end else []
        each = TENTH if tenths else None
        return thinned([*(one for one in early if one.at < before), *tenths, *late], each)

    def changes(self, name: str, limit: int, token: str | None) -> ChangeList:
        """A mirror's changes and those of its clusters, newest first.

        Those of a removed mirror stay readable until they expire: who removed it is asked then, and
        the line of its end says which clusters it had. Raises MirrorNotFound, BadRequest.
        """
        among = self._clusters_of(name)
        page = fitting(
            limit,
            lambda some: self.history.changes(name, some, token, *among),
            lambda lines: [view.change(line) for line in lines],
        )
        return ChangeList(changes=tuple(page.items), next_token=page.next_token)

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
        connects = self.registry.all_connect_clusters()
        used = usage.by_cluster(connects, {one.name: self.uses.of(one.name) for one in connects})
        page = fitting(
            limit,
            lambda some: self.registry.clusters(some, token),
            lambda found: [usage.cluster(one, used.get(one.name, ())) for one in found],
        )
        return ClusterList(clusters=tuple(page.items), next_token=page.next_token)

    def cluster(self, name: str) -> ClusterAnswer:
        """A Kafka cluster; raises ClusterNotFound."""
        registered = self.registry.cluster(name)
        connects = self.registry.all_connect_clusters()
        uses = {
            one.name: self.uses.of(one.name, None if one.kafka_cluster == name else name)
            for one in connects
        }
        return usage.cluster(registered, usage.by_cluster(connects, uses).get(name, ()))

    def connect_clusters(self, limit: int, token: str | None) -> ConnectClusterList:
        """A page of Connect clusters; raises BadRequest for a token that is not of this list."""
        page = fitting(
            limit,
            lambda some: self.registry.connect_clusters(some, token),
            lambda found: [usage.connect_cluster(one, self.uses.of(one.name)) for one in found],
        )
        return ConnectClusterList(connect_clusters=tuple(page.items), next_token=page.next_token)

    def connect_cluster(self, name: str) -> ConnectClusterAnswer:
        """A Connect cluster; raises ConnectClusterNotFound."""
        return usage.connect_cluster(self.registry.connect_cluster(name), self.uses.of(name))

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
def reader() -> Reader:
    """The reader of the tables that the environment names."""
    return Reader(
        mirror_store.mirror_store(),
        observations.observations(),
        history.history(),
        registry.registry(),
        uses.uses(),
        settings().activity_window_s,
    )


def now() -> datetime:
    """The time at which a mirror is answered: its last sample may be too old by then."""
    return datetime.now(UTC)
