"""What stands around every screen? The menu, the playhead, and one sentence for failures."""

from __future__ import annotations

import gc
import logging
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import streamlit as st

HERE = Path(__file__).parent
if str(HERE.parent) not in sys.path:  # Streamlit runs this file by its path, not as a module
    sys.path.insert(0, str(HERE.parent))

from dashboard import address, playhead, source  # noqa: E402
from dashboard.above import draw_band  # noqa: E402
from dashboard.parts.citation import citation_link, cited_banner  # noqa: E402
from dashboard.parts.frame import empty, failed, frame, warn  # noqa: E402
from dashboard.source import EventscopeError, StoreUnavailable, proof  # noqa: E402
from dashboard.source.proof import BadCitation  # noqa: E402

MENU = (
    st.Page("screens/overview.py", title="Overview", icon=":material/monitoring:", default=True),
    st.Page("screens/order.py", title="Order", icon=":material/history:", url_path="order"),
    st.Page("screens/compare.py", title="Compare", icon=":material/compare_arrows:"),
    st.Page("screens/waiting.py", title="Waiting", icon=":material/hourglass_top:"),
    st.Page("screens/query.py", title="Query", icon=":material/database_search:"),
    st.Page("screens/log.py", title="Log", icon=":material/format_list_numbered:", url_path="log"),
)

COMPARISON = "screens/compare.py"


@st.cache_resource(show_spinner=False)
def settle_memory() -> None:
    """Take the imported modules out of the collector's sight: reruns need not walk them."""
    gc.collect()
    gc.freeze()


def draw_playhead(present: source.Present) -> None:
    """The whole log under one playhead, the same on every screen."""
    draw_band(present.position)
    offer_comparison()
    if st.session_state.pop("citing", False):
        cite(playhead.position())
    if said := playhead.trouble():
        warn(said)
    if present.behind:
        st.caption(f"{present.behind:,} newer events are being read into the figures.")


def offer_comparison() -> None:
    """Where both pins are set, the way to what became different between them."""
    a, b = playhead.pins()
    if a is None or b is None or page.url_path == "compare":
        return
    query = {"from": f"@{a}", "to": f"@{b}"}
    label = f"Compare A (position {a:,}) with B (position {b:,})"
    st.page_link(COMPARISON, label=label, icon=":material/compare_arrows:", query_params=query)


def check_citation(cited: str) -> None:
    """A link that cites a moment was opened: is it still the same?"""
    try:
        checked = checked_once(cited, playhead.order())
    except BadCitation as bad:
        warn(str(bad))
        return
    broken = str(checked.broken) if checked.broken else None
    position = checked.citation.position
    cited_banner(position, broken, checked.discrepancies, playhead.leave_citation)


def checked_once(cited: str, order_id: str | None) -> proof.Checked:
    """Hashing a long log takes seconds: it is done when the link is opened, not at every click."""
    asked = (cited, order_id)
    held: tuple[Any, proof.Checked] | None = st.session_state.get("checked")
    if held is None or held[0] != asked:
        with st.spinner("Hashing every event up to the cited moment …"):
            held = st.session_state["checked"] = (asked, proof.check(*asked))
    return held[1]


@st.dialog("Cite this moment", width="medium")
def cite(position: int) -> None:
    """The link that proves what is seen here."""
    order_id = playhead.order() if page.url_path == "order" else None
    place = {"order": order_id} if order_id else {}
    query = {**place, "at": f"@{position}", "cited": proof.cite(position, order_id)}
    what = f"order {order_id} at position {position:,}" if order_id else f"position {position:,}"
    here = urlsplit(st.context.url or "")
    there = here._replace(path=here.path or "/", query=urlencode(query, safe="@"))
    citation_link(there.geturl(), what)


@st.fragment(run_every=1.0)
def follow(shown: int) -> None:
    """While the playhead is at now, what others append comes onto the screen by itself."""
    if (newest := reached()) is None or newest > shown:
        st.rerun()


@st.fragment(run_every=1.5)
def wait() -> None:
    """While the store is gone, ask for it again and again; the page comes back with it."""
    if reached() is not None:
        st.rerun()


def reached() -> int | None:
    """The newest position that is on every screen; None while the store is gone."""
    try:
        return source.present().position
    except StoreUnavailable:
        return None


st.set_page_config(page_title="Eventscope", page_icon=str(HERE / "static/mark.svg"), layout="wide")
st.logo(str(HERE / "static/logo.svg"), size="large")
settle_memory()
page = st.navigation(MENU, position="top")
try:
    address.begin(page.url_path)
    frame(past=not playhead.is_now())
    present = source.present()
    if present.position:
        draw_playhead(present)
        if cited := playhead.cited():
            check_citation(cited)
        page.run()
    else:
        empty(present.behind)
    if playhead.is_now():
        follow(present.position)
except StoreUnavailable as error:
    failed(error, "This page asks for the store again by itself, and goes on where it was.")
    wait()
except EventscopeError as error:
    failed(error)
except Exception:  # nobody who looks at a page is helped by a trace
    logging.getLogger("eventscope").exception("A page failed.")
    failed(EventscopeError("This page failed for a reason nobody foresaw. The server noted it."))
