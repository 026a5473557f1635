"""The clock that a sample goes by; tests bring their own."""

import time
from collections.abc import Callable

Clock = Callable[[], int]


def now_ms() -> int:
    """The clock, in ms."""
    return time.time_ns() // 1_000_000
