"""Which moment is on the screen? One playhead, in the session and in the address bar.

The address bar is the truth: `?at=@318` is position 318, no `at` is now. The session only carries
the playhead, the order and the pins over from screen to screen, where a click in the menu drops the
query. `?from=@120&to=@318` are pins A and B: the two moments of the whole book to be compared.
"""

from __future__ import annotations

import re
from datetime import UTC, tzinfo

import streamlit as st

from dashboard import source
from dashboard.source import EventscopeError, StoreUnavailable

PINS = ("from", "to")
CARRIED = ("at", "order", "focus", "when", "zone", *PINS)
CITED = "cited"


def begin(screen: str) -> None:
    """Let address bar and session agree, once at the top of every run."""
    session, query = st.session_state, st.query_params
    clicked = session.get("screen") not in (None, screen)
    for name in CARRIED:
        carried = session.get(f"carried:{name}")
        if clicked and name not in query and carried:
            query[name] = carried
        session[f"carried:{name}"] = query.get(name)
    session["screen"] = screen


def position() -> int:
    """The position the screen shows; what no read model has reached is not shown yet."""
    found, present = _resolved(), source.present().position
    return present if found is None else min(found, present)


def is_now() -> bool:
    """Whether the screen follows the head of the log."""
    return _resolved() is None


def _resolved() -> int | None:
    said = st.query_params.get("at")
    if said is None:
        return None
    try:
        return source.resolve(said, order(), zone())
    except StoreUnavailable:
        raise
    except EventscopeError as error:
        st.session_state["trouble"] = f"{error} This is now."
        del st.query_params["at"]
        return None


def cited() -> str | None:
    """The citation that the link was opened with; whoever moves on leaves it behind."""
    said: str | None = st.query_params.get(CITED)
    return said


def leave_citation() -> None:
    """Go on without the citation."""
    st.query_params.pop(CITED, None)


def move(position: int | None) -> None:
    """Move the playhead to a position, or (None) to now."""
    leave_citation()
    _keep("at", None if position is None else f"@{position}")


def pins() -> tuple[int | None, int | None]:
    """The positions of pins A and B in the whole log; None where nothing is pinned."""
    a, b = (_pinned(name) for name in PINS)
    return a, b


def _pinned(name: str) -> int | None:
    said = st.query_params.get(name)
    if said is None:
        return None
    try:
        found, present = source.resolve(said, zone=zone()), source.present().position
        return present if found is None else min(found, present)
    except StoreUnavailable:
        raise
    except EventscopeError as error:
        st.session_state["trouble"] = str(error)
        del st.query_params[name]
        return None


def pin(name: str, position: int | None) -> None:
    """Put a pin (`from` is A, `to` is B) at a position, or (None) take it away."""
    _keep(name, None if position is None else f"@{position}")


def _keep(name: str, said: str | None) -> None:
    if said is None:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = said
    st.session_state[f"carried:{name}"] = said


def zone() -> tzinfo:
    """The zone of every clock time that is typed or shown (`?zone=Europe/Berlin`), or else UTC."""
    said = st.query_params.get("zone")
    try:
        return source.zone(said) if said else UTC
    except EventscopeError as error:
        say(f"{error} Times are in UTC.")
        use_zone("UTC")
        return UTC


def use_zone(name: str) -> None:
    """Type and show clock times in a zone from now on."""
    _keep("zone", None if name == "UTC" else name)


def focus(head: int) -> tuple[int, int] | None:
    """The part of the log that is looked at (`?focus=120-318`); None is the whole."""
    match = re.fullmatch(r"(\d{1,18})-(\d{1,18})", st.query_params.get("focus", ""), re.ASCII)
    if match is None:
        return None
    first, last = int(match[1]), min(int(match[2]), head)
    return (first, last) if first < last else None


def look(focus: list[int] | None) -> None:
    """Look at a part of the log, or (None) at the whole."""
    _keep("focus", None if focus is None else f"{int(focus[0])}-{int(focus[1])}")


def asked() -> str | None:
    """The condition that is asked of every order (`?when=…`)."""
    said: str | None = st.query_params.get("when")
    return said


def ask(condition: str) -> None:
    """Ask another condition, or (nothing) none."""
    _keep("when", condition.strip() or None)


def say(trouble: str) -> None:
    """What could not be done; it is said once, above the screen."""
    st.session_state["trouble"] = trouble


def pin_at(name: str, words: str) -> bool:
    """Put a pin at what somebody typed; say so where it means nothing."""
    try:
        found = source.resolve(words)
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
        move(source.resolve(words, order(), zone()))
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
    return st.query_params.get("order")


def choose(order_id: str) -> None:
    """Open an order."""
    st.query_params["order"] = order_id
    st.session_state["carried:order"] = order_id


def link(order_id: str, position: int | None = None) -> dict[str, str]:
    """The query that opens an order at a position, or where the playhead is."""
    at = st.query_params.get("at") if position is None else f"@{position}"
    return {"order": order_id, "at": at} if at else {"order": order_id}
