"""Partitions at rest: nothing moves, everything is copied. They stay the rows they were stored as.

Most partitions of most mirrors are so in most samples. No object is made of one, and nothing of it
is written anew: what changes with time, when it was last looked at, all of a topic share.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from mirroring.kafka_types import Fault
from mirroring.measuring.position import NEVER, Position, begin
from mirroring.observation import TopicState

Row = Sequence[Any]
"""A position's fields in order, without the last ones that are as they begin."""

_PLAIN = begin(0, 0, 0)
# The fields that begin has no value of its own for: a row always has them.
_LEAST = 6
_AT = {name: index for index, name in enumerate(Position._fields)}
_BACKFILL_END, _PROVEN, _COPIED_TO = (
    _AT[one] for one in ("backfill_end", "proven_copied_to", "copied_to")
)
_TARGET_END, _VERIFIED, _PRODUCED = (_AT[one] for one in ("target_end", "verified", "produced"))
_ENDS, _COMMITTED, _EMPTIED = _AT["ends"], _AT["committed"], _AT["emptied"]
_GAP_SINCE, _SINCE, _UNSURE = (_AT[one] for one in ("gap_since", "since", "unsure"))


class Use(NamedTuple):
    """How a topic's partitions are used: the newest record (ms), new records, any records."""

    newest: int = NEVER
    grown: bool = False
    held: bool = False

    def state(self, waiting: int, now: int, window_ms: int) -> TopicState:
        """How they are used while `waiting` records wait; `window_ms` is the activity window W."""
        if waiting or now - self.newest < window_ms:
            return TopicState.ACTIVE
        if self.grown:
            return TopicState.INACTIVE
        return TopicState.STALE if self.held else TopicState.EMPTY


class Positions(Mapping[int, Position]):
    """Positions by partition, each made of its row when it is first asked for."""

    __slots__ = ("_made", "rows")

    def __init__(self, rows: Mapping[int, Row]) -> None:
        self.rows = rows
        self._made: dict[int, Position] = {}

    def __getitem__(self, index: int) -> Position:
        made = self._made.get(index)
        if made is None:
            row = self.rows[index]
            made = self._made[index] = row if isinstance(row, Position) else position(row)
        return made

    def __iter__(self) -> Iterator[int]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def rows_of(positions: Mapping[int, Position]) -> Mapping[int, Row]:
    """The rows of those that are stored, and the positions of the others, which are rows, too."""
    return positions.rows if isinstance(positions, Positions) else positions


def row_of(one: Row) -> Row:
    """A position's fields, without the last ones that are as they begin; a row as it is."""
    if not isinstance(one, Position):
        return one
    kept = len(one)
    while kept > _LEAST and one[kept - 1] == _PLAIN[kept - 1]:
        kept -= 1
    return one[:kept]


def position(row: Row) -> Position:
    """The position of a row; fields that are not known here are left out."""
    first, backfill_end, proven, copied_to, start, ends, *rest = row[: len(_PLAIN)]
    kept = tuple((at, end) for at, end in ends)
    return Position(first, backfill_end, proven, copied_to, start, kept, *rest)


def rests(row: Row | None, start: int | Fault, end: int | Fault, committed: int | None) -> bool:
    """Whether a partition is where its row left it, with everything proven to be copied.

    `committed` is the last commit that was told, NEVER for none, None where Connect did not tell.
    """
    if row is None or isinstance(row, Position):
        return False
    if isinstance(start, Fault) or isinstance(end, Fault):
        return False
    proven = row[_PROVEN]
    if row[_ENDS][-1][1] != end or row[_COPIED_TO] < end or start > proven:
        return False
    if proven < end and _get(row, _VERIFIED) != end:
        return False
    if committed is not None and committed + 1 < proven and committed != _get(row, _COMMITTED):
        return False
    size = len(row)  # a field behind the row's last one is as it begins: false
    if size > _EMPTIED and row[_EMPTIED] and row[_TARGET_END] == NEVER:
        return False
    return not (
        (size > _GAP_SINCE and row[_GAP_SINCE])
        or (size > _SINCE and row[_SINCE])
        or (size > _UNSURE and row[_UNSURE])
    )


def use(positions: Mapping[int, Position]) -> Use:
    """How these are used, the stored ones by their rows."""
    newest, grown, held = NEVER, False, False
    for one in rows_of(positions).values():
        end = one[_ENDS][-1][1]
        newest = max(newest, _get(one, _PRODUCED))
        grown = grown or end > one[_BACKFILL_END]
        held = held or end > 0
    return Use(newest, grown, held)


def old_records(rows: Iterable[Row]) -> Iterator[tuple[int, int, int]]:
    """(first, backfill_end, copied_to) of what holds records older than the mirror."""
    for one in rows:
        if one[_BACKFILL_END] > one[0]:
            yield one[0], one[_BACKFILL_END], one[_COPIED_TO]


def _get(row: Row, at: int) -> Any:
    return row[at] if len(row) > at else _PLAIN[at]
