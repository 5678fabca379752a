"""Does a fold get the facts it needs, and nothing else? For every store there is."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from core.events import Event
from core.stores import EventStore
from tests.orders.facts import lamp, lamp_removed, opened, placed


def fresh(event: Event) -> Event:
    """The same fact, told anew."""
    return replace(event, event_id=uuid4())


def test_the_facts_of_a_stream_are_its_events_without_their_envelopes(store: EventStore) -> None:
    history = [opened, *[fresh(fact) for fact in (lamp, lamp_removed) * 40], placed]
    store.append("order-x", [fresh(opened)], expected_version=0)
    for version, event in enumerate(history):
        store.append("order-a", [event], expected_version=version)
    for first, last in ((1, None), (1, 66), (64, 65), (65, 66), (3, 40), (82, 83), (83, None)):
        pages = list(store.facts("order-a", first, last))
        facts = [fact for page in pages for fact in page]
        assert facts == history[first - 1 : None if last is None else last - 1]
        assert all(pages)
    assert list(store.facts("order-a", 1, 1)) == list(store.facts("nobody")) == []


def test_a_fact_says_that_it_was_read_without_its_envelope(store: EventStore) -> None:
    store.append("order-a", [opened], expected_version=0)
    [[fact]] = store.facts("order-a")
    for name in ("event_id", "occurred_at", "metadata"):
        with pytest.raises(AttributeError, match=f"this OrderCreated was read without its {name}"):
            getattr(fact, name)
