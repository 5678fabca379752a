"""Does the query screen answer as of the playhead, and explain what it cannot?"""

from __future__ import annotations

import pytest

from core import AtPosition, TimeMachine
from dashboard.parts.examples import EXAMPLES
from tests.dashboard.conftest import Open

QUERY = "screens/query.py"


@pytest.mark.parametrize("question", EXAMPLES)
def test_every_example_finds_something_in_the_real_orders(open_app: Open, question: str) -> None:
    app = open_app(QUERY, at="@20000", sql=EXAMPLES[question])
    assert not app.exception
    assert not app.error
    assert len(app.dataframe[-1].value) > 1


def test_the_answer_is_that_of_the_moment(open_app: Open, stores: dict[str, str]) -> None:
    asked = "SELECT status, count(*) AS orders FROM orders GROUP BY status ORDER BY status"
    machine = TimeMachine.open(stores["sample"], create=False)
    for position in (1, 777, 20_000):
        app = open_app(QUERY, at=f"@{position}", sql=asked)
        rows = [tuple(row) for row in app.dataframe[-1].value.itertuples(index=False)]
        assert rows == machine.ask(asked, AtPosition(position)).rows


def test_an_example_goes_into_the_box_and_the_link(open_app: Open) -> None:
    app = open_app(QUERY)
    app.selectbox(key="example").set_value("Revenue by month").run()
    assert app.text_area(key="sql").value == EXAMPLES["Revenue by month"]
    assert app.query_params["sql"] in (EXAMPLES["Revenue by month"], [EXAMPLES["Revenue by month"]])
    assert "month" in app.dataframe[-1].value.columns


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("SELECT * FROM oders", "there is no table oders"),
        ("SELECT status FORM orders", "this cannot be read near 'orders'"),
        ("DELETE FROM orders", "nothing can be changed here"),
        ("SELECT * FROM main.orders", "there is no table main.orders"),
        ("   ", "ask with a SELECT"),
    ],
)
def test_a_mistake_is_a_sentence_at_its_place(open_app: Open, sql: str, sentence: str) -> None:
    app = open_app(QUERY, store="story", sql=sql)
    assert not app.exception
    assert app.error[0].value == "The query cannot be answered."
    assert sentence in app.code[0].value


def test_nothing_found_is_said(open_app: Open) -> None:
    app = open_app(QUERY, store="story", sql="SELECT * FROM orders WHERE total < 0")
    assert app.info[0].value == "Nothing matches at this moment."


def test_columns_of_one_name_are_told_apart(open_app: Open) -> None:
    app = open_app(QUERY, store="story", sql="SELECT 1 AS n, 2 AS n")
    assert list(app.dataframe[-1].value.columns) == ["n", "n (2)"]
