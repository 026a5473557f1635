"""One sample of a Connect cluster's mirrors, start to end: read, figure, judge, record."""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from mirroring.cluster import ConnectCluster
from mirroring.connections import Connections, Endpoint, place
from mirroring.errors import ProblemError
from mirroring.kafka_client.probe import Probe, is_kept, probe
from mirroring.measuring import expiring, group_reading
from mirroring.measuring.check_credentials import try_login
from mirroring.measuring.clock import Clock, now_ms
from mirroring.measuring.copies import note_copies
from mirroring.measuring.figures import Timing
from mirroring.measuring.hide_secrets import hide_secrets
from mirroring.measuring.kept_memory import KeptMemories, kept_memories
from mirroring.measuring.memory import unpack
from mirroring.measuring.read_connect import read_connect
from mirroring.measuring.readings import MirrorReadings, note_unobservable
from mirroring.measuring.recording import Recorder, halves, portions
from mirroring.measuring.steps import MISTAKES, Sources, dimmed, each, matching_s, measure
from mirroring.mirror import Intent
from mirroring.observation import Code, Observation
from mirroring.storing.mirror_store import MirrorStore
from mirroring.storing.observation_item import State
from mirroring.storing.observations import Observations

# Connect's own cluster may be down, and then most of its calls hang.
CONNECT_S = 10.0


@dataclass(frozen=True, slots=True)
class Sampler:
    """What a sample needs of the outside; `window_s` is the activity window W, `clock` tells ms."""

    store: MirrorStore
    samples: Observations
    connections: Connections
    window_s: int
    clock: Clock = now_ms
    kept: KeptMemories = field(default_factory=kept_memories)

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
        workers = cluster.workers or 0
        recorder = Recorder(self.samples, self.kept, self.window_s, workers, self.clock, until)
        longest = 0.0
        for portion in portions(self.samples.states(names)):
            began = time.monotonic()
            if began + longest >= until:
                recorder.skipped += portion
                continue
            yield from self._take(cluster, portion, recorder)
            longest = max(longest, time.monotonic() - began)
        recorder.end(connect_cluster)

    def _take(
        self, cluster: ConnectCluster, states: Mapping[str, State], recorder: Recorder
    ) -> Iterator[Observation]:
        """Sample some mirrors together, and where a mistake of ours ends that, by halves."""
        if time.monotonic() >= recorder.until:
            recorder.skipped += states
            return
        at, all_readings, paces = self.clock(), self._all_readings(states), dict[str, Timing]()
        try:
            paces = self._read(cluster, all_readings, at)
        except MISTAKES as error:
            if len(all_readings) > 1:
                for half in halves(states):
                    yield from self._take(cluster, half, recorder)
                return
            for readings in all_readings:
                readings.failure = error
        yield from recorder.record_all(all_readings, paces, at)

    def _read(
        self, cluster: ConnectCluster, all_readings: Sequence[MirrorReadings], at: int
    ) -> dict[str, Timing]:
        """Read and figure some mirrors together, step by step; the pace of each."""
        connections = self.connections.for_one_sample()
        self._read_connect(cluster, all_readings)
        hide_secrets(all_readings, connections, cluster)
        target = _target(cluster, all_readings, connections)
        groups = _sources(all_readings, connections)
        sources = [(probe(*source), some) for source, some in groups.items()]
        try:
            paces = measure(sources, target, all_readings, cluster.offset_flush_ms, self.clock)
            note_copies(all_readings)
            each(list(groups.items()), try_login, dimmed)
            for source, some in sources:
                expiring.note(source, "source", some, at)
            if target is not None:
                expiring.note(target, "target", all_readings, at)
                _read_groups(sources, target, all_readings)
        finally:
            for one in [one for one, _ in sources if not is_kept(one)]:
                one.close()
        return paces

    def _read_connect(
        self, cluster: ConnectCluster, all_readings: Sequence[MirrorReadings]
    ) -> None:
        try:
            connect = self.connections.connect(cluster).within(CONNECT_S)
        except ProblemError as error:
            note_unobservable(all_readings, Code.CONNECT_UNREACHABLE, error.detail)
        else:
            read_connect(connect, all_readings, cluster.version)

    def _all_readings(self, states: Mapping[str, State]) -> list[MirrorReadings]:
        """Empty readings for each mirror that still exists."""
        names = list(states)
        done = self.store.reconciled_of(names)
        mirrors = [one for one in self.store.mirrors(names) if one.intent is not Intent.DELETED]
        return [
            MirrorReadings(
                mirror=mirror,
                state=states[mirror.name],
                memory=self.kept.take(packed := states[mirror.name].memory) or unpack(packed),
                refused=done[mirror.name].refused,
                given_up=done[mirror.name].given_up(),
                changed=done[mirror.name].changed_by_others(),
                failing=done[mirror.name].failing,
            )
            for mirror in mirrors
        ]


def _target(
    cluster: ConnectCluster, all_readings: Sequence[MirrorReadings], connections: Connections
) -> Probe | None:
    """The target's Probe; None where what is registered of it is of no use."""
    try:
        return probe(*place(connections.target(cluster)))
    except ProblemError as error:
        note_unobservable(all_readings, Code.TARGET_UNREACHABLE, error.detail)
        return None


def _sources(
    all_readings: Sequence[MirrorReadings], connections: Connections
) -> dict[Endpoint, list[MirrorReadings]]:
    """The mirrors by the source that they read, each with its own credentials."""
    groups: dict[Endpoint, list[MirrorReadings]] = {}
    for readings in all_readings:
        try:
            source = place(connections.source(readings.mirror))
            probe(*source)
        except ProblemError as error:
            readings.unobservable[Code.SOURCE_UNREACHABLE] = error.detail
            continue
        readings.isolation = source[1].isolation
        groups.setdefault(source, []).append(readings)
    return groups


def _read_groups(sources: Sources, target: Probe, all_readings: Sequence[MirrorReadings]) -> None:
    """What consumer groups have on both sides, of the mirrors that sync them."""
    seconds = matching_s(all_readings)
    each(sources, partial(group_reading.list_groups, matching_s=seconds), dimmed)
    group_reading.read_on_target(target, all_readings, seconds)
    each(sources, group_reading.read_committed, dimmed)
