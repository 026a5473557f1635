"""A reason of a case: its row of reason_table.py, filled with the facts."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from mirroring import bounded
from mirroring.observation import Code, Reason
from mirroring.reason_table import REASONS

NOTHING: Mapping[str, object] = MappingProxyType({})


def duration(ms: int) -> str:
    """Milliseconds as a person says them: `850 ms`, `12 s`, `3 min 20 s`, `4 d 3 h`."""
    if ms < 1000:
        return f"{ms} ms"
    seconds = ms // 1000
    for size, unit, small, part in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min")):
        if seconds >= size:
            rest = seconds % size // small
            return f"{seconds // size} {unit}" + (f" {rest} {part}" if rest else "")
    minutes, seconds = divmod(seconds, 60)
    return (f"{minutes} min" + (f" {seconds} s" if seconds else "")) if minutes else f"{seconds} s"


def reason(
    code: Code,
    now: datetime,
    says: Mapping[str, object] = NOTHING,
    *,
    topic: str | None = None,
    partition: int | None = None,
    connector: str | None = None,
    task: int | None = None,
    measured: int | None = None,
    threshold: int | None = None,
) -> Reason:
    """A reason in its words; `measured` and `threshold` in ms, `says` fills the texts."""
    row = REASONS[code]
    known = {"topic": topic, "partition": partition, "connector": connector, "task": task, **says}
    return Reason(
        code=code,
        severity=row.severity,
        topic=topic,
        partition=partition,
        connector=connector,
        task=task,
        measured=measured,
        threshold=threshold,
        since=now,
        message=bounded.text(row.message.format_map(known)),
        action=bounded.text(row.action.format_map(known)),
    )
