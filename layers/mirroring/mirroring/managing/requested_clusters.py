"""The clusters that a mirror request names, looked up, and its source asked who it is."""

from collections.abc import Mapping
from dataclasses import dataclass

from mirroring.client_properties import definitions
from mirroring.client_properties.definitions import SERVERS
from mirroring.client_properties.literal import refuse_placeholders
from mirroring.client_properties.properties import parse
from mirroring.client_properties.reach import check_places
from mirroring.cluster import ConnectCluster, KafkaCluster
from mirroring.connections import place
from mirroring.contract import names
from mirroring.contract.requests import MirrorRequest, SourceCluster
from mirroring.errors import (
    BadRequest,
    ClusterNotFound,
    ClusterUnreachable,
    ConnectClusterNotFound,
    FieldError,
    KafkaUnavailable,
    UnknownCluster,
    Unprocessable,
    UnsupportedProperty,
)
from mirroring.managing import source
from mirroring.managing.source import SourceFacts
from mirroring.storing.registry import Registry
from mirroring.storing.vault import Vault

PROPERTIES = "sourceCluster.externalCluster.sourceConnectionProperties"
MANAGED = "sourceCluster.managedCluster.sourceKafkaClusterId"


@dataclass(frozen=True)
class RequestedClusters:
    """A Connect cluster, its own Kafka cluster, and the source (None: an external one)."""

    connect: ConnectCluster
    target: KafkaCluster
    source: KafkaCluster | None

    def all(self) -> tuple[KafkaCluster | ConnectCluster, ...]:
        """Everything that was looked up."""
        return self.connect, *self.clusters().values()

    def clusters(self) -> dict[str, KafkaCluster]:
        """The registered Kafka clusters by name."""
        return {one.name: one for one in (self.target, self.source) if one is not None}

    def alias(self, asked: SourceCluster) -> str:
        """The alias that was asked for, or the source cluster's name."""
        if asked.alias is not None:
            return asked.alias
        return self.source.name if self.source else ""


def places(request: MirrorRequest, registry: Registry) -> RequestedClusters:
    """The clusters that a request names; raises UnknownCluster naming each that is none."""
    connect, target = _connect(request.connect_cluster, registry)
    managed = request.source_cluster.managed_cluster
    known = _cluster(managed.source_kafka_cluster_id, registry) if managed else None
    wrong = []
    if connect is None:
        wrong.append(_unknown("connectCluster", "Connect cluster", request.connect_cluster))
    if managed is not None and known is None:
        wrong.append(_unknown(MANAGED, "Kafka cluster", managed.source_kafka_cluster_id))
    if connect is None or target is None or wrong:
        summary = "; ".join(f"{one.field} {one.message}" for one in wrong)
        raise UnknownCluster(f"The mirror cannot be made like this: {summary}.", *wrong)
    return RequestedClusters(connect, target, known)


def facts(
    request: MirrorRequest, found: RequestedClusters, properties: Mapping[str, str]
) -> SourceFacts:
    """Which cluster the source really is, and its topics, seen with the mirror's own properties.

    Raises KafkaUnavailable for a registered cluster that is away now, ClusterUnreachable for a
    place where none was ever seen, ClusterUnauthorized, UnsupportedProperty, BadRequest, and
    Unprocessable where another cluster answers than the one that was registered.
    """
    known, managed = found.source, request.source_cluster.managed_cluster
    try:
        seen = source.source(*place(dict(properties)))
    except ClusterUnreachable as error:
        if known is None or (managed and managed.use_private_ips):
            raise
        raise KafkaUnavailable(f"{known.name}: {error.detail}") from error
    if known is not None and seen.cluster_id != known.cluster_id:
        words = (
            f"was registered as cluster {known.cluster_id}, and {seen.cluster_id} answers there "
            f"now: register it again (PUT /clusters/{known.name})"
        )
        raise Unprocessable(f"{known.name} {words}.", FieldError(field=MANAGED, message=words))
    return seen


def properties(request: MirrorRequest, found: RequestedClusters, vault: Vault) -> Mapping[str, str]:
    """The source's complete connection properties; raises BadRequest."""
    external = request.source_cluster.external_cluster
    if external is not None:
        return _external(external.source_connection_properties.get_secret_value())
    if found.source is None or request.source_cluster.managed_cluster is None:
        raise BadRequest("sourceCluster must hold managedCluster or externalCluster.")
    private = request.source_cluster.managed_cluster.use_private_ips
    secret = vault.cluster_properties(found.source.name, found.source.secret)
    given = parse(secret.get_secret_value())
    return {**given, SERVERS: ",".join(found.source.servers(private=private))}


def _external(text: str) -> Mapping[str, str]:
    """Literals that say at least where the cluster is; raises BadRequest, UnsupportedProperty."""
    properties = parse(text, PROPERTIES)
    refuse_placeholders(properties)
    try:
        definitions.check({SERVERS: properties.get(SERVERS, "")})
    except UnsupportedProperty as error:
        words = f"must hold at least {SERVERS} ({error.errors[0].message})"
        wrong = FieldError(field=PROPERTIES, message=words)
        raise BadRequest(f"{PROPERTIES} {words}.", wrong) from None
    check_places(filter(None, map(str.strip, properties[SERVERS].split(","))), PROPERTIES)
    return properties


def _connect(name: str, registry: Registry) -> tuple[ConnectCluster | None, KafkaCluster | None]:
    if not names.possible(name):
        return None, None
    try:
        connect = registry.connect_cluster(name)
    except ConnectClusterNotFound:
        return None, None
    return connect, _cluster(connect.kafka_cluster, registry)


def _cluster(name: str, registry: Registry) -> KafkaCluster | None:
    if not names.possible(name):
        return None
    try:
        return registry.cluster(name)
    except ClusterNotFound:
        return None


def _unknown(field: str, kind: str, name: str) -> FieldError:
    return FieldError(field=field, message=f"names no registered {kind}: {name[:60]!r}")
