"""Telling the person what is happening, line by line, also where there is no terminal."""

import contextlib
import sys
import time

BETWEEN_S = 2.0
MEGABYTE = 1_000_000


class Progress:
    """Lines with the seconds since the start."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._downloading_said = 0.0
        self.was_ready = False

    def say(self, text: str) -> None:
        """One line of progress."""
        _print(f"{time.monotonic() - self._started:5.1f} s  {text}")

    def downloading(self, done: int, files: int, size: int) -> None:
        """How far a download is, at most once a second; nothing when nothing had to be fetched."""
        now = time.monotonic()
        if size and (done == files or now - self._downloading_said >= BETWEEN_S):
            self._downloading_said = now
            self.say(f"Java libraries: {done} of {files} files, {size / MEGABYTE:.1f} MB fetched")

    def ready(self, url: str) -> None:
        """The one line that programs wait for."""
        self.was_ready = True
        _print(f"ready {url}")


def _print(line: str) -> None:
    """Print at once; a reader that went away is no reason to stop."""
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
