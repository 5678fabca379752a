"""How does a person get from nothing to a running dashboard? Fill the default store, start it."""

from __future__ import annotations

import gc
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from core.errors import EventscopeError, StoreUnavailable
from core.events import Event
from core.machine import TimeMachine
from core.projector import Progress

PROJECT = Path(__file__).resolve().parents[1]
SAMPLE = PROJECT / "data" / "olist-orders"
STORY = "story"
SQLITE = "sqlite:///"
DEFAULT_STORE = f"{SQLITE}{PROJECT / 'data' / 'orders.db'}"

POLL, AGAIN = 0.1, 1.0
"""Seconds between looks at the log: while it is there, and while it is gone."""

Entry = tuple[str, Event]
"""A stream, and an event that belongs to it."""

Stage = Callable[[str], AbstractContextManager[Progress]]
"""Opens a named stage of the work and gives the function that reports its progress."""


def default_exists() -> bool:
    """Whether the default store was made already."""
    return Path(DEFAULT_STORE.removeprefix(SQLITE)).exists()


def fill(machine: TimeMachine, stage: Stage, tell: Callable[[str], None]) -> None:
    """Load the shipped sample into an empty log; whatever a killed start left is completed.

    The load is one transaction and the read models know how far they are, so there is no
    half-filled store to clear away.
    """
    if machine.store.head().position == 0:
        bring_in(machine, "olist", SAMPLE, stage)
    elif _is_behind(machine):
        _project(machine, stage, tell)


def catch_up(machine: TimeMachine, stage: Stage, tell: Callable[[str], None]) -> None:
    """Make the read models that this store has none of, before somebody looks at them.

    One that is only behind is left to whoever projects: a page shows how far it is, and does not
    wait for a projector that is stuck.
    """
    if machine.projector.unfinished():
        _project(machine, stage, tell)


def _project(machine: TimeMachine, stage: Stage, tell: Callable[[str], None]) -> None:
    """Bring the read models to the head; a store that cannot be written is left as it is."""
    _announce(machine, tell)
    try:
        with stage("Projecting") as progress:
            machine.project(progress)
    except StoreUnavailable as error:
        tell(f"{error} The read models stay as they are.")


def _announce(machine: TimeMachine, tell: Callable[[str], None]) -> None:
    if new := machine.projector.unfinished():
        tell(f"Made from the log, because this store has none of today's: {', '.join(new)}.")


def bring_in(machine: TimeMachine, name: str, folder: Path | None, stage: Stage) -> int:
    """Import a foreign history, or the story; how many events the log gained."""
    with _uncollected():
        with stage("Reading"):
            entries = _story(machine) if name == STORY else _foreign(name, folder)
        with stage("Appending") as progress:
            loaded = machine.load(entries, progress)
        with stage("Projecting") as progress:
            machine.project(progress)
    return loaded


def _foreign(name: str, folder: Path | None) -> list[Entry]:
    from core.importers import IMPORTERS  # only who imports waits for it

    if name not in IMPORTERS:
        known = ", ".join([*IMPORTERS, STORY])
        raise EventscopeError(f"There is no importer {name!r}; there are {known}.")
    if folder is None:
        raise EventscopeError(f"Say where the files are: eventscope import {name} DIR.")
    return IMPORTERS[name](folder)


def _story(machine: TimeMachine) -> list[Entry]:
    """The events of the story, or none if the log holds it already.

    It is told to a log in memory first: loaded from there it keeps its own time, and it comes
    into the log wholly or not at all.
    """
    from core.orders.story import tell  # only who imports waits for it

    stage = TimeMachine.open("memory:")
    tell(stage.handle)
    told = [(recorded.stream, recorded.event) for recorded in stage.store.read_all()]
    return [] if machine.store.version_at(told[0][0]) else told


def follow(machine: TimeMachine, tell: Callable[[str], None]) -> None:
    """Keep the read models current beside whoever writes, until interrupted.

    A store that goes away is told once and asked again until it is back. Killed at any point, the
    next one goes on where the checkpoint stands; several at once do no harm.
    """
    tell("Following the log.")
    gone = False
    with suppress(KeyboardInterrupt):
        while True:
            try:
                _announce(machine, tell)
                machine.project()
                gone = False
            except StoreUnavailable as error:
                if not gone:
                    tell(f"{error} Trying again.")
                gone = True
            time.sleep(AGAIN if gone else POLL)


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
