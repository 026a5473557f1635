"""Registers Kafka clusters, each asked who it is before anybody may name it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from aws_lambda_powertools import Logger

from mirroring import audit, bounded
from mirroring.audit import Write
from mirroring.client_properties.literal import refuse_placeholders
from mirroring.client_properties.properties import Security, parse, security
from mirroring.client_properties.reach import check_places
from mirroring.cluster import KafkaCluster
from mirroring.contract.requests import ClusterRequest
from mirroring.errors import ClusterInUse, ClusterNotFound, Conflict
from mirroring.managing import source, usage
from mirroring.managing.source import SourceFacts
from mirroring.mirror import Mirror
from mirroring.redaction import HIDDEN
from mirroring.storing import cluster_secrets, history, mirror_store, registry
from mirroring.storing.cluster_secrets import ClusterSecrets
from mirroring.storing.dynamo import Item
from mirroring.storing.fleet import Fleet
from mirroring.storing.history import History
from mirroring.storing.items import CLUSTER, secret_path
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.registry import Registry
from mirroring.storing.vault import new_mark

ATTEMPTS = 5
logger = Logger()


@dataclass(frozen=True)
class KafkaClusters:
    """The registered Kafka clusters; every method may raise Unavailable."""

    store: MirrorStore
    registry: Registry
    secrets: ClusterSecrets
    history: History

    def put(self, name: str, request: ClusterRequest, write: Write) -> tuple[KafkaCluster, bool]:
        """The cluster as it is registered now, and whether it is new; a wrong one leaves no trace.

        Of two at once one wins, its servers and its secret. Raises BadRequest, UnsupportedProperty,
        HostNotAllowed, ClusterUnreachable, ClusterUnauthorized, VersionMoved, Conflict, and
        ClusterInUse where mirrors would find another cluster than the one that they read.
        """
        check_places(request.bootstrap_servers, "bootstrapServers")
        check_places(request.private_bootstrap_servers, "privateBootstrapServers")
        properties = parse(request.connection_properties.get_secret_value())
        refuse_placeholders(properties)
        who = security(properties)
        seen = source.cluster(request.bootstrap_servers, who)
        for _ in range(ATTEMPTS):
            before = self._registered(name)
            write.expects(name, before.revision if before else None)
            cluster = _cluster(name, request, seen, who, before, write.at)
            fleet = self.store.known_fleet()
            if before is not None:
                self._keeps_its_users(before, cluster, fleet)
            try:
                cluster = self._write(before, cluster, request, fleet.revision, write)
            except Conflict:  # somebody was faster: look again
                continue
            logger.info("cluster registered", cluster=name, by=write.by)
            return cluster, before is None
        raise Conflict(f"{name} keeps changing at this moment: try again.")

    def delete(self, name: str, write: Write) -> None:
        """Raises ClusterNotFound, VersionMoved, Conflict, and ClusterInUse naming its users."""
        for _ in range(ATTEMPTS):
            cluster = self.registry.cluster(name)
            write.expects(name, cluster.revision)
            fleet = self.store.known_fleet()
            if used := self._users(name, fleet):
                users = bounded.names(used, usage.NAMED)
                raise ClusterInUse(f"{name} is used by {users}: remove them first.")
            old = secret_path(CLUSTER, name, cluster.secret)
            try:
                note = self.secrets.retiring(old, write.at)
                self.registry.delete_cluster(cluster, fleet.revision, note)
            except Conflict:  # somebody was faster: look again who uses it
                continue
            self.secrets.remove(old)
            logger.info("cluster removed", cluster=name, by=write.by)
            return
        raise Conflict("The mirrors keep changing at this moment: try again.")

    def _write(
        self,
        before: KafkaCluster | None,
        cluster: KafkaCluster,
        request: ClusterRequest,
        fleet_revision: int,
        write: Write,
    ) -> KafkaCluster:
        """The record, its secret and the line that tells of it, or none of them."""
        given, mark = request.connection_properties, before.secret if before else None
        known = self.secrets.vault.cluster_properties(cluster.name, mark)
        same = known == given or not (known.get_secret_value() or given.get_secret_value().strip())
        named = cluster.model_copy(update={"secret": mark if same else new_mark()})
        line = self._line(before, named, same, write)

        def put(*notes: Item) -> None:
            self.registry.put_cluster(named, *notes, *line, fleet_revision=fleet_revision)

        if same:
            put()
        else:
            self.secrets.replace(
                secret_path(CLUSTER, cluster.name, mark),
                secret_path(CLUSTER, cluster.name, named.secret),
                lambda vault: vault.put_cluster_properties(cluster.name, given, named.secret),
                put,
                write.at,
            )
        return named

    def _registered(self, name: str) -> KafkaCluster | None:
        try:
            return self.registry.cluster(name)
        except ClusterNotFound:
            return None

    def _users(self, name: str, fleet: Fleet) -> tuple[str, ...]:
        return usage.of_cluster(name, fleet, self.registry.all_connect_clusters())

    def _line(
        self, before: KafkaCluster | None, after: KafkaCluster, same: bool, write: Write
    ) -> list[Item]:
        """The line in the cluster's own changes, which its mirrors' changes show too."""
        if before is None:
            return []
        old = {"connectionProperties": HIDDEN, **_servers(before)}
        new = {"connectionProperties": HIDDEN if same else f"{HIDDEN} (new)", **_servers(after)}
        return self.history.lines(audit.registered(CLUSTER, after.name, old, new, write))

    def _keeps_its_users(self, before: KafkaCluster, after: KafkaCluster, fleet: Fleet) -> None:
        """What the mirrors of a cluster stand on cannot be registered away under them."""
        used = self._users(after.name, fleet)
        if used and after.cluster_id != before.cluster_id:
            raise ClusterInUse(
                f"{after.cluster_id} answers there, {after.name} is cluster {before.cluster_id} to "
                f"{bounded.names(used, usage.NAMED)}: register the other cluster under a name of "
                "its own."
            )
        private = [one.name for one in fleet.mirrors if _reads_privately(one, after.name)]
        if before.private_bootstrap_servers:
            private += [str(one) for one in fleet.unreadable if one.may_use(after.name)]
        if private and not after.private_bootstrap_servers:
            users = bounded.names(private, usage.NAMED)
            raise ClusterInUse(f"{users} read {after.name} by its private servers: name those too.")


@cache
def kafka_clusters() -> KafkaClusters:
    """The registry that the environment names."""
    return KafkaClusters(
        mirror_store.mirror_store(),
        registry.registry(),
        cluster_secrets.cluster_secrets(),
        history.history(),
    )


def _cluster(
    name: str,
    request: ClusterRequest,
    seen: SourceFacts,
    who: Security,
    before: KafkaCluster | None,
    now: datetime,
) -> KafkaCluster:
    """What is registered, of the revision after `before`; without its secret."""
    return KafkaCluster(
        name=name,
        bootstrap_servers=request.bootstrap_servers,
        private_bootstrap_servers=request.private_bootstrap_servers,
        cluster_id=seen.cluster_id,
        brokers=seen.brokers,
        security_protocol=who.protocol,
        sasl_mechanism=who.mechanism,
        description=request.description,
        tags=request.tags,
        revision=before.revision + 1 if before else 1,
        created_at=before.created_at if before else now,
        updated_at=now,
    )


def _servers(cluster: KafkaCluster) -> dict[str, object]:
    return {
        "bootstrapServers": list(cluster.bootstrap_servers),
        "privateBootstrapServers": list(cluster.private_bootstrap_servers),
    }


def _reads_privately(mirror: Mirror, cluster: str) -> bool:
    return mirror.source.managed == cluster and mirror.source.use_private_ips
