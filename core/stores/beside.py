"""How do rows that were made beside the live ones take their place?"""

from __future__ import annotations

from sqlalchemy import Connection, text

from core.projections import Projection
from core.stores.read_models import BESIDE, Connections, noted
from core.stores.tables import HIGHS, checkpoints, index_statements


def index_beside(store: Connections, projection: Projection) -> None:
    """Give the rows made beside their indexes, each in a transaction of its own: writers wait for
    one of them at most. Sorted once, they cost a third of what row by row would."""
    with store.reading() as connection:
        generation = _generation(connection, projection) or 0
    tables = [(table, table.name + BESIDE) for table in projection.tables]
    for statement in (one for told in tables for one in index_statements(*told, generation)):
        with store.writing() as connection:
            if _generation(connection, projection) == generation:  # or another was faster
                connection.execute(text(statement))


def _generation(connection: Connection, projection: Projection) -> int | None:
    """The number that the indexes of the rows beside are named by; None if there are no rows."""
    return noted(connection, projection, BESIDE, checkpoints.c.generation)


def swap_tables(connection: Connection, projection: Projection, enough: int) -> bool:
    """Let the tables beside take the place of the live ones, inside the caller's transaction."""
    position = checkpoints.c.position
    reached = noted(connection, projection, BESIDE, position)
    there = noted(connection, projection, "", position) or 0
    if reached is None or reached < min(there, enough):
        return False  # another projector was faster, or is still at it
    for table in projection.tables:
        for part in ("", HIGHS):
            live, made = table.name + part, table.name + BESIDE + part
            connection.execute(text(f'DROP TABLE IF EXISTS "{live}"'))
            connection.execute(text(f'ALTER TABLE "{made}" RENAME TO "{live}"'))
    name = checkpoints.c.name
    connection.execute(checkpoints.delete().where(name == projection.name))
    beside = checkpoints.update().where(name == projection.name + BESIDE)
    connection.execute(beside.values(name=projection.name))
    return True
