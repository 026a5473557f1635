"""A mirror's history in few writes: rows of figures, a pack for a quarter of an hour.

A write unit is 1 kB, so a row a minute is gathered beside the last observation (which is written
each minute anyway) and moved to the history with fourteen others. Packs live as long as the most
lasting of their rows: every row 15 days, one in ten minutes 90 days, one an hour 13 months.
"""

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from mirroring.observation import Observation, Point

# Half of what an item holds, since the halves of a pack may compress differently.
PACK_MOST_BYTES = 200_000
PACK_SPAN = timedelta(minutes=15)

MINUTES_LIVE = timedelta(days=15)
TENTHS_LIVE = timedelta(days=90)
HOURS_LIVE = timedelta(days=395)
TENTH = timedelta(minutes=10)
HOUR = timedelta(hours=1)

MIRROR = ""
Figures = tuple[int | None, int | None, int | None, int | None, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One sample's figures by topic; those of the mirror as a whole are under the name ''."""

    at: datetime
    figures: Mapping[str, Figures]


@dataclass(frozen=True, slots=True)
class Pack:
    """Rows that go to the history as one item."""

    first: datetime
    rows: int
    data: bytes
    expires: datetime


def mirror_row(seen: Observation) -> Row:
    """The mirror's own figures in a sample."""
    latency = seen.latency
    figures = (latency.average, latency.max, latency.behind, latency.lag_records, seen.status)
    return Row(seen.measured_at, {MIRROR: figures})


def topics_row(seen: Observation) -> Row:
    """The figures of each of its topics in a sample; their status is the topic's state."""
    return Row(
        seen.measured_at,
        {
            one.name: (
                one.average_latency,
                one.max_latency,
                one.behind,
                one.lag_records,
                one.state,
            )
            for one in seen.topics
        },
    )


def split(whole: Pack) -> list[Pack]:
    """The pack as packs of some topics each, where one is too large for an item."""
    count = -(-len(whole.data) // PACK_MOST_BYTES)
    if count == 1:
        return [whole]
    rows = list(unpack(whole.data))
    names = sorted({name for row in rows for name in row.figures})
    each = -(-len(names) // count)
    return [
        replace(whole, data=pack([_only(row, set(names[at : at + each])) for row in rows]))
        for at in range(0, len(names), each)
    ]


def pack(rows: Sequence[Row]) -> bytes:
    """Rows as bytes, a text for each topic, so that a reader of one need not parse the others."""
    names = dict.fromkeys(name for row in rows for name in row.figures)
    columns = {name: "|".join(text(row.figures.get(name)) for row in rows) for name in names}
    document = [[ms(row.at) for row in rows], columns]
    return zlib.compress(json.dumps(document, separators=(",", ":")).encode(), 9)


def unpack(data: bytes, topic: str | None = None) -> Iterator[Row]:
    """The rows of `pack`, oldest first, with all topics or one; none of b''."""
    if not data:
        return
    times, columns = json.loads(zlib.decompress(data))
    wanted = columns.keys() if topic is None else columns.keys() & {topic}
    texts = {name: columns[name].split("|") for name in wanted}
    for index, at in enumerate(times):
        yield Row(moment(at), {name: figures(of[index]) for name, of in texts.items() if of[index]})


def life(first: datetime, last: datetime) -> timedelta:
    """How long a pack from `first` to `last` is kept: as long as the most lasting of its rows."""
    if _begins(HOUR, first, last):
        return HOURS_LIVE
    return TENTHS_LIVE if _begins(TENTH, first, last) else MINUTES_LIVE


def series(rows: Iterable[Row], topic: str, now: datetime) -> Iterator[Point]:
    """The points of one topic (or MIRROR) from rows in order, thinned out by their age at `now`."""
    slot = None
    for row in rows:
        if topic not in row.figures:
            continue
        step = _step(now - row.at)
        if step and _slot(row.at, step) == slot:
            continue
        slot = _slot(row.at, step) if step else None
        average, largest, behind, lag, status = row.figures[topic]
        yield Point(
            at=row.at, average=average, max=largest, behind=behind, lag_records=lag, status=status
        )


def _only(row: Row, names: set[str]) -> Row:
    return Row(row.at, {name: row.figures[name] for name in names & row.figures.keys()})


def text(figures: Figures | None) -> str:
    """`21 63 - 0 ACTIVE`, with `-` for what was never measured; empty for an unknown topic."""
    return "" if figures is None else " ".join("-" if one is None else str(one) for one in figures)


def figures(words: str) -> Figures:
    """What `text` wrote."""
    *numbers, status = words.split(" ")
    average, largest, behind, lag = (None if one == "-" else int(one) for one in numbers)
    return average, largest, behind, lag, status


def _step(age: timedelta) -> timedelta | None:
    if age <= MINUTES_LIVE:
        return None
    return TENTH if age <= TENTHS_LIVE else HOUR


def _begins(step: timedelta, first: datetime, last: datetime) -> bool:
    """Whether a step of the clock begins in between; a sample in its first minute is on it."""
    return _slot(first - timedelta(minutes=1), step) != _slot(last, step)


def _slot(at: datetime, step: timedelta) -> int:
    return ms(at) // int(step.total_seconds() * 1000)


def ms(at: datetime) -> int:
    """A moment in ms since 1970."""
    return round(at.timestamp() * 1000)


def moment(at: int) -> datetime:
    """What `ms` told."""
    return datetime.fromtimestamp(at / 1000, UTC)
