"""What a sample saw of a mirror and how it judged it: the words of the API's answers."""

from mirroring.group import Group
from mirroring.schema import Moment, Stored, Word


class Status(Word):
    """How a mirror is, in one word."""

    CREATING = "CREATING"
    IN_SYNC = "IN_SYNC"
    STALE_TOPIC = "STALE_TOPIC"
    OUT_OF_SYNC = "OUT_OF_SYNC"
    PAUSED = "PAUSED"
    UNKNOWN = "UNKNOWN"
    FAILED = "FAILED"
    DELETING = "DELETING"


class TopicState(Word):
    """How a mirrored topic is used."""

    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"
    STALE = "STALE"
    EMPTY = "EMPTY"
    PENDING = "PENDING"


class Severity(Word):
    """How much a reason matters."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the gravest; a word that this version does not know comes last."""
        return [*Severity, self].index(self)


class Code(Word):
    """Why a mirror has its status, or what is worth knowing beside it."""

    BACKFILLING = "BACKFILLING"
    CERTIFICATE_EXPIRES = "CERTIFICATE_EXPIRES"
    CHANGED_BY_OTHERS = "CHANGED_BY_OTHERS"
    CHANGE_PENDING = "CHANGE_PENDING"
    CHECKPOINT_FAILED = "CHECKPOINT_FAILED"
    CLOCK_SKEW = "CLOCK_SKEW"
    CONFIG_REFUSED = "CONFIG_REFUSED"
    CONNECTOR_FAILED = "CONNECTOR_FAILED"
    CONNECTOR_MISSING = "CONNECTOR_MISSING"
    CONNECTOR_PAUSED = "CONNECTOR_PAUSED"
    CONNECTOR_STOPPED = "CONNECTOR_STOPPED"
    CONNECT_UNREACHABLE = "CONNECT_UNREACHABLE"
    COPIES_TWICE = "COPIES_TWICE"
    DATA_LOSS = "DATA_LOSS"
    FEWER_TASKS_THAN_WORKERS = "FEWER_TASKS_THAN_WORKERS"
    INACTIVE_ABOVE_TARGET = "INACTIVE_ABOVE_TARGET"
    LATENCY_ABOVE_TARGET = "LATENCY_ABOVE_TARGET"
    NO_TASKS = "NO_TASKS"
    NO_TOPICS_MATCHED = "NO_TOPICS_MATCHED"
    OFFSETS_UNKNOWN = "OFFSETS_UNKNOWN"
    PARTITIONS_UNREADABLE = "PARTITIONS_UNREADABLE"
    PATTERN_TOO_SLOW = "PATTERN_TOO_SLOW"
    PAUSE_PENDING = "PAUSE_PENDING"
    PLAIN_SECRETS = "PLAIN_SECRETS"
    REPAIR_GIVEN_UP = "REPAIR_GIVEN_UP"
    RETENTION_NEAR = "RETENTION_NEAR"
    SAMPLES_MISSING = "SAMPLES_MISSING"
    SOURCE_UNAUTHORIZED = "SOURCE_UNAUTHORIZED"
    SOURCE_UNREACHABLE = "SOURCE_UNREACHABLE"
    STALE_TOPIC = "STALE_TOPIC"
    STALLED = "STALLED"
    TARGET_TOPIC_MISSING = "TARGET_TOPIC_MISSING"
    TARGET_TOPIC_RESET = "TARGET_TOPIC_RESET"
    TARGET_UNAUTHORIZED = "TARGET_UNAUTHORIZED"
    TARGET_UNREACHABLE = "TARGET_UNREACHABLE"
    TASKS_NOT_RUNNING = "TASKS_NOT_RUNNING"
    TASK_FAILED = "TASK_FAILED"
    TOPIC_RECREATED = "TOPIC_RECREATED"
    TOPIC_TRUNCATED = "TOPIC_TRUNCATED"


class Reason(Stored):
    """One thing that is so, since when, and what to do; `measured` and `threshold` in ms.

    `count` is how many more topics or partitions the same is so of, where not each is told.
    """

    code: Code
    severity: Severity
    topic: str | None = None
    partition: int | None = None
    connector: str | None = None
    task: int | None = None
    measured: int | None = None
    threshold: int | None = None
    since: Moment
    message: str
    action: str
    count: int | None = None

    @property
    def key(self) -> tuple[str, str | None, int | None, str | None, int | None]:
        """What makes it the same finding in the next sample: all but its figures and words."""
        return (self.code, self.topic, self.partition, self.connector, self.task)


class Latency(Stored):
    """A mirror's figures in ms and records; None where nothing was ever measured."""

    average: int | None = None
    max: int | None = None
    behind: int | None = None
    lag_records: int | None = None


class Backfill(Stored):
    """How far the records older than the mirror are copied; `eta` None until it moved."""

    done: int
    total: int
    fraction: float
    eta: Moment | None = None


class TopicFigures(Stored):
    """A topic's figures in the last sample: ms, records, records a second."""

    name: str
    mirrored_name: str
    state: TopicState
    average_latency: int | None = None
    max_latency: int | None = None
    average_rate: float | None = None
    behind: int | None = None
    lag_records: int | None = None
    last_produced_at: Moment | None = None


class MirroredTopic(TopicFigures):
    """A topic's figures, and how many partitions it has."""

    partitions: int


class Task(Stored):
    """A connector's task as Connect tells of it; `partitions` counts what it was assigned."""

    id: int
    status: str
    worker: str
    partitions: int | None = None
    trace: str | None = None


class Connector(Stored):
    """A connector as Connect tells of it; `status` is None where Connect has none."""

    name: str
    kind: str
    status: str | None = None
    worker: str | None = None
    trace: str | None = None
    tasks: tuple[Task, ...] = ()

    @property
    def states(self) -> tuple[str | None, ...]:
        """Its own state and that of each of its tasks."""
        return (self.status, *(task.status for task in self.tasks))


class LastAlerted(Stored):
    """What people were told of a mirror last: its status, and the critical codes since then."""

    status: Status
    codes: tuple[Code, ...] = ()


class Observation(Stored):
    """What the last sample saw and judged; `sequence` counts samples, so that one of two wins.

    `lost_records` are those of every loss that stands, named in a reason or not.
    """

    mirror: str
    sequence: int
    measured_at: Moment
    status: Status
    status_since: Moment
    reasons: tuple[Reason, ...] = ()
    latency: Latency = Latency()
    backfill: Backfill | None = None
    lost_records: int = 0
    topics: tuple[MirroredTopic, ...] = ()
    connectors: tuple[Connector, ...] = ()
    groups: tuple[Group, ...] = ()
    groups_total: int = 0
    told: LastAlerted | None = None


class ChangeKind(Word):
    """Who made a change: a sample's judgement, a person, or reconcile."""

    STATUS = "status"
    WRITE = "write"
    REPAIR = "repair"


class Change(Stored):
    """One line of a mirror's changes; for a write, `before` and `after` are the changed fields."""

    mirror: str
    at: Moment
    kind: ChangeKind
    before: str | dict[str, object] | None = None
    after: str | dict[str, object] | None = None
    reasons: tuple[Reason, ...] = ()
    took_ms: int | None = None
    by: str | None = None
    alert: bool = False


class Point(Stored):
    """One sample in a mirror's history; `topic` rows carry the topic's name."""

    at: Moment
    average: int | None = None
    max: int | None = None
    behind: int | None = None
    lag_records: int | None = None
    status: str
