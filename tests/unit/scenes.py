"""Scenes for the tests of status.py: a healthy mirror, and what is changed about it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mirroring.measuring.status_inputs import StatusInputs, Topic
from mirroring.mirror import Intent, Mirror, Source
from mirroring.observation import Connector, Observation, Status, Task, TopicState

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TARGET_MS = 30_000


def mirror(age: timedelta = timedelta(hours=1), **changes: Any) -> Mirror:
    """A mirror of eu-core on us-core, made `age` ago."""
    facts: dict[str, Any] = {
        "name": "eu.us-core.k3x9q",
        "connect_cluster": "us-connect",
        "source": Source(alias="eu", managed="eu-core", cluster_id="source-id"),
        "target_cluster": "us-core",
        "target_cluster_id": "target-id",
        "max_tasks": 1,
        "target_latency": TARGET_MS,
        "created_at": NOW - age,
        "updated_at": NOW - age,
    }
    return Mirror(**facts | changes)


def connector(status: str | None = "RUNNING", *tasks: str, trace: str | None = None) -> Connector:
    """The mirror connector, its tasks in these states; a trace is the last failed part's."""
    rows = [
        Task(id=number, status=state, worker="w:8083", trace=trace if state == "FAILED" else None)
        for number, state in enumerate(tasks)
    ]
    return Connector(
        name="eu.us-core.k3x9q.source",
        kind="Mirror Connector",
        status=status,
        worker="w:8083",
        trace=trace if status == "FAILED" else None,
        tasks=tuple(rows),
    )


def topic(state: TopicState = TopicState.ACTIVE, **facts: Any) -> Topic:
    """The topic orders.new in this state."""
    return replace(Topic("orders.new", "eu.orders.new", state), **facts)


def inputs(**changes: Any) -> StatusInputs:
    """A healthy mirror with one active topic, and what is different about it."""
    healthy = StatusInputs(
        now=NOW,
        mirror=mirror(),
        connector=connector("RUNNING", "RUNNING"),
        matched=1,
        topics=(topic(latency=20),),
    )
    return replace(healthy, **changes)


def observed(status: Status = Status.IN_SYNC, **facts: Any) -> Observation:
    """What the sample a minute ago saw."""
    base: dict[str, Any] = {
        "mirror": "eu.us-core.k3x9q",
        "sequence": 7,
        "measured_at": NOW - timedelta(minutes=1),
        "status": status,
        "status_since": NOW - timedelta(minutes=30),
    }
    return Observation(**base | facts)


def removed() -> Mirror:
    """A mirror that a person removed."""
    return mirror(intent=Intent.DELETED)
