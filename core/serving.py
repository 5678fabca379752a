"""How does a person get from nothing to a running dashboard? Fill the default store, start it."""

from __future__ import annotations

import gc
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from core.errors import EventscopeError
from core.machine import TimeMachine
from core.projector import Progress

PROJECT = Path(__file__).resolve().parents[1]
SAMPLE = PROJECT / "data" / "olist-orders"
DEFAULT_STORE = f"sqlite:///{PROJECT / 'data' / 'orders.db'}"

Stage = Callable[[str], AbstractContextManager[Progress]]
"""Opens a named stage of the work and gives the function that reports its progress."""


def fill(machine: TimeMachine, stage: Stage) -> None:
    """Load the shipped sample into an empty log; whatever a killed start left is completed.

    The load is one transaction and the read models know how far they are, so there is no
    half-filled store to clear away.
    """
    if machine.store.head().position == 0:
        bring_in(machine, "olist", SAMPLE, stage)
    elif _is_behind(machine):
        with stage("Projecting") as progress:
            machine.project(progress)


def bring_in(machine: TimeMachine, name: str, folder: Path | None, stage: Stage) -> int:
    """Import a foreign history, or the story; how many events the log gained."""
    from core.importers import IMPORTERS  # only who imports waits for these two
    from core.orders.story import tell

    if name == "story":
        with stage("Telling"):
            return tell(machine.handle)
    if name not in IMPORTERS:
        known = ", ".join([*IMPORTERS, "story"])
        raise EventscopeError(f"There is no importer {name!r}; there are {known}.")
    if folder is None:
        raise EventscopeError(f"Say where the files are: eventscope import {name} DIR.")
    with _uncollected():
        with stage("Reading"):
            entries = IMPORTERS[name](folder)
        with stage("Appending") as progress:
            loaded = machine.load(entries, progress)
        with stage("Projecting") as progress:
            machine.project(progress)
    return loaded


def start(url: str, port: int | None, headless: bool) -> None:
    """Become the dashboard's process; returns only by an error."""
    if port is not None:
        _require_free(port)
    options = ["--server.showEmailPrompt=false"]
    options += [f"--server.port={port}"] if port is not None else []
    options += ["--server.headless=true"] if headless else []
    os.environ["EVENTSCOPE_STORE"] = absolute(url)
    os.chdir(PROJECT)  # Streamlit looks for its configuration where it is started
    sys.stdout.flush()
    sys.stderr.flush()
    command = [sys.executable, "-m", "streamlit", "run", "dashboard/app.py", *options]
    os.execv(sys.executable, command)


def absolute(url: str) -> str:
    """The same store, named so that it can be found from any folder."""
    scheme, slashes, rest = url.partition(":///")
    path, question, query = rest.partition("?")
    if not scheme.startswith("sqlite") or not path or path == ":memory:":
        return url
    return f"{scheme}{slashes}{Path(path).absolute()}{question}{query}"


def _is_behind(machine: TimeMachine) -> bool:
    status = machine.status()
    return any(reached < status.position for reached in status.checkpoints.values())


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError as error:
            raise EventscopeError(f"Port {port} cannot be used: {error.strerror}.") from None


@contextmanager
def _uncollected() -> Iterator[None]:
    # Nothing made while importing is garbage; searching it for cycles takes a third of the time.
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
