"""Who may change a stream next that many change at once? Whoever came first; the others wait.

Nothing depends on it: the unique key decides who gets a version. But whoever waits takes no time
from the others for what would have been in vain. A turn is a transaction: it begins with what is
new, and is over with the append, with an error, or with the session.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from core.stores.postgres_line import Lines
from core.stores.postgres_placing import HEADER
from core.stores.postgres_server import translated
from core.stores.sql import SqlStore
from core.stores.sql_facts import KIND, PAGE
from core.stores.turns import Pages, Turn

PATIENCE = "1s"
"""As long as many commands take; whoever is in front for longer may be stuck."""
KEY = "'facts'::regclass::oid::integer, hashtext(of_stream)"

# Each statement in it looks anew, so what was committed while it waited is seen. It need not have
# its place yet: what it says is certain, and whoever comes next gives it one.
ENTER = f"""CREATE OR REPLACE FUNCTION enter_queue(of_stream text, from_version bigint)
  RETURNS TABLE (kind text, body bytea, behind_others boolean) {HEADER}
  SET lock_timeout = '{PATIENCE}' AS $$
  BEGIN
    behind_others := NOT pg_try_advisory_xact_lock({KEY});
    IF behind_others THEN
      BEGIN
        PERFORM pg_advisory_xact_lock({KEY});
      EXCEPTION WHEN lock_not_available THEN
        NULL;  -- go on all the same
      END;
    END IF;
    RETURN QUERY SELECT {KIND}, data, behind_others FROM facts WHERE stream = of_stream
      AND version >= from_version AND version < from_version + {PAGE} ORDER BY version;
  END $$"""

QUEUING = "enter_queue"
"""What a role must be able to call that queues."""

WHAT_IS_NEW = "SELECT kind, body, behind_others FROM enter_queue(?::text, ?::bigint)"


@contextmanager
def queued(store: SqlStore, lines: Lines, stream: str, from_version: int) -> Iterator[Turn]:
    """What is new when those who came before are done, or after a while all the same."""
    with translated(store.url), lines.begun(WHAT_IS_NEW, (stream, from_version)) as rows:
        behind_others = any(row[2] for row in rows[:1])  # without a row they have changed nothing
        yield Turn(_pages(store, stream, from_version, rows), behind_others)


def _pages(store: SqlStore, stream: str, version: int, rows: list[Any]) -> Pages:
    if rows:
        yield store.told(stream, version, [row[:2] for row in rows])
    if len(rows) == PAGE:
        yield from store.facts(stream, version + PAGE)
