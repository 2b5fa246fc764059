"""A browser and a running Hearth. Without Chromium these tests are skipped, and say so; in CI they fail."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.running import Running, running, until

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PASSWORD = "hearth demo only 2026"
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs Chromium: apt-get install chromium")
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    expect.set_options(timeout=15_000)  # the machine is shared with the other workers' tests
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def hearth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Web, worker and beat, with the demo's people."""
    with running(tmp_path_factory.mktemp("browser") / "hearth") as made:
        done = made.manage("load_demo")
        assert done.returncode == 0, done.stderr
        made.start("web", "worker", "beat")
        until(lambda: made.health()[0] == 200, "everything up")
        yield made


class Person:
    """A persona at a browser of their own. What the page complains about is kept, and fails the test."""

    def __init__(self, browser: Browser, url: str, persona: str, *, locale: str = "en") -> None:
        self.context: BrowserContext = browser.new_context(
            base_url=url, locale=locale, viewport={"width": 390, "height": 844}
        )
        self.complaints: list[str] = []
        self.context.set_default_timeout(20_000)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto("/sign-in/")
        self.page.locator("[name=email]").fill(f"{persona.replace('_', '-')}@hearth.example")
        self.page.locator("[name=password]").fill(PASSWORD)
        self.page.locator("main form button").click()
        self.page.wait_for_url(lambda address: "/sign-in/" not in address)

    def _console(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.complaints.append(said.text)

    def close(self) -> None:
        """Close the browser's window."""
        self.context.close()


def fits(page: Page) -> None:
    """Nothing lies outside of the screen."""
    page.wait_for_load_state("load")  # with its style sheet: a page has a size before it
    outside = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert outside <= 0, f"{page.url} scrolls sideways by {outside} px"
