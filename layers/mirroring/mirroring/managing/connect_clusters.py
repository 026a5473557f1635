"""Registers Connect clusters, each asked which Kafka cluster it works on and what it can run."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from urllib.parse import urlsplit

from aws_lambda_powertools import Logger

from mirroring import audit, connections
from mirroring.audit import Write
from mirroring.client_properties.reach import check_places
from mirroring.cluster import ConnectCluster, KafkaCluster
from mirroring.connections import Connections
from mirroring.contract import names
from mirroring.contract.requests import ConnectClusterRequest
from mirroring.errors import (
    ClusterNotFound,
    Conflict,
    ConnectClusterInUse,
    ConnectClusterNotFound,
    ConnectUnavailable,
    FieldError,
    UnknownCluster,
)
from mirroring.managing.connect_group import ConnectGroup, must_be_unused, must_run, verified
from mirroring.mirror import Intent
from mirroring.observation import Change
from mirroring.reconciling import orphans
from mirroring.reconciling.orphans import Orphans
from mirroring.redaction import HIDDEN
from mirroring.storing import cluster_secrets, history, mirror_store, registry
from mirroring.storing.cluster_secrets import ClusterSecrets
from mirroring.storing.dynamo import Item
from mirroring.storing.fleet import Fleet
from mirroring.storing.history import History
from mirroring.storing.items import CONNECT_CLUSTER, secret_path
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.registry import Registry
from mirroring.storing.vault import Credentials, new_mark

ATTEMPTS = 5
# Of the seconds that a person waits: a list, and a deletion or two.
SWEEP_S = 5.0
logger = Logger()


@dataclass(frozen=True)
class ConnectClusters:
    """The registered Connect clusters; every method may raise Unavailable."""

    store: MirrorStore
    registry: Registry
    secrets: ClusterSecrets
    history: History
    connections: Connections
    orphans: Orphans

    def put(
        self, name: str, request: ConnectClusterRequest, write: Write
    ) -> tuple[ConnectCluster, bool]:
        """The cluster as it is registered now, and whether it is new; a wrong one leaves no trace.

        Of two at once one wins, its workers and its secret. Raises HostNotAllowed, UnknownCluster,
        VersionMoved, Conflict, ConnectUnreachable, ConnectWrongCluster, ConnectNoMirrorMaker,
        ConnectOtherGroup, and ConnectClusterInUse where its mirrors write to another Kafka cluster.
        """
        check_places((urlsplit(url).netloc for url in request.urls), "urls")
        for _ in range(ATTEMPTS):
            target = self._target(request.kafka_cluster)
            group = verified(request, target)
            before = self._registered(name)
            write.expects(name, before.revision if before else None)
            fleet = self.store.known_fleet()
            if before is not None:
                self._keeps_its_mirrors(before, target, group, fleet)
            cluster = _cluster(name, request, group, before, write.at)
            try:
                self._write(before, cluster, request, target, fleet.revision, write)
            except ClusterNotFound as gone:
                raise _unknown(target.name) from gone
            except Conflict:  # somebody was faster: look again
                continue
            logger.info("connect cluster registered", connect_cluster=name, by=write.by)
            return cluster, before is None
        raise Conflict(f"{name} keeps changing at this moment: try again.")

    def delete(self, name: str, write: Write) -> None:
        """Raises ConnectClusterNotFound, VersionMoved, Conflict, ConnectClusterInUse."""
        for _ in range(ATTEMPTS):
            cluster = self.registry.connect_cluster(name)
            write.expects(name, cluster.revision)
            fleet = self.store.known_fleet()
            must_be_unused(name, fleet, "so that it cannot go: remove them first")
            self._sweep(cluster, write.at)
            old = secret_path(CONNECT_CLUSTER, name, cluster.secret)
            try:
                note = self.secrets.retiring(old, write.at)
                self.registry.delete_connect_cluster(cluster, fleet.revision, note)
            except Conflict:  # somebody was faster: look again who uses it
                continue
            self.secrets.remove(old)
            logger.info("connect cluster removed", connect_cluster=name, by=write.by)
            return
        raise Conflict("The mirrors keep changing at this moment: try again.")

    def _sweep(self, cluster: ConnectCluster, now: datetime) -> None:
        """Once it is gone nobody looks for what removed mirrors left there."""
        if dead := self.orphans.due(now).get(cluster.name):
            connect = self.connections.connect(cluster).within(SWEEP_S)
            try:
                self.orphans.remove_before(connect, dead)
            except ConnectUnavailable as busy:
                words = f"{cluster.name} still runs connectors of a removed mirror: {busy.detail}"
                raise ConnectClusterInUse(words) from busy

    def _keeps_its_mirrors(
        self,
        before: ConnectCluster,
        target: KafkaCluster,
        group: ConnectGroup,
        fleet: Fleet,
    ) -> None:
        """Workers of another group would begin every mirror anew, beside the old ones."""
        if before.kafka_cluster != target.name:
            must_be_unused(before.name, fleet, f"so that it cannot move to {target.name}")
        mine = [
            one.name
            for one in fleet.mirrors
            if one.connect_cluster == before.name and one.intent is not Intent.DELETED
        ]
        mine += [one.name for one in fleet.unreadable if one.may_run_on(before.name)]
        taken = (one.applied for one in self.store.reconciled_of(mine).values())
        must_run({name for applied in taken for name in applied}, before.name, group)

    def _write(
        self,
        before: ConnectCluster | None,
        cluster: ConnectCluster,
        request: ConnectClusterRequest,
        target: KafkaCluster,
        fleet_revision: int,
        write: Write,
    ) -> None:
        """The record, its secret and the line that tells of it, or none of them."""
        given, mark = _credentials(request), before.secret if before else None
        same = self.secrets.vault.connect_credentials(cluster.name, mark) == given
        named = cluster.model_copy(update={"secret": mark if same else new_mark()})
        line = _line(before, named, same, write)

        def put(*notes: Item) -> None:
            self.registry.put_connect_cluster(
                named,
                *notes,
                *self.history.lines(line),
                target=target,
                fleet_revision=fleet_revision,
            )

        if same:
            return put()
        self.secrets.replace(
            secret_path(CONNECT_CLUSTER, cluster.name, mark),
            secret_path(CONNECT_CLUSTER, cluster.name, named.secret),
            lambda vault: vault.put_connect_credentials(cluster.name, given, named.secret),
            put,
            write.at,
        )

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
def connect_clusters() -> ConnectClusters:
    """The registry that the environment names."""
    return ConnectClusters(
        mirror_store.mirror_store(),
        registry.registry(),
        cluster_secrets.cluster_secrets(),
        history.history(),
        connections.connections(),
        orphans.orphans(),
    )


def _cluster(
    name: str,
    request: ConnectClusterRequest,
    group: ConnectGroup,
    before: ConnectCluster | None,
    now: datetime,
) -> ConnectCluster:
    """What is registered, of the revision after `before`; without its secret."""
    return ConnectCluster(
        name=name,
        urls=request.urls,
        kafka_cluster=request.kafka_cluster,
        ca_certificate=request.ca_certificate,
        config_provider=request.config_provider,
        offset_flush_ms=request.offset_flush_ms,
        version=group.version,
        workers=group.workers,
        revision=before.revision + 1 if before else 1,
        created_at=before.created_at if before else now,
        updated_at=now,
    )


def _line(
    before: ConnectCluster | None, after: ConnectCluster, same: bool, write: Write
) -> Change | None:
    if before is None:
        return None
    new = {"credentials": HIDDEN if same else f"{HIDDEN} (new)", **_shown(after)}
    old = {"credentials": HIDDEN, **_shown(before)}
    return audit.registered(CONNECT_CLUSTER, after.name, old, new, write)


def _shown(cluster: ConnectCluster) -> dict[str, object]:
    return {
        "urls": list(cluster.urls),
        "caCertificate": cluster.ca_certificate,
        "configProvider": cluster.config_provider,
        "offsetFlushMs": cluster.offset_flush_ms,
    }


def _credentials(request: ConnectClusterRequest) -> Credentials | None:
    if request.username is None or request.password is None:
        return None
    return Credentials(username=request.username, password=request.password)


def _unknown(name: str) -> UnknownCluster:
    words = f"names no registered Kafka cluster: {name[:60]!r}"
    return UnknownCluster(f"kafkaCluster {words}.", FieldError(field="kafkaCluster", message=words))
