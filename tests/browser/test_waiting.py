"""Do waits, paths and broken rules lead to their orders, by mouse, by key and by link?"""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from core import AtVersion, TimeMachine
from core.orders.views.lifecycle import BREACHES
from core.projections import Where
from tests.browser.conftest import Visit, point, settled

AT = "at=@30000"


def heading(page: Page):
    return page.locator(".st-key-behind h5")


def orders(page: Page):
    return page.locator(".st-key-behind tbody button")


def test_a_click_on_the_map_leads_to_the_orders_as_they_stood(visit: Visit, sample: str) -> None:
    page = visit(f"{sample}/waiting?{AT}")
    page.locator("path[data-of='step.placed.shipped']").click()
    expect(heading(page)).to_have_text("Placed → Shipped: 4,084 orders")
    order_id = orders(page).first.inner_text()
    orders(page).first.click()
    expect(page).to_have_url(re.compile(rf"/order\?order={order_id}&at=(%40|@)30000"))


def test_a_month_of_the_chart_leads_to_its_orders(visit: Visit, sample: str) -> None:
    page = visit(f"{sample}/waiting?{AT}")
    page.mouse.click(*point(page.locator(".js-plotly-plot .barlayer .trace path").first, 0.5))
    expect(heading(page)).to_have_text("Placed, since Oct\u00a02016: 24 orders")


def test_all_of_it_goes_by_key(visit: Visit, sample: str) -> None:
    page = visit(f"{sample}/waiting?{AT}")
    page.get_by_role("radio", name="Shipped").focus()
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("in=Shipped"))
    month = page.locator("button[data-opens='stay.shipped.2017-11']")
    month.focus()
    page.keyboard.press("Enter")
    expect(heading(page)).to_contain_text("Shipped, since Nov\u00a02017")
    expect(month).to_be_focused()
    orders(page).first.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/order\?"))


def test_a_copied_link_opens_the_same_figure(visit: Visit, sample: str) -> None:
    page = visit(f"{sample}/waiting?{AT}")
    page.locator("button[data-opens='path.draft.placed.cancelled']").click()
    expect(heading(page)).to_have_text("Draft → Placed → Cancelled: 254 orders")
    again = visit(page.url)
    expect(heading(again)).to_have_text("Draft → Placed → Cancelled: 254 orders")
    expect(orders(page)).to_have_count(10)
    expect(orders(again)).to_have_text(orders(page).all_inner_texts())


def test_a_broken_rule_leads_to_the_moment_it_was_broken(
    visit: Visit, sample: str, stores: dict[str, str]
) -> None:
    page = visit(f"{sample}/waiting?figure=rule.cancelled after shipping")
    order_id = orders(page).first.inner_text()
    machine = TimeMachine.open(stores["sample"], create=False)
    where = [Where("order_id", "=", order_id), Where("rule", "=", "cancelled after shipping")]
    [broken] = machine.rows(BREACHES, where=where)
    position = machine.position(AtVersion(broken.version), order_id)
    machine.close()
    orders(page).first.click()
    expect(page).to_have_url(re.compile(rf"order={order_id}&at=(%40|@){position}"))
    settled(page)
    expect(page.locator(".tt #position")).to_have_text(f"{position:,}")


def test_the_place_of_an_order_follows_it_and_folds_by_key(visit: Visit, sample: str) -> None:
    page = visit(f"{sample}/order?order=1a358c4ef8c7d066e7e526670d486f3e&at=v5")
    expect(page.get_by_text("longer than 44\u00a0% of 1,953 others")).to_be_visible()
    page.get_by_role("slider", name="Version").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text(re.compile("Shipped → .* → Delivered"))).to_be_visible()
    fold = page.locator("summary", has_text="Among all orders")
    fold.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("place=false"))
    expect(page.get_by_text("took this path so far")).to_have_count(0)
