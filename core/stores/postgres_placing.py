"""How does a fact in PostgreSQL get its place, once it is committed? From whoever comes first.

Each statement in them looks with a newer snapshot than the one before, so READ COMMITTED is a
condition: what the lock waited for must be seen. They are hot, and each statement costs as much as
the row it touches: so few statements, and those kept prepared with one plan for all parameters.
"""

from __future__ import annotations

from core.digests import FORMAT

LOCK = "1163285315, 'places'::regclass::oid::integer"
"""The key of the lock of whoever places: "EVSC", and the very table, for a server may hold many."""

LEARNED = "greatest(ahead.recorded_at, fact.arrived_at)"
"""When the log learned of a fact: it never goes backwards."""

PARTS = (
    f"'{FORMAT.decode()}'::bytea",
    "convert_to(fact.stream, 'UTF8')",
    "fact.version::text::bytea",
    "fact.event_id",
    "convert_to(fact.type, 'UTF8')",
    "fact.schema_version::text::bytea",
    "fact.occurred_at::text::bytea",
    f"{LEARNED}::text::bytea",
    "previous",
    "fact.metadata",
    "fact.data",
)
BEHIND_NOTHING = ", ".join(f"''::bytea, {part}" for part in PARTS)
DIGEST = f"sha256(substr(array_send(ARRAY[{BEHIND_NOTHING}]), 21))"
"""The digest of core/digests.py, byte for byte; verification holds the two against each other.

Each part stands behind its length in eight bytes. So PostgreSQL sends an array, behind 20 bytes of
its shape: an element behind its length in four, and an empty one before each. To plan that takes a
third of the time that measuring part by part does.
"""

HEADER = """LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
  SET enable_seqscan = off SET plan_cache_mode = force_generic_plan"""

NOTHING = "decode(repeat('00', 32), 'hex')"

ISOLATED = """IF current_setting('transaction_isolation') <> 'read committed' THEN
      RAISE EXCEPTION 'events are placed in a READ COMMITTED transaction only';
    END IF;"""


def nobody_waits(looked: str, mine: str) -> str:
    """Whether nobody has committed since the last place was given but who gave it."""
    return f"pg_snapshot_xmin(ahead.seen) BETWEEN pg_snapshot_xmax({looked}) AND {mine}"


def after(mine: str) -> str:
    """The number of the transaction after one's own, as text."""
    return f"({mine}::text::bigint + 1)::text"


# A transaction that gives places has looked at itself as well: what it appends after that, it
# places at once (`alone` is false by then). So `seen` is of when it will have committed, if nobody
# else is under way; or each placing would have to look at the facts of the one before.
def seen_by(looked: str, mine: str) -> str:
    """What a transaction has seen that looked so, and gives places now."""
    return f"""CASE WHEN pg_snapshot_xmin({looked}) = {mine} AND pg_snapshot_xmax({looked}) = {mine}
      THEN ({after(mine)} || ':' || {after(mine)} || ':')::pg_snapshot ELSE {looked} END"""


NEXT = f"""ahead.position := ahead.position + 1;
    ahead.arrival := fact.arrival;
    ahead.digest := {DIGEST};
    ahead.recorded_at := {LEARNED};
    ahead.seal := sha256(ahead.seal || ahead.digest);
    previous := ahead.digest;"""
"""Gives a fact its place behind `ahead`; `previous` is the digest before it in its stream."""

AT_ONCE = 100
"""Places that are written by one statement: it costs as much as some rows."""

GIVE = """INSERT INTO places
      SELECT position, arrival, recorded_at, digest, seal,
          CASE WHEN position = ahead.position THEN looked END
        FROM unnest(given)"""
"""Only with the last of them stands what was looked at: nobody asks the others."""

# `looked` is taken before the facts are looked for: whatever it shows was looked at, and is never
# looked for again. A snapshot of the future is one of another cluster, from which this log was
# restored. OFFSET keeps each look for a place one of an index, whatever the planner would gain.
# Behind a fact without a place somebody put one in past all that looks after places: it is sought
# everywhere.
PLACE = f"""CREATE OR REPLACE FUNCTION
  place(patient boolean, everything boolean DEFAULT false) RETURNS bigint {HEADER} AS $$
  DECLARE
    ahead places; fact record; looked pg_snapshot; previous bytea; digests bytea[]; given places[];
    since xid8; until xid8; open xid8[]; mine xid8; placed bigint := 0;
  BEGIN
    IF patient THEN
      PERFORM pg_advisory_xact_lock({LOCK});
    ELSIF NOT pg_try_advisory_xact_lock({LOCK}) THEN
      RETURN -1;
    END IF;
    {ISOLATED}
    SELECT position, recorded_at, seal, pg_snapshot_xmax(seen), array(SELECT pg_snapshot_xip(seen))
      INTO ahead.position, ahead.recorded_at, ahead.seal, since, open
      FROM places ORDER BY position DESC LIMIT 1;
    looked := pg_current_snapshot();
    ahead.position := coalesce(ahead.position, 0);
    ahead.recorded_at := coalesce(ahead.recorded_at, 0);
    ahead.seal := coalesce(ahead.seal, {NOTHING});
    mine := pg_current_xact_id_if_assigned();
    until := greatest(pg_snapshot_xmax(looked), mine);
    IF everything OR since IS NULL
        OR since > until AND since IS DISTINCT FROM ({after("mine")})::xid8 THEN
      since := '0'::xid8;
      until := '{2**64 - 1}'::xid8;
    END IF;
    IF mine < since THEN
      open := open || mine;
    END IF;
    looked := {seen_by("looked", "mine")};
    FOR fact IN
      SELECT waiting.*, placed_before.digest, CASE lag(waiting.version) OVER stream
            WHEN waiting.version - 1 THEN lag(number) OVER stream END AS before
        FROM (SELECT *, row_number() OVER (ORDER BY arrival) AS number
          FROM (SELECT * FROM facts WHERE xid BETWEEN since AND until
                UNION ALL SELECT * FROM facts WHERE xid = ANY(open)) arrived
          WHERE NOT EXISTS
            (SELECT FROM places WHERE places.arrival = arrived.arrival OFFSET 0)) waiting
          LEFT JOIN LATERAL
            (SELECT digest FROM facts before JOIN places USING (arrival)
              WHERE waiting.version > 1 AND before.stream = waiting.stream
                AND before.version = waiting.version - 1 OFFSET 0) placed_before ON true
        WINDOW stream AS (PARTITION BY waiting.stream ORDER BY waiting.version)
        ORDER BY waiting.arrival
    LOOP
      previous := coalesce(digests[fact.before], fact.digest);
      IF previous IS NULL AND fact.version > 1 AND NOT everything THEN
        {GIVE};
        RETURN placed + place(true, true);
      END IF;
      previous := coalesce(previous, {NOTHING});
      {NEXT}
      digests := digests || previous;
      given := given || ahead;
      placed := placed + 1;
      IF mod(placed, {AT_ONCE}) = 0 THEN
        {GIVE};
        given := NULL;
      END IF;
    END LOOP;
    {GIVE};
    IF everything THEN
      UPDATE eventscope SET cluster = (SELECT system_identifier FROM pg_control_system());
    END IF;
    RETURN placed;
  END $$"""
