"""How does a fact come into PostgreSQL, and get its place? One function appends, one places.

Each statement in them looks with a newer snapshot than the one before, so READ COMMITTED is a
condition: what the lock waited for must be seen. They are hot, and each statement costs as much as
the row it touches: so few statements, and those kept prepared with one plan for all parameters.
"""

from __future__ import annotations

from core.digests import FORMAT

LOCK = "1163285315, 'places'::regclass::oid::integer"
"""The key of the lock of whoever places: "EVSC", and the very table, for a server may hold many."""

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

HEADER = """LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
  SET enable_seqscan = off SET plan_cache_mode = force_generic_plan"""

KNOWN = """ahead places; fact facts; chained text; latest bigint; previous bytea;
  since xid8; until xid8; open xid8[]; mine xid8;
  nothing CONSTANT bytea := decode(repeat('00', 32), 'hex');"""
"""What placing keeps in mind; `previous` is the digest of `latest`, a version of `chained`."""

# `seen` is taken before the facts are looked for: whatever it shows was looked at, and is never
# looked for again. A snapshot of the future is one of another cluster, from which this log was
# restored. OFFSET keeps the look for a place one of an index, whatever the planner would gain.
PLACING = f"""
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'events are placed in a READ COMMITTED transaction only';
  END IF;
  SELECT position, recorded_at, seal, pg_snapshot_xmax(seen), array(SELECT pg_snapshot_xip(seen))
    INTO ahead.position, ahead.recorded_at, ahead.seal, since, open
    FROM places ORDER BY position DESC LIMIT 1;
  ahead.seen := pg_current_snapshot();
  ahead.position := coalesce(ahead.position, 0);
  ahead.recorded_at := coalesce(ahead.recorded_at, 0);
  ahead.seal := coalesce(ahead.seal, nothing);
  mine := pg_current_xact_id_if_assigned();
  until := greatest(pg_snapshot_xmax(ahead.seen), mine);
  IF everything OR since IS NULL OR since > pg_snapshot_xmax(ahead.seen) THEN
    since := '0'::xid8;
    until := '{2**64 - 1}'::xid8;
  END IF;
  IF mine < since THEN open := open || mine; END IF;
  FOR fact IN
    SELECT * FROM (SELECT * FROM facts WHERE xid BETWEEN since AND until
                   UNION ALL SELECT * FROM facts WHERE xid = ANY(open)) arrived
      WHERE NOT EXISTS (SELECT FROM places WHERE places.arrival = arrived.arrival OFFSET 0)
      ORDER BY arrival
  LOOP
    IF (fact.stream, fact.version) IS DISTINCT FROM (chained, latest + 1) THEN
      SELECT digest INTO previous FROM facts before JOIN places USING (arrival)
        WHERE before.stream = fact.stream AND before.version = fact.version - 1;
    END IF;
    previous := coalesce(previous, nothing);
    ahead.position := ahead.position + 1;
    ahead.arrival := fact.arrival;
    ahead.recorded_at := greatest(ahead.recorded_at, fact.arrived_at);
    ahead.digest := sha256({DIGEST});
    ahead.seal := sha256(ahead.seal || ahead.digest);
    INSERT INTO places VALUES (ahead.*);
    chained := fact.stream;
    latest := fact.version;
    previous := ahead.digest;
    %s
  END LOOP;"""

PLACE = f"""CREATE FUNCTION place(patient boolean, everything boolean DEFAULT false) RETURNS bigint
  {HEADER} AS $$
  DECLARE
    {KNOWN}
    placed bigint := 0;
  BEGIN
    IF patient THEN
      PERFORM pg_advisory_xact_lock({LOCK});
    ELSIF NOT pg_try_advisory_xact_lock({LOCK}) THEN
      RETURN -1;
    END IF;
    {PLACING % "placed := placed + 1;"}
    IF everything THEN
      UPDATE eventscope SET cluster = (SELECT system_identifier FROM pg_control_system());
    END IF;
    RETURN placed;
  END $$"""

RETURNED = "IF fact.stream = of_stream AND fact.version > expected THEN RETURN NEXT ahead; END IF;"

APPEND = f"""CREATE FUNCTION append(of_stream text, expected bigint, turn text, types text[],
    schemas integer[], ids bytea[], times bigint[], meta bytea[], bodies bytea[])
  RETURNS SETOF places {HEADER} AS $$
  DECLARE
    {KNOWN}
    everything CONSTANT boolean := false;
  BEGIN
    IF expected > 0 THEN
      SELECT stream, version, digest INTO chained, latest, previous
        FROM facts LEFT JOIN places USING (arrival)
        WHERE stream = of_stream AND version = expected;
      IF NOT FOUND THEN
        RAISE integrity_constraint_violation USING MESSAGE = 'the version before is missing';
      END IF;
      IF previous IS NULL THEN chained := NULL; END IF;
    END IF;
    INSERT INTO facts (stream, version, type, schema_version, event_id, occurred_at, metadata, data)
      SELECT of_stream, expected + n, kind, written, id, time, told, body
        FROM unnest(types, schemas, ids, times, meta, bodies) WITH ORDINALITY
          AS one(kind, written, id, time, told, body, n)
        ORDER BY n;
    IF turn = 'later' THEN RETURN; END IF;
    IF turn = 'wait' THEN
      PERFORM pg_advisory_xact_lock({LOCK});
    ELSIF NOT pg_try_advisory_xact_lock({LOCK}) THEN
      RETURN;
    END IF;
    {PLACING % RETURNED}
  END $$"""

FUNCTIONS = (PLACE, APPEND)
