"""The mirror of docs/openapi.json's examples with its clusters, and what samples may say of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from mirroring.cluster import ConnectCluster, KafkaCluster
from mirroring.mirror import Mirror, Source
from mirroring.observation import (
    Change,
    ChangeKind,
    Code,
    Connector,
    Latency,
    MirroredTopic,
    Observation,
    Reason,
    Severity,
    Status,
    Task,
    TopicState,
)
from mirroring.storing.tombstones import Tombstone

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NAME = "eu.us-core.k3x9q"


def after(**passed: float) -> datetime:
    """A moment so much later than the mirror's creation."""
    return BEGIN + timedelta(**passed)


def a_cluster(name: str = "eu-core", **fields: Any) -> KafkaCluster:
    """A registered Kafka cluster."""
    defaults: dict[str, Any] = {
        "bootstrap_servers": ("broker:9092",),
        "cluster_id": f"id-of-{name}",
        "brokers": 3,
        "created_at": BEGIN,
        "updated_at": BEGIN,
    }
    return KafkaCluster(name=name, **defaults | fields)


def a_connect_cluster(name: str = "us-connect", **fields: Any) -> ConnectCluster:
    """A registered Connect cluster."""
    defaults: dict[str, Any] = {
        "urls": ("http://connect:8083",),
        "kafka_cluster": "us-core",
        "version": "4.3.1",
        "workers": 3,
        "created_at": BEGIN,
        "updated_at": BEGIN,
    }
    return ConnectCluster(name=name, **defaults | fields)


def a_mirror(name: str = NAME, **fields: Any) -> Mirror:
    """The example's mirror, from eu-core to us-core."""
    defaults: dict[str, Any] = {
        "connect_cluster": "us-connect",
        "source": Source(alias="eu", managed="eu-core", cluster_id="id-of-eu-core"),
        "target_cluster": "us-core",
        "target_cluster_id": "id-of-us-core",
        "topics_regex": r"orders\..*",
        "max_tasks": 3,
        "created_at": BEGIN,
        "updated_at": BEGIN,
    }
    return Mirror(name=name, **defaults | fields)


def a_tombstone(name: str = NAME, **fields: Any) -> Tombstone:
    """What the mirror leaves behind when it is removed."""
    defaults: dict[str, Any] = {"connect_cluster": "us-connect", "until": after(days=1)}
    return Tombstone(mirror=name, **defaults | fields)


def a_topic(name: str = "orders.new", **fields: Any) -> MirroredTopic:
    """A topic that is written to."""
    defaults: dict[str, Any] = {
        "mirrored_name": f"eu.{name}",
        "state": TopicState.ACTIVE,
        "partitions": 3,
        "average_latency": 21,
        "max_latency": 63,
        "average_rate": 10.2,
        "behind": 0,
        "lag_records": 0,
    }
    return MirroredTopic(name=name, **defaults | fields)


def an_observation(sequence: int = 1, mirror: str = NAME, **fields: Any) -> Observation:
    """The sample of that many minutes after the creation, in sync unless told otherwise."""
    tasks = tuple(Task(id=one, status="RUNNING", worker="10.0.0.7:8083") for one in range(3))
    source = Connector(name=f"{mirror}.source", kind="Mirror Connector", status="RUNNING")
    defaults: dict[str, Any] = {
        "measured_at": after(minutes=sequence),
        "status": Status.IN_SYNC,
        "status_since": after(minutes=1),
        "latency": Latency(average=21, max=63, behind=0, lag_records=0),
        "topics": (a_topic(),),
        "connectors": (source.model_copy(update={"tasks": tasks}),),
    }
    return Observation(mirror=mirror, sequence=sequence, **defaults | fields)


def a_reason(code: Code = Code.STALLED, **fields: Any) -> Reason:
    """Something that is wrong."""
    defaults: dict[str, Any] = {
        "severity": Severity.CRITICAL,
        "topic": "orders.new",
        "partition": 2,
        "measured": 95_000,
        "threshold": 30_000,
        "since": after(minutes=1),
        "message": "Nothing of orders.new, partition 2, was copied for 1 min 35 s.",
        "action": "Check READ on the topic.",
    }
    return Reason(code=code, **defaults | fields)


def a_change(**fields: Any) -> Change:
    """A judgement that people are told of."""
    defaults: dict[str, Any] = {
        "mirror": NAME,
        "at": after(minutes=2),
        "kind": ChangeKind.STATUS,
        "before": Status.IN_SYNC,
        "after": Status.OUT_OF_SYNC,
        "reasons": (a_reason(),),
        "took_ms": 60_000,
        "alert": True,
    }
    return Change(**defaults | fields)


def a_write(**fields: Any) -> Change:
    """A line that says what a person did."""
    defaults: dict[str, Any] = {
        "mirror": NAME,
        "at": BEGIN,
        "kind": ChangeKind.WRITE,
        "after": {"targetLatency": 30_000},
        "by": "anna",
    }
    return Change(**defaults | fields)
