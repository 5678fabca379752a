"""How long until a person sees it? A step in the browser, and the server's answer at rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from core.orders.story import LONG, LONG_VERSIONS
from tests.benchmarks.measuring import Figures, Race, percentiles
from tests.benchmarks.servers import PLAIN, REDRAWN, dashboard, page
from tests.browser.conftest import CHROMIUM, FLAGS

SLIDER_AND_TEXT = "a Streamlit page of one st.slider and one st.text"
TABLE_AND_CHART = "a Streamlit page of a slider, a table, a chart and a text below them"

# Both are measured alike: from the key going down to the text being another, laid out. A field's
# value changes without a word to observers, so where a field is meant the page is asked each ms.
WATCH = """
(root, [selector, asked]) => {
  const text = () => {
    const found = root.querySelector(selector);
    return found && (found.value ?? found.textContent);
  };
  let before, began;
  window.taken = [];
  document.addEventListener("keydown", () => {
    before = text();
    began = performance.now();
  }, true);
  const look = () => {
    if (began === undefined || text() === before) return;
    document.body.getBoundingClientRect();
    root.getBoundingClientRect();
    window.taken.push(performance.now() - began);
    began = undefined;
  };
  if (asked) setInterval(look, 1);
  else new MutationObserver(look).observe(
    root, { subtree: true, childList: true, characterData: true });
}
"""
VERSION, POSITION = "Version", "Position in the log"
STEP, REST = 20, 10
"""How many moves make a visit."""


def races(folder: Path, quick: bool) -> Iterator[Race]:
    """A step by key, and a move at rest; nothing where there is no Chromium."""
    if not CHROMIUM:
        return
    with ExitStack() as stack:
        base = stack.enter_context(dashboard(folder))
        plain = (SLIDER_AND_TEXT, stack.enter_context(page(folder, "plain", PLAIN)))
        redrawn = (TABLE_AND_CHART, stack.enter_context(page(folder, "redrawn", REDRAWN)))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        stack.callback(browser.close)
        order = f"{base}/order?order={LONG}&at=v1"
        step = f"step by key to changed text, {LONG_VERSIONS} versions"
        rest = "move to the server's answer (ours waits 250 ms)"
        band = "step by key in the band over the whole log, to changed text"
        figures = "move of the band to another figure on the overview (ours waits 250 ms)"
        metric = "[data-testid=stMetricValue]"
        kinds = (
            (step, order, VERSION, ".tt", "#version", STEP, plain),
            (rest, order, VERSION, "body", "input[type=number]", REST, plain),
            (band, f"{base}/log?at=@50", POSITION, ".band", "#position", STEP, plain),
            (figures, f"{base}/?at=@50", POSITION, "body", metric, REST, redrawn),
        )
        for workload, address, slider, root, selector, moves, (floor_is, floor) in kinds:
            asked = moves == REST
            shown_here = _visited(browser, address)
            ours = _moves(shown_here, slider, root, selector, asked, moves)
            shown = "[data-testid=stText]"
            text = _moves(_visited(browser, floor), VERSION, "body", shown, asked, moves)
            yield Race(workload, ours, {floor_is: text})


def _moves(
    page: Page, name: str, root: str, selector: str, asked: bool, moves: int
) -> Callable[[], Figures]:
    slider = page.get_by_role("slider", name=name)
    page.locator(root).evaluate(WATCH, [selector, asked])

    def visit() -> Figures:
        page.bring_to_front()
        page.evaluate("taken.length = 0")
        slider.focus()
        for done in range(1, moves + 1):
            _press(page, done)
            if asked:
                _at_rest(page)
        return percentiles([one / 1000 for one in page.evaluate("taken")])

    return visit


def _press(page: Page, done: int) -> None:
    page.keyboard.press("ArrowRight")
    page.wait_for_function("done => taken.length >= done", arg=done)


def _at_rest(page: Page) -> None:
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.wait_for_timeout(100)


def _visited(browser: Browser, address: str) -> Page:
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(address)
    page.get_by_role("slider").first.wait_for(state="attached", timeout=60_000)
    _at_rest(page)
    page.wait_for_timeout(1000)
    return page
