"""The console before an issuer: a code flow with PKCE, in a real browser, across two origins."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from functions.console import app
from tests.functional.console import fleet
from tests.functional.console.browser import opened
from tests.functional.console.fake_api import FakeApi, Server
from tests.functional.console.issuer import CLIENT, Issuer

pytestmark = pytest.mark.timeout(120)
SCOPES = "openid email mirrors/read mirrors/write"
POLICY = "content-security-policy"


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    """An issuer that the console's policy lets it connect to, as template.yaml sets it."""
    issuer = Issuer()
    policy = app.GUARDS[POLICY].replace("connect-src 'self'", f"connect-src 'self' {issuer.url}")
    monkeypatch.setitem(app.GUARDS, POLICY, policy)
    yield issuer
    issuer.shutdown()
    issuer.server_close()


@pytest.fixture
def server(issuer: Issuer) -> Iterator[Server]:
    """The console before an API that takes the issuer's last token alone."""
    now = datetime.now(UTC)
    api = FakeApi(fleet.mirrors(20, now), now)
    api.config = {"version": "0", "issuer": issuer.url, "clientId": CLIENT, "scopes": SCOPES}
    api.takes = lambda bearer: bearer == f"Bearer {issuer.person.tokens[-1]}"
    server = Server(api)
    yield server
    server.shutdown()
    server.server_close()


def sign_in(page: Page) -> None:
    page.get_by_role("button", name="Sign in").click()


def test_who_signs_in_comes_back_to_the_page_that_was_asked_for(
    server: Server, issuer: Issuer
) -> None:
    with opened() as page:
        page.goto(f"{server.url}/console/?status=IN_SYNC")
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        assert server.api.bearers == []
        sign_in(page)

        page.locator("tbody a.name").first.wait_for()
        assert page.url == f"{server.url}/console/?status=IN_SYNC"
        expect(page.get_by_title("Sign out ada@example.com")).to_be_visible()
        page.reload()
        page.locator("tbody a.name").first.wait_for()
        assert (issuer.person.grants, issuer.codes) == (["authorization_code"], {})
        assert set(server.api.bearers) == {"Bearer access-0"}


def test_a_token_that_is_about_to_end_is_renewed_without_a_word(
    server: Server, issuer: Issuer
) -> None:
    issuer.person.lasts_s = 30
    with opened() as page:
        page.goto(f"{server.url}/console/")
        sign_in(page)
        page.locator("tbody a.name").first.wait_for()

        assert issuer.person.grants[:2] == ["authorization_code", "refresh_token"]
        assert "Bearer access-0" not in server.api.bearers


def test_a_sign_in_that_is_refused_says_why_and_can_be_tried_again(
    server: Server, issuer: Issuer
) -> None:
    issuer.person.refuses = True
    with opened() as page:
        page.goto(f"{server.url}/console/?status=IN_SYNC")
        sign_in(page)
        expect(page.get_by_role("alert")).to_contain_text("Ada says no")
        page.reload()
        issuer.person.refuses = False
        sign_in(page)

        page.locator("tbody a.name").first.wait_for()
        assert page.url == f"{server.url}/console/?status=IN_SYNC"


def test_an_issuer_that_does_not_answer_is_said(server: Server, issuer: Issuer) -> None:
    issuer.shutdown()
    issuer.server_close()
    with opened() as page:
        page.goto(f"{server.url}/console/")
        sign_in(page)

        expect(page.get_by_role("alert")).to_contain_text("The sign-in did not work")


@pytest.mark.parametrize("has_form", [False, True], ids=["as its metadata says", "by its form"])
def test_who_signs_out_is_signed_out_at_the_issuer_too(
    server: Server, issuer: Issuer, has_form: bool
) -> None:
    if has_form:
        form = f"{issuer.url}/logout?post_logout_redirect_uri={server.url}/console/"
        server.api.config["signOutUrl"] = form
    with opened() as page:
        page.goto(f"{server.url}/console/")
        sign_in(page)
        with page.expect_request(re.compile(r"/logout\?")):
            page.get_by_role("button", name="Sign out").click()

        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        assert not issuer.person.signed_in
        assert "access-" not in page.evaluate("JSON.stringify([sessionStorage, localStorage])")
