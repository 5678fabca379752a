"""What do people see while PostgreSQL is gone, and when it is back? Without a click."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from core import serving
from core.machine import TimeMachine
from dashboard import source
from tests.cli.conftest import Ask, ask
from tests.dashboard.conftest import APP
from tests.filled import quietly
from tests.reliability.servers import Server, own_server

__all__ = ["ask"]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A PostgreSQL of the test's own, which holds the story."""
    with own_server() as started:
        machine = TimeMachine.open(started.url)
        serving.bring_in(machine, serving.STORY, None, quietly)
        machine.close()
        yield started


def test_the_command_line_says_that_the_server_does_not_answer(ask: Ask, server: Server) -> None:
    server.die()
    for command in (["orders"], ["show", "desk"], ["verify"], ["status"], ["rebuild"]):
        said = ask(*command, "--store", server.url)
        assert (said.code, said.out) == (2, "")
        assert "cannot be used: the server does not answer." in said.err
        assert "Traceback" not in said.err
    server.rise()
    assert ask("verify", "--store", server.url).code == 0


def test_the_dashboard_says_so_and_comes_back_by_itself(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENTSCOPE_STORE", server.url)
    source.machine.cache_clear()
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert not [*app.error, *app.exception]
    shown = [metric.value for metric in app.metric]
    assert shown
    server.die()
    app.run()
    assert "the server does not answer" in app.error[0].value.replace("\\", "")
    assert not app.exception
    assert "asks for the store again by itself" in app.caption[-1].value
    server.rise()
    app.run()
    assert not [*app.error, *app.exception]
    assert [metric.value for metric in app.metric] == shown
    source.machine().close()
    source.machine.cache_clear()
