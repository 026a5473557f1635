"""What all benchmarks need: ours and its peer in turn, what they took, and the closing lines."""

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from statistics import median

RUNS, QUICK_RUNS = 7, 5
HEADER = "| row | reach | measured | reached |"


@dataclass(frozen=True)
class Took:
    """What one run took: seconds on the clock and of CPU."""

    wall_s: float
    cpu_s: float


Work = Callable[[], Took]


@dataclass(frozen=True)
class Series:
    """Several runs of the same work."""

    runs: Sequence[Took]

    @property
    def wall_s(self) -> float:
        """The median."""
        return median(one.wall_s for one in self.runs)

    @property
    def cpu_s(self) -> float:
        """The median."""
        return median(one.cpu_s for one in self.runs)

    def row(self, what: str) -> str:
        """A row of `series_table`."""
        cells = []
        for seconds in ([one.wall_s for one in self.runs], [one.cpu_s for one in self.runs]):
            cells += [f"{1000 * one:,.0f}" for one in (median(seconds), min(seconds), max(seconds))]
        return f"| {what} | {' | '.join(cells)} |"


@dataclass(frozen=True)
class Row:
    """A row of ../shared/performance.md in one figure, `value`, which is reached from `reach` on.

    `why` says what keeps it from there, for as long as something does.
    """

    name: str
    what: str
    value: float
    reach: float
    why: str = ""

    def line(self) -> str:
        """A row of the table."""
        if self.value >= self.reach:
            verdict = "yes"
        else:
            verdict = f"no: {self.reach / self.value:,.2f} × short of it. {self.why}".strip()
        return f"| {self.name} | {self.what} | {self.value:,.2f} × | {verdict} |"


def asked(about: str | None, runs: int = RUNS) -> tuple[bool, int]:
    """Whether a quick run is asked for, and how many runs are to be made."""
    arguments = argparse.ArgumentParser(description=about)
    arguments.add_argument("--quick", action="store_true", help="smaller, within a minute")
    quick = arguments.parse_args().quick
    return quick, min(runs, QUICK_RUNS) if quick else runs


def timed(action: Callable[[], object]) -> Took:
    """What an action took, with the CPU of the children that ended in it."""
    began, before = time.perf_counter(), cpu_s()
    action()
    return Took(time.perf_counter() - began, cpu_s() - before)


def cpu_s() -> float:
    """The CPU seconds of this process and of its children that have ended."""
    used = (getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def interleaved(runs: int, works: Mapping[str, Work]) -> dict[str, Series]:
    """Each of the works so often, in turn, so that a noisy minute is everybody's."""
    taken: dict[str, list[Took]] = {name: [] for name in works}
    for _ in range(runs):
        for name, work in works.items():
            taken[name].append(work())
    return {name: Series(seen) for name, seen in taken.items()}


def series_table(rows: Mapping[str, Series]) -> None:
    """Prints what each took."""
    print("| ms | wall: median | least | most | CPU: median | least | most |")
    print("|---|---|---|---|---|---|---|")
    for what, series in rows.items():
        print(series.row(what))
    print()


def closed(rows: Sequence[Row]) -> None:
    """Prints which figures were reached, and the closing lines."""
    print(f"{HEADER}\n|---|---|---|---|")
    print("\n".join(one.line() for one in rows))
    for one in rows:
        print(f"RATIO {one.name} {one.value:.3g}", flush=True)
