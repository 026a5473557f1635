"""What one sample asks of a source: topics, start and end offsets, and when all began."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mirroring.connecting.security import Isolation
from mirroring.errors import ClusterUnauthorized, ClusterUnreachable
from mirroring.facts import (
    EARLIEST,
    LATEST,
    MAX_TIMESTAMP,
    Fault,
    OffsetAt,
    Partition,
    TopicFacts,
)
from mirroring.java.characters import JavaRegexError
from mirroring.measuring.figures import Look
from mirroring.measuring.position import NEVER, begin, reset
from mirroring.measuring.reading import Clock, away, now_ms
from mirroring.measuring.sheet import Sheet
from mirroring.observation import Code
from mirroring.probing.probe import Probe
from mirroring.topics import matching


def read_source(probe: Probe, sheets: Sequence[Sheet], clock: Clock = now_ms) -> None:
    """Step 1: topics and ids, start and end offsets of every mirrored partition.

    A pattern that Java refuses matches nothing, and its connector says why.
    """
    try:
        topics = probe.topics()
    except ClusterUnreachable as error:
        return away(sheets, Code.SOURCE_UNREACHABLE, error.detail)
    except ClusterUnauthorized as error:
        return away(sheets, Code.SOURCE_UNAUTHORIZED, error.detail)
    for sheet in sheets:
        try:
            names = matching(sheet.mirror, topics)
        except JavaRegexError:
            names = []
        except TimeoutError:
            words = "topicsRegex takes too long to match the topics' names."
            away([sheet], Code.SOURCE_UNREACHABLE, words)
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
