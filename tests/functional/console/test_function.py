"""The function that serves the console: pages, files, encodings, and what guards them."""

import base64
import gzip
import json
from typing import Any

import pytest

from functions.console import app
from tests.stack import ROOT


def asked(path: str, **headers: str) -> dict[str, Any]:
    """Its answer to a GET."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return app.handler({"rawPath": path, "headers": named}, None)


def content(answer: dict[str, Any]) -> bytes:
    """The body as it travels."""
    return base64.b64decode(answer["body"])


def an_asset() -> str:
    """The path of the page's script."""
    (script,) = (ROOT / "functions/console/built/assets").glob("index-*.js")
    return f"/console/assets/{script.name}"


def test_the_root_leads_to_the_page() -> None:
    assert asked("/") == {"statusCode": 302, "headers": {"location": "/console/"}}


@pytest.mark.parametrize(
    "path", ["/console/", "/console/mirrors/eu.us.abc", "/console/new", "/console/../app.py"]
)
def test_every_deep_link_is_the_page_and_is_asked_for_each_time(path: str) -> None:
    answer = asked(path)

    assert (answer["statusCode"], answer["headers"]["cache-control"]) == (200, "no-cache")
    assert b'<div id="console">' in content(answer)


def test_an_asset_is_kept_for_ever_and_comes_compressed_as_the_browser_takes_it() -> None:
    plain, packed, best = (
        asked(an_asset(), accept_encoding=one) for one in ("identity", "gzip", "gzip, br")
    )

    assert "immutable" in plain["headers"]["cache-control"]
    assert plain["headers"]["content-type"].startswith("text/javascript")
    assert gzip.decompress(content(packed)) == content(plain)
    assert packed["headers"]["content-encoding"] == "gzip"
    assert best["headers"]["content-encoding"] == "br"
    assert len(content(best)) < len(content(packed)) < len(content(plain)) // 2


def test_who_has_it_already_is_told_so_without_it() -> None:
    etag = asked("/console/")["headers"]["etag"]
    again = asked("/console/", if_none_match=etag)

    assert (again["statusCode"], again["body"], again["headers"]["etag"]) == (304, "", etag)


@pytest.mark.parametrize("name", ["gone-abc.js", "../../app.py", "%2e%2e/app.py"])
def test_an_asset_that_is_not_there_is_no_page(name: str) -> None:
    assert asked(f"/console/assets/{name}")["statusCode"] == 404


def test_nothing_but_itself_and_the_issuer_may_be_loaded_or_connected_to() -> None:
    headers = asked("/console/")["headers"]
    policy = headers["content-security-policy"]

    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "require-trusted-types-for 'script'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"


def test_the_page_is_told_of_an_issuer_only_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CONSOLE_VERSION", "0.2.0")
    monkeypatch.setenv("CONSOLE_ISSUER", "")
    assert json.loads(content(asked("/console/config.json"))) == {"version": "0.2.0"}

    monkeypatch.setenv("CONSOLE_ISSUER", "https://issuer.example.com")
    monkeypatch.setenv("CONSOLE_CLIENT_ID", "console")
    told = json.loads(content(asked("/console/config.json")))
    assert (told["issuer"], told["clientId"]) == ("https://issuer.example.com", "console")
