"""`make screenshots`: one picture of each page of the console, to look at, in docs/screenshots."""

from datetime import UTC, datetime

from tests.functional.console import fleet
from tests.functional.console.browser import opened
from tests.functional.console.fake_api import FakeApi, Server
from tests.stack import ROOT

FOLDER = ROOT / "docs/screenshots"
DRAFT = '{"source": "eu-core", "connectCluster": "us-core-connect", "topicsRegex": "orders.*"}'


def main() -> None:
    """Draw them all, from a made-up fleet."""
    now = datetime.now(UTC)
    server = Server(FakeApi(fleet.mirrors(1_000, now), now))
    late = next(one["name"] for one in server.api.mirrors if one["status"] == "OUT_OF_SYNC")
    pages = {
        "mirrors": ("light", ""),
        "mirrors-picture": ("light", "?view=picture"),
        "mirror": ("dark", f"mirrors/{late}"),
        "new": ("light", "new"),
        "clusters": ("dark", "clusters"),
    }
    for name, (theme, path) in pages.items():
        with opened(theme, 1200, 750) as page:
            page.goto(f"{server.url}/console/")
            page.evaluate("(draft) => sessionStorage.setItem('lockstep.draft', draft)", DRAFT)
            page.goto(f"{server.url}/console/{path}")
            page.wait_for_load_state("networkidle")
            if name == "new":
                page.locator(".preview table").wait_for()
            page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
