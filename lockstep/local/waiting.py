"""Waiting for something to become true, with a deadline, until somebody stops the stack."""

import socket
import time
from collections.abc import Callable
from threading import Event

from lockstep.local.errors import StackError, Stopped

STEP_S = 0.1


def wait_until(
    condition: Callable[[], bool], *, seconds: float, what: str, stop: Event | None = None
) -> None:
    """Look at `condition` ten times a second; raise StackError after `seconds`, or Stopped."""
    stop = stop or Event()
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise StackError(f"{what} did not answer within {seconds:.0f} s.")
        if stop.wait(STEP_S):
            raise Stopped


def listens(port: int) -> bool:
    """Whether something accepts connections on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
