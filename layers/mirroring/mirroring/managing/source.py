"""A mirror's source as it is now: which cluster answers there, and with which topics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mirroring.client_properties.security import Security
from mirroring.errors import ClusterUnreachable


@dataclass(frozen=True)
class SourceFacts:
    """The real `cluster.id`, how many brokers answer for it, and its topics' partitions by name."""

    cluster_id: str
    brokers: int
    topics: Mapping[str, int] = field(default_factory=dict)


def cluster(servers: Sequence[str], who: Security) -> SourceFacts:
    """Which cluster it is; raises ClusterUnreachable, ClusterUnauthorized.

    Asked over a new connection: one that is open outlives its password. Kafka's library is imported
    on the first call: a request that is refused before costs nothing.
    """
    from mirroring.kafka_client.probe import forget, probe

    forget(probe(servers, who))
    facts = probe(servers, who).cluster()
    return SourceFacts(facts.cluster_id, facts.brokers)


def source(servers: Sequence[str], who: Security) -> SourceFacts:
    """The same with its topics, those that these credentials may see.

    Asked over a connection that is kept, but not after one that failed: it would pass over a broker
    that was silent a moment ago, and who has mended the network tries again at once.
    """
    from mirroring.kafka_client.probe import forget, probe

    at = probe(servers, who)
    try:
        facts = at.cluster()
        topics = {name: len(one.leaders) for name, one in at.topics().items()}
    except ClusterUnreachable:
        forget(at)
        raise
    return SourceFacts(facts.cluster_id, facts.brokers, topics)
