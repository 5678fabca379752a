"""A real server, a real browser, and a page that fails the test for any error of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect, sync_playwright

from core import TimeMachine, serving
from tests import postgres
from tests.benchmarks.histories import long_order
from tests.filled import filled, quietly

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 60_000  # milliseconds; a busy machine is no broken page
expect.set_options(timeout=PATIENCE)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Without a Chromium these tests cannot be run, and say so; in CI that is a failure."""
    item.add_marker(pytest.mark.browser)
    if not CHROMIUM and not os.environ.get("CI"):
        item.add_marker(pytest.mark.skip(reason="there is no Chromium on this machine"))


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The stores that are full, by name."""
    return filled(tmp_path_factory)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(store: str) -> Iterator[str]:
    """Serve a store for as long as somebody looks; yields the address."""
    port = _free_port()
    base = f"http://127.0.0.1:{port}"
    command = (
        f"from core.cli import main; main(['--store', {store!r}, '--port', '{port}', '--headless'])"
    )
    server = subprocess.Popen([sys.executable, "-c", command], cwd=ROOT)
    try:
        for _ in range(PATIENCE // 100):
            try:
                urllib.request.urlopen(f"{base}/_stcore/health", timeout=1)
                break
            except OSError:
                time.sleep(0.1)
        else:
            pytest.fail(f"nobody serves {store}")
        yield base
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture(scope="session")
def sample(stores: dict[str, str]) -> Iterator[str]:
    """The address of a dashboard over the real orders."""
    yield from serve(stores["sample"])


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def story_url(stores: dict[str, str], request: pytest.FixtureRequest) -> str:
    """The URL of a store that holds the story: in a file, and on a server."""
    if request.param == "sqlite":
        return stores["story"]
    url = postgres.fresh_url()
    machine = TimeMachine.open(url)
    serving.bring_in(machine, "story", None, quietly)
    machine.close()
    return url


@pytest.fixture(scope="session")
def story(story_url: str) -> Iterator[str]:
    """The address of a dashboard over the story."""
    yield from serve(story_url)


@pytest.fixture(scope="session")
def long(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An order of 3,000 versions: too long to travel whole."""
    url = f"sqlite:///{tmp_path_factory.mktemp('long')}/long.db"
    machine = TimeMachine.open(url)
    machine.load([("order-long", event) for event in long_order("long", 3_000)])
    machine.project()
    machine.close()
    yield from serve(url)


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """One browser for all tests. It keeps what pages are made of, as people's browsers do: so they
    come up in two thirds of the time."""
    with sync_playwright() as playwright:
        profile = tmp_path_factory.mktemp("chromium")
        kept = playwright.chromium.launch_persistent_context(
            profile, executable_path=CHROMIUM, args=FLAGS
        )
        yield kept
        kept.close()


Visit = Callable[..., Page]


@pytest.fixture
def visit(chromium: BrowserContext) -> Iterator[Visit]:
    """`visit(address, width=400)` opens a fresh browser there and waits until all is drawn."""
    pages: list[Page] = []
    problems: list[str] = []

    def visited(address: str, width: int = 1440, height: int = 900, scheme: str = "light") -> Page:
        page = _another(chromium) if pages else chromium.new_page()
        pages.append(page)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        page.set_default_timeout(PATIENCE)
        host = address.split("/")[2]
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda request: _note_strangers(request.url, host, problems))
        page.goto(address)
        settled(page)
        return page

    yield visited
    for page in pages:  # nothing of what it has stored is left to who comes next
        page.evaluate("localStorage.clear()")
        if page.context == chromium:
            page.close()
        else:
            page.context.close()
    chromium.clear_cookies()
    assert not problems


def _another(chromium: BrowserContext) -> Page:
    """A page of somebody who has never been here."""
    assert chromium.browser
    return chromium.browser.new_context().new_page()


def _note_strangers(url: str, host: str, problems: list[str]) -> None:
    if url.startswith(("http", "ws")) and url.split("/")[2] != host:
        problems.append(f"asked another host: {url}")


def settled(page: Page) -> None:
    """Wait until the script has run and everything it asked for is on the page, and hears keys.

    The markup of the band is there a moment before its script: what it writes tells that it runs.
    What is still being fetched has a skeleton in its place, the page's own style too. The page
    itself looks at each frame; `expect` asks once a second, and writes down what it did not find.
    """
    page.locator(".band #position", has_text="position").wait_for(state="attached")
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.wait_for_selector("[data-testid=stSkeleton]", state="detached")


def walk(page: Page) -> Locator:
    """The way through one order, as soon as it hears: the band has the same names."""
    found = page.get_by_role("region", name="Time travel")
    expect(found.locator("#version")).not_to_be_empty()
    return found


STILL = """
    async found => {
      const elements = [found].flat();
      const boxes = () => elements.map(element => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return { x, y, width, height };
      });
      const here = () => elements.every(element => element.isConnected);
      let [last, still] = [boxes(), 0];
      while (still < 10 && here()) {
        await document.fonts.ready;
        await new Promise(requestAnimationFrame);
        const now = boxes();
        still = JSON.stringify(now) === JSON.stringify(last) ? still + 1 : 0;
        last = now;
      }
      return here() ? last : null;
    }
"""
"""The boxes of elements that have lain still for ten frames; none where one was taken away."""

Box = dict[str, float]


def steady(element: Locator) -> Box:
    """Where an element lies, as soon as it lies still: what is pressed there is not moved away."""
    # Not by the driver's own: it gives up where the page puts another in its place meanwhile.
    into_view = f"element => {{ element.scrollIntoViewIfNeeded(); return ({STILL})(element) }}"
    return _still(lambda _: element.evaluate(into_view))[0]


def all_steady(elements: Locator) -> list[Box]:
    """Where these lie, as soon as all of them lie still."""
    return _still(elements.evaluate_all)


def _still(evaluate: Callable[[str], Any]) -> list[Box]:
    boxes: list[Box] | None = None
    while boxes is None:
        boxes = evaluate(STILL)
    return boxes


def point(element: Locator, across: float, down: float = 0.5) -> tuple[float, float]:
    """A place within an element that lies still, from 0 to 1 across and down."""
    box = steady(element)
    return box["x"] + across * box["width"], box["y"] + down * box["height"]


def press_first_row(table: Locator) -> None:
    """Choose the first row of a table, which is drawn and has nothing else to be pressed."""
    box = steady(table)
    table.page.mouse.click(box["x"] + 18, box["y"] + 35 + 17)


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than the screen, once all is drawn."""
    settled(page)
    steady(page.get_by_test_id("stMainBlockContainer"))
    wider = "element => element.scrollWidth - element.clientWidth"
    return max(page.locator(one).evaluate(wider) for one in ("html", "[data-testid=stMain]"))
