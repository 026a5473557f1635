"""How far the records older than the mirror are copied, and when they will be. Pure."""

from collections.abc import Iterable
from datetime import UTC, datetime

from mirroring.measuring.readings import MirrorReadings
from mirroring.measuring.resting import old_records, rows_of
from mirroring.observation import Backfill

SHARE = 4
# Beyond ten years an estimate says only that it hardly moves.
LONGEST_MS = 10 * 365 * 24 * 3_600_000


def progress(sheet: MirrorReadings, now: int) -> Backfill | None:
    """Done, total and the estimated end at `now` (ms), while some of them are not copied."""
    if not any(figures.old for figures in sheet.figures.values()):
        return None
    old = _old(sheet)
    total = sum(origin - first for first, origin, _ in old)
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


def reference(sheet: MirrorReadings, now: int) -> tuple[int, int] | None:
    """What the next sample takes the pace from: (ms, records copied) some samples ago.

    It follows by a quarter of the way, so that one slow sample is no forecast.
    """
    old = _old(sheet)
    copied = _copied(old)
    then, before = sheet.memory.copied or (now, copied)
    nearer = (then + (now - then) // SHARE, before + (copied - before) // SHARE)
    return nearer if old else None


def _old(sheet: MirrorReadings) -> list[tuple[int, int, int]]:
    """(first, origin, front) of the partitions that hold records older than the mirror."""
    awake: dict[str, set[int]] = {}
    for name, index in sheet.positions:
        awake.setdefault(name, set()).add(index)
    found = list(old_records(sheet.positions.values()))
    for name in sheet.resting:
        rows, here = rows_of(sheet.memory.topics[name].positions), awake.get(name, ())
        found += old_records([row for index, row in rows.items() if index not in here])
    return found


def _copied(old: Iterable[tuple[int, int, int]]) -> int:
    """How many of these records are copied."""
    return sum(min(max(front, first), origin) - first for first, origin, front in old)
