"""One mirrored topic in one sample: its state, how it is judged, remembered and shown. Pure."""

from datetime import UTC, datetime

from mirroring.facts import Partition
from mirroring.measuring.figures import Figures, Pace, lasting, summary
from mirroring.measuring.memory import CONFIG_AGE_MS, TopicMemory
from mirroring.measuring.position import NEVER
from mirroring.measuring.scene import Stuck, Topic
from mirroring.measuring.sheet import Sheet
from mirroring.observation import Code, MirroredTopic, TopicState

PENDING_MS = 180_000
RETENTION_MS = 3_600_000


class TopicAssessment:
    """A topic of a filled sheet; `window_ms` is the activity window W."""

    def __init__(self, sheet: Sheet, name: str, pace: Pace, now: int, window_ms: int) -> None:
        self._sheet = sheet
        self._name = name
        self._pace = pace
        self._now = now
        self._window_ms = window_ms
        indexes = range(len(sheet.facts[name].leaders))
        here = [Partition(name, index) for index in indexes]
        self._positions = {
            one.index: sheet.positions[one] for one in here if one in sheet.positions
        }
        self._figures = {one.index: sheet.figures[one] for one in here if one in sheet.figures}
        self._summary = summary(list(self._figures.values()))

    def remembered(self) -> TopicMemory:
        """The topic as the next sample will know it."""
        sheet, facts = self._sheet, self._sheet.facts[self._name]
        known = sheet.memory.topics.get(self._name) or TopicMemory(self._now, facts.topic_id)
        mirrored = sheet.mirror.mirrored_name(self._name)
        target = sheet.targets.get(mirrored)
        asked = mirrored in sheet.append_time and self._now - known.checked >= CONFIG_AGE_MS
        figures, late = self._summary, self._delay()
        above = late > sheet.mirror.target_latency and not self._pending()
        kept = {} if self._name in sheet.recreated else dict(known.positions)
        return TopicMemory(
            since=self._since(),
            source_id=facts.topic_id,
            target_id=target.topic_id if target else known.target_id,
            positions=kept | self._positions,
            average=lasting(known.average, figures.average, figures, self._pace),
            max=lasting(known.max, figures.max, figures, self._pace),
            above=known.above + 1 if above else 0,
            append_time=sheet.append_time.get(mirrored, known.append_time),
            checked=self._now if asked else known.checked,
        )

    def _delay(self) -> int:
        """A topic's latency as judged now: of what arrived and of what waits, in ms."""
        figures = self._summary
        return max(figures.average or 0, figures.late)

    def _pending(self) -> bool:
        """Matched, not yet created or assigned on the target, within its grace."""
        sheet = self._sheet
        known = sheet.memory.topics.get(self._name)
        created = sheet.mirror.mirrored_name(self._name) in sheet.targets
        assigned = sheet.seen.assigned or frozenset()
        if known is not None:
            lost = known.target_id and not (created and assigned)
            if lost or self._now - known.since > PENDING_MS:
                return False
        return not created or not any(one.topic == self._name for one in assigned)

    def _since(self) -> int:
        """Since when (ms) this topic, and not one before it of the same name, is matched."""
        known = self._sheet.memory.topics.get(self._name)
        return self._now if known is None or self._name in self._sheet.recreated else known.since

    def _state(self, memory: TopicMemory) -> TopicState:
        if self._pending():
            return TopicState.PENDING
        positions = memory.positions.values()
        newest = max((one.produced for one in positions), default=NEVER)
        if self._summary.waiting or self._now - newest < self._window_ms:
            return TopicState.ACTIVE
        if any(one.end > one.origin for one in positions):
            return TopicState.INACTIVE
        return TopicState.STALE if any(one.end > 0 for one in positions) else TopicState.EMPTY

    def judged(self, memory: TopicMemory) -> Topic:
        """The topic as the table of statuses wants it."""
        sheet = self._sheet
        state = self._state(memory)
        inactive = state is TopicState.INACTIVE
        mirrored = sheet.mirror.mirrored_name(self._name)
        target_read = Code.TARGET_UNREACHABLE not in sheet.away
        pending = state is TopicState.PENDING
        missing = target_read and not pending and mirrored not in sheet.targets
        return Topic(
            name=self._name,
            mirrored=mirrored,
            state=state,
            latency=memory.average if inactive else self._delay(),
            above=memory.above,
            stuck=None if pending or missing else self._stuck(),
            missing=missing,
            skewed=sum(one.skewed for one in self._figures.values()),
            retention_left=self._retention_left(),
        )

    def _stuck(self) -> Stuck | None:
        """The topic's partition that has waited longest while nothing of it was copied."""
        found = [
            Stuck(index, figures.behind, figures.still)
            for index, figures in self._figures.items()
            if figures.stuck and not self._may_still_begin(figures)
        ]
        return max(found, key=lambda one: one.behind, default=None)

    def _may_still_begin(self, figures: Figures) -> bool:
        """Whether records older than the mirror wait for no longer than a start may take."""
        return figures.old and figures.still <= max(PENDING_MS, self._pace.overdue)

    def _retention_left(self) -> int | None:
        """How long (ms) the oldest unmirrored record has before retention takes it, when near."""
        retention = self._sheet.retention.get(self._name)
        if retention is None:
            return None
        behind = self._summary.behind
        left = retention - behind
        return left if left < max(behind, min(RETENTION_MS, retention // 2)) else None

    def shown(self, memory: TopicMemory) -> MirroredTopic:
        """The topic as it is answered."""
        figures = self._summary
        read = bool(self._figures)
        newest = max((one.produced for one in memory.positions.values()), default=NEVER)
        return MirroredTopic(
            name=self._name,
            mirrored_name=self._sheet.mirror.mirrored_name(self._name),
            state=self._state(memory),
            partitions=len(self._sheet.facts[self._name].leaders),
            average_latency=memory.average,
            max_latency=memory.max,
            average_rate=figures.rate,
            behind=figures.behind if read else None,
            lag_records=figures.waiting if read else None,
            last_produced_at=datetime.fromtimestamp(newest / 1000, UTC) if newest > 0 else None,
        )
