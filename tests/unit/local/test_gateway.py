"""What stands behind the front: routes to functions, and the pages of the stack itself."""

import json
import threading
from dataclasses import replace
from typing import Any

import pytest

from lockstep.local import gateway as gateways
from lockstep.local.gateway import Gateway
from lockstep.local.http_event import Request, Response
from lockstep.local.routes import Route
from lockstep.local.runtime_api import Outcome

SCHEDULED = {"source": "aws.scheduler"}


def gateway(outcome: Outcome, invoked: list[tuple[str, Any]] | None = None) -> Gateway:
    calls = invoked if invoked is not None else []

    def invoke(function: str, event: bytes) -> Outcome:
        calls.append((function, json.loads(event)))
        return outcome

    return Gateway(
        routes=[Route("/mirrors", "GET", "ReadMirrors", ("mirrors/read",))],
        invoke=invoke,
        pages={"inbox": lambda: [{"subject": "x"}]},
        scheduled=lambda: {"DispatchSamples": SCHEDULED},
        functions=("ReadMirrors", "DispatchSamples", "SampleLatency"),
    )


def ask(one: Gateway, method: str, target: str, body: bytes = b"") -> Response:
    return one.answer(Request(method, target, "HTTP/1.1", [], body, "127.0.0.1"))


def test_a_route_is_answered_by_its_function() -> None:
    invoked: list[tuple[str, Any]] = []
    one = gateway(Outcome(b'{"statusCode": 418, "body": "short"}'), invoked)

    got = ask(one, "GET", "/mirrors?limit=1")

    assert (got.status, got.body) == (418, b"short")
    assert invoked[0][0] == "ReadMirrors"
    assert invoked[0][1]["queryStringParameters"] == {"limit": "1"}


@pytest.mark.parametrize(
    ("outcome", "status", "slug"),
    [
        (Outcome(b"{}", "ValueError"), 500, "function-failed"),
        (Outcome(b'{"statusCode": "x"}'), 500, "function-failed"),
        (Outcome.failed("Sandbox.Timedout", "late"), 503, "function-too-slow"),
    ],
)
def test_a_function_that_fails_is_a_problem(outcome: Outcome, status: int, slug: str) -> None:
    got = ask(gateway(outcome), "GET", "/mirrors")

    assert (got.status, json.loads(got.body)["type"]) == (status, f"/problems/{slug}")


def test_a_functions_error_message_is_told_to_nobody() -> None:
    outcome = Outcome.failed("ValueError", "password=s3cret")

    assert b"s3cret" not in ask(gateway(outcome), "GET", "/mirrors").body
    assert b"s3cret" not in ask(gateway(outcome), "POST", "/_local/run/dispatch_samples").body


def test_what_takes_longer_than_the_limit_is_503(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateways, "LIMIT_S", 0.01)
    released = threading.Event()

    def invoke(_function: str, _event: bytes) -> Outcome:
        released.wait(10)
        return Outcome(b"{}")

    got = ask(replace(gateway(Outcome(b"{}")), invoke=invoke), "GET", "/mirrors")
    released.set()

    assert got.status == 503


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/other"), ("POST", "/mirrors"), ("POST", "/_local/inbox"), ("GET", "/_local/run/x")],
)
def test_nothing_here_is_a_404_problem(method: str, path: str) -> None:
    got = ask(gateway(Outcome(b"{}")), method, path)

    assert (got.status, json.loads(got.body)["type"]) == (404, "/problems/not-found")


def test_a_page_of_the_stack_is_json() -> None:
    assert ask(gateway(Outcome(b"{}")), "GET", "/_local/inbox").body == b'[{"subject": "x"}]'


@pytest.mark.parametrize("name", ["dispatch_samples", "DispatchSamples"])
@pytest.mark.parametrize(("body", "event"), [(b"", SCHEDULED), (b'{"a": 1}', {"a": 1})])
def test_a_function_is_run_with_its_schedules_event_or_the_one_sent(
    name: str, body: bytes, event: dict[str, Any]
) -> None:
    invoked: list[tuple[str, Any]] = []

    got = ask(gateway(Outcome(b'{"sent": 2}'), invoked), "POST", f"/_local/run/{name}", body)

    assert (got.status, got.body) == (200, b'{"sent": 2}')
    assert invoked == [("DispatchSamples", event)]


def test_a_function_that_is_not_there_is_named_with_those_that_are() -> None:
    got = ask(gateway(Outcome(b"{}")), "POST", "/_local/run/nothing")

    assert got.status == 404
    assert "dispatch_samples, read_mirrors" in json.loads(got.body)["detail"]


@pytest.mark.parametrize("name", ["sample_latency", "read_mirrors"])
def test_a_function_without_a_schedule_needs_an_event_or_another_is_named(name: str) -> None:
    invoked: list[tuple[str, Any]] = []
    one = gateway(Outcome(b"{}"), invoked)
    got = ask(one, "POST", f"/_local/run/{name}")

    assert (got.status, json.loads(got.body)["type"]) == (400, "/problems/bad-request")
    assert "run one that has: dispatch_samples." in json.loads(got.body)["detail"]
    assert invoked == []
    assert ask(one, "POST", f"/_local/run/{name}", b"{}").status == 200
