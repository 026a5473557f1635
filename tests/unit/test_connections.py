"""What a mirror connects is read as it is registered, and once in a sample."""

from dataclasses import dataclass, field
from typing import Any, cast

from mirroring.cluster import KafkaCluster
from mirroring.connections import Connections
from mirroring.storing.registry import Registry
from mirroring.storing.vault import Vault
from pydantic import SecretStr

from tests.given import a_cluster, a_connect_cluster, a_mirror


@dataclass
class Counting:
    """A registry and a vault that know every cluster, and which were asked for."""

    asked: list[str] = field(default_factory=list)

    def cluster(self, name: str) -> KafkaCluster:
        """Registered."""
        self.asked.append(name)
        return a_cluster(name)

    def cluster_properties(self, *_: Any) -> SecretStr:
        """None beside the servers."""
        return SecretStr("")


def test_each_cluster_is_read_once_in_a_sample_and_anew_in_the_next() -> None:
    both = Counting()
    made = Connections(cast(Registry, both), cast(Vault, both))

    for _ in range(2):
        connections = made.for_one_sample()
        for name in ("one", "two", "three"):
            assert connections.source(a_mirror(name))["bootstrap.servers"]
            assert connections.target(a_connect_cluster())["bootstrap.servers"]

    assert both.asked == ["eu-core", "us-core"] * 2
    made.source(a_mirror())
    made.source(a_mirror())
    assert both.asked[4:] == ["eu-core"] * 2
