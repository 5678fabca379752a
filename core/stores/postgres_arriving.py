"""How does a fact come into PostgreSQL? It arrives; and whoever waits for its place appends it.

A single fact that nobody waits for is an INSERT into a view, which takes a sixth less of the
server than a call. Whoever could not place at once, because somebody else was at it, asks again
when it has committed. A single fact that is waited for has a function of its own, as batches have.
"""

from __future__ import annotations

from core.events import COLUMNS as EVENT
from core.stores.postgres_placing import (
    DIGEST,
    GIVE,
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

GIVEN = ("position", "recorded_at", "digest", "seal")
"""What an event has only with its place."""
ARRIVES = tuple(name for name in EVENT if name not in GIVEN)
FACT = ", ".join(ARRIVES)
NOW = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
NOT_YET_WRITTEN = "pg_current_xact_id_if_assigned() IS NULL"
ALONE = f"alone CONSTANT boolean := {NOT_YET_WRITTEN};"

FIELDS = "type text, schema integer, id bytea, at bigint, meta bytea, body bytea"
COLUMNS = """types text[], schemas integer[], ids bytea[], times bigint[], meta bytea[],
    bodies bytea[]"""

INSERT_ONE = f"""INSERT INTO facts ({FACT}, arrived_at)
      VALUES (of_stream, expected + 1, type, schema, id, at, meta, body, arrived)"""
INSERT = f"""INSERT INTO facts ({FACT}, arrived_at)
        SELECT of_stream, expected + n, each.type, each.schema_version, each.id, each.time,
            each.told, each.body, arrived
          FROM unnest(types, schemas, ids, times, meta, bodies)
            WITH ORDINALITY AS each (type, schema_version, id, time, told, body, n)"""

# It is STABLE, so it sees what the statement saw that asks: the one before has committed before
# this one draws its arrival, or a stream would not stand in its order.
FOLLOWS = f"""CREATE OR REPLACE FUNCTION follows(of_stream text, next bigint)
  RETURNS boolean STABLE {HEADER} AS $$
  BEGIN
    RETURN EXISTS (SELECT FROM facts WHERE stream = of_stream AND version = next - 1);
  END $$"""

# In a transaction that has written already somebody may have given places, and those who come next
# would not look at it again: what it appends, it places. OFFSET keeps the planner from asking what
# stands here twice, or before a value is known. The view shows nothing.
ARRIVING = f"CREATE OR REPLACE VIEW arriving AS SELECT {FACT} FROM facts WHERE false"
ARRIVE_ONE = f"""CREATE OR REPLACE RULE arrive AS ON INSERT TO arriving DO INSTEAD
  INSERT INTO facts ({FACT})
    SELECT * FROM LATERAL (SELECT {", ".join(f"NEW.{name}" for name in ARRIVES)} OFFSET 0) fact
      WHERE CASE WHEN version > 0 THEN {NOT_YET_WRITTEN} END
        AND (version = 1 OR follows(stream, version))"""

ARRIVE = f"""CREATE OR REPLACE FUNCTION arrive_facts(of_stream text, expected bigint, {COLUMNS})
  RETURNS boolean {HEADER} AS $$
  DECLARE
    arrived CONSTANT bigint := {NOW};
    {ALONE}
  BEGIN
    IF alone AND (expected = 0 OR follows(of_stream, expected + 1)) THEN
      {INSERT};
      RETURN true;
    END IF;
    RETURN false;
  END $$"""


def _behind(known: str) -> str:
    """Refuse what does not stand behind the last version of its stream: a place of position 0 or
    below says which version a stream has come to, that by then can be read."""
    return f"""IF expected <> 0 THEN
      SELECT version, digest INTO latest, previous FROM facts LEFT JOIN places USING (arrival)
        WHERE stream = of_stream ORDER BY version DESC LIMIT 1;
      IF latest IS DISTINCT FROM expected THEN
        IF EXISTS (SELECT FROM facts WHERE event_id = {known}) THEN
          RAISE integrity_constraint_violation USING MESSAGE = 'an event has this id already';
        END IF;
        IF previous IS NULL THEN
          PERFORM place(true);
          PERFORM place(true, true) WHERE latest > 0 AND NOT EXISTS
            (SELECT FROM facts JOIN places USING (arrival)
              WHERE stream = of_stream AND version = latest);
        END IF;
        refused.position := -coalesce(latest, 0);
        RETURN NEXT refused;
        RETURN;
      END IF;
    END IF;"""


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
    {_behind("id")}
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
    {_behind("ANY (ids)")}
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
          looked := {seen_by("looked", "mine")};
        ELSE
          {AFTER_ALL}
          RETURN;
        END IF;
      END IF;
      {NEXT}
      given := given || ahead;
    END LOOP;
    RETURN QUERY {GIVE} RETURNING *;
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

FUNCTIONS = (PLACE, FOLLOWS, ARRIVING, ARRIVE_ONE, ARRIVE, APPEND_ONE, APPEND, SETTLE)

ENTRANCE = "arriving"
"""What a role must be able to insert into that appends."""
APPENDING = "follows, arrive_facts, append_fact, append_facts, settle, place"
"""What it must be able to call."""
