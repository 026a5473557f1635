"""A real headless Chromium, from npm's package, and what tests look at in a page."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from tests.stack import ROOT

PACKAGES = ROOT / "tests/browser/node_modules"
UNPACK = "import it from '@sparticuz/chromium'; process.stdout.write(await it.executablePath())"
# No sandbox: CI runs as root. One process for pages and drawing, since nothing is watched.
FLAGS = ("--no-sandbox", "--disable-gpu", "--font-render-hinting=none")
# What a test waits for comes at once; a machine that runs four of them at once takes longer.
expect.set_options(timeout=20_000)
# A page tells of each breach of its policy by an event alone.
REPORT = "addEventListener('securitypolicyviolation', (e) => console.error('CSP ' + e.blockedURI))"


@cache
def chromium() -> Path:
    """The browser's program, unpacked once on this machine."""
    assert PACKAGES.exists(), "The browser is not installed: run make test."
    node = Path(sys.executable).with_name("node")
    command = [str(node), "--input-type=module", "--eval", UNPACK]
    done = subprocess.run(command, cwd=PACKAGES.parent, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout)


@contextmanager
def opened(theme: Any = "light", width: int = 1440, height: int = 900) -> Iterator[Page]:
    """A page that fails the test at its end when it had an error or broke its policy."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=FLAGS, env={**os.environ, "LANG": "en_US.UTF-8"}
        )
        size: Any = {"width": width, "height": height}
        context = browser.new_context(viewport=size, color_scheme=theme, locale="en-GB")
        context.add_init_script(REPORT)
        page = context.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if _is_breach(said.text) else None)
        try:
            yield page
        finally:
            browser.close()
        assert wrong == []


def main_thread(page: Page) -> Callable[[], float]:
    """What tells how long the page's own thread has worked so far, in ms of the processor.

    Unlike the clock it does not count what other programs of a busy machine take.
    """
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def worked() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration") * 1_000)

    return worked


def _is_breach(text: str) -> bool:
    return text.startswith("CSP ") or "Content Security Policy" in text


def barriers(page: Page) -> list[str]:
    """What axe finds in the page: rule, and the first element that breaks it."""
    script = (PACKAGES / "axe-core/axe.min.js").read_text(encoding="utf-8")
    page.evaluate(script)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]
