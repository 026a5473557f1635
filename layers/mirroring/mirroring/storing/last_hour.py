"""How far behind a mirror was in each minute of the last hour: kept beside its last sample.

A list of mirrors draws a line for each: from the item that it reads anyway, not from the history,
which is a query a mirror. Sixty values take some 100 bytes of the write unit that a sample costs.
"""

import json
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

MINUTE = timedelta(minutes=1)
MINUTES = 60


def grown(packed: bytes, at: datetime, behind: int | None) -> bytes:
    """What is packed, with a sample's figure in ms; of two in a minute the worse one counts."""
    minute = _minute(at)
    start, before = _unpacked(packed) if packed else (minute, [])
    by_minute = dict(enumerate(before, start))
    known = [one for one in (by_minute.get(minute), behind) if one is not None]
    by_minute[minute] = max(known, default=None)
    first = max(min(by_minute), minute - MINUTES + 1)
    values = [by_minute.get(each) for each in range(first, minute + 1)]
    return zlib.compress(json.dumps([first, values], separators=(",", ":")).encode(), 9)


def since(packed: bytes, now: datetime) -> tuple[datetime, Sequence[int | None]] | None:
    """The first minute of the hour before `now` and the values from it on, if there are any.

    A minute without a sample is None.
    """
    if not packed:
        return None
    start, values = _unpacked(packed)
    old = max(0, _minute(now) - MINUTES + 1 - start)
    if old >= len(values):
        return None
    return datetime.fromtimestamp((start + old) * 60, UTC), values[old:]


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60


def _unpacked(packed: bytes) -> tuple[int, list[int | None]]:
    """The first minute, and the value of each from it on."""
    first, values = json.loads(zlib.decompress(packed))
    return first, values
