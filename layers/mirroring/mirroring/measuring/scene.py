"""What one sample saw of a mirror, as the table of statuses wants it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mirroring.mirror import Mirror
from mirroring.observation import Backfill, Code, Connector, Observation, Reason, TopicState
from mirroring.reasons import reason

GRACE = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Stuck:
    """A partition whose oldest record waits while nothing of it is copied; ms."""

    partition: int
    behind: int
    still: int


@dataclass(frozen=True, slots=True)
class Topic:
    """A mirrored topic as it is judged; ms. `above` counts samples in a row above the target."""

    name: str
    mirrored: str
    state: TopicState
    latency: int | None = None
    above: int = 0
    stuck: Stuck | None = None
    missing: bool = False
    skewed: int = 0
    retention_left: int | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """All that one sample saw of a mirror.

    `away` says what could not be observed, with the words, `dim` what only partly; `moves`:
    something was copied since the last sample; `refused`: Connect's words when it refused the
    configuration; `matched`: how many source topics match, as far as last known.
    """

    now: datetime
    mirror: Mirror
    refused: str | None = None
    given_up: frozenset[str] = frozenset()
    connector: Connector | None = None
    checkpoint: Connector | None = None
    away: Mapping[Code, str] = field(default_factory=dict)
    matched: int = 0
    topics: tuple[Topic, ...] = ()
    findings: tuple[Reason, ...] = ()
    backfill: Backfill | None = None
    dim: Mapping[Code, str] = field(default_factory=dict)
    moves: bool = False
    workers: int = 1
    plain_secrets: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """A scene with what the samples before it saw."""

    scene: Scene
    before: Observation | None
    counts: Mapping[str, int]

    @property
    def observed(self) -> bool:
        """Whether Connect told its states in this sample."""
        return Code.CONNECT_UNREACHABLE not in self.scene.away

    @property
    def young(self) -> bool:
        """Whether the mirror was made so lately that its parts may still be on their way."""
        return self.scene.now - self.scene.mirror.created_at <= GRACE

    @property
    def now_ms(self) -> int:
        """The time of the sample in ms."""
        return int(self.scene.now.timestamp() * 1000)

    def why(self, code: Code, *, task: int | None = None, **says: object) -> Reason:
        """A reason about the mirror connector."""
        name = self.scene.mirror.source_connector
        return reason(code, self.scene.now, says, connector=name, task=task)


def unassigned(connector: Connector) -> bool:
    """Whether the connector or a task of it waits for a worker."""
    states = (connector.status, *(task.status for task in connector.tasks))
    return any(state in ("UNASSIGNED", "RESTARTING") for state in states)


def is_stalled(topic: Topic, scene: Scene) -> bool:
    """Whether a record waits longer than the target while nothing of its partition is copied."""
    return topic.stuck is not None and topic.stuck.behind > scene.mirror.target_latency
