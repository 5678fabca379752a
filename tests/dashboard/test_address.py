"""Does what was said stay said, where the address is older than it?"""

from __future__ import annotations

from tests.dashboard.conftest import Open

SCREEN = "screens/compare.py"


def test_a_run_that_begins_with_an_older_address_puts_it_right(open_app: Open) -> None:
    app = open_app(SCREEN, at="@18000", **{"from": "@15537"})
    next(button for button in app.button if button.label == "The week before").click().run()
    assert app.query_params["from"] == "@17336"
    app.query_params["from"] = "@15537"
    app.run()
    assert app.query_params["from"] == "@17336"


def test_on_another_screen_the_address_is_believed_and_the_rest_goes_along(open_app: Open) -> None:
    app = open_app(SCREEN, at="@18000", **{"from": "@15537", "figure": "moved"})
    del app.query_params["from"], app.query_params["figure"]
    app.query_params["at"] = "@17000"
    app.switch_page("screens/log.py").run()
    assert app.query_params["at"] == "@17000"
    assert app.query_params["from"] == "@15537"
    assert "figure" not in app.query_params
