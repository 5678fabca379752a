"""How does the page itself look? Its tint in the past, its one sentence where it cannot work."""

from __future__ import annotations

import re

import streamlit as st

STYLE = """
<style>
[data-testid=stHeader] {{
  border-bottom: 1px solid color-mix(in srgb, currentColor 12%, transparent); }}
.stApp button[kind=primary], .stApp [data-tag] {{
  color: light-dark(#fff, #12161f); }}
[data-testid=stMetricValue] {{ font-variant-numeric: tabular-nums; }}
.st-key-sql textarea {{ font: .9rem/1.5 ui-monospace, Consolas, "DejaVu Sans Mono", monospace; }}
.st-key-compared [data-testid=stMetricValue] {{ font-size: 1.6rem; }}
{past}
</style>
"""

PAST = """
.stApp, [data-testid=stHeader] {
  background-image: linear-gradient(rgb(240 166 58 / .075), rgb(240 166 58 / .075)); }
[data-testid=stHeader] { box-shadow: inset 0 3px 0 #d98a1f; }
"""


def frame(past: bool) -> None:
    """The page's own style; in the past it takes on another tint."""
    st.html(STYLE.format(past=PAST if past else ""))


def warn(said: str) -> None:
    """A sentence that may quote what somebody typed: shown to the letter, never as Markdown."""
    st.warning(_letters(said), icon=":material/info:")


def _letters(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]()<>#+.!|~$:-])", r"\\\1", text)


def empty(behind: int) -> None:
    """A log without events, or one nobody has read into figures yet: what to do next."""
    if behind:
        st.subheader("The figures are not ready")
        st.write(f"{behind:,} events are in the log. Read them into the figures:")
        st.code("eventscope rebuild", language="shell")
        return
    st.subheader("This log is empty")
    st.write("Nothing has happened yet. Fill it with the shipped sample:")
    st.code("eventscope import olist data/olist-orders", language="shell")


def failed(error: Exception, next_step: str = "Mend the cause and reload this page.") -> None:
    """What went wrong, in its own words, and what comes next."""
    st.subheader("This cannot be shown")
    st.error(_letters(str(error)), icon=":material/error:")
    st.caption(f"Everything in the log is as it was. {next_step}")
