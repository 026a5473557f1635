"""A mirror's chart in a real browser: what it draws, and what the URL keeps of it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.functional.console import fleet
from tests.functional.console.browser import opened
from tests.functional.console.fake_api import FakeApi, Server

pytestmark = pytest.mark.timeout(180)

ZOOMED = re.compile(r"\?zoom=\d+-\d+$")
# The columns of pixels without the orange line of the maxima, the most of them side by side.
BARE = """(canvas) => {
  const over = document.querySelector(".plot .u-over");
  const pen = canvas.getContext("2d");
  const {data, width, height} =
    pen.getImageData(over.offsetLeft, over.offsetTop, over.offsetWidth, over.offsetHeight);
  const isOrange = (at) => data[at] > data[at + 1] && data[at + 1] > data[at + 2] + 30;
  const columns = [...Array(width).keys()].map((x) =>
    [...Array(height).keys()].some((y) => isOrange((y * width + x) * 4)) ? "x" : " ");
  return Math.max(...columns.join("").split("x").map((bare) => bare.length));
}"""
# So many pixels are taken by a time with its seconds.
WIDE = 60
# What the last drawing of a canvas wrote, in order.
WRITTEN = """
const pen = CanvasRenderingContext2D.prototype;
const {clearRect, fillText} = pen;
pen.clearRect = function (...place) { window.written = []; return clearRect.apply(this, place); };
pen.fillText = function (text, ...place) {
  window.written.push(text);
  return fillText.call(this, text, ...place);
};
"""


@pytest.fixture
def server() -> Iterator[Server]:
    """The console's function before one mirror in sync."""
    now = datetime.now(UTC)
    mirrors = [one for one in fleet.mirrors(30, now) if one["status"] == "IN_SYNC"]
    server = Server(FakeApi(mirrors[:1], now))
    yield server
    server.shutdown()
    server.server_close()


def shown(page: Page, server: Server, query: str = "") -> None:
    """The mirror's page with its chart drawn."""
    page.goto(f"{server.url}/console/mirrors/{server.api.mirrors[0]['name']}{query}")
    page.locator(".plot canvas").wait_for()


def test_a_time_without_samples_is_a_gap_in_the_lines(server: Server) -> None:
    with opened() as page:
        shown(page, server)
        bare = page.locator(".plot canvas").evaluate(BARE)
        width = page.locator(".plot .u-over").bounding_box()

    # Half an hour of a day is without samples.
    assert width is not None
    assert 0.8 <= bare / (width["width"] / 48) <= 1.2


@pytest.mark.parametrize("minutes", [2, 3])
def test_the_times_below_a_history_of_a_minute_are_each_another_and_apart(
    server: Server, minutes: int
) -> None:
    server.api.sampled_since = server.api.now - timedelta(minutes=minutes)
    with opened() as page:
        page.add_init_script(WRITTEN)
        shown(page, server)
        written = page.evaluate("window.written")
        width = page.locator(".plot .u-over").bounding_box()

    assert width is not None
    times = [one for one in written if ":" in one]
    assert len(times) > 2
    assert len(times) == len(set(times))
    assert len(times) <= width["width"] / WIDE


def test_a_zoom_by_keyboard_or_mouse_survives_a_reload_and_the_way_back(server: Server) -> None:
    with opened() as page:
        shown(page, server)
        plot = page.locator(".plot")
        plot.press("+")
        expect(page).to_have_url(ZOOMED)
        plot.press("0")
        expect(page).not_to_have_url(ZOOMED)
        area = plot.locator(".u-over")
        box = area.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 40)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 40, steps=4)
        page.mouse.up()
        expect(page).to_have_url(ZOOMED)
        zoomed, narrow = page.url, _seconds(page.url)
        assert 5 * 3_600 < narrow < 7 * 3_600
        page.reload()
        page.locator(".plot canvas").wait_for()
        plot.press("+")
        expect(page).not_to_have_url(zoomed)
        assert _seconds(page.url) == pytest.approx(narrow / 2, abs=3)

        page.get_by_role("link", name="Clusters").click()
        expect(page.get_by_role("heading", name="Clusters", exact=True)).to_be_visible()
        page.go_back()
        page.locator(".plot canvas").wait_for()
        assert _seconds(page.url) == pytest.approx(narrow / 2, abs=3)


def _seconds(url: str) -> int:
    start, end = url.partition("zoom=")[2].split("-")
    return int(end) - int(start)
