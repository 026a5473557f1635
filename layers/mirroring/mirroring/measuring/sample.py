"""One sample of a Connect cluster's mirrors, start to end: read, figure, judge, record."""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from mirroring.cluster import ConnectCluster
from mirroring.connecting.connections import Connections, Place, place
from mirroring.errors import ConnectUnavailable, ProblemError
from mirroring.facts import Partition
from mirroring.kafka_connect.connect import Connect
from mirroring.kafka_connect.told import Told
from mirroring.measuring import at_source, group_reading, looking_up, reading
from mirroring.measuring.assess import figure, late_topics, with_partitions
from mirroring.measuring.figures import Pace
from mirroring.measuring.login import try_login
from mirroring.measuring.memory import unpack
from mirroring.measuring.recording import Recorder, portions
from mirroring.measuring.sheet import Seen, Sheet
from mirroring.mirror import Intent
from mirroring.observation import Code, Observation
from mirroring.probing.probe import Probe, probe
from mirroring.redaction import redacted
from mirroring.storing.observed import State
from mirroring.storing.samples import Samples
from mirroring.storing.store import Store

MINUTE_MS = 60_000
CONNECT_THREADS = 8
CONNECT_S = 10.0


@dataclass(frozen=True, slots=True)
class Sampler:
    """What a sample needs of the outside; `window_s` is the activity window W, `clock` tells ms."""

    store: Store
    samples: Samples
    connections: Connections
    window_s: int
    clock: reading.Clock = reading.now_ms

    def take(
        self, connect_cluster: str, names: Sequence[str], seconds: float = math.inf
    ) -> Iterator[Observation]:
        """Sample these mirrors of one Connect cluster, and yield each once it is recorded.

        What does not fit into `seconds` is skipped, and is first in turn the next time. Raises
        Unavailable when our own tables cannot be read; a mirror that fails alone costs the others
        nothing, and is raised in the end.
        """
        until = time.monotonic() + seconds
        cluster = self.connections.registry.connect_cluster(connect_cluster)
        recorder = Recorder(self.samples, self.window_s, cluster.workers, self.clock, until)
        longest = 0.0
        for portion in portions(self.samples.states(names)):
            began = time.monotonic()
            if began + longest >= until:
                recorder.skipped += portion
                continue
            yield from self._take(cluster, portion, recorder)
            longest = max(longest, time.monotonic() - began)
        recorder.end()

    def _take(
        self, cluster: ConnectCluster, states: Mapping[str, State], recorder: Recorder
    ) -> Iterator[Observation]:
        """Sample some mirrors together, step by step."""
        at = self.clock()
        sheets = self._sheets(states)
        _read_connect(self.connections.connect(cluster).within(CONNECT_S), sheets)
        groups = self._sources(sheets)
        _each(
            groups,
            lambda source, some: at_source.read_source(probe(*source), some, self.clock),
        )
        _each(groups, try_login)
        target = probe(*place(self.connections.target(cluster)))
        reading.read_target(target, sheets, self.clock)
        paces = {one.mirror.name: _pace(one, cluster) for one in sheets}
        _each(groups, lambda source, some: looking_up.look_up(probe(*source), some, paces))
        looked = self.clock()
        reading.listen(target, sheets)
        for sheet in sheets:
            figure(sheet, paces[sheet.mirror.name], looked)
        late = {one.mirror.name: late_topics(one, paces[one.mirror.name]) for one in sheets}
        _each(groups, lambda source, some: at_source.read_retention(probe(*source), some, late))
        _read_groups(groups, target, sheets)
        yield from recorder.record_all(sheets, paces, at)

    def _sheets(self, states: Mapping[str, State]) -> list[Sheet]:
        """An empty sheet for each mirror that still exists."""
        names = list(states)
        done = self.store.reconciled_of(names)
        mirrors = [one for one in self.store.mirrors(names) if one.intent is not Intent.DELETED]
        return [
            Sheet(
                mirror=mirror,
                state=states[mirror.name],
                memory=unpack(states[mirror.name].memory),
                refused=done[mirror.name].refused,
                given_up=done[mirror.name].given_up(),
            )
            for mirror in mirrors
        ]

    def _sources(self, sheets: Sequence[Sheet]) -> dict[Place, list[Sheet]]:
        """The mirrors by the source that they read, each with its own credentials."""
        groups: dict[Place, list[Sheet]] = {}
        for sheet in sheets:
            try:
                source = place(self.connections.source(sheet.mirror))
            except ProblemError as error:
                sheet.away[Code.SOURCE_UNREACHABLE] = error.detail
                continue
            sheet.isolation = source[1].isolation
            groups.setdefault(source, []).append(sheet)
        return groups


def _each(
    groups: Mapping[Place, list[Sheet]], step: Callable[[Place, Sequence[Sheet]], None]
) -> None:
    """Do a step for every source at once: a silent one must not hold up the others."""
    if not groups:
        return
    with ThreadPoolExecutor(max_workers=len(groups)) as pool:
        list(pool.map(step, groups.keys(), groups.values()))


def _read_groups(
    sources: Mapping[Place, list[Sheet]], target: Probe, sheets: Sequence[Sheet]
) -> None:
    """What consumer groups have on both sides, of the mirrors that sync them."""
    _each(sources, lambda source, some: group_reading.list_groups(probe(*source), some))
    group_reading.read_on_target(target, sheets)
    _each(sources, lambda source, some: group_reading.read_committed(probe(*source), some))


def _read_connect(connect: Connect, sheets: Sequence[Sheet]) -> None:
    """What Connect tells: all connectors at once, then each mirror's tasks and offsets.

    All within CONNECT_S: with Connect's own cluster down every one of these calls may hang.
    """
    try:
        told = connect.connectors()
    except ConnectUnavailable as error:
        for sheet in sheets:
            sheet.away[Code.CONNECT_UNREACHABLE] = error.detail
        return
    with ThreadPoolExecutor(max_workers=CONNECT_THREADS) as pool:
        list(pool.map(lambda sheet: _read_connectors(connect, told, sheet), sheets))


def _read_connectors(connect: Connect, told: Mapping[str, Told], sheet: Sheet) -> None:
    """A mirror's connectors; the list leaves out a young one, so a missing one is asked for."""
    source, checkpoint = sheet.mirror.source_connector, sheet.mirror.checkpoint_connector
    known = told.get(source)
    try:
        known = known or connect.connector(source)
        assigned, committed = _offsets(connect, source) if known else (None, None)
    except ConnectUnavailable as error:
        sheet.away[Code.CONNECT_UNREACHABLE] = error.detail
        return
    sheet.plain_secrets = known is not None and _holds_secrets(known.config)
    by_task = assigned or {}
    sheet.seen = Seen(
        connector=with_partitions(known.connector, by_task) if known else None,
        checkpoint=told[checkpoint].connector if checkpoint in told else None,
        assigned=frozenset().union(*by_task.values()) if assigned is not None else None,
        committed=committed,
    )


def _offsets(
    connect: Connect, name: str
) -> tuple[dict[int, frozenset[Partition]] | None, dict[Partition, int] | None]:
    """Assignments and committed offsets; None for what Connect does not tell in time.

    Both hang while Connect's own cluster is down, or while a stuck task is being stopped, and the
    states still answer: that alone is no reason to call Connect unreachable.
    """
    try:
        tasks = connect.assignments(name) or {}
        assigned = {
            task: frozenset(Partition(*one) for one in ones) for task, ones in tasks.items()
        }
        return assigned, {Partition(*one): at for one, at in connect.offsets(name).items()}
    except ConnectUnavailable:
        return None, None


def _holds_secrets(config: Mapping[str, str]) -> bool:
    """Whether a connector's configuration holds a secret that is no placeholder."""
    hidden = redacted(config)
    return any(hidden[key] != value and "${" not in value for key, value in config.items())


def _pace(sheet: Sheet, cluster: ConnectCluster) -> Pace:
    """How long things may take for this mirror."""
    seen = max((one.seen for one in sheet.positions.values()), default=0)
    looks: Iterable[int] = (look.at for look in sheet.looks.values())
    gap = max(looks, default=0) - seen
    return Pace(
        flush=cluster.offset_flush_ms,
        gap=min(MINUTE_MS, gap) if gap > 0 else MINUTE_MS,
        target=sheet.mirror.target_latency,
    )
