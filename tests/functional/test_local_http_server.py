"""The HTTP server: what it makes of a request before anybody answers it."""

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from importlib import import_module

import pytest

from lockstep.local import http_server, ports
from lockstep.local.aws_server import AwsServer
from lockstep.local.gateway import Gateway
from lockstep.local.http_event import Request, Response
from lockstep.local.http_server import HttpServer
from lockstep.local.runtime_api import Outcome
from lockstep.local.template import read, snake
from tests.functional.http import Context
from tests.stack import ROOT


@pytest.fixture
def port() -> Iterator[int]:
    """Of a server that tells what it was asked."""
    with closing(HttpServer(0)) as opened:
        opened.open(_told)
        yield opened.server_port


def _told(request: Request) -> Response:
    told = {"target": request.target, "length": len(request.body)}
    return Response(200, [], json.dumps(told).encode())


def post(port: int, body: bytes | Iterator[bytes]) -> tuple[int, str]:
    """The status, and the problem's type where there is one."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("POST", "/mirrors", body, encode_chunked=not isinstance(body, bytes))
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()).get("type", "")


def chunks(size: int) -> Iterator[bytes]:
    """So many bytes in pieces of 1 MB."""
    for _ in range(size // 1_000_000):
        yield b"x" * 1_000_000


def test_who_sends_far_too_much_is_told_so(port: int) -> None:
    too_large = (413, "/problems/body-too-large")

    assert post(port, b"x" * (http_server.MAX_BODY + 1)) == too_large
    assert post(port, chunks(http_server.MAX_BODY + 5_000_000)) == too_large


def test_a_body_in_chunks_is_put_together(port: int) -> None:
    assert post(port, chunks(2_000_000)) == (200, "")


@pytest.mark.parametrize(
    "header", [b"Content-Length: abc", b"Content-Length: -5", b"Transfer-Encoding: chunked"]
)
def test_a_length_that_is_none_is_named_without_pythons_words(port: int, header: bytes) -> None:
    answer = say(
        port, b"POST /mirrors HTTP/1.1\r\nHost: localhost\r\n" + header + b"\r\n\r\nzz\r\n"
    )

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"cannot be read" in answer and b"int()" not in answer


def test_a_path_with_a_doubled_slash_is_another_path(port: int) -> None:
    answer = say(port, b"GET //mirrors HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")

    assert b'"target": "//mirrors"' in answer


@pytest.mark.parametrize("host", ["localhost:%d", "127.0.0.1:%d"])
def test_a_page_of_another_site_cannot_write_and_a_program_can(port: int, host: str) -> None:
    start = b"POST /mirrors HTTP/1.1\r\nConnection: close\r\nContent-Length: 2\r\nHost: "
    mine, page = start + (host % port).encode(), b"\r\nOrigin: http://shop.example"

    assert say(port, mine + b"\r\n\r\n{}").startswith(b"HTTP/1.1 200 ")
    answer = say(port, mine + page + b"\r\n\r\n{}")

    assert answer.startswith(b"HTTP/1.1 403 ") and b"/problems/foreign-caller" in answer


def test_the_local_aws_answers_no_other_sites_page() -> None:
    (port,) = ports.choose(1)
    with closing(AwsServer(port, {})) as aws:
        aws.start()
        start = f"GET /moto-api/data.json HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close"

        assert say(port, f"{start}\r\n\r\n".encode()).startswith(b"HTTP/1.1 200 ")
        answer = say(port, f"{start}\r\nOrigin: http://shop.example\r\n\r\n".encode())

    assert answer.startswith(b"HTTP/1.1 403 ")


# What a router that decodes, joins or cleans paths would take for a route that asks for a scope.
DISGUISED = ["/%6Dirrors", "//mirrors", "/./mirrors", "/x/../mirrors", "/mirrors/", "/mirrors%3F"]


@pytest.fixture
def api() -> Iterator[int]:
    """Of a server with the routes of template.yaml and the real handlers, without tables."""

    def invoke(function: str, payload: bytes) -> Outcome:
        handler = import_module(f"functions.{snake(function)}.app").handler
        return Outcome(json.dumps(handler(json.loads(payload), Context())).encode())

    routes = read(ROOT / "template.yaml").routes()
    with closing(HttpServer(0)) as opened:
        opened.open(Gateway(routes, invoke, {}, dict, ()).answer)
        yield opened.server_port


@pytest.mark.parametrize("path", DISGUISED)
def test_a_path_that_looks_like_a_route_is_a_404_that_looked_at_nothing(
    api: int, path: str
) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: localhost:{api}\r\nConnection: close\r\n\r\n"
    answer = say(api, request.encode())

    assert answer.startswith(b"HTTP/1.1 404 ")
    assert b"/problems/not-found" in answer


def say(port: int, request: bytes) -> bytes:
    """What comes back until the front hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65_536), b""))
