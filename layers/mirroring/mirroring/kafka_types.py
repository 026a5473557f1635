"""What Kafka answers about itself, in the words the rules use: no I/O, no Kafka library."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

LATEST, EARLIEST, MAX_TIMESTAMP = -1, -2, -3

# Half the time of a NamedTuple's own constructor, which counts with 10,000 partitions a sample.
new_tuple = tuple.__new__


class Partition(NamedTuple):
    """A partition of a topic."""

    topic: str
    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody wants of a partition


class OffsetAt(NamedTuple):
    """An offset and the timestamp of its record in ms; -1 where Kafka has none."""

    offset: int
    timestamp: int


class Record(NamedTuple):
    """A record's place and time in ms, by the broker's clock at append or by its producer's."""

    offset: int
    timestamp: int
    is_append_time: bool


class Arrival(NamedTuple):
    """A record heard while it arrived: its own timestamp and the clock then, both in ms."""

    partition: Partition
    offset: int
    timestamp: int
    arrived: int


class Fault(StrEnum):
    """Why there is no answer for one topic or partition, while others have theirs.

    UNSUPPORTED: the broker is too old, or another's, to be asked. NOT_ASKED: none was needed, or
    what it depends on is not known.
    """

    UNKNOWN_TOPIC = "UNKNOWN_TOPIC"
    NO_LEADER = "NO_LEADER"
    UNAUTHORIZED = "UNAUTHORIZED"
    TIMEOUT = "TIMEOUT"
    UNREACHABLE = "UNREACHABLE"
    OTHER = "OTHER"
    UNSUPPORTED = "UNSUPPORTED"
    NOT_ASKED = "NOT_ASKED"


class Stamping(NamedTuple):
    """Whose times the newest batch of a partition carries, and whether a transaction wrote it."""

    append_time: bool = False
    transactions: bool = False


@dataclass(frozen=True)
class TopicFacts:
    """A topic's id (empty before Kafka 2.8) and its leaders' broker ids by partition, -1 none."""

    topic_id: str
    leaders: tuple[int, ...]
    fault: Fault | None = None
    internal: bool = False


def is_another(known_id: str, topic_id: str) -> bool:
    """Whether two ids prove that a topic was made again; one that is not known proves nothing."""
    return bool(known_id and topic_id) and known_id != topic_id


@dataclass(frozen=True)
class ClusterFacts:
    """Which cluster it is, and how many brokers it has now."""

    cluster_id: str
    brokers: int


@dataclass(frozen=True)
class Creation:
    """What creating a topic would meet, None where it is not told: CREATE on the whole cluster, the
    replication factor of new topics, whose time they get, and whether a policy may refuse them."""

    permitted: bool | None = None
    replication: int | None = None
    append_time: bool | None = None
    policy: bool | None = None


class GroupFacts(NamedTuple):
    """A consumer group's state in Kafka's words, and the id of the broker that keeps its offsets.

    The state is empty before Kafka 2.6.
    """

    state: str
    coordinator: int


@dataclass(frozen=True)
class Groups:
    """The consumer groups by name; `whole` unless a broker did not tell of its own."""

    by_name: Mapping[str, GroupFacts]
    whole: bool


class Content(NamedTuple):
    """A record with what it holds, its timestamp in ms."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


class Chunk(NamedTuple):
    """Some records of a partition, and the offset from which to go on."""

    records: tuple[Content, ...]
    next_offset: int


_FAULTS = {
    3: Fault.UNKNOWN_TOPIC,
    5: Fault.NO_LEADER,
    6: Fault.NO_LEADER,
    7: Fault.TIMEOUT,
    8: Fault.UNREACHABLE,
    9: Fault.NO_LEADER,
    13: Fault.UNREACHABLE,
    14: Fault.NO_LEADER,
    15: Fault.NO_LEADER,
    16: Fault.NO_LEADER,
    17: Fault.UNKNOWN_TOPIC,
    29: Fault.UNAUTHORIZED,
    30: Fault.UNAUTHORIZED,
    31: Fault.UNAUTHORIZED,
    56: Fault.NO_LEADER,
    74: Fault.NO_LEADER,
    75: Fault.NO_LEADER,
    78: Fault.NO_LEADER,
    100: Fault.UNKNOWN_TOPIC,
    103: Fault.UNKNOWN_TOPIC,
}


def fault(code: int) -> Fault | None:
    """Kafka's error code (org.apache.kafka.common.protocol.Errors) as a Fault, None for 0.

    Codes that tell of a leader or coordinator on the move, or of an offset that it cannot vouch for
    yet, are NO_LEADER.
    """
    return _FAULTS.get(code, Fault.OTHER) if code else None
