"""A Kafka Connect that speaks real HTTP, healthy or with the faults of docs/faults.md.

`with ConnectServer() as server:` listens on a free port of 127.0.0.1 and answers as a healthy
worker; `server.script(...)` queues faults for the next requests that match.
"""

import base64
import json
import re
import ssl
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

from tests.functional.connect_worker import ConnectWorker

REBALANCE = "Cannot complete request momentarily due to stale configuration"
EXPECTED = "Request cannot be completed because a rebalance is expected"


@dataclass(frozen=True)
class Fault:
    """What a worker does instead of answering: how it answers, how much of it, and how late."""

    status: int = 500
    body: bytes = b""
    content_type: str = "application/json"
    cut: int | None = None
    delay_s: float = 0
    trickle: bool = False
    does_it: bool = False
    location: str | None = None


def busy(status: int = 409, message: str = REBALANCE) -> Fault:
    """A worker that rebalances: 409, or 500 with other words."""
    body = json.dumps({"error_code": status, "message": message}).encode()
    return Fault(status, body)


def html(status: int = 404) -> Fault:
    """A worker that is starting: Jetty's own page, even on `/`."""
    page = b"<html><head><title>Error 404 Not Found</title></head><body>Not Found</body></html>"
    return Fault(status, page, "text/html;charset=iso-8859-1")


def starting() -> Fault:
    """What a starting worker says to a PUT, a POST or a DELETE: 404 and nothing else."""
    return Fault(404)


def half_body() -> Fault:
    """A connection that ends in the middle of the answer."""
    return Fault(200, b'{"version": "4.3.1", "kafka_cluster_id": "abc"}', cut=20)


def slow(seconds: float) -> Fault:
    """A worker whose herder is busy: nothing comes for so long."""
    return Fault(200, b"{}", delay_s=seconds)


def trickling() -> Fault:
    """An answer that comes byte by byte and never ends."""
    return Fault(200, b"{" + b" " * 10_000, trickle=True)


def hung_up() -> Fault:
    """A connection that closes before a byte of the answer, as a dead keep-alive socket does."""
    return Fault(cut=0)


class ConnectServer(ConnectWorker):
    """A worker at a URL; `requests` are all it was asked (method, path), `sockets` how many came.

    With `username` it wants basic auth, with `tls` it speaks HTTPS.
    """

    def __init__(
        self,
        cluster_id: str = "target-cluster-id",
        *,
        shy: int = 1,
        username: str | None = None,
        password: str = "",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(cluster_id, shy)
        self.requests: list[tuple[str, str]] = []
        self.sockets = 0
        self.stopped = threading.Event()
        self._faults: list[tuple[str, re.Pattern[str], list[Fault]]] = []
        self._login = username and base64.b64encode(f"{username}:{password}".encode()).decode()
        self._http = _Http(self)
        self._scheme = "https" if tls else "http"
        if tls:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True)

    @property
    def url(self) -> str:
        """Where the worker listens."""
        return f"{self._scheme}://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> "ConnectServer":
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """The worker is gone: nobody listens at its port."""
        self.stopped.set()
        self._http.shutdown()
        self._http.server_close()

    def script(self, *faults: Fault, method: str = "", path: str = "") -> None:
        """The next requests with this method (any) and a path that has this pattern meet these."""
        self._faults.append((method, re.compile(path), list(faults)))

    def mend(self) -> None:
        """No request meets a fault any more."""
        self._faults.clear()

    def asked(self, method: str) -> list[str]:
        """The paths asked with this method."""
        return [path for given, path in self.requests if given == method]

    def fault(self, method: str, path: str) -> Fault | None:
        """The fault that this request meets."""
        self.requests.append((method, path))
        for wanted, pattern, faults in self._faults:
            if faults and wanted in ("", method) and pattern.search(path):
                return faults.pop(0)
        return None

    def admits(self, authorization: str | None) -> bool:
        """Whether the request carries the worker's user name and password."""
        return not self._login or authorization == f"Basic {self._login}"


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, worker: ConnectServer) -> None:
        self.worker = worker
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Http

    def setup(self) -> None:
        """A new socket."""
        self.server.worker.sockets += 1
        super().setup()

    def _any(self) -> None:
        worker = self.server.worker
        given = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not worker.admits(self.headers.get("Authorization")):
            return self._send(401, b'{"error_code": 401, "message": "User cannot access"}')
        fault = worker.fault(self.command, self.path)
        if fault is not None and not fault.does_it:
            return self._fail(fault)
        status, found = worker.answer(self.command, self.path, json.loads(given or b"null"))
        if fault is not None:
            return self._fail(fault)
        return self._send(status, b"" if found is None else json.dumps(found).encode())

    do_GET = do_PUT = do_POST = do_DELETE = _any

    def _fail(self, fault: Fault) -> None:
        self.server.worker.stopped.wait(fault.delay_s)
        if fault.cut == 0:
            self.close_connection = True
        elif fault.trickle:
            self._head(fault.status, fault.content_type, len(fault.body))
            self._trickle(fault.body)
        else:
            self._head(fault.status, fault.content_type, len(fault.body), fault.location)
            self.wfile.write(fault.body[: fault.cut])
            self.close_connection = self.close_connection or fault.cut is not None

    def _trickle(self, body: bytes) -> None:
        for byte in body:
            if self.server.worker.stopped.wait(0.02):
                break
            self.wfile.write(bytes([byte]))
        self.close_connection = True

    def _send(self, status: int, body: bytes) -> None:
        self._head(status, "application/json", len(body))
        self.wfile.write(body)

    def _head(
        self, status: int, content_type: str, length: int, location: str | None = None
    ) -> None:
        self.send_response(status)
        if location is not None:
            self.send_header("Location", location)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a test reads `requests`."""
