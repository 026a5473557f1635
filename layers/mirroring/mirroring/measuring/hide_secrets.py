"""Connect's traces, told without what the vault holds: they may quote what a placeholder became."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mirroring.cluster import ConnectCluster
from mirroring.connections import Connections
from mirroring.errors import ProblemError
from mirroring.kafka_connect.connector_info import without_secrets, without_traces
from mirroring.measuring.readings import MirrorReadings
from mirroring.observation import Connector


def hide_secrets(
    all_readings: Sequence[MirrorReadings], connections: Connections, cluster: ConnectCluster
) -> None:
    """Every mirror's traces without the secrets of both sides; none where those are not known."""
    for readings in filter(_has_traces, all_readings):
        known = _known(readings, connections, cluster)
        readings.connect = replace(
            readings.connect,
            connector=_hidden(readings.connect.connector, known),
            checkpoint=_hidden(readings.connect.checkpoint, known),
        )


def _has_traces(readings: MirrorReadings) -> bool:
    both = (readings.connect.connector, readings.connect.checkpoint)
    return any(one.trace or any(task.trace for task in one.tasks) for one in both if one)


def _known(
    readings: MirrorReadings, connections: Connections, cluster: ConnectCluster
) -> Sequence[Mapping[str, str]] | None:
    try:
        return (connections.source(readings.mirror), connections.target(cluster))
    except ProblemError:
        return None


def _hidden(
    connector: Connector | None, known: Sequence[Mapping[str, str]] | None
) -> Connector | None:
    if connector is None:
        return None
    return without_traces(connector) if known is None else without_secrets(connector, *known)
