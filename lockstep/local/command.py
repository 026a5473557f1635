"""`lockstep local` and `lockstep invoke`: what a person typed, done."""

import argparse
import http.client
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlsplit

from lockstep.local.errors import StackError, Stopped
from lockstep.local.options import Options, options
from lockstep.local.processes import Processes
from lockstep.local.progress import Progress

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOOK_S = 0.2
CLOSE_S = 3.0
INVOKE_S = 120


def local(arguments: argparse.Namespace) -> int:
    """Run the local stack until a signal; 0 after it was ready, else 128 and the signal's number.

    Raises StackError when it cannot start or go on.
    """
    chosen = options(arguments)
    stop = threading.Event()
    caught: list[int] = []

    def end(number: int, _frame: object = None) -> None:
        caught.append(number)
        stop.set()

    for number in SIGNALS:
        signal.signal(number, end)
    threading.excepthook = partial(_report, stop)
    progress = Progress()
    with Processes() as processes:
        running = Running(chosen, processes, progress, stop)
        running.thread.start()
        _wait(running.thread, stop, end)
        if caught:
            progress.say("stopping")
        # What runs is given a moment to end well; what only starts is not.
        running.thread.join(CLOSE_S if progress.was_ready else 0)
        processes.close()
        running.thread.join(CLOSE_S)
    if not caught:
        raise running.failure or StackError("The local stack failed by its own fault.")
    progress.say("stopped, nothing is left running")
    return 0 if progress.was_ready else 128 + caught[0]


class Running:
    """The stack on a thread of its own, so that a signal never interrupts it half-way."""

    def __init__(
        self, chosen: Options, processes: Processes, progress: Progress, stop: threading.Event
    ) -> None:
        self.failure: StackError | None = None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self._chosen, self._processes = chosen, processes
        self._progress, self._stop = progress, stop

    def _run(self) -> None:
        from lockstep.local import stack

        try:
            stack.run(self._chosen, self._processes, self._progress, self._stop)
        except Stopped:
            return
        except StackError as error:
            self.failure = error
        except OSError as error:
            what = error.filename or "The system"
            self.failure = StackError(f"{what} cannot be used ({error.strerror}).")


def add_invoke_options(parser: argparse.ArgumentParser, environment: Mapping[str, str]) -> None:
    """Add what `lockstep invoke` takes."""
    parser.epilog = "example: lockstep invoke read_mirrors events/list_mirrors.json"
    parser.add_argument("function", help="its folder, or its name in template.yaml")
    parser.add_argument("event", type=Path, nargs="?", help="a file; its schedule's event without")
    port = environment.get("LOCKSTEP_PORT", "8080")
    parser.add_argument("--url", default=f"http://127.0.0.1:{port}", help="of the local stack")


def invoke(arguments: argparse.Namespace) -> int:
    """Send an event to a function of the running stack and print its result; 1 when it failed.

    Raises StackError when no stack answers or the event cannot be read.
    """
    try:
        event = arguments.event.read_bytes() if arguments.event else b""
    except OSError as error:
        raise StackError(f"{arguments.event} cannot be read: {error.strerror}.") from error
    server = urlsplit(arguments.url).netloc
    connection = http.client.HTTPConnection(server, timeout=INVOKE_S)
    try:
        connection.request("POST", f"/_local/run/{quote(arguments.function)}", event)
        response = connection.getresponse()
        result = json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise StackError(
            f"No local stack answers at {arguments.url}: start it with `lockstep local`."
        ) from error
    sys.stdout.write(f"{json.dumps(result, indent=2)}\n")
    return 0 if response.status < http.client.BAD_REQUEST else 1


def _report(stop: threading.Event, error: threading.ExceptHookArgs) -> None:
    """A failure on any thread, unless it is only that everything is being stopped."""
    if not stop.is_set():
        threading.__excepthook__(error)


def _wait(thread: threading.Thread, stop: threading.Event, end: Callable[[int], None]) -> None:
    """Wait for the stack's own end or a stop; when make started us, its end is like a signal."""
    parent = os.getppid() if "MAKELEVEL" in os.environ else None
    while thread.is_alive() and not stop.wait(LOOK_S):
        if parent and os.getppid() != parent:
            end(signal.SIGHUP)
