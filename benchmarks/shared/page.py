"""`python -m benchmarks.shared.page` runs all benchmarks, or some, and writes docs/performance.md.

What a benchmark prints stands in the page under its name, and the rows of its last table in the
page's own table. With --quick nothing is written. 1 when a benchmark failed.
"""

import argparse
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.shared.comparison import HEADER
from lockstep.docs.markers import placed

FOLDER = Path(__file__).parents[1]
PAGE = FOLDER.parent / "docs" / "performance.md"
HAS_PAGE = "accuracy"
WRITES = (HAS_PAGE, "growth")
GIB = 1 << 30


def main() -> int:
    """Run, print, and write unless it is a quick run."""
    every = sorted(path.stem for path in FOLDER.glob("*.py"))
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="smaller runs, nothing is written")
    arguments.add_argument("--write", action="store_true", help="write quick runs, too, as such")
    arguments.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(every)}")
    asked = arguments.parse_args()
    failed = 0
    for name in asked.names or every:
        writes = asked.write or not asked.quick
        output = ran(name, quick=asked.quick, writes=writes)
        failed += output is None
        if output is not None and writes:
            page = PAGE.read_text("utf-8")
            PAGE.write_text(written(page, name, output, quick=asked.quick), "utf-8")
    return failed


def ran(name: str, *, quick: bool, writes: bool) -> str | None:
    """What a benchmark printed, also printed here; None when it failed."""
    options = ["--quick"] * quick + ["--write"] * (writes and name in WRITES)
    print(f"== {name}", flush=True)
    command = [sys.executable, f"benchmarks/{name}.py", *options]
    environment = os.environ | {"ALLOW_LOOPBACK": "true"}
    lines = []
    with subprocess.Popen(
        command, cwd=FOLDER.parent, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            lines.append(line)
    return None if process.returncode else "".join(lines)


def written(page: str, name: str, output: str, *, quick: bool = False) -> str:
    """The page with this output, and its rows in the table among those of other runs."""
    between = page.partition("<!-- begin rows -->")[2].partition("<!-- end rows -->")[0]
    told, _, table = output.partition(HEADER)
    marked = table.replace(" |\n", " (quick) |\n") if quick else table
    rows = dict(_rows(between)) | dict(_rows(marked))
    if name != HAS_PAGE:
        page = placed(page, name, f"{told.strip()}\n\n{machine('A quick run' if quick else 'Run')}")
    ordered = [rows[name] for name in sorted(rows, key=_place)]
    return placed(page, "rows", "\n".join([HEADER, "|---|---|---|---|", *ordered]))


def machine(run: str) -> str:
    """What this run was made on, in a sentence."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    known = dict(_facts())
    return (
        f"{run} on {datetime.now(UTC):%Y-%m-%d}: {os.cpu_count()} cores of "
        f"{known.get('model name', platform.machine())}, {memory:.0f} GiB, "
        f"Python {platform.python_version()}, load {os.getloadavg()[2]:.1f}."
    )


def _facts() -> Iterator[tuple[str, str]]:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        yield name.strip(), value.strip()


def _rows(table: str) -> Iterator[tuple[str, str]]:
    """The rows below the head of the table, by their first cell."""
    for line in table.replace(HEADER, "").splitlines():
        if line.startswith("| "):
            yield line.split("|")[1].strip(), line


def _place(name: str) -> tuple[int, str]:
    """P2 before P10, and what is no P last."""
    found = re.match(r"P(\d+)", name)
    return (int(found.group(1)) if found else sys.maxsize), name


if __name__ == "__main__":
    sys.exit(main())
