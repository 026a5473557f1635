"""How long things may take: learnt from how long they took. Pure."""

from collections.abc import Iterable, Iterator

from mirroring.kafka_types import Partition
from mirroring.measuring.figures import Timing
from mirroring.measuring.position import Position
from mirroring.measuring.readings import MirrorReadings

MINUTE_MS = 60_000
# Nobody commits so rarely: a longer silence was an outage.
LONGEST_FLUSH_MS = 30 * MINUTE_MS
# After so long without two commits in a row the registered interval is believed.
UNLEARNT_MS = 15 * MINUTE_MS
# A sample each minute, and half of one for a late one: an older last look does not date a commit.
DATING_MS = 90_000


def paces(sheets: Iterable[MirrorReadings], flush_ms: int) -> dict[str, Timing]:
    """The pace of each mirror; all share the workers, whose flush interval was registered."""
    some = list(sheets)
    flush = max((one.memory.counts.get("flush", 0) for one in some), default=0)
    learnt = any(one.memory.counts.get("learnt", 0) for one in some)
    return {one.mirror.name: _pace(one, max(flush_ms, flush), learnt) for one in some}


def _pace(sheet: MirrorReadings, flush_ms: int, learnt: bool) -> Timing:
    at = max((look.at for look in sheet.looks.values()), default=0)
    runs = sheet.memory.counts.get("running_since", 0)
    return Timing(
        flush=flush_ms,
        gap=_gap(sheet, at),
        target=sheet.mirror.target_latency,
        learnt=learnt or 0 < runs < at - UNLEARNT_MS,
    )


def _gap(sheet: MirrorReadings, at: int) -> int:
    """How far samples are apart (ms), a minute at most; some in a few seconds change it little."""
    last = at - max((one.seen for one in sheet.positions.values()), default=0)
    known = sheet.memory.counts.get("gap", 0)
    return min(MINUTE_MS, max(last, known * 31 // 32)) if last > 0 else MINUTE_MS


def learn(sheet: MirrorReadings) -> dict[str, int]:
    """What is known of the flush interval after this sample, as counts: `flush` (ms), `learnt`.

    A commit comes within one of the first record that it covers, and often sooner: so the longest
    that was seen counts, and an outage is forgotten by an eighth with each commit. It is learnt
    once two commits followed each other while records came, unless the first may be older than the
    sample that saw it: all are that rose in one `undated` (ms).
    """
    counts = sheet.memory.counts
    known, waits = counts.get("flush", 0), list(_waits(sheet))
    took = max((one for one, _ in waits), default=0)
    whole = any(whole for _, whole in waits)
    return {
        "flush": min(LONGEST_FLUSH_MS, max(took, known * 7 // 8)) if took else known,
        "learnt": int(whole or counts.get("learnt", 0) > 0),
        "told": int(sheet.seen.committed is not None),
        "undated": _undated(sheet),
    }


def _undated(sheet: MirrorReadings) -> int:
    """The last sample (ms) whose commits may have risen long before it: none were told in the one
    before, or a partition was not looked at.
    """
    told, known = sheet.memory.counts.get("told", 0), sheet.memory.counts.get("undated", 0)
    late = [
        look.at
        for partition, look in sheet.looks.items()
        if sheet.positions[partition].rose == look.at
        and not (told and _was_seen(_before(sheet, partition), look.at))
    ]
    return max(late, default=known)


def _was_seen(before: Position | None, at: int) -> bool:
    return before is not None and at - before.seen <= DATING_MS


def _waits(sheet: MirrorReadings) -> Iterator[tuple[int, bool]]:
    """How long (ms) each commit that rose in this sample had not, and whether since the last one.

    Else it is since the first record that came after a pause, which came somewhen between two.
    """
    undated = sheet.memory.counts.get("undated", 0)
    for partition in sheet.close:
        before = _before(sheet, partition)
        since = 0 if before is None else max(before.rose, before.began)
        if before and since and sheet.positions[partition].rose == sheet.looks[partition].at:
            yield sheet.looks[partition].at - since, since == before.rose > undated


def _before(sheet: MirrorReadings, partition: Partition) -> Position | None:
    topic = sheet.memory.topics.get(partition.topic)
    return None if topic is None else topic.positions.get(partition.index)
