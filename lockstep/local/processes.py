"""Child processes that never outlive the stack, each in a process group of its own."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from lockstep.local import watcher
from lockstep.local.errors import Stopped

GRACE_S = 10.0
TAIL_BYTES = 64_000
LOG_BYTES = 5_000_000

# A child tells the watcher of itself, through its standard input, and only then becomes its
# program: at no moment is there one that the watcher would not end.
TELL = 'echo "+$$" >&0; exec "$@" </dev/null'


@dataclass(frozen=True)
class Child:
    """A running process, named as a person knows it, and the file that takes its output."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        """Also the id of its process group."""
        return self.process.pid

    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self.process.poll() is None

    def tail(self) -> str:
        """The end of what it wrote."""
        with contextlib.suppress(FileNotFoundError):
            return self.log.read_bytes()[-TAIL_BYTES:].decode(errors="replace")
        return ""


class Watcher:
    """The process that ends the others if this one is gone (see watcher.py), and the pipe to it."""

    def __init__(self) -> None:
        read_end, self.pipe = os.pipe()
        self._process = subprocess.Popen(  # noqa: S603 - our own file
            [sys.executable, "-I", "-S", watcher.__file__],
            stdin=read_end,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(read_end)

    def forget(self, group: int) -> None:
        """Tell it that a group has ended."""
        os.write(self.pipe, f"-{group}\n".encode())

    def close(self) -> None:
        """Let it end: nothing is left for it to do."""
        os.close(self.pipe)
        self._process.wait()


@dataclass
class Processes:
    """Every child of the stack: started here, ended together, by the watcher if we are killed."""

    _children: dict[int, Child] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _closed: bool = False
    _watcher: Watcher | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        environment: Mapping[str, str],
        folder: Path | None = None,
    ) -> Child:
        """Start a child with exactly this environment; raise Stopped when the end has begun."""
        _make_room(log)
        with self._lock, log.open("ab") as output:
            if self._closed:
                raise Stopped
            self._watcher = self._watcher or Watcher()
            process = subprocess.Popen(  # noqa: S603 - our own commands, as arguments of TELL
                ["/bin/sh", "-c", TELL, name, *map(str, command)],
                stdin=self._watcher.pipe,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                cwd=folder,
                start_new_session=True,
            )
            child = Child(name, process, log)
            self._children[process.pid] = child
        return child

    def stop(self, *children: Child, grace_s: float = GRACE_S) -> None:
        """End these children: ask, wait up to `grace_s` for all of them together, then kill."""
        for child in children:
            _signal(child, signal.SIGTERM)
        deadline = time.monotonic() + grace_s
        for child in children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, deadline - time.monotonic()))
        self.kill(*children)

    def kill(self, *children: Child) -> None:
        """End these children and whatever they started, at once."""
        for child in children:
            _signal(child, signal.SIGKILL)
            child.process.wait()
            with self._lock:
                if self._children.pop(child.pid, None) and self._watcher:
                    self._watcher.forget(child.pid)

    def close(self, grace_s: float = GRACE_S) -> None:
        """End every child, the last started first; from now on none can be started."""
        with self._lock:
            self._closed = True
            children = list(reversed(self._children.values()))
        deadline = time.monotonic() + grace_s
        for child in children:
            self.stop(child, grace_s=max(0.0, deadline - time.monotonic()))
        if self._watcher:
            self._watcher.close()
            self._watcher = None


def _make_room(log: Path) -> None:
    """Have the log's folder, and put a log that grew large aside."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".old"))


def _signal(child: Child, number: signal.Signals) -> None:
    """Send a signal to the child's whole group, if any of it is left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)
