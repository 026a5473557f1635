"""What one sample reads of a partition, and the figures that follow from it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mirroring.measuring.position import NEVER


class Fetched(StrEnum):
    """What a verifying fetch found where it found no record."""

    NOT_ASKED = "not asked"
    NOTHING = "only markers, aborted or compacted records"
    FAILED = "no answer"


@dataclass(frozen=True, slots=True)
class At:
    """An offset and its record's timestamp in ms."""

    offset: int
    timestamp: int


@dataclass(frozen=True, slots=True)
class Look:
    """What one sample read of one partition; None where it could not, or need not, be read.

    `told`: Connect told the committed offsets; `runs`: since when (ms) it runs the mirror, NEVER
    when it does not.
    """

    at: int
    start: int
    end: int
    committed: int | None = None
    told: bool = False
    runs: int = 0
    target_end: int | None = None
    newest: int | None = None
    oldest: At | None = None
    fetched: At | Fetched = Fetched.NOT_ASKED
    heard: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things may take, in ms: a commit's flush, the gap between samples, the target."""

    flush: int
    gap: int
    target: int

    @property
    def overdue(self) -> int:
        """How old an uncommitted offset may get before its silence means something."""
        return self.flush + 2 * self.gap


@dataclass(frozen=True, slots=True)
class Figures:
    """A partition's figures in one sample: ms and records."""

    end: int
    waiting: int = 0
    behind: int = 0
    old: bool = False
    stuck: bool = False
    still: int = 0
    heard: int = 0
    heard_sum: int = 0
    heard_max: int = 0
    skewed: int = 0
    produced: int = NEVER
    rate: float | None = None
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """A topic's, or a mirror's, figures in one sample; None where nothing was measured.

    `late` is `behind` without the records older than the mirror.
    """

    average: int | None = None
    max: int | None = None
    behind: int = 0
    late: int = 0
    waiting: int = 0
    weight: int = 0
    rate: float | None = None


def summary(figures: Sequence[Figures]) -> Summary:
    """The figures of several partitions as one: heard records, weighted with what still waits."""
    new = [one for one in figures if not one.old]
    weight = sum(one.heard + one.waiting for one in new)
    total = sum(one.heard_sum + one.waiting * one.behind for one in new)
    rates = [one.rate for one in figures if one.rate is not None]
    return Summary(
        average=round(total / weight) if weight else None,
        max=max((max(one.heard_max, one.behind) for one in new), default=0) if weight else None,
        behind=max((one.behind for one in figures), default=0),
        late=max((one.behind for one in new), default=0),
        waiting=sum(one.waiting for one in figures),
        weight=weight,
        rate=round(sum(rates), 3) if rates else None,
    )


def lasting(known: int | None, measured: int | None, seen: Summary, pace: Pace) -> int | None:
    """The latency (ms) that stands after a sample: the last one measured, as long as it may.

    Not one above the target once newer records were copied that nobody heard.
    """
    if measured is not None or known is None:
        return measured
    newer = bool(seen.rate) and not seen.waiting
    return None if newer and known > pace.target else known
