"""How does PostgreSQL keep the log? Facts as they arrive, and the places they get after commit.

A number drawn at insert says nothing about commit order: 6 may commit after 7, and a reader that
has seen 7 never looks back. So a fact is inserted without any lock, and gets its position only
once it is committed, from `place`, of which one runs at a time. What is placed is final.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from core.digests import FORMAT
from core.stores.migrating import Migrated, Step, require_todays, take
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

LOCK = "1163285315, 'places'::regclass::oid::integer"
"""The key of the lock of whoever places: "EVSC", and the very table, for a server may hold many."""

MIGRATION_LOCK = "1163285315"
"""The key of the lock of whoever lays tables out."""

VIEWS_LOCK = "1163285315, 'checkpoints'::regclass::oid::integer"
"""The key of the lock of whoever writes read models."""

PARTS = (
    f"'{FORMAT.decode()}'::bytea",
    "convert_to(fact.stream, 'UTF8')",
    "fact.version::text::bytea",
    "fact.event_id",
    "convert_to(fact.type, 'UTF8')",
    "fact.schema_version::text::bytea",
    "fact.occurred_at::text::bytea",
    "ahead.recorded_at::text::bytea",
    "previous",
    "fact.metadata",
    "fact.data",
)
DIGEST = " || ".join(f"int8send(octet_length({part})::bigint) || {part}" for part in PARTS)
"""The digest of core/digests.py, byte for byte; verification holds the two against each other."""

FUNCTIONS = (
    # Each statement of it looks with a newer snapshot than the one before, so READ COMMITTED is
    # a condition: what the lock waited for must be seen. `seen` is taken before the facts are
    # looked for: whatever it shows was looked at, and is never looked for again.
    f"""CREATE FUNCTION place(patient boolean, everything boolean DEFAULT false) RETURNS bigint
       LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
       SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
       DECLARE
         nothing CONSTANT bytea := decode(repeat('00', 32), 'hex');
         ahead places; fact facts; previous bytea; looked pg_snapshot;
         since xid8; until xid8; open xid8[]; placed bigint := 0;
         mine CONSTANT xid8 := pg_current_xact_id_if_assigned();
       BEGIN
         IF current_setting('transaction_isolation') <> 'read committed' THEN
           RAISE EXCEPTION 'events are placed in a READ COMMITTED transaction only';
         END IF;
         IF patient THEN
           PERFORM pg_advisory_xact_lock({LOCK});
         ELSIF NOT pg_try_advisory_xact_lock({LOCK}) THEN
           RETURN -1;
         END IF;
         SELECT * INTO ahead FROM places ORDER BY position DESC LIMIT 1;
         SELECT pg_current_snapshot() INTO looked;
         ahead.position := coalesce(ahead.position, 0);
         ahead.recorded_at := coalesce(ahead.recorded_at, 0);
         ahead.seal := coalesce(ahead.seal, nothing);
         since := coalesce(pg_snapshot_xmax(ahead.seen), '0'::xid8);
         -- A snapshot of the future is one of another cluster, from which this log was restored.
         IF everything OR since > pg_snapshot_xmax(looked) THEN since := '0'::xid8; END IF;
         open := array(SELECT pg_snapshot_xip(ahead.seen));
         IF mine < since THEN open := open || mine; END IF;
         until := greatest(pg_snapshot_xmax(looked), mine);
         FOR fact IN
           SELECT * FROM facts WHERE xid >= since AND (since = '0'::xid8 OR xid <= until)
           UNION ALL SELECT * FROM facts WHERE xid = ANY(open)
           ORDER BY arrival
         LOOP
           CONTINUE WHEN EXISTS (SELECT FROM places WHERE arrival = fact.arrival);
           SELECT digest INTO previous FROM facts before JOIN places USING (arrival)
             WHERE before.stream = fact.stream AND before.version = fact.version - 1;
           ahead.position := ahead.position + 1;
           ahead.recorded_at := greatest(ahead.recorded_at, fact.arrived_at);
           previous := coalesce(previous, nothing);
           ahead.digest := sha256({DIGEST});
           ahead.seal := sha256(ahead.seal || ahead.digest);
           INSERT INTO places VALUES (ahead.position, fact.arrival, ahead.recorded_at,
                                      ahead.digest, ahead.seal, looked);
           placed := placed + 1;
         END LOOP;
         IF everything THEN
           UPDATE eventscope SET cluster = ({CLUSTER});
         END IF;
         RETURN placed;
       END $$""",
    """CREATE FUNCTION append(of_stream text, expected bigint, turn text, types text[],
         schemas integer[], ids bytea[], times bigint[], meta bytea[], bodies bytea[])
       RETURNS SETOF places LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
       SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
       DECLARE latest bigint; arrivals bigint[];
       BEGIN
         IF expected > 0 AND NOT EXISTS (
           SELECT FROM facts WHERE stream = of_stream AND version = expected
         ) THEN
           RAISE integrity_constraint_violation USING MESSAGE = 'the version before is missing';
         END IF;
         FOR n IN 1 .. cardinality(ids) LOOP
           INSERT INTO facts (stream, version, type, schema_version, event_id, occurred_at,
                              metadata, data)
             VALUES (of_stream, expected + n, types[n], schemas[n], ids[n], times[n],
                     meta[n], bodies[n])
             RETURNING arrival INTO latest;
           arrivals := arrivals || latest;
         END LOOP;
         IF turn = 'later' OR place(turn = 'wait') < 0 THEN RETURN; END IF;
         RETURN QUERY SELECT * FROM places WHERE arrival = ANY(arrivals) ORDER BY position;
       END $$""",
    """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'events are never changed'; END $$""",
)

GUARDS = tuple(
    f"CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION refuse()"
    for table in ("facts", "places")
)

# Only who is granted these may write; the tables themselves stay with their owner.
CLOSED = (
    "REVOKE EXECUTE ON FUNCTION place FROM PUBLIC",
    "REVOKE EXECUTE ON FUNCTION append FROM PUBLIC",
)

FOLDING = ("pg_unicode_fast", "pg_c_utf8", "und-x-icu", "default")
"""Collations that fold the case of every letter, best first; which of them exist, differs."""


def _lay_out(connection: Connection) -> None:
    for statement in TABLES:
        connection.exec_driver_sql(statement)
    snapshots.metadata.create_all(connection, [snapshots, checkpoints])
    for statement in (*FUNCTIONS, *GUARDS, *CLOSED, _folding(connection)):
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


STEPS = (
    Step("The log, its functions and guards, snapshots and checkpoints were laid out.", _lay_out),
)
"""From version to version of the schema, beginning with an empty one."""


def version_of(connection: Connection) -> int:
    """The version of the schema, 0 where there is none yet."""
    if not connection.scalar(text("SELECT to_regclass('eventscope') IS NOT NULL")):
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
