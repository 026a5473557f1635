"""A mirror of one partition, modelled in memory: what truly happens, and what a sample makes of it.

Time goes in ticks of a second. The model answers as Kafka does, so that the sample's own steps run.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, cast

from mirroring.connecting.security import Isolation
from mirroring.errors import ClusterUnreachable
from mirroring.facts import EARLIEST, LATEST, MAX_TIMESTAMP, OffsetAt, Partition, Record, TopicFacts
from mirroring.measuring.assess import Assessment, figure
from mirroring.measuring.at_source import read_source
from mirroring.measuring.figures import Pace
from mirroring.measuring.looking_up import look_up
from mirroring.measuring.memory import Memory, pack, unpack
from mirroring.measuring.position import NEVER
from mirroring.measuring.reading import read_target
from mirroring.measuring.sheet import Seen, Sheet
from mirroring.observation import Change, Code, Observation
from mirroring.probing.probe import Probe
from mirroring.storing.observed import State

from tests.unit.scenes import NOW, TARGET_MS, connector, mirror

BEGAN = int(NOW.timestamp() * 1000)
SECOND = 1_000
MINUTE_S = 60
MINUTE = MINUTE_S * SECOND
DAY = 24 * 60 * MINUTE
WINDOW_S = 300
PACE = Pace(flush=MINUTE, gap=MINUTE, target=TARGET_MS)
ORDERS = Partition("orders", 0)
UNLIMITED = 1_000_000


class Blind(StrEnum):
    """What a sample cannot read."""

    SOURCE = "the source"
    TARGET = "the target"
    CONNECT = "Connect"
    OFFSETS = "Connect's offsets"


class Written(NamedTuple):
    """What lies at an offset: when it was written and its timestamp (ms), or a marker."""

    at: int
    timestamp: int
    marker: bool = False


@dataclass
class Log:
    """A modelled partition, asked as a Probe is."""

    name: str
    records: list[Written] = field(default_factory=list)
    start: int = 0
    away: bool = False

    def topics(self, names: object = None) -> dict[str, TopicFacts]:
        """The one topic with its one partition."""
        if self.away:
            raise ClusterUnreachable("nobody answers")
        return {self.name: TopicFacts(f"{self.name}-id", (1,))}

    def topic_configs(self, names: object, keys: object) -> dict[str, dict[str, str]]:
        """CreateTime, and what else is the default."""
        return {self.name: {}}

    def offsets(
        self, wanted: Mapping[Partition, int], isolation: Isolation = Isolation.READ_UNCOMMITTED
    ) -> dict[Partition, OffsetAt]:
        """As Kafka answers ListOffsets; markers count there, too."""
        return {partition: self._offset(ask) for partition, ask in wanted.items()}

    def _offset(self, ask: int) -> OffsetAt:
        if ask == LATEST:
            return OffsetAt(len(self.records), NEVER)
        if ask == EARLIEST:
            return OffsetAt(self.start, NEVER)
        stamps = [
            OffsetAt(offset, one.timestamp) for offset, one in self._between(0, len(self.records))
        ]
        nothing = OffsetAt(NEVER, NEVER)
        if ask == MAX_TIMESTAMP:
            return max(stamps, key=lambda one: one.timestamp, default=nothing)
        return next((one for one in stamps if one.timestamp >= ask), nothing)

    def _between(self, start: int, end: int) -> list[tuple[int, Written]]:
        start = max(start, self.start)
        return list(enumerate(self.records[start:end], start))

    def first_record(
        self, wanted: Mapping[Partition, tuple[int, int]], isolation: Isolation
    ) -> dict[Partition, Record | None]:
        """The first record of a span that is no marker."""
        return {one: self._first(*span) for one, span in wanted.items()}

    def _first(self, start: int, end: int) -> Record | None:
        for offset, one in self._between(start, end):
            if not one.marker:
                return Record(offset, one.timestamp, is_append_time=False)
        return None


class Modelled:
    """A mirror that was made an hour ago, its records, and its samples.

    `old` records are older than the mirror, which has only begun to copy them.
    """

    def __init__(self, old: int = 0) -> None:
        self.now = BEGAN
        before = [Written(at, at) for at in range(BEGAN - DAY, BEGAN - DAY + old)]
        self.source, self.target = Log("orders", before), Log("eu.orders")
        self.next = self.copied = self.lost = 0
        self.committed: int | None = None
        self.samples: list[tuple[Observation, Change | None]] = []
        self._memory = Memory()
        self.sample()

    def write(self, skew: int = 0, *, marker: bool = False) -> None:
        """A record, or a transaction's marker, now."""
        self.now += 1
        self.source.records.append(Written(self.now, self.now + skew, marker))

    def copy(self, most: int = UNLIMITED) -> None:
        """MirrorMaker copies so many records, and whatever markers lie before the next one."""
        self.next = max(self.next, self.source.start)
        for one in self.source.records[self.next :]:
            if not one.marker and most == 0:
                break
            self.next += 1
            if not one.marker:
                self.target.records.append(one)
                most -= 1
        self.copied = max(self.copied, self.next)

    def flush(self) -> None:
        """Connect commits the offset of the last record that was copied."""
        records = self.source.records
        copied = (one for one in range(self.next - 1, -1, -1) if not records[one].marker)
        self.committed = next(copied, None)

    def restart(self) -> None:
        """Whatever was copied and not committed will be copied once more."""
        self.next = 0 if self.committed is None else self.committed + 1

    def purge(self, end: int) -> None:
        """The source deletes the records below `end`; those not copied yet are lost."""
        lost = max(0, end - max(self.copied, self.source.start))
        self.lost, self.copied = self.lost + lost, max(self.copied, end)
        self.source.start = max(self.source.start, end)

    @property
    def waited(self) -> int:
        """How long (ms) the oldest record truly waits; 0 when none does."""
        waiting = (one for one in self.source.records[self.copied :] if not one.marker)
        oldest = next(waiting, None)
        return 0 if oldest is None else self.now - oldest.at

    def sample(self, blind: Collection[Blind] = ()) -> Observation:
        """One sample, by the steps of the sampler itself; it cannot read what it is blind for."""
        at, before = self.now, self.samples[-1][0] if self.samples else None
        sheet = Sheet(
            mirror=mirror(),
            state=State(observation=before),
            memory=unpack(pack(self._memory)),
            seen=self._told(blind),
        )
        if Blind.CONNECT in blind:
            sheet.away[Code.CONNECT_UNREACHABLE] = "nobody answers"
        self.source.away, self.target.away = Blind.SOURCE in blind, Blind.TARGET in blind
        paces = {sheet.mirror.name: PACE}
        source, target = cast(Probe, self.source), cast(Probe, self.target)
        read_source(source, [sheet], lambda: at)
        read_target(target, [sheet], lambda: at)
        look_up(source, [sheet], paces)
        figure(sheet, PACE, at)
        seen, self._memory, change = Assessment(sheet, PACE, at, WINDOW_S, workers=1).result(at)
        self.samples.append((seen, change))
        return seen

    def _told(self, blind: Collection[Blind]) -> Seen:
        """What Connect tells."""
        if Blind.CONNECT in blind:
            return Seen()
        if Blind.OFFSETS in blind:
            return Seen(connector("RUNNING", "RUNNING"))
        committed = {} if self.committed is None else {ORDERS: self.committed}
        return Seen(connector("RUNNING", "RUNNING"), None, frozenset({ORDERS}), committed)
