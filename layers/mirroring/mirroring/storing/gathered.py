"""The rows that go to the history with the next pack: a line each, beside the last sample.

A line is most like the one before, so that storing it as a difference takes few bytes.
"""

import json
from collections.abc import Iterator
from datetime import timedelta

from mirroring.storing.history_packs import (
    PACK_SPAN,
    Pack,
    Row,
    figures,
    life,
    moment,
    ms,
    pack,
    text,
)

PACK_ROWS = 15
# Rows of 20,000 topics have 1 MB each: of those a pack has four.
GATHERED_BYTES = 4_000_000


def add(gathered: bytes, row: Row) -> tuple[bytes, Pack | None]:
    """What is gathered once the row is added, and the pack to write when there is a full one.

    No pack spans more than 15 minutes: who looks for a row need not look further back.
    """
    added = line(row)
    if gathered and ms(row.at) - _began(gathered) >= PACK_SPAN // timedelta(milliseconds=1):
        return added, _packed(gathered)
    whole = gathered + added
    if whole.count(b"\n") < PACK_ROWS and len(whole) <= GATHERED_BYTES:
        return whole, None
    return b"", _packed(whole)


def rows(gathered: bytes, topic: str | None = None) -> Iterator[Row]:
    """The rows, oldest first, with all topics or one."""
    for one in gathered.splitlines():
        at, texts = json.loads(one)
        wanted = texts if topic is None else texts.keys() & {topic}
        yield Row(moment(at), {name: figures(texts[name]) for name in wanted})


def line(row: Row) -> bytes:
    """A row as it is gathered."""
    texts = {name: text(one) for name, one in row.figures.items()}
    return json.dumps([ms(row.at), texts], separators=(",", ":")).encode() + b"\n"


def _began(gathered: bytes) -> int:
    """The time of the first line, in ms."""
    return int(gathered[1 : gathered.index(b",")])


def _packed(gathered: bytes) -> Pack:
    found = list(rows(gathered))
    first, last = found[0].at, found[-1].at
    return Pack(first, len(found), pack(found), last + life(first, last))
