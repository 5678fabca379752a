"""Does the screen say how long orders waited at the moment, and lead from each figure to them?"""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import AtPosition, AtVersion, TimeMachine
from core.clock_words import zone_named
from core.orders import orders
from core.orders.rules import breach
from core.orders.views.lifecycle import STAYS
from core.projections import Where
from dashboard.source import waiting
from tests.dashboard.conftest import Open
from tests.dashboard.test_screens import longest, said

SCREEN = "screens/waiting.py"
ORDER = "screens/order.py"
EVENTS = 39_670


@pytest.fixture(scope="session")
def sample(stores: dict[str, str]) -> TimeMachine:
    return TimeMachine.open(stores["sample"], create=False)


def tables(app: AppTest) -> dict[str, list[list[str]]]:
    """The rows of each table on the page, as they are read."""
    sent = [json.loads(one.proto.json) for one in app.get("bidi_component")]
    told = [json.loads(one["sent"]) for one in sent if "sent" in one]
    return {one["label"]: [[cell["text"] for cell in row] for row in one["rows"]] for one in told}


def number(text: str) -> int:
    return int(text.replace(",", ""))


@pytest.mark.parametrize("seed", range(3))
def test_each_count_is_a_replay_to_the_moment(
    open_app: Open, sample: TimeMachine, seed: int
) -> None:
    at = Random(seed).randrange(1, EVENTS)
    states: dict[str, Any] = {}
    paths: dict[str, list[str]] = {}
    broken: dict[str, set[str]] = {}
    for record in sample.store.read_all(to_position=at):
        before = states.get(record.stream, orders.initial)
        if found := breach(before, record.event):  # type: ignore[arg-type]
            broken.setdefault(found.rule.capitalize(), set()).add(record.stream)
        states[record.stream] = after = orders.evolve(before, record.event)  # type: ignore[arg-type]
        path = paths.setdefault(record.stream, [])
        if (status := after.status.capitalize()) not in path[-1:]:
            path.append(status)
    shown = tables(open_app(SCREEN, at=f"@{at}"))
    steps = Counter(step for path in paths.values() for step in pairwise(path))
    here = Counter(path[-1] for path in paths.values())
    ways = Counter(tuple(path) for path in paths.values())
    listed = {tuple(row[:2]): number(row[2]) for row in shown["Steps that orders took"]}
    assert listed == steps
    still = {row[0]: number(row[4]) for row in shown["How long orders stay in each status"]}
    assert still == {status: here[status] for status in still}
    assert sorted(number(row[0]) for row in shown["Paths"]) == sorted(ways.values())
    assert {row[0]: number(row[1]) for row in shown.get("Broken rules", [])} == {
        rule: len(streams) for rule, streams in broken.items()
    }


def test_the_list_behind_a_figure_begins_with_the_longest_wait(open_app: Open) -> None:
    app = open_app(SCREEN, at="@30000", figure="stay.placed.2017-11")
    rows = tables(app)["Orders behind the figure"]
    assert any("Placed, since Nov\u00a02017: 410 orders" in one.value for one in app.markdown)
    assert len(rows) == 10
    days = [int(row[-1].split(" d")[0]) for row in rows]
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
def test_a_month_is_one_of_the_zone_that_was_chosen(
    open_app: Open, sample: TimeMachine, zone: str
) -> None:
    shown = tables(open_app(SCREEN, at="@30000", zone=zone))["By month"]
    placed: Counter[str] = Counter()
    for stay in sample.rows(STAYS, AtPosition(30_000), [Where("status", "=", "placed")]):
        if stay.left_at and not stay.inferred and stay.left_at >= stay.entered_at:
            placed[f"{stay.entered_at.astimezone(zone_named(zone)):%b %Y}"] += 1
    assert {row[0].replace("\u00a0", " "): number(row[1]) for row in shown} == placed


def test_the_orders_behind_a_figure_tell_their_times_in_the_zone_that_was_chosen(
    open_app: Open,
) -> None:
    app = open_app(SCREEN, at="@30000", figure="stay.placed.2017-11", zone="Asia/Tokyo")
    assert {row[3][-3:] for row in tables(app)["Orders behind the figure"]} == {"JST"}


@pytest.mark.parametrize("figure", ["nonsense", "stay.placed.1999-01", "rule.", "path.draft.draft"])
def test_a_figure_there_is_not_is_a_sentence(open_app: Open, figure: str) -> None:
    app = open_app(SCREEN, at="@30000", figure=figure)
    assert not app.exception
    assert said(app.warning[0]) == f"There is no figure {figure} at this moment."


@pytest.mark.parametrize("at", ["@0", "@1", "now"])
def test_it_opens_at_every_moment(open_app: Open, at: str) -> None:
    app = open_app(SCREEN, at=at)
    assert not app.exception
    assert not app.error


def test_an_order_stands_among_all_orders_of_the_moment(open_app: Open) -> None:
    shipped = "1a358c4ef8c7d066e7e526670d486f3e"
    app = open_app(ORDER, order=shipped, at="v5")
    assert tables(app)["Its waits"] == [
        ["Draft", "10 min 21 s", "longer than 15\u00a0% of 2,837 others"],
        ["Placed", "1 d 15 h", "longer than 44\u00a0% of 1,953 others"],
        ["Shipped", "0 s so far", "longer than 0\u00a0% of 1,467 others"],
    ]
    assert any("488 of 2,903 orders took this path" in one.value for one in app.caption)


def test_where_an_order_stands_is_not_measured_while_folded(
    open_app: Open, sample: TimeMachine
) -> None:
    app = open_app(ORDER, order=longest(sample), at="v3", place="false")
    assert "Its waits" not in tables(app)
    assert not app.exception


def test_a_rule_leads_to_the_moment_it_was_broken(sample: TimeMachine, open_app: Open) -> None:
    app = open_app(SCREEN, figure="rule.cancelled after shipping")
    [first, *_] = tables(app)["Orders behind the figure"]
    version = waiting.broken_at("cancelled after shipping", first[0], EVENTS)
    position = sample.position(AtVersion(version), first[0])
    assert sample.store.at(position).type == "OrderCancelled"
