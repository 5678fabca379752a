"""How does an older store become one of today? By the steps it lacks, all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import StoreUnavailable

if TYPE_CHECKING:
    from sqlalchemy import Connection

REMEDY = "`eventscope migrate` brings it up to date"


@dataclass(frozen=True)
class Migrated:
    """What became of a store: its schema before and after, and what was done, in sentences."""

    url: str
    was: int
    version: int
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """What takes a schema from one version to the next. Once released it is never edited."""

    does: str
    take: Callable[[Connection], None]


def require_todays(url: str, version: int, steps: Sequence[Step]) -> None:
    """Refuse a schema that is not of today; the version of today is the number of steps."""
    refuse_newer(url, version, steps)
    if version == 0:
        raise StoreUnavailable(url, "it holds no store of events; `eventscope migrate` makes one")
    if version < len(steps):
        older = f"it was written by an older version (schema {version}, here {len(steps)})"
        raise StoreUnavailable(url, f"{older}; {REMEDY}")


def refuse_newer(url: str, version: int, steps: Sequence[Step]) -> None:
    """Nobody can tell what a newer version means by what it wrote."""
    if version > len(steps):
        newer = f"it was written by a newer version (schema {version}, here {len(steps)})"
        raise StoreUnavailable(url, newer)


def take(url: str, connection: Connection, version: int, steps: Sequence[Step]) -> Migrated:
    """Take the steps a schema lacks, inside the caller's transaction."""
    refuse_newer(url, version, steps)
    missing = steps[version:]
    for step in missing:
        step.take(connection)
    return Migrated(url, version, len(steps), tuple(step.does for step in missing))
