"""What the API answers: one shape for each kind of answer, null where nothing is known."""

from enum import StrEnum

from pydantic import Field

from mirroring.group import GroupCode, GroupState
from mirroring.mirror import StartFrom
from mirroring.observation import (
    Backfill,
    ChangeKind,
    Latency,
    MirroredTopic,
    Point,
    Reason,
    Status,
    Task,
)
from mirroring.schema import Moment, Schema
from mirroring.storing.observed import TaskCount


class ManagedClusterAnswer(Schema):
    """A registered cluster that a mirror reads."""

    source_kafka_cluster_id: str
    use_private_ips: bool


class ManagedSourceAnswer(Schema):
    """Where a mirror reads: a registered cluster."""

    alias: str
    managed_cluster: ManagedClusterAnswer


class ExternalClusterAnswer(Schema):
    """A cluster that is not registered; its properties are never shown again."""

    source_connection_properties: str


class ExternalSourceAnswer(Schema):
    """Where a mirror reads: a cluster that is not registered."""

    alias: str
    external_cluster: ExternalClusterAnswer


class MirrorHead(Schema):
    """What both the list and the details say of a mirror."""

    name: str
    connect_cluster: str
    source_cluster: ManagedSourceAnswer | ExternalSourceAnswer
    target_cluster: str
    rename_mirrored_topics: bool
    topics_regex: str
    topics_exclude: tuple[str, ...]
    max_tasks: int
    start_from: StartFrom
    sync_group_offsets: bool
    groups_regex: str
    target_latency: int
    description: str
    tags: dict[str, str]
    version: int
    created_at: Moment
    measured_at: Moment | None
    status: Status
    status_since: Moment
    reasons: tuple[Reason, ...]
    latency: Latency


class MirrorSummary(MirrorHead):
    """A mirror in a list; `topics` counts."""

    topics: int
    tasks: TaskCount


class ConnectorAnswer(Schema):
    """A connector as the last sample saw it, and its configuration as it should be, redacted."""

    name: str
    kind: str
    status: str | None
    worker: str | None
    trace: str | None
    tasks: tuple[Task, ...]
    config: dict[str, str]


class GroupOffsetAnswer(Schema):
    """A group on one partition: what it committed on the source, as what, and what on the target.

    A consumer that moves resumes at `target`.
    """

    topic: str
    mirrored_name: str
    partition: int
    source: int
    translated: int | None
    target: int | None


class GroupReasonAnswer(Schema):
    """Why a group is not translated, and what to do."""

    code: GroupCode
    message: str
    action: str


class GroupAnswer(Schema):
    """A consumer group whose offsets are translated; `age` of the newest translation, in ms."""

    name: str
    state: GroupState
    offsets: tuple[GroupOffsetAnswer, ...]
    age: int | None
    reason: GroupReasonAnswer | None


class MirrorAnswer(MirrorHead):
    """A mirror in full."""

    backfill: Backfill | None
    mirrored_topics: tuple[MirroredTopic, ...]
    connectors: tuple[ConnectorAnswer, ...]
    groups: tuple[GroupAnswer, ...]
    groups_total: int


class PreviewedTopic(Schema):
    """A topic that would be mirrored; `exists` on the target, null where that could not be seen."""

    name: str
    mirrored_name: str
    partitions: int
    exists: bool | None


class ProblemAnswer(Schema):
    """Why a create would be refused: the type of its problem, and the field where one is meant."""

    type: str
    field: str | None
    message: str


class Caution(StrEnum):
    """What a warning is about."""

    NO_TOPICS = "NO_TOPICS"
    FEWER_TASKS_THAN_WORKERS = "FEWER_TASKS_THAN_WORKERS"
    MORE_TASKS_THAN_PARTITIONS = "MORE_TASKS_THAN_PARTITIONS"
    SECRETS_IN_CONFIG = "SECRETS_IN_CONFIG"
    RETENTION_SHORT = "RETENTION_SHORT"
    LOG_APPEND_TIME = "LOG_APPEND_TIME"
    TOPIC_EXISTS = "TOPIC_EXISTS"
    TARGET_NOT_SEEN = "TARGET_NOT_SEEN"


class WarningAnswer(Schema):
    """What is worth knowing, and refuses nothing."""

    code: Caution
    message: str


class PreviewAnswer(Schema):
    """What a create would do; with problems it would do nothing."""

    topics: tuple[PreviewedTopic, ...] = ()
    partitions: int = 0
    problems: tuple[ProblemAnswer, ...] = ()
    warnings: tuple[WarningAnswer, ...] = ()
    connectors: tuple[ConnectorAnswer, ...] = ()


class Effect(Schema):
    """What a change does to the topics that are mirrored."""

    topics_added: tuple[str, ...] = ()
    topics_removed: tuple[str, ...] = ()


class ChangedMirrorAnswer(MirrorAnswer):
    """A mirror in full, and what its change does."""

    effect: Effect


class ChangeAnswer(Schema):
    """One line of a mirror's changes; `from` and `to` are statuses, or the changed fields."""

    at: Moment
    kind: ChangeKind
    before: str | dict[str, object] | None = Field(alias="from")
    after: str | dict[str, object] | None = Field(alias="to")
    reasons: tuple[Reason, ...]
    took_ms: int | None
    by: str | None


class ClusterAnswer(Schema):
    """A registered Kafka cluster; `brokers` counts, `usedBy` names mirrors and Connect clusters."""

    name: str
    bootstrap_servers: tuple[str, ...]
    private_bootstrap_servers: tuple[str, ...]
    cluster_id: str
    brokers: int
    security_protocol: str
    sasl_mechanism: str | None
    description: str
    tags: dict[str, str]
    created_at: Moment
    updated_at: Moment
    used_by: tuple[str, ...]


class ConnectClusterAnswer(Schema):
    """A registered Connect cluster; `workers` counts, `connectedClusters` are its sources."""

    name: str
    urls: tuple[str, ...]
    kafka_cluster: str
    config_provider: str | None
    offset_flush_ms: int
    version: str
    workers: int
    connected_clusters: tuple[str, ...]
    created_at: Moment
    updated_at: Moment


class MirrorList(Schema):
    """Mirrors by name."""

    mirrors: tuple[MirrorSummary, ...]
    next_token: str | None


class ClusterList(Schema):
    """Kafka clusters by name."""

    clusters: tuple[ClusterAnswer, ...]
    next_token: str | None


class ConnectClusterList(Schema):
    """Connect clusters by name."""

    connect_clusters: tuple[ConnectClusterAnswer, ...]
    next_token: str | None


class PointList(Schema):
    """A mirror's history, or that of one of its topics, oldest first."""

    points: tuple[Point, ...]


class ChangeList(Schema):
    """A mirror's changes, newest first."""

    changes: tuple[ChangeAnswer, ...]
    next_token: str | None
