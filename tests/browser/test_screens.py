"""Does the playhead move every screen, and does every screen fit?"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core import TimeMachine
from core.orders import AddItem, CreateOrder
from tests.browser.conftest import Visit, serve, settled

SCREENS = ["/", "/order", "/log"]
LONGEST = "/order?order=ccf804e764ed5650cd8759557269dc13&at=v5"
WIDER = """
    () => ["[data-testid=stMain]", "html"].map(name => {
      const box = document.querySelector(name);
      return box.scrollWidth - box.clientWidth;
    })
"""


def metric(page: Page, label: str) -> str:
    return page.get_by_test_id("stMetric").filter(has_text=label).inner_text().split("\n")[-1]


def test_the_dashboard_opens_on_the_real_orders(visit: Visit, sample: str) -> None:
    page = visit(sample)
    expect(page.get_by_test_id("stMetric").filter(has_text="Orders")).to_contain_text("7,084")
    expect(page.get_by_test_id("stMetric").filter(has_text="Events")).to_contain_text("39,670")
    expect(page.locator(".js-plotly-plot")).to_be_visible(timeout=20_000)


def test_a_click_on_the_chart_moves_the_playhead_to_that_bar(visit: Visit, sample: str) -> None:
    page = visit(sample)
    page.locator(".js-plotly-plot").wait_for(timeout=20_000)
    bar = page.locator(".js-plotly-plot .barlayer .trace").first.locator("path").nth(40)
    box = bar.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page).to_have_url(re.compile("at="))
    settled(page)
    expect(page.locator(".band")).to_have_class(re.compile("past"))
    expect(page.get_by_test_id("stMetric").filter(has_text="Orders")).not_to_contain_text("7,084")


def test_dragging_the_band_moves_the_figures_and_back_to_now_returns(
    visit: Visit, sample: str
) -> None:
    page = visit(sample)
    box = page.locator("#track").bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] - 2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, middle, steps=8)
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
    box = page.locator("#track").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20, steps=4)
    held = page.locator("#position").inner_text()
    page.emulate_media(color_scheme="dark")  # draws every component anew, with what it had
    page.wait_for_timeout(150)
    assert page.locator("#position").inner_text() == held
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
    canvas = page.get_by_test_id("stDataFrame").first
    box = canvas.bounding_box()
    assert box
    page.mouse.click(box["x"] + 18, box["y"] + 35 + 17)
    expect(page).to_have_url(re.compile(r"/order\?order=[0-9a-f]{32}&at=(%40|@)4321"))
    settled(page)
    expect(page.locator(".tt #position")).to_have_text("4,321")


def test_a_row_of_the_order_list_leads_to_its_order(visit: Visit, sample: str) -> None:
    page = visit(f"{sample}/?at=@4321")
    table = page.get_by_label("Orders at this moment").last
    table.scroll_into_view_if_needed()
    box = page.get_by_test_id("stDataFrame").last.bounding_box()
    assert box
    page.mouse.click(box["x"] + 18, box["y"] + 35 + 17)
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
        expect(events).to_contain_text("2", timeout=5_000)
    machine.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "screen", [*SCREENS, "/order?order=ccf804e764ed5650cd8759557269dc13&at=v5"]
)
def test_nothing_scrolls_sideways_on_a_small_screen(
    visit: Visit, sample: str, screen: str, scheme: str
) -> None:
    page = visit(f"{sample}{screen}", width=400, height=800, scheme=scheme)
    page.wait_for_timeout(500)
    assert max(page.evaluate(WIDER)) <= 0


def test_a_customer_of_the_moment_leads_to_the_orders_of_that_customer(
    visit: Visit, sample: str
) -> None:
    page = visit(f"{sample}/?at=@20000")
    page.get_by_role("radio", name="Customers").click()
    expect(page).to_have_url(re.compile("list=Customers"))
    settled(page)
    table = page.get_by_test_id("stDataFrame").last
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    assert box
    page.mouse.click(box["x"] + 18, box["y"] + 35 + 17)
    expect(page).to_have_url(re.compile(r"find=[0-9a-f]{32}"))
    expect(page).to_have_url(re.compile(r"at=(%40|@)20000"))
    expect(page.get_by_text("4 orders", exact=True)).to_be_visible()
