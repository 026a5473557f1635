"""New connection properties of a cluster reach one mirror, and once it has proven them 2, 4, 8, …

A wrong password is refused when it is registered. What only shows in a mirror (workers that cannot
reach new servers, a user without READ) ends with the first ones: the others keep what they have.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from aws_lambda_powertools import Logger

from mirroring.errors import MirrorNotFound
from mirroring.kafka_connect.connector_info import ConnectorInfo
from mirroring.mirror import Intent, Mirror
from mirroring.observation import Change, ChangeKind, Code, Observation
from mirroring.reconciled import Reconciled, Renewing
from mirroring.reconciling.desired import DesiredConnectors
from mirroring.storing.history import History
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.rotations import Rotations

SETTLES = timedelta(seconds=2)
UNUSED = timedelta(minutes=5)
AT_REST = ("PAUSED", "STOPPED")
DOUBTS = frozenset(
    {
        Code.CHECKPOINT_FAILED,
        Code.CONFIG_REFUSED,
        Code.CONNECT_UNREACHABLE,
        Code.CONNECTOR_FAILED,
        Code.CONNECTOR_MISSING,
        Code.NO_TASKS,
        Code.SOURCE_UNAUTHORIZED,
        Code.SOURCE_UNREACHABLE,
        Code.STALLED,
        Code.TARGET_TOPIC_MISSING,
        Code.TARGET_UNREACHABLE,
        Code.TASK_FAILED,
        Code.TASKS_NOT_RUNNING,
    }
)
logger = Logger()


def due(wanted: DesiredConnectors, done: Reconciled) -> list[str]:
    """The clusters whose connection differs from the one that the mirror's connectors have."""
    if not done.connections:
        return []
    given = done.connections
    return sorted(name for name, one in wanted.connections.items() if given.get(name) != one)


def works(told: ConnectorInfo | None, seen: Observation | None) -> bool:
    """Whether Connect and a sample both say that the mirror connector copies, or could."""
    if told is None or seen is None:
        return False
    codes = {reason.code for reason in seen.reasons}
    states = {told.connector.status, *(task.status for task in told.connector.tasks)}
    has_work = bool(told.connector.tasks) or Code.NO_TOPICS_MATCHED in codes
    return states == {"RUNNING"} and has_work and not codes & DOUBTS


def proven(
    mirror: Mirror, told: ConnectorInfo | None, seen: Observation | None, renewing: Renewing
) -> bool:
    """Whether a sample that began since the change shows the mirror at work with it.

    One at rest can show nothing, and one that did not work before must not hold up the others.
    """
    if mirror.intent is not Intent.RUNNING:
        return True
    if not _since(seen, renewing):
        return False
    if not renewing.worked or (told and told.connector.status in AT_REST):
        return True
    return works(told, seen)


def _since(seen: Observation | None, renewing: Renewing) -> bool:
    """Whether the sample began since the change."""
    return seen is not None and seen.measured_at >= renewing.at + SETTLES


@dataclass(frozen=True, slots=True)
class Course:
    """What a mirror should be configured as now, and what was done for it until now.

    It `renews` when it is its turn to get new connections, and `waits` while it is another's.
    """

    wanted: DesiredConnectors
    done: Reconciled
    renews: bool = False
    waits: bool = False


@dataclass(frozen=True, slots=True)
class CredentialRotation:
    """Who gets new connections when; methods may raise Unavailable."""

    store: MirrorStore
    turns: Rotations
    history: History

    def course(
        self,
        mirror: Mirror,
        wanted: DesiredConnectors,
        actual: Mapping[str, ConnectorInfo],
        seen: Observation | None,
        done: Reconciled,
        now: datetime | None,
    ) -> Course:
        """Where a mirror stands; without `now` no turn begins or ends."""
        clusters = due(wanted, done)
        if clusters:
            begun = now and self._begin(mirror, wanted, clusters, actual, seen, done, now)
            if begun:
                return Course(wanted, begun, renews=True)
            configs = {name: told.config for name, told in actual.items()}
            return Course(wanted.waiting(configs, done.connections), done, waits=True)
        told = actual.get(mirror.source_connector)
        renewing = done.renewing
        if now and renewing is not None and proven(mirror, told, seen, renewing):
            shown = mirror.intent is Intent.RUNNING and _since(seen, renewing) and works(told, seen)
            return Course(wanted, self._end(mirror, wanted, done, shown, now))
        return Course(wanted, done)

    def drop(self, mirror: Mirror) -> None:
        """A mirror that goes has no turn any more."""
        for cluster in {mirror.target_cluster, mirror.source.managed} - {None}:
            self.turns.end(str(cluster), mirror.name)

    def _begin(
        self,
        mirror: Mirror,
        wanted: DesiredConnectors,
        clusters: list[str],
        actual: Mapping[str, ConnectorInfo],
        seen: Observation | None,
        done: Reconciled,
        now: datetime,
    ) -> Reconciled | None:
        """The mirror's turn for all of the clusters, remembered; None while there is no room.

        One at rest needs none: it proves nothing, and nothing of it can break now.
        """
        if mirror.intent is Intent.RUNNING and not all(
            self._takes(one, mirror.name, wanted.connections[one], now) for one in clusters
        ):
            return None
        worked = works(actual.get(mirror.source_connector), seen)
        if done.renewing is not None:  # an earlier try, cut short or mended by a newer one
            worked = done.renewing.worked
        begun = done.model_copy(update={"renewing": Renewing(at=now, worked=worked)})
        self.store.put_reconciled(begun)
        if done.renewing is None:
            self._tell(mirror, clusters, now, "OLD", "GIVEN")
        logger.info("new connection given", mirror=mirror.name, clusters=clusters)
        return begun

    def _end(
        self,
        mirror: Mirror,
        wanted: DesiredConnectors,
        done: Reconciled,
        shown: bool,
        now: datetime,
    ) -> Reconciled:
        """The next may have a turn, and one more at once where this one is `shown` to work."""
        for cluster, connection in sorted(wanted.connections.items()):
            self.turns.end(cluster, mirror.name, connection if shown else None, now)
        ended = done.model_copy(update={"renewing": None})
        self.store.put_reconciled(ended)
        self._tell(mirror, sorted(wanted.connections), now, "GIVEN", "PROVEN")
        logger.info("new connection proven", mirror=mirror.name)
        return ended

    def _takes(self, cluster: str, mirror: str, connection: str, now: datetime) -> bool:
        if self.turns.take(cluster, mirror, connection, now):
            return True
        oldest = self.turns.of(cluster).oldest()
        if oldest is not None and self._is_idle(*oldest, now):
            self.turns.end(cluster, oldest[0])
            return self.turns.take(cluster, mirror, connection, now)
        return False

    def _is_idle(self, mirror: str, since: datetime, now: datetime) -> bool:
        """Whether one that has a turn makes no use of it: gone, or stopped before it began."""
        try:
            gone = self.store.mirror(mirror).intent is Intent.DELETED
        except MirrorNotFound:
            return True
        unused = self.store.reconciled(mirror).renewing is None and now - since > UNUSED
        return gone or unused

    def _tell(
        self, mirror: Mirror, clusters: list[str], now: datetime, before: str, after: str
    ) -> None:
        whose = {"clusters": ", ".join(clusters)}
        line = Change(
            mirror=mirror.name,
            at=now,
            kind=ChangeKind.REPAIR,
            before={**whose, "connection": before},
            after={**whose, "connection": after},
        )
        self.history.add_change(line)
