"""Where do the stores that are measured stand? In folders that are gone afterwards."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from core import TimeMachine
from tests import postgres
from tests.benchmarks import raw


def machine_at(folder: Path) -> TimeMachine:
    """A machine over the store of a folder, made if need be."""
    return TimeMachine.open(in_file(folder))


Place = Callable[[Path], str]
"""A folder of one's own → the URL of an empty store."""

DRIVER = "postgresql"
MEMORY = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
"""Where a flush costs nothing, and what is measured is the software."""


def driver_url(url: str) -> str:
    """The URL as psycopg alone reads it."""
    plain = make_url(url).set(drivername=DRIVER)
    return plain.render_as_string(hide_password=False)


def file_of(url: str) -> Path:
    """The file of a `sqlite:///` URL."""
    return Path(url.partition(":///")[2])


def in_file(folder: Path) -> str:
    """The URL of an SQLite store in a folder."""
    return f"sqlite:///{path_in(folder)}"


def on_server(folder: Path) -> str:
    """The URL of an empty schema on the server of this run; nothing of it is in the folder."""
    return postgres.fresh_url()


@contextmanager
def server() -> Iterator[None]:
    """A PostgreSQL for whoever asks while this lasts: files in memory, every flush made."""
    postgres.SETTINGS.update(fsync="on", shared_buffers="512MB")
    postgres.begin_run(MEMORY)
    try:
        yield
    finally:
        postgres.end_run()


def path_in(folder: Path) -> Path:
    """The file that `machine_at` keeps its log in."""
    return folder / "orders.db"


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """A folder within a folder, for one visit."""
    made = Path(tempfile.mkdtemp(dir=folder))
    try:
        yield made
    finally:
        shutil.rmtree(made)


@contextmanager
def raw_log(folder: Path) -> Iterator[sqlite3.Connection]:
    """An empty raw file for one visit, with the log's table as ours has it."""
    with scratch(folder) as here:
        machine_at(here).close()
        with raw.twin(path_in(here), here / "raw.db", ["events"]) as copy:
            yield copy
