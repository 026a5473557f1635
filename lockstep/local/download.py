"""Fetching locked jars: several at a time, checked before they enter the cache, ended by a stop."""

import contextlib
import queue
import tempfile
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import requests
from jgo.maven import PythonResolver

from lockstep.local.errors import StackError, Stopped
from lockstep.local.jars import Jar, Jars, artifact, checksum, settings

PARALLEL = 16
TRIES = 3
PAUSE_S = 1.0
LOOK_S = 0.2

Progress = Callable[[int, int, int], None]
"""Told how many files are there, of how many, and how many bytes were fetched for it."""


def fetch(*wanted: Jars, progress: Progress, stop: threading.Event) -> None:
    """Fetch what the cache does not hold yet.

    Raises StackError when a file cannot be had, Stopped when somebody wants the end.
    """
    files = [jar for jars in wanted for jar in jars.files]
    missing = [jar for jar in files if not jar.is_sound()]
    download = Download(missing, stop)
    download.start()
    while not download.is_done():
        progress(len(files) - len(missing) + download.done, len(files), download.fetched)
        if stop.wait(LOOK_S):
            raise Stopped
    progress(len(files), len(files), download.fetched)


class Download:
    """Some jars on their way, shared by a few threads that end with the process."""

    def __init__(self, jars: list[Jar], stop: threading.Event) -> None:
        self.done = 0
        self.fetched = 0
        self._failure: StackError | None = None
        self._count = len(jars)
        self._stop = stop
        self._lock = threading.Lock()
        self._waiting: queue.SimpleQueue[Jar] = queue.SimpleQueue()
        for jar in jars:
            self._waiting.put(jar)

    def start(self) -> None:
        """Begin to fetch, on as many threads as there is work for."""
        for _ in range(min(PARALLEL, self._count)):
            threading.Thread(target=self._work, daemon=True).start()

    def is_done(self) -> bool:
        """Whether all are there; raise the StackError of the first that cannot be had."""
        if self._failure:
            raise self._failure
        return self.done == self._count

    def _work(self) -> None:
        with contextlib.suppress(queue.Empty):
            while not self._stop.is_set() and self._failure is None:
                self._fetch(self._waiting.get_nowait())

    def _fetch(self, jar: Jar) -> None:
        for attempt in range(1, TRIES + 1):
            try:
                self._download(jar)
            except (requests.RequestException, RuntimeError, OSError) as error:
                if attempt == TRIES:
                    self._failure = _failure(jar, error)
                self._stop.wait(attempt * PAUSE_S)
            else:
                with self._lock:
                    self.done += 1
                return

    def _download(self, jar: Jar) -> None:
        """Fetch beside the cache, check, then move in: what the cache holds is always whole."""
        cache = settings().repo_cache
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".lockstep-", dir=cache) as folder:
            resolver = PythonResolver(progress_callback=self._progress)
            fetched = artifact(jar.dependency, Path(folder), resolver).resolve()
            if checksum(fetched) != jar.sha256:
                raise RuntimeError("its checksum is not the locked one")
            jar.path.parent.mkdir(parents=True, exist_ok=True)
            fetched.replace(jar.path)

    def _progress(self, _file: str, _size: int) -> AbstractContextManager[Callable[[int], None]]:
        return contextlib.nullcontext(self._add)

    def _add(self, size: int) -> None:
        if self._stop.is_set():
            raise RuntimeError("stopped")
        with self._lock:
            self.fetched += size


def _failure(jar: Jar, error: Exception) -> StackError:
    is_network = isinstance(error, requests.RequestException)
    reason = type(error).__name__ if is_network else _first_line(error)
    return StackError(
        f"{jar.path.name} could not be fetched ({reason}): "
        "check the network and the disk, or name a mirror of Maven Central under [repositories] in "
        "~/.config/jgo.conf, then start again; what was fetched is kept."
    )


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0]
