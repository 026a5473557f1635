"""A mirror, its connectors as Connect tells of them, and what was seen and done before."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from mirroring.kafka_connect.connector_info import ConnectorInfo
from mirroring.mirror import Intent, Mirror, Source
from mirroring.observation import Code, Connector, Observation, Reason, Severity, Status, Task
from mirroring.reconciled import Applied, Reconciled, Repairs
from mirroring.reconciling.desired import DesiredConnectors

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
SOURCE, CHECKPOINT = "eu.us-core.k3x9q.source", "eu.us-core.k3x9q.checkpoint"
CONFIG = {"topics": "orders", "source.cluster.ssl.key.password": "hunter2"}
DESIRED = DesiredConnectors({SOURCE: CONFIG, CHECKPOINT: {"groups": ".*"}})
BOTH = {SOURCE: "RUNNING", CHECKPOINT: "RUNNING"}
MINUTE = timedelta(minutes=1)


def mirror(intent: Intent = Intent.RUNNING, version: int = 1) -> Mirror:
    """A mirror of eu-core in us-core."""
    return Mirror(
        name="eu.us-core.k3x9q",
        connect_cluster="us-connect",
        source=Source(alias="eu", managed="eu-core", cluster_id="eu-id"),
        target_cluster="us-core",
        target_cluster_id="us-id",
        max_tasks=1,
        intent=intent,
        version=version,
        created_at=NOW,
        updated_at=NOW,
    )


def told(
    states: Mapping[str, str], config: Mapping[str, str] = CONFIG, task: str = "RUNNING"
) -> dict[str, ConnectorInfo]:
    """Connectors in these states, the source connector with this configuration and one task."""
    tasks = (Task(id=0, status=task, worker="w:8083"),)
    configs = {SOURCE: config, CHECKPOINT: DESIRED.configurations[CHECKPOINT]}
    return {
        name: ConnectorInfo(
            {**configs[name], "name": name},
            Connector(name=name, kind="", status=state, tasks=tasks if name == SOURCE else ()),
        )
        for name, state in states.items()
    }


def seen(
    *codes: Code, connectors: tuple[str, ...] = (SOURCE, CHECKPOINT), **at: Any
) -> Observation:
    """The last sample's judgement; by default it was taken just now."""
    reasons = tuple(
        Reason(
            code=code,
            severity=Severity.CRITICAL,
            connector=CHECKPOINT if code is Code.CHECKPOINT_FAILED else SOURCE,
            since=at.get("since", NOW - 10 * MINUTE),
            message="It failed.",
            action="Mend it.",
        )
        for code in codes
    )
    return Observation(
        mirror="eu.us-core.k3x9q",
        sequence=1,
        measured_at=at.get("measured_at", NOW),
        status=Status.OUT_OF_SYNC,
        status_since=NOW,
        reasons=reasons,
        connectors=tuple(Connector(name=name, kind="") for name in connectors),
    )


def repairs(count: int, minutes: float, what: str = "topics") -> Repairs:
    """So often put right, so long ago the last time."""
    return Repairs(count=count, at=NOW - minutes * MINUTE, what=what)


def done(
    *names: str, basis: str = DESIRED.basis, at: datetime = NOW - timedelta(hours=1), **more: Any
) -> Reconciled:
    """What was done before: these connectors took the wanted configuration."""
    applied = {name: Applied(basis=basis, at=at) for name in names}
    return Reconciled(mirror="eu.us-core.k3x9q", applied=applied, **more)
