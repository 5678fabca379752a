"""How long does the whole log take: as objects, as read models, as of a time?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from tests.benchmarks.contenders import OURS, Contender, Orders
from tests.benchmarks.field import field
from tests.benchmarks.goal_appends import EVENTS, race, short_orders
from tests.benchmarks.measuring import Figures, Race, timed
from tests.benchmarks.places import in_file

ORDERS, QUICK_ORDERS = 165_000, 5_000
SHARE = 10
"""The others hold a tenth of it: what they take is per event, and they would fill for minutes."""


def objects(folder: Path, quick: bool) -> Iterator[Race]:
    """Each event of the log, one after another; seconds per event."""
    with closing(_Log(folder, quick)) as log:
        log.agree()
        visits = {name: _read(one, log.events(name)) for name, one in log.there.items()}
        yield race(f"{log.events(OURS):,} events as objects", visits, slow=True)


def _read(one: Contender, events: int) -> Callable[[], Figures]:
    def work() -> None:
        for _ in one.log():
            pass

    return lambda: {"": timed(work)[""] / events}


class _Log:
    """A long log of short orders in the store of each contender."""

    def __init__(self, folder: Path, quick: bool) -> None:
        self._orders = QUICK_ORDERS if quick else ORDERS
        self.there = {
            name: open_(in_file(_made(folder, name)), False) for name, open_ in field().items()
        }
        for name, one in self.there.items():
            if next(one.log(), None) is None:
                one.fill(self._asked(name))

    def _asked(self, name: str) -> Orders:
        return short_orders(self.events(name) // EVENTS)

    def events(self, name: str) -> int:
        """How many events this contender holds."""
        return EVENTS * (self._orders if name == OURS else max(1, self._orders // SHARE))

    def agree(self) -> None:
        """Nobody is timed who gives fewer events, or more."""
        for name, one in self.there.items():
            assert sum(1 for _ in one.log()) == self.events(name), f"{name} has another log"

    def close(self) -> None:
        """Let go of everybody."""
        for one in self.there.values():
            one.close()


def _made(folder: Path, name: str) -> Path:
    here = folder / f"log-{name.replace(', ', '-')}"
    here.mkdir(exist_ok=True)
    return here
