"""What does the browser need to walk one order's history? States as patches, ready to read.

Python folds and formats; the browser only walks. The first state, what each event changed, and a
keyframe now and then, so that a jump need not pass through everything in between.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import astuple
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any, cast

from core.history import Path, Step, document
from core.orders.events import OrderEvent
from core.orders.sentences import money, sentence
from dashboard.parts.kinds import STATUS_HUES, STATUS_PATH, kind

WHOLE = 2_000
"""Up to this many versions an order travels whole; beyond, in windows."""
BLOCK = 150
SPACING = 64

COLUMNS = (
    *("position", "id", "type", "schema", "sentence", "iso", "at", "gap"),
    *("recorded", "late", "digest", "seal", "metadata", "data"),
)

Shown = dict[int, str]


def window(version: int, total: int) -> tuple[int, int]:
    """The first and last version to pack so that `version` can be shown, with room to move.

    Windows begin at multiples of a block, so that people who look near each other share one.
    """
    if total <= WHOLE:
        return 1, total
    first = max(1, (version // BLOCK) * BLOCK - BLOCK // 2)
    return first, min(total, first + 2 * BLOCK - 1)


def pack(steps: Sequence[Step], total_versions: int, zone: tzinfo = UTC) -> str:
    """These consecutive steps as JSON: `total_versions` may exceed them when they are a window."""
    paths: dict[Path, int] = {}
    start = _numbered(_before(steps[0]), paths, zone) if steps else {}
    patches = [_patch(step, paths, zone) for step in steps]
    return json.dumps(
        {
            "total": total_versions,
            "first": steps[0].recorded.version if steps else 1,
            "columns": COLUMNS,
            "events": _events(steps, zone),
            "zone": str(zone),
            "start": list(start.items()),
            "patches": patches,
            "keyframes": _keyframes(steps, start, patches),
            "paths": list(paths),
            "kinds": {name: astuple(kind(name)) for name in {s.recorded.type for s in steps}},
            "status_path": STATUS_PATH,
            "status_hues": STATUS_HUES,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def shown(value: Any, zone: tzinfo = UTC) -> str:
    """A value as people read it; the browser shows it as it is."""
    if isinstance(value, datetime):
        return moment(value, zone)
    formatted: Callable[[Any], str] = FORMATS.get(type(value), str)
    return formatted(value)


def shown_if_there(value: Any, zone: tzinfo = UTC) -> str | None:
    """The same; None is absence."""
    return None if value is None else shown(value, zone)


def moment(at: datetime, zone: tzinfo = UTC) -> str:
    """`24 Nov 2017 17:00:05 UTC`, or what the clocks of another zone show then."""
    return f"{to_the_second(at, zone)} {at.astimezone(zone):%Z}"


def to_the_second(at: datetime, zone: tzinfo) -> str:
    """`24 Nov 2017 17:00:05`, where the zone is said elsewhere."""
    there = at.astimezone(zone)
    return f"{there.day} {there:%b %Y %H:%M:%S}"


def gap(before: datetime, after: datetime) -> str:
    """How long it took, in the two largest units; nothing below a minute."""
    apart = abs(after - before)
    if apart < timedelta(minutes=1):
        return ""
    minutes = apart // timedelta(minutes=1)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [(days, "day" if days == 1 else "days"), (hours, "h"), (minutes, "min")]
    while not parts[0][0]:
        parts.pop(0)
    told = " ".join(f"{count} {unit}" for count, unit in parts[:2] if count)
    return f"{told} {'later' if after > before else 'earlier'}"


def late(occurred_at: datetime, recorded_at: datetime) -> str:
    """`came to light 2 days later`, where the log learned of it a minute or more afterwards."""
    apart = gap(occurred_at, recorded_at)
    return f"came to light {apart}" if apart and recorded_at > occurred_at else ""


FORMATS: dict[type, Callable[[Any], str]] = {
    Decimal: money,
    int: lambda number: f"{number:,}",
}


def _before(step: Step) -> dict[Path, Any]:
    before = document(step.state)
    for change in step.changes:
        before[change.path] = change.before
    return {path: value for path, value in before.items() if value is not None}


def _numbered(state: dict[Path, Any], paths: dict[Path, int], zone: tzinfo) -> Shown:
    return {paths.setdefault(path, len(paths)): shown(value, zone) for path, value in state.items()}


def _patch(
    step: Step, paths: dict[Path, int], zone: tzinfo
) -> list[tuple[int, str | None, str | None]]:
    return [
        (
            paths.setdefault(change.path, len(paths)),
            shown_if_there(change.before, zone),
            shown_if_there(change.after, zone),
        )
        for change in step.changes
    ]


def _keyframes(
    steps: Sequence[Step], start: Shown, patches: list[list[tuple[int, str | None, str | None]]]
) -> list[tuple[int, list[tuple[int, str]]]]:
    # Spaced by size as well as by number: a state that grows with its history, remembered every
    # 64 versions, would make the model quadratic.
    state, frames, last, weight = dict(start), [], 0, 0
    for count, (step, patch) in enumerate(zip(steps, patches, strict=True), start=1):
        for path, _, after in patch:
            state.pop(path, None) if after is None else state.update({path: after})
        weight += len(patch)
        if count - last >= SPACING and weight >= len(state):
            frames.append((step.recorded.version, list(state.items())))
            last, weight = count, 0
    return frames


def _events(steps: Sequence[Step], zone: tzinfo) -> list[tuple[Any, ...]]:
    rows, previous = [], None
    for step in steps:
        record = step.recorded
        event = record.event
        rows.append(
            (
                record.position,
                str(event.event_id),
                record.type,
                record.schema,
                sentence(cast(OrderEvent, event)),
                event.occurred_at.isoformat(),
                moment(event.occurred_at, zone),
                gap(previous, event.occurred_at) if previous else "",
                moment(record.recorded_at, zone),
                late(event.occurred_at, record.recorded_at),
                record.digest.hex(),
                record.seal.hex(),
                record.metadata_bytes.decode(),
                record.data.decode(),
            )
        )
        previous = event.occurred_at
    return rows
