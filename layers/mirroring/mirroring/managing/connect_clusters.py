"""Registers Connect clusters, each asked which Kafka cluster it works on and what it can run."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from urllib.parse import urlsplit

from aws_lambda_powertools import Logger

from mirroring.answering import names
from mirroring.answering.requests import ConnectClusterRequest
from mirroring.cluster import ConnectCluster, KafkaCluster
from mirroring.connecting.reach import check_places
from mirroring.errors import (
    ClusterNotFound,
    Conflict,
    ConnectClusterInUse,
    ConnectClusterNotFound,
    ConnectNoMirrorMaker,
    ConnectUnavailable,
    ConnectUnreachable,
    ConnectWrongCluster,
    FieldError,
    UnknownCluster,
)
from mirroring.kafka_connect.connect import Connect
from mirroring.managing import audit, users
from mirroring.managing.audit import Write
from mirroring.storing import history, registry, store, vault
from mirroring.storing.history import History
from mirroring.storing.registry import Registry
from mirroring.storing.store import Store
from mirroring.storing.vault import Credentials, Vault

ATTEMPTS = 5
PATIENCE_S = 8.0
NEEDED = frozenset(
    f"org.apache.kafka.connect.mirror.Mirror{kind}Connector" for kind in ("Source", "Checkpoint")
)
logger = Logger()


@dataclass(frozen=True)
class ConnectClusters:
    """The registered Connect clusters; every method may raise Unavailable."""

    store: Store
    registry: Registry
    vault: Vault
    history: History

    def put(
        self, name: str, request: ConnectClusterRequest, by: str | None, now: datetime
    ) -> tuple[ConnectCluster, bool]:
        """The cluster as it is registered now, and whether it is new; a wrong one leaves no trace.

        Raises HostNotAllowed, UnknownCluster, ConnectUnreachable, ConnectWrongCluster,
        ConnectNoMirrorMaker, and ConnectClusterInUse where its mirrors write to another Kafka
        cluster.
        """
        check_places((urlsplit(url).netloc for url in request.urls), "urls")
        target = self._target(request.kafka_cluster)
        version = _verified(request, target)
        before = self._registered(name)
        if before is not None and before.kafka_cluster != target.name:
            self._must_be_unused(name, f"so that it cannot move to {target.name}")
        cluster = ConnectCluster(
            name=name,
            urls=request.urls,
            kafka_cluster=target.name,
            ca_certificate=request.ca_certificate,
            config_provider=request.config_provider,
            offset_flush_ms=request.offset_flush_ms,
            version=version,
            workers=len(set(request.urls)),
            created_at=before.created_at if before else now,
            updated_at=now,
        )
        if before is not None:
            self._tell(before, cluster, Write(by, now))
        self.vault.put_connect_credentials(name, _credentials(request))
        try:
            self.registry.put_connect_cluster(cluster)
        except ClusterNotFound as gone:
            raise _unknown(target.name) from gone
        logger.info("connect cluster registered", connect_cluster=name, by=by)
        return cluster, before is None

    def delete(self, name: str, by: str | None) -> None:
        """Raises ConnectClusterNotFound, and ConnectClusterInUse naming its mirrors."""
        self.registry.connect_cluster(name)
        for _ in range(ATTEMPTS):
            revision = self._must_be_unused(name, "so that it cannot go: remove them first")
            try:
                self.registry.delete_connect_cluster(name, revision)
            except Conflict:  # somebody was faster: look again who uses it
                continue
            self.vault.delete_connect_credentials(name)
            logger.info("connect cluster removed", connect_cluster=name, by=by)
            return
        raise Conflict("The mirrors keep changing at this moment: try again.")

    def _tell(self, before: ConnectCluster, after: ConnectCluster, write: Write) -> None:
        """Tell every mirror of the cluster who changes it: first, as in each write."""
        using = users.of_connect_cluster(after.name, self.store.fleet().mirrors)
        for line in audit.registered(using, after.name, _shown(before), _shown(after), write):
            self.history.add_change(line)

    def _must_be_unused(self, name: str, why: str) -> int:
        """The fleet's revision at which no mirror uses it; raises ConnectClusterInUse."""
        fleet = self.store.fleet()
        if used := users.of_connect_cluster(name, fleet.mirrors):
            raise ConnectClusterInUse(f"{name} runs {', '.join(used)}, {why}.")
        return fleet.revision

    def _registered(self, name: str) -> ConnectCluster | None:
        try:
            return self.registry.connect_cluster(name)
        except ConnectClusterNotFound:
            return None

    def _target(self, name: str) -> KafkaCluster:
        if not names.possible(name):
            raise _unknown(name)
        try:
            return self.registry.cluster(name)
        except ClusterNotFound:
            raise _unknown(name) from None


@cache
def opened() -> ConnectClusters:
    """The registry that the environment names."""
    return ConnectClusters(store.opened(), registry.opened(), vault.opened(), history.opened())


def _shown(cluster: ConnectCluster) -> dict[str, object]:
    return {
        "urls": list(cluster.urls),
        "caCertificate": cluster.ca_certificate,
        "configProvider": cluster.config_provider,
        "offsetFlushMs": cluster.offset_flush_ms,
    }


def _verified(request: ConnectClusterRequest, target: KafkaCluster) -> str:
    """The version of the workers, which write to the target and can run MirrorMaker 2."""
    connect = Connect(
        request.urls, request.username, request.password, request.ca_certificate
    ).within(PATIENCE_S)
    try:
        about = connect.about()
        if about.kafka_cluster_id != target.cluster_id:
            raise ConnectWrongCluster(
                f"Kafka Connect works on cluster {about.kafka_cluster_id}, and {target.name} is "
                f"{target.cluster_id}: register that cluster, or other workers.",
                FieldError(field="kafkaCluster", message="is not the cluster of these workers"),
            )
        missing = NEEDED - connect.plugins()
    except ConnectUnavailable as error:
        wrong = FieldError(field="urls", message=error.detail)
        raise ConnectUnreachable(f"Kafka Connect cannot be used: {error.detail}", wrong) from error
    if missing:
        raise ConnectNoMirrorMaker(
            f"The workers lack {', '.join(sorted(missing))}: put MirrorMaker 2 (connect-mirror) on "
            "their plugin.path or class path."
        )
    return about.version


def _credentials(request: ConnectClusterRequest) -> Credentials | None:
    if request.username is None or request.password is None:
        return None
    return Credentials(username=request.username, password=request.password)


def _unknown(name: str) -> UnknownCluster:
    words = f"names no registered Kafka cluster: {name[:60]!r}"
    return UnknownCluster(f"kafkaCluster {words}.", FieldError(field="kafkaCluster", message=words))
