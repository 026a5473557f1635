"""Makes Kafka Connect be as the mirrors table says: creations, deletions, repairs.

What is wanted is in the table, so whatever cannot be done now is done by a later run.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

from aws_lambda_powertools import Logger

from mirroring.cluster import ConnectCluster, KafkaCluster
from mirroring.connecting import connections
from mirroring.connecting.connections import Connections
from mirroring.errors import MirrorNotFound, ProblemError
from mirroring.kafka_connect.connect import Connect
from mirroring.kafka_connect.told import Told
from mirroring.managing.removal import Removals
from mirroring.managing.renewal import Course, Renewals
from mirroring.managing.repair import differing, plan, settled
from mirroring.managing.steps import Steps
from mirroring.managing.tombstones import Orphans
from mirroring.managing.wanted import Wanted, wanted
from mirroring.mirror import Asked, Intent, Mirror
from mirroring.observation import Observation
from mirroring.storing import history, samples, store, tombstones, turns
from mirroring.storing.history import History
from mirroring.storing.samples import Samples
from mirroring.storing.store import Store
from mirroring.storing.tombstones import Tombstone

CLUSTERS_AT_ONCE = 16
FIRST_TRY_S = 1.0
# What Connect did after it had failed to answer in time is missing in what we remember of it, so
# a young mirror is looked at closely even where nothing seems left to do.
YOUNG = timedelta(minutes=10)

logger = Logger()


@dataclass(frozen=True, slots=True)
class Workplace:
    """A Connect cluster, its REST API within a time, and the Kafka clusters by name."""

    cluster: ConnectCluster
    connect: Connect
    kafka: Callable[[str], KafkaCluster]


@dataclass(frozen=True, slots=True)
class Reconciler:
    """What it takes to make Kafka Connect be as it is wanted.

    `given` remembers between runs which connections a mirror's connectors are known to have, and
    which requests of people are done.
    """

    store: Store
    samples: Samples
    history: History
    connections: Connections
    renewals: Renewals
    removals: Removals
    orphans: Orphans
    given: dict[str, tuple[Mapping[str, str], Sequence[Asked]]] = field(default_factory=dict)

    def run(self, seconds: float) -> int:
        """Look after every mirror for at most `seconds`; how many are as they are wanted.

        Connect clusters are looked after at once, so that one that is away costs no other.
        Raises Unavailable when our own tables cannot be read.
        """
        until = time.monotonic() + seconds
        kafka = cache(self.connections.registry.cluster)
        dead = self.orphans.due(datetime.now(UTC))
        fleet: dict[str, list[Mirror]] = {name: [] for name in dead}
        for mirror in self.store.fleet().mirrors:
            fleet.setdefault(mirror.connect_cluster, []).append(mirror)
        with ThreadPoolExecutor(CLUSTERS_AT_ONCE) as pool:
            counts = [
                pool.submit(self._cluster, name, mirrors, dead.get(name, []), kafka, until)
                for name, mirrors in fleet.items()
            ]
        return sum(count.result() for count in counts)

    def apply(self, mirror: Mirror, seconds: float = FIRST_TRY_S) -> bool:
        """Try for at most `seconds` to make one mirror so, and leave the rest to the next run.

        True when Connect is as the mirror wants it; for a mirror that is being removed: when its
        connectors and its record are gone.
        """
        until = time.monotonic() + seconds
        try:
            kafka = self.connections.registry.cluster
            place = self._workplace(mirror.connect_cluster, kafka, until)
            return self._mirror(mirror, place, {}, renew=False)
        except ProblemError as error:
            return _left(error, mirror=mirror.name)

    def _cluster(
        self,
        name: str,
        mirrors: Sequence[Mirror],
        dead: Sequence[Tombstone],
        kafka: Callable[[str], KafkaCluster],
        until: float,
    ) -> int:
        """How many mirrors of one Connect cluster are as they are wanted."""
        try:
            place = self._workplace(name, kafka, until)
            listed = place.connect.connectors()
            self.orphans.remove(place.connect, dead, listed)
        except ProblemError as error:
            return _left(error, connect_cluster=name)
        return sum(self._guarded(mirror, place, listed) for mirror in mirrors)

    def _guarded(self, mirror: Mirror, place: Workplace, listed: Mapping[str, Told]) -> bool:
        """One mirror; what it fails at costs the others nothing."""
        try:
            return self._mirror(mirror, place, listed)
        except ProblemError as error:
            return _left(error, mirror=mirror.name)

    def _workplace(
        self, name: str, kafka: Callable[[str], KafkaCluster], until: float
    ) -> Workplace:
        cluster = self.connections.registry.connect_cluster(name)
        connect = self.connections.connect(cluster).within(until - time.monotonic())
        return Workplace(cluster, connect, kafka)

    def _mirror(
        self, mirror: Mirror, place: Workplace, listed: Mapping[str, Told], renew: bool = True
    ) -> bool:
        """Do what a mirror needs; whether it is as it is wanted then.

        A connector that is younger than a second is not listed, so a missing one is asked for.
        """
        if mirror.intent is Intent.DELETED:
            return self.removals.finish(mirror, place.cluster, place.connect)
        aim = wanted(mirror, place.cluster, place.kafka, self.connections.vault)
        now = datetime.now(UTC)
        if self._is_quiet(mirror, aim, listed, now):
            return True
        found = {
            name: listed.get(name) or place.connect.connector(name) for name in aim.configurations
        }
        actual = {name: told for name, told in found.items() if told is not None}
        if not self._is_latest(mirror):
            return False
        done = self.store.reconciled(mirror.name)
        seen = self.samples.observation(mirror.name) if done.applied else None
        course = self.renewals.course(mirror, aim, actual, seen, done, now if renew else None)
        steps = Steps(self.store, self.history, place.connect, mirror, course.wanted, course.done)
        return self._take(steps, course, actual, seen, now)

    def _take(
        self,
        steps: Steps,
        course: Course,
        actual: Mapping[str, Told],
        seen: Observation | None,
        now: datetime,
    ) -> bool:
        """The steps that are planned; whether Connect has taken what it was asked for."""
        mirror, aim = steps.mirror, course.wanted
        steps.adopt([n for n in actual if not differing(actual[n].config, aim.configurations[n])])
        actions = plan(mirror, aim, actual, seen, steps.done, now)
        renews = course.renews and steps.done.refused is None
        if (actions or renews) and not steps.take(actions):
            return False
        if steps.done.renewing is None and not course.waits:
            self.given[mirror.name] = steps.done.connections, mirror.asks
        is_complete = bool(actions) or len(actual) == len(aim.configurations)
        return is_complete and steps.done.refused is None

    def _is_quiet(
        self, mirror: Mirror, aim: Wanted, listed: Mapping[str, Told], now: datetime
    ) -> bool:
        """Whether Connect's list alone shows that nothing is to be done."""
        is_given = self.given.get(mirror.name) == (aim.connections, mirror.asks)
        is_calm = now - mirror.updated_at > YOUNG
        return is_given and is_calm and settled(mirror, aim, listed)

    def _is_latest(self, mirror: Mirror) -> bool:
        """Whether nobody changed the mirror since it was read."""
        try:
            return self.store.mirror(mirror.name).version == mirror.version
        except MirrorNotFound:
            return False


@cache
def opened() -> Reconciler:
    """The reconciler of what the environment names."""
    mirrors, past = store.opened(), history.opened()
    renewals = Renewals(mirrors, turns.opened(), past)
    places = connections.opened()
    removals = Removals(mirrors, past, places, renewals)
    orphans = Orphans(tombstones.opened(), places.registry, past)
    return Reconciler(mirrors, samples.opened(), past, places, renewals, removals, orphans)


def _left(error: ProblemError, **whom: str) -> bool:
    """Say what could not be done now."""
    logger.warning("left to the next run", extra={**whom, "because": error.detail})
    return False
