"""The console's real function, and before it an API of a made-up fleet; on 127.0.0.1.

`python -m tests.functional.console.fake_api 8099` serves it to look at.
"""

import base64
import json
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from functions.console import app
from tests.functional.console import details, fleet
from tests.functional.console.fleet import CLUSTERS, Json

TOPICS = 2_000


@dataclass
class FakeApi:
    """What is answered; a test may change it while it is served."""

    mirrors: list[Json] = field(default_factory=list)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    down: bool = False
    """Whether every call of the API is answered 503."""
    sampled_since: datetime | None = None
    """When the first point of every history is; None: before all that is asked for."""
    config: Json = field(default_factory=dict)
    clusters: tuple[str, ...] = CLUSTERS
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    """Method, path and body of every call that is no GET."""
    takes: Callable[[str], bool] = lambda _: True
    """Whether a call with this Authorization may pass; 401 for the others."""
    bearers: list[str] = field(default_factory=list)
    """The Authorization of every call."""

    def answer(self, method: str, target: str, body: Any) -> tuple[int, Any]:
        """Status and JSON."""
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if method != "GET":
            self.asked.append((method, parts.path, body))
        if self.down:
            return 503, _problem(503, "unavailable", "DynamoDB does not answer; try again.")
        steps = [unquote(one) for one in parts.path.strip("/").split("/")]
        match method, steps:
            case "GET", ["mirrors"]:
                return 200, _page("mirrors", self.mirrors, query)
            case "POST", ["mirrors", "preview"]:
                return 200, self._preview(body)
            case "GET", ["clusters"]:
                rows = details.clusters(self.clusters, self.mirrors, self.now)
                return 200, _page("clusters", rows, query)
            case "GET", ["connect-clusters"]:
                rows = details.connect_clusters(self.clusters, self.now)
                return 200, _page("connectClusters", rows, query)
            case "PUT", ["clusters" | "connect-clusters", _]:
                return 200, {}
            case _, ["mirrors", name, *rest]:
                return self._mirror(method, name, rest, query, body)
        return 404, _problem(404, "not-found", f"There is nothing at {method} {target}.")

    def _mirror(
        self, method: str, name: str, rest: list[str], query: dict[str, str], body: Any
    ) -> tuple[int, Any]:
        mirror = next((one for one in self.mirrors if one["name"] == name), None)
        if mirror is None:
            return 404, _problem(404, "mirror-not-found", f"There is no mirror {name}.")
        match method, rest:
            case "GET", []:
                return 200, details.full(mirror, self.now, TOPICS)
            case "GET", ["topics"]:
                first, limit = int(query.get("nextToken", 0)), int(query.get("limit", "50"))
                return 200, details.topics(mirror, self.now, TOPICS, first, limit)
            case "GET", ["topics", topic]:
                number = int(topic.rpartition(".")[2])
                page = details.topics(mirror, self.now, TOPICS, number, 1)
                return 200, details.partitions(page["mirroredTopics"][0])
            case "GET", ["latency"]:
                start = _moment(query.get("from"), self.now - timedelta(days=1))
                start = max(start, self.sampled_since or start)
                end = _moment(query.get("to"), self.now)
                return 200, details.latency(mirror, start, end, self.now)
            case "GET", ["changes"]:
                return 200, details.changes(mirror, self.now)
            case "PUT", ["target-latency"]:
                mirror["targetLatency"] = body["targetLatency"]
                return 200, details.full(mirror, self.now, TOPICS)
            case "DELETE", []:
                self.mirrors.remove(mirror)
                return 204, None
            case "POST", ["pause" | "resume" | "stop" | "restart" | "acknowledge"]:
                return 202, details.full(mirror, self.now, TOPICS)
        return 404, _problem(404, "not-found", f"There is no such call of {name}.")

    def _preview(self, body: Json) -> Json:
        alias = body["sourceCluster"].get("alias") or "eu-core"
        names = [f"orders.{one}" for one in ("archived", "gifts", "placed", "returned")]
        problem = {
            "type": "invalid-pattern",
            "field": "topicsRegex",
            "message": "does not compile: an unclosed group near index 7",
        }
        is_wrong = "(" in body.get("topicsRegex", "")
        return {
            "topics": [
                {"name": one, "mirroredName": f"{alias}.{one}", "partitions": 3, "exists": False}
                for one in ([] if is_wrong else names)
            ],
            "topicsTotal": 0 if is_wrong else len(names),
            "partitions": 0 if is_wrong else 12,
            "problems": [problem] if is_wrong else [],
            "warnings": [
                {
                    "code": "FEWER_TASKS_THAN_WORKERS",
                    "message": "1 task on 3 workers: two of them copy nothing.",
                }
            ],
            "connectors": details.full(self.mirrors[0], self.now, 1)["connectors"]
            if self.mirrors
            else [],
        }


def _page(kind: str, rows: list[Json], query: dict[str, str]) -> Json:
    first = int(query.get("nextToken", 0))
    last = first + int(query.get("limit", "50"))
    more = str(last) if last < len(rows) else None
    return {kind: rows[first:last], "nextToken": more}


class _Handler(BaseHTTPRequestHandler):
    server: "Server"
    protocol_version = "HTTP/1.1"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def log_message(self, format: str, *arguments: Any) -> None:
        """No access log."""

    def _serve(self) -> None:
        body: bytes = self.rfile.read(int(self.headers.get("content-length") or 0))
        path = urlsplit(self.path).path
        if path == "/console/config.json" and self.server.api.config:
            self._send(200, {"content-type": "application/json"}, _json(self.server.api.config))
        elif path == "/" or path.startswith("/console"):
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = app.handler({"rawPath": path, "headers": headers}, None)
            content = base64.b64decode(answer.get("body", ""))
            self._send(answer["statusCode"], answer["headers"], content)
        else:
            given, api = json.loads(body) if body else None, self.server.api
            api.bearers.append(self.headers.get("authorization", ""))
            if api.takes(api.bearers[-1]):
                status, told = api.answer(self.command, self.path, given)
            else:
                status, told = 401, {"message": "Unauthorized"}
            kind = "application/json" if status < 400 else "application/problem+json"
            self._send(status, {"content-type": kind}, b"" if told is None else _json(told))

    def _send(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status not in (204, 304):
            self.send_header("content-length", str(len(content)))
        self.end_headers()
        if status not in (204, 304):
            self.wfile.write(content)


class Server(ThreadingHTTPServer):
    """A fake API on a port of its own."""

    daemon_threads = True

    def __init__(self, api: FakeApi, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.api = api
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server_port}"


def _json(content: Any) -> bytes:
    return json.dumps(content).encode()


def _moment(text: str | None, otherwise: datetime) -> datetime:
    return datetime.fromisoformat(text.replace(" ", "+")) if text else otherwise


def _problem(status: int, slug: str, detail: str) -> Json:
    kind = {"type": f"/problems/{slug}", "title": slug, "status": status}
    return kind | {"detail": detail, "instance": "fake"}


if __name__ == "__main__":
    now = datetime.now(UTC)
    print(Server(FakeApi(fleet.mirrors(1_000, now), now), int(sys.argv[1])).url)
    threading.Event().wait()
