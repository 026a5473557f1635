"""The steps of one sample that read Kafka: source first, then target, look-ups, fetches, listening.

Each step takes the sheets of all mirrors that share the cluster, asks it once for all of them, and
notes the answers. What one partition, topic or broker does not answer costs the others nothing.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from mirroring.connecting.security import Isolation
from mirroring.errors import ClusterUnauthorized, ClusterUnreachable
from mirroring.facts import (
    EARLIEST,
    LATEST,
    MAX_TIMESTAMP,
    Fault,
    OffsetAt,
    Partition,
    Record,
    TopicFacts,
)
from mirroring.java.characters import JavaRegexError
from mirroring.managing.topics import matching
from mirroring.measuring.latency import At, Fetched, Look, Pace, asks_from, doubt, moved, reach
from mirroring.measuring.position import NEVER, begin, reset
from mirroring.measuring.sheet import Sheet
from mirroring.observation import Code
from mirroring.probing.probe import Probe

LISTEN_S = 2.0
LISTEN_EACH = 32
LISTEN_ALL = 256
CONFIG_AGE_MS = 600_000

Clock = Callable[[], int]
Answers = Mapping[Partition, OffsetAt | Fault]
_Wanted = TypeVar("_Wanted")


def now_ms() -> int:
    """The clock, in ms."""
    return time.time_ns() // 1_000_000


def read_source(probe: Probe, sheets: Sequence[Sheet], clock: Clock = now_ms) -> None:
    """Step 1: topics and ids, start and end offsets of every mirrored partition.

    A pattern that Java refuses matches nothing, and its connector says why.
    """
    try:
        topics = probe.topics()
    except ClusterUnreachable as error:
        return _away(sheets, Code.SOURCE_UNREACHABLE, error.detail)
    except ClusterUnauthorized as error:
        return _away(sheets, Code.SOURCE_UNAUTHORIZED, error.detail)
    for sheet in sheets:
        try:
            names = matching(sheet.mirror, topics)
        except JavaRegexError:
            names = []
        except TimeoutError:
            words = "topicsRegex takes too long to match the topics' names."
            _away([sheet], Code.SOURCE_UNREACHABLE, words)
            continue
        sheet.facts = {name: topics[name] for name in names if topics[name].fault is None}
    for isolation in {sheet.isolation for sheet in sheets}:
        alike = [sheet for sheet in sheets if sheet.isolation == isolation]
        _read_offsets(probe, alike, isolation, clock)


def _read_offsets(
    probe: Probe, sheets: Sequence[Sheet], isolation: Isolation, clock: Clock
) -> None:
    wanted = {one for sheet in sheets for one in partitions(sheet.facts)}
    at = clock()
    ends = probe.offsets(dict.fromkeys(wanted, LATEST), isolation)
    starts = probe.offsets(dict.fromkeys(wanted, EARLIEST), isolation)
    fresh: dict[Partition, int] = {}
    for sheet in sheets:
        for partition in partitions(sheet.facts):
            start, end = starts[partition], ends[partition]
            if isinstance(start, OffsetAt) and isinstance(end, OffsetAt):
                _note_offsets(sheet, partition, at, start.offset, end.offset)
                if partition in sheet.looks and partition not in sheet.positions:
                    fresh[partition] = end.offset
        _note_faults(sheet, [ends[one] for one in partitions(sheet.facts)])
    _begin(probe, sheets, fresh, isolation)


def partitions(facts: Mapping[str, TopicFacts]) -> list[Partition]:
    """Every partition of these topics."""
    return [
        Partition(name, index) for name, one in facts.items() for index in range(len(one.leaders))
    ]


def _note_offsets(sheet: Sheet, partition: Partition, at: int, start: int, end: int) -> None:
    """A partition's look, with its position from the last sample: all over where it is another."""
    committed = None if sheet.seen.committed is None else sheet.seen.committed.get(partition)
    told, runs = sheet.seen.committed is not None, sheet.runs_since(at)
    sheet.looks[partition] = Look(at, start, end, committed=committed, told=told, runs=runs)
    topic = sheet.memory.topics.get(partition.topic)
    position = None if topic is None else topic.positions.get(partition.index)
    if topic is None or position is None:
        return
    another = topic.source_id != sheet.facts[partition.topic].topic_id
    if another or end < position.mirrored:
        sheet.recreated[partition.topic] = partition.index
        position = reset(position, at, start, end, committed)
    sheet.positions[partition] = position


def _note_faults(sheet: Sheet, ends: Sequence[OffsetAt | Fault]) -> None:
    """Nothing answered: the source is away. Something did: the rest is told as a warning."""
    faults = [one for one in ends if isinstance(one, Fault)]
    if not faults:
        return
    refused = faults[0] is Fault.UNAUTHORIZED
    code = Code.SOURCE_UNAUTHORIZED if refused else Code.SOURCE_UNREACHABLE
    note = sheet.away if len(faults) == len(ends) else sheet.dim
    note[code] = f"{len(faults)} of {len(ends)} partitions gave no end offset ({faults[0]})."


def _begin(
    probe: Probe, sheets: Sequence[Sheet], fresh: Mapping[Partition, int], isolation: Isolation
) -> None:
    """Partitions seen for the first time: which records are older than the mirror, which newest."""
    held = [one for one, end in fresh.items() if end > 0]
    newest = probe.offsets(dict.fromkeys(held, MAX_TIMESTAMP), isolation) if held else {}
    for sheet in sheets:
        made = int(sheet.mirror.updated_at.timestamp() * 1000)
        born = [one for one in sheet.looks if one not in sheet.positions]
        asked = [one for one in born if one in newest]
        since = probe.offsets(dict.fromkeys(asked, made), isolation) if asked else {}
        for partition in born:
            look = sheet.looks[partition]
            first = since.get(partition)
            found = isinstance(first, OffsetAt) and first.offset > NEVER
            origin = first.offset if found and isinstance(first, OffsetAt) else look.end
            latest = sheet.mirror.start_from == "latest"
            position = begin(look.at, look.start, look.end, latest=latest)
            produced = newest.get(partition)
            stamp = produced.timestamp if isinstance(produced, OffsetAt) else NEVER
            sheet.positions[partition] = replace(
                position, origin=max(origin, position.first), produced=min(stamp, look.at)
            )


def read_target(probe: Probe, sheets: Sequence[Sheet], clock: Clock = now_ms) -> None:
    """Step 3: topics and ids, end offsets and newest timestamps of what wants a closer look."""
    for sheet in sheets:
        sheet.close = {
            one for one, look in sheet.looks.items() if moved(sheet.positions[one], look)
        }
    names = {sheet.mirror.mirrored_name(name) for sheet in sheets for name in sheet.facts}
    try:
        topics = probe.topics(names) if names else {}
    except (ClusterUnreachable, ClusterUnauthorized) as error:
        return _away(sheets, Code.TARGET_UNREACHABLE, error.detail)
    for sheet in sheets:
        mirrored = map(sheet.mirror.mirrored_name, sheet.facts)
        sheet.targets = {name: topics[name] for name in mirrored if topics[name].fault is None}
    _read_configs(probe, sheets, clock())
    wanted = {one for sheet in sheets for one in map(sheet.on_target, sheet.close)}
    ends = probe.offsets({one: LATEST for one in wanted if _exists(one, topics)})
    stamped = {one for one, end in ends.items() if isinstance(end, OffsetAt) and end.offset > 0}
    newest = probe.offsets(dict.fromkeys(stamped, MAX_TIMESTAMP))
    hidden = {one for one in stamped if newest[one] == OffsetAt(NEVER, NEVER)}
    newest = {**newest, **probe.offsets(dict.fromkeys(hidden, MAX_TIMESTAMP))}
    for sheet in sheets:
        for partition in sheet.close:
            _note_target(sheet, partition, ends, newest)
        if sheet.close and ends and all(isinstance(end, Fault) for end in ends.values()):
            words = f"No partition gave its end offset ({next(iter(ends.values()))})."
            sheet.away[Code.TARGET_UNREACHABLE] = words


def _exists(partition: Partition, topics: Mapping[str, TopicFacts]) -> bool:
    """Whether the topic is there and has so many partitions: the target's may not have them yet."""
    facts = topics.get(partition.topic)
    return facts is not None and facts.fault is None and partition.index < len(facts.leaders)


def _note_target(sheet: Sheet, partition: Partition, ends: Answers, newest: Answers) -> None:
    mirrored = sheet.on_target(partition)
    end, stamp = ends.get(mirrored), newest.get(mirrored)
    position = sheet.positions[partition]
    target_end = end.offset if isinstance(end, OffsetAt) else None
    if Code.TARGET_UNREACHABLE not in sheet.away and not _exists(mirrored, sheet.targets):
        target_end = 0
    timestamp = stamp.timestamp if isinstance(stamp, OffsetAt) else None
    if sheet.append_time.get(mirrored.topic):
        timestamp = None
    if isinstance(end, OffsetAt) and end.offset < position.target_end:
        sheet.emptied[partition.topic] = partition.index
        sheet.positions[partition] = replace(position, target_end=NEVER, newest=NEVER)
    look = replace(sheet.looks[partition], target_end=target_end, newest=timestamp)
    sheet.looks[partition] = look


def _read_configs(probe: Probe, sheets: Sequence[Sheet], now: int) -> None:
    """Which target topics stamp records themselves; asked anew every ten minutes."""
    old = set()
    for sheet in sheets:
        for name in sheet.facts:
            memory = sheet.memory.topics.get(name)
            mirrored = sheet.mirror.mirrored_name(name)
            if memory is not None and now - memory.checked < CONFIG_AGE_MS:
                sheet.append_time[mirrored] = memory.append_time
            elif mirrored in sheet.targets:
                old.add(mirrored)
    configs = probe.topic_configs(old, ["message.timestamp.type"]) if old else {}
    for sheet in sheets:
        for mirrored in old & set(sheet.targets):
            config = configs.get(mirrored)
            kind = config.get("message.timestamp.type") if isinstance(config, dict) else None
            sheet.append_time[mirrored] = kind == "LogAppendTime"


def look_up(probe: Probe, sheets: Sequence[Sheet], paces: Mapping[str, Pace]) -> None:
    """Steps 4 and 5: what is committed, what waits, and fetches where that is in doubt."""
    asked: list[tuple[Sheet, Partition, int]] = []
    for sheet in sheets:
        for partition, look in sheet.looks.items():
            position = reach(sheet.positions[partition], look)
            sheet.positions[partition] = position
            timestamp = asks_from(position, look) if partition in sheet.close else None
            if timestamp is not None:
                asked.append((sheet, partition, timestamp))
    _note_oldest(probe, asked)
    for isolation in {sheet.isolation for sheet in sheets}:
        alike = [sheet for sheet in sheets if sheet.isolation == isolation]
        _verify(probe, alike, isolation, paces)


def _note_oldest(probe: Probe, asked: Iterable[tuple[Sheet, Partition, int]]) -> None:
    for batch in _batches(asked):
        answers = probe.offsets({partition: ask for partition, (_, ask) in batch.items()})
        for partition, (sheet, _) in batch.items():
            answer = answers[partition]
            if isinstance(answer, OffsetAt) and answer.offset > NEVER:
                oldest = At(answer.offset, answer.timestamp)
                sheet.looks[partition] = replace(sheet.looks[partition], oldest=oldest)


def _verify(
    probe: Probe, sheets: Sequence[Sheet], isolation: Isolation, paces: Mapping[str, Pace]
) -> None:
    asked = []
    for sheet in sheets:
        pace = paces[sheet.mirror.name]
        for partition in sheet.close:
            span = doubt(sheet.positions[partition], sheet.looks[partition], pace)
            if span is not None:
                asked.append((sheet, partition, span))
    for batch in _batches(asked):
        spans = {partition: span for partition, (_, span) in batch.items()}
        answers = probe.first_record(spans, isolation)
        for partition, (sheet, _) in batch.items():
            found = _fetched(answers[partition])
            sheet.looks[partition] = replace(sheet.looks[partition], fetched=found)


def _fetched(answer: Record | Fault | None) -> At | Fetched:
    if isinstance(answer, Record):
        return At(answer.offset, answer.timestamp)
    return Fetched.NOTHING if answer is None else Fetched.FAILED


def _batches(
    asked: Iterable[tuple[Sheet, Partition, _Wanted]],
) -> list[dict[Partition, tuple[Sheet, _Wanted]]]:
    """As few rounds as can be: two mirrors may ask different things of one partition."""
    batches: list[dict[Partition, tuple[Sheet, _Wanted]]] = []
    for sheet, partition, wanted in asked:
        free = next((one for one in batches if partition not in one), None)
        if free is None:
            batches.append(free := {})
        free[partition] = (sheet, wanted)
    return batches


def listen(probe: Probe, sheets: Sequence[Sheet], seconds: float = LISTEN_S) -> None:
    """Step 6: hear records arrive on partitions that move, each mirror's taking turns."""
    heard_by: dict[Partition, list[tuple[Sheet, Partition]]] = {}
    each = max(1, min(LISTEN_EACH, LISTEN_ALL // max(1, len(sheets))))
    for sheet in sheets:
        for partition in _turn(sheet, each):
            heard_by.setdefault(sheet.on_target(partition), []).append((sheet, partition))
    if not heard_by:
        return
    ends = probe.offsets(dict.fromkeys(heard_by, LATEST))
    known = {one: end.offset for one, end in ends.items() if isinstance(end, OffsetAt)}
    heard: dict[Partition, list[tuple[int, int]]] = {}
    for arrival in probe.listen(known, seconds):
        heard.setdefault(arrival.partition, []).append((arrival.arrived, arrival.timestamp))
    for mirrored, rows in heard.items():
        for sheet, partition in heard_by[mirrored]:
            sheet.looks[partition] = replace(sheet.looks[partition], heard=tuple(rows))


def _turn(sheet: Sheet, most: int) -> list[Partition]:
    """Up to `most` partitions whose end moved, or that wait, from where the last turn ended."""
    moving = sorted(one for one in sheet.close if not sheet.append_time.get(_mirrored(sheet, one)))
    turn = sheet.memory.turn % len(moving) if moving else 0
    return (moving[turn:] + moving[:turn])[:most]


def _mirrored(sheet: Sheet, partition: Partition) -> str:
    return sheet.mirror.mirrored_name(partition.topic)


def read_retention(probe: Probe, sheets: Sequence[Sheet], late: Mapping[str, set[str]]) -> None:
    """Step 8: retention.ms of the source topics that are far behind, by mirror name."""
    names = {name for topics in late.values() for name in topics}
    configs = probe.topic_configs(names, ["retention.ms"]) if names else {}
    for sheet in sheets:
        for name in late.get(sheet.mirror.name, ()):
            config = configs.get(name)
            value = config.get("retention.ms", "-1") if isinstance(config, dict) else "-1"
            if int(value) >= 0:
                sheet.retention[name] = int(value)


def _away(sheets: Iterable[Sheet], code: Code, words: str) -> None:
    for sheet in sheets:
        sheet.away[code] = words
