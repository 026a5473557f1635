"""make, when it started us: its end is ours, though it passes on no interrupt that only it gets."""

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_INTERRUPT = 1 << (signal.SIGINT - 1)


@dataclass(frozen=True)
class Parent:
    """The process that started this one, and whether it caught interrupts then."""

    pid: int
    caught_interrupts: bool

    def wants_the_end(self) -> bool:
        """Whether it is gone, or was interrupted.

        GNU make gives up catching an interrupt that it got, then waits for its children
        (fatal_error_signal in its commands.c); a terminal would have told them, `kill` did not.
        """
        if os.getppid() != self.pid:
            return True
        return self.caught_interrupts and not _catches_interrupts(self.pid)


def make(environment: Mapping[str, str]) -> Parent | None:
    """The make that runs us, if one does: it sets MAKELEVEL."""
    pid = os.getppid()
    return Parent(pid, _catches_interrupts(pid)) if "MAKELEVEL" in environment else None


def _catches_interrupts(pid: int) -> bool:
    """Whether a process has a handler for SIGINT (proc(5), SigCgt); a process that is gone has."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True
    return bool(int(status.partition("SigCgt:")[2].split()[0], 16) & _INTERRUPT)
