"""What one sample reads of one mirror, step by step."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from mirroring.client_properties.security import Isolation
from mirroring.kafka_types import Fault, Partition, Stamping, TopicFacts
from mirroring.measuring.figures import PartitionLatency, PartitionReading
from mirroring.measuring.group_look import GroupLook
from mirroring.measuring.memory import Memory
from mirroring.measuring.position import NEVER, Position
from mirroring.mirror import Failing, Mirror
from mirroring.observation import Code, Connector, Observation
from mirroring.storing.observation_item import State

UNLISTED = (Code.SOURCE_UNREACHABLE, Code.SOURCE_UNAUTHORIZED, Code.PATTERN_TOO_SLOW)
"""What leaves a mirror's topics unknown."""


@dataclass(frozen=True, slots=True)
class ConnectReading:
    """What Connect told of a mirror; `assigned` and `committed` are None where it did not."""

    connector: Connector | None = None
    checkpoint: Connector | None = None
    assigned: frozenset[Partition] | None = None
    committed: Mapping[Partition, int] | None = None


@dataclass(frozen=True, slots=True)
class SourceReading:
    """What the source told of a mirror's topics: those that match, and how many do, at rest or not.

    `looked` is when the ends were asked for (ms); `resting` counts each topic's partitions at rest,
    of which there is nothing else. `unread` is why a partition's end is not known, `truncated` by
    how many offsets it fell; `recreated` are topics that are another than before, each with a
    partition.
    """

    matched: int = 0
    topics: Mapping[str, TopicFacts] = field(default_factory=dict)
    looked: int = 0
    resting: Mapping[str, int] = field(default_factory=dict)
    unread: Mapping[Partition, Fault] = field(default_factory=dict)
    recreated: Mapping[str, int] = field(default_factory=dict)
    truncated: Mapping[Partition, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stampings:
    """Whose times the copies of each topic carry, as last seen; those `checked` in this sample.

    `unknown` are the topics of which nobody knows it.
    """

    by_topic: Mapping[str, Stamping] = field(default_factory=dict)
    checked: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TargetReading:
    """What the target told of a mirror's topics, by their names there, and why of some nothing.

    `emptied` are the source's topics whose end on the target fell, each with a partition.
    """

    topics: Mapping[str, TopicFacts] = field(default_factory=dict)
    faults: Mapping[str, Fault] = field(default_factory=dict)
    stampings: Stampings = Stampings()
    emptied: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class MirrorReadings:
    """One mirror in one sample; filled from top to bottom, each reading by the step that takes it.

    `positions` and `partitions` are of the partitions that do not rest; `expires` is the first
    certificate to end of those that end soon, `turn` the last partition that was listened to,
    `failure` a mistake of ours that leaves the sample without a verdict.
    """

    mirror: Mirror
    state: State
    memory: Memory
    isolation: Isolation = Isolation.READ_UNCOMMITTED
    refused: str | None = None
    given_up: frozenset[str] = frozenset()
    changed: Mapping[str, str] = field(default_factory=dict)
    failing: Failing | None = None
    plain_secrets: bool = False
    expires: tuple[str, datetime] | None = None
    copied_too: Mapping[str, str] = field(default_factory=dict)
    connect: ConnectReading = ConnectReading()
    unobservable: dict[Code, str] = field(default_factory=dict)
    partly_unobservable: dict[Code, str] = field(default_factory=dict)
    source: SourceReading = SourceReading()
    target: TargetReading = TargetReading()
    positions: dict[Partition, Position] = field(default_factory=dict)
    partitions: dict[Partition, PartitionReading] = field(default_factory=dict)
    to_inspect: set[Partition] = field(default_factory=set)
    figures: dict[Partition, PartitionLatency] = field(default_factory=dict)
    retention: dict[str, int] = field(default_factory=dict)
    groups: GroupLook | None = None
    turn: Partition | None = None
    failure: Exception | None = None

    @property
    def before(self) -> Observation | None:
        """The last sample's observation."""
        return self.state.observation

    def on_target(self, partition: Partition) -> Partition:
        """The partition on the target that a source partition is copied to."""
        return Partition(self.mirror.mirrored_name(partition.topic), partition.index)

    def runs_since(self, now: int) -> int:
        """Since when (ms) Connect says that it runs the mirror; NEVER when it does not."""
        connector = self.connect.connector
        if connector is None or connector.status != "RUNNING":
            return NEVER
        return self.memory.counts.get("running_since", 0) or now

    def listed(self) -> bool:
        """Whether the source's topics were read in this sample."""
        return not any(code in self.unobservable for code in UNLISTED)


def note_unobservable(all_readings: Iterable[MirrorReadings], code: Code, words: str) -> None:
    """Note for each of these mirrors what could not be observed."""
    for readings in all_readings:
        readings.unobservable[code] = words
