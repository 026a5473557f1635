"""How long things may take: learnt from how long they took. Pure."""

from collections.abc import Iterable, Iterator

from mirroring.facts import Partition
from mirroring.measuring.figures import Pace
from mirroring.measuring.position import Position
from mirroring.measuring.sheet import Sheet

MINUTE_MS = 60_000
# Nobody commits so rarely: a longer silence was an outage.
LONGEST_FLUSH_MS = 30 * MINUTE_MS
# After so long without two commits in a row the registered interval is believed.
UNLEARNT_MS = 15 * MINUTE_MS


def paces(sheets: Iterable[Sheet], flush_ms: int) -> dict[str, Pace]:
    """The pace of each mirror; all share the workers, whose flush interval was registered."""
    some = list(sheets)
    learnt = max((_known(one) for one in some), default=0)
    return {one.mirror.name: _pace(one, flush_ms, learnt) for one in some}


def _known(sheet: Sheet) -> int:
    return min(LONGEST_FLUSH_MS, sheet.memory.counts.get("flush", 0))


def _pace(sheet: Sheet, flush_ms: int, learnt: int) -> Pace:
    at = max((look.at for look in sheet.looks.values()), default=0)
    gap = at - max((one.seen for one in sheet.positions.values()), default=0)
    runs = sheet.memory.counts.get("running_since", 0)
    return Pace(
        flush=max(flush_ms, learnt),
        gap=min(MINUTE_MS, gap) if gap > 0 else MINUTE_MS,
        target=sheet.mirror.target_latency,
        learnt=learnt > 0 or 0 < runs < at - UNLEARNT_MS,
    )


def learn(sheet: Sheet) -> int:
    """The flush interval (ms) as far as it is known after this sample, 0 while it is not.

    A commit comes within one of the first record that it covers. Half of the last value stays, so
    that one outage is soon forgotten.
    """
    known = sheet.memory.counts.get("flush", 0)
    took = max(_waits(sheet), default=0)
    return min(LONGEST_FLUSH_MS, max(took, known // 2)) if took else known


def _waits(sheet: Sheet) -> Iterator[int]:
    """How long each commit that rose in this sample had not."""
    for partition in sheet.close:
        before = _before(sheet, partition)
        since = 0 if before is None else max(before.rose, before.began)
        if since and sheet.positions[partition].rose == sheet.looks[partition].at:
            yield sheet.looks[partition].at - since


def _before(sheet: Sheet, partition: Partition) -> Position | None:
    topic = sheet.memory.topics.get(partition.topic)
    return None if topic is None else topic.positions.get(partition.index)
