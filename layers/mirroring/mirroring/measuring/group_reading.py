"""The steps of a sample that read consumer groups; whatever fails here costs only this look.

The order makes what is read comparable: the target's offsets come first, then the checkpoints that
they were taken from, then the source's, which no checkpoint can be ahead of unless a group went
back.
"""

import zlib
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from mirroring import selection
from mirroring.errors import ClusterUnauthorized, ClusterUnreachable
from mirroring.java.budget import PatternsTakeLong, patience
from mirroring.kafka_client.probe import Probe
from mirroring.kafka_client.wire import checkpoint
from mirroring.kafka_client.wire.checkpoint import Checkpoint
from mirroring.kafka_types import (
    EARLIEST,
    LATEST,
    Fault,
    GroupFacts,
    OffsetAt,
    Partition,
    TopicFacts,
)
from mirroring.measuring.group_look import GroupLook, Offsets, due
from mirroring.measuring.group_memory import GroupMemory, learned, resumed
from mirroring.measuring.readings import MirrorReadings
from mirroring.mirror import Mirror
from mirroring.observation import Code
from mirroring.selection import MATCHING_S

MOST_ASKED = 500
MOST_FETCHES = 4


def list_groups(
    source: Probe, all_readings: Iterable[MirrorReadings], matching_s: float = MATCHING_S
) -> None:
    """Which groups of the source each mirror translates, where it is time to look.

    One whose pattern takes longer than `matching_s` says so, and is left to the next look.
    """
    looking = [readings for readings in all_readings if _is_due(readings)]
    if not looking:
        return
    try:
        listed = source.groups()
    except (ClusterUnreachable, ClusterUnauthorized):
        return
    for readings in looking:
        try:
            with patience(matching_s):
                names = selection.matching_groups(readings.mirror, listed.by_name)
        except PatternsTakeLong:
            _too_slow(readings)
            continue
        known = {group for group, _ in readings.memory.groups.rows}
        asked = sorted(names, key=lambda name: (name not in known, name))[:MOST_ASKED]
        facts = {name: listed.by_name[name] for name in names}
        readings.groups = GroupLook(facts, tuple(asked), listed.whole)


def read_on_target(
    target: Probe, all_readings: Iterable[MirrorReadings], matching_s: float = MATCHING_S
) -> None:
    """What the groups have on the target, and how MirrorMaker translated them."""
    looking = {
        readings.mirror.name: (readings, readings.groups)
        for readings in all_readings
        if readings.groups
    }
    if not looking:
        return
    try:
        _read_states(target, looking.values())
        _read_checkpoints(target, looking.values(), matching_s)
    except (ClusterUnreachable, ClusterUnauthorized):
        for readings, _ in looking.values():
            readings.groups = None


def read_committed(source: Probe, all_readings: Iterable[MirrorReadings]) -> None:
    """What the groups have committed on the source."""
    looking = [(readings, readings.groups) for readings in all_readings if readings.groups]
    wanted: dict[str, GroupFacts] = {}
    for _, look in looking:
        wanted |= {name: look.names[name] for name in look.asked}
    try:
        committed = source.committed(wanted) if wanted else {}
    except (ClusterUnreachable, ClusterUnauthorized):
        for readings, _ in looking:
            readings.groups = None
        return
    for readings, look in looking:
        names = {name: name for name in readings.source.topics}
        look.committed = {name: _by_source(committed[name], names) for name in look.asked}


def _is_due(readings: MirrorReadings) -> bool:
    away = Code.TARGET_UNREACHABLE in readings.unobservable or not readings.listed()
    looks = due(readings.memory.turn) or _was_too_slow(readings)
    return readings.mirror.sync_group_offsets and not away and looks


def _was_too_slow(readings: MirrorReadings) -> bool:
    """Whether a pattern was too slow in the last sample: that is told as long as it is so."""
    before = readings.before.reasons if readings.before else ()
    return any(one.code is Code.PATTERN_TOO_SLOW for one in before)


_Looking = Iterable[tuple[MirrorReadings, GroupLook]]


def _read_states(target: Probe, looking: _Looking) -> None:
    listed = target.groups()
    asked = {name for _, look in looking for name in look.asked}
    known = {name: facts for name, facts in listed.by_name.items() if name in asked}
    committed = target.committed(known) if known else {}
    for readings, look in looking:
        names = {readings.mirror.mirrored_name(name): name for name in readings.source.topics}
        look.states = {name: known[name].state for name in look.asked if name in known}
        look.target_whole = listed.whole
        look.target = {name: _by_source(committed[name], names) for name in look.states}


def _by_source(offsets: Offsets, names: Mapping[str, str]) -> Offsets:
    """Offsets by partition of the source; `names` has the source's topic for each topic told."""
    if isinstance(offsets, Fault):
        return offsets
    return {
        Partition(names[topic], index): offset
        for (topic, index), offset in offsets.items()
        if topic in names
    }


def _read_checkpoints(target: Probe, looking: _Looking, matching_s: float) -> None:
    places = {Partition(_topic(readings), 0) for readings, _ in looking}
    facts = target.topics({one.topic for one in places})
    held = [one for one in places if facts[one.topic].fault is None]
    starts = target.offsets(dict.fromkeys(held, EARLIEST))
    ends = target.offsets(dict.fromkeys(held, LATEST))
    for readings, look in looking:
        place = Partition(_topic(readings), 0)
        topic = facts[place.topic]
        look.memory = readings.memory.groups
        if topic.fault is Fault.UNKNOWN_TOPIC:
            look.memory = GroupMemory()
        elif topic.fault is not None:
            look.fault = topic.fault
        else:
            try:
                with patience(matching_s):
                    _read_on(target, readings, look, topic, starts[place], ends[place])
            except PatternsTakeLong:
                _too_slow(readings)


def _read_on(
    target: Probe,
    readings: MirrorReadings,
    look: GroupLook,
    topic: TopicFacts,
    start: OffsetAt | Fault,
    end: OffsetAt | Fault,
) -> None:
    """Read the checkpoints from where the last look ended, a few MB at most."""
    if isinstance(start, Fault) or isinstance(end, Fault):
        look.fault = start if isinstance(start, Fault) else Fault.OTHER
        return
    place, original = Partition(_topic(readings), 0), _original(readings.mirror)
    scope = _scope(readings.mirror)
    memory = resumed(look.memory, scope, topic.topic_id, start.offset, end.offset)
    for _ in range(MOST_FETCHES):
        if memory.offset >= end.offset:
            break
        chunk = target.records({place: memory.offset})[place]
        if isinstance(chunk, Fault):
            look.fault = chunk
            break
        checkpoints = filter(None, map(checkpoint.read, chunk.records))
        memory = learned(memory, checkpoints, original, chunk.next_offset)
    look.memory, look.read = memory, memory.offset >= end.offset


def _too_slow(readings: MirrorReadings) -> None:
    """The groups of this mirror alone stay as they were."""
    readings.groups = None
    words = "groupsRegex, topicsRegex or topicsExclude was not matched with all groups in time."
    readings.partly_unobservable[Code.PATTERN_TOO_SLOW] = words


def _topic(readings: MirrorReadings) -> str:
    return checkpoint.topic(readings.mirror.source.alias)


def _scope(mirror: Mirror) -> str:
    """What decides which checkpoints are kept, as a few letters."""
    patterns = (mirror.groups_regex, mirror.topics_regex, *mirror.topics_exclude)
    return f"{zlib.crc32(','.join(patterns).encode()):08x}"


def _original(mirror: Mirror) -> Callable[[Checkpoint], Partition | None]:
    """The source's partition of a checkpoint, None for one that is of another mirror.

    By the patterns, not by the topics now there: a topic may be born while this is read.
    """

    @cache
    def is_wanted(group: str) -> bool:
        return bool(selection.matching_groups(mirror, [group]))

    @cache
    def source(topic: str) -> str | None:
        prefix = mirror.mirrored_name("")
        name = topic.removeprefix(prefix)
        mine = topic.startswith(prefix) and selection.matching(mirror, [name])
        return name if mine else None

    def original(one: Checkpoint) -> Partition | None:
        name = source(one.partition.topic) if is_wanted(one.group) else None
        return None if name is None else Partition(name, one.partition.index)

    return original
