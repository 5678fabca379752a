"""How does a hot statement travel? Prepared, in binary, on a connection that is kept at hand.

The driver's cursor and the pool above it take as long over a small statement as the server does.
So here the statement goes to the client library itself, and the driver only reads what comes back.
"""

from __future__ import annotations

import select
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

import psycopg
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, Format, TransactionStatus
from sqlalchemy import Engine, ExceptionContext, event
from sqlalchemy.pool import PoolProxiedConnection

from core.stores.postgres_values import WRITTEN

AT_HAND = 8
"""Connections that are kept from the pool while nobody uses them."""
MOST = 100
"""Statements that are kept prepared on a connection."""
NAMES = count()
BEGIN, COMMIT, ROLLBACK = b"BEGIN", b"COMMIT", b"ROLLBACK"
BEGUN = (TransactionStatus.INTRANS, TransactionStatus.INERROR)
ANSWERED = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)


@dataclass(frozen=True)
class _Statement:
    """What was prepared: its name, how its values are written, and who reads its rows."""

    name: bytes
    writes: tuple[Callable[[Any], bytes], ...]
    formats: tuple[Format, ...]
    reader: Any

    def rows(self, result: Any) -> list[Any]:
        """What the server said, as Python has it; a row that was written and not told is empty."""
        self.reader.set_pgresult(result)
        rows = list(self.reader.load_rows(0, result.ntuples, tuple))
        return rows or [()] * (result.command_tuples or 0)


class Line:
    """A connection for one at a time, and what was prepared on it. What is not begun, commits."""

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
        if not WRITTEN.keys() >= set(map(type, parameters)):
            cursor = self._driver.cursor(binary=True)
            return list(cursor.execute(sql.replace("?", "%s"), parameters).fetchall())
        statement = self._prepared(sql, parameters)
        self._send(statement, parameters)
        return statement.rows(self._checked(self._result()))

    def begin(self, sql: str, parameters: Sequence[Any]) -> list[Any]:
        """The rows of a statement with which a transaction begins; both make one journey."""
        statement = self._prepared(sql, parameters)
        begin = partial(self._run.send_query_params, BEGIN, None)
        _, result = self._together(begin, partial(self._send, statement, parameters))
        return statement.rows(result)

    def last(self, sql: str, parameters: Sequence[Any]) -> list[Any]:
        """The rows of a statement with which a transaction ends that was begun, if one was."""
        if self._run.transaction_status not in BEGUN:
            return self.fetch(sql, parameters)
        statement = self._prepared(sql, parameters)
        commit = partial(self._run.send_query_params, COMMIT, None)
        try:
            result, _ = self._together(partial(self._send, statement, parameters), commit)
        except psycopg.Error:
            self.end()
            raise
        return statement.rows(result)

    def end(self) -> None:
        """Take back what was begun and has not ended."""
        if self._run.transaction_status in BEGUN:
            self._together(partial(self._run.send_query_params, ROLLBACK, None))

    def _together(self, *sent: Callable[[], None]) -> list[Any]:
        """The results of what makes one journey; nothing is done behind what fails."""
        self._run.enter_pipeline_mode()
        for send in sent:
            send()
        self._run.pipeline_sync()
        results = [self._result() for _ in (*sent, "the end of it")]
        self._run.exit_pipeline_mode()
        return [self._checked(result) for result in results[:-1]]

    def _send(self, statement: _Statement, parameters: Sequence[Any]) -> None:
        writes = zip(statement.writes, parameters, strict=True)
        values = [write(value) for write, value in writes]
        self._run.send_query_prepared(statement.name, values, statement.formats, Format.BINARY)

    def _prepared(self, sql: str, parameters: Sequence[Any]) -> _Statement:
        types = tuple(map(type, parameters))
        return self._statements.get((sql, types)) or self._prepare(sql, types)

    def _prepare(self, sql: str, types: tuple[type, ...]) -> _Statement:
        if len(self._statements) >= MOST:
            self._driver.execute("DEALLOCATE ALL")
            self._statements.clear()
        name = b"line_%d" % next(NAMES)
        numbers = [WRITTEN[one][0] for one in types]
        self._run.send_prepare(name, _numbered(sql).encode(), numbers)
        self._checked(self._result())
        writes = tuple(WRITTEN[one][1] for one in types)
        formats = (Format.BINARY,) * len(types)
        made = _Statement(name, writes, formats, Transformer(self._driver))
        self._statements[sql, types] = made
        return made

    def _checked(self, result: Any) -> Any:
        if result.status not in ANSWERED:
            raise error_from_result(result, self._driver.info.encoding)
        return result

    def _result(self) -> Any:
        """The next result of what was sent. Waits so that a signal is heard meanwhile."""
        run = self._run
        while run.flush():
            select.select([run.socket], [run.socket], [])
            run.consume_input()
        while run.is_busy():
            self._came.poll()
            run.consume_input()
        # The rows come before the commit: what fails there, or a server that goes, is told later.
        results = list(iter(run.get_result, None))
        return next((one for one in results if one.status not in ANSWERED), results[-1])


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
        rows: list[Any] = self._asked(Line.fetch, self._take(), sql, parameters)
        return rows

    def last(self, sql: str, parameters: Sequence[Any]) -> list[Any]:
        """The same; and what this thread has `begun`, ends with it."""
        rows: list[Any] = self._asked(Line.last, self._take(), sql, parameters)
        return rows

    @contextmanager
    def begun(self, sql: str, parameters: Sequence[Any]) -> Iterator[list[Any]]:
        """The rows of a statement with which a transaction begins, to which belongs what this
        thread asks until `last`; without that it is taken back."""
        outer = getattr(self._own, "line", None)
        line = self._own.line = self._take()
        try:
            yield self._asked(Line.begin, line, sql, parameters)
        finally:
            self._own.line = outer
            with suppress(psycopg.Error):  # who is gone has taken nothing along
                self._asked(Line.end, line)

    def _asked(self, ask: Callable[..., Any], line: Line, *asked: Any) -> Any:
        try:
            answer = ask(line, *asked)
        except psycopg.Error:
            self._keep(line)
            if line.closed:
                self._pool.dispose()  # who is gone for one is gone for all
            raise
        except BaseException:
            line.pooled.invalidate()  # its answer may still be on the way
            raise
        self._keep(line)
        return answer

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
