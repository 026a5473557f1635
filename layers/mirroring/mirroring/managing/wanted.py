"""What a mirror's connectors should be configured as, from what is registered and in the vault."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from mirroring.cluster import ConnectCluster, KafkaCluster
from mirroring.connecting.properties import parse
from mirroring.errors import Unavailable
from mirroring.managing.connectors import configurations
from mirroring.mirror import Mirror
from mirroring.redaction import placeholders, redacted
from mirroring.schema import iso
from mirroring.storing.vault import Vault

Properties = Mapping[str, str]


@dataclass(frozen=True)
class Wanted:
    """Configurations by connector name; `basis` differs when they do, and holds no secret."""

    configurations: Mapping[str, Properties] = field(repr=False)
    basis: str


def wanted(
    mirror: Mirror,
    connect: ConnectCluster,
    cluster: Callable[[str], KafkaCluster],
    vault: Vault,
) -> Wanted:
    """The wanted configurations of a mirror; with a config provider they hold no secret.

    Raises ClusterNotFound, and Unavailable where the vault lacks what they need.
    """
    target = cluster(mirror.target_cluster)
    provider = connect.config_provider
    if mirror.source.managed is None:
        revisions = [iso(target.updated_at)]
        source = _external(vault, mirror, provider)
    else:
        registered = cluster(mirror.source.managed)
        revisions = [iso(target.updated_at), iso(registered.updated_at)]
        source = _managed(vault, registered, provider, private=mirror.source.use_private_ips)
    made = configurations(mirror, source, _managed(vault, target, provider, private=False))
    return Wanted(made, _basis(made, [*revisions, provider or ""]))


def _managed(
    vault: Vault, cluster: KafkaCluster, provider: str | None, *, private: bool
) -> Properties:
    """A registered cluster's complete connection properties."""
    given = _of_cluster(vault, cluster.name, iso(cluster.updated_at))
    if given.get("security.protocol", "PLAINTEXT").strip().upper() != cluster.security_protocol:
        raise Unavailable(
            f"The secret of {cluster.name} does not hold what it was registered with: "
            "register the cluster again."
        )
    secret = vault.cluster_secret(cluster.name)
    known = placeholders(given, provider, secret) if provider else given
    return {**known, "bootstrap.servers": ",".join(cluster.servers(private=private))}


def _external(vault: Vault, mirror: Mirror, provider: str | None) -> Properties:
    """The connection properties that came with the mirror; nobody can change them."""
    given = _of_mirror(vault, mirror.name)
    if "bootstrap.servers" not in given:
        raise Unavailable(
            f"The secret of {mirror.name} is gone: remove the mirror and create it again."
        )
    return placeholders(given, provider, vault.mirror_secret(mirror.name)) if provider else given


@lru_cache(maxsize=256)
def _of_cluster(vault: Vault, name: str, revision: str) -> Properties:
    """Read anew with each revision: what the vault remembers may be of the one before."""
    vault.forget_cluster(name)
    return parse(vault.cluster_properties(name).get_secret_value())


@lru_cache(maxsize=4096)
def _of_mirror(vault: Vault, name: str) -> Properties:
    return parse(vault.mirror_properties(name).get_secret_value())


def _basis(made: Mapping[str, Properties], revisions: list[str]) -> str:
    shown = {name: redacted(config) for name, config in made.items()}
    text = json.dumps([shown, revisions], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
