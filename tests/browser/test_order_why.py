"""Can a person ask of any value why it is here, by mouse and by key, and go to what set it?"""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from core import TimeMachine
from dashboard.parts.time_travel.model import shown
from tests.browser.conftest import Visit, sideways


def slider(page: Page):
    return page.get_by_role("slider", name="Version")


def opened(visit: Visit, story: str, version: int, **how: int) -> Page:
    page = visit(f"{story}/order?order=long&at=v{version}", **how)
    expect(slider(page)).to_have_value(str(version))
    return page


def totals(story_url: str) -> list[tuple[int, str, str]]:
    """Every event that set the order's total: its version, the total before and after."""
    machine = TimeMachine.open(story_url, create=False)
    found = [
        (step.recorded.version, shown(change.before), shown(change.after))
        for step in machine.history("long")
        for change in step.changes
        if change.path == ("total",) and change.before is not None
    ]
    machine.close()
    return found


def total(page: Page):
    return page.locator(".tt .items tfoot .total .value")


def test_a_click_on_a_value_lists_every_event_that_set_it(
    visit: Visit, story: str, story_url: str
) -> None:
    page = opened(visit, story, 20)
    total(page).click()
    expect(page.locator(".tt #changes-title")).to_have_text("Why is this value here?")
    version, before, after = next(t for t in reversed(totals(story_url)) if t[0] <= 20)
    here = page.locator(".tt #causes li[aria-current]")
    for told in (f"v{version}", before, after, "by "):
        expect(here).to_contain_text(told)
    rows = page.locator(".tt #causes li .no").all_inner_texts()
    known = {f"v{number}" for number, _, _ in totals(story_url)}
    assert len(rows) > 20
    assert set(rows) <= known
    assert rows == sorted(rows, key=lambda row: -int(row[1:]))


def test_a_click_on_a_cause_goes_to_its_moment(visit: Visit, story: str) -> None:
    page = opened(visit, story, 20)
    total(page).click()
    page.locator(".tt #causes .no").get_by_text("v9", exact=True).click()
    expect(slider(page)).to_have_value("9")
    expect(page.locator(".tt #why")).to_be_visible()


def test_enter_asks_and_escape_returns_to_the_value(visit: Visit, story: str) -> None:
    page = opened(visit, story, 20)
    total(page).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".tt #why")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".tt #why")).to_be_hidden()
    expect(page.locator(".tt #changed")).to_be_visible()
    expect(total(page)).to_be_focused()


def test_stepping_keeps_the_focus_on_the_value_and_the_answer_up_to_date(
    visit: Visit, story: str
) -> None:
    page = opened(visit, story, 20)
    total(page).focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(slider(page)).to_have_value("23")
    expect(total(page)).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".tt #why-value")).to_have_text(total(page).locator(".text").inner_text())


def test_show_versions_says_who_last_touched_what(visit: Visit, story: str, story_url: str) -> None:
    page = opened(visit, story, 20)
    said = "field => getComputedStyle(field, '::after').content"
    assert total(page).evaluate(said) == "none"
    page.get_by_role("button", name="Show versions").click()
    last = next(t[0] for t in reversed(totals(story_url)) if t[0] <= 20)
    assert f"v{last}" in total(page).evaluate(said)
    assert total(page).get_attribute("aria-label").endswith(f"v{last}: why?")


def test_nothing_scrolls_sideways_while_asking(visit: Visit, story: str) -> None:
    page = opened(visit, story, 150, width=400, height=800)
    page.get_by_role("button", name="Show versions").click()
    total(page).click()
    expect(page.locator(".tt #why")).to_be_visible()
    assert sideways(page) <= 0


def test_steps_measure_nothing_before_the_next_frame_with_everything_shown(
    visit: Visit, story: str
) -> None:
    page = opened(visit, story, 150)
    page.get_by_role("button", name="Show versions").click()
    total(page).click()
    measured = page.locator(".tt #next").evaluate(
        """next => {
          let measured = 0;
          const watch = (kind, name) => {
            const { get } = Object.getOwnPropertyDescriptor(kind.prototype, name);
            const counting = () => ({ get() { return measured++, get.call(this); } });
            Object.defineProperty(kind.prototype, name, counting());
          };
          for (const name of ["clientWidth", "clientHeight", "scrollHeight"]) watch(Element, name);
          for (const name of ["offsetTop", "offsetWidth", "offsetHeight"]) watch(HTMLElement, name);
          const { getBoundingClientRect } = Element.prototype;
          Element.prototype.getBoundingClientRect = function () {
            measured++;
            return getBoundingClientRect.call(this);
          };
          for (let step = 0; step < 100; step++) next.click();
          return measured;
        }"""
    )
    assert measured == 0  # to measure makes the browser lay out all that a step has drawn
    expect(slider(page)).to_have_value("250")


def causes(page: Page) -> list[int]:
    """The versions that are listed as having set the value."""
    told = page.locator(".tt #causes li .no").all_inner_texts()
    return [int(one.removeprefix("v").replace(",", "")) for one in told]


def test_what_set_a_value_long_before_the_part_that_is_here_is_found(
    visit: Visit, long: str
) -> None:
    page = visit(f"{long}/order?order=long&at=v2500")
    expect(slider(page)).to_have_value("2500")
    page.locator(".tt #state").get_by_role("button", name="Customer, ada").click()
    here = page.locator(".tt #causes li[aria-current]")
    expect(here).to_contain_text("v1")
    expect(here).to_contain_text("ada")
    expect(page.locator(".tt #why-earlier")).to_be_hidden()
    assert causes(page) == [1]
    page.locator(".tt #aside-close").click()
    page.locator(".tt #state").get_by_role("button", name="Customer, ada").click()
    expect(here).to_contain_text("v1")  # whoever asks again is told again
    here.get_by_role("button").click()
    expect(slider(page)).to_have_value("1")
    expect(here).to_contain_text("v1")


def test_the_causes_of_a_value_go_on_before_the_part_that_is_here(visit: Visit, long: str) -> None:
    page = visit(f"{long}/order?order=long&at=v2390")
    expect(slider(page)).to_have_value("2390")
    total(page).click()
    more = page.locator(".tt #why-earlier")
    for _ in range(7):
        expect(more).to_have_text(re.compile("What set it before v"))
        before = causes(page)
        more.focus()
        page.keyboard.press("Enter")
        expect(page.locator(".tt #causes li").nth(len(before))).to_be_attached()
        assert causes(page)[: len(before)] == before
    # In this order all events change the total but the first and every tenth behind it.
    found = causes(page)
    every = [one for one in range(found[-1], found[0] + 1) if one % 10 != 1]
    assert found == every[::-1]
    assert found[-1] < 2100  # what is here begins at v2175
