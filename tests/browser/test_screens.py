"""Does the playhead move every screen, and does every screen fit?"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from core import TimeMachine
from core.orders import AddItem, CreateOrder
from tests.browser.conftest import (
    Visit,
    all_steady,
    point,
    press_first_row,
    serve,
    settled,
    sideways,
    steady,
)

SCREENS = ["/", "/order", "/log"]
LONGEST = "/order?order=ccf804e764ed5650cd8759557269dc13&at=v5"


def take_the_playhead(page: Page) -> None:
    """From now to the middle of the log, and keep it in the hand."""
    now, middle = (point(page.locator("#track"), across) for across in (0.998, 0.5))
    page.mouse.move(*now)
    page.mouse.down()
    page.mouse.move(*middle, steps=8)


def metric(page: Page, label: str) -> str:
    return page.get_by_test_id("stMetric").filter(has_text=label).inner_text().split("\n")[-1]


def test_the_dashboard_opens_on_the_real_orders(visit: Visit, sample: str) -> None:
    page = visit(sample)
    expect(page.get_by_test_id("stMetric").filter(has_text="Orders")).to_contain_text("7,084")
    expect(page.get_by_test_id("stMetric").filter(has_text="Events")).to_contain_text("39,670")
    expect(page.locator(".js-plotly-plot")).to_be_visible()


def test_a_click_on_the_chart_moves_the_playhead_to_that_bar(visit: Visit, sample: str) -> None:
    page = visit(sample)
    bar = page.locator(".js-plotly-plot .barlayer .trace").first.locator("path").nth(40)
    page.mouse.click(*point(bar, 0.5))
    expect(page).to_have_url(re.compile("at="))
    settled(page)
    expect(page.locator(".band")).to_have_class(re.compile("past"))
    expect(page.get_by_test_id("stMetric").filter(has_text="Orders")).not_to_contain_text("7,084")


def test_dragging_the_band_moves_the_figures_and_back_to_now_returns(
    visit: Visit, sample: str
) -> None:
    page = visit(sample)
    take_the_playhead(page)
    page.mouse.up()
    expect(page).to_have_url(re.compile("at="))
    expect(page.get_by_test_id("stMetric").filter(has_text="Orders")).not_to_contain_text("7,084")
    page.get_by_role("button", name="Back to now").click()
    expect(page.get_by_test_id("stMetric").filter(has_text="Orders")).to_contain_text("7,084")
    expect(page).not_to_have_url(re.compile("at="))


def test_a_run_that_ends_meanwhile_leaves_the_playhead_in_the_hand(
    visit: Visit, sample: str
) -> None:
    page = visit(sample)
    take_the_playhead(page)
    held = page.locator("#position").inner_text()
    assert "39,670 of" not in held
    page.emulate_media(color_scheme="dark")  # draws every component anew, with what it had
    expect(page.locator(".band")).to_have_css("color", "rgb(233, 231, 226)")
    settled(page)
    expect(page.locator("#position")).to_have_text(held)
    page.mouse.up()
    expect(page.get_by_test_id("stMetric").filter(has_text="Orders")).not_to_contain_text("7,084")


def test_the_band_steps_by_key(visit: Visit, sample: str) -> None:
    page = visit(f"{sample}/?at=@500")
    page.get_by_label("Position in the log").focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("at=(%40|@)501"))


def test_a_moment_can_be_typed(visit: Visit, sample: str) -> None:
    page = visit(sample)
    page.get_by_label("Go to a moment").fill("2017-11-24T17:00")
    page.keyboard.press("Enter")
    expect(page.locator("#when")).to_contain_text("24 Nov 2017 16:5")
    page.get_by_label("Go to a moment").fill("@99999999")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stAlert")).to_contain_text("beyond the head of the log")


def test_the_playhead_goes_with_the_person_from_screen_to_screen(visit: Visit, sample: str) -> None:
    page = visit(f"{sample}/?at=@12345")
    expect(page.locator("#position")).to_contain_text("12,345")
    page.get_by_role("link", name="Log").click()
    expect(page).to_have_url(re.compile(r"/log\?at=(%40|@)12345"))
    settled(page)
    expect(page.locator("#position")).to_contain_text("12,345")


def test_a_row_of_the_log_leads_to_that_moment_of_its_order(visit: Visit, sample: str) -> None:
    page = visit(f"{sample}/log?at=@4321")
    press_first_row(page.get_by_test_id("stDataFrame").first)
    expect(page).to_have_url(re.compile(r"/order\?order=[0-9a-f]{32}&at=(%40|@)4321"))
    settled(page)
    expect(page.locator(".tt #position")).to_have_text("4,321")


def test_a_row_of_the_order_list_leads_to_its_order(visit: Visit, sample: str) -> None:
    page = visit(f"{sample}/?at=@4321")
    press_first_row(page.get_by_test_id("stDataFrame").last)
    expect(page).to_have_url(re.compile(r"/order\?order=[0-9a-f]{32}&at=(%40|@)4321"))
    settled(page)
    expect(page.locator(".tt #position")).to_have_text("4,321")


def test_what_others_append_comes_onto_the_screen_by_itself(visit: Visit, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/live.db"
    machine = TimeMachine.open(url)
    machine.handle(CreateOrder("o1", "ada"))
    for base in serve(url):
        page = visit(base)
        events = page.get_by_test_id("stMetric").filter(has_text="Events")
        expect(events).to_contain_text("1")
        machine.handle(AddItem("o1", "lamp", "Lamp", 1, Decimal("9.50")))
        expect(events).to_contain_text("2")
    machine.close()


@pytest.mark.parametrize(
    "screen", [*SCREENS, "/order?order=ccf804e764ed5650cd8759557269dc13&at=v5"]
)
def test_nothing_scrolls_sideways_on_a_small_screen(visit: Visit, sample: str, screen: str) -> None:
    page = visit(f"{sample}{screen}", width=400, height=800)
    assert sideways(page) <= 0
    page.emulate_media(color_scheme="dark")
    assert sideways(page) <= 0


def test_a_customer_of_the_moment_leads_to_the_orders_of_that_customer(
    visit: Visit, sample: str
) -> None:
    page = visit(f"{sample}/?at=@20000")
    page.get_by_role("radio", name="Customers").click()
    expect(page).to_have_url(re.compile("list=Customers"))
    settled(page)
    press_first_row(page.get_by_test_id("stDataFrame").last)
    expect(page).to_have_url(re.compile(r"find=[0-9a-f]{32}"))
    expect(page).to_have_url(re.compile(r"at=(%40|@)20000"))
    expect(page.get_by_text("4 orders", exact=True)).to_be_visible()


@pytest.mark.parametrize("screen", SCREENS)
def test_the_pages_own_style_moves_nothing_however_late_it_comes(
    visit: Visit, sample: str, screen: str
) -> None:
    page = visit(f"{sample}{screen}")
    main = page.get_by_test_id("stMainBlockContainer").get_by_test_id("stElementContainer")
    band, rows = steady(page.locator(".band")), _rows(main)
    page.locator("[data-testid=stEvent] style").evaluate("style => style.remove()")
    assert steady(page.locator(".band")) == pytest.approx(band, abs=1)
    assert _rows(main)[: len(rows)] == pytest.approx(rows, abs=1)


def _rows(elements: Locator) -> list[float]:
    """From where to where on the page each reaches: how wide figures are is their own."""
    return [edge for box in all_steady(elements) for edge in (box["y"], box["y"] + box["height"])]
