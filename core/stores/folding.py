"""How is text compared without regard to case? In every alphabet, by each database's own means."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction


class folded(GenericFunction[str]):  # noqa: N801  # it is read as a function, like SQLAlchemy's own
    """The same text in small letters. SQLite's `lower` is Python's, put there by the store."""

    type = Text()
    inherit_cache = True


@compiles(folded)
def _lower(element: Any, compiler: Any, **how: Any) -> str:
    return f"lower({compiler.process(element.clauses, **how)})"


@compiles(folded, "postgresql")
def _folded(element: Any, compiler: Any, **how: Any) -> str:
    # There `lower` folds what the language of the database knows; the schema brings its own.
    return f"folded({compiler.process(element.clauses, **how)})"
