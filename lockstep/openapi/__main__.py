"""`python -m lockstep.openapi` writes docs/openapi.json; with --check it only compares."""

import argparse
import json
import sys
from pathlib import Path

from lockstep.openapi.document import document

PLACE = Path(__file__).parents[2] / "docs" / "openapi.json"
EXAMPLES = """\
examples:
  python -m lockstep.openapi            write docs/openapi.json
  python -m lockstep.openapi --check    tell whether it is what the code says
"""


def main() -> int:
    """0 when docs/openapi.json is (now) what the code says."""
    parser = argparse.ArgumentParser(
        prog="python -m lockstep.openapi",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    wanted = json.dumps(document(), indent=2, ensure_ascii=False) + "\n"
    if not parser.parse_args().check:
        PLACE.write_text(wanted, encoding="utf-8")
        return 0
    if PLACE.exists() and PLACE.read_text(encoding="utf-8") == wanted:
        return 0
    print("docs/openapi.json is not what the code says: run python -m lockstep.openapi")
    return 1


if __name__ == "__main__":
    sys.exit(main())
