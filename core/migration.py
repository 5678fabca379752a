"""How does a store come to be one of today, and who may do what with it? `eventscope migrate`."""

from __future__ import annotations

from typing import Annotated

import typer

from core import reports, serving
from core.machine import codec
from core.stores import migrate_store
from core.stores.migrating import Migrated
from core.terminal import Json, Store, answer

Roles = Annotated[
    bool, typer.Option("--roles", help="Also make a role that reads and one that appends.")
]


def migrate(store: Store = None, roles: Roles = False, as_json: Json = False) -> None:
    """Lay a store out, or bring an older one to today's version; all of it or nothing."""
    migrated = migrate_store(store or serving.DEFAULT_STORE, codec(), roles)
    answer(as_json, reports.plain(migrated), lambda: _told(migrated))


def _told(migrated: Migrated) -> str:
    upgraded = migrated.was != migrated.version
    was = f"was of version {migrated.was}, and now is" if upgraded else "is"
    summary = f"{migrated.url} {was} of version {migrated.version}."
    return "\n".join([*migrated.steps, summary])
