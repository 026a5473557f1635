"""From a request to its answer: the route's function, or a page of the stack itself."""

import json
import queue
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lockstep.local.http_event import Request, Response, event, problem, response
from lockstep.local.routes import Route, choose
from lockstep.local.runtime_api import Outcome
from lockstep.local.template import snake

# API Gateway's HTTP APIs wait no longer for a function.
LIMIT_S = 30.0
LOCAL = "/_local/"

Invoke = Callable[[str, bytes], Outcome]
"""Runs the function of this logical id on an event."""


@dataclass(frozen=True)
class Gateway:
    """What stands behind the HTTP server: the routes, and the `/_local` pages by their path."""

    routes: Sequence[Route]
    invoke: Invoke
    pages: Mapping[str, Callable[[], Any]]
    """`GET` pages under /_local/, each answered with this as JSON."""
    scheduled: Callable[[], Mapping[str, dict[str, Any]]]
    """What schedules send now, by the logical id of the function that gets it."""
    functions: Sequence[str]

    def answer(self, request: Request) -> Response:
        """Answer a request as API Gateway would."""
        if request.path.startswith(LOCAL):
            return self._local(request)
        chosen = choose(self.routes, request.method, request.path)
        if chosen is None:
            return _nothing_here(request)
        route, variables = chosen
        payload = json.dumps(event(request, route, variables, now=datetime.now(UTC))).encode()
        return self._within_limit(route.function, payload)

    def _within_limit(self, function: str, payload: bytes) -> Response:
        """The function's answer, or 503 after 30 s, as API Gateway does; the function runs on."""
        outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        call = threading.Thread(
            target=lambda: outcomes.put(self.invoke(function, payload)), daemon=True
        )
        call.start()
        try:
            outcome = outcomes.get(timeout=LIMIT_S)
        except queue.Empty:
            return _too_slow(function)
        if outcome.error_type == "Sandbox.Timedout":
            return _too_slow(function)
        return _failed(function, outcome) if outcome.error_type else _as_response(function, outcome)

    def _local(self, request: Request) -> Response:
        what = request.path.removeprefix(LOCAL)
        if request.method == "GET" and what in self.pages:
            return _json(200, self.pages[what]())
        if request.method == "POST" and what.startswith("run/"):
            return self._run(what.removeprefix("run/"), request.body)
        return _nothing_here(request)

    def _run(self, name: str, body: bytes) -> Response:
        """Invoke a function now, with the body as its event, or with its schedule's."""
        function = next((one for one in self.functions if name in (one, snake(one))), None)
        if function is None:
            known = ", ".join(sorted(snake(one) for one in self.functions))
            detail = f"There is no function {name!r}; there are {known}."
            return problem(404, "function-not-found", "There is no such function", detail)
        events = self.scheduled()
        if not body and function not in events:
            return _no_schedule(function, events)
        try:
            payload = json.loads(body) if body else events[function]
        except ValueError as error:
            return problem(400, "bad-request", "The event is no JSON", str(error))
        outcome = self.invoke(function, json.dumps(payload).encode())
        if outcome.error_type:
            return _failed(function, outcome)
        return Response(200, [("content-type", "application/json")], outcome.payload)


def _no_schedule(function: str, scheduled: Iterable[str]) -> Response:
    detail = (
        f"{snake(function)} has no schedule: send an event as the body, or run one that has: "
        f"{', '.join(sorted(snake(one) for one in scheduled))}."
    )
    return problem(400, "bad-request", "The function needs an event", detail)


def _as_response(function: str, outcome: Outcome) -> Response:
    try:
        return response(outcome.payload)
    except (ValueError, TypeError, AttributeError):
        return _failed(function, Outcome(b"{}", "Runtime.MalformedResponse"))


def _failed(function: str, outcome: Outcome) -> Response:
    """Only the error's type: its message is the function's, and may hold what nobody should see."""
    detail = f"{snake(function)} failed with {outcome.error_type}: see its log in the data folder."
    return problem(500, "function-failed", "The function failed", detail)


def _too_slow(function: str) -> Response:
    detail = f"{snake(function)} did not answer in time: try again."
    return problem(503, "function-too-slow", "The function did not answer in time", detail)


def _nothing_here(request: Request) -> Response:
    detail = f"There is nothing at {request.method} {request.path}."
    return problem(404, "not-found", "There is nothing here", detail)


def _json(status: int, content: Any) -> Response:
    body = json.dumps(content).encode()
    return Response(status, [("content-type", "application/json")], body)
