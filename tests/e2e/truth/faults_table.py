"""The table of faults in docs/faults.md: what real runs saw, between two markers."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mirroring.observation import Observation

from lockstep.docs.markers import placed

PAGE = Path(__file__).parents[3] / "docs" / "faults.md"
WANTED = "LOCKSTEP_WRITE_FAULTS"
HEAD = (
    "| fault | status | reasons | samples | seconds |",
    "|---|---|---|---|---|",
)


@dataclass(frozen=True)
class Row:
    """One fault as it was detected: in how many samples after it, and after how many seconds."""

    fault: str
    status: str
    reasons: tuple[str, ...]
    samples: int
    seconds: float

    @classmethod
    def of(cls, fault: str, seen: Observation, samples: int, seconds: float) -> "Row":
        """The row of the observation that detected the fault."""
        reasons = tuple(dict.fromkeys(str(one.code) for one in seen.reasons))
        return cls(fault, str(seen.status), reasons, samples, seconds)

    def line(self) -> str:
        """The row as Markdown."""
        reasons = ", ".join(f"`{one}`" for one in self.reasons)
        cells = (self.fault, self.status, reasons, str(self.samples), f"{self.seconds:.0f}")
        return "| " + " | ".join(cells) + " |"


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table, each fault once."""
    return "\n".join((*HEAD, *dict.fromkeys(row.line() for row in rows)))


def tell(part: str, rows: Sequence[Row]) -> None:
    """Print the table of one part, and write it into the page where the environment asks."""
    print(f"\n{table(rows)}\n")
    if os.environ.get(WANTED):
        PAGE.write_text(
            placed(PAGE.read_text(encoding="utf-8"), part, table(rows)), encoding="utf-8"
        )
