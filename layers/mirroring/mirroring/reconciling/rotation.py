"""New connection properties of a cluster reach one mirror, and once it has proven them 2, 4, 8, …

A wrong password is refused when it is registered. What only shows in a mirror (workers that cannot
reach new servers, a user without READ) ends with the first ones: the others keep what they have.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from aws_lambda_powertools import Logger

from mirroring.errors import MirrorNotFound
from mirroring.kafka_connect.connector_info import ConnectorInfo
from mirroring.mirror import Intent, Mirror
from mirroring.observation import Change, ChangeKind, Code, Observation
from mirroring.reason_table import DISPROVING_WORK
from mirroring.reconciled import Reconciled, Renewing
from mirroring.reconciling.actions import HOLDING
from mirroring.reconciling.desired import DesiredConnectors
from mirroring.reconciling.situation import Situation
from mirroring.storing.history import History
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.rotations import Rotations

SETTLES = timedelta(seconds=2)
UNUSED = timedelta(minutes=5)
AT_REST = ("PAUSED", "STOPPED")
logger = Logger()


def due(desired: DesiredConnectors, done: Reconciled) -> list[str]:
    """The clusters whose connection differs from the one that the mirror's connectors have."""
    if not done.connections:
        return []
    given = done.connections
    return sorted(name for name, one in desired.connections.items() if given.get(name) != one)


def works(info: ConnectorInfo | None, observation: Observation | None) -> bool:
    """Whether Connect and a sample both say that the mirror connector copies, or could."""
    if info is None or observation is None:
        return False
    codes = {reason.code for reason in observation.reasons}
    states = set(info.connector.states)
    has_work = bool(info.connector.tasks) or Code.NO_TOPICS_MATCHED in codes
    return states == {"RUNNING"} and has_work and not codes & DISPROVING_WORK


def proven(
    mirror: Mirror,
    info: ConnectorInfo | None,
    observation: Observation | None,
    renewing: Renewing,
) -> bool:
    """Whether a sample that began since the change shows the mirror at work with it.

    One at rest can show nothing, and one that did not work before must not hold up the others.
    """
    if mirror.intent is not Intent.RUNNING:
        return True
    if not _since(observation, renewing):
        return False
    if not renewing.worked or (info and info.connector.status in AT_REST):
        return True
    return works(info, observation)


def _since(observation: Observation | None, renewing: Renewing) -> bool:
    """Whether the sample began since the change."""
    return observation is not None and observation.measured_at >= renewing.at + SETTLES


@dataclass(frozen=True, slots=True)
class Course:
    """What a mirror should be configured as now, and what was done for it until now.

    It `renews` when it is its turn to get new connections, and `waits` while it is another's.
    """

    desired: DesiredConnectors
    done: Reconciled
    renews: bool = False
    waits: bool = False


@dataclass(frozen=True, slots=True)
class CredentialRotation:
    """Who gets new connections when; methods may raise Unavailable."""

    store: MirrorStore
    turns: Rotations
    history: History

    def course(self, situation: Situation, *, is_turn: bool) -> Course:
        """Where a mirror stands; without `is_turn` no turn of it begins or ends."""
        desired, done = situation.desired, situation.done
        if clusters := due(desired, done):
            begun = self._begin(situation, clusters) if is_turn else None
            if begun:
                return Course(desired, begun, renews=True)
            configs = {name: info.config for name, info in situation.actual.items()}
            return Course(desired.waiting(configs, done.connections), done, waits=True)
        renewing = done.renewing
        if not is_turn or renewing is None:
            return Course(desired, done)
        mirror, seen, info = situation.mirror, situation.observation, situation.mirror_connector
        if not proven(mirror, info, seen, renewing):
            return Course(desired, done)
        shown = mirror.intent is Intent.RUNNING and _since(seen, renewing) and works(info, seen)
        return Course(desired, self._end(situation, shown))

    def drop(self, mirror: Mirror) -> None:
        """A mirror that goes has no turn any more."""
        for cluster in {mirror.target_cluster, mirror.source.managed} - {None}:
            self.turns.end(str(cluster), mirror.name)

    def _begin(self, situation: Situation, clusters: list[str]) -> Reconciled | None:
        """The mirror's turn for all of the clusters, remembered; None while there is no room.

        One at rest needs none: it proves nothing, and nothing of it can break now.
        """
        mirror, done, now = situation.mirror, situation.done, situation.now
        connections = situation.desired.connections
        if mirror.intent is Intent.RUNNING and not all(
            self._takes(one, mirror.name, connections[one], now) for one in clusters
        ):
            return None
        worked = works(situation.mirror_connector, situation.observation)
        if done.renewing is not None:  # an earlier try, cut short or mended by a newer one
            worked = done.renewing.worked
        begun = done.model_copy(update={"renewing": Renewing(at=now, worked=worked)})
        self.store.put_reconciled(begun)
        if done.renewing is None:
            self._tell(mirror, clusters, now, "OLD", "GIVEN")
        logger.info("new connection given", mirror=mirror.name, clusters=clusters)
        return begun

    def _end(self, situation: Situation, shown: bool) -> Reconciled:
        """The next may have a turn, and one more at once where this one is `shown` to work."""
        mirror, now = situation.mirror, situation.now
        connections = situation.desired.connections
        for cluster, connection in sorted(connections.items()):
            self.turns.end(cluster, mirror.name, connection if shown else None, now)
        ended = situation.done.model_copy(update={"renewing": None})
        self.store.put_reconciled(ended)
        self._tell(mirror, sorted(connections), now, "GIVEN", "PROVEN")
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
            gone = self.store.mirror(mirror).intent not in HOLDING
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
