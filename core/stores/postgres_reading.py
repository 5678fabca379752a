"""How is a stream read in PostgreSQL, where an event's position is in another table than its fact?

Positions rise with versions. So one look finds the last version by a position, and the facts up to
there are read without looking for the place of each: that took three times as long. The planner
does not know this: left to itself, it would walk through the places of the whole log.
"""

from __future__ import annotations

from core.codec import Codec
from core.errors import UnknownEvent, UnreadableEvent
from core.events import Event
from core.stores.rows import Fetch
from core.stores.sql import FACTS

LAST_BY = """SELECT version FROM facts, LATERAL (SELECT position FROM places
      WHERE places.arrival = facts.arrival OFFSET 0) place
    WHERE stream = ? AND version >= ? AND version < ? AND position <= ?
    ORDER BY version DESC LIMIT 1"""
UP_TO_THERE = f"""SELECT 0::bigint, type, schema_version, data FROM facts
  WHERE stream = ? AND version >= ? AND version <= ({LAST_BY}) ORDER BY version"""


def facts_between(
    fetch: Fetch, codec: Codec, stream: str, version: int, until: int, last: int
) -> list[Event]:
    """The events of a stream from a version on, before another, up to a position."""
    asked = (stream, version, until, last)
    try:
        return codec.facts(fetch(UP_TO_THERE, (stream, version, *asked)))
    except (UnknownEvent, UnreadableEvent):
        return codec.facts(fetch(FACTS, asked))  # which has the position that is to be named
