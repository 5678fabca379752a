"""Who may read a log in PostgreSQL, and who may append? Two roles, and what they must not have.

A role that may only read could still stop every append: by taking the lock of whoever places. So
the functions that lock are taken from everybody in the database but the owner of the tables, and
with them what only burns time or room.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from core.errors import StoreUnavailable
from core.stores.postgres_arriving import APPENDING, ENTRANCE
from core.stores.postgres_queue import QUEUING

READER, WRITER = "eventscope_reader", "eventscope_writer"

LOCKING = "^pg_(try_)?advisory_"
WASTING = "^pg_sleep"

OPEN = text(
    "SELECT oid::regprocedure::text FROM pg_proc"
    " WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ :named"
    " AND EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner)))"
    "             WHERE grantee = 0) ORDER BY 1"
)
"""The functions of a name that everybody may call."""

READABLE = text(
    "SELECT oid::regclass::text FROM pg_class"
    " WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'v', 'm')"
    " AND relowner = (SELECT relowner FROM pg_class WHERE oid = 'facts'::regclass)"
    " AND oid NOT IN ('facts'::regclass, 'places'::regclass) ORDER BY 1"
)
"""What there is to read: the view over facts and places, snapshots, checkpoints, read models."""


def grant(url: str, connection: Connection) -> tuple[str, ...]:
    """Make the two roles, or set them right again, inside the caller's transaction."""
    _require(url, connection)
    schema, database, owner = connection.execute(
        text(
            "SELECT quote_ident(current_schema()), quote_ident(current_database()),"
            " relowner::regrole::text FROM pg_class WHERE oid = 'facts'::regclass"
        )
    ).one()
    run = connection.exec_driver_sql
    done = [_make(connection, READER), _make(connection, WRITER)]
    for function in _open(connection):
        run(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
        run(f"GRANT EXECUTE ON FUNCTION {function} TO {owner}")
    run(f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC")
    run(f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC")
    both = f"{READER}, {WRITER}"
    run(f"GRANT USAGE ON SCHEMA {schema} TO {both}")
    for name in connection.execute(READABLE).scalars().all():
        run(f"GRANT SELECT ON {name} TO {both}")
    # A read model that is made anew is a new table.
    theirs = f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {schema}"
    run(f"{theirs} GRANT SELECT ON TABLES TO {both}")
    run(f"GRANT EXECUTE ON FUNCTION {APPENDING}, {QUEUING} TO {WRITER}")
    run(f"GRANT INSERT ON {ENTRANCE} TO {WRITER}")
    return (
        *done,
        f"{READER} may read the log and its read models; {WRITER} may also append.",
        f"In {database} advisory locks, sleeping and temporary tables are left to {owner} alone.",
        f"Give them out with GRANT {READER} TO somebody.",
    )


def _require(url: str, connection: Connection) -> None:
    name, is_super, makes_roles = connection.execute(
        text("SELECT rolname, rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user")
    ).one()
    if not (is_super or makes_roles):
        raise StoreUnavailable(url, f"creating roles needs CREATEROLE, which {name} does not have")
    if _open(connection) and not is_super:
        everybody = "taking the lock functions from everybody needs a superuser"
        raise StoreUnavailable(url, f"{everybody}, which {name} is not")


def _open(connection: Connection) -> list[str]:
    named = {"named": f"{LOCKING}|{WASTING}"}
    return list(connection.execute(OPEN, named).scalars())


def _make(connection: Connection, role: str) -> str:
    known = text("SELECT count(*) FROM pg_roles WHERE rolname = :role")
    if connection.execute(known, {"role": role}).scalar_one():
        return f"The role {role} was there already."
    connection.exec_driver_sql(f"CREATE ROLE {role} NOLOGIN")
    return f"The role {role} was created."
