"""How does PostgreSQL keep the log? Facts as they arrive, and the places they get after commit.

A number drawn at insert says nothing about commit order: 6 may commit after 7, and a reader that
has seen 7 never looks back. So a fact is inserted without any lock, and gets its position only
once it is committed, from `place`, of which one runs at a time. What is placed is final.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from core.stores.migrating import Migrated, Step, require_todays, take
from core.stores.postgres_arriving import APPENDING, ENTRANCE
from core.stores.postgres_arriving import FUNCTIONS as PLACING
from core.stores.postgres_queue import ENTER, QUEUING
from core.stores.sql_facts import KIND
from core.stores.tables import checkpoints, snapshots

CLUSTER = "SELECT system_identifier FROM pg_control_system()"

TABLES = (
    """CREATE TABLE eventscope (schema_version integer NOT NULL, cluster bigint NOT NULL)""",
    # Version n + 1 draws its arrival after it has seen n committed; a cache of numbers would
    # break that, and with it the order of a stream along positions.
    """CREATE TABLE facts (
         arrival bigint GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY,
         xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
         stream text COLLATE "C" NOT NULL,
         version bigint NOT NULL CHECK (version > 0),
         type text NOT NULL,
         schema_version integer NOT NULL,
         event_id bytea NOT NULL UNIQUE,
         occurred_at bigint NOT NULL,
         arrived_at bigint NOT NULL
           DEFAULT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint,
         metadata bytea NOT NULL,
         data bytea NOT NULL,
         UNIQUE (stream, version))""",
    "CREATE INDEX facts_xid ON facts (xid)",
    """CREATE TABLE places (
         position bigint PRIMARY KEY,
         arrival bigint NOT NULL UNIQUE,
         recorded_at bigint NOT NULL,
         digest bytea NOT NULL,
         seal bytea NOT NULL,
         seen pg_snapshot NOT NULL)""",
    "CREATE INDEX places_recorded_at ON places (recorded_at, position)",
    """CREATE VIEW events AS
         SELECT position, stream, version, type, schema_version, event_id, occurred_at,
                recorded_at, metadata, data, digest, seal
           FROM places JOIN facts USING (arrival)""",
)

MIGRATION_LOCK = "1163285315"
"""The key of the lock of whoever lays tables out."""

LOCK_VIEWS = "SELECT pg_advisory_xact_lock(1163285315, 'checkpoints'::regclass::oid::integer)"
"""Whoever writes read models does it alone."""

REFUSE = """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'events are never changed'; END $$"""

GUARDS = tuple(
    f"CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION refuse()"
    for table in ("facts", "places")
)

GRANTED = text(
    "SELECT DISTINCT grantee::regrole::text FROM pg_proc, aclexplode(proacl)"
    " WHERE pronamespace = current_schema()::regnamespace AND proname IN ('append', 'append_facts')"
    " AND grantee NOT IN (0, proowner)"
)
"""Who may append besides the owner, to whichever version of it there is."""

ARRIVED = """CREATE VIEW arrived AS
  SELECT stream, version, type, schema_version, data FROM facts"""
"""What a fold needs: to look for the place of each fact takes longer than to read them all."""

NEWEST_FACTS = f"""SELECT {KIND}, data FROM arrived
  WHERE stream = $1 AND version >= $2 AND version < $3 AND version <=
    (SELECT version FROM events WHERE stream = $1 ORDER BY version DESC LIMIT 1)
  ORDER BY version"""
"""Up to the last that has its place, which all before it have."""

APART = 16
"""Positions between two whose time is in an index."""

FEWER_TIMES = (
    "DROP INDEX places_recorded_at",
    f"""CREATE INDEX places_by_time ON places (recorded_at, position)
         WHERE mod(position, {APART}) = 0""",
)

NEWEST_BY = f"""WITH near AS MATERIALIZED (
    SELECT coalesce((SELECT position FROM events WHERE mod(position, {APART}) = 0
      AND recorded_at <= $1 ORDER BY recorded_at DESC, position DESC LIMIT 1), 0) AS place)
  SELECT position FROM events WHERE recorded_at <= $1
    AND position BETWEEN (SELECT place FROM near) AND (SELECT place + {APART - 1} FROM near)
  ORDER BY position DESC LIMIT 1"""
"""`recorded_at` never goes backwards: its index leads near the last one, whose neighbours tell."""

READING = text(
    "SELECT DISTINCT grantee::regrole::text FROM pg_class, aclexplode(relacl)"
    " WHERE oid = 'events'::regclass AND privilege_type = 'SELECT' AND grantee NOT IN (0, relowner)"
)
"""Who may read the log besides the owner."""

FOLDING = ("pg_unicode_fast", "pg_c_utf8", "und-x-icu", "default")
"""Collations that fold the case of every letter, best first; which of them exist, differs."""


def _lay_out(connection: Connection) -> None:
    for statement in TABLES:
        connection.exec_driver_sql(statement)
    snapshots.metadata.create_all(connection, [snapshots, checkpoints])
    for statement in (REFUSE, *GUARDS, _folding(connection)):
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"INSERT INTO eventscope VALUES (1, ({CLUSTER}))")


def _folding(connection: Connection) -> str:
    known = text("SELECT collname FROM pg_collation WHERE collname = ANY(:names)")
    names = set(connection.execute(known, {"names": list(FOLDING)}).scalars())
    collation = next(name for name in FOLDING if name in names)
    return (
        "CREATE FUNCTION folded(word text) RETURNS text LANGUAGE sql IMMUTABLE"
        f' RETURN lower(word COLLATE "{collation}")'
    )


def _bring_todays(connection: Connection) -> None:
    run = connection.exec_driver_sql
    granted = connection.execute(GRANTED).scalars().all()
    readers = connection.execute(READING).scalars().all()
    run(ARRIVED)
    for role in readers:
        run(f"GRANT SELECT ON arrived TO {role}")
    # Under another name than before: who still calls the old one must hear that it is gone.
    run("DROP FUNCTION IF EXISTS append")
    _renew_appending(connection, granted)


def _let_them_queue(connection: Connection) -> None:
    # Version 3 had one that told nothing, and another to leave by.
    connection.exec_driver_sql("DROP FUNCTION IF EXISTS enter_queue(text), leave_queue(text)")
    connection.exec_driver_sql(ENTER)
    _let(connection, QUEUING, connection.execute(GRANTED).scalars().all())


def _write_less(connection: Connection) -> None:
    for statement in FEWER_TIMES:
        connection.exec_driver_sql(statement)


def _shorten(connection: Connection) -> None:
    # What appends gives no version below 1, and verification knows one.
    connection.exec_driver_sql("ALTER TABLE facts DROP CONSTRAINT facts_version_check")


def _let_facts_arrive(connection: Connection) -> None:
    """Functions changed; the last step brings all of today, and what they work on is there then."""


def _shrink_places(connection: Connection) -> None:
    run = connection.exec_driver_sql
    run("ALTER TABLE places ALTER COLUMN seen DROP NOT NULL")
    run("DROP FUNCTION IF EXISTS arrive_fact, arrive_facts")
    _renew_appending(connection, connection.execute(GRANTED).scalars().all())


def _renew_appending(connection: Connection, granted: Sequence[str]) -> None:
    for statement in PLACING:
        connection.exec_driver_sql(statement)
    # Only who is granted these may write; the tables themselves stay with their owner.
    _let(connection, APPENDING, granted)
    for role in granted:
        connection.exec_driver_sql(f"GRANT INSERT ON {ENTRANCE} TO {role}")


def _let(connection: Connection, functions: str, roles: Sequence[str]) -> None:
    connection.exec_driver_sql(f"REVOKE EXECUTE ON FUNCTION {functions} FROM PUBLIC")
    for role in roles:
        connection.exec_driver_sql(f"GRANT EXECUTE ON FUNCTION {functions} TO {role}")


STEPS = (
    Step("The log, its guards, snapshots and checkpoints were laid out.", _lay_out),
    Step("What appends, gives places and is read by a fold became that of today.", _bring_todays),
    Step("Whoever changes a stream that others change as well can queue.", _let_them_queue),
    Step("Whoever queues hears what is new, and is done with what it appends.", _let_them_queue),
    Step("The times of fewer events are in an index, so that appends write less.", _write_less),
    Step("A single event is appended in less time, and many get their places at once.", _shorten),
    Step("Who need not know the place of an event waits for less.", _let_facts_arrive),
    Step("Nobody is called for an event whose place nobody waits for.", _shrink_places),
)
"""From version to version of the schema, beginning with an empty one."""


# Not to_regclass: it answers from what this session remembers, and whoever waited for somebody to
# lay the tables out would not hear of them.
LAID_OUT = """SELECT EXISTS (
  SELECT FROM pg_class WHERE relname = 'eventscope' AND pg_table_is_visible(oid))"""


def version_of(connection: Connection) -> int:
    """The version of the schema, 0 where there is none yet."""
    if not connection.scalar(text(LAID_OUT)):
        return 0
    return int(connection.execute(text("SELECT schema_version FROM eventscope")).scalar_one())


def check(url: str, connection: Connection) -> None:
    """Refuse a schema that holds no store, or one that is not of today's version."""
    require_todays(url, version_of(connection), STEPS)


def migrate(url: str, connection: Connection) -> Migrated:
    """Bring the schema of this connection to today's version, inside the caller's transaction."""
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
    migrated = take(url, connection, version_of(connection), STEPS)
    if migrated.steps:
        connection.exec_driver_sql(f"UPDATE eventscope SET schema_version = {migrated.version}")
    return migrated
