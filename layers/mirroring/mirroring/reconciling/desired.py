"""What a mirror's connectors should be configured as, from what is registered and in the vault."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from mirroring.client_properties.properties import parse
from mirroring.cluster import ConnectCluster, KafkaCluster
from mirroring.errors import Unavailable
from mirroring.kafka_connect.mirror_maker import configurations
from mirroring.mirror import Mirror
from mirroring.redaction import placeholders, redacted
from mirroring.storing.vault import Vault

Properties = Mapping[str, str]
_CONNECTION = re.compile(r"(source|target)\.(cluster|consumer|admin|producer)\.")


@dataclass(frozen=True)
class DesiredConnectors:
    """Configurations by connector name; `basis` differs when they do, and holds no secret.

    `connections` has for each registered cluster what differs with its servers and properties. With
    a `provider` the configurations hold its placeholders, which look alike whatever they stand for;
    `secrets` are what they stand for, which Connect's words about them may quote.
    """

    configurations: Mapping[str, Properties] = field(repr=False)
    connections: Mapping[str, str] = field(default_factory=dict)
    provider: str | None = None
    secrets: Properties = field(default_factory=dict, repr=False)

    @property
    def basis(self) -> str:
        """What Connect's refusals, drifts and our own changes are told apart by."""
        shown = {name: redacted(config) for name, config in self.configurations.items()}
        return _digest(shown, dict(self.connections), self.provider)

    def waiting(
        self, actual: Mapping[str, Properties], given: Mapping[str, str]
    ) -> "DesiredConnectors":
        """The same with the connections that the connectors now have, by the name `given` then."""
        kept = {
            name: {
                **{key: value for key, value in config.items() if not _CONNECTION.match(key)},
                **{key: value for key, value in actual[name].items() if _CONNECTION.match(key)},
            }
            for name, config in self.configurations.items()
            if name in actual
        }
        return replace(self, configurations={**self.configurations, **kept}, connections=given)


def desired_connectors(
    mirror: Mirror,
    connect: ConnectCluster,
    cluster: Callable[[str], KafkaCluster],
    vault: Vault,
) -> DesiredConnectors:
    """The desired configurations of a mirror; with a config provider they hold no secret.

    Raises ClusterNotFound, and Unavailable where the vault lacks what they need.
    """
    target = cluster(mirror.target_cluster)
    provider = connect.config_provider
    connections = {target.name: _revision(vault, target, provider, private=False)}
    if mirror.source.managed is None:
        source = _external(vault, mirror, provider)
    else:
        registered, private = cluster(mirror.source.managed), mirror.source.use_private_ips
        source = _managed(vault, registered, provider, private=private)
        connections[registered.name] = _revision(vault, registered, provider, private=private)
    made = configurations(mirror, source, _managed(vault, target, provider, private=False))
    return DesiredConnectors(made, connections, provider, _secrets(vault, mirror, cluster))


def _secrets(vault: Vault, mirror: Mirror, cluster: Callable[[str], KafkaCluster]) -> Properties:
    """The connection properties of both sides as they are in the vault."""
    both = [cluster(mirror.target_cluster)]
    external = _of_mirror(vault, mirror.name) if mirror.source.managed is None else {}
    if mirror.source.managed is not None:
        both.append(cluster(mirror.source.managed))
    given = {
        f"{one.name}:{key}": value
        for one in both
        for key, value in _of_cluster(vault, one.name, one.secret)[0].items()
    }
    return {**given, **external}


def _managed(
    vault: Vault, cluster: KafkaCluster, provider: str | None, *, private: bool
) -> Properties:
    """A registered cluster's complete connection properties."""
    given, _ = _of_cluster(vault, cluster.name, cluster.secret)
    if given.get("security.protocol", "PLAINTEXT").strip().upper() != cluster.security_protocol:
        raise Unavailable(
            f"The secret of {cluster.name} does not hold what it was registered with: "
            "register the cluster again."
        )
    secret = vault.cluster_secret(cluster.name, cluster.secret)
    known = placeholders(given, provider, secret) if provider else given
    return {**known, "bootstrap.servers": ",".join(cluster.servers(private=private))}


def _revision(vault: Vault, cluster: KafkaCluster, provider: str | None, *, private: bool) -> str:
    """Differs when a mirror would connect to the cluster in another way; no secret."""
    _, revision = _of_cluster(vault, cluster.name, cluster.secret)
    return _digest(revision, cluster.servers(private=private), revision and provider)


def _external(vault: Vault, mirror: Mirror, provider: str | None) -> Properties:
    """The connection properties that came with the mirror; nobody can change them."""
    given = _of_mirror(vault, mirror.name)
    if "bootstrap.servers" not in given:
        raise Unavailable(
            f"The secret of {mirror.name} is gone: remove the mirror and create it again."
        )
    return placeholders(given, provider, vault.mirror_secret(mirror.name)) if provider else given


@lru_cache(maxsize=256)
def _of_cluster(vault: Vault, name: str, mark: str | None) -> tuple[Properties, str]:
    """A cluster's properties and their revision, read once for each secret."""
    properties = parse(vault.cluster_properties(name, mark).get_secret_value())
    return properties, vault.cluster_revision(name, mark)


@lru_cache(maxsize=4096)
def _of_mirror(vault: Vault, name: str) -> Properties:
    return parse(vault.mirror_properties(name).get_secret_value())


def _digest(*parts: object) -> str:
    text = json.dumps(parts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
