"""The steps of one sample that read Kafka: source first, then target, look-ups, fetches, listening.

Each step takes the sheets of all mirrors that share the cluster, asks it once for all of them, and
notes the answers. What one partition, topic or broker does not answer costs the others nothing.
"""

import time
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from mirroring.errors import ClusterUnauthorized, ClusterUnreachable
from mirroring.kafka_client.probe import Probe
from mirroring.kafka_types import (
    LATEST,
    MAX_TIMESTAMP,
    Fault,
    OffsetAt,
    Partition,
    Stamping,
    TopicFacts,
)
from mirroring.measuring.latency import moved
from mirroring.measuring.memory import CONFIG_AGE_MS, TopicMemory
from mirroring.measuring.position import NEVER
from mirroring.measuring.readings import MirrorReadings
from mirroring.observation import Code

LISTEN_S = 2.0
LISTEN_EACH = 32
LISTEN_ALL = 256
# Among so many offsets before the end of a target of transactions one is a marker.
SEVERAL = 50
# Who may not fetch there, or cannot, takes the times for the records' own, as they mostly are.
REFUSED = (Fault.UNAUTHORIZED, Fault.UNSUPPORTED)
OLD_BROKERS = (
    "Its brokers do not tell a partition's newest timestamp (ListOffsets 7, Kafka 3.0), so that "
    "only commits tell of delays, some minutes late."
)
Clock = Callable[[], int]
Answers = Mapping[Partition, OffsetAt | Fault]


def now_ms() -> int:
    """The clock, in ms."""
    return time.time_ns() // 1_000_000


def read_target(probe: Probe, sheets: Sequence[MirrorReadings], clock: Clock = now_ms) -> None:
    """Step 3: topics and ids, end offsets and newest timestamps of what wants a closer look."""
    close(sheets)
    names = {sheet.mirror.mirrored_name(name) for sheet in sheets for name in sheet.facts}
    try:
        topics = probe.topics(names) if names else {}
    except ClusterUnreachable as error:
        return _target_away(sheets, error.detail, Fault.UNREACHABLE)
    except ClusterUnauthorized as error:
        return _target_away(sheets, error.detail, Fault.UNAUTHORIZED)
    for sheet in sheets:
        _note_topics(sheet, topics)
    wanted = {one for sheet in sheets for one in map(sheet.on_target, sheet.close)}
    ends = probe.offsets({one: LATEST for one in wanted if _exists(one, topics)})
    read_stamping(probe, sheets, ends, clock())
    own = {
        sheet.on_target(one)
        for sheet in sheets
        for one in sheet.close
        if sheet.stamping[one.topic] == Stamping() and one.topic not in sheet.unstamped
    }
    stamped = {
        one for one, end in ends.items() if one in own and isinstance(end, OffsetAt) and end.offset
    }
    newest = probe.offsets(dict.fromkeys(stamped, MAX_TIMESTAMP))
    hidden = {one for one in stamped if newest[one] == OffsetAt(NEVER, NEVER)}
    newest = {**newest, **probe.offsets(dict.fromkeys(hidden, MAX_TIMESTAMP))}
    for sheet in sheets:
        for partition in sheet.close:
            _note_target(sheet, partition, ends, newest)
        asked = [newest[one] for one in map(sheet.on_target, sheet.close) if one in newest]
        if Fault.UNSUPPORTED in asked:
            sheet.dim[Code.TARGET_UNREACHABLE] = OLD_BROKERS
    faults = [end for end in ends.values() if isinstance(end, Fault)]
    if faults and len(faults) == len(ends) and Fault.UNAUTHORIZED not in faults:
        words = f"No partition gave its end offset ({faults[0]})."
        away([sheet for sheet in sheets if sheet.close], Code.TARGET_UNREACHABLE, words)


def close(sheets: Sequence[MirrorReadings]) -> None:
    """Note which partitions want a closer look."""
    for sheet in sheets:
        sheet.close = {
            one for one, look in sheet.looks.items() if moved(sheet.positions[one], look)
        }


def _target_away(sheets: Sequence[MirrorReadings], words: str, why: Fault) -> None:
    """Nothing of the target is known: each partition is judged by its commit alone."""
    away(sheets, Code.TARGET_UNREACHABLE, words)
    for sheet in sheets:
        for partition in sheet.close:
            sheet.looks[partition] = replace(sheet.looks[partition], target_end=why, newest=why)


def _exists(partition: Partition, topics: Mapping[str, TopicFacts]) -> bool:
    """Whether the topic is there and has so many partitions: the target's may not have them yet."""
    facts = topics.get(partition.topic)
    return facts is not None and facts.fault is None and partition.index < len(facts.leaders)


def _note_topics(sheet: MirrorReadings, topics: Mapping[str, TopicFacts]) -> None:
    """The target's topics; where one is another than before, what it held is gone."""
    for name in sheet.facts:
        mirrored = sheet.mirror.mirrored_name(name)
        facts, known = topics[mirrored], sheet.memory.topics.get(name)
        if facts.fault is not None:
            sheet.target_faults[mirrored] = facts.fault
            continue
        sheet.targets[mirrored] = facts
        if known and known.target_id and facts.topic_id and known.target_id != facts.topic_id:
            for index in known.positions:
                sheet.positions.setdefault(Partition(name, index), known.positions[index])
            for partition in [one for one in sheet.positions if one.topic == name]:
                _empty(sheet, partition)


def _empty(sheet: MirrorReadings, partition: Partition) -> None:
    """What the target held of a partition is gone."""
    sheet.positions[partition] = replace(
        sheet.positions[partition], target_end=NEVER, newest=NEVER, base=0, emptied=True
    )


def _note_target(
    sheet: MirrorReadings, partition: Partition, ends: Answers, newest: Answers
) -> None:
    mirrored = sheet.on_target(partition)
    end, stamp = ends.get(mirrored), newest.get(mirrored)
    fault = sheet.target_faults.get(mirrored.topic)
    if isinstance(end, OffsetAt):
        target_end: int | Fault = end.offset
    elif end is not None:
        target_end = end
    elif fault is None or (fault is Fault.UNKNOWN_TOPIC and _is_gone(sheet, partition.topic)):
        target_end = 0
    else:
        target_end = fault
    if isinstance(target_end, int) and target_end < sheet.positions[partition].target_end:
        if isinstance(end, OffsetAt):
            sheet.emptied[partition.topic] = partition.index
        _empty(sheet, partition)
    stamping = sheet.stamping[partition.topic]
    timestamp = stamp.timestamp if isinstance(stamp, OffsetAt) else stamp
    if stamping != Stamping():
        timestamp = None
    elif partition.topic in sheet.unstamped and isinstance(target_end, int) and target_end > 0:
        timestamp = Fault.OTHER
    sheet.looks[partition] = replace(
        sheet.looks[partition],
        target_end=target_end,
        newest=timestamp,
        exact=stamping.transactions,
    )


def _is_gone(sheet: MirrorReadings, topic: str) -> bool:
    """Whether a target topic that was never there, or in two looks is not, holds nothing."""
    known = sheet.memory.topics.get(topic)
    return known is None or not known.target_id or known.absent > 0


def read_stamping(probe: Probe, sheets: Sequence[MirrorReadings], ends: Answers, now: int) -> None:
    """Whose times the copies carry, by the newest batch of a partition of each topic.

    The batch says so itself, whatever we may see of configurations. Asked anew every ten minutes.
    """
    asked: dict[Partition, int] = {}
    for sheet in sheets:
        for name in sheet.facts:
            memory = sheet.memory.topics.get(name) or TopicMemory(now, "")
            sheet.stamping[name] = memory.stamping
            if now - memory.checked >= CONFIG_AGE_MS:
                asked.update(_newest_batch(sheet, name, ends))
    told = probe.stamping(asked) if asked else {}
    by_topic = {one.topic: kind for one, kind in told.items()}
    for sheet in sheets:
        for name in sheet.facts:
            kind = by_topic.get(sheet.mirror.mirrored_name(name))
            known = sheet.memory.topics.get(name)
            if kind is not None and not isinstance(kind, Fault):
                sheet.stamping[name] = kind
                sheet.checked.add(name)
            elif kind not in REFUSED and (known is None or not known.checked):
                sheet.unstamped.add(name)


def _newest_batch(sheet: MirrorReadings, topic: str, ends: Answers) -> dict[Partition, int]:
    """A partition of the topic's copy that holds records, and its last offset.

    Somebody else may have written that: what is known to hold transactions is read from before.
    """
    back = SEVERAL if sheet.stamping[topic].transactions else 1
    for partition in sheet.close:
        mirrored = sheet.on_target(partition)
        end = ends.get(mirrored)
        if partition.topic == topic and isinstance(end, OffsetAt) and end.offset > 0:
            return {mirrored: max(0, end.offset - back)}
    return {}


def listen(probe: Probe, sheets: Sequence[MirrorReadings], seconds: float = LISTEN_S) -> None:
    """Step 6: hear records arrive on partitions that move, each mirror's taking turns.

    A target that is away is heard to say nothing: other steps have told of it.
    """
    heard_by: dict[Partition, list[tuple[MirrorReadings, Partition]]] = {}
    each = max(1, min(LISTEN_EACH, LISTEN_ALL // max(1, len(sheets))))
    for sheet in sheets:
        for partition in _turn(sheet, each):
            heard_by.setdefault(sheet.on_target(partition), []).append((sheet, partition))
            sheet.turn = partition
    if not heard_by:
        return
    heard: dict[Partition, list[tuple[int, int]]] = {}
    try:
        arrivals = probe.listen(heard_by, seconds)
    except (ClusterUnreachable, ClusterUnauthorized):
        return
    for arrival in arrivals:
        heard.setdefault(arrival.partition, []).append((arrival.arrived, arrival.timestamp))
    for mirrored, rows in heard.items():
        for sheet, partition in heard_by[mirrored]:
            sheet.looks[partition] = replace(sheet.looks[partition], heard=tuple(rows))


def _turn(sheet: MirrorReadings, most: int) -> list[Partition]:
    """Up to `most` partitions whose end moved, or that wait, from where the last turn ended."""
    moving = sorted(
        one
        for one in sheet.close
        if not sheet.stamping.get(one.topic, Stamping()).append_time
        and isinstance(sheet.looks[one].target_end, int)
    )
    last = sheet.memory.heard
    begins = 0 if last is None else bisect_right(moving, last)
    return (moving[begins:] + moving[:begins])[:most]


def away(sheets: Iterable[MirrorReadings], code: Code, words: str) -> None:
    """Note for each of these mirrors what could not be observed."""
    for sheet in sheets:
        sheet.away[code] = words
