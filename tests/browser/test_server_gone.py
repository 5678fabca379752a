"""Does an open page say that the server is gone, and come back with it, without a click?"""

from __future__ import annotations

from playwright.sync_api import expect

from core import serving
from core.machine import TimeMachine
from tests.browser.conftest import Visit, serve, settled
from tests.filled import quietly
from tests.reliability.servers import own_server


def test_a_page_left_open_says_the_server_is_gone_and_comes_back_with_it(visit: Visit) -> None:
    with own_server() as server:
        machine = TimeMachine.open(server.url)
        serving.bring_in(machine, serving.STORY, None, quietly)
        machine.close()
        for address in serve(server.url):
            page = visit(address)
            server.die()
            page.get_by_text("the server does not answer").wait_for()
            expect(page.get_by_text("asks for the store again by itself")).to_be_visible()
            server.rise()
            page.get_by_text("This cannot be shown").wait_for(state="detached")
            settled(page)
            assert page.get_by_text("Traceback").count() == 0
