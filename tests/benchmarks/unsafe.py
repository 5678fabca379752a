"""What would an append cost that gives the log no order? A plain insert, numbered by a sequence.

A reader that remembers how far it has come loses events of this table: number 6 may commit after 7.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import psycopg

from core.machine import codec
from core.orders import orders
from tests.benchmarks.contenders import CLASSES, Orders
from tests.benchmarks.places import driver_url

TABLE = """CREATE TABLE IF NOT EXISTS plain (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, stream text NOT NULL,
  version bigint NOT NULL, type text NOT NULL, schema_version integer NOT NULL,
  event_id bytea NOT NULL UNIQUE, occurred_at bigint NOT NULL, metadata bytea NOT NULL,
  data bytea NOT NULL, UNIQUE (stream, version))"""
INSERT = """INSERT INTO plain (stream, version, type, schema_version, event_id, occurred_at,
  metadata, data) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"""


class Unsafe:
    """It makes and encodes the events of ours, under the unique keys of ours."""

    def __init__(self, url: str, snapshots: bool = False) -> None:
        self._run = psycopg.connect(driver_url(url), autocommit=True)
        with suppress(psycopg.errors.UniqueViolation):  # another process was faster
            self._run.execute(TABLE)
        self._encode = codec().encode

    def append_singly(self, asked: Orders) -> None:
        cursor: Any = self._run.cursor(binary=True)
        for name, happened in asked:
            stream = orders.stream(name)
            for version, (kind, values) in enumerate(happened, 1):
                encoded = self._encode(CLASSES[kind](name, *values))
                cursor.execute(INSERT, (stream, version, *encoded), prepare=True)

    append_orders = append_singly

    def state(self, name: str, version: int | None = None) -> None:
        """There is nothing to warm up."""

    def log(self) -> Iterator[Any]:
        yield from self._run.execute("SELECT data FROM plain ORDER BY position")

    def close(self) -> None:
        self._run.close()
