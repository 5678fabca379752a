"""How is a cited moment shown? Its link to be copied; opened again: the same, or what differs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import pandas as pd
import streamlit as st

NAMES = {
    "position": "Position",
    "seal": "Seal over the log",
    "version": "Version of the order",
    "shape": "What an order consists of",
    "state": "State of the order",
}


class Discrepancy(Protocol):
    """One thing that is not as it was cited."""

    @property
    def what(self) -> str: ...

    @property
    def cited(self) -> str: ...

    @property
    def found(self) -> str | None: ...


def citation_link(link: str, what: str) -> None:
    """The link to a cited moment, ready to be copied."""
    st.text(f"This link opens {what}.")
    st.code(link, language=None, wrap_lines=True)
    st.caption(
        "It carries the digests of what is seen here. Whoever opens it has them"
        " computed anew from the stored bytes, and is told whether they are still the same."
    )


def cited_banner(
    position: int, broken: str | None, found: Sequence[Discrepancy], dismiss: Callable[[], None]
) -> None:
    """What came of checking a citation that was opened."""
    with st.container(horizontal=True, vertical_alignment="center", key="cited"):
        with st.container(width="stretch"):
            _verdict(position, broken, found)
        st.button("Done", on_click=dismiss, help="Go on without the citation")


def _verdict(position: int, broken: str | None, found: Sequence[Discrepancy]) -> None:
    if broken:
        st.error(f"Not the same as cited. {broken}", icon=":material/gpp_bad:")
    elif found:
        st.error("Not the same as cited.", icon=":material/gpp_bad:")
        rows = [(NAMES[one.what], one.cited, one.found or "nothing") for one in found]
        st.table(pd.DataFrame(rows, columns=["What", "Cited", "Found"]).set_index("What"))
    else:
        st.success(
            f"The same as cited: the {position:,} events up to here were hashed again.",
            icon=":material/verified_user:",
        )
