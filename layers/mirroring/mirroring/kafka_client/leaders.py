"""Which broker leads each partition, as metadata last told, and one more try where it moved."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from functools import lru_cache, partial
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
Indexes = Mapping[str, Sequence[int]]
"""Partitions by topic."""
_AskTopics = Callable[[Mapping[int, Indexes]], Iterable[tuple[str, Mapping[int, _Answer | Fault]]]]
# No broker has these ids.
_NOBODY, _BEYOND = -1, -2


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
        self._know({one.topic for one in wanted})
        found, old = self._once(wanted, ask)
        if old and self._renewed({one.topic for one in old}):
            found.update(self._once({one: wanted[one] for one in old}, ask)[0])
        return found

    def resolve_topics(
        self, wanted: Indexes, ask: _AskTopics[_Answer]
    ) -> dict[str, dict[int, _Answer | Fault]]:
        """As `resolve`, by topic and index: what is wanted of all is the same, and known to `ask`.

        `ask` gets them by the id of the broker that leads them.
        """
        self._know(wanted.keys())
        found, old = self._topics_once(wanted, ask)
        if old and self._renewed(old):
            for name, answers in self._topics_once(old, ask)[0].items():
                found[name].update(answers)
        return found

    def _know(self, names: Set[str]) -> None:
        unknown = names - self._topics.keys()
        if unknown:
            self.ask(unknown)

    def _topics_once(
        self, wanted: Indexes, ask: _AskTopics[_Answer]
    ) -> tuple[dict[str, dict[int, _Answer | Fault]], dict[str, list[int]]]:
        """The answers, and the partitions whose fault newer metadata may mend."""
        by_node: dict[int, dict[str, Sequence[int]]] = {}
        found: dict[str, dict[int, _Answer | Fault]] = {}
        old: dict[str, list[int]] = {}
        since = time.monotonic() - FRESH_S
        for name, indexes in wanted.items():
            facts = self._topics.get(name, _UNKNOWN)
            led = dict(_by_leader(facts.leaders, tuple(indexes)))
            found[name] = dict.fromkeys(led.pop(_NOBODY, ()), facts.fault or Fault.NO_LEADER)
            beyond = led.pop(_BEYOND, ())
            found[name].update(dict.fromkeys(beyond, facts.fault or Fault.UNKNOWN_TOPIC))
            if self._told_at.get(name, 0.0) < since:
                old[name] = _stale(found[name])
            for node, some in led.items():
                by_node.setdefault(node, {})[name] = some
        for name, answers in ask(by_node) if by_node else ():
            found[name].update(answers)
            old[name] = [*old.get(name, ()), *_stale(answers)]
        return found, {name: indexes for name, indexes in old.items() if indexes}

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


# As many topics as most clusters have: what leads their partitions changes seldom.
@lru_cache(maxsize=4_096)
def _by_leader(leaders: tuple[int, ...], indexes: tuple[int, ...]) -> Mapping[int, Sequence[int]]:
    led: dict[int, list[int]] = {}
    for index in indexes:
        led.setdefault(leaders[index] if index < len(leaders) else _BEYOND, []).append(index)
    return led


def _stale(answers: Mapping[int, object]) -> list[int]:
    if Fault not in set(map(type, answers.values())):
        return []  # as nearly always: a fifth of the time of looking at each
    return [index for index, one in answers.items() if isinstance(one, Fault) and one in _STALE]


_UNKNOWN = TopicFacts("", (), Fault.UNKNOWN_TOPIC)
