"""How was this state rebuilt? One line: from which snapshot, over how many events, how fast."""

from __future__ import annotations

from typing import Protocol

import streamlit as st


class Rebuilt(Protocol):
    """What is to be known of a rebuilding."""

    @property
    def snapshot_version(self) -> int:
        """The version of the snapshot it began with; 0 without one."""

    @property
    def folded(self) -> int:
        """How many events were folded after it."""

    @property
    def milliseconds(self) -> float:
        """How long it took, reading included."""


def rebuilt(facts: Rebuilt, version: int) -> None:
    """Say it."""
    folded = "event" if facts.folded == 1 else f"{facts.folded:,} events"
    if facts.snapshot_version:
        after = "the event" if facts.folded == 1 else folded
        start = f"the snapshot at v{facts.snapshot_version:,} and {after} after it"
    else:
        start = f"its first {folded}, without a snapshot"
    st.caption(f"v{version:,} was rebuilt from {start} in {facts.milliseconds:.1f} ms.")
