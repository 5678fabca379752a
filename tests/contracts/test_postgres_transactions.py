"""Is all of a transaction placed that appends more than once, however it is to be placed?"""

from __future__ import annotations

from itertools import product

import pytest

from core.digests import verify
from core.errors import VersionConflict
from core.stores.postgres import PostgresStore
from core.stores.postgres_arriving import FACT
from tests.conftest import CODEC
from tests.contracts.test_postgres_order import Driver, fresh, streams, write
from tests.contracts.test_postgres_order import slow as slow
from tests.contracts.test_postgres_order import store as store
from tests.contracts.test_postgres_order import url as url
from tests.orders.facts import lamp, opened

TURNS = ("try", "later", "wait", "place")
LONG_AGO = f"""INSERT INTO facts (xid, {FACT})
  VALUES ('3', 'order-a', 2, %s, %s, %s, %s, %s, %s)"""


@pytest.mark.parametrize("turns", list(product(TURNS, repeat=2)))
def test_whatever_a_transaction_has_placed_already_nothing_of_it_is_forgotten(
    store: PostgresStore, slow: Driver, turns: tuple[str, ...]
) -> None:
    store.append("order-0", [fresh(opened)], 0)
    for version, turn in enumerate(turns):
        if turn == "place":
            slow.execute("SELECT place(true)")
        write(slow, f"order-{version + 1}", opened, 0, "later" if turn == "place" else turn)
    slow.execute("COMMIT")
    store.append("order-0", [lamp], 1)
    assert streams(store) == [(1, "order-0"), (2, "order-1"), (3, "order-2"), (4, "order-0")]
    assert verify(store.rows()).events == 4


def test_two_appends_to_one_stream_in_one_transaction_are_both_placed(
    store: PostgresStore, slow: Driver
) -> None:
    write(slow, "order-a", opened, 0)
    write(slow, "order-a", lamp, 1)
    slow.execute("COMMIT")
    assert [one.version for one in store.read_all()] == [1, 2]


def test_an_append_that_was_taken_back_leaves_no_hole_and_hides_nothing(
    store: PostgresStore, slow: Driver
) -> None:
    slow.execute("SAVEPOINT before")
    write(slow, "order-1", opened, 0)
    slow.execute("ROLLBACK TO SAVEPOINT before")
    write(slow, "order-2", opened, 0, turn="later")
    slow.execute("COMMIT")
    store.append("order-3", [fresh(opened)], 0)
    assert streams(store) == [(1, "order-2"), (2, "order-3")]


@pytest.mark.parametrize("waits", [True, False])
@pytest.mark.parametrize("behind", [1, 2])
def test_a_fact_nobody_would_look_for_is_found_by_whoever_comes_to_its_stream(
    store: PostgresStore, slow: Driver, behind: int, waits: bool
) -> None:
    store.append("order-a", [opened], 0)
    store.append("order-b", [fresh(opened)], 0)
    slow.execute(LONG_AGO, CODEC.encode(fresh(lamp)))
    slow.execute("COMMIT")
    assert store.head().position == 2  # nobody looks so far back
    if behind == 1:
        with pytest.raises(VersionConflict, match="2"):
            store.append("order-a", [fresh(lamp)], 1, wait_for_position=waits)
    else:
        store.append("order-a", [fresh(lamp)], 2, wait_for_position=waits)
        store.place()
    versions = [one.version for one in store.read_stream("order-a")]
    assert versions == list(range(1, behind + 2))
    assert verify(store.rows()).events == store.head().position == behind + 2
