"""The edge to Kafka: metadata, offsets, timestamps, first records, listening.

Only the modules that this one is made of import kafka-python, which costs 150 ms and 32 MB.
"""

import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from mirroring.client_properties.security import Isolation, Security
from mirroring.kafka_client.brokers import Brokers
from mirroring.kafka_client.configs import describe
from mirroring.kafka_client.first_record import Verdicts, find
from mirroring.kafka_client.groups import Committed, ask_committed, list_groups
from mirroring.kafka_client.leaders import ByNode, Indexes, Leaders
from mirroring.kafka_client.listening import listen
from mirroring.kafka_client.offsets import ask_offsets, ask_topic_offsets
from mirroring.kafka_client.records import read_records
from mirroring.kafka_client.stamping import read_stamping
from mirroring.kafka_client.trial import creation, unreadable
from mirroring.kafka_types import (
    EARLIEST,
    LATEST,
    MAX_TIMESTAMP,
    Arrival,
    Chunk,
    ClusterFacts,
    Creation,
    Fault,
    GroupFacts,
    Groups,
    OffsetAt,
    Partition,
    Record,
    Stamping,
    TopicFacts,
)

__all__ = [
    "EARLIEST",
    "LATEST",
    "MAX_TIMESTAMP",
    "Arrival",
    "ClusterFacts",
    "Fault",
    "OffsetAt",
    "Partition",
    "Probe",
    "Record",
    "TopicFacts",
    "forget",
    "is_kept",
    "probe",
]

# A function may have 1,024 files open; a cluster takes some two connections a broker. Those
# beyond are connected to anew in each sample.
MOST_KEPT = 150
# Every source is sampled each minute: what was not asked for in ten of them is no source any more.
UNUSED_S = 600.0


class Probe:
    """Asks one Kafka cluster as one principal; its connections are made on first use and kept.

    Every method may be called from any thread, one at a time. Where metadata cannot be had they
    raise ClusterUnreachable, or ClusterUnauthorized when it is us who are not wanted; trouble with
    some brokers, topics or partitions is a Fault of those alone. Each phase of a question, metadata
    and then answers, ends within `timeout_s`.
    """

    def __init__(self, servers: Sequence[str], security: Security, timeout_s: float = 8.0) -> None:
        self.security = security
        self.used = 0.0
        self._timeout_s = timeout_s
        self._brokers = Brokers(servers, security, timeout_s)
        self._leaders = Leaders(f"The Kafka cluster at {', '.join(servers)}", self._brokers)
        self._lock = threading.RLock()

    def cluster(self) -> ClusterFacts:
        """The cluster's id and size, once a broker was reached where the cluster says it is."""
        with self._lock:
            metadata = self._leaders.ask(())
            self._leaders.reach(metadata.brokers)
            return ClusterFacts(metadata.cluster_id, len(metadata.brokers))

    def topics(self, names: Collection[str] | None = None) -> dict[str, TopicFacts]:
        """Ids and leaders of these topics, of all that we may see with None; creates none."""
        with self._lock:
            return self._leaders.ask(names).topics if names is None or names else {}

    def offsets(
        self,
        wanted: Mapping[Partition, int],
        isolation: Isolation = Isolation.READ_UNCOMMITTED,
    ) -> dict[Partition, OffsetAt | Fault]:
        """The offset that LATEST, EARLIEST, MAX_TIMESTAMP or a timestamp in ms stands for.

        A timestamp finds the first record at or after it. (-1, -1): there is none, and for
        MAX_TIMESTAMP also that the newest is not replicated yet. MAX_TIMESTAMP needs Kafka 3.0.
        """

        def ask(by_node: ByNode[int]) -> dict[Partition, OffsetAt | Fault]:
            return ask_offsets(self._brokers, isolation, by_node)

        with self._lock:
            return self._leaders.resolve(wanted, ask)

    def topic_offsets(
        self,
        counts: Mapping[str, int],
        at: int,
        isolation: Isolation = Isolation.READ_UNCOMMITTED,
    ) -> dict[str, dict[int, int | Fault]]:
        """The offset that LATEST or EARLIEST stands for, by topic and index of its partitions.

        It is `offsets` for many partitions: `counts` says how many each topic has.
        """

        def ask(by_node: Mapping[int, Indexes]) -> Iterator[tuple[str, dict[int, int | Fault]]]:
            return ask_topic_offsets(self._brokers, isolation, at, by_node)

        wanted = {name: range(count) for name, count in counts.items()}
        with self._lock:
            return self._leaders.resolve_topics(wanted, ask)

    def first_record(
        self, wanted: Mapping[Partition, tuple[int, int]], isolation: Isolation
    ) -> Verdicts:
        """The first record with from ≤ offset < to that a consumer of this isolation would get.

        None where there are only transaction markers, with read_committed aborted and open
        transactions, or offsets that compaction or retention has emptied.
        """
        deadline = time.monotonic() + self._timeout_s

        def ask(by_node: ByNode[tuple[int, int]]) -> Verdicts:
            return find(self._brokers, isolation, deadline, by_node)

        with self._lock:
            return self._leaders.resolve(wanted, ask)

    def listen(self, partitions: Collection[Partition], seconds: float) -> list[Arrival]:
        """Records that arrive within `seconds` on these partitions, with the clock at that moment.

        It begins at their ends: of what came before, nobody heard when.
        """
        heard: list[Arrival] = []

        def ask(by_node: ByNode[None]) -> dict[Partition, Fault]:
            heard.extend(listen(self._brokers, seconds, by_node))
            return {}

        with self._lock:
            self._leaders.resolve(dict.fromkeys(partitions), ask)
        return heard

    def stamping(self, offsets: Mapping[Partition, int]) -> dict[Partition, Stamping | Fault]:
        """Whose times the batches from these offsets on carry; OTHER where none was sent."""

        def ask(by_node: ByNode[int]) -> dict[Partition, Stamping | Fault]:
            return read_stamping(self._brokers, by_node)

        with self._lock:
            return self._leaders.resolve(offsets, ask)

    def topic_configs(
        self, names: Collection[str], keys: Collection[str]
    ) -> dict[str, dict[str, str] | Fault]:
        """These configuration values of topics, defaults included; needs DESCRIBE_CONFIGS."""
        with self._lock:
            return describe(self._brokers, names, keys)

    def unreadable(self, names: Collection[str]) -> frozenset[str]:
        """The topics that we lack READ or DESCRIBE_CONFIGS on, where the cluster tells."""
        with self._lock:
            return unreadable(self._brokers, names)

    def creation(self) -> Creation:
        """What creating topics would meet, as far as that is told; nothing is tried."""
        with self._lock:
            brokers = self._leaders.ask(()).brokers
            return creation(self._brokers, brokers[0].node) if brokers else Creation()

    def groups(self) -> Groups:
        """The consumer groups that we may see, asked of every broker."""
        with self._lock:
            nodes = [broker.node for broker in self._leaders.ask(()).brokers]
            return list_groups(self._brokers, nodes)

    def committed(self, groups: Mapping[str, GroupFacts]) -> Committed:
        """What these groups have committed, asked of their coordinators; needs Kafka 3.0."""
        with self._lock:
            self._leaders.ask(())
            return ask_committed(self._brokers, groups)

    def records(self, starts: Mapping[Partition, int]) -> dict[Partition, Chunk | Fault]:
        """What the next records hold, up to a MB of each partition from these offsets on."""

        def ask(by_node: ByNode[int]) -> dict[Partition, Chunk | Fault]:
            return read_records(self._brokers, by_node)

        with self._lock:
            return self._leaders.resolve(starts, ask)

    def valid_until(self) -> dict[str, datetime]:
        """The end of each certificate that a broker showed, by host and port."""
        with self._lock:
            return dict(self._brokers.ends)

    def close(self) -> None:
        """Ends the connections; the next question would make new ones."""
        with self._lock:
            self._brokers.close()


_kept: dict[tuple[tuple[str, ...], Security], Probe] = {}
_keeping = threading.Lock()


def probe(servers: Sequence[str], security: Security) -> Probe:
    """The Probe of this cluster and principal, kept between invocations of a function.

    Where there are too many the last to come gives way: samples ask for all of them in one order,
    so that the one which was not asked for longest is the next to be needed.
    """
    key, surplus = (tuple(servers), security), None
    with _keeping:
        known = _kept.get(key)
        if known is None:
            if len(_kept) >= MOST_KEPT:
                surplus = _kept.pop(_to_leave())
            known = _kept[key] = Probe(servers, security)
        known.used = time.monotonic()
    if surplus is not None:
        surplus.close()
    return known


def _to_leave() -> tuple[tuple[str, ...], Security]:
    """A Probe that is no longer used, else the last that was made."""
    unused = time.monotonic() - UNUSED_S
    return next((key for key, one in _kept.items() if one.used < unused), next(reversed(_kept)))


def is_kept(one: Probe) -> bool:
    """Whether the next sample will be given this one again; else its user closes it."""
    with _keeping:
        return any(kept is one for kept in _kept.values())


def forget(kept: Probe) -> None:
    """Closes a Probe, so that the next one of its cluster begins anew."""
    with _keeping:
        for key in [key for key, one in _kept.items() if one is kept]:
            del _kept[key]
    kept.close()
