"""Takes a mirror away step by step; each can be repeated, and its record goes last."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aws_lambda_powertools import Logger

from mirroring import audit
from mirroring.cluster import ConnectCluster
from mirroring.connections import Connections, place
from mirroring.contract.leftovers import Left, LeftKind
from mirroring.kafka_connect.client import ConnectClient
from mirroring.mirror import Cleanup, Mirror
from mirroring.reconciling import cleanup
from mirroring.reconciling.cleanup import Sharing
from mirroring.reconciling.orphans import KEPT, KEPT_FORCED, tombstone
from mirroring.reconciling.rotation import CredentialRotation
from mirroring.storing.history import History
from mirroring.storing.mirror_store import MirrorStore

logger = Logger()


@dataclass(frozen=True, slots=True)
class Removals:
    """What it takes to remove a mirror."""

    store: MirrorStore
    history: History
    connections: Connections
    renewals: CredentialRotation

    def finish(self, mirror: Mirror, cluster: ConnectCluster, connect: ConnectClient) -> bool:
        """Whether all of it is gone; else the next run goes on.

        The connectors go first: without its record nobody would know that they are ours. Raises
        ConnectUnavailable, KafkaUnavailable, Unavailable.
        """
        names = (mirror.source_connector, mirror.checkpoint_connector)
        thoroughly = mirror.cleanup is Cleanup.INTERNAL
        if thoroughly and not cleanup.forget_offsets(connect, cluster.version, names):
            logger.info("waits for the connectors to stop", mirror=mirror.name)
            return False
        for name in names:
            connect.delete(name)
        came_of = self._topics(mirror, cluster) if thoroughly else {}
        if came_of is None:
            return False
        self._forget(mirror, came_of, KEPT)
        return True

    def forget(self, mirror: Mirror) -> list[Left]:
        """Forget a mirror though its Connect cluster does not do its part; what may be left where.

        Should that Connect cluster come back under its name, the connectors are removed.
        """
        names = (mirror.source_connector, mirror.checkpoint_connector)
        left = [
            Left(kind=LeftKind.CONNECTOR, name=name, where=mirror.connect_cluster) for name in names
        ]
        if mirror.cleanup is Cleanup.INTERNAL:
            left += [
                Left(kind=LeftKind.TOPIC, name=name, where=mirror.target_cluster)
                for name in cleanup.internal_topics(mirror)
            ]
            left += [
                Left(kind=LeftKind.OFFSETS, name=name, where=mirror.connect_cluster)
                for name in names
            ]
        self._forget(mirror, {f"{one.kind} {one.name}": "LEFT" for one in left}, KEPT_FORCED)
        return left

    def _topics(self, mirror: Mirror, cluster: ConnectCluster) -> dict[str, str] | None:
        """What came of the internal topics; None while another mirror is on its way out of them."""
        fleet = self.store.known_fleet()
        unread = [one.name for one in fleet.unreadable if one.may_be_of(mirror.source.alias)]
        if unread:
            logger.warning("internal topics stay", mirror=mirror.name, unreadable=unread)
            return dict.fromkeys(cleanup.internal_topics(mirror), "SHARED")
        match cleanup.sharing(mirror, fleet.mirrors):
            case Sharing.LEAVING:
                logger.info("waits for a mirror of the same alias to go", mirror=mirror.name)
                return None
            case Sharing.OTHERS:
                return dict.fromkeys(cleanup.internal_topics(mirror), "SHARED")
        return cleanup.delete_topics(mirror, place(self.connections.target(cluster)))

    def _forget(self, mirror: Mirror, came_of: dict[str, str], kept: timedelta) -> None:
        """Its secret, its turn and its record; the changes stay, with the line of its end."""
        if mirror.source.managed is None:
            self.connections.vault.delete_mirror_properties(mirror.name)
        self.renewals.drop(mirror)
        line = audit.removed(mirror, datetime.now(UTC), **came_of)
        self.history.add_change(line)
        self.store.remove(mirror.name, tombstone(mirror, line.at, kept))
        logger.info("mirror removed", mirror=mirror.name, topics=came_of)
