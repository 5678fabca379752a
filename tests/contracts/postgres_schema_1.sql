-- A log in PostgreSQL as version 1 of its schema laid it out, for the tests of migration.

CREATE TABLE eventscope (schema_version integer NOT NULL, cluster bigint NOT NULL);

CREATE TABLE facts (
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
         UNIQUE (stream, version));

CREATE INDEX facts_xid ON facts (xid);

CREATE TABLE places (
         position bigint PRIMARY KEY,
         arrival bigint NOT NULL UNIQUE,
         recorded_at bigint NOT NULL,
         digest bytea NOT NULL,
         seal bytea NOT NULL,
         seen pg_snapshot NOT NULL);

CREATE INDEX places_recorded_at ON places (recorded_at, position);

CREATE VIEW events AS
         SELECT position, stream, version, type, schema_version, event_id, occurred_at,
                recorded_at, metadata, data, digest, seal
           FROM places JOIN facts USING (arrival);

CREATE TABLE snapshots (
	stream TEXT NOT NULL,
	version BIGINT NOT NULL,
	position BIGINT NOT NULL,
	fingerprint TEXT NOT NULL,
	state BYTEA NOT NULL,
	PRIMARY KEY (stream, version),
	UNIQUE (stream, position)
);

CREATE TABLE checkpoints (
	name TEXT NOT NULL,
	position BIGINT NOT NULL,
	shape TEXT NOT NULL,
	generation INTEGER NOT NULL,
	PRIMARY KEY (name)
);

CREATE FUNCTION place(patient boolean, everything boolean DEFAULT false) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
  SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
  DECLARE
    ahead places; fact facts; chained text; latest bigint; previous bytea;
  since xid8; until xid8; open xid8[]; mine xid8;
  nothing CONSTANT bytea := decode(repeat('00', 32), 'hex');
    placed bigint := 0;
  BEGIN
    IF patient THEN
      PERFORM pg_advisory_xact_lock(1163285315, 'places'::regclass::oid::integer);
    ELSIF NOT pg_try_advisory_xact_lock(1163285315, 'places'::regclass::oid::integer) THEN
      RETURN -1;
    END IF;

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
    until := '18446744073709551615'::xid8;
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
    ahead.digest := sha256(int8send(octet_length('eventscope/1'::bytea)::bigint) || 'eventscope/1'::bytea || int8send(octet_length(convert_to(fact.stream, 'UTF8'))::bigint) || convert_to(fact.stream, 'UTF8') || int8send(octet_length(fact.version::text::bytea)::bigint) || fact.version::text::bytea || int8send(octet_length(fact.event_id)::bigint) || fact.event_id || int8send(octet_length(convert_to(fact.type, 'UTF8'))::bigint) || convert_to(fact.type, 'UTF8') || int8send(octet_length(fact.schema_version::text::bytea)::bigint) || fact.schema_version::text::bytea || int8send(octet_length(fact.occurred_at::text::bytea)::bigint) || fact.occurred_at::text::bytea || int8send(octet_length(ahead.recorded_at::text::bytea)::bigint) || ahead.recorded_at::text::bytea || int8send(octet_length(previous)::bigint) || previous || int8send(octet_length(fact.metadata)::bigint) || fact.metadata || int8send(octet_length(fact.data)::bigint) || fact.data);
    ahead.seal := sha256(ahead.seal || ahead.digest);
    INSERT INTO places VALUES (ahead.*);
    chained := fact.stream;
    latest := fact.version;
    previous := ahead.digest;
    placed := placed + 1;
  END LOOP;
    IF everything THEN
      UPDATE eventscope SET cluster = (SELECT system_identifier FROM pg_control_system());
    END IF;
    RETURN placed;
  END $$;

CREATE FUNCTION append(of_stream text, expected bigint, turn text, types text[],
    schemas integer[], ids bytea[], times bigint[], meta bytea[], bodies bytea[])
  RETURNS SETOF places LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
  SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
  DECLARE
    ahead places; fact facts; chained text; latest bigint; previous bytea;
  since xid8; until xid8; open xid8[]; mine xid8;
  nothing CONSTANT bytea := decode(repeat('00', 32), 'hex');
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
      PERFORM pg_advisory_xact_lock(1163285315, 'places'::regclass::oid::integer);
    ELSIF NOT pg_try_advisory_xact_lock(1163285315, 'places'::regclass::oid::integer) THEN
      RETURN;
    END IF;

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
    until := '18446744073709551615'::xid8;
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
    ahead.digest := sha256(int8send(octet_length('eventscope/1'::bytea)::bigint) || 'eventscope/1'::bytea || int8send(octet_length(convert_to(fact.stream, 'UTF8'))::bigint) || convert_to(fact.stream, 'UTF8') || int8send(octet_length(fact.version::text::bytea)::bigint) || fact.version::text::bytea || int8send(octet_length(fact.event_id)::bigint) || fact.event_id || int8send(octet_length(convert_to(fact.type, 'UTF8'))::bigint) || convert_to(fact.type, 'UTF8') || int8send(octet_length(fact.schema_version::text::bytea)::bigint) || fact.schema_version::text::bytea || int8send(octet_length(fact.occurred_at::text::bytea)::bigint) || fact.occurred_at::text::bytea || int8send(octet_length(ahead.recorded_at::text::bytea)::bigint) || ahead.recorded_at::text::bytea || int8send(octet_length(previous)::bigint) || previous || int8send(octet_length(fact.metadata)::bigint) || fact.metadata || int8send(octet_length(fact.data)::bigint) || fact.data);
    ahead.seal := sha256(ahead.seal || ahead.digest);
    INSERT INTO places VALUES (ahead.*);
    chained := fact.stream;
    latest := fact.version;
    previous := ahead.digest;
    IF fact.stream = of_stream AND fact.version > expected THEN RETURN NEXT ahead; END IF;
  END LOOP;
  END $$;

CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'events are never changed'; END $$;

CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON facts FOR EACH STATEMENT EXECUTE FUNCTION refuse();

CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON places FOR EACH STATEMENT EXECUTE FUNCTION refuse();

REVOKE EXECUTE ON FUNCTION place FROM PUBLIC;

REVOKE EXECUTE ON FUNCTION append FROM PUBLIC;

CREATE FUNCTION folded(word text) RETURNS text LANGUAGE sql IMMUTABLE
  RETURN lower(word COLLATE "default");

INSERT INTO eventscope VALUES (1, (SELECT system_identifier FROM pg_control_system()));
