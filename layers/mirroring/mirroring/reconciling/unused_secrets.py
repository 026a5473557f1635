"""Removes secrets that no record names: of what was cut short, and of what was registered anew."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from aws_lambda_powertools import Logger
from pydantic import ValidationError

from mirroring.errors import NotFound, ProblemError
from mirroring.mirror import Mirror
from mirroring.reconciled import Reconciled
from mirroring.reconciling.desired import desired_connectors
from mirroring.reconciling.rotation import due
from mirroring.storing import cluster_secrets, mirror_store, registry
from mirroring.storing.cluster_secrets import ClusterSecrets
from mirroring.storing.items import CLUSTER, CONNECT_CLUSTER
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.registry import Registry

# No function runs for longer than a minute, nor keeps a record that it has read.
GRACE = timedelta(minutes=10)
logger = Logger()


@dataclass(frozen=True, slots=True)
class UnusedSecrets:
    """What it takes to find out whether a secret is needed."""

    store: MirrorStore
    registry: Registry
    secrets: ClusterSecrets

    def sweep(self, now: datetime) -> None:
        """Look at each note that is old enough; what cannot be found out now waits, alone."""
        try:
            old = [one.path for one in self.secrets.leftovers.all() if now - one.at > GRACE]
        except ProblemError as away:
            logger.warning("leftover secrets wait", because=away.detail)
            return
        for path in old:
            try:
                self._decide(path)
            except ProblemError as away:
                logger.warning("leftover secret waits", path=path, because=away.detail)
            except ValidationError as error:
                logger.warning("leftover secret waits", path=path, because=type(error).__name__)

    def _decide(self, path: str) -> None:
        kind, name, *mark = path.split("/")
        if self._is_named(kind, name, mark[0] if mark else None):
            self.secrets.leftovers.drop(path)
        elif not (kind == CLUSTER and self._is_awaited(name)):
            self.secrets.remove(path)
            logger.info("leftover secret removed", path=path)

    def _is_named(self, kind: str, name: str, mark: str | None) -> bool:
        """Whether a record names the secret."""
        try:
            if kind == CLUSTER:
                return self.registry.cluster(name).secret == mark
            if kind == CONNECT_CLUSTER:
                return self.registry.connect_cluster(name).secret == mark
            return self.store.mirror(name).source.managed is None
        except NotFound:
            return False

    def _is_awaited(self, cluster: str) -> bool:
        """Whether connectors may still read an older secret of the cluster by a config provider."""
        fleet = self.store.known_fleet()
        unread = [one.name for one in fleet.unreadable if one.may_use(cluster)]
        if unread:
            logger.warning("leftover secret waits", cluster=cluster, unreadable=unread)
            return True
        mirrors = [
            one for one in fleet.mirrors if cluster in (one.source.managed, one.target_cluster)
        ]
        done = self.store.reconciled_of([one.name for one in mirrors])
        return any(cluster in self._behind(one, done[one.name]) for one in mirrors)

    def _behind(self, mirror: Mirror, done: Reconciled) -> list[str]:
        """The clusters whose secrets its connectors read, and have not read anew yet."""
        connect = self.registry.connect_cluster(mirror.connect_cluster)
        if connect.config_provider is None:
            return []
        desired = desired_connectors(mirror, connect, self.registry.cluster, self.secrets.vault)
        return due(desired, done)


@cache
def unused_secrets() -> UnusedSecrets:
    """The sweep of what the environment names."""
    return UnusedSecrets(
        mirror_store.mirror_store(), registry.registry(), cluster_secrets.cluster_secrets()
    )
