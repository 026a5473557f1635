"""`python -m lockstep.docs` draws what the code says in README.md and docs/; --check compares."""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from lockstep.docs import rooms, status
from lockstep.docs.markers import placed

ROOT = Path(__file__).parents[2]
PARTS: Mapping[tuple[str, str], Callable[[], str]] = {
    ("README.md", "rooms"): rooms.drawn,
    ("docs/status.md", "statuses"): status.statuses,
    ("docs/status.md", "answered"): status.answered,
    ("docs/status.md", "reasons"): status.reasons,
}
"""What is drawn between `<!-- begin NAME -->` and `<!-- end NAME -->`, by file and name."""
EXAMPLES = """\
examples:
  python -m lockstep.docs               draw README.md and docs/status.md anew
  python -m lockstep.docs --check       tell which parts are not what the code says
"""


def main() -> int:
    """0 when every part is (now) what the code says."""
    parser = argparse.ArgumentParser(
        prog="python -m lockstep.docs",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args().check
    stale = [f"{file} ({part})" for (file, part) in PARTS if not _drawn(file, part, check)]
    if stale:
        print(f"not what the code says: {', '.join(stale)}: run python -m lockstep.docs")
    return 1 if stale else 0


def _drawn(file: str, part: str, check: bool) -> bool:
    """Whether the part is as it should be, or was made so."""
    path = ROOT / file
    text = path.read_text(encoding="utf-8")
    wanted = placed(text, part, PARTS[file, part]())
    if text == wanted:
        return True
    if not check:
        path.write_text(wanted, encoding="utf-8")
    return not check


if __name__ == "__main__":
    sys.exit(main())
