"""What Connect tells of mirrors: states, assignments and committed offsets."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from mirroring.errors import ConnectUnavailable
from mirroring.kafka_connect.client import ConnectClient
from mirroring.kafka_connect.connector_info import ConnectorInfo
from mirroring.kafka_connect.version import OFFSETS_SINCE, number
from mirroring.kafka_types import Partition
from mirroring.measuring.assess import with_partitions
from mirroring.measuring.readings import ConnectReading, MirrorReadings
from mirroring.observation import Code
from mirroring.redaction import holds_secret

CONNECT_THREADS = 8


def read_connect(
    connect: ConnectClient, all_readings: Sequence[MirrorReadings], version: str
) -> None:
    """What Connect tells: all connectors at once, then each mirror's tasks and offsets.

    All within CONNECT_S: with Connect's own cluster down every one of these calls may hang.
    """
    try:
        connectors = connect.connectors()
    except ConnectUnavailable as error:
        for readings in all_readings:
            readings.unobservable[Code.CONNECT_UNREACHABLE] = error.detail
        return
    with ThreadPoolExecutor(max_workers=CONNECT_THREADS) as pool:
        list(
            pool.map(lambda one: _read_connectors(connect, connectors, one, version), all_readings)
        )


def _read_connectors(
    connect: ConnectClient,
    connectors: Mapping[str, ConnectorInfo],
    readings: MirrorReadings,
    version: str,
) -> None:
    """A mirror's connectors; the list leaves out a young one, so a missing one is asked for."""
    source, checkpoint = readings.mirror.source_connector, readings.mirror.checkpoint_connector
    known = connectors.get(source)
    try:
        known = known or connect.connector(source)
        assigned, committed = _offsets(connect, source, version) if known else (None, None)
    except ConnectUnavailable as error:
        readings.unobservable[Code.CONNECT_UNREACHABLE] = error.detail
        return
    readings.plain_secrets = known is not None and _holds_secrets(known.config)
    by_task = assigned or {}
    readings.connect = ConnectReading(
        connector=with_partitions(known.connector, by_task) if known else None,
        checkpoint=connectors[checkpoint].connector if checkpoint in connectors else None,
        assigned=frozenset().union(*by_task.values()) if assigned is not None else None,
        committed=committed,
    )


def _offsets(
    connect: ConnectClient, name: str, version: str
) -> tuple[dict[int, frozenset[Partition]] | None, dict[Partition, int] | None]:
    """Assignments and committed offsets; None for what Connect does not tell in time.

    Both hang while Connect's own cluster is down, or while a stuck task is being stopped, and the
    states still answer: that alone is no reason to call Connect unreachable. Before 3.5 it tells no
    offsets (KIP-875), and answers 404 as for a connector that has none.
    """
    try:
        assigned = connect.assignments(name) or {}
    except ConnectUnavailable:
        return None, None
    if () < number(version) < OFFSETS_SINCE:
        return assigned, None
    try:
        return assigned, connect.offsets(name)
    except ConnectUnavailable:
        return assigned, None


def _holds_secrets(config: Mapping[str, str]) -> bool:
    """Whether a connector's configuration holds a secret that is no placeholder."""
    return any(holds_secret(key, value) for key, value in config.items())
