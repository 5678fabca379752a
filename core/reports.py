"""How is an answer shown? As one JSON document for programs, as a table for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, cast

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from core.history import Change, Step
from core.machine import Status
from core.moments import Moment
from core.orders import Order, OrderEvent
from core.orders.sentences import address_line, money, sentence
from core.orders.views.order_details import OrderRow
from core.stores.sandbox import Answer

MARK = {"draft": "cyan", "placed": "blue", "shipped": "yellow", "delivered": "green"}
MISSING = "–"


def plain(value: Any) -> Any:
    """A value as JSON knows it: amounts and times as text, nothing rounded."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes):
        return value.hex()
    if is_dataclass(value):
        names = [field.name for field in fields(value)] + [*getattr(value, "DERIVED", ())]
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    return value


def document(answer: Mapping[str, Any]) -> str:
    """The answer as one JSON document."""
    return json.dumps(plain(answer), ensure_ascii=False, indent=2, allow_nan=False)


def order_json(order: Order) -> dict[str, Any]:
    """The state of an order: every field, with the totals that follow from them."""
    state: dict[str, Any] = plain(order)
    return state


def shown_json(order: Order, position: int, at: Moment) -> dict[str, Any]:
    """An order at a moment, and which place in the log that was."""
    return {
        "order_id": order.id,
        "version": order.version,
        "position": position,
        "at": str(at),
        "state": order_json(order),
    }


def step_json(step: Step) -> dict[str, Any]:
    """An event of a history with all that is recorded about it, and what it changed."""
    recorded = step.recorded
    return {
        "version": recorded.version,
        "position": recorded.position,
        "type": recorded.type,
        "schema": recorded.schema,
        "event_id": str(recorded.event.event_id),
        "occurred_at": recorded.event.occurred_at,
        "recorded_at": recorded.recorded_at,
        "sentence": told(step),
        "metadata": recorded.event.metadata,
        "data": json.loads(recorded.data),
        "digest": recorded.digest,
        "seal": recorded.seal,
        "changes": [change_json(change) for change in step.changes],
    }


def change_json(change: Change) -> dict[str, Any]:
    """A field, before and after."""
    return {name: plain(value) for name, value in change._asdict().items()}


def told(step: Step) -> str:
    """The event of a step as a sentence."""
    return sentence(cast(OrderEvent, step.recorded.event))


def text(value: Any) -> Text:
    """A value from the log as bare text: no mark-up, no control characters."""
    said = MISSING if value is None or value == "" else value
    if isinstance(said, Decimal):
        said = money(said)
    if isinstance(said, datetime):
        said = f"{said:%Y-%m-%d %H:%M:%S}"
    return Text("".join(sign if sign.isprintable() else "�" for sign in str(said)))


def order_table(rows: Sequence[OrderRow]) -> Table:
    """A list of orders."""
    figures = ("#Units", "#Total", "#Version")
    table = bare_table("Order", "Customer", "Status", *figures, "Updated (UTC)")
    for row in rows:
        status = Text(row.status, MARK.get(row.status, "red"))
        cells = (row.quantity, row.total, row.version, row.updated_at)
        table.add_row(text(row.order_id), text(row.customer_id), status, *map(text, cells))
    return table


def order_sheet(order: Order, position: int) -> RenderableType:
    """One order as it stood."""
    head = Text.assemble(
        text(order.id),
        "  ",
        (order.status.value, MARK.get(order.status.value, "red")),
        (f"  v{order.version} @{position}", "dim"),
    )
    about = facts(_order_facts(order))
    if not order.items:
        return Group(head, "", about)
    items = bare_table("Product", "Name", "#Quantity", "#Price", "#Total")
    for item in order.items:
        cells = (item.product_id, item.product_name, item.quantity, item.unit_price, item.total)
        items.add_row(*map(text, cells))
    return Group(head, "", items, "", about)


def _order_facts(order: Order) -> dict[str, Any]:
    paid = ", ".join(f"{money(one.amount)} by {one.method}" for one in order.payments)
    known = {
        "total": order.total,
        "paid": f"{money(order.paid)} ({paid})" if paid else order.paid,
        "customer": order.customer_id,
        "address": address_line(order.shipping_address),
        "carrier": order.carrier,
        "tracking number": order.tracking_number,
        "delivered at": order.delivered_at,
    }
    if order.cancellation:
        known["cancelled by"] = order.cancellation.cancelled_by
        known["reason"] = order.cancellation.reason
    return {name: value for name, value in known.items() if value not in (None, "")}


def history_table(steps: Iterable[Step]) -> Table:
    """The story of an order, event by event."""
    table = bare_table("#v", "#@", "Time (UTC)", "What happened", "Who", "What changed")
    for step in steps:
        recorded = step.recorded
        event = recorded.event
        where = (recorded.version, recorded.position, event.occurred_at)
        changed = Text("\n").join(_change(change) for change in step.changes)
        table.add_row(
            *map(text, where), text(told(step)), text(event.metadata.get("actor")), changed
        )
    return table


def _change(change: Change) -> Text:
    path = text(" › ".join(change.path))
    return Text.assemble(path, ": ", text(change.before), " → ", text(change.after))


def status_sheet(status: Status) -> Table:
    """How far a store has come."""
    known = {
        "store": status.url,
        "position": status.position,
        "streams": status.streams,
        "recorded at": status.recorded_at,
        "seal": status.seal,
    }
    reached = {f"view {name}": f"@{at}" for name, at in status.checkpoints.items()}
    return facts({**known, **reached, "kept by": " ".join(status.remarks)})


def facts(known: Mapping[str, Any]) -> Table:
    """Names and values, one to a line."""
    table = Table.grid(padding=(0, 2))
    for name, value in known.items():
        table.add_row(Text(name, "dim"), text(value))
    return table


def bare_table(*columns: str) -> Table:
    """A table without a frame; a `#` marks the columns of figures."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for column in columns:
        figures = column.startswith("#")
        justify: Any = "right" if figures else "left"
        table.add_column(column.removeprefix("#"), justify=justify, overflow="fold")
    return table


def answer_table(found: Answer) -> RenderableType:
    """What a query found; numbers stand to the right, and without the noise of binary fractions."""
    columns = [[row[place] for row in found.rows] for place in range(len(found.columns))]
    named = zip(found.columns, columns, strict=True)
    table = bare_table(*(f"#{name}" if _numbers(cells) else name for name, cells in named))
    for row in found.rows:
        table.add_row(*map(_told, row))
    return table


def _numbers(cells: Sequence[Any]) -> bool:
    return any(cells) and all(isinstance(cell, int | float | None) for cell in cells)


def _told(cell: Any) -> Text:
    return text("" if cell is None else f"{cell:.12g}" if isinstance(cell, float) else cell)
