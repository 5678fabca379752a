"""What can be opened from here? A table of real rows and buttons, with a picture of them above."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

from dashboard.parts.choices.flows import Picture

HERE = Path(__file__).parent

_mount = st.components.v2.component(
    "eventscope.choices",
    html=(HERE / "choices.html").read_text("utf-8"),
    css=(HERE / "choices.css").read_text("utf-8"),
    js=(HERE / "choices.js").read_text("utf-8"),
)


@dataclass(frozen=True)
class Cell:
    """A text in a row; `opens` makes it a button, `told` says more to those who point at it."""

    text: str
    opens: str | None = None
    told: str = ""
    hue: str = ""
    """A colour of the theme for a dot before the text, where it names a status."""


def choices(
    label: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    key: str,
    opened: str | None = None,
    on_open: Callable[[str], None] | None = None,
    picture: Picture | None = None,
) -> str | None:
    """Draw the rows; returns what somebody just opened, and `on_open` hears of it before the run.

    A column named `#…` holds figures.
    The ribbons of the picture open what the cells open, so the keyboard misses nothing.
    """

    def chosen() -> None:
        said = st.session_state[key].get("opens")
        if said is not None and on_open:
            on_open(str(said))

    sent = {
        "label": label,
        "columns": columns,
        "rows": [[asdict(cell) for cell in row] for row in rows],
        "picture": None if picture is None else asdict(picture),
    }
    drawn = _mount(
        key=key,
        data={"sent": json.dumps(sent, ensure_ascii=False), "opened": opened},
        on_opens_change=chosen,
    )
    said = drawn.get("opens")
    return None if said is None else str(said)
