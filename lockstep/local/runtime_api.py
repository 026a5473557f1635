"""The Lambda Runtime API, as one function process sees it: the next event, and what became of it.

Source: "Using the Lambda runtime API for custom runtimes" in the Lambda developer guide.
"""

import json
import queue
import threading
import time
import uuid
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PREFIX = "/2018-06-01/runtime/"


@dataclass(frozen=True)
class Outcome:
    """What an invocation came to: the function's result, or its error as JSON and its type."""

    payload: bytes
    error_type: str | None = None

    @staticmethod
    def failed(error_type: str, message: str) -> "Outcome":
        """An error that the function did not live to report."""
        error = {"errorType": error_type, "errorMessage": message}
        return Outcome(json.dumps(error).encode(), error_type)


@dataclass
class Invocation:
    """One event on its way through a function; its time runs from when the function takes it."""

    event: bytes
    arn: str
    timeout_s: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    taken: threading.Event = field(default_factory=threading.Event)
    deadline: float = 0.0
    """Epoch seconds, set when it is taken."""

    def take(self) -> None:
        """Start its time."""
        self.deadline = time.time() + self.timeout_s
        self.taken.set()

    def headers(self) -> dict[str, str]:
        """What the function is told beside the event."""
        return {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": self.id,
            "Lambda-Runtime-Deadline-Ms": str(int(self.deadline * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": self.arn,
        }


class RuntimeApi(ThreadingHTTPServer):
    """The Runtime API of one process, on a port of its own."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self.waiting: queue.SimpleQueue[Invocation | None] = queue.SimpleQueue()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """For AWS_LAMBDA_RUNTIME_API."""
        return f"127.0.0.1:{self.server_port}"

    def close(self) -> None:
        """Stop serving; a process that waits for an event is told nothing more."""
        self.waiting.put(None)
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    """One connection of the process: it asks for an event, then posts a result, over and over."""

    server: RuntimeApi
    protocol_version = "HTTP/1.1"
    # Both are needed: a small answer in two packets waits 44 ms for an acknowledgement.
    disable_nagle_algorithm = True
    wbufsize = 65_536

    def do_GET(self) -> None:
        invocation = self.server.waiting.get()
        if invocation is None:
            self.close_connection = True
            return
        invocation.take()
        self._answer(HTTPStatus.OK, invocation.event, invocation.headers())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        is_error = self.path.endswith("/error")
        self.server.outcomes.put(Outcome(body, _error_type(body) if is_error else None))
        self._answer(HTTPStatus.ACCEPTED, b"{}", {"Content-Type": "application/json"})

    def _answer(self, status: HTTPStatus, body: bytes, headers: dict[str, str]) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _error_type(body: bytes) -> str:
    """The type that a posted error names; the header for it is not always sent."""
    try:
        return str(json.loads(body)["errorType"])
    except (ValueError, KeyError, TypeError):
        return "Runtime.Unknown"
