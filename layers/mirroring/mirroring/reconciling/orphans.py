"""Removes connectors that came back after their mirror was removed.

A PUT that was on its way when the mirror went, or a Connect cluster that was away when a mirror was
forgotten, leaves connectors that copy for ever and that no record names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from aws_lambda_powertools import Logger

from mirroring.errors import ConnectUnavailable
from mirroring.kafka_connect.client import ConnectClient
from mirroring.kafka_connect.connector_info import ConnectorInfo
from mirroring.mirror import CONNECTORS, Mirror
from mirroring.observation import Change, ChangeKind
from mirroring.storing import history, registry, tombstones
from mirroring.storing.history import History
from mirroring.storing.registry import Registry
from mirroring.storing.tombstones import Tombstone, Tombstones

# Functions end after a minute and Connect drops a request after 90 s: a day is ample.
KEPT = timedelta(days=1)
# A Connect cluster that was away for good may be put up again from a backup, weeks later.
KEPT_FORCED = timedelta(days=90)
logger = Logger()


def tombstone(mirror: Mirror, now: datetime, kept: timedelta = KEPT) -> Tombstone:
    """What a mirror leaves behind that is removed at `now`."""
    return Tombstone(mirror=mirror.name, connect_cluster=mirror.connect_cluster, until=now + kept)


@dataclass(frozen=True, slots=True)
class Orphans:
    """The connectors of removed mirrors; methods may raise Unavailable."""

    tombstones: Tombstones
    registry: Registry
    history: History

    def due(self, now: datetime) -> dict[str, list[Tombstone]]:
        """The tombstones by Connect cluster, of those that are registered."""
        standing = self.tombstones.standing(now)
        known = {one.name for one in self.registry.all_connect_clusters()} if standing else set()
        return {
            cluster: [one for one in standing if one.connect_cluster == cluster]
            for cluster in {one.connect_cluster for one in standing} & known
        }

    def remove(
        self, connect: ConnectClient, dead: Sequence[Tombstone], listed: Mapping[str, ConnectorInfo]
    ) -> None:
        """Remove every listed connector that bears a removed mirror's name.

        One that is too young to be listed is met by the next run. Raises ConnectUnavailable.
        """
        for one in dead:
            for name in (f"{one.mirror}.{kind}" for kind in CONNECTORS):
                if name in listed:
                    connect.delete(name)
                    self._tell(one, name)

    def remove_before(self, connect: ConnectClient, dead: Sequence[Tombstone]) -> None:
        """Remove what is left on a Connect cluster, before its registration goes, too.

        Workers that are away are not waited for: should they be registered again, they are swept
        then. Raises ConnectUnavailable where a connector does not go.
        """
        try:
            listed = connect.connectors()
        except ConnectUnavailable as away:
            logger.warning("not swept", because=away.detail)
            return
        self.remove(connect, dead, listed)

    def _tell(self, one: Tombstone, connector: str) -> None:
        logger.warning("orphan removed", mirror=one.mirror, connector=connector)
        whose = {"connector": connector}
        line = Change(
            mirror=one.mirror,
            at=datetime.now(UTC),
            kind=ChangeKind.REPAIR,
            before={**whose, "state": "LEFT_BEHIND"},
            after={**whose, "state": "REMOVED"},
        )
        self.history.add_change(line)


@cache
def orphans() -> Orphans:
    """The orphans of the stack that the environment names."""
    return Orphans(tombstones.tombstones(), registry.registry(), history.history())
