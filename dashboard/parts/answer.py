"""How is the answer to a query shown? As a table whose rows lead on, and as a chart."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.parts.charts import PALETTE, layout

HUES = ("blue", "orange", "green", "violet", "red", "yellow")
FORMS = ("Bars", "Lines", "Points")
PERIOD = re.compile(r"\d{4}(-\d\d){0,2}([ T]\d\d:\d\d(:\d\d(\.\d+)?)?)?")
MOST_BARS = 400


def as_frame(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """The answer as a frame; columns of the same name are told apart."""
    return pd.DataFrame([list(row) for row in rows], columns=distinct(columns))


def distinct(names: Sequence[str]) -> list[str]:
    """The same names, each once: the second `n` is `n (2)`."""
    seen: dict[str, int] = {}
    told = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        told.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return told


def answer_table(frame: pd.DataFrame, key: str, leads: bool) -> int | None:
    """Draw the rows; where they lead on, returns the place of the selected one."""
    config = {
        name: st.column_config.NumberColumn(format="localized")
        for name in numbers(frame)
        if not name.endswith(("position", "version"))
    }
    told = "What the query found"
    if not leads:
        st.dataframe(frame, hide_index=True, column_config=config, alt=told)
        return None
    picked = st.dataframe(
        frame,
        key=key,
        hide_index=True,
        column_config=config,
        on_select="rerun",
        selection_mode="single-row",
        alt=told,
    )
    chosen = picked["selection"]["rows"]
    return chosen[0] if chosen and chosen[0] < len(frame) else None


def numbers(frame: pd.DataFrame) -> list[str]:
    """The columns that hold numbers."""
    return [name for name in frame.columns if pd.api.types.is_numeric_dtype(frame[name])]


def is_time(column: pd.Series) -> bool:
    """Whether a column names days, months or instants."""
    told = column.dropna()
    return len(told) > 0 and all(PERIOD.fullmatch(str(one)) for one in told.head(50))


def as_parquet(frame: pd.DataFrame) -> bytes:
    """The answer as Parquet; a column of mixed kinds becomes text."""
    mixed = [name for name in frame.columns if frame[name].dtype == object]
    file = io.BytesIO()
    frame.astype(dict.fromkeys(mixed, "str")).to_parquet(file)
    return file.getvalue()


def answer_chart(
    frame: pd.DataFrame, across: str, up: Sequence[str], form: str, dark: bool
) -> None:
    """Draw numbers (`up`) over a column (`across`)."""
    colours = PALETTE["dark" if dark else "light"]
    shown, figure = frame.head(MOST_BARS), go.Figure()
    for name, hue in zip(up, HUES, strict=False):
        style = {"name": name, "x": shown[across], "y": shown[name]}
        if form == "Bars":
            figure.add_bar(**style, marker={"color": colours[hue]})
        else:
            mode = "lines+markers" if form == "Lines" else "markers"
            figure.add_scatter(**style, mode=mode, line={"color": colours[hue]})
    figure.update_layout(**layout(dark))
    figure.update_layout(barmode="group", showlegend=len(up) > 1)
    figure.update_xaxes(type="date" if is_time(shown[across]) else "category")
    st.plotly_chart(
        figure, theme=None, config={"displayModeBar": False}, alt=f"{', '.join(up)} by {across}"
    )
    if len(frame) > MOST_BARS:
        st.caption(f"The first {MOST_BARS} rows are drawn.")
