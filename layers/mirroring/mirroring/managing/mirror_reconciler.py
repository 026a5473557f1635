"""Makes one mirror's connectors in Kafka Connect be as it wants them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from mirroring.cluster import ConnectCluster, KafkaCluster
from mirroring.connecting.connections import Connections
from mirroring.errors import MirrorNotFound
from mirroring.kafka_connect.connect import Connect
from mirroring.kafka_connect.told import Told
from mirroring.managing.removal import Removals
from mirroring.managing.renewal import Course, Renewals
from mirroring.managing.repair import differing, plan, settled
from mirroring.managing.steps import Steps
from mirroring.managing.wanted import Wanted, wanted
from mirroring.mirror import Asked, Intent, Mirror
from mirroring.observation import Observation
from mirroring.storing.history import History
from mirroring.storing.samples import Samples
from mirroring.storing.store import Store

# What Connect did after it had failed to answer in time is missing in what we remember of it, so
# a young mirror is looked at closely even where nothing seems left to do.
YOUNG = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Workplace:
    """A Connect cluster, its REST API within a time, and the Kafka clusters by name."""

    cluster: ConnectCluster
    connect: Connect
    kafka: Callable[[str], KafkaCluster]


@dataclass(frozen=True, slots=True)
class MirrorReconciler:
    """What it takes to make one mirror's connectors be as it is wanted.

    `given` remembers between runs which connections a mirror's connectors are known to have, and
    which requests of people are done.
    """

    store: Store
    samples: Samples
    history: History
    connections: Connections
    renewals: Renewals
    removals: Removals
    given: dict[str, tuple[Mapping[str, str], Sequence[Asked]]] = field(default_factory=dict)

    def reconcile(
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
