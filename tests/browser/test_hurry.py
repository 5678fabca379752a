"""Is all of it heard that a person does before the page has answered?"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from playwright.sync_api import Page, WebSocketRoute, expect

from core import TimeMachine
from core.orders import CreateOrder
from tests.browser.conftest import PATIENCE, Visit, point, serve, settled, walk


class Line:
    """The line between page and server; what the server says can be held up."""

    def __init__(self, page: Page) -> None:
        self.waiting: list[tuple[WebSocketRoute, str | bytes]] | None = None
        page.route_web_socket(re.compile("_stcore/stream"), self._join)
        page.reload()
        settled(page)

    def _join(self, browser: WebSocketRoute) -> None:
        server = browser.connect_to_server()
        server.on_message(lambda said: self._answer(browser, said))
        browser.on_message(server.send)

    def _answer(self, browser: WebSocketRoute, said: str | bytes) -> None:
        if self.waiting is None:
            browser.send(said)
        else:
            self.waiting.append((browser, said))

    @contextmanager
    def held_up(self) -> Iterator[None]:
        """The page hears nothing until the end."""
        self.waiting = []
        yield
        late, self.waiting = self.waiting, None
        for browser, said in late:
            browser.send(said)

    def until_answered(self, page: Page, words: str) -> None:
        """Wait until the server has said this, which the page does not hear yet."""
        end = time.monotonic() + PATIENCE / 1000
        while not any(words.encode() in bytes(said) for _, said in self.waiting or []):
            assert time.monotonic() < end, f"never said: {words}"
            page.wait_for_timeout(10)


def test_a_step_outlasts_what_is_done_before_its_answer(visit: Visit, sample: str) -> None:
    page = visit(f"{sample}/log?at=@12000")
    line = Line(page)
    page.locator(".band #range").focus()
    with line.held_up():
        page.keyboard.press("ArrowRight")
        line.until_answered(page, "at=%4012001")
        page.keyboard.press("a")
        line.until_answered(page, "from=%4012001")
    expect(page).to_have_url(re.compile("at=(%40|@)12001.*from=(%40|@)12001"))


def test_a_pin_in_an_order_outlasts_what_is_done_before_its_answer(
    visit: Visit, story: str
) -> None:
    page = visit(f"{story}/order?order=long&at=v20")
    line = Line(page)
    page.get_by_role("slider", name="Version").focus()
    with line.held_up():
        page.keyboard.press("a")
        line.until_answered(page, "a=20")
        page.get_by_role("switch", name="Two clocks").press("Space")
        expect(page).to_have_url(re.compile("clocks=true"))
    expect(page.get_by_role("textbox", name="A time in the world")).to_be_visible()
    settled(page)
    expect(page).to_have_url(re.compile("a=20"))
    expect(walk(page).get_by_role("button", name="Pin A, at v20")).to_be_visible()


def test_a_log_that_grows_leaves_the_playhead_in_the_hand(visit: Visit, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/live.db"
    with closing(TimeMachine.open(url)) as machine:
        for number in range(10):
            machine.handle(CreateOrder(f"o{number}", "ada"))
        for address in serve(url):
            page = visit(address)
            page.get_by_role("button", name="Even steps").click()
            line = Line(page)
            now, middle = (point(page.locator("#track"), across) for across in (0.99, 0.5))
            with line.held_up():
                machine.handle(CreateOrder("o10", "ada"))
                line.until_answered(page, '"head": 11')
                page.mouse.move(*now)
                page.mouse.down()
                page.mouse.move(*middle, steps=4)
            expect(page.locator("#position")).to_have_text("position 5 of 11")
            page.mouse.up()
            expect(page).to_have_url(re.compile("at=(%40|@)5$"))


def test_back_to_now_overtakes_a_step_that_was_not_told_yet(visit: Visit, sample: str) -> None:
    page = visit(sample)
    page.locator(".band #range").evaluate(
        """range => {
          const key = { key: "ArrowLeft", bubbles: true, composed: true };
          range.dispatchEvent(new KeyboardEvent("keydown", key));
          range.getRootNode().querySelector("#now").click();
        }"""
    )
    expect(page.locator(".band #state")).to_have_text("Now")
    expect(page.locator(".band #position")).to_have_text("position 39,670 of 39,670")
