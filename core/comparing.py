"""What lies between two versions of a state, and which events explain it?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from core.events import Recorded
from core.history import Change, Path, Step, difference, document, part


@dataclass(frozen=True)
class Difference:
    """A field that is not what it was, and the events that made it what it is."""

    change: Change
    explained_by: tuple[Recorded, ...]


def compare(steps: Sequence[Step]) -> list[Difference]:
    """The differences that consecutive steps leave behind, each with what explains it.

    A field is explained by the last event that set it: whatever came before was overwritten, and
    what was undone again leaves no difference. A derived field follows from others, so it is
    explained by those of their events that moved it.
    """
    if not steps:
        return []
    touching: dict[Path, list[Recorded]] = {}
    for step in steps:
        for change in step.changes:
            touching.setdefault(change.path, []).append(step.recorded)
    changes = _between(steps)
    ends = (steps[0].before, steps[-1].state)
    derived = {one.path for one in changes if any(is_derived(end, one.path) for end in ends)}
    last = {one.path: touching.get(one.path, [steps[0].recorded])[-1] for one in changes}
    needed = {last[one.path].version for one in changes if one.path not in derived}
    explained: dict[Path, tuple[Recorded, ...]] = {path: (record,) for path, record in last.items()}
    for path in derived:
        moved_by = [one for one in touching.get(path, []) if one.version in needed]
        begun = steps[0].recorded.version == 1
        explained[path] = tuple(moved_by) or ((steps[0].recorded,) if begun else explained[path])
    return [Difference(one, explained[one.path]) for one in changes]


def _between(steps: Sequence[Step]) -> list[Change]:
    if steps[0].recorded.version > 1:
        return difference(steps[0].before, steps[-1].state)
    # Before its first event there was nothing, not even a draft that is worth 0.
    return [Change(path, None, value) for path, value in document(steps[-1].state).items()]


def explaining(differences: Iterable[Difference]) -> list[Recorded]:
    """The smallest set of events that explains these differences, oldest first."""
    events = {one.version: one for found in differences for one in found.explained_by}
    return [events[version] for version in sorted(events)]


def is_derived(state: Any, path: Path) -> bool:
    """Whether the value at a path follows from other fields."""
    for name in path:
        if name in getattr(state, "DERIVED", ()):
            return True
        state = part(state, name)
    return False
