"""The steps of one sample that read Kafka: source first, then target, look-ups, fetches, listening.

Each step takes the sheets of all mirrors that share the cluster, asks it once for all of them, and
notes the answers. What one partition, topic or broker does not answer costs the others nothing.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from mirroring.errors import ClusterUnauthorized, ClusterUnreachable
from mirroring.facts import (
    LATEST,
    MAX_TIMESTAMP,
    Fault,
    OffsetAt,
    Partition,
    TopicFacts,
)
from mirroring.measuring.latency import moved
from mirroring.measuring.memory import CONFIG_AGE_MS
from mirroring.measuring.position import NEVER
from mirroring.measuring.sheet import Sheet
from mirroring.observation import Code
from mirroring.probing.probe import Probe

LISTEN_S = 2.0
LISTEN_EACH = 32
LISTEN_ALL = 256
Clock = Callable[[], int]
Answers = Mapping[Partition, OffsetAt | Fault]


def now_ms() -> int:
    """The clock, in ms."""
    return time.time_ns() // 1_000_000


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
        return away(sheets, Code.TARGET_UNREACHABLE, error.detail)
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
        sheet.positions[partition] = replace(position, target_end=NEVER, newest=NEVER, base=0)
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


def listen(probe: Probe, sheets: Sequence[Sheet], seconds: float = LISTEN_S) -> None:
    """Step 6: hear records arrive on partitions that move, each mirror's taking turns."""
    heard_by: dict[Partition, list[tuple[Sheet, Partition]]] = {}
    each = max(1, min(LISTEN_EACH, LISTEN_ALL // max(1, len(sheets))))
    for sheet in sheets:
        for partition in _turn(sheet, each):
            heard_by.setdefault(sheet.on_target(partition), []).append((sheet, partition))
    if not heard_by:
        return
    heard: dict[Partition, list[tuple[int, int]]] = {}
    for arrival in probe.listen(heard_by, seconds):
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


def away(sheets: Iterable[Sheet], code: Code, words: str) -> None:
    for sheet in sheets:
        sheet.away[code] = words
