"""Kafka clusters without Kafka: what a Probe says of them, by the servers that are asked."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from mirroring.client_properties.security import Security
from mirroring.errors import ClusterUnauthorized, ClusterUnreachable
from mirroring.kafka_types import (
    LATEST,
    ClusterFacts,
    Creation,
    Fault,
    OffsetAt,
    Partition,
    TopicFacts,
)


@dataclass
class Cluster:
    """A Kafka cluster; with a password it wants that one."""

    cluster_id: str
    topics: list[str] = field(default_factory=list)
    brokers: int = 3
    password: str | None = None
    hidden: set[str] = field(default_factory=set)
    creation: Creation = field(default_factory=lambda: Creation(True, 1, False, False))
    configs: dict[str, dict[str, str]] = field(default_factory=dict)
    records: int = 0
    partitions: int = 1


@dataclass
class Kafka:
    """Clusters by bootstrap server; a server that is not here does not answer."""

    clusters: dict[str, Cluster] = field(default_factory=dict)
    forgotten: list["Probe"] = field(default_factory=list)

    def probe(self, servers: Sequence[str], who: Security) -> "Probe":
        """Stands in for `mirroring.kafka_client.probe.probe`."""
        return Probe(self, servers, who)

    def delete_internal(
        self, servers: Sequence[str], who: Security, names: Iterable[str]
    ) -> dict[str, Fault | None]:
        """Stands in for `mirroring.kafka_client.removal.delete_internal`."""
        found = Probe(self, servers, who)._at()
        found.topics = [one for one in found.topics if one not in set(names)]
        return dict.fromkeys(names)


@dataclass
class Probe:
    """Stands in for `mirroring.kafka_client.probe.Probe`."""

    kafka: Kafka
    servers: Sequence[str]
    who: Security

    def cluster(self) -> ClusterFacts:
        """Which cluster answers."""
        at = self._at()
        return ClusterFacts(at.cluster_id, at.brokers)

    def topics(self, names: Iterable[str] | None = None) -> dict[str, TopicFacts]:
        """Its topics."""
        at = self._at()
        leaders = (0,) * at.partitions
        return {name: TopicFacts(f"id of {name}", leaders) for name in names or at.topics}

    def unreadable(self, names: Iterable[str]) -> frozenset[str]:
        """Those without READ."""
        return frozenset(names) & self._at().hidden

    def creation(self) -> Creation:
        """What it tells of creating topics."""
        return self._at().creation

    def topic_configs(self, names: Iterable[str], keys: Iterable[str]) -> dict[str, dict[str, str]]:
        """What the topics are configured to do."""
        return {name: self._at().configs.get(name, {}) for name in names}

    def offsets(self, wanted: dict[Partition, int]) -> dict[Partition, OffsetAt]:
        """Each partition holds `records`."""
        records = self._at().records
        return {one: OffsetAt(records if at == LATEST else 0, -1) for one, at in wanted.items()}

    def _at(self) -> Cluster:
        found = [self.kafka.clusters[one] for one in self.servers if one in self.kafka.clusters]
        if not found:
            raise ClusterUnreachable(f"{', '.join(self.servers)} does not answer.")
        if found[0].password not in (None, self.who.password and _word(self.who)):
            raise ClusterUnauthorized(f"{self.servers[0]} refuses the user name and password.")
        return found[0]


def _word(who: Security) -> str:
    return who.password.get_secret_value() if who.password else ""


def replace(monkeypatch: pytest.MonkeyPatch) -> Kafka:
    """Puts clusters of memory in the place of the edge to Kafka."""
    kafka = Kafka()
    edge = SimpleNamespace(probe=kafka.probe, forget=kafka.forgotten.append)
    monkeypatch.setitem(sys.modules, "mirroring.kafka_client.probe", edge)
    removal = SimpleNamespace(delete_internal=kafka.delete_internal)
    monkeypatch.setitem(sys.modules, "mirroring.kafka_client.removal", removal)
    return kafka
