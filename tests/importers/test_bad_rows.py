"""Is each row that makes no sense named, and is nothing imported then?"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import BadImport
from core.importers.olist import read

Folder = Callable[..., Path]
GOOD = "o1,c1,created,2017-03-01 10:00:00,,,,2017-03-20 00:00:00"


def refused(folder: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(BadImport) as caught:
        read(folder)
    return [(row.file, row.line, row.reason) for row in caught.value.rows]


def only(folder: Path) -> tuple[str, int, str]:
    (row,) = refused(folder)
    return row


@pytest.mark.parametrize(
    ("table", "row", "reason"),
    [
        ("order_items", "o1,1,p1,s1,NaN,4.5", "'NaN' is not an amount of money"),
        ("order_items", "o1,1,p1,s1,-3,4.5", "'-3' is not an amount of money"),
        ("order_items", "o1,1,p1,s1,1e3,4.5", "'1e3' is not an amount of money"),
        ("order_items", "o1,1,p1,s1,٣,4.5", "'٣' is not an amount of money"),
        ("order_items", "o1,1,p1,s1,3,", "'' is not an amount of money"),
        ("order_items", "o1,one,p1,s1,3,4", "'one' is not a whole number"),
        ("order_items", "o9,1,p1,s1,3,4", "order_id 'o9' is not known"),
        ("order_items", "o1,1,p9,s1,3,4", "product_id 'p9' is not known"),
        ("order_items", "o1,1,p1,s9,3,4", "seller_id 's9' is not known"),
        ("order_items", "o1,1,p1,s1,3", "5 values in a row of 6 columns"),
        ("order_items", "o1,1,p1,s1,3,4,5", "7 values in a row of 6 columns"),
        ("order_payments", "o9,1,boleto,1,3", "order_id 'o9' is not known"),
        ("order_payments", "o1,1,,1,3", "payment_type is empty"),
        ("order_payments", "o1,1,boleto,x,3", "'x' is not a whole number"),
        ("customers", "c3,,01000,sao paulo,SP", "customer_unique_id is empty"),
    ],
)
def test_a_bad_value_is_named_with_its_file_and_line(olist: Folder, table, row, reason):
    others = {"customers": ["c1,ada,01000,sao paulo,SP", "c2,grace,20000,rio,RJ"]}.get(table, [])
    file, line, said = only(olist(**{table: [*others, row]}))
    assert (file, line, said) == (f"olist_{table}_dataset.csv", 2 + len(others), reason)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (GOOD.replace("o1", "", 1), "order_id is empty"),
        (GOOD.replace("c1", "c9"), "customer_id 'c9' is not known"),
        (GOOD.replace("created", "lost"), "order_status 'lost' is not known"),
        (GOOD.replace("03-01", "02-30"), "'2017-02-30 10:00:00' is not a time of any calendar"),
        (GOOD.replace("2017-03-01 10:00:00", ""), "'' is not a time such as 2017-11-24 17:00:05"),
        (GOOD.replace("2017-03-01 10:", "0001-01-01 00:"), None),
    ],
)
def test_a_bad_order_is_named_with_its_line(olist: Folder, row, reason):
    spoilt = olist(orders=[row], order_items=[], order_payments=[])
    if reason is None:
        assert read(spoilt)
        return
    assert only(spoilt) == ("olist_orders_dataset.csv", 2, reason)


def test_a_duplicate_order_is_named_and_the_first_one_is_not(olist: Folder):
    spoilt = olist(orders=[GOOD, GOOD], order_items=[], order_payments=[])
    assert only(spoilt) == ("olist_orders_dataset.csv", 3, "o1 appears twice")


def test_duplicate_lines_and_payments_are_named(olist: Folder):
    lines = ["o1,1,p1,s1,3,4", "o1,01,p1,s1,3,4"]
    paid = ["o1,1,boleto,1,3", "o1,1,boleto,1,3"]
    assert refused(olist(order_items=lines, order_payments=paid)) == [
        ("olist_order_items_dataset.csv", 3, "o1 1 appears twice"),
        ("olist_order_payments_dataset.csv", 3, "o1 1 appears twice"),
    ]


def test_every_bad_row_of_every_file_is_named(olist: Folder):
    spoilt = olist(
        orders=[GOOD.replace("c1", "c9"), GOOD.replace("o1", "o2").replace("2017-03-01", "x")],
        order_items=["o1,1,p1,s1,much,4", "o2,1,p1,s1,3,4"],
    )
    assert [row[:2] for row in refused(spoilt)] == [
        ("olist_orders_dataset.csv", 2),
        ("olist_orders_dataset.csv", 3),
        ("olist_order_items_dataset.csv", 2),
    ]


def test_rows_that_refer_to_a_bad_row_are_not_blamed(olist: Folder):
    spoilt = olist(products=["p1", "p2,bebes"])
    assert only(spoilt) == ("olist_products_dataset.csv", 2, "1 values in a row of 2 columns")


def test_a_missing_column_is_named(olist: Folder):
    folder = olist()
    items = folder / "olist_order_items_dataset.csv"
    items.write_text(items.read_text().replace("price", "cost", 1))
    assert only(folder) == ("olist_order_items_dataset.csv", 1, "the header lacks price")


def test_a_column_named_twice_is_refused(olist: Folder):
    folder = olist()
    items = folder / "olist_order_items_dataset.csv"
    items.write_text(items.read_text().replace("price", "price,price", 1))
    assert only(folder)[:2] == ("olist_order_items_dataset.csv", 1)


def test_every_missing_file_is_named(olist: Folder):
    folder = olist()
    (folder / "olist_sellers_dataset.csv").unlink()
    (folder / "olist_products_dataset.csv").unlink()
    files = [row[0] for row in refused(folder)]
    assert files == ["olist_products_dataset.csv", "olist_sellers_dataset.csv"]


def test_a_missing_folder_is_named(tmp_path: Path):
    file, _, reason = only(tmp_path / "nowhere")
    assert (file, reason) == (str(tmp_path / "nowhere"), "there is no such folder")


def test_an_empty_file_lacks_its_header(olist: Folder):
    folder = olist()
    (folder / "olist_sellers_dataset.csv").write_text("")
    assert only(folder) == ("olist_sellers_dataset.csv", 1, "the header lacks seller_id")


def test_a_byte_that_is_not_utf8_is_named_with_its_line(olist: Folder):
    folder = olist()
    (folder / "olist_sellers_dataset.csv").write_bytes(b"seller_id\ns1\ns\xff\n")
    assert only(folder) == ("olist_sellers_dataset.csv", 3, "a byte that is not UTF-8")


def test_a_nul_character_is_named_with_its_line(olist: Folder):
    folder = olist()
    (folder / "olist_sellers_dataset.csv").write_bytes(b"seller_id\ns1\n\0\n")
    assert only(folder) == ("olist_sellers_dataset.csv", 3, "a NUL character")


def test_an_open_quote_is_named_where_it_opens(olist: Folder):
    folder = olist(products=["p1,bebes", 'p2,"never closed', "p3,x"])
    assert only(folder)[:2] == ("olist_products_dataset.csv", 3)


def test_a_quoted_line_break_does_not_shift_the_lines_after_it(olist: Folder):
    folder = olist(products=['p1,"a\nb"', "p2,x", "p2,x"])
    assert only(folder) == ("olist_products_dataset.csv", 5, "p2 appears twice")


def test_a_cut_off_archive_is_named(olist: Folder):
    folder = olist()
    sellers = folder / "olist_sellers_dataset.csv"
    whole = gzip.compress(sellers.read_bytes())
    (folder / "olist_sellers_dataset.csv.gz").write_bytes(whole[: len(whole) // 2])
    assert only(folder)[0] == "olist_sellers_dataset.csv.gz"


def test_compressed_files_and_a_byte_order_mark_are_read(olist: Folder):
    folder = olist()
    plain = read(folder)
    for path in folder.glob("*.csv"):
        marked = b"\xef\xbb\xbf" + path.read_bytes()
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(marked))
        path.unlink()
    assert read(folder) == plain
