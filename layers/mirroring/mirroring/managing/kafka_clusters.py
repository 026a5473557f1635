"""Registers Kafka clusters, each asked who it is before anybody may name it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from aws_lambda_powertools import Logger

from mirroring.answering.requests import ClusterRequest
from mirroring.cluster import KafkaCluster
from mirroring.connecting.literal import refuse_placeholders
from mirroring.connecting.properties import parse, security
from mirroring.connecting.reach import check_places
from mirroring.errors import ClusterInUse, ClusterNotFound, Conflict
from mirroring.managing import audit, source, users
from mirroring.managing.audit import Write
from mirroring.mirror import Mirror
from mirroring.redaction import HIDDEN
from mirroring.storing import history, registry, store, vault
from mirroring.storing.history import History
from mirroring.storing.registry import Registry
from mirroring.storing.store import Store
from mirroring.storing.vault import Vault

ATTEMPTS = 5
logger = Logger()


@dataclass(frozen=True)
class KafkaClusters:
    """The registered Kafka clusters; every method may raise Unavailable."""

    store: Store
    registry: Registry
    vault: Vault
    history: History

    def put(
        self, name: str, request: ClusterRequest, by: str | None, now: datetime
    ) -> tuple[KafkaCluster, bool]:
        """The cluster as it is registered now, and whether it is new; a wrong one leaves no trace.

        Raises BadRequest, UnsupportedProperty, HostNotAllowed, ClusterUnreachable,
        ClusterUnauthorized, and ClusterInUse where mirrors would find another cluster than the one
        that they read.
        """
        check_places(request.bootstrap_servers, "bootstrapServers")
        check_places(request.private_bootstrap_servers, "privateBootstrapServers")
        properties = parse(request.connection_properties.get_secret_value())
        refuse_placeholders(properties)
        who = security(properties)
        seen = source.cluster(request.bootstrap_servers, who)
        before = self._registered(name)
        cluster = KafkaCluster(
            name=name,
            bootstrap_servers=request.bootstrap_servers,
            private_bootstrap_servers=request.private_bootstrap_servers,
            cluster_id=seen.cluster_id,
            brokers=seen.brokers,
            security_protocol=who.protocol,
            sasl_mechanism=who.mechanism,
            description=request.description,
            tags=request.tags,
            created_at=before.created_at if before else now,
            updated_at=now,
        )
        if before is not None:
            self._keeps_its_users(before, cluster)
            self._tell(before, cluster, request, Write(by, now))
        self.vault.put_cluster_properties(name, request.connection_properties)
        self.registry.put_cluster(cluster)
        logger.info("cluster registered", cluster=name, by=by)
        return cluster, before is None

    def delete(self, name: str, by: str | None) -> None:
        """Raises ClusterNotFound, and ClusterInUse naming the mirrors and Connect clusters."""
        self.registry.cluster(name)
        for _ in range(ATTEMPTS):
            fleet = self.store.fleet()
            if used := self._users(name, fleet.mirrors):
                raise ClusterInUse(f"{name} is used by {', '.join(used)}: remove them first.")
            try:
                self.registry.delete_cluster(name, fleet.revision)
            except Conflict:  # somebody was faster: look again who uses it
                continue
            self.vault.delete_cluster_properties(name)
            logger.info("cluster removed", cluster=name, by=by)
            return
        raise Conflict("The mirrors keep changing at this moment: try again.")

    def _registered(self, name: str) -> KafkaCluster | None:
        try:
            return self.registry.cluster(name)
        except ClusterNotFound:
            return None

    def _users(self, name: str, mirrors: tuple[Mirror, ...]) -> tuple[str, ...]:
        return users.of_cluster(name, mirrors, self.registry.all_connect_clusters())

    def _tell(
        self, before: KafkaCluster, after: KafkaCluster, request: ClusterRequest, write: Write
    ) -> None:
        """Tell every mirror of the cluster who changes how it connects: first, as in each write."""
        given = request.connection_properties
        same = self.vault.holds_cluster_properties(after.name, given)
        renewed = {"connectionProperties": HIDDEN if same else f"{HIDDEN} (new)"}
        using = [
            one.name
            for one in self.store.fleet().mirrors
            if after.name in (one.source.managed, one.target_cluster)
        ]
        old = {"connectionProperties": HIDDEN, **_servers(before)}
        for line in audit.registered(using, after.name, old, renewed | _servers(after), write):
            self.history.add_change(line)

    def _keeps_its_users(self, before: KafkaCluster, after: KafkaCluster) -> None:
        """What the mirrors of a cluster stand on cannot be registered away under them."""
        mirrors = self.store.fleet().mirrors
        used = self._users(after.name, mirrors)
        if used and after.cluster_id != before.cluster_id:
            raise ClusterInUse(
                f"{after.cluster_id} answers there, {after.name} is cluster {before.cluster_id} to "
                f"{', '.join(used)}: register the other cluster under a name of its own."
            )
        private = [one.name for one in mirrors if _reads_privately(one, after.name)]
        if private and not after.private_bootstrap_servers:
            raise ClusterInUse(
                f"{', '.join(private)} read {after.name} by its private servers: name those too."
            )


@cache
def opened() -> KafkaClusters:
    """The registry that the environment names."""
    return KafkaClusters(store.opened(), registry.opened(), vault.opened(), history.opened())


def _servers(cluster: KafkaCluster) -> dict[str, object]:
    return {
        "bootstrapServers": list(cluster.bootstrap_servers),
        "privateBootstrapServers": list(cluster.private_bootstrap_servers),
    }


def _reads_privately(mirror: Mirror, cluster: str) -> bool:
    return mirror.source.managed == cluster and mirror.source.use_private_ips
