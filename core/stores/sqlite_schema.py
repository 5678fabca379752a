"""How does SQLite keep the log? A table that can only grow, and how a file came to hold it."""

from __future__ import annotations

from sqlalchemy import Connection

from core.errors import StoreUnavailable
from core.stores.migrating import Migrated, Step, require_todays, take
from core.stores.tables import schema

APPLICATION_ID = 0x45565343  # "EVSC": tells our files from other SQLite databases

GUARDS = (
    """CREATE TRIGGER events_are_never_updated BEFORE UPDATE ON events
       BEGIN SELECT RAISE(ABORT, 'events are never changed'); END""",
    """CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
       BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END""",
    # REPLACE deletes without firing delete triggers, so it is refused where it begins.
    """CREATE TRIGGER events_are_never_replaced BEFORE INSERT ON events
       WHEN EXISTS (SELECT 1 FROM events WHERE position = NEW.position)
         OR EXISTS (SELECT 1 FROM events WHERE stream = NEW.stream AND version = NEW.version)
         OR EXISTS (SELECT 1 FROM events WHERE event_id = NEW.event_id)
       BEGIN SELECT RAISE(ABORT, 'events are never replaced'); END""",
)


def _lay_out(connection: Connection) -> None:
    schema.create_all(connection)
    for guard in GUARDS:
        connection.exec_driver_sql(guard)
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")


APART = 16
"""Positions between two whose time is in the index."""

NEWEST_BY = f"""WITH near AS (
    SELECT coalesce((SELECT position FROM events WHERE position % {APART} = 0 AND recorded_at <= ?1
      ORDER BY recorded_at DESC, position DESC LIMIT 1), 0) AS place)
  SELECT coalesce(max(position), 0) FROM events, near
  WHERE position BETWEEN place AND place + {APART} - 1 AND recorded_at <= ?1"""
"""`recorded_at` never goes backwards: its index leads near the last one, whose neighbours tell."""


def _index_fewer_times(connection: Connection) -> None:
    """An append that touches an index less writes a page less."""
    connection.exec_driver_sql("DROP INDEX IF EXISTS ix_events_recorded_at")
    connection.exec_driver_sql(
        f"CREATE INDEX events_by_time ON events (recorded_at) WHERE position % {APART} = 0"
    )


def _take_back_all(connection: Connection) -> None:
    """To take back one statement alone, each page is copied before it changes, in every append."""
    connection.exec_driver_sql("DROP TRIGGER events_are_never_replaced")
    connection.exec_driver_sql(
        """CREATE TRIGGER events_are_never_replaced BEFORE INSERT ON events
           WHEN NEW.position IN (SELECT position FROM events)
             OR NEW.event_id IN (SELECT event_id FROM events)
             OR (NEW.stream, NEW.version) IN (SELECT stream, version FROM events)
           BEGIN SELECT RAISE(ROLLBACK, 'events are never replaced'); END"""
    )


STEPS = (
    Step("The log, its guards, snapshots and checkpoints were laid out.", _lay_out),
    Step(
        "The times of fewer events are in an index, so that appends write less.", _index_fewer_times
    ),
    Step(
        "Who would replace an event loses the transaction with it, so that appends copy no pages.",
        _take_back_all,
    ),
)
"""From version to version of the schema, beginning with an empty file."""


def version_of(url: str, connection: Connection) -> int:
    """The version of the schema, 0 where there is none yet; refuses what is not ours."""
    # In this order: whoever lays it out just now commits the tables and whose they are at once.
    tables = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar()
    kind = connection.exec_driver_sql("PRAGMA application_id").scalar()
    if kind == APPLICATION_ID:
        return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    # Whoever was killed while laying it out leaves a file with nothing in it.
    if kind or tables:
        raise StoreUnavailable(url, "it is a database, but not a store of events")
    return 0


def check(url: str, connection: Connection) -> None:
    """Refuse a file that is not a store of ours, or not of today's version."""
    require_todays(url, version_of(url, connection), STEPS)


def migrate(url: str, connection: Connection) -> Migrated:
    """Bring the file to today's version, inside the caller's transaction."""
    migrated = take(url, connection, version_of(url, connection), STEPS)
    connection.exec_driver_sql(f"PRAGMA user_version = {migrated.version}")
    return migrated
