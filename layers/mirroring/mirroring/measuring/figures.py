"""What one sample reads of a partition, and the figures that follow from it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from mirroring.kafka_types import Fault
from mirroring.measuring.position import NEVER


class Fetched(StrEnum):
    """What a verifying fetch found where it found no record."""

    NOT_ASKED = "not asked"
    NOTHING = "only markers, aborted or compacted records"


class RecordAt(NamedTuple):
    """An offset and its record's timestamp in ms, None where that was not read."""

    offset: int
    timestamp: int | None


class PartitionReading(NamedTuple):
    """What one sample read of one partition: a value, None for known absent, or a Fault: unknown.

    `committed` is known where `offsets_known`; `start` is the last known one unless `start_known`.
    `running_since`: since when (ms) Connect runs the mirror, NEVER when it does not. `exact`: each
    commit is one transaction with the records that it covers. `since_last` is the first offset that
    is stamped after the sample that its oldest waiting record followed, None where nobody asked.
    """

    at: int
    start: int
    end: int
    committed: int | None = None
    offsets_known: bool = False
    running_since: int = 0
    start_known: bool = True
    exact: bool = False
    target_end: int | Fault = Fault.NOT_ASKED
    newest: int | Fault | None = Fault.NOT_ASKED
    oldest: RecordAt | Fault | None = Fault.NOT_ASKED
    fetched: RecordAt | Fetched | Fault = Fetched.NOT_ASKED
    since_last: int | None = None
    heard: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Timing:
    """How long things may take, in ms: a commit's flush, the gap between samples, the target.

    `learnt`: the flush interval was seen, not only told by whoever registered the workers.
    """

    flush: int
    gap: int
    target: int
    learnt: bool = True

    @property
    def overdue(self) -> int:
        """How old an uncommitted offset may get before its silence means something."""
        return self.flush + 2 * self.gap


class PartitionLatency(NamedTuple):
    """A partition's figures in one sample: ms and records.

    `behind` is the likeliest age of the oldest record that waits, `youngest` the least that it can
    be; `behind` is None where no time of writing is known. It is `proven` that they wait unless an
    answer failed; `unknown` is why it is not known whether records wait: the figures then are the
    last known ones, and `overdue` says that a commit should have come. `fresh`: nothing was ever
    copied of it, and its grace is not over.
    """

    end: int
    waiting: int = 0
    behind: int | None = 0
    youngest: int = 0
    proven: bool = True
    unknown: Fault | None = None
    overdue: bool = False
    fresh: bool = False
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

    @property
    def counted(self) -> int:
        """How many waiting records count in a mean delay: where that and their age is certain."""
        return self.waiting if self.proven and self.behind is not None else 0

    @property
    def weight(self) -> int:
        """How many records its delays are of: those that were heard, and those that wait."""
        return self.heard + self.counted

    @property
    def delays(self) -> int:
        """The delays (ms) of all of these together."""
        return self.heard_sum + self.counted * (self.behind or 0)

    @property
    def average(self) -> int | None:
        """The mean delay (ms) of new records; None where none was measured."""
        weight = 0 if self.old else self.weight
        return round(self.delays / weight) if weight else None


@dataclass(frozen=True, slots=True)
class Summary:
    """A topic's, or a mirror's, figures in one sample; None where nothing was measured.

    `late` is the least delay that new records can have: what an alarm needs above the target.
    `unknown` counts the partitions of which nobody knows whether records wait.
    """

    average: int | None = None
    max: int | None = None
    behind: int | None = 0
    late: int = 0
    waiting: int = 0
    weight: int = 0
    rate: float | None = None
    unknown: int = 0


def summary(figures: Sequence[PartitionLatency], resting: int = 0) -> Summary:
    """The figures of several partitions as one: heard records, weighted with what still waits.

    `resting` more of them are at rest: nothing comes, nothing waits.
    """
    new = [one for one in figures if not one.old]
    weight = sum(one.weight for one in new)
    total = sum(one.delays for one in new)
    largest = [max(one.heard_max, (one.behind or 0) if one.counted else 0) for one in new]
    rates = [one.rate for one in figures if one.rate is not None] + [0.0] * bool(resting)
    behind = [one.behind for one in figures if one.behind is not None] + [0] * bool(resting)
    return Summary(
        average=round(total / weight) if weight else None,
        max=max(largest, default=0) if weight else None,
        behind=max(behind) if behind else None if figures else 0,
        late=_late([one for one in new if not one.fresh]),
        waiting=sum(one.waiting for one in figures),
        weight=weight,
        rate=round(sum(rates), 3) if rates else None,
        unknown=sum(one.unknown is not None for one in figures),
    )


def _late(figures: Sequence[PartitionLatency]) -> int:
    """The least that the mean delay, and the delay of the oldest record that waits, can be."""
    weight = sum(one.weight for one in figures)
    total = sum(one.heard_sum + one.counted * one.youngest for one in figures)
    oldest = max((one.youngest for one in figures), default=0)
    return max(oldest, round(total / weight) if weight else 0)


def carry_over(
    known: int | None, measured: int | None, seen: Summary | PartitionLatency, pace: Timing
) -> int | None:
    """The latency (ms) that stands after a sample: the last one measured, as long as it may.

    Not one above the target once newer records were copied that nobody heard.
    """
    if measured is not None or known is None:
        return measured
    newer = bool(seen.rate) and not seen.waiting
    return None if newer and known > pace.target else known
