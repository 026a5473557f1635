"""How far the records older than the mirror are copied, and when they will be. Pure."""

from collections.abc import Iterable
from datetime import UTC, datetime

from mirroring.measuring.position import Position
from mirroring.measuring.sheet import Sheet
from mirroring.observation import Backfill

SHARE = 4
# Beyond ten years an estimate says only that it hardly moves.
LONGEST_MS = 10 * 365 * 24 * 3_600_000


def progress(sheet: Sheet, now: int) -> Backfill | None:
    """Done, total and the estimated end at `now` (ms), while some of them are not copied."""
    if not any(figures.old for figures in sheet.figures.values()):
        return None
    old = _old(sheet)
    total = sum(one.origin - one.first for one in old)
    done = _copied(old)
    eta = None
    if sheet.memory.copied is not None:
        then, before = sheet.memory.copied
        if done > before and now > then:
            left = (total - done) * (now - then) / (done - before)
            if left < LONGEST_MS:
                eta = datetime.fromtimestamp((now + round(left)) / 1000, UTC)
    fraction = round(done / total, 4) if total else 0.0
    return Backfill(done=done, total=total, fraction=fraction, eta=eta)


def reference(sheet: Sheet, now: int) -> tuple[int, int] | None:
    """What the next sample takes the pace from: (ms, records copied) some samples ago.

    It follows by a quarter of the way, so that one slow sample is no forecast.
    """
    old = _old(sheet)
    copied = _copied(old)
    then, before = sheet.memory.copied or (now, copied)
    nearer = (then + (now - then) // SHARE, before + (copied - before) // SHARE)
    return nearer if old else None


def _old(sheet: Sheet) -> list[Position]:
    """The partitions that hold records older than the mirror."""
    return [one for one in sheet.positions.values() if one.origin > one.first]


def _copied(old: Iterable[Position]) -> int:
    """How many of these records are copied."""
    return sum(min(max(one.front, one.first), one.origin) - one.first for one in old)
