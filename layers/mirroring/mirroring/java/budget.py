"""How long patterns may take altogether: one budget for a whole request, whatever it matches."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

ALONE_S = 1.0
"""For a match that no budget was set for."""


class PatternsTakeLong(TimeoutError):
    """The budget is used up: nested repetitions are the usual reason."""


@dataclass
class Budget:
    """Seconds that are left for matching, here and in the budget around it."""

    left_s: float
    around: "Budget | None" = None

    def left(self) -> float:
        """Seconds for the next match; raises PatternsTakeLong where there are none."""
        left = self.left_s if self.around is None else min(self.left_s, self.around.left())
        if left <= 0:
            raise PatternsTakeLong("matching took too long")
        return left

    def spend(self, seconds: float) -> None:
        """A match has taken so long."""
        self.left_s -= seconds
        if self.around is not None:
            self.around.spend(seconds)


_current: ContextVar[Budget | None] = ContextVar("budget", default=None)


def current() -> Budget:
    """The budget that holds here."""
    return _current.get() or Budget(ALONE_S)


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """All matches inside take no longer than that together."""
    token = _current.set(Budget(seconds, _current.get()))
    try:
        yield
    finally:
        _current.reset(token)
