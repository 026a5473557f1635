"""The API as a caller sees it: template.yaml's routes, API Gateway's events, the real handlers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lockstep.local import http_event
from lockstep.local.routes import Route, choose
from lockstep.local.template import read, snake
from tests.contract import breach
from tests.stack import ROOT


class Context(LambdaContext):
    """What Lambda tells a function."""

    def __init__(self) -> None:
        self._aws_request_id = "52fdfc07-2182-454f-963f-5f0f9a621d72"

    def get_remaining_time_in_millis(self) -> int:  # type: ignore[override]  # static in the stub
        """Half a minute."""
        return 29_000


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; `json` is None without a body."""

    status: int
    json: Any
    headers: Mapping[str, str]

    @property
    def slug(self) -> str:
        """The last word of a problem's type."""
        assert self.headers["content-type"] == "application/problem+json"
        assert self.json["status"] == self.status
        return str(self.json["type"]).removeprefix("/problems/")

    @property
    def fields(self) -> list[str]:
        """The fields that a problem names."""
        return [error["field"] for error in self.json.get("errors", [])]


def call(
    method: str, target: str, body: Any = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """Sends a request; a body that is no text is sent as JSON."""
    return invoke(*routed(method, target, body, headers))


def routed(
    method: str, target: str, body: Any = None, headers: Mapping[str, str] | None = None
) -> tuple[str, dict[str, Any]]:
    """The function that a request reaches, and the event that it is handed."""
    text = body if isinstance(body, str) or body is None else json.dumps(body)
    request = http_event.Request(
        method=method,
        target=target,
        protocol="HTTP/1.1",
        headers=list(({"Content-Type": "application/json"} | dict(headers or {})).items()),
        body=(text or "").encode(errors="surrogatepass"),
        source_ip="127.0.0.1",
    )
    chosen = choose(_routes(), method, request.path)
    assert chosen is not None
    route, variables = chosen
    event = http_event.event(request, route, variables, now=datetime.now(UTC))
    return snake(route.function), event


def invoke(function: str, event: dict[str, Any]) -> Answer:
    """Runs the function on an event, both through JSON as Lambda does; holds it to the contract."""
    handler = import_module(f"functions.{function}.app").handler
    result = json.dumps(handler(json.loads(json.dumps(event)), Context()))
    answer = http_event.response(result.encode())
    content = json.loads(answer.body) if answer.body else None
    headers = dict(answer.headers)
    method, _, route = event["routeKey"].partition(" ")
    kept = breach(method, route, answer.status, headers.get("content-type", ""), content)
    assert kept is None, kept
    return Answer(answer.status, content, headers)


def sent(function: str) -> dict[str, Any]:
    """The function's event under events/."""
    event: dict[str, Any] = json.loads((ROOT / f"events/{function}.json").read_text("utf-8"))
    return event


@cache
def _routes() -> list[Route]:
    return read(ROOT / "template.yaml").routes()
