"""How long does it take to have an order: whole, at any version, at any time, all its states?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from random import Random

from core.orders import orders
from tests.benchmarks import raw
from tests.benchmarks.contenders import (
    DEFAULT,
    OPTIMIZED,
    OURS,
    OURS_SHORT,
    OURS_VERSION,
    Contender,
    Fact,
    facts,
)
from tests.benchmarks.field import field, optimized, peer_is_here
from tests.benchmarks.goal_appends import race
from tests.benchmarks.histories import long_order
from tests.benchmarks.measuring import Figures, Race, spread, timed
from tests.benchmarks.ours import Ours
from tests.benchmarks.places import Place, in_file

NAME = "long"
SHORT, MIDDLE, LONG = 1_000, 10_000, 100_000
SAMPLES, SEED = 200, 7
WITHOUT_ASSERTIONS = """
import time
from tests.benchmarks.peer import Default
one = Default({url!r})
one.state({name!r})
start = time.perf_counter()
for _ in range({times}):
    one.state({name!r})
print((time.perf_counter() - start) / {times})
"""


@dataclass(frozen=True)
class Lives:
    """One order of a length, in the store of each contender: its URL."""

    length: int
    urls: Mapping[str, str]


def replays(folder: Path, quick: bool, place: Place = in_file) -> Iterator[Race]:
    """The newest state without any snapshot, for growing lengths; seconds an order."""
    lengths = (SHORT, MIDDLE) if quick or place is not in_file else (SHORT, MIDDLE, LONG)
    for length in lengths:
        lives = kept(folder, length, place)
        with everybody(lives, snapshots=False) as there:
            agree(there, length, [None])
            times = max(1, (2_000 if quick else 20_000) // length)
            visits = {name: _whole(one, times) for name, one in there.items()}
            if peer_is_here() and place is in_file:
                url = lives.urls[DEFAULT]
                code = WITHOUT_ASSERTIONS.format(url=url, name=NAME, times=times)
                visits[OPTIMIZED] = lambda code=code: {"": optimized(code)}  # type: ignore[misc]
            yield race(f"replay {length:,} events, {kind(place)}", visits, slow=length > MIDDLE)


def _whole(one: Contender, times: int) -> Callable[[], Figures]:
    return lambda: timed(lambda: one.state(NAME), times)


def at_versions(folder: Path, quick: bool, place: Place = in_file) -> Iterator[Race]:
    """The state at random versions of a long order, with snapshots."""
    length = reach(quick, place)
    asked = Random(SEED).choices(range(1, length + 1), k=SAMPLES)
    near = Random(SEED).choices(range(1, SHORT + 1), k=SAMPLES)
    with (
        everybody(kept(folder, length, place), snapshots=True) as there,
        everybody(kept(folder, SHORT, place), snapshots=True, only=(OURS,)) as short,
    ):
        agree(there, length, asked[:10])
        visits = {name: _versions(one, asked) for name, one in there.items()}
        visits[OURS_SHORT] = _versions(short[OURS], near)
        yield race(f"state at any version of {length:,}, {kind(place)}", visits)


def at_times(folder: Path, quick: bool, place: Place = in_file) -> Iterator[Race]:
    """The state at random times; the others, who have no times, are asked for those versions."""
    length = reach(quick, place)
    asked = Random(SEED).choices(range(1, length + 1), k=SAMPLES)
    with everybody(kept(folder, length, place), snapshots=True) as there:
        ours = there[OURS]
        assert isinstance(ours, Ours)
        times = [_recorded(ours, version) for version in asked]
        expected = {at: ours.state(NAME, at) for at in asked[:10]}
        for version, time in zip(asked[:10], times, strict=False):
            assert ours.state_at(NAME, time) == expected[version], "the state at a time is wrong"
        visits = {name: _versions(one, asked) for name, one in there.items()}
        visits[OURS_VERSION] = visits[OURS]
        visits[OURS] = lambda: spread([partial(ours.state_at, NAME, time) for time in times])
        yield race(f"state at any time of {length:,}, {kind(place)}", visits)


def _recorded(ours: Ours, version: int) -> datetime:
    found = ours.machine.store.at(version)  # the order is alone in its log
    assert found is not None
    return found.recorded_at


def _versions(one: Contender, asked: list[int]) -> Callable[[], Figures]:
    return lambda: spread([partial(one.state, NAME, version) for version in asked])


def all_states(folder: Path, quick: bool) -> Iterator[Race]:
    """The order after each of its 1,000 events, each kept; everybody folds once."""
    with everybody(kept(folder, SHORT, in_file), snapshots=False) as there:
        agree(there, SHORT, [None])
        visits = {name: _states(one) for name, one in there.items()}
        yield race("", visits)


def _states(one: Contender) -> Callable[[], Figures]:
    return lambda: timed(lambda: one.states(NAME), 3)


def kind(place: Place) -> str:
    """What the places are on."""
    return "SQLite" if place is in_file else "PostgreSQL"


def reach(quick: bool, place: Place) -> int:
    """How long the long order is."""
    return MIDDLE if quick or place is not in_file else LONG


def kept(folder: Path, length: int, place: Place) -> Lives:
    """The stores that hold an order of a length, with its snapshots; filled when first asked."""
    happened: list[Fact] = []
    urls = {}
    for name, open_ in field().items():
        here = folder / f"{length}-{name.replace(', ', '-')}"
        if not here.exists():
            here.mkdir()
            (here / "url").write_text(place(here))
            happened = happened or facts(long_order(NAME, length))
            with closing(open_((here / "url").read_text(), True)) as one:
                one.fill([(NAME, happened)])
        urls[name] = (here / "url").read_text()
    return Lives(length, urls)


@contextmanager
def everybody(
    lives: Lives, snapshots: bool, only: tuple[str, ...] = ()
) -> Iterator[dict[str, Contender]]:
    """Who keeps this order, opened again."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(closing(open_(lives.urls[name], snapshots)))
            for name, open_ in field().items()
            if name in (only or lives.urls)
        }


def agree(there: Mapping[str, Contender], length: int, asked: list[int | None] | list[int]) -> None:
    """Nobody is timed who has another state than a fold of what was kept."""
    happened = list(long_order(NAME, length))
    for version in asked:
        expected = orders.fold(happened[:version])
        for one in there.values():
            raw.agree(one.state(NAME, version), expected)
