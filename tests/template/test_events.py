"""The events of events/: each is one that its function's trigger in the template would send."""

import hashlib
import json
import re
from typing import Any

import pytest
from mirroring.storing.queue import SampleRequest

from tests.stack import ROOT, functions
from tests.template.test_triggers import PUBLIC, ROUTES, SCHEDULED

Event = dict[str, Any]
BY_FOLDER = {folder: name for name, folder in functions().items()}
EVENTS: dict[str, Event] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in ROOT.glob("events/*.json")
}
REQUESTS = sorted(folder for folder, event in EVENTS.items() if "routeKey" in event)
TICKS = sorted(folder for folder, event in EVENTS.items() if event.get("source"))


def test_every_function_has_one_event_of_its_trigger() -> None:
    answering = {function for function, _ in ROUTES.values()} | set(PUBLIC.values())

    assert set(EVENTS) == set(BY_FOLDER)
    assert {BY_FOLDER[folder] for folder in REQUESTS} == answering
    assert {BY_FOLDER[folder] for folder in TICKS} == set(SCHEDULED)
    assert set(EVENTS) - {*REQUESTS, *TICKS} == {"sample_latency"}


@pytest.mark.parametrize("folder", REQUESTS)
def test_a_request_is_one_that_api_gateway_lets_through_to_this_function(folder: str) -> None:
    event = EVENTS[folder]
    context = event["requestContext"]
    key = event["routeKey"]
    function, scope = (PUBLIC[key], None) if key in PUBLIC else ROUTES[key]
    method, _, route = event["routeKey"].partition(" ")
    path = route.replace("+}", "}").format(**event.get("pathParameters", {}))

    assert function == BY_FOLDER[folder]
    assert context["routeKey"] == event["routeKey"]
    assert context["http"]["method"] == method
    assert event["rawPath"] == context["http"]["path"] == path
    assert scope is None or scope in context["authorizer"]["jwt"]["claims"]["scope"].split()
    assert int(event["headers"]["content-length"]) == len(event.get("body", "").encode())


def test_no_two_requests_have_one_id() -> None:
    ids = [EVENTS[folder]["requestContext"]["requestId"] for folder in REQUESTS]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("folder", TICKS)
def test_a_tick_is_of_this_function_s_schedule(folder: str) -> None:
    (schedule,) = EVENTS[folder]["resources"]

    assert EVENTS[folder]["source"] == "aws.scheduler"
    assert re.search(rf":schedule/default/lockstep-{BY_FOLDER[folder]}EveryMinute-", schedule)


def test_a_message_is_what_dispatch_queues_and_sqs_delivers() -> None:
    (record,) = EVENTS["sample_latency"]["Records"]
    body = record["body"]

    assert SampleRequest.model_validate_json(body).model_dump_json(by_alias=True) == body
    assert record["md5OfBody"] == hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()
    assert re.search(r":lockstep-SamplesQueue-", record["eventSourceARN"])
