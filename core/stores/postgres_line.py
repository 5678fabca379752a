"""How does a hot statement travel? Prepared, in binary, on a connection that is kept at hand.

The driver's cursor and the pool above it take as long over a small statement as the server does.
So here the statement goes to the client library itself, and the driver only reads what comes back.
"""

from __future__ import annotations

import select
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from struct import Struct
from typing import Any

import psycopg
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, Format
from sqlalchemy import Engine, ExceptionContext, event
from sqlalchemy.pool import PoolProxiedConnection

AT_HAND = 8
"""Connections that are kept from the pool while nobody uses them."""
MOST = 100
"""Statements that are kept prepared on a connection."""
NAMES = count()
ANSWERED = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)

NUMBER, LENGTH, HEAD = Struct("!q").pack, Struct("!i").pack, Struct("!iiIii").pack
INFERRED, BYTEA, BIGINT, INTEGER, TEXT = 0, 17, 20, 23, 25
"""The numbers of types, as PostgreSQL counts them for ever."""


class Column(bytes):
    """Many values of one type as the server reads an array of them."""


def column(type_number: int, values: Sequence[bytes]) -> Column:
    """An array of values as the server reads each of them."""
    parts = [HEAD(1, 0, type_number, len(values), 1)]
    for value in values:
        parts += LENGTH(len(value)), value
    return Column(b"".join(parts))


WRITTEN: Mapping[type, tuple[int, Callable[[Any], bytes]]] = {
    str: (INFERRED, str.encode),
    int: (BIGINT, NUMBER),
    bytes: (BYTEA, bytes),
    Column: (INFERRED, lambda value: value),
}
"""How a value is sent: the number of its type, and its bytes."""


@dataclass(frozen=True)
class _Statement:
    """What was prepared: its name, how its values are written, and who reads its rows."""

    name: bytes
    writes: tuple[Callable[[Any], bytes], ...]
    formats: tuple[Format, ...]
    reader: Any


class Line:
    """A connection for one at a time, and what was prepared on it. Each statement is one commit."""

    pooled: PoolProxiedConnection

    def __init__(self, driver: Any) -> None:
        self._driver = driver
        self._run = driver.pgconn
        self._statements: dict[tuple[str, tuple[type, ...]], _Statement] = {}
        self._came = select.poll()
        self._came.register(self._run.socket, select.POLLIN)

    @property
    def closed(self) -> bool:
        """Whether the server has gone."""
        return bool(self._driver.closed)

    def fetch(self, sql: str, parameters: Sequence[Any]) -> list[Any]:
        """The rows of a statement, as `Lines.fetch` promises them."""
        types = tuple(map(type, parameters))
        if not WRITTEN.keys() >= set(types):
            cursor = self._driver.cursor(binary=True)
            return list(cursor.execute(sql.replace("?", "%s"), parameters).fetchall())
        statement = self._statements.get((sql, types)) or self._prepared(sql, types)
        writes = zip(statement.writes, parameters, strict=True)
        values = [write(value) for write, value in writes]
        self._run.send_query_prepared(statement.name, values, statement.formats, Format.BINARY)
        result = self._answer()
        statement.reader.set_pgresult(result)
        return list(statement.reader.load_rows(0, result.ntuples, tuple))

    def _prepared(self, sql: str, types: tuple[type, ...]) -> _Statement:
        if len(self._statements) >= MOST:
            self._driver.execute("DEALLOCATE ALL")
            self._statements.clear()
        name = b"line_%d" % next(NAMES)
        numbers = [WRITTEN[one][0] for one in types]
        self._run.send_prepare(name, _numbered(sql).encode(), numbers)
        self._answer()
        writes = tuple(WRITTEN[one][1] for one in types)
        formats = (Format.BINARY,) * len(types)
        made = _Statement(name, writes, formats, Transformer(self._driver))
        self._statements[sql, types] = made
        return made

    def _answer(self) -> Any:
        """The one result of what was sent. Waits so that a signal is heard meanwhile."""
        run = self._run
        while run.flush():
            select.select([run.socket], [run.socket], [])
            run.consume_input()
        while run.is_busy():
            self._came.poll()
            run.consume_input()
        result = run.get_result()
        while run.get_result() is not None:
            pass
        if result.status not in ANSWERED:
            raise error_from_result(result, self._driver.info.encoding)
        return result


def _numbered(sql: str) -> str:
    first, *others = sql.split("?")
    return first + "".join(f"${number}{part}" for number, part in enumerate(others, 1))


class Lines:
    """The lines to one database: as many as are needed at once, and a few of them kept at hand."""

    def __init__(self, pool: Engine) -> None:
        self._pool = pool
        self._idle: list[Line] = []
        self._own = threading.local()
        event.listen(pool, "engine_disposed", lambda _: self._drop())
        event.listen(pool, "handle_error", self._heard)

    def fetch(self, sql: str, parameters: Sequence[Any]) -> list[Any]:
        """The rows of a statement that says ? for a value. Raises the errors of the driver."""
        line = self._take()
        try:
            rows = line.fetch(sql, parameters)
        except psycopg.Error:
            self._keep(line)
            if line.closed:
                self._pool.dispose()  # who is gone for one is gone for all
            raise
        except BaseException:
            line.pooled.invalidate()  # its answer may still be on the way
            raise
        self._keep(line)
        return rows

    @contextmanager
    def one(self) -> Iterator[Line]:
        """One line for all that this thread asks meanwhile: its session may hold something."""
        outer = getattr(self._own, "line", None)
        line = self._own.line = self._take()
        try:
            yield line
        finally:
            self._own.line = outer
            self._keep(line)

    def _heard(self, failure: ExceptionContext) -> None:
        if failure.is_disconnect:
            self._drop()

    def _take(self) -> Line:
        own: Line | None = getattr(self._own, "line", None)
        if own is not None and not own.closed:
            return own
        with suppress(IndexError):
            return self._idle.pop()
        pooled = self._pool.raw_connection()
        line: Line = pooled.info.get(Line) or Line(pooled.driver_connection)
        pooled.info[Line] = line
        line.pooled = pooled
        return line

    def _keep(self, line: Line) -> None:
        if line is getattr(self._own, "line", None):
            return
        if line.closed:
            if line.pooled.is_valid:
                line.pooled.invalidate()
        elif len(self._idle) < AT_HAND:
            self._idle.append(line)
        else:
            line.pooled.close()

    def _drop(self) -> None:
        idle, self._idle = self._idle, []
        for line in idle:
            line.pooled.invalidate()
