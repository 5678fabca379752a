"""How does a fact come into PostgreSQL? One function appends; it places, too, where it can at once.

Whoever could not place at once, because somebody else was at it, asks again when it has committed.
"""

from __future__ import annotations

from core.stores.postgres_placing import HEADER, ISOLATED, LOCK, LOOKED_AT, NEXT, NOTHING, PLACE

PLACES = """SELECT places.* FROM facts JOIN places USING (arrival)
      WHERE stream = of_stream AND version > expected"""

ARRIVE = """INSERT INTO facts
          (stream, version, type, schema_version, event_id, occurred_at, arrived_at, metadata, data)
        SELECT of_stream, expected + n, each.type, each.schema_version, each.id, each.time, arrived,
            each.told, each.body
          FROM unnest(types, schemas, ids, times, meta, bodies)
            WITH ORDINALITY AS each (type, schema_version, id, time, told, body, n)"""

# Whoever appends places that at once where nothing else can be waiting: nobody has committed since
# the last place was given but who gave it. A place of position 0 or below says that the version
# before is not the last: the stream has come to version -position, which by now can be read.
APPEND = f"""CREATE OR REPLACE FUNCTION
  append_facts(of_stream text, expected bigint, turn text, types text[], schemas integer[],
    ids bytea[], times bigint[], meta bytea[], bodies bytea[]) RETURNS SETOF places {HEADER} AS $$
  DECLARE
    ahead places; given places[]; fact facts; mine xid8; looked pg_snapshot;
    latest bigint; previous bytea := {NOTHING};
    arrived CONSTANT bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
    alone CONSTANT boolean := pg_current_xact_id_if_assigned() IS NULL;
  BEGIN
    IF expected <> 0 THEN
      SELECT version, digest INTO latest, previous
        FROM facts LEFT JOIN places USING (arrival)
        WHERE stream = of_stream ORDER BY version DESC LIMIT 1;
      IF latest IS DISTINCT FROM expected THEN
        IF EXISTS (SELECT FROM facts WHERE event_id = ANY (ids)) THEN
          RAISE integrity_constraint_violation USING MESSAGE = 'an event has this id already';
        END IF;
        IF previous IS NULL THEN
          PERFORM place(true);
        END IF;
        ahead.position := -coalesce(latest, 0);
        RETURN NEXT ahead;
        RETURN;
      END IF;
    END IF;
    IF turn = 'later' AND alone THEN
      {ARRIVE};
      RETURN;
    END IF;
    FOR fact IN
      {ARRIVE}
        RETURNING *
    LOOP
      IF ahead.position IS NULL THEN  -- all of them are in, and nothing of them is placed
        IF turn <> 'try' THEN
          PERFORM pg_advisory_xact_lock({LOCK});
        ELSIF NOT pg_try_advisory_xact_lock({LOCK}) THEN
          RETURN;
        END IF;
        {ISOLATED}
        SELECT position, recorded_at, seal, seen
          INTO ahead.position, ahead.recorded_at, ahead.seal, ahead.seen
          FROM places ORDER BY position DESC LIMIT 1;
        looked := pg_current_snapshot();
        mine := fact.xid;
        IF alone AND previous IS NOT NULL AND pg_snapshot_xmin(ahead.seen)
            BETWEEN pg_snapshot_xmax(looked) AND mine THEN
          ahead.seen := looked;
          {LOOKED_AT}
        ELSE
          PERFORM place(true);
          RETURN QUERY {PLACES} ORDER BY version;
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

FUNCTIONS = (PLACE, APPEND, SETTLE)

APPENDING = "append_facts, settle, place"
"""What a role must be able to call that appends."""
