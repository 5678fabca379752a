"""How is one PostgreSQL reached, and spoken of? The engine, and sentences for what goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import PoolProxiedConnection

from core.errors import StoreUnavailable, UnknownStore

MODES = ("sequenced", "locked")
ADDRESS = "say postgresql+psycopg://user@host/database"

SENTENCES = {
    "28P01": "the server refuses this user or password",
    "28000": "the server refuses this user",
    "3D000": "the server has no such database",
    "42501": "this user may not do that",
    "42P01": "its tables are missing (`eventscope rebuild` makes the read models anew)",
    "42703": "its read models are of another version (`eventscope project` renews them)",
    "25006": "it is read-only",
    "55P03": "somebody else has locked it; try again",
    "53100": "the disk is full",
    "53300": "the server has no connection left",
}
"""SQLSTATE → what to tell a person."""

SIGNS = {
    "password authentication failed": "28P01",
    "no password supplied": "28P01",
    '" does not exist': "3D000",
    "too many clients": "53300",
}
"""A refused connection carries no SQLSTATE, only text; in a server's own language it stays so."""

GONE = ("08", "57P")
"""How the SQLSTATE of a server begins that goes away; one that is not there says none."""


def address(url: str) -> tuple[URL, str]:
    """Where a URL leads, and in which mode events get their places. Raises `UnknownStore`."""
    try:
        named = make_url(url)
    except ArgumentError:
        raise UnknownStore(url, ADDRESS) from None
    shown = named.render_as_string()
    if named.drivername not in ("postgresql", "postgresql+psycopg"):
        raise UnknownStore(shown, ADDRESS)
    mode = named.query.get("mode", MODES[0])
    if mode not in MODES:
        raise UnknownStore(shown, f"its mode is {' or '.join(MODES)}")
    return named.set(drivername="postgresql+psycopg"), str(mode)


def engine(url: URL) -> Engine:
    """A pool of connections on which each statement is a transaction unless one is begun."""
    made = create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        pool_size=8,
        max_overflow=56,
        pool_reset_on_return=None,  # whoever begins a transaction here ends it
    )

    @event.listens_for(made, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.autocommit = True
        connection.execute("SET client_encoding = 'UTF8'")
        # Appending and placing rely on a new snapshot for each statement.
        connection.execute(
            "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED"
        )

    return made


@contextmanager
def connected(url: str, pool: Engine) -> Iterator[Connection]:
    """A connection of the pool; its errors come out as `StoreUnavailable` with a sentence."""
    with translated(url), pool.connect() as connection:
        try:
            yield connection
        except psycopg.Error:
            _forget_if_broken(pool, connection.connection)
            raise


def _forget_if_broken(pool: Engine, pooled: PoolProxiedConnection) -> None:
    # The pool was not asked, so it does not notice by itself that a server went away.
    used: Any = pooled.driver_connection
    if used.closed:
        pooled.invalidate()
        pool.dispose()


def remarks(fetch: Callable[[str, tuple[Any, ...]], list[Any]]) -> list[str]:
    """Which server keeps the log, and what of its settings puts the last appends at risk."""
    names = ("server_version", "synchronous_commit", "fsync")
    asked = ", ".join(f"current_setting('{name}')" for name in names)
    [(version, *settings)] = fetch(f"SELECT {asked}", ())
    off = [name for name, set_to in zip(names[1:], settings, strict=True) if set_to == "off"]
    risk = f"{' and '.join(off)} off: the last appends may be lost when the server dies."
    return [f"PostgreSQL {version}.", *([risk] if off else [])]


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Database errors come out as `StoreUnavailable` with a sentence."""
    try:
        yield
    except (DBAPIError, psycopg.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise StoreUnavailable(url, _sentence(cause)) from error


def _sentence(cause: Any) -> str:
    text = str(cause)
    state = getattr(cause, "sqlstate", None)
    state = state or next((code for sign, code in SIGNS.items() if sign in text), None)
    if state in SENTENCES:
        return SENTENCES[state]
    if isinstance(cause, psycopg.OperationalError) and (state or GONE[0]).startswith(GONE):
        return "the server does not answer"
    return text.partition("\n")[0]
