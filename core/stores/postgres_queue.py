"""Who may change a stream next that many change at once? Whoever came first; the others wait.

Nothing depends on it: the unique key decides who gets a version. But whoever waits takes no time
from the others for what would have been in vain. A session holds the lock, and loses it as it ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from core.stores.postgres_line import Line, Lines
from core.stores.postgres_placing import HEADER
from core.stores.postgres_server import translated

PATIENCE = "1s"
"""As long as many commands take; whoever is in front for longer may be stuck."""
KEY = "'facts'::regclass::oid::integer, hashtext(of_stream)"

ENTER = f"""CREATE OR REPLACE FUNCTION enter_queue(of_stream text) RETURNS boolean {HEADER}
  SET lock_timeout = '{PATIENCE}' AS $$
  BEGIN
    PERFORM pg_advisory_lock({KEY});
    RETURN true;
  EXCEPTION WHEN lock_not_available THEN
    RETURN false;
  END $$"""

LEAVE = f"""CREATE OR REPLACE FUNCTION leave_queue(of_stream text) RETURNS boolean {HEADER} AS $$
  BEGIN
    RETURN pg_advisory_unlock({KEY});
  END $$"""

FUNCTIONS = (ENTER, LEAVE)

QUEUING = "enter_queue, leave_queue"
"""What a role must be able to call that queues."""


@contextmanager
def queued(url: str, lines: Lines, stream: str) -> Iterator[None]:
    """Go on when those who came before have left, or after a while all the same."""
    with lines.one() as line:
        with translated(url):
            in_front = lines.fetch("SELECT enter_queue(?::text)", (stream,))[0][0]
        try:
            yield
        finally:
            if in_front and not line.closed:
                _leave(lines, line, stream)


def _leave(lines: Lines, line: Line, stream: str) -> None:
    try:
        lines.fetch("SELECT leave_queue(?::text)", (stream,))
    except psycopg.Error:  # what was to be done is done; what a session holds goes with it
        line.pooled.invalidate()
