"""The console in a real browser, before an API of a made-up fleet of 1,000 mirrors."""

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.functional.console import details, fleet
from tests.functional.console.browser import barriers, main_thread, opened
from tests.functional.console.fake_api import FakeApi, Server

FIRST_PAINT_MS, KEY_MS = 1_000, 50
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def server() -> Iterator[Server]:
    """The console's function before 1,000 mirrors."""
    now = datetime.now(UTC)
    server = Server(FakeApi(fleet.mirrors(1_000, now), now))
    yield server
    server.shutdown()
    server.server_close()


def one_that_is(server: Server, status: str) -> str:
    """The name of a mirror with this status."""
    return str(next(one["name"] for one in server.api.mirrors if one["status"] == status))


def rows(page: Page) -> int:
    """How many mirrors are drawn."""
    return page.locator("tbody a.name").count()


def test_a_thousand_mirrors_show_within_a_second_and_only_those_in_sight_are_drawn(
    server: Server,
) -> None:
    with opened() as page:
        worked = main_thread(page)
        page.goto(f"{server.url}/console/")
        page.locator("tbody a.name").first.wait_for()
        painted = worked()

        expect(page.locator(".counters a").first).to_have_text("1,000 all")
        assert 0 < painted <= FIRST_PAINT_MS
        assert 10 <= rows(page) <= 60
        expect(page.locator("tbody .status").first).to_have_text("FAILED")


def test_a_key_in_the_search_among_a_thousand_is_answered_at_once(server: Server) -> None:
    text = "warehouse ledger"
    with opened() as page:
        worked = main_thread(page)
        page.goto(f"{server.url}/console/")
        expect(page.locator(".counters a").first).to_have_text("1,000 all")
        page.get_by_label("Pause refreshing").click()
        page.get_by_label("Search mirrors").focus()
        before = worked()
        page.keyboard.type(text)
        expect(page.locator(".toolbar output")).to_contain_text("of 1,000 mirrors")

        assert 0 < (worked() - before) / len(text) <= KEY_MS


def whole(page: Page) -> Locator:
    """What says how many mirrors match, once all pages of the list have come."""
    found = page.locator(".toolbar output")
    expect(found).to_contain_text("of 1,000 mirrors")
    return found


def test_filters_are_links_and_survive_a_reload_and_the_way_back(server: Server) -> None:
    with opened() as page:
        page.goto(f"{server.url}/console/")
        page.get_by_role("link", name="OUT_OF_SYNC").first.click()
        page.get_by_label("Search mirrors").fill("ap-core")
        found = whole(page).inner_text()
        page.reload()

        expect(page.get_by_label("Search mirrors")).to_have_value("ap-core")
        expect(page.locator(".toolbar output")).to_have_text(found)
        page.locator("tbody a.name").first.click()
        expect(page.locator(".answer")).to_contain_text("OUT_OF_SYNC for")
        page.go_back()

        expect(page.locator(".toolbar output")).to_have_text(found)
        assert re.search(r"\?status=OUT_OF_SYNC&q=ap-core$", page.url)


def test_rows_stay_where_the_pointer_is_though_a_mirror_became_the_worst(server: Server) -> None:
    with opened() as page:
        page.goto(f"{server.url}/console/?q=orders")
        whole(page)
        name = page.locator("tbody a.name")
        name.nth(3).hover()
        before = name.all_inner_texts()[:4]
        for one in server.api.mirrors:
            one["status"] = "IN_SYNC" if one["status"] == "FAILED" else one["status"]
        page.get_by_label("Refresh now").evaluate("(button) => button.click()")
        expect(page.locator("tbody .status").first).to_have_text("IN_SYNC")

        assert name.all_inner_texts()[:4] == before


def test_rows_are_walked_by_keyboard_and_opened(server: Server) -> None:
    with opened() as page:
        page.goto(f"{server.url}/console/")
        page.locator("tbody a.name").first.wait_for()
        page.keyboard.press("/")
        page.keyboard.type("failed")
        page.keyboard.press("Tab")
        page.locator("h1").click()
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("Enter")

        expect(page.locator(".answer")).to_contain_text("FAILED for")
        expect(page.locator(".trace summary")).to_contain_text("TopicAuthorizationException")


def test_an_api_that_is_down_is_told_above_what_was_known_and_goes_when_it_is_back(
    server: Server,
) -> None:
    with opened() as page:
        page.goto(f"{server.url}/console/")
        page.locator("tbody a.name").first.wait_for()
        server.api.down = True
        page.get_by_label("Refresh now").click()

        expect(page.get_by_role("alert")).to_contain_text("DynamoDB does not answer")
        assert rows(page) > 10
        server.api.down = False
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_role("alert")).to_have_count(0)


def test_a_deletion_wants_the_name_typed(server: Server) -> None:
    name = one_that_is(server, "IN_SYNC")
    with opened() as page:
        page.goto(f"{server.url}/console/mirrors/{name}")
        page.get_by_role("button", name="Delete…").click()
        sure = page.get_by_role("button", name="Delete", exact=True)
        expect(sure).to_have_attribute("aria-disabled", "true")
        page.get_by_label("Type the mirror's name").fill(name)
        sure.click()

        expect(page.get_by_role("heading", name="Mirrors")).to_be_visible()
        assert [(method, path) for method, path, _ in server.api.asked] == [
            ("DELETE", f"/mirrors/{name}")
        ]


def test_a_new_target_says_what_it_would_change_and_asks_for_the_version_that_was_seen(
    server: Server,
) -> None:
    name = one_that_is(server, "OUT_OF_SYNC")
    with opened() as page:
        page.goto(f"{server.url}/console/mirrors/{name}")
        page.get_by_label("Change the target latency").click()
        page.get_by_label("Target latency in ms").fill("300000")
        expect(
            page.get_by_text("At 5 min none of 2,000 topics", exact=False).or_(
                page.get_by_text("At 5 min none of 500 topics", exact=False)
            )
        ).to_be_visible()
        mirror = next(one for one in server.api.mirrors if one["name"] == name)
        mirror["version"], seen = mirror["version"] + 1, mirror["version"]
        mirror["description"] = "Changed by somebody else meanwhile"
        page.get_by_label("Refresh now").click()
        expect(page.get_by_text(mirror["description"])).to_be_visible()
        problem = {"type": "/problems/version-mismatch", "detail": "Another change came first."}
        refusal = {"status": 412, "json": problem}
        page.route("**/target-latency", lambda route: route.fulfill(**refusal), times=1)
        save = page.get_by_role("button", name="Save")
        with page.expect_request(lambda request: request.method == "PUT") as refused:
            save.click()
        expect(page.get_by_role("alert")).to_have_text(problem["detail"])
        with page.expect_request(lambda request: request.method == "PUT") as sent:
            save.click()

        assert refused.value.headers["if-match"] == f'"{seen}"'
        assert sent.value.headers["if-match"] == f'"{seen + 1}"'
        expect(page.locator("#target-latency")).to_contain_text("5 min")
        assert server.api.asked[-1] == (
            "PUT",
            f"/mirrors/{name}/target-latency",
            {"targetLatency": 300_000},
        )


def test_a_cluster_behind_the_first_page_is_listed_and_opened(server: Server) -> None:
    server.api.clusters = tuple(f"c{number:03d}" for number in range(450))
    with opened() as page:
        page.goto(f"{server.url}/console/clusters?edit=kafka:c449")
        expect(page.get_by_role("dialog")).to_contain_text("c449")
        expect(page.get_by_role("rowheader", name="c449-connect")).to_have_count(1)


def test_a_list_that_takes_longer_than_from_refresh_to_refresh_is_read_to_its_end(
    server: Server,
) -> None:
    server.api.clusters = tuple(f"c{number:03d}" for number in range(250))
    second_page = re.compile(r"/clusters\?.*nextToken")
    held: list[Route] = []
    with opened() as page:
        page.clock.install()
        page.route(second_page, lambda route: held.append(route))
        with page.expect_request(second_page):
            page.goto(f"{server.url}/console/clusters")
        page.clock.run_for(10_000)
        held[0].continue_()
        expect(page.get_by_role("rowheader", name=re.compile("^c249 "))).to_have_count(1)
    assert len(held) == 1


def test_registering_anew_sends_all_that_is_no_secret_though_the_page_was_reloaded(
    server: Server,
) -> None:
    with opened() as page:
        page.goto(f"{server.url}/console/clusters?edit=connect:us-core-connect")
        page.reload()
        expect(page.get_by_text("Never shown again", exact=False)).to_be_visible()
        page.get_by_label("User name").fill("ada")
        register = page.get_by_role("button", name="Check and register")
        expect(register).to_have_attribute("title", "Give user name and password, or neither.")
        page.get_by_label("Password").fill("hush")
        register.click()
        expect(page.locator("dialog")).to_have_count(0)

    ((_, path, body),) = server.api.asked
    assert path == "/connect-clusters/us-core-connect"
    assert body == {
        "urls": ["https://connect-1.us-core.example.com:8083"],
        "kafkaCluster": "us-core",
        "username": "ada",
        "password": "hush",
        "caCertificate": details.CERTIFICATE,
        "configProvider": "secrets",
        "offsetFlushMs": 10_000,
    }


def test_a_draft_survives_a_reload_without_its_secret(server: Server) -> None:
    with opened() as page:
        page.goto(f"{server.url}/console/new")
        page.get_by_label("Another, by its properties").check()
        page.get_by_label("Connection properties").fill("bootstrap.servers=a:1\npassword=hush")
        page.get_by_label("Alias", exact=True).fill("eu")
        page.get_by_label("Topics", exact=True).fill("orders(")
        page.get_by_label("Connect cluster").select_option("us-core-connect")
        expect(page.locator(".field .refused")).to_contain_text("does not compile")
        page.reload()

        expect(page.get_by_label("Alias", exact=True)).to_have_value("eu")
        expect(page.get_by_label("Connection properties")).to_have_value("")
        assert "hush" not in page.evaluate("JSON.stringify([sessionStorage, localStorage])")


def test_who_may_only_read_sees_why_a_button_does_nothing(server: Server) -> None:
    name = one_that_is(server, "IN_SYNC")
    server.api.config = {"version": "0", "issuer": f"{server.url}/issuer", "clientId": "console"}
    user: dict[str, Any] = {
        "access_token": "opaque",
        "token_type": "Bearer",
        "scope": "openid mirrors/read",
        "profile": {"sub": "ada", "email": "ada@example.com"},
        "expires_at": int(datetime.now(UTC).timestamp()) + 3_600,
    }
    key = f"oidc.user:{server.url}/issuer:console"
    with opened() as page:
        page.goto(f"{server.url}/console/")
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        page.evaluate(
            "([key, user]) => sessionStorage.setItem(key, JSON.stringify(user))", [key, user]
        )
        page.goto(f"{server.url}/console/mirrors/{name}")
        button = page.get_by_role("button", name="Pause", exact=True)

        expect(button).to_have_attribute("aria-disabled", "true")
        expect(button).to_have_attribute("title", re.compile("no mirrors/write scope"))


@pytest.mark.parametrize("width", [1440, 375])
def test_a_topic_opens_to_its_partitions_those_first_of_which_nothing_is_known(
    server: Server, width: int
) -> None:
    name = one_that_is(server, "OUT_OF_SYNC")
    with opened(width=width) as page:
        page.goto(f"{server.url}/console/mirrors/{name}")
        page.get_by_role("heading", name="Topics", exact=True).scroll_into_view_if_needed()
        page.get_by_role("button", name=re.compile(r"\.placed\.0000$")).click()
        table = page.get_by_role("group", name="Partitions, worst first")
        rows = table.locator("tbody tr:not(.space)")

        expect(rows.nth(0)).to_contain_text("unknown")
        expect(table.locator("tbody th")).to_have_text(["2", "0", "1"])
        expect(page.get_by_text("nothing new is known: does not answer")).to_be_visible()
        expect(rows.nth(2)).to_contain_text("1,000,001")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_what_opens_on_a_mirror(server: Server, theme: str) -> None:
    name = one_that_is(server, "OUT_OF_SYNC")
    opens: list[str | re.Pattern[str]] = ["Delete…", "Change the target latency"]
    opens.append(re.compile(r"\.placed\.0000$"))
    found: dict[str, list[str]] = {}
    with opened(theme) as page:
        for what in opens:
            page.goto(f"{server.url}/console/mirrors/{name}")
            page.get_by_role("button", name=what).click()
            expect(page.locator("dialog, form#target-latency")).to_be_visible()
            expect(page.locator(".skeleton")).to_have_count(0)
            found[str(what)] = barriers(page)

    assert {path: what for path, what in found.items() if what} == {}


def test_axe_finds_nothing_on_any_page_in_both_themes_narrow_and_wide(server: Server) -> None:
    failed, late = one_that_is(server, "FAILED"), one_that_is(server, "OUT_OF_SYNC")
    pages = ["", "?view=picture", "?group=connect", f"mirrors/{failed}", f"mirrors/{late}"]
    pages += ["new", "clusters", "clusters?edit=kafka:eu-core", "clusters?edit=connect:", "nothing"]
    found: dict[tuple[str, str, int], list[str]] = {}
    with opened() as page:
        for path, width in itertools.product(pages, (375, 1440)):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(f"{server.url}/console/{path}")
            page.locator("h1").wait_for()
            expect(page.locator(".skeleton")).to_have_count(0)
            overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            too_wide = [f"{overflow} px too wide"] if overflow > 0 else []
            for theme in THEMES:
                page.emulate_media(color_scheme=theme)
                found[path, theme, width] = barriers(page) + too_wide

    assert {where: what for where, what in found.items() if what} == {}
