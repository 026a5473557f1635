"""What Kafka Connect's REST API tells of its connectors, read from its JSON."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from mirroring.kafka_types import Partition, new_tuple
from mirroring.observation import Connector, Task
from mirroring.redaction import HIDDEN, scrubbed

_KINDS = {
    "MirrorSourceConnector": "Mirror Connector",
    "MirrorCheckpointConnector": "Checkpoint Connector",
    "MirrorHeartbeatConnector": "Heartbeat Connector",
}


@dataclass(frozen=True)
class About:
    """A worker: its Connect version and the `cluster.id` of the Kafka cluster it works on."""

    version: str
    kafka_cluster_id: str


@dataclass(frozen=True)
class ConnectorInfo:
    """A connector: its stored configuration, secrets in clear, and how it is."""

    config: Mapping[str, str] = field(repr=False)
    connector: Connector


def read_connector(
    name: str, config: Mapping[str, str | None], status: Mapping[str, Any]
) -> ConnectorInfo:
    """A connector from its stored configuration and its status (`{}` where Connect has none).

    Raises KeyError, TypeError, ValueError, AttributeError for what Connect would not say.
    """
    given = {key: str(value) for key, value in config.items() if value is not None}
    state = status.get("connector", {})
    connector = Connector(
        name=name,
        kind=_kind(given.get("connector.class", "")),
        status=state.get("state"),
        worker=state.get("worker_id"),
        trace=_trace(state, given),
        tasks=tuple(
            Task(
                id=task["id"],
                status=task["state"],
                worker=task["worker_id"],
                trace=_trace(task, given),
            )
            for task in sorted(status.get("tasks", ()), key=lambda task: int(task["id"]))
        ),
    )
    return ConnectorInfo(given, connector)


def without_secrets(connector: Connector, *properties: Mapping[str, str]) -> Connector:
    """The connector with traces that quote none of these properties' secrets.

    Where its configuration holds placeholders only the vault knows what a trace may quote.
    """
    return _retold(connector, lambda trace: scrubbed(trace, *properties))


def without_traces(connector: Connector) -> Connector:
    """The connector without what it says of its failures."""
    return _retold(connector, lambda _: HIDDEN)


def _retold(connector: Connector, tell: Callable[[str], str]) -> Connector:
    def told_again(trace: str | None) -> dict[str, str | None]:
        return {"trace": tell(trace) if trace else None}

    tasks = (one.model_copy(update=told_again(one.trace)) for one in connector.tasks)
    return connector.model_copy(update={**told_again(connector.trace), "tasks": tuple(tasks)})


def workers(connectors: Iterable[ConnectorInfo]) -> int | None:
    """How many distinct workers connectors and tasks are on; None where none shows.

    Connect's REST API lists no others, and one URL may be a load balancer before many workers.
    """
    seen = set()
    for one in connectors:
        seen |= {one.connector.worker, *(task.worker for task in one.connector.tasks)}
    return len(seen - {None}) or None


def assignments(tasks: list[Any]) -> dict[int, frozenset[Partition]]:
    """The source partitions of each task, from `task.assigned.partitions` (`topic-partition,…`)."""
    return {
        task["id"]["task"]: _partitions(task["config"].get("task.assigned.partitions", ""))
        for task in tasks
    }


def committed(offsets: Mapping[str, Any]) -> dict[Partition, int]:
    """The last acknowledged source offset of each partition, from a source connector's offsets."""
    found = {}
    for entry in offsets["offsets"]:
        if (at := entry["offset"]) and "cluster" in (place := entry["partition"]):
            found[new_tuple(Partition, (place["topic"], place["partition"]))] = at["offset"]
    return found


# Tasks are assigned anew when topics come or connectors change, and asked each minute.
@lru_cache(maxsize=1_024)
def _partitions(text: str) -> frozenset[Partition]:
    """A topic's name may hold dashes, so the last one divides."""
    divided = (one.strip().rpartition("-") for one in text.split(",") if one)
    return frozenset(Partition(topic, int(index)) for topic, _, index in divided)


def _trace(state: Mapping[str, Any], config: Mapping[str, str]) -> str | None:
    trace = state.get("trace")
    return scrubbed(trace, config) if trace else None


def _kind(connector_class: str) -> str:
    name = connector_class.rpartition(".")[2]
    return _KINDS.get(name, name)
