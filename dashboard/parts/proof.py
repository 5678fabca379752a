"""Does the log hold? One sentence, green or red, with the seal that says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import streamlit as st


class Verified(Protocol):
    """A log that holds."""

    @property
    def events(self) -> int: ...

    @property
    def streams(self) -> int: ...

    @property
    def seal(self) -> bytes: ...


def proof(verify: Callable[[], Verified]) -> None:
    """Verify, and say what came of it; a log that does not hold is said by whoever called."""
    found = verify()
    st.success(
        f"All {found.events:,} events of {found.streams:,} orders are what was recorded, "
        "in the order in which they were recorded.",
        icon=":material/verified_user:",
    )
    st.caption("The seal over all of them. Keep it elsewhere: it vouches for this log as it is.")
    st.code(found.seal.hex(), language=None)
