"""An app to ask, over stores that are full."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import source
from tests.filled import filled

APP = Path(__file__).parents[2] / "dashboard" / "app.py"

Open = Callable[..., AppTest]


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The stores that are full, by name."""
    return filled(tmp_path_factory)


@pytest.fixture
def open_app(stores: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Open:
    """`open_app("screens/log.py", at="@5")` opens a screen by its link; `store=` names another."""

    def opened(screen: str | None = None, store: str = "sample", **query: str) -> AppTest:
        monkeypatch.setenv("EVENTSCOPE_STORE", stores.get(store, store))
        source.machine.cache_clear()
        app = AppTest.from_file(str(APP), default_timeout=60)
        for name, value in query.items():
            app.query_params[name] = value
        return (app.switch_page(screen) if screen else app).run()

    return opened
