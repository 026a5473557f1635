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
    sheets: Sequence[MirrorReadings], connections: Connections, cluster: ConnectCluster
) -> None:
    """Every sheet's traces without the secrets of both sides; none where those are not known."""
    for sheet in filter(_has_traces, sheets):
        known = _known(sheet, connections, cluster)
        sheet.seen = replace(
            sheet.seen,
            connector=_hidden(sheet.seen.connector, known),
            checkpoint=_hidden(sheet.seen.checkpoint, known),
        )


def _has_traces(sheet: MirrorReadings) -> bool:
    both = (sheet.seen.connector, sheet.seen.checkpoint)
    return any(one.trace or any(task.trace for task in one.tasks) for one in both if one)


def _known(
    sheet: MirrorReadings, connections: Connections, cluster: ConnectCluster
) -> Sequence[Mapping[str, str]] | None:
    try:
        return (connections.source(sheet.mirror), connections.target(cluster))
    except ProblemError:
        return None


def _hidden(
    connector: Connector | None, known: Sequence[Mapping[str, str]] | None
) -> Connector | None:
    if connector is None:
        return None
    return without_traces(connector) if known is None else without_secrets(connector, *known)
