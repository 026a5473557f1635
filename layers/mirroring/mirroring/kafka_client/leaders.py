"""Which broker leads each partition, as metadata last told, and one more try where it moved."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from kafka.errors import KafkaError

from mirroring.errors import ClusterUnauthorized, ClusterUnreachable
from mirroring.kafka_client import dialect
from mirroring.kafka_client.brokers import Brokers
from mirroring.kafka_client.unreachable import explained
from mirroring.kafka_client.wire.metadata import Broker, Metadata
from mirroring.kafka_types import Fault, Partition, TopicFacts

FRESH_S = 3.0
SETTLE_S = 0.1
_STALE = (Fault.UNKNOWN_TOPIC, Fault.NO_LEADER, Fault.UNREACHABLE)
_Wanted = TypeVar("_Wanted")
_Answer = TypeVar("_Answer")
ByNode = Mapping[int, Mapping[Partition, _Wanted]]
"""What is wanted of each partition, by the id of the broker that leads it."""


class Leaders:
    """Metadata of the topics that were asked about, kept until a broker says that it is old."""

    def __init__(self, place: str, brokers: Brokers) -> None:
        self._place = place
        self._brokers = brokers
        self._topics: dict[str, TopicFacts] = {}
        self._told_at: dict[str, float] = {}

    def ask(self, names: Collection[str] | None) -> Metadata:
        """Metadata of these topics, of all with None, taken in.

        Raises ClusterUnreachable, ClusterUnauthorized.
        """
        job = self._brokers.ask_any(partial(dialect.metadata_request, names=names))
        answer = self._brokers.gather({"metadata": job})["metadata"]
        if isinstance(answer, KafkaError):
            raise explained(self._place, answer)
        metadata = dialect.metadata_answer(answer)
        self._brokers.learn(metadata.cluster_id, metadata.brokers)
        if names is None:
            self._topics.clear()
        self._topics.update(metadata.topics)
        self._told_at.update(dict.fromkeys(metadata.topics, time.monotonic()))
        return metadata

    def reach(self, brokers: Sequence[Broker]) -> None:
        """Raises ClusterUnreachable where no broker answers at the address that it advertises."""
        make = partial(dialect.metadata_request, names=())
        job = self._brokers.ask_any(make, servers=False)
        answer = self._brokers.gather({"metadata": job})["metadata"]
        if isinstance(answer, KafkaError):
            named = ", ".join(f"{one.host}:{one.port}" for one in brokers)
            words = f"{self._place} answers, but names its brokers {named}, and that place"
            why = explained(words, answer)
            why.detail += " The brokers' advertised.listeners must be reachable from here."
            raise why

    def resolve(
        self,
        wanted: Mapping[Partition, _Wanted],
        ask: Callable[[ByNode[_Wanted]], Mapping[Partition, _Answer | Fault]],
    ) -> dict[Partition, _Answer | Fault]:
        """Each partition's answer from its leader; those whose leader moved are asked once more.

        Raises ClusterUnreachable or ClusterUnauthorized where no metadata could ever be had; what
        ends the conversation later is a Fault of each partition.
        """
        unknown = {one.topic for one in wanted} - self._topics.keys()
        if unknown:
            self.ask(unknown)
        found, old = self._once(wanted, ask)
        if old and self._renewed({one.topic for one in old}):
            found.update(self._once({one: wanted[one] for one in old}, ask)[0])
        return found

    def _once(
        self,
        wanted: Mapping[Partition, _Wanted],
        ask: Callable[[ByNode[_Wanted]], Mapping[Partition, _Answer | Fault]],
    ) -> tuple[dict[Partition, _Answer | Fault], list[Partition]]:
        """The answers, and the partitions whose fault newer metadata may mend."""
        by_node, leaderless = self._by_node(wanted)
        found: dict[Partition, _Answer | Fault] = dict(ask(by_node)) if by_node else {}
        old = [one for one, answer in found.items() if isinstance(answer, Fault)]
        old = [one for one in old if found[one] in _STALE]
        found.update(leaderless)
        since = time.monotonic() - FRESH_S
        return found, old + [
            one
            for one, fault in leaderless.items()
            if fault in _STALE and self._told_at.get(one.topic, 0.0) < since
        ]

    def _by_node(
        self, wanted: Mapping[Partition, _Wanted]
    ) -> tuple[ByNode[_Wanted], dict[Partition, Fault]]:
        by_node: dict[int, dict[Partition, _Wanted]] = {}
        leaderless: dict[Partition, Fault] = {}
        for partition, want in wanted.items():
            facts = self._topics.get(partition.topic, _UNKNOWN)
            if partition.index >= len(facts.leaders):
                leaderless[partition] = facts.fault or Fault.UNKNOWN_TOPIC
            elif (leader := facts.leaders[partition.index]) < 0:
                leaderless[partition] = facts.fault or Fault.NO_LEADER
            else:
                by_node.setdefault(leader, {})[partition] = want
        return by_node, leaderless

    def _renewed(self, names: Iterable[str]) -> bool:
        self._brokers.rest(SETTLE_S)
        try:
            self.ask(set(names))
        except (ClusterUnreachable, ClusterUnauthorized):
            return False
        return True


_UNKNOWN = TopicFacts("", (), Fault.UNKNOWN_TOPIC)
