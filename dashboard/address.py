"""What does the link say, and who is right where it and the session differ?

A run begins with the address as the browser knew it when it asked for the run. Somebody who does
two things quickly asks twice before the answer to the first has come, and then the second run
knows nothing of what the first one put into the address. So within a screen the session is right:
what was said stays said, and is put into the address again. The address is right where a person
changes it: on arriving by a link, on another screen, and on Back.
"""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

CARRIED = ("at", "order", "focus", "when", "zone", "from", "to")
"""What goes along from screen to screen, where a click in the menu drops the query."""

KEPT = (*CARRIED, "cited", "figure", "a", "b")


def begin(screen: str) -> None:
    """Let address and session agree, once at the top of every run."""
    before = st.session_state.get("screen")
    arrived = before is None or _went_back()
    for name in KEPT:
        dropped = name in CARRIED and name not in st.query_params
        if not arrived and (screen == before or dropped):
            _put(name)
        else:
            say(name, st.query_params.get(name))
    st.session_state["screen"] = screen


def said(name: str) -> str | None:
    """What was said last under a name, or None."""
    text: str | None = st.session_state.get(f"said:{name}")
    return text


def say(name: str, text: str | None) -> None:
    """Say something under a name, or (None) nothing; the next run puts it into the link.

    To put it there sends a message, and that ends a run that nobody waits for any more: whoever is
    just hearing what was done would not hear the rest of it.
    """
    st.session_state[f"said:{name}"] = text


def forget(name: str) -> None:
    """Take away what cannot be meant, and out of the link at once."""
    say(name, None)
    _put(name)


def _put(name: str) -> None:
    text = said(name)
    if st.query_params.get(name) == text:
        return  # one message for each name at every run would be too many
    if text is None:
        del st.query_params[name]
    else:
        st.query_params[name] = text


def _went_back() -> bool:
    run = get_script_run_ctx()
    return run is not None and run.is_history_navigation
