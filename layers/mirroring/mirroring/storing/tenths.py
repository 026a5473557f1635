"""A topic's long history where a mirror has many: a row for each ten minutes, apart from others'.

The rows of 500 topics are 4 kB a minute, and 82 MB in 15 days, in which one topic's are to be
found. So once ten minutes are over, the worst of them is written again, by shards of some topics.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain

from mirroring.storing import gathered
from mirroring.storing.history import TOPICS, History
from mirroring.storing.history_packs import (
    TENTH,
    Figures,
    Pack,
    Row,
    life,
    pack,
    topics_row,
)
from mirroring.storing.observation_item import Outcome, State
from mirroring.worst import largest, worst_word

# Fewer topics' rows of 15 days are 10 MB at most: they are read as they are.
MANY = 50
# A shard's row is to fill a write unit (1 kB, some 60 topics); few counts, since readers try each.
SHARDS = {4: 250, 16: 0}


def keep(history: History, before: State, outcome: Outcome) -> None:
    """Writes the worst of ten minutes that the next sample is beyond, where topics are many.

    A sampler that fails after it writes the same again.
    """
    last = before.observation
    if last is None or len(last.topics) <= MANY:
        return
    begin = slot(last.measured_at)
    if slot(outcome.observation.measured_at) == begin:
        return
    packed = history.rows(last.mirror, TOPICS, begin, begin + TENTH, None)
    every = chain(packed, gathered.rows(before.topics), [topics_row(last)])
    for prefix, one in packs(begin, [row for row in every if slot(row.at) == begin]):
        history.keep(last.mirror, prefix, one)


def rows(
    history: History, mirror: str, start: datetime, end: datetime, topic: str
) -> Iterator[Row]:
    """A topic's rows from `start` to `end`, oldest first."""
    found = {
        row.at: row
        for prefix in prefixes(topic)
        for row in history.rows(mirror, prefix, start, end, topic)
    }
    return (found[at] for at in sorted(found) if start <= at <= end)


def slot(at: datetime) -> datetime:
    """The ten minutes that a sample is in, by their beginning."""
    seconds = int(TENTH.total_seconds())
    return datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, UTC)


def prefixes(topic: str) -> list[str]:
    """Under which prefixes a topic's rows may lie."""
    return [_prefix(count, topic) for count in SHARDS]


def packs(begin: datetime, seen: Sequence[Row]) -> Iterator[tuple[str, Pack]]:
    """The worst of the rows of ten minutes from `begin`, by the prefix of each shard."""
    names = {name for row in seen for name in row.figures}
    count = next((count for count, most in SHARDS.items() if len(names) <= most), max(SHARDS))
    shards: dict[str, dict[str, Figures]] = defaultdict(dict)
    for name in sorted(names):
        figures = [row.figures[name] for row in seen if name in row.figures]
        shards[_prefix(count, name)][name] = _worst(figures)
    for prefix, worst in shards.items():
        data = pack([Row(begin, worst)])
        yield prefix, Pack(begin, len(seen), data, begin + life(begin, begin))


def _prefix(count: int, topic: str) -> str:
    return f"tenths{count}.{zlib.crc32(topic.encode()) % count}"


def _worst(seen: Sequence[Figures]) -> Figures:
    return (
        largest(one[0] for one in seen),
        largest(one[1] for one in seen),
        largest(one[2] for one in seen),
        largest(one[3] for one in seen),
        worst_word(one[4] for one in seen),
    )
