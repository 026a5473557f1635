"""The world of the examples: one mirror from Frankfurt to Ohio, and what a sample saw of it."""

from datetime import UTC, datetime, timedelta

from mirroring.cluster import ConnectCluster, KafkaCluster
from mirroring.group import Group, GroupCode, GroupOffset, GroupReason, GroupState
from mirroring.mirror import Intent, Mirror, Source
from mirroring.observation import (
    Change,
    ChangeKind,
    Code,
    Connector,
    Latency,
    MirroredTopic,
    Observation,
    Point,
    Status,
    Task,
    TopicState,
)
from mirroring.reasons import reason

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NAME = "eu.us-core.k3x9q"
WORKERS = ("10.0.0.7:8083", "10.0.0.8:8083")
WRITTEN = BEGIN + timedelta(minutes=2)
SAMPLED = BEGIN + timedelta(minutes=5)
NEXT_WRITE = SAMPLED + timedelta(seconds=20)

EU = KafkaCluster(
    name="eu-core",
    bootstrap_servers=("broker-1.eu.example.com:9096", "broker-2.eu.example.com:9096"),
    cluster_id="rhtSwFSFSo64AatTwuvILw",
    brokers=3,
    revision=1,
    security_protocol="SASL_SSL",
    sasl_mechanism="SCRAM-SHA-512",
    description="Frankfurt",
    tags={"team": "core"},
    created_at=BEGIN,
    updated_at=BEGIN,
)
US = KafkaCluster(
    name="us-core",
    bootstrap_servers=("broker-1.us.example.com:9092",),
    cluster_id="WupJABj_RF6YsCsz3qysxg",
    brokers=3,
    revision=1,
    description="Ohio",
    created_at=BEGIN,
    updated_at=BEGIN,
)
CONNECT = ConnectCluster(
    name="us-connect",
    urls=("https://connect-1.us.example.com:8083", "https://connect-2.us.example.com:8083"),
    kafka_cluster="us-core",
    version="4.3.1",
    workers=2,
    revision=1,
    created_at=BEGIN,
    updated_at=BEGIN,
)
MIRROR = Mirror(
    name=NAME,
    connect_cluster="us-connect",
    source=Source(alias="eu", managed="eu-core", cluster_id=EU.cluster_id),
    target_cluster="us-core",
    target_cluster_id=US.cluster_id,
    topics_regex=r"orders\..*",
    max_tasks=3,
    sync_group_offsets=True,
    version=3,
    created_at=BEGIN,
    updated_at=WRITTEN,
)
CREATED = MIRROR.model_copy(update={"target_latency": 60_000, "version": 1, "updated_at": BEGIN})
HELD, REMOVED = (
    MIRROR.model_copy(update={"intent": intent, "version": 4, "updated_at": NEXT_WRITE})
    for intent in (Intent.PAUSED, Intent.DELETED)
)


def _tasks(count: int, partitions: int | None = None) -> tuple[Task, ...]:
    """So many tasks, spread over the workers, each with so many partitions."""
    return tuple(
        Task(id=one, status="RUNNING", worker=WORKERS[one % 2], partitions=partitions)
        for one in range(count)
    )


SEEN = Observation(
    mirror=NAME,
    sequence=5,
    measured_at=SAMPLED,
    status=Status.IN_SYNC,
    status_since=BEGIN + timedelta(minutes=1),
    latency=Latency(average=21, max=63, behind=0, lag_records=0),
    topics=(
        MirroredTopic(
            name="orders.new",
            mirrored_name="eu.orders.new",
            state=TopicState.ACTIVE,
            partitions=3,
            average_latency=21,
            max_latency=63,
            average_rate=10.2,
            behind=0,
            lag_records=0,
            last_produced_at=SAMPLED,
        ),
    ),
    connectors=(
        Connector(
            name=MIRROR.source_connector,
            kind="Mirror Connector",
            status="RUNNING",
            worker=WORKERS[0],
            tasks=_tasks(3, partitions=1),
        ),
        Connector(
            name=MIRROR.checkpoint_connector,
            kind="Checkpoint Connector",
            status="RUNNING",
            worker=WORKERS[1],
            tasks=_tasks(2),
        ),
    ),
    groups=(
        Group(
            name="billing",
            state=GroupState.TRANSLATED,
            translated_at=BEGIN + timedelta(minutes=4, seconds=30),
            offsets=(GroupOffset("orders.new", 0, 4711, 4690, 4690),),
        ),
        Group(
            name="shipping",
            state=GroupState.NOT_TRANSLATED,
            reason=GroupReason(GroupCode.ACTIVE_ON_TARGET),
            translated_at=BEGIN + timedelta(minutes=2),
            offsets=(GroupOffset("orders.new", 0, 4600, 4580, 4702),),
        ),
    ),
    groups_total=2,
)
POINTS = tuple(
    Point(
        at=BEGIN + timedelta(minutes=minute),
        average=16 + minute,
        max=58 + minute,
        behind=0,
        lag_records=0,
        status=Status.IN_SYNC,
    )
    for minute in (4, 5)
)
CHANGES = (
    Change(
        mirror=NAME,
        at=BEGIN + timedelta(hours=2),
        kind=ChangeKind.STATUS,
        before=Status.IN_SYNC,
        after=Status.STALE_TOPIC,
        reasons=(reason(Code.STALE_TOPIC, BEGIN + timedelta(hours=2), topic="orders.new"),),
        took_ms=7_140_000,
    ),
    Change(
        mirror=NAME,
        at=WRITTEN,
        kind=ChangeKind.WRITE,
        before={"targetLatency": 60_000},
        after={"targetLatency": 30_000},
        by="ada@example.com",
    ),
)
