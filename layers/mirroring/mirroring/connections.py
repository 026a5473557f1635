"""What a mirror connects: its source and target with their properties, and its Connect cluster."""

from dataclasses import dataclass, replace
from functools import cache

from mirroring.client_properties import definitions
from mirroring.client_properties.definitions import SERVERS
from mirroring.client_properties.properties import Security, parse, security
from mirroring.cluster import ConnectCluster, KafkaCluster
from mirroring.kafka_connect.client import ConnectClient, connect
from mirroring.mirror import Mirror
from mirroring.storing import registry, vault
from mirroring.storing.registry import Registry
from mirroring.storing.vault import Vault

Endpoint = tuple[tuple[str, ...], Security]
"""The bootstrap servers of a Kafka cluster, and who we are to it: what a Probe wants."""


@dataclass(frozen=True, slots=True)
class Connections:
    """What people registered, with its secrets; methods raise ClusterNotFound, Unavailable.

    `known` are the Kafka clusters that were read before, None where each is read anew.
    """

    registry: Registry
    vault: Vault
    known: dict[str, KafkaCluster] | None = None

    def for_one_sample(self) -> "Connections":
        """The same, reading each cluster once, however many mirrors it has."""
        return replace(self, known={})

    def source(self, mirror: Mirror) -> dict[str, str]:
        """The source's complete Java connection properties."""
        source = mirror.source
        if source.managed is None:
            return parse(self.vault.mirror_properties(mirror.name).get_secret_value())
        cluster = self._cluster(source.managed)
        servers = cluster.servers(private=source.use_private_ips)
        return self._properties(cluster) | {SERVERS: ",".join(servers)}

    def target(self, cluster: ConnectCluster) -> dict[str, str]:
        """The complete Java connection properties of a Connect cluster's own Kafka cluster."""
        kafka = self._cluster(cluster.kafka_cluster)
        return self._properties(kafka) | {SERVERS: ",".join(kafka.bootstrap_servers)}

    def connect(self, cluster: ConnectCluster) -> ConnectClient:
        """The Connect cluster's REST API, over sockets kept between invocations."""
        known = self.vault.connect_credentials(cluster.name, cluster.secret)
        name, password = (known.username, known.password) if known else (None, None)
        return connect(cluster.urls, name, password, cluster.ca_certificate)

    def _cluster(self, name: str) -> KafkaCluster:
        if self.known is None:
            return self.registry.cluster(name)
        if name not in self.known:
            self.known[name] = self.registry.cluster(name)
        return self.known[name]

    def _properties(self, cluster: KafkaCluster) -> dict[str, str]:
        return parse(self.vault.cluster_properties(cluster.name, cluster.secret).get_secret_value())


def place(properties: dict[str, str]) -> Endpoint:
    """Where a client with these properties connects; raises UnsupportedProperty."""
    servers = definitions.read(SERVERS, properties.get(SERVERS, ""))
    return tuple(filter(None, servers.split(","))), security(properties)


@cache
def connections() -> Connections:
    """The connections of what the environment names."""
    return Connections(registry.registry(), vault.vault())
