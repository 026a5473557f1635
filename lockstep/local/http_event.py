"""HTTP in and out as API Gateway's HTTP API does it: payload format 2.0.

Source: "Create AWS Lambda proxy integrations for HTTP APIs" in the API Gateway developer guide.
"""

import base64
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from lockstep.local.routes import Route

ACCOUNT = "123456789012"
API_ID = "local"
SUBJECT = "local"

# Only these reach a function as text; everything else as base64.
_TEXT = ("text/", "application/json", "application/javascript", "application/xml")


@dataclass(frozen=True)
class Request:
    """One HTTP request as it came in; header names in any case, `target` with its query string."""

    method: str
    target: str
    protocol: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    source_ip: str

    @property
    def path(self) -> str:
        """The path as it was sent, still percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """What stands after the question mark, as it was sent."""
        return self.target.partition("?")[2]


@dataclass(frozen=True)
class Response:
    """One HTTP response."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


def event(
    request: Request, route: Route, variables: dict[str, str], *, now: datetime
) -> dict[str, Any]:
    """The event that the route's function gets for this request."""
    headers = _joined([(name.lower(), value) for name, value in request.headers])
    cookie = headers.pop("cookie", "")
    body, is_base64 = _body(request.body, headers.get("content-type", ""))
    query = _joined(parse_qsl(request.query, keep_blank_values=True))
    optional = {
        "cookies": [one.strip() for one in cookie.split(";")] if cookie else None,
        "queryStringParameters": query or None,
        "pathParameters": variables or None,
        "body": body,
    }
    return {
        "version": "2.0",
        "routeKey": route.key,
        "rawPath": unquote(request.path),
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": _context(request, route, headers, now),
        "isBase64Encoded": is_base64,
        **{name: value for name, value in optional.items() if value is not None},
    }


def response(payload: bytes) -> Response:
    """What a function's result is as HTTP: itself where it is no response, as JSON with 200.

    Raises ValueError when it can be neither.
    """
    result = json.loads(payload)
    if not isinstance(result, dict) or "statusCode" not in result:
        return Response(200, [("content-type", "application/json")], payload)
    body = result.get("body") or ""
    headers = [(name.lower(), str(value)) for name, value in (result.get("headers") or {}).items()]
    headers += [("set-cookie", cookie) for cookie in result.get("cookies") or []]
    decoded = base64.b64decode(body) if result.get("isBase64Encoded") else str(body).encode()
    return Response(int(result["statusCode"]), headers, decoded)


def problem(status: int, slug: str, title: str, detail: str) -> Response:
    """An answer of the stack itself, in the words of the API's own problems (RFC 9457)."""
    body = {
        "type": f"/problems/{slug}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": str(uuid.uuid4()),
    }
    headers = [("content-type", "application/problem+json")]
    return Response(status, headers, json.dumps(body).encode())


def _context(
    request: Request, route: Route, headers: dict[str, str], now: datetime
) -> dict[str, Any]:
    context: dict[str, Any] = {
        "accountId": ACCOUNT,
        "apiId": API_ID,
        "domainName": headers.get("host", "localhost"),
        "domainPrefix": API_ID,
        "http": {
            "method": request.method,
            "path": unquote(request.path),
            "protocol": request.protocol,
            "sourceIp": request.source_ip,
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": str(uuid.uuid4()),
        "routeKey": route.key,
        "stage": "$default",
        "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(now.timestamp() * 1000),
    }
    if route.scopes is not None:
        claims = {"sub": SUBJECT, "scope": " ".join(route.scopes)}
        context["authorizer"] = {"jwt": {"claims": claims, "scopes": list(route.scopes)}}
    return context


def _joined(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Repeated names hold their values with commas between."""
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _body(body: bytes, content_type: str) -> tuple[str | None, bool]:
    if not body:
        return None, False
    if content_type.lower().startswith(_TEXT) or not content_type:
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(body).decode(), True
