"""Can it be proved? The log verified, a moment cited, a citation held against the stored bytes."""

from __future__ import annotations

from core.citing import Checked as Checked
from core.citing import check_citation, parse_citation
from core.citing import cite as cite_moment
from core.digests import Verified
from core.errors import BadCitation as BadCitation
from core.orders import orders
from dashboard.source import machine


def verify() -> Verified:
    """Re-hash the whole log. Raises `BrokenChain`."""
    return machine().verify()


def cite(position: int, order_id: str | None) -> str:
    """The citation of a moment, and of the order as it stood there if it had begun."""
    stream = None if order_id is None else orders.stream(order_id)
    begun = stream is not None and machine().store.version_at(stream, position)
    return str(cite_moment(machine().store, position, orders, order_id if begun else None))


def check(citation: str, order_id: str | None) -> Checked:
    """Whether a cited moment is still what it was. Raises `BadCitation`."""
    return check_citation(machine().store, parse_citation(citation), orders, order_id)
