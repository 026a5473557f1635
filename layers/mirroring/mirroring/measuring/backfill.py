"""How far the records older than the mirror are copied, and when they will be. Pure."""

from collections.abc import Iterable
from datetime import UTC, datetime

from mirroring.measuring.readings import MirrorReadings
from mirroring.measuring.resting import old_records, rows_of
from mirroring.observation import Backfill

SHARE = 4
# Beyond ten years an estimate says only that it hardly moves.
LONGEST_MS = 10 * 365 * 24 * 3_600_000


def progress(readings: MirrorReadings, now: int) -> Backfill | None:
    """Done, total and the estimated end at `now` (ms), while some of them are not copied."""
    if not any(figures.old for figures in readings.figures.values()):
        return None
    old = _old(readings)
    total = sum(backfill_end - first for first, backfill_end, _ in old)
    done = _copied(old)
    eta = None
    if readings.memory.copied is not None:
        then, before = readings.memory.copied
        if done > before and now > then:
            left = (total - done) * (now - then) / (done - before)
            if left < LONGEST_MS:
                eta = datetime.fromtimestamp((now + round(left)) / 1000, UTC)
    fraction = round(done / total, 4) if total else 0.0
    return Backfill(done=done, total=total, fraction=fraction, eta=eta)


def reference(readings: MirrorReadings, now: int) -> tuple[int, int] | None:
    """What the next sample takes the pace from: (ms, records copied) some samples ago.

    It follows by a quarter of the way, so that one slow sample is no forecast.
    """
    old = _old(readings)
    copied = _copied(old)
    then, before = readings.memory.copied or (now, copied)
    nearer = (then + (now - then) // SHARE, before + (copied - before) // SHARE)
    return nearer if old else None


def _old(readings: MirrorReadings) -> list[tuple[int, int, int]]:
    """(first, backfill_end, copied_to) of what holds records older than the mirror."""
    awake: dict[str, set[int]] = {}
    for name, index in readings.positions:
        awake.setdefault(name, set()).add(index)
    found = list(old_records(readings.positions.values()))
    for name in readings.source.resting:
        rows, here = rows_of(readings.memory.topics[name].positions), awake.get(name, ())
        found += old_records([row for index, row in rows.items() if index not in here])
    return found


def _copied(old: Iterable[tuple[int, int, int]]) -> int:
    """How many of these records are copied."""
    return sum(
        min(max(copied_to, first), backfill_end) - first for first, backfill_end, copied_to in old
    )
