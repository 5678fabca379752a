"""How does a fact come into PostgreSQL? It arrives; and whoever waits for its place appends it.

Whoever could not place at once, because somebody else was at it, asks again when it has committed.
A single fact has functions of its own, which take a fifth less time than those for many.
"""

from __future__ import annotations

from core.stores.postgres_placing import (
    DIGEST,
    HEADER,
    ISOLATED,
    LEARNED,
    LOCK,
    NEXT,
    NOTHING,
    PLACE,
    nobody_waits,
    seen_by,
)

PLACES = """SELECT places.* FROM facts JOIN places USING (arrival)
      WHERE stream = of_stream AND version > expected"""
LAST = "SELECT position, recorded_at, seal, seen FROM places ORDER BY position DESC LIMIT 1"

FACT = "stream, version, type, schema_version, event_id, occurred_at, arrived_at, metadata, data"
NOW = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
ALONE = "alone CONSTANT boolean := pg_current_xact_id_if_assigned() IS NULL;"

FIELDS = "type text, schema integer, id bytea, at bigint, meta bytea, body bytea"
COLUMNS = """types text[], schemas integer[], ids bytea[], times bigint[], meta bytea[],
    bodies bytea[]"""

INSERT_ONE = f"""INSERT INTO facts ({FACT})
      VALUES (of_stream, expected + 1, type, schema, id, at, arrived, meta, body)"""
INSERT = f"""INSERT INTO facts ({FACT})
        SELECT of_stream, expected + n, each.type, each.schema_version, each.id, each.time, arrived,
            each.told, each.body
          FROM unnest(types, schemas, ids, times, meta, bodies)
            WITH ORDINALITY AS each (type, schema_version, id, time, told, body, n)"""


def _behind(known: str, last: str, refused: str) -> str:
    """Refuse what does not stand behind the last version of its stream."""
    return f"""IF expected <> 0 THEN
      SELECT {last} WHERE stream = of_stream ORDER BY version DESC LIMIT 1;
      IF latest IS DISTINCT FROM expected THEN
        IF EXISTS (SELECT FROM facts WHERE event_id = {known}) THEN
          RAISE integrity_constraint_violation USING MESSAGE = 'an event has this id already';
        END IF;
        {refused}
      END IF;
    END IF;"""


def _arrive(name: str, parameters: str, known: str, insert: str) -> str:
    """Insert and be done: a row that is told, or handed from statement to statement, would cost
    more than the call. Returns the version a stream has come to that is not the expected one."""
    refused = "PERFORM place(true); RETURN coalesce(latest, 0);"
    behind = _behind(known, "version INTO latest FROM facts", refused)
    return f"""CREATE OR REPLACE FUNCTION {name}(of_stream text, expected bigint, {parameters})
  RETURNS bigint {HEADER} AS $$
  DECLARE
    latest bigint; arrived CONSTANT bigint := {NOW};
    {ALONE}
  BEGIN
    {behind}
    {insert};
    IF NOT alone THEN
      PERFORM place(true);
    END IF;
    RETURN NULL;
  END $$"""


ARRIVE_ONE = _arrive("arrive_fact", FIELDS, "id", INSERT_ONE)
ARRIVE = _arrive("arrive_facts", COLUMNS, "ANY (ids)", INSERT)

# A place of position 0 or below says which version a stream has come to, that by then can be read.
WITH_DIGEST = "version, digest INTO latest, previous FROM facts LEFT JOIN places USING (arrival)"
REFUSED = """IF previous IS NULL THEN
          PERFORM place(true);
        END IF;
        refused.position := -coalesce(latest, 0);
        RETURN NEXT refused;
        RETURN;"""

TURN = f"""IF turn <> 'try' THEN
      PERFORM pg_advisory_xact_lock({LOCK});
    ELSIF NOT pg_try_advisory_xact_lock({LOCK}) THEN
      RETURN;
    END IF;
    {ISOLATED}"""

AFTER_ALL = f"""PERFORM place(true);
    RETURN QUERY {PLACES} ORDER BY version;"""

# Whoever appends places that at once where nothing else can be waiting. The lock comes last: who
# has it never waits for somebody else's fact.
APPEND_ONE = f"""CREATE OR REPLACE FUNCTION
  append_fact(of_stream text, expected bigint, turn text, {FIELDS})
  RETURNS SETOF places {HEADER} AS $$
  DECLARE
    refused places; latest bigint; previous bytea := {NOTHING}; number bigint; mine xid8;
    arrived CONSTANT bigint := {NOW};
    {ALONE}
  BEGIN
    {_behind("id", WITH_DIGEST, REFUSED)}
    {INSERT_ONE}
      RETURNING arrival, xid INTO number, mine;
    {TURN}
    IF alone AND previous IS NOT NULL THEN
      RETURN QUERY INSERT INTO places
        SELECT position, number, recorded_at, digest, sha256(seal || digest), seen
          FROM (SELECT position + 1 AS position, {LEARNED} AS recorded_at, {DIGEST} AS digest, seal,
              {seen_by("pg_current_snapshot()", "mine")} AS seen
            FROM ({LAST}) ahead, (SELECT of_stream AS stream, expected + 1 AS version,
              type AS type, schema AS schema_version, id AS event_id, at AS occurred_at,
              arrived AS arrived_at, meta AS metadata, body AS data) fact
            WHERE {nobody_waits("pg_current_snapshot()", "mine")}
            OFFSET 0) given
        RETURNING *;
      IF FOUND THEN
        RETURN;
      END IF;
    END IF;
    {AFTER_ALL}
  END $$"""

APPEND = f"""CREATE OR REPLACE FUNCTION
  append_facts(of_stream text, expected bigint, turn text, {COLUMNS})
  RETURNS SETOF places {HEADER} AS $$
  DECLARE
    refused places; ahead places; given places[]; fact facts; mine xid8; looked pg_snapshot;
    latest bigint; previous bytea := {NOTHING};
    arrived CONSTANT bigint := {NOW};
    {ALONE}
  BEGIN
    {_behind("ANY (ids)", WITH_DIGEST, REFUSED)}
    FOR fact IN
      {INSERT}
        RETURNING *
    LOOP
      IF ahead.position IS NULL THEN  -- all of them are in, and nothing of them is placed
        {TURN}
        SELECT * INTO ahead.position, ahead.recorded_at, ahead.seal, ahead.seen
          FROM ({LAST}) newest;
        looked := pg_current_snapshot();
        mine := fact.xid;
        IF alone AND previous IS NOT NULL AND {nobody_waits("looked", "mine")} THEN
          ahead.seen := {seen_by("looked", "mine")};
        ELSE
          {AFTER_ALL}
          RETURN;
        END IF;
      END IF;
      {NEXT}
      given := given || ahead;
    END LOOP;
    RETURN QUERY INSERT INTO places SELECT * FROM unnest(given) RETURNING *;
  END $$"""

# Who was not placed at once mostly is by now, or will be by whoever is at it.
SETTLE = f"""CREATE OR REPLACE FUNCTION settle(of_stream text, expected bigint, last bigint)
  RETURNS SETOF places {HEADER} AS $$
  BEGIN
    RETURN QUERY {PLACES} AND version <= last ORDER BY version;
    IF FOUND THEN
      RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock({LOCK});
    RETURN QUERY {PLACES} AND version <= last ORDER BY version;
    IF FOUND THEN
      RETURN;
    END IF;
    PERFORM place(true);
    RETURN QUERY {PLACES} AND version <= last ORDER BY version;
  END $$"""

FUNCTIONS = (PLACE, ARRIVE_ONE, ARRIVE, APPEND_ONE, APPEND, SETTLE)

APPENDING = "arrive_fact, arrive_facts, append_fact, append_facts, settle, place"
"""What a role must be able to call that appends."""
