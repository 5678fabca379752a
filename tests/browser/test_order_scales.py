"""Does true time put every event where the clock says, and can each still be reached?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from core import TimeMachine
from core.orders import AddItem, CreateOrder, RemoveItem
from tests.browser.conftest import Visit, point, serve, settled, steady, walk

BEGAN = datetime(2026, 3, 2, 9, tzinfo=UTC)
AFTER = [
    timedelta(),
    timedelta(minutes=2),
    timedelta(days=3, hours=4, minutes=2),
    timedelta(days=4),
]


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An order with a burst, then a wait of three days, and an end on the fourth."""
    url = f"sqlite:///{tmp_path_factory.mktemp('waiting')}/waiting.db"
    machine = TimeMachine.open(url)
    commands = [
        CreateOrder("o1", "ada"),
        AddItem("o1", "lamp", "Lamp", 1, Decimal("9.50")),
        AddItem("o1", "desk", "Desk", 1, Decimal("99.00")),
        RemoveItem("o1", "desk"),
    ]
    for command, after in zip(commands, AFTER, strict=True):
        machine.handle(command, at=BEGAN + after, correlation_id=f"act {after.days}")
    machine.close()
    yield from serve(url)


def slider(page: Page):
    return page.get_by_role("slider", name="Version")


def stands_at(page: Page, version: str) -> None:
    expect(page.locator(".tt #version")).to_have_text(version)


def test_the_slider_lies_where_the_clock_says(visit: Visit, waiting: str) -> None:
    page = visit(f"{waiting}/order?order=o1&at=v3")
    expect(slider(page)).to_have_value("3")
    walk(page).get_by_role("button", name="True time").click()
    share = AFTER[2] / AFTER[3]
    assert abs(int(slider(page).input_value()) / 10_000 - share) < 0.001
    stands_at(page, "v3")
    expect(page.locator(".tt .wait").first).to_have_text("3 days 4 h")
    walk(page).get_by_role("button", name="Even steps").click()
    expect(slider(page)).to_have_value("3")


def test_in_true_time_the_keys_step_through_a_burst(visit: Visit, waiting: str) -> None:
    page = visit(f"{waiting}/order?order=o1&at=v1")
    walk(page).get_by_role("button", name="True time").click()
    slider(page).focus()
    for wanted in ("v2", "v3", "v4"):
        page.keyboard.press("ArrowRight")
        stands_at(page, wanted)


def test_in_true_time_a_click_picks_the_nearest_event(visit: Visit, waiting: str) -> None:
    page = visit(f"{waiting}/order?order=o1&at=v1")
    walk(page).get_by_role("button", name="True time").click()
    for share, wanted in ((0.7, "v3"), (0.95, "v4"), (0.2, "v2")):
        page.mouse.click(*point(slider(page), share))
        stands_at(page, wanted)
    assert int(slider(page).input_value()) < 20
    settled(page)


def test_the_scale_is_kept_for_the_next_order(visit: Visit, waiting: str) -> None:
    page = visit(f"{waiting}/order?order=o1&at=v1")
    walk(page).get_by_role("button", name="True time").click()
    page.reload()
    expect(walk(page).get_by_role("button", name="True time")).to_have_attribute(
        "aria-pressed", "true"
    )


def test_played_as_it_happened_the_burst_runs_and_the_long_wait_is_cut(
    visit: Visit, waiting: str
) -> None:
    page = visit(f"{waiting}/order?order=o1&at=v1")
    walk(page).get_by_label("Speed").select_option("As it happened")
    page.clock.install()
    page.clock.pause_at(datetime.now(UTC) + timedelta(days=1))
    walk(page).get_by_role("button", name="Play", exact=True).click()
    for passed, wanted in ((100, "v2"), (2_000, "v2"), (500, "v3"), (2_000, "v3"), (500, "v4")):
        page.clock.run_for(passed)
        stands_at(page, wanted)
    page.clock.resume()
    expect(page.get_by_role("spinbutton", name="Version")).to_have_value("4")


def test_a_step_by_operation_passes_over_what_belongs_together(visit: Visit, waiting: str) -> None:
    page = visit(f"{waiting}/order?order=o1&at=v1")
    walk(page).get_by_label("Step", exact=True).select_option("by operation")
    slider(page).focus()
    for wanted in ("v2", "v3", "v4"):
        page.keyboard.press("ArrowRight")
        stands_at(page, wanted)
    page.get_by_role("button", name="Previous version").click()
    stands_at(page, "v3")
    for wanted in ("v2", "v1"):
        page.keyboard.press("ArrowLeft")
        stands_at(page, wanted)


def test_close_up_every_version_of_a_long_order_can_be_hit(visit: Visit, long: str) -> None:
    page = visit(f"{long}/order?order=long&at=v1500")
    expect(slider(page)).to_have_attribute("max", "3000")
    walk(page).get_by_role("button", name="Close up").click()
    low, high = (int(slider(page).get_attribute(end) or 0) for end in ("min", "max"))
    assert high - low < 400
    assert low < 1500 < high
    box = steady(slider(page))
    wanted = low + 10
    along = 13 + (box["width"] - 26) * 10 / (high - low)
    page.mouse.click(box["x"] + along, box["y"] + box["height"] / 2)
    expect(page.locator(".tt #version")).to_have_text(f"v{wanted:,}")


def test_close_up_goes_on_past_the_end_of_what_was_fetched(visit: Visit, long: str) -> None:
    page = visit(f"{long}/order?order=long&at=v1500")
    walk(page).get_by_role("button", name="Close up").click()
    last = int(slider(page).get_attribute("max") or 0)
    page.get_by_test_id("stNumberInputField").fill(str(last))
    page.keyboard.press("Enter")
    expect(page.locator(".tt #version")).to_have_text(f"v{last:,}")
    slider(page).focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".tt #version")).to_have_text(f"v{last + 1:,}")
    settled(page)
    expect(slider(page)).not_to_have_attribute("max", str(last))
    expect(page.locator(".tt #version")).to_have_text(f"v{last + 1:,}")


def test_an_order_that_travels_whole_has_no_close_up(visit: Visit, waiting: str) -> None:
    page = visit(f"{waiting}/order?order=o1&at=v3")
    expect(walk(page).get_by_role("button", name="Close up")).to_be_hidden()
