"""Is a clock time typed and shown in the zone a person chose, wherever it stands?"""

from __future__ import annotations

import re

from playwright.sync_api import expect

from core import TimeMachine
from core.clock_words import zone_named
from dashboard.parts.time_travel.model import moment
from tests.browser.conftest import Visit, settled

BERLIN = zone_named("Europe/Berlin")


def test_what_is_typed_is_a_time_of_the_chosen_zone_and_the_band_says_what_it_found(
    visit: Visit, sample: str, stores: dict[str, str]
) -> None:
    page = visit(f"{sample}/log")
    page.get_by_label("Time zone").select_option("Europe/Berlin")
    expect(page).to_have_url(re.compile("zone=Europe(%2F|/)Berlin"))
    settled(page)
    page.get_by_label("Go to a moment").fill("24 Nov 2017 17:00")
    page.keyboard.press("Enter")
    machine = TimeMachine.open(stores["sample"], create=False)
    found = machine.position(machine.moment("2017-11-24T16:00+00:00"))
    told = moment(machine.store.at(found).recorded_at, BERLIN)
    machine.close()
    expect(page.locator(".band #position")).to_contain_text(f"{found:,}")
    expect(page.locator(".band #when")).to_have_text(told)
    assert told.endswith(" CET")
    again = visit(page.url)
    expect(again.locator(".band #when")).to_have_text(told)


def test_an_order_tells_its_times_in_the_zone_of_the_link(
    visit: Visit, story: str, story_url: str
) -> None:
    machine = TimeMachine.open(story_url, create=False)
    step = machine.history("long")[19]
    machine.close()
    page = visit(f"{story}/order?order=long&at=v20&zone=Asia/Kolkata")
    there = moment(step.recorded.occurred_at, zone_named("Asia/Kolkata"))
    expect(page.locator(".tt #at")).to_have_text(there)
    expect(page.locator(".tt #story-zone")).to_have_text("times in Asia/Kolkata")


def test_a_zone_that_nobody_knows_is_said_and_times_stay_in_utc(visit: Visit, sample: str) -> None:
    page = visit(f"{sample}/log?at=@12000&zone=Mars/Olympus")
    expect(page.get_by_test_id("stAlert")).to_contain_text("Mars/Olympus")
    expect(page.locator(".band #when")).to_contain_text("UTC")


def test_a_date_says_which_instant_it_was_read_as_until_the_playhead_moves_on(
    visit: Visit, sample: str
) -> None:
    page = visit(f"{sample}/log")
    words = page.get_by_label("Go to a moment")
    for _ in range(2):
        words.fill("2017-11-30")
        page.keyboard.press("Enter")
        expect(words).to_have_value("30 Nov 2017 00:00:00")
        expect(page.locator(".band #when")).to_have_text(re.compile("^29 Nov 2017 23:"))
    settled(page)
    page.get_by_role("slider", name="Position in the log").focus()
    page.keyboard.press("ArrowLeft")
    expect(words).to_have_value("")


def test_a_link_with_a_date_says_which_instant_that_is_in_its_zone(
    visit: Visit, sample: str
) -> None:
    page = visit(f"{sample}/log?at=2017-11-30&zone=Europe/Berlin")
    expect(page.get_by_label("Go to a moment")).to_have_value("30 Nov 2017 00:00:00")
    expect(page.locator(".band #when")).to_have_attribute(
        "title", "The last event by 30 Nov 2017 00:00:00"
    )
    page.get_by_label("Go to a moment").press("Enter")
    expect(page).to_have_url(re.compile("at=(%40|@)[0-9]+"))
    expect(page.get_by_label("Go to a moment")).to_have_value("30 Nov 2017 00:00:00")
