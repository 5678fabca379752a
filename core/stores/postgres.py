"""How does PostgreSQL carry the log? Many writers at once, and dense positions after commit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import replace
from functools import partial
from itertools import chain, repeat
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, cast, func
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.exc import SQLAlchemyError

from core.codec import Codec, Encoded
from core.errors import StoreUnavailable
from core.events import Event, Recorded, StoredRow
from core.exactness import check_stream
from core.projections import Table
from core.stores import Head, postgres_roles, postgres_schema
from core.stores.migrating import Migrated
from core.stores.placing import admit
from core.stores.postgres_append import MET, SETTLE, UNPLACED, insert, stored_rows
from core.stores.postgres_line import Lines
from core.stores.postgres_load import copy_rows, load
from core.stores.postgres_queue import queued
from core.stores.postgres_server import address, connected, engine, remarks, translated
from core.stores.rows import Row
from core.stores.sandbox import Answer, Limits
from core.stores.soon import Soon
from core.stores.sql import SqlStore
from core.stores.tables import POSTGRESQL, events
from core.stores.temporal import ask_at, copier
from core.stores.turns import Turn


class PostgresStore(SqlStore):
    """A log in one schema of a PostgreSQL database.

    `sequenced`: appends hold no lock; whoever comes first after commit places what has arrived.
    `locked`: each append takes the lock of the log last, and commits with its position.
    """

    mark = "%s"
    dialect = POSTGRESQL
    newest_facts = postgres_schema.NEWEST_FACTS
    newest_by = postgres_schema.NEWEST_BY

    def __init__(self, url: URL, mode: str, codec: Codec) -> None:
        super().__init__(url.render_as_string(), codec)  # a password is not shown
        self._pool = engine(url.difference_update_query(["mode"]))
        self._lines = Lines(self._pool)
        self._turn = "wait" if mode == "locked" else "try"
        self._may_place = False
        self._soon = Soon(self._place_quietly)

    def reading(self) -> AbstractContextManager[Connection]:
        return connected(self.url, self._pool)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with self._transaction() as connection:
            connection.exec_driver_sql(postgres_schema.LOCK_VIEWS)
            yield connection

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self.reading() as connection:
            connection.exec_driver_sql("BEGIN")
            try:
                yield connection
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                # A broken connection has nothing to take back.
                with suppress(psycopg.Error, SQLAlchemyError):
                    connection.connection.rollback()
                raise

    def open(self, may_create: bool) -> None:
        """Lay the tables out, once; refuse what is no store of ours, or not of today's version."""
        with self.reading() as connection:
            empty = postgres_schema.version_of(connection) == 0
        if may_create and empty:
            self.migrate()
        with self.reading() as connection:
            postgres_schema.check(self.url, connection)
        self._find_out()

    def migrate(self) -> Migrated:
        """Bring the schema to today's version in one transaction."""
        with self._transaction() as connection:
            return postgres_schema.migrate(self.url, connection)

    def grant_roles(self) -> tuple[str, ...]:
        """Let there be a role that reads and one that appends; what was done, in sentences."""
        with self._transaction() as connection:
            return postgres_roles.grant(self.url, connection)

    def _find_out(self) -> None:
        [(cluster, here, self._may_place, self.keeps)] = self.fetch(
            f"SELECT cluster, ({postgres_schema.CLUSTER}), NOT pg_is_in_recovery()"
            " AND has_function_privilege('place(boolean, boolean)', 'EXECUTE'),"
            " has_table_privilege('checkpoints', 'UPDATE') FROM eventscope",
            (),
        )
        if self._may_place and here != cluster:
            # Restored from another cluster, whose transaction numbers mean nothing here.
            self.fetch("SELECT place(true, true)", ())

    def fetch(self, sql: str, parameters: tuple[Any, ...]) -> list[Any]:
        with translated(self.url):
            return self._lines.fetch(sql, parameters)

    def append(
        self,
        stream: str,
        events: Sequence[Event],
        expected_version: int,
        wait_for_position: bool = True,
    ) -> list[Recorded]:
        """As promised; not waiting, what is returned has no place yet: position 0, no digest."""
        check_stream(stream)
        encoded = [self._codec.encode(event) for event in events]
        turn = self._turn if wait_for_position else "later"
        for everywhere in chain([False], repeat(True)):  # from the second time on
            placed = self._written(stream, encoded, expected_version, turn) if encoded else None
            if placed is None:
                ids = [one.event_id for one in encoded]
                rows = self._met(stream, ids, expected_version, everywhere)
                known = {row[5]: row for row in rows}
                actual = max((row[2] for row in rows if row[1] == stream), default=0)
                placed = admit(stream, events, encoded, known, expected_version, actual)
            if placed is not None or not encoded:
                break
        return self.recorded(placed or [])

    def _met(self, stream: str, ids: list[bytes], after: int, everywhere: bool) -> list[StoredRow]:
        """The rows that have event ids of a batch, and the last of its stream."""
        rows = self.fetch(MET, (ids, stream))
        if all(row[1] != stream or row[2] <= after for row in rows):
            self.place(everywhere)  # what stands in the way must be seen by whoever reads again
            rows = self.fetch(MET, (ids, stream))
        return rows

    def _written(
        self, stream: str, encoded: Sequence[Encoded], expected: int, turn: str
    ) -> list[StoredRow] | None:
        """The rows of an append, or None if a key refused it."""
        with translated(self.url):
            places = insert(self._lines.last, stream, encoded, expected, turn)
        if places is None:
            return None
        if turn == "later":
            self._soon.ask()
            places = [UNPLACED] * len(encoded)
        elif not places:  # somebody else was placing, and may not have seen this
            places = self.fetch(SETTLE, (stream, expected, expected + len(encoded)))
        return stored_rows(stream, encoded, expected, places)

    def queued(self, stream: str, from_version: int) -> AbstractContextManager[Turn]:
        return queued(self, self._lines, stream, from_version)

    def place(self, everywhere: bool = False) -> None:
        """Give every committed fact its place, after whoever is at it, `everywhere` or of late."""
        self.fetch(f"SELECT place(true, {everywhere})", ())

    def _place_quietly(self) -> None:
        with suppress(StoreUnavailable):  # the next append or reader will do it
            if self.fetch("SELECT place(false)", ())[0][0] < 0:
                self._soon.ask()  # who is at it may not have seen what this one is for

    def _catch_up(self) -> None:
        # A writer that died between commit and placing leaves it to whoever reads next.
        if self._may_place:
            self.fetch("SELECT place(false)", ())

    def head(self) -> Head:
        self._catch_up()
        return super().head()

    def read_all(
        self, from_position: int = 1, to_position: int | None = None, batch_size: int = 1000
    ) -> Iterator[Recorded]:
        self._catch_up()
        yield from super().read_all(from_position, to_position, batch_size)

    def rows(self) -> Iterator[StoredRow]:
        return chain.from_iterable(self._pages(-(2**62), None))

    def load(self, entries: Iterable[tuple[str, Event]]) -> int:
        with self._transaction() as connection:
            loaded = load(connection.connection.driver_connection, self._codec, entries)
        if loaded > 1000:  # or the planner would take the log for an empty one
            with self.reading() as connection:
                connection.exec_driver_sql("ANALYZE facts, places")
        return loaded

    def insert_rows(self, connection: Connection, name: str, rows: list[Row]) -> None:
        copy_rows(connection.connection.driver_connection, name, rows)

    def ask(self, sql: str, tables: Sequence[Table[Any]], position: int, limits: Limits) -> Answer:
        """Asked of a copy in memory: no stranger's SQL ever comes to the server."""

        live = position >= self.head().position
        rows = partial(self.copied, position=position)
        opened = copier(tables, rows, lambda: chain.from_iterable(self._pages(1, position)))
        return ask_at(opened, tables, self.reached_by, position, live, sql, limits)

    def actor(self) -> Any:
        return cast(func.convert_from(events.c.metadata, "UTF8"), JSON)["actor"].astext

    def remarks(self) -> list[str]:
        return remarks(self.fetch)

    def close(self) -> None:
        if self._soon.stop():
            with suppress(StoreUnavailable):  # the next reader will do it
                self.place()
        self._pool.dispose()


def open_store(url: str, codec: Codec, create: bool = True) -> PostgresStore:
    """Open `postgresql+psycopg://user@host/database`; lay it out if `create` and it is empty.

    `?mode=locked` lets each append wait for its turn; `?options=-csearch_path=name` names a schema.
    """
    store = PostgresStore(*address(url), codec)
    store.open(create)
    return store


def migrate_store(url: str, codec: Codec, roles: bool = False) -> Migrated:
    """Lay a store out, or bring it to today's version; with `roles` who reads and who appends."""
    with closing(PostgresStore(*address(url), codec)) as store:
        migrated = store.migrate()
        granted = store.grant_roles() if roles else ()
    return replace(migrated, steps=migrated.steps + granted)
