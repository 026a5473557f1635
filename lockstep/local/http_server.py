"""The HTTP server: API Gateway's part for the routes of template.yaml, and the `/_local` pages."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from lockstep.local import callers
from lockstep.local.errors import StackError
from lockstep.local.http_event import Request, Response, problem

# API Gateway's own limit; the API's 1 MB is the functions' to refuse.
MAX_BODY = 10_000_000
# Who still sends would see the connection break, not the answer: so much is read and dropped.
MAX_DROPPED = 10 * MAX_BODY
PIECE = 65_536

Answer = Callable[[Request], Response]


class HttpServer(ThreadingHTTPServer):
    """A server on 127.0.0.1 that owns its port at once and answers once it is opened."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int) -> None:
        try:
            super().__init__(("127.0.0.1", port), _Handler, bind_and_activate=False)
            self.server_bind()
        except OSError as error:
            self.server_close()
            raise _refused(port, error) from error
        self.answer: Answer | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server_port}"

    def open(self, answer: Answer) -> None:
        """Start answering, on threads that end with the process."""
        self.answer = answer
        try:
            self.server_activate()
        except OSError as error:
            raise _refused(self.server_port, error) from error
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Answer no more."""
        if self.answer:
            self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up in the middle is not worth a word."""


class _Handler(BaseHTTPRequestHandler):
    """One connection: requests one after another, each turned into a Request and answered."""

    server: HttpServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65_536
    timeout = 75
    error_content_type = "application/problem+json"
    error_message_format = (
        '{"type": "/problems/bad-request", "title": "%(message)s", "status": %(code)d, '
        '"detail": "%(explain)s"}'
    )

    def __getattr__(self, name: str) -> Any:
        """Every method is answered the same way; the base class looks for `do_<METHOD>`."""
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def log_message(self, format: str, *arguments: Any) -> None:
        """No access log: the functions log what they do."""

    def _answer(self) -> None:
        if words := callers.refusal(self.headers.get("Host"), self.headers.get("Origin")):
            self.close_connection = True
            self._send(problem(403, "foreign-caller", "Not for other sites' pages", words))
            return
        try:
            body = self._body()
        except ValueError as error:
            self.close_connection = True
            self._send(problem(400, "bad-request", "The request cannot be read", str(error)))
            return
        if body is None:
            self.close_connection = True
            self._send(_TOO_LARGE)
            return
        request = Request(
            method=self.command,
            target=self.requestline.split()[1],  # self.path has lost what doubles its first slash
            protocol=self.request_version,
            headers=list(self.headers.items()),
            body=body,
            source_ip=self.client_address[0],
        )
        if self.server.answer:
            self._send(self.server.answer(request))

    def _body(self) -> bytes | None:
        """What was sent, or None when it is too much; raise ValueError when it cannot be told."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunks()
        length = self.headers.get("Content-Length") or "0"
        if not (length.isascii() and length.isdecimal()):
            raise ValueError("Content-Length is no number of bytes.")
        return self._read(int(length))

    def _chunks(self) -> bytes | None:
        body: bytes | None = b""
        total = 0
        while size := _size(self.rfile.readline(100)):
            total += size
            piece = self._read(size, total)
            body = None if body is None or piece is None else body + piece
            self.rfile.readline(100)
            if total > MAX_DROPPED:
                return None
        while self.rfile.readline(65_537).strip():
            pass
        return body

    def _read(self, size: int, total: int = 0) -> bytes | None:
        """The next `size` bytes; None, and they are dropped, when they or `total` are too many."""
        if max(size, total) <= MAX_BODY:
            return self.rfile.read(size)
        left = min(size, MAX_DROPPED)
        while left and (piece := self.rfile.read(min(left, PIECE))):
            left -= len(piece)
        return None

    def _send(self, response: Response) -> None:
        self.send_response_only(response.status)
        for name, value in response.headers:
            self.send_header(name, value)
        if not any(name.lower() == "content-length" for name, _ in response.headers):
            self.send_header("content-length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)


_TOO_LARGE = problem(
    413, "body-too-large", "The body is too large", f"A body holds at most {MAX_BODY} bytes."
)


def _size(line: bytes) -> int:
    """A chunk's size from the line before it; raise ValueError for what is none."""
    try:
        return int(line.partition(b";")[0], 16)
    except ValueError:
        raise ValueError("A chunk's size cannot be read.") from None


def _refused(port: int, error: OSError) -> StackError:
    if isinstance(error, PermissionError):
        return StackError(f"Port {port} needs more rights than you have: choose one above 1023.")
    return StackError(
        f"Port {port} is in use ({error.strerror}): stop what listens there, or choose another "
        "(--port)."
    )
