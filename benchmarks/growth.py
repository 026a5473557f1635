"""How a sample grows with mirrors and with partitions, and two sampler processes that share a load.

10 to 10,000 mirrors of a partition each, and one mirror of 1,000 to 50,000 partitions, of which one
in a hundred moves; docs/growth.svg draws it.
"""

import argparse
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.shared import fleet, large
from benchmarks.shared.bill import HOURS, READ_UNIT, WRITE_UNIT
from benchmarks.shared.comparison import Row, closed, timed
from benchmarks.shared.plot import Line, drawn
from tests.stack import ROOT

MIRRORS, QUICK_MIRRORS = (10, 100, 1_000, 10_000), (10, 100)
PARTITIONS, QUICK_PARTITIONS = (1_000, 10_000, 50_000), (1_000, 2_000)
SHARED, QUICK_SHARED = 1_000, 500
MINUTES, GB_SECOND, SAMPLER_GB = 60 * HOURS, 0.0000133334, 0.5
MEGABYTE = 1 << 20
PLOT = ROOT / "docs" / "growth.svg"
HEADER = "s | CPU, s | MB | requests | kB | write units | $ a month |\n" + "|---" * 8 + "|"


@dataclass(frozen=True)
class Grown:
    """A minute's samples of so much: all invocations together."""

    size: int
    wall_s: float
    cpu_s: float
    resident: int
    requests: int
    moved: int
    writes: float
    reads: float

    def row(self) -> str:
        """A row of the table; dollars are for DynamoDB and the sampler's seconds."""
        units = self.writes * WRITE_UNIT + self.reads * READ_UNIT
        dollars = MINUTES * (units + self.wall_s * SAMPLER_GB * GB_SECOND)
        cells = (
            f"{self.size:,}",
            f"{self.wall_s:.2f}",
            f"{self.cpu_s:.2f}",
            f"{self.resident / MEGABYTE:,.0f}",
            f"{self.requests:,}",
            f"{self.moved / 1000:,.0f}",
            f"{self.writes:,.0f}",
            f"{dollars:,.2f}",
        )
        return f"| {' | '.join(cells)} |"


def main() -> None:
    """Grow both ways, then share."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="smaller, within some minutes")
    arguments.add_argument("--write", action="store_true", help=f"write docs/{PLOT.name}")
    asked = arguments.parse_args()
    quick = asked.quick
    lines = []
    for what, sizes, sampled in (
        ("mirrors", QUICK_MIRRORS if quick else MIRRORS, of_mirrors),
        ("partitions", QUICK_PARTITIONS if quick else PARTITIONS, of_partitions),
    ):
        print(f"| {what} | {HEADER}")
        grown = []
        for size in sizes:
            grown.append(sampled(size))
            print(grown[-1].row(), flush=True)
        print()
        lines.append(Line(what, [(one.size, one.cpu_s) for one in grown]))
    if asked.write:
        title = "CPU seconds of a minute's samples"
        PLOT.write_text(drawn(title, lines), "utf-8")
        print(f"![{title}]({PLOT.name})\n")
    alone, both = shared(QUICK_SHARED if quick else SHARED)
    print(f"One process takes {alone:.1f} s for all, two at once take {both:.1f} s.\n")
    closed([Row("growth-two-processes", "two processes share the load", alone / both, 1.5)])


def of_mirrors(count: int) -> Grown:
    """So many mirrors of a topic with one partition."""
    with (
        tempfile.TemporaryDirectory() as folder,
        fleet.opened(Path(folder), count, 1) as everything,
    ):
        with everything.world.function("sample_latency") as sampler:
            for _ in range(fleet.SETTLING):
                everything.sample(sampler)
            everything.move()
            told = everything.sample(sampler)
        everything.check()
    return grown(count, told)


def of_partitions(count: int) -> Grown:
    """One mirror of so many partitions."""
    with large.opened(count // large.PARTITIONS) as one:
        one.sample(100)
        told = [one.sampler.told]
    return grown(count, told)


def grown(size: int, told: Sequence[dict[str, Any]]) -> Grown:
    """Some invocations together, listening too."""

    def total(*names: str) -> Any:
        return sum(one.get(name, 0) for one in told for name in names)

    return Grown(
        size,
        total("wall_s"),
        total("cpu_s"),
        max(one["resident"] for one in told),
        total("requests", "calls"),
        total("sent", "received"),
        total("writes"),
        total("reads"),
    )


def shared(count: int) -> tuple[float, float]:
    """The seconds that all messages of so many mirrors take one sampler, and two at once."""
    with (
        tempfile.TemporaryDirectory() as folder,
        fleet.opened(Path(folder), count, 1) as everything,
        everything.world.function("sample_latency") as one,
        everything.world.function("sample_latency") as other,
    ):
        messages = everything.messages()
        halves = messages[::2], messages[1::2]
        samplers = (one, other)

        def half(number: int) -> None:
            for message in halves[number]:
                samplers[number].sample(message)

        def alone() -> None:
            for message in messages:
                one.sample(message)

        def together() -> None:
            with ThreadPoolExecutor(2) as pool:
                list(pool.map(half, range(2)))

        for _ in range(fleet.SETTLING):
            alone()
            together()
        took = timed(alone).wall_s, timed(together).wall_s
        everything.check()
    return took


if __name__ == "__main__":
    main()
