"""What the API answers of mirrors: one shape a kind of answer, null where nothing is known."""

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
    TopicFigures,
    TopicState,
)
from mirroring.schema import Moment, Schema
from mirroring.storing.observation_item import TaskCount


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


class Recent(Schema):
    """How far behind in each minute of the last hour; null for a minute without a sample."""

    since: Moment = Field(alias="from")
    step_ms: int
    behind: tuple[int | None, ...]


class MirrorSummary(MirrorHead):
    """A mirror in a list; `topics` counts, `recent` is there when it is asked for."""

    topics: int
    tasks: TaskCount
    recent: Recent | None


class ConnectorAnswer(Schema):
    """A connector as the last sample saw it, and its configuration as it should be, redacted."""

    name: str
    kind: str
    status: str | None
    worker: str | None
    trace: str | None
    tasks: tuple[Task, ...]
    tasks_total: int
    config: dict[str, str]
    baseline: dict[str, str]


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
    topics_next_token: str | None
    connectors: tuple[ConnectorAnswer, ...]
    groups: tuple[GroupAnswer, ...]
    groups_total: int


class Effect(Schema):
    """What a change does to the topics that are mirrored."""

    topics_added: tuple[str, ...] = ()
    topics_added_total: int = 0
    topics_removed: tuple[str, ...] = ()
    topics_removed_total: int = 0


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


class MirrorList(Schema):
    """Mirrors by name."""

    mirrors: tuple[MirrorSummary, ...]
    next_token: str | None


class MirrorCounts(Schema):
    """How many mirrors there are; with a `nextToken` there are more, to be counted and added."""

    total: int
    by_status: dict[Status, int]
    by_connect_cluster: dict[str, int]
    next_token: str | None


class TopicList(Schema):
    """A mirror's topics, worst first."""

    mirrored_topics: tuple[MirroredTopic, ...]
    next_token: str | None


class PartitionAnswer(Schema):
    """A partition as the last sample saw it, in ms and offsets; null where nothing is known."""

    partition: int
    state: TopicState
    behind: int | None = None
    lag_records: int | None = None
    average_latency: int | None = None
    source_start: int | None = None
    source_end: int | None = None
    copied_to: int | None = None
    target_end: int | None = None
    last_produced_at: Moment | None = None
    unknown: str | None = None


class TopicAnswer(TopicFigures):
    """A topic in full, with its partitions by number."""

    partitions: tuple[PartitionAnswer, ...]
    partitions_total: int


class PointList(Schema):
    """A mirror's history, or that of one of its topics, oldest first."""

    points: tuple[Point, ...]
    resolution: int | None


class ChangeList(Schema):
    """A mirror's changes, newest first."""

    changes: tuple[ChangeAnswer, ...]
    next_token: str | None
