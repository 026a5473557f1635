"""`lockstep local` and `lockstep invoke`: what a person typed, done."""

import argparse
import http.client
import json
import os
import signal
import sys
import threading
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlsplit

from lockstep.local import parent
from lockstep.local.errors import StackError, Stopped
from lockstep.local.options import options
from lockstep.local.run_context import RunContext

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOOK_S = 0.2
CLOSE_S = 3.0
INVOKE_S = 120
EXAMPLES = """\
examples:
  lockstep invoke read_mirrors events/read_mirrors.json          an HTTP function with its event
  lockstep invoke reconcile_mirrors                              one with a schedule needs no event
  lockstep invoke PublishAlerts --url http://127.0.0.1:9090      on a stack at another port
"""


def local(arguments: argparse.Namespace) -> int:
    """Run the local stack until a signal; 0 after it was ready, else 128 and the signal's number.

    Raises StackError when it cannot start or go on.
    """
    run = RunContext(options(arguments))
    ended_by = _listen(run)
    threading.excepthook = partial(_report, run.stop)
    with run.processes:
        serving = Serving(run)
        _wait(serving.thread, run.stop, ended_by)
        if ended_by:
            run.progress.say("stopping")
        # What runs is given a moment to end well; what only starts is not.
        serving.thread.join(CLOSE_S if run.progress.was_ready else 0)
        run.processes.close()
        serving.thread.join(CLOSE_S)
    if not ended_by:
        raise serving.failure or StackError("The local stack failed by its own fault.")
    run.progress.say("stopped, nothing is left running")
    return 0 if run.progress.was_ready else 128 + ended_by[0]


class Serving:
    """The stack on a thread of its own, so that a signal never interrupts it half-way."""

    def __init__(self, run: RunContext) -> None:
        self.failure: StackError | None = None
        self.thread = threading.Thread(target=self._serve, args=(run,), daemon=True)
        self.thread.start()

    def _serve(self, run: RunContext) -> None:
        from lockstep.local import stack

        try:
            stack.serve(run)
        except Stopped:
            return
        except StackError as error:
            self.failure = error
        except OSError as error:
            what = error.filename or "The system"
            self.failure = StackError(f"{what} cannot be used ({error.strerror}).")


def add_invoke_options(parser: argparse.ArgumentParser, environment: Mapping[str, str]) -> None:
    """Add what `lockstep invoke` takes."""
    parser.epilog = EXAMPLES
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
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


def _listen(run: RunContext) -> list[int]:
    """From now on signals stop the run; the list will hold the numbers of those that came."""
    caught: list[int] = []

    def end(number: int, _frame: object) -> None:
        caught.append(number)
        run.stop.set()

    for number in SIGNALS:
        signal.signal(number, end)
    return caught


def _report(stop: threading.Event, error: threading.ExceptHookArgs) -> None:
    """A failure on any thread, unless it is only that everything is being stopped."""
    if not stop.is_set():
        threading.__excepthook__(error)


def _wait(thread: threading.Thread, stop: threading.Event, ended_by: list[int]) -> None:
    """Wait for the stack's own end or a stop; when make started us, its end is like a signal."""
    make = parent.make(os.environ)
    while thread.is_alive() and not stop.wait(LOOK_S):
        if make and make.wants_the_end():
            ended_by.append(signal.SIGINT)
            stop.set()
