"""The console in a real browser on the real stack: what a person does, and sees come true."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.kafka_records import Record
from tests.e2e.local_stack import LocalStack, eventually
from tests.functional.console.browser import opened

# A sample every five seconds, and a start of connectors before the first.
SOON_MS = 60_000


@pytest.fixture
def orders(registered: LocalStack, prefix: str) -> Iterator[str]:
    """A topic to mirror, with a record each second: without one for 20 s it would be stale."""
    topic = f"{prefix}orders"
    registered.source.create(topic)
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            registered.source.produce(topic, Record(b"an order"))
            stop.wait(1)

    writing = threading.Thread(target=write)
    writing.start()
    yield topic
    stop.set()
    writing.join()


def created(page: Page, url: str, topic: str) -> str:
    """Makes a mirror of the topic by the form; its name."""
    page.goto(f"{url}/console/new")
    page.get_by_label("Source cluster").select_option("eu-core")
    page.get_by_label("Connect cluster").select_option("us-connect")
    page.get_by_label("Topics", exact=True).fill(topic.replace(".", r"\."))
    expect(page.get_by_label("Matched topics")).to_contain_text(f"eu-core.{topic}", timeout=SOON_MS)
    page.get_by_role("button", name="Create mirror").click()
    page.wait_for_url("**/console/mirrors/**", timeout=SOON_MS)
    return page.url.rpartition("/")[2]


def shows(page: Page, words: str) -> None:
    """Waits until the page's answer holds these words."""
    expect(page.locator(".answer")).to_contain_text(words, timeout=SOON_MS)


def tab_until(page: Page, is_there: str) -> None:
    """Presses Tab until the focus is where the script says."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate(is_there):
            return
    raise AssertionError(f"Tab never came to {is_there}")


def test_a_mirror_is_made_seen_in_sync_held_changed_and_deleted_in_the_console(
    registered: LocalStack, orders: str
) -> None:
    with opened() as page:
        name = created(page, registered.url, orders)
        shows(page, "IN_SYNC for")
        page.get_by_label("Change the target latency").click()
        page.get_by_label("Target latency in ms").fill("60000")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_label("Change the target latency")).to_be_visible()
        assert registered.get(f"/mirrors/{name}").json["targetLatency"] == 60_000

        connector = f"/connectors/{name}.source/stop"
        assert registered.connect("PUT", connector).status == 204
        expect(page.locator(".reasons")).to_be_visible(timeout=SOON_MS)
        expect(page.locator(".reasons code").first).to_have_text("CONNECTOR_STOPPED")

        page.get_by_role("button", name="Delete…").click()
        page.get_by_label("Type the mirror's name").fill(name)
        page.get_by_role("button", name="Delete", exact=True).click()
        expect(page.get_by_role("heading", name="Mirrors")).to_be_visible(timeout=SOON_MS)
        gone = f"/connectors/{name}.source"
        eventually(lambda: registered.connect("GET", gone).status == 404, within_s=30)


def test_a_mirror_is_found_paused_and_resumed_by_keyboard_alone(
    registered: LocalStack, orders: str
) -> None:
    with opened() as page:
        name = created(page, registered.url, orders)
        shows(page, "IN_SYNC for")
        page.goto(f"{registered.url}/")
        page.locator("tbody a.name").first.wait_for()
        page.keyboard.press("/")
        page.keyboard.type(name)
        page.locator("body").press("Tab")
        tab_until(page, "document.activeElement.classList.contains('name')")
        page.keyboard.press("Enter")
        shows(page, "IN_SYNC for")
        tab_until(page, "document.activeElement.textContent === 'Pause'")
        page.keyboard.press("Enter")
        shows(page, "PAUSED for")
        page.keyboard.press("Enter")
        shows(page, "IN_SYNC for")

    assert registered.delete(f"/mirrors/{name}").status in (202, 204)
