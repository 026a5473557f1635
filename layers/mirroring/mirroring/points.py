"""A mirror's history in few writes: rows of figures, packed until they fill a write unit.

A write unit is 1 kB, so a row a minute is gathered beside the last observation (which is written
each minute anyway) and moved to the history when the pack is full. Packs live as long as the most
lasting of their rows: every row 15 days, one in ten minutes 90 days, one an hour 13 months.
"""

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mirroring.observation import Observation, Point

PACK_ROWS = 15
PACK_BYTES = 900
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


def gather(gathered: bytes, row: Row) -> tuple[bytes, Pack | None]:
    """What is gathered with one row more, and the pack to write when that made it full."""
    rows = [*unpack(gathered), row]
    data = pack(rows)
    span = row.at - rows[0].at
    if len(rows) < PACK_ROWS and len(data) < PACK_BYTES and span < PACK_SPAN:
        return data, None
    return b"", Pack(rows[0].at, len(rows), data, rows[-1].at + life(rows[0].at, row.at))


def pack(rows: Sequence[Row]) -> bytes:
    """Rows as bytes; about 12 bytes a row and topic."""
    table = [[_ms(row.at), row.figures] for row in rows]
    return zlib.compress(json.dumps(table, separators=(",", ":")).encode(), 9)


def unpack(data: bytes) -> Iterator[Row]:
    """The rows of `pack`, oldest first; none of b''."""
    if not data:
        return
    for at, figures in json.loads(zlib.decompress(data)):
        yield Row(_moment(at), {name: tuple(values) for name, values in figures.items()})


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


def _step(age: timedelta) -> timedelta | None:
    if age <= MINUTES_LIVE:
        return None
    return TENTH if age <= TENTHS_LIVE else HOUR


def _begins(step: timedelta, first: datetime, last: datetime) -> bool:
    """Whether a step of the clock begins in between; a sample in its first minute is on it."""
    return _slot(first - timedelta(minutes=1), step) != _slot(last, step)


def _slot(at: datetime, step: timedelta) -> int:
    return _ms(at) // int(step.total_seconds() * 1000)


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
