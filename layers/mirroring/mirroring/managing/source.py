"""A mirror's source as it is now: which cluster answers there, and with which topics."""

from collections.abc import Sequence
from dataclasses import dataclass

from mirroring.connecting.security import Security


@dataclass(frozen=True)
class SourceFacts:
    """The real `cluster.id`, how many brokers answer for it, and the names of its topics."""

    cluster_id: str
    brokers: int
    topics: frozenset[str] = frozenset()


def cluster(servers: Sequence[str], who: Security) -> SourceFacts:
    """Which cluster it is; raises ClusterUnreachable, ClusterUnauthorized.

    Asked over a new connection: one that is open outlives its password. Kafka's library is imported
    on the first call: a request that is refused before costs nothing.
    """
    from mirroring.probing.probe import forget, probe

    forget(probe(servers, who))
    facts = probe(servers, who).cluster()
    return SourceFacts(facts.cluster_id, facts.brokers)


def source(servers: Sequence[str], who: Security) -> SourceFacts:
    """The same with its topics, those that these credentials may see."""
    from mirroring.probing.probe import probe

    at = probe(servers, who)
    facts = at.cluster()
    return SourceFacts(facts.cluster_id, facts.brokers, frozenset(at.topics()))
