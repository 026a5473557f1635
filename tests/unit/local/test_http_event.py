"""HTTP as a function sees it and answers it: API Gateway's payload format 2.0."""

import base64
import json
from datetime import UTC, datetime
from typing import Any
from unittest.mock import ANY

import pytest

from lockstep.local.http_event import Request, event, problem, response
from lockstep.local.routes import DEFAULT, Route

NOW = datetime(2026, 11, 22, 17, 12, 5, 250_000, tzinfo=UTC)
READ = Route("/mirrors/{name}", "GET", "ReadMirrors", ("mirrors/read",))


def request(**changes: Any) -> Request:
    values: dict[str, Any] = {
        "method": "GET",
        "target": "/mirrors/eu",
        "protocol": "HTTP/1.1",
        "headers": [("Host", "127.0.0.1:8080"), ("User-Agent", "curl/8.5.0")],
        "body": b"",
        "source_ip": "127.0.0.1",
    }
    return Request(**(values | changes))


def made(request: Request, route: Route = READ, **variables: str) -> dict[str, Any]:
    return event(request, route, variables, now=NOW)


def test_a_plain_get_becomes_an_event_with_its_context() -> None:
    got = made(request(), name="eu")

    context = got.pop("requestContext")
    assert got == {
        "version": "2.0",
        "routeKey": "GET /mirrors/{name}",
        "rawPath": "/mirrors/eu",
        "rawQueryString": "",
        "headers": {"host": "127.0.0.1:8080", "user-agent": "curl/8.5.0"},
        "pathParameters": {"name": "eu"},
        "isBase64Encoded": False,
    }
    assert context.pop("requestId")
    assert context == {
        "accountId": "123456789012",
        "apiId": "local",
        "authorizer": {
            "jwt": {
                "claims": {"sub": "local", "scope": "mirrors/read"},
                "scopes": ["mirrors/read"],
            }
        },
        "domainName": "127.0.0.1:8080",
        "domainPrefix": "local",
        "http": {
            "method": "GET",
            "path": "/mirrors/eu",
            "protocol": "HTTP/1.1",
            "sourceIp": "127.0.0.1",
            "userAgent": "curl/8.5.0",
        },
        "routeKey": "GET /mirrors/{name}",
        "stage": "$default",
        "time": "22/Nov/2026:17:12:05 +0000",
        "timeEpoch": 1795367525250,
    }


def test_a_public_route_brings_no_token() -> None:
    assert "authorizer" not in made(request(), Route(DEFAULT, "ANY", "R", None))["requestContext"]


def test_repeated_headers_and_query_values_are_joined_with_commas() -> None:
    got = made(request(target="/mirrors?a=1&b=&a=2", headers=[("X-One", "1"), ("x-one", "2")]))

    assert got["headers"] == {"x-one": "1,2"}
    assert got["rawQueryString"] == "a=1&b=&a=2"
    assert got["queryStringParameters"] == {"a": "1,2", "b": ""}


def test_cookies_are_a_list_and_no_header() -> None:
    got = made(request(headers=[("Cookie", "a=1; b=2")]))

    assert got["cookies"] == ["a=1", "b=2"]
    assert got["headers"] == {}


def test_a_path_arrives_decoded() -> None:
    assert made(request(target="/mirrors/a%20b?q=%20"))["rawPath"] == "/mirrors/a b"


@pytest.mark.parametrize(
    ("content_type", "body", "arrives", "is_base64"),
    [
        ("application/json", b'{"a": "\xc3\xa4"}', '{"a": "ä"}', False),
        ("application/json; charset=utf-8", b"{}", "{}", False),
        ("text/plain", b"hello", "hello", False),
        ("application/x-www-form-urlencoded", b"a=1", base64.b64encode(b"a=1").decode(), True),
        ("application/octet-stream", b"\x00\xff", base64.b64encode(b"\x00\xff").decode(), True),
        ("application/json", b"\xff\xfe", base64.b64encode(b"\xff\xfe").decode(), True),
    ],
)
def test_only_text_arrives_as_text(
    content_type: str, body: bytes, arrives: str, is_base64: bool
) -> None:
    got = made(request(method="POST", headers=[("Content-Type", content_type)], body=body))

    assert (got["body"], got["isBase64Encoded"]) == (arrives, is_base64)


def test_a_functions_response_becomes_http() -> None:
    payload = {
        "statusCode": 202,
        "headers": {"Location": "/mirrors/eu", "Retry-After": 10},
        "cookies": ["a=1", "b=2"],
        "body": "äh",
    }

    got = response(json.dumps(payload).encode())

    assert got.status == 202
    assert got.headers == [
        ("location", "/mirrors/eu"),
        ("retry-after", "10"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
    ]
    assert got.body == "äh".encode()


def test_a_base64_body_is_decoded() -> None:
    payload = {"statusCode": 200, "body": "AP8=", "isBase64Encoded": True}

    assert response(json.dumps(payload).encode()).body == b"\x00\xff"


def test_a_result_without_a_status_is_json_with_200() -> None:
    got = response(b'{"sent": 1}')

    assert (got.status, got.headers) == (200, [("content-type", "application/json")])
    assert got.body == b'{"sent": 1}'


@pytest.mark.parametrize("payload", [b"no json", b'{"statusCode": "many"}'])
def test_a_result_that_is_no_response_is_refused(payload: bytes) -> None:
    with pytest.raises(ValueError):
        response(payload)


def test_the_stacks_own_errors_are_problems() -> None:
    got = problem(404, "not-found", "There is nothing here", "Look elsewhere.")

    assert got.headers == [("content-type", "application/problem+json")]
    assert json.loads(got.body) == {
        "instance": ANY,
        "type": "/problems/not-found",
        "title": "There is nothing here",
        "status": 404,
        "detail": "Look elsewhere.",
    }
