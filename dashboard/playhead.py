"""Which moment is on the screen? One playhead, in the session and in the address bar.

`?at=@318` is position 318, no `at` is now. `?from=@120&to=@318` are pins A and B: the two moments
of the whole book to be compared.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

import streamlit as st

from dashboard import address, source
from dashboard.source import EventscopeError, Meant, StoreUnavailable

NOW = Meant(None, None)


def position() -> int:
    """The position the screen shows; what no read model has reached is not shown yet."""
    found, present = _resolved().position, source.present().position
    return present if found is None else min(found, present)


def is_now() -> bool:
    """Whether the screen follows the head of the log."""
    return _resolved().position is None


def read_as() -> datetime | None:
    """The clock time that led to where the playhead is, as it was understood."""
    meant, last = _resolved(), st.session_state.get("meant")
    return last.time if last and last.position == meant.position else meant.time


def _resolved() -> Meant:
    said = address.said("at")
    if said is None:
        return NOW
    try:
        return source.resolve(said, order(), zone())
    except StoreUnavailable:
        raise
    except EventscopeError as error:
        st.session_state["trouble"] = f"{error} This is now."
        address.forget("at")
        return NOW


def cited() -> str | None:
    """The citation that the link was opened with; whoever moves on leaves it behind."""
    return address.said("cited")


def leave_citation() -> None:
    """Go on without the citation."""
    address.say("cited", None)


def move(position: int | None) -> None:
    """Move the playhead to a position, or (None) to now."""
    leave_citation()
    address.say("at", None if position is None else f"@{position}")


def pins() -> tuple[int | None, int | None]:
    """The positions of pins A and B in the whole log; None where nothing is pinned."""
    a, b = (_pinned(name) for name in ("from", "to"))
    return a, b


def _pinned(name: str) -> int | None:
    said = address.said(name)
    if said is None:
        return None
    try:
        found, present = source.resolve(said, zone=zone()).position, source.present().position
        return present if found is None else min(found, present)
    except StoreUnavailable:
        raise
    except EventscopeError as error:
        st.session_state["trouble"] = str(error)
        address.forget(name)
        return None


def pin(name: str, position: int | None) -> None:
    """Put a pin (`from` is A, `to` is B) at a position, or (None) take it away."""
    address.say(name, None if position is None else f"@{position}")


def zone() -> tzinfo:
    """The zone of every clock time that is typed or shown (`?zone=Europe/Berlin`), or else UTC."""
    said = address.said("zone")
    try:
        return source.zone(said) if said else UTC
    except EventscopeError as error:
        say(f"{error} Times are in UTC.")
        address.forget("zone")
        return UTC


def use_zone(name: str) -> None:
    """Type and show clock times in a zone from now on."""
    address.say("zone", None if name == "UTC" else name)


def focus(head: int) -> tuple[int, int] | None:
    """The part of the log that is looked at (`?focus=120-318`); None is the whole."""
    match = re.fullmatch(r"(\d{1,18})-(\d{1,18})", address.said("focus") or "", re.ASCII)
    if match is None:
        return None
    first, last = int(match[1]), min(int(match[2]), head)
    return (first, last) if first < last else None


def look(focus: list[int] | None) -> None:
    """Look at a part of the log, or (None) at the whole."""
    address.say("focus", None if focus is None else f"{int(focus[0])}-{int(focus[1])}")


def asked() -> str | None:
    """The condition that is asked of every order (`?when=…`)."""
    return address.said("when")


def ask(condition: str) -> None:
    """Ask another condition, or (nothing) none."""
    address.say("when", condition.strip() or None)


def say(trouble: str) -> None:
    """What could not be done; it is said once, above the screen."""
    st.session_state["trouble"] = trouble


def pin_at(name: str, words: str) -> bool:
    """Put a pin at what somebody typed; say so where it means nothing."""
    try:
        found = source.resolve(words, zone=zone()).position
    except StoreUnavailable:
        return False  # the page says so itself
    except EventscopeError as error:
        st.session_state["trouble"] = str(error)
        return False
    pin(name, source.present().position if found is None else found)
    return True


def go(words: str) -> None:
    """Move the playhead to what somebody typed; say so where it means nothing."""
    try:
        st.session_state["meant"] = meant = source.resolve(words, order(), zone())
        move(meant.position)
    except StoreUnavailable:
        return  # the page says so itself
    except EventscopeError as error:
        st.session_state["trouble"] = str(error)


def trouble() -> str | None:
    """What went wrong with the moment asked for, once."""
    said: str | None = st.session_state.pop("trouble", None)
    return said


def order() -> str | None:
    """The order that is open."""
    return address.said("order")


def choose(order_id: str) -> None:
    """Open an order."""
    address.say("order", order_id)


def link(order_id: str, position: int | None = None) -> dict[str, str]:
    """The query that opens an order at a position, or where the playhead is."""
    at = address.said("at") if position is None else f"@{position}"
    return {"order": order_id, "at": at} if at else {"order": order_id}
