"""A small OpenID provider on 127.0.0.1, of another origin than the console, as issuers are.

It knows one person, who agrees to all unless `refuses`; as Cognito, it does not repeat the scopes.
"""

import base64
import hashlib
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT = "console"


@dataclass
class Person:
    """Who signs in: `tokens` are the access tokens given so far, each good for `lasts_s`."""

    refuses: bool = False
    lasts_s: int = 3_600
    signed_in: bool = False
    tokens: list[str] = field(default_factory=list)
    grants: list[str] = field(default_factory=list)
    """The grant types of the tokens, in order."""


class Issuer(ThreadingHTTPServer):
    """The provider on a port of its own; `codes`, not yet used, with what asked for each."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.person = Person()
        self.codes: dict[str, dict[str, str]] = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """What tokens are issued by."""
        return f"http://127.0.0.1:{self.server_port}"

    def metadata(self) -> dict[str, Any]:
        """Discovery's answer."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "end_session_endpoint": f"{self.url}/logout",
            "jwks_uri": f"{self.url}/keys",
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes next."""
        assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
        assert asked["code_challenge_method"] == "S256"
        answer = {"state": asked["state"]}
        if self.person.refuses:
            answer |= {"error": "access_denied", "error_description": "Ada says no"}
        else:
            answer["code"] = f"code-{len(self.codes)}"
            self.codes[answer["code"]] = asked
            self.person.signed_in = True
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def token(self, asked: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Status and answer: a code is taken once, from who asked for it (RFC 7636)."""
        granted = {"refresh_token": f"again-{len(self.person.tokens)}"}
        if asked["grant_type"] == "authorization_code":
            began = self.codes.pop(asked["code"], None)
            digest = hashlib.sha256(asked["code_verifier"].encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
            if began is None or began["code_challenge"] != challenge:
                return 400, {"error": "invalid_grant"}
        elif not asked["refresh_token"].startswith("again-"):
            return 400, {"error": "invalid_grant"}
        else:
            granted = {}
        self.person.grants.append(asked["grant_type"])
        self.person.tokens.append(f"access-{len(self.person.tokens)}")
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "sub": "ada", "email": "ada@example.com"}
        claims |= {"iat": now, "exp": now + self.person.lasts_s}  # type: ignore[dict-item]
        return 200, granted | {
            "access_token": self.person.tokens[-1],
            "id_token": ".".join((_part({"alg": "none"}), _part(claims), "")),
            "token_type": "Bearer",
            "expires_in": self.person.lasts_s,
        }


def _part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


class _Handler(BaseHTTPRequestHandler):
    server: Issuer
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *arguments: Any) -> None:
        """No access log."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/authorize":
            self._send(302, {"location": self.server.authorize(asked)})
        elif parts.path == "/logout":
            self.server.person.signed_in = False
            self._send(302, {"location": asked["post_logout_redirect_uri"]})
        elif parts.path == "/.well-known/openid-configuration":
            self._send(200, {"access-control-allow-origin": "*"}, self.server.metadata())
        else:
            self._send(404, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        asked = {name: values[0] for name, values in parse_qs(body).items()}
        status, told = self.server.token(asked)
        self._send(status, {"access-control-allow-origin": "*"}, told)

    def _send(self, status: int, headers: dict[str, str], content: Any = None) -> None:
        body = b"" if content is None else json.dumps(content).encode()
        self.send_response_only(status)
        for name, value in (headers | {"content-type": "application/json"}).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
