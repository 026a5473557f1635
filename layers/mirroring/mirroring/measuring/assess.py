"""From a filled sheet to what is recorded: topics' figures, findings, the verdict. Pure."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from mirroring.alerting.alert import deserves_alert, turned_bad
from mirroring.facts import Partition
from mirroring.measuring.group_memory import GroupMemory
from mirroring.measuring.group_sheet import group_offsets
from mirroring.measuring.latency import Figures, Pace, Summary, conclude, summary
from mirroring.measuring.memory import Memory, TopicMemory
from mirroring.measuring.position import NEVER
from mirroring.measuring.sheet import Sheet
from mirroring.measuring.status import Scene, Stuck, Topic, Verdict, judge
from mirroring.observation import (
    Backfill,
    Change,
    ChangeKind,
    Code,
    Connector,
    Latency,
    MirroredTopic,
    Observation,
    Reason,
    Task,
    TopicState,
)
from mirroring.reasons import reason

PENDING_MS = 180_000
RETENTION_MS = 3_600_000


def figure(sheet: Sheet, pace: Pace, now: int) -> None:
    """Step 7: conclude what was read on both sides; other partitions keep their position."""
    for partition, look in sheet.looks.items():
        if partition not in sheet.close or look.target_end is not None:
            position, figures = conclude(sheet.positions[partition], look, pace, now)
            sheet.positions[partition] = position
            sheet.figures[partition] = figures


def late_topics(sheet: Sheet, pace: Pace) -> set[str]:
    """The topics whose oldest record waits so long that retention may come near."""
    wait = 2 * pace.target
    return {one.topic for one, figures in sheet.figures.items() if figures.behind > wait}


class Assessment:
    """One mirror's sample, assessed: what is observed, remembered, and whether it changed."""

    def __init__(self, sheet: Sheet, pace: Pace, now: int, window_s: int, workers: int) -> None:
        self._sheet = sheet
        self._pace = pace
        self._now = now
        self._at = datetime.fromtimestamp(now / 1000, UTC)
        self._window_ms = window_s * 1000
        self._workers = workers
        self._summaries = {name: summary(self._of(name)) for name in sheet.facts}
        self._whole = summary(list(sheet.figures.values()))

    def result(self, at: int) -> tuple[Observation, Memory, Change | None]:
        """What is recorded of a sample that began at `at` ms."""
        sheet, before = self._sheet, self._sheet.before
        topics = {name: self._remembered(name) for name in sheet.facts}
        backfill = self._backfill()
        verdict = self._verdict(topics, backfill)
        groups = group_offsets(sheet, topics, self._now)
        changed = before is None or before.status is not verdict.status
        since = self._at if before is None or changed else before.status_since
        observation = Observation(
            mirror=sheet.mirror.name,
            sequence=1 if before is None else before.sequence + 1,
            measured_at=datetime.fromtimestamp(at / 1000, UTC),
            status=verdict.status,
            status_since=since,
            reasons=verdict.reasons,
            latency=self._latency(),
            backfill=backfill,
            topics=self._topics(topics),
            connectors=self._connectors(),
            groups=groups.groups,
            groups_total=groups.total,
        )
        memory = self._memory(topics, verdict, groups.memory)
        return observation, memory, self._change(observation)

    def _of(self, topic: str) -> list[Figures]:
        return [figures for one, figures in self._sheet.figures.items() if one.topic == topic]

    def _remembered(self, name: str) -> TopicMemory:
        """The topic as the next sample will know it."""
        sheet, facts = self._sheet, self._sheet.facts[name]
        known = sheet.memory.topics.get(name) or TopicMemory(self._now, facts.topic_id)
        mirrored = sheet.mirror.mirrored_name(name)
        target = sheet.targets.get(mirrored)
        asked = mirrored in sheet.append_time
        fresh = asked and self._now - known.checked >= PENDING_MS
        figures, late = self._summaries[name], self._delay(name)
        above = late > sheet.mirror.target_latency and not self._pending(name)
        kept = {} if name in sheet.recreated else dict(known.positions)
        return TopicMemory(
            since=self._since(name),
            source_id=facts.topic_id,
            target_id=target.topic_id if target else known.target_id,
            positions=kept
            | {one.index: at for one, at in sheet.positions.items() if one.topic == name},
            average=known.average if figures.average is None else figures.average,
            max=known.max if figures.max is None else figures.max,
            above=known.above + 1 if above else 0,
            append_time=sheet.append_time.get(mirrored, known.append_time),
            checked=self._now if fresh else known.checked,
        )

    def _delay(self, name: str) -> int:
        """A topic's latency as judged now: of what arrived and of what waits, in ms."""
        figures = self._summaries[name]
        return max(figures.average or 0, figures.late)

    def _pending(self, name: str) -> bool:
        """Matched, not yet created or assigned on the target, within its grace."""
        sheet = self._sheet
        known = sheet.memory.topics.get(name)
        created = sheet.mirror.mirrored_name(name) in sheet.targets
        assigned = sheet.seen.assigned or frozenset()
        if known is not None:
            lost = known.target_id and not (created and assigned)
            if lost or self._now - known.since > PENDING_MS:
                return False
        return not created or not any(one.topic == name for one in assigned)

    def _since(self, name: str) -> int:
        """Since when (ms) this topic, and not one before it of the same name, is matched."""
        known = self._sheet.memory.topics.get(name)
        return self._now if known is None or name in self._sheet.recreated else known.since

    def _state(self, name: str, memory: TopicMemory) -> TopicState:
        if self._pending(name):
            return TopicState.PENDING
        positions = memory.positions.values()
        newest = max((one.produced for one in positions), default=NEVER)
        if self._summaries[name].waiting or self._now - newest < self._window_ms:
            return TopicState.ACTIVE
        if any(one.end > one.origin for one in positions):
            return TopicState.INACTIVE
        return TopicState.STALE if any(one.end > 0 for one in positions) else TopicState.EMPTY

    def _judged(self, name: str, memory: TopicMemory) -> Topic:
        """The topic as the table of statuses wants it."""
        sheet = self._sheet
        state = self._state(name, memory)
        inactive = state is TopicState.INACTIVE
        mirrored = sheet.mirror.mirrored_name(name)
        target_read = Code.TARGET_UNREACHABLE not in sheet.away
        pending = state is TopicState.PENDING
        missing = target_read and not pending and mirrored not in sheet.targets
        return Topic(
            name=name,
            mirrored=mirrored,
            state=state,
            latency=memory.average if inactive else self._delay(name),
            above=memory.above,
            stuck=None if pending or missing else self._stuck(name),
            missing=missing,
            skewed=sum(figures.skewed for figures in self._of(name)),
            retention_left=self._retention_left(name),
        )

    def _stuck(self, name: str) -> Stuck | None:
        """The topic's partition that has waited longest while nothing of it was copied."""
        found = [
            Stuck(one.index, figures.behind, figures.still)
            for one, figures in self._sheet.figures.items()
            if one.topic == name and figures.stuck and not self._may_still_begin(figures)
        ]
        return max(found, key=lambda one: one.behind, default=None)

    def _may_still_begin(self, figures: Figures) -> bool:
        """Whether records older than the mirror wait for no longer than a start may take."""
        return figures.old and figures.still <= max(PENDING_MS, self._pace.overdue)

    def _retention_left(self, name: str) -> int | None:
        """How long (ms) the oldest unmirrored record has before retention takes it, when near."""
        retention = self._sheet.retention.get(name)
        if retention is None:
            return None
        behind = self._summaries[name].behind
        left = retention - behind
        return left if left < max(behind, min(RETENTION_MS, retention // 2)) else None

    def _backfill(self) -> Backfill | None:
        """How far the records older than the mirror are copied, while some are not."""
        if not any(figures.old for figures in self._sheet.figures.values()):
            return None
        old = [one for one in self._sheet.positions.values() if one.origin > one.first]
        total = sum(one.origin - one.first for one in old)
        done = sum(min(max(one.front, one.first), one.origin) - one.first for one in old)
        eta = None
        if self._sheet.memory.copied is not None:
            then, copied = self._sheet.memory.copied
            if done > copied and self._now > then:
                left = (total - done) * (self._now - then) / (done - copied)
                eta = self._at + timedelta(milliseconds=round(left))
        fraction = round(done / total, 4) if total else 0.0
        return Backfill(done=done, total=total, fraction=fraction, eta=eta)

    def _verdict(self, topics: Mapping[str, TopicMemory], backfill: Backfill | None) -> Verdict:
        sheet = self._sheet
        scene = Scene(
            now=self._at,
            mirror=sheet.mirror,
            refused=sheet.refused,
            given_up=sheet.given_up,
            connector=sheet.seen.connector,
            checkpoint=sheet.seen.checkpoint,
            away=sheet.away,
            dim=sheet.dim,
            matched=len(sheet.facts) if sheet.listed() else len(sheet.memory.topics),
            topics=tuple(self._judged(name, memory) for name, memory in topics.items()),
            findings=self._findings(),
            backfill=backfill,
            moves=self._moves(),
            workers=self._workers,
            plain_secrets=sheet.plain_secrets,
        )
        return judge(scene, sheet.before, sheet.memory.counts)

    def _moves(self) -> bool:
        """Whether anything was copied since the last sample, as far as could be observed."""
        sheet = self._sheet
        if any(one.moved >= sheet.looks[at].at for at, one in sheet.positions.items()):
            return True
        return _total(sheet) > sheet.memory.counts.get("committed", 0) > 0

    def _findings(self) -> tuple[Reason, ...]:
        """Lasting findings: the old ones until they expire, and this sample's."""
        expired = self._at - timedelta(milliseconds=self._window_ms)
        expired = max(expired, self._sheet.mirror.acknowledged or expired)
        kept = {one.key: one for one in self._sheet.memory.findings if one.since > expired}
        for one in (*self._lost(), *self._reset()):
            kept[one.key] = one
        return tuple(kept.values())

    def _lost(self) -> Iterable[Reason]:
        for partition, figures in self._sheet.figures.items():
            if figures.lost:
                says = {"lost": figures.lost}
                topic, index = partition
                yield reason(
                    Code.DATA_LOSS,
                    self._at,
                    says,
                    topic=topic,
                    partition=index,
                    measured=figures.lost,
                )

    def _reset(self) -> Iterable[Reason]:
        sheet = self._sheet
        for name in sheet.recreated:
            yield reason(Code.TOPIC_RECREATED, self._at, topic=name)
        for name in sheet.facts:
            mirrored = sheet.mirror.mirrored_name(name)
            known, target = sheet.memory.topics.get(name), sheet.targets.get(mirrored)
            another = known and target and known.target_id not in ("", target.topic_id)
            if another or name in sheet.emptied:
                says = {"mirrored": mirrored}
                yield reason(Code.TARGET_TOPIC_RESET, self._at, says, topic=name)

    def _memory(
        self, topics: Mapping[str, TopicMemory], verdict: Verdict, groups: GroupMemory
    ) -> Memory:
        """What the next sample starts from; topics that vanished are kept, for their ids."""
        sheet, whole = self._sheet, self._whole
        old = [one for one in sheet.positions.values() if one.origin > one.first]
        copied = sum(min(max(one.front, one.first), one.origin) - one.first for one in old)
        return Memory(
            topics={**sheet.memory.topics, **topics},
            findings=self._findings(),
            counts={**verdict.counts, "committed": _total(sheet)},
            average=sheet.memory.average if whole.average is None else whole.average,
            max=sheet.memory.max if whole.max is None else whole.max,
            turn=sheet.memory.turn + 1,
            copied=(self._now, copied) if old else None,
            groups=groups,
        )

    def _latency(self) -> Latency:
        """The mirror's figures; the last ones where nothing could be read in this sample."""
        sheet, whole = self._sheet, self._whole
        if not sheet.figures:
            return sheet.before.latency if sheet.before else Latency()
        return Latency(
            average=sheet.memory.average if whole.average is None else whole.average,
            max=sheet.memory.max if whole.max is None else whole.max,
            behind=whole.behind,
            lag_records=whole.waiting,
        )

    def _topics(self, topics: Mapping[str, TopicMemory]) -> tuple[MirroredTopic, ...]:
        if not self._sheet.listed() and self._sheet.before:
            return self._sheet.before.topics
        return tuple(self._topic(name, memory) for name, memory in sorted(topics.items()))

    def _topic(self, name: str, memory: TopicMemory) -> MirroredTopic:
        figures: Summary = self._summaries[name]
        read = bool(self._of(name))
        newest = max((one.produced for one in memory.positions.values()), default=NEVER)
        return MirroredTopic(
            name=name,
            mirrored_name=self._sheet.mirror.mirrored_name(name),
            state=self._state(name, memory),
            partitions=len(self._sheet.facts[name].leaders),
            average_latency=memory.average,
            max_latency=memory.max,
            average_rate=figures.rate,
            behind=figures.behind if read else None,
            lag_records=figures.waiting if read else None,
            last_produced_at=datetime.fromtimestamp(newest / 1000, UTC) if newest > 0 else None,
        )

    def _connectors(self) -> tuple[Connector, ...]:
        """The connectors as Connect told of them; as last known where it did not."""
        seen, before = self._sheet.seen, self._sheet.before
        if Code.CONNECT_UNREACHABLE in self._sheet.away and before:
            return before.connectors
        return tuple(one for one in (seen.connector, seen.checkpoint) if one is not None)

    def _change(self, after: Observation) -> Change | None:
        """The change of status that this sample saw, if any."""
        before = self._sheet.before
        if before and before.status is after.status and not turned_bad(before, after):
            return None
        took = None if before is None else after.status_since - before.status_since
        return Change(
            mirror=after.mirror,
            at=self._at,
            kind=ChangeKind.STATUS,
            before=None if before is None else before.status,
            after=after.status,
            reasons=after.reasons,
            took_ms=None if took is None else round(took.total_seconds() * 1000),
            alert=deserves_alert(before, after),
        )


def _total(sheet: Sheet) -> int:
    committed = sheet.seen.committed
    return sheet.memory.counts.get("committed", 0) if committed is None else sum(committed.values())


def with_partitions(
    connector: Connector, assigned: Mapping[int, frozenset[Partition]]
) -> Connector:
    """The connector with the number of partitions that each task was given."""

    def counted(task: Task) -> Task:
        return task.model_copy(update={"partitions": len(assigned.get(task.id, ()))})

    return connector.model_copy(update={"tasks": tuple(map(counted, connector.tasks))})
