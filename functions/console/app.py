"""Serves the console, without the layer: its page for every deep link, and its built files."""

import base64
import hashlib
import json
import mimetypes
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

BUILT = Path(__file__).resolve().parent / "built"
TOLD = {"version": "VERSION", "issuer": "ISSUER", "clientId": "CLIENT_ID", "scopes": "SCOPES"}
TOLD |= {"signOutUrl": "SIGN_OUT_URL"}
# The build compressed each file; these lie beside it.
ENCODINGS = {"br": ".br", "gzip": ".gz"}
GUARDS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    f"img-src 'self'; connect-src 'self' {os.environ.get('CONSOLE_CONNECTS_TO', '')}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'",
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`/` leads to the page; below /console/ whatever is no file is the page."""
    if event["rawPath"] == "/":
        return {"statusCode": 302, "headers": {"location": "/console/"}}
    name, asked = event["rawPath"].removeprefix("/console/"), event.get("headers") or {}
    if name == "config.json":
        told = {key: os.environ.get(f"CONSOLE_{it}") for key, it in TOLD.items()}
        return answer(json.dumps({key: it for key, it in told.items() if it}).encode(), ".json")
    file = name if name.startswith("assets/") or read(name) else "index.html"
    accepted = [one for one in ENCODINGS if one in asked.get("accept-encoding", "")]
    found = ((read(file + ENCODINGS[one]), {"content-encoding": one}) for one in accepted)
    content, headers = next((one for one in found if one[0]), (read(file), {}))
    if content is None:
        return answer(b"No such file, or the console is not built: run make.", ".txt", status=404)
    etag = f'"{hashlib.sha256(content).hexdigest()[:20]}"'
    age = "public, max-age=31536000, immutable" if file.startswith("assets/") else "no-cache"
    headers |= {"etag": etag, "vary": "accept-encoding", "cache-control": age}
    return answer(content, file, headers, 304 if asked.get("if-none-match") == etag else 200)


@lru_cache(maxsize=64)
def read(name: str) -> bytes | None:
    """A file below `built`; None where there is none."""
    path = (BUILT / name).resolve()
    return path.read_bytes() if path.is_relative_to(BUILT) and path.is_file() else None


def answer(content: bytes, file: str, more: Any = None, status: int = 200) -> dict[str, Any]:
    """An answer of bytes, guarded; the file's name says of what type."""
    kind = mimetypes.guess_type(f"x{file}")[0] or "application/json"
    headers = {"content-type": kind, "cache-control": "no-cache", **GUARDS, **(more or {})}
    body = "" if status == 304 else base64.b64encode(content).decode()
    return {"statusCode": status, "headers": headers, "body": body, "isBase64Encoded": True}
