"""Can an analyst ask in SQL, by mouse, by key and by link, and take the answer away?"""

from __future__ import annotations

import csv
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, press_first_row, settled

ASKED = "SELECT order_id, status FROM orders ORDER BY placed_at LIMIT 3"


def test_a_query_is_run_by_key_and_travels_in_the_link(visit: Visit, sample: str) -> None:
    page = visit(f"{sample}/query?at=@20000")
    page.get_by_label("SQL", exact=True).fill("SELECT count(*) AS orders, 'x' AS x FROM orders")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(re.compile("sql=SELECT.count"))
    expect(page.get_by_text("1 rows as of 12 Jan 2018")).to_be_visible()
    again = visit(page.url)
    expect(again.get_by_label("SQL", exact=True)).to_have_value(re.compile("AS orders, 'x'"))
    expect(again.locator("#position")).to_contain_text("20,000")


def test_a_row_with_an_order_leads_to_it_at_the_moment(visit: Visit, sample: str) -> None:
    page = visit(f"{sample}/query?at=@4321&sql={quote(ASKED)}")
    press_first_row(page.get_by_test_id("stDataFrame").last)
    expect(page).to_have_url(re.compile(r"/order\?order=[0-9a-f]{32}&at=(%40|@)4321"))


def test_the_playhead_moves_the_answer(visit: Visit, sample: str) -> None:
    asked = quote("SELECT max(position) AS last, 'x' AS x FROM events")
    page = visit(f"{sample}/query?at=@500&sql={asked}")
    page.get_by_label("Position in the log").focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("at=(%40|@)501"))
    settled(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV").click()
    with Path(waiting.value.path()).open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows == [["last", "x"], ["501", "x"]]


def test_a_mistake_is_explained_and_mended(visit: Visit, sample: str) -> None:
    page = visit(f"{sample}/query?sql={quote('SELECT * FROM oders')}")
    expect(page.get_by_test_id("stCode").first).to_contain_text("there is no table oders")
    page.get_by_label("SQL", exact=True).fill(ASKED)
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_text("3 rows as of")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_stands_on_a_filled_ground_can_be_read(visit: Visit, sample: str, scheme: str) -> None:
    page = visit(f"{sample}/query?at=@20000", scheme=scheme)
    for filled in (page.locator("button[kind=primary]"), page.locator("[data-tag]")):
        expect(filled).to_have_count(1)
        ink, ground = (
            [int(part) for part in re.findall(r"\d+", filled.evaluate(STYLE_OF, name))[:3]]
            for name in ("color", "backgroundColor")
        )
        assert contrast(ink, ground) >= 4.5


STYLE_OF = "(element, name) => getComputedStyle(element)[name]"


def contrast(ink: list[int], ground: list[int]) -> float:
    """How well ink (red, green, blue) stands out from its ground: 1 to 21, as WCAG 2 defines it."""
    darker, lighter = sorted(map(luminance, (ink, ground)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: list[int]) -> float:
    shares = [part / 255 for part in colour]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shares]
    return sum(weight * one for weight, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
