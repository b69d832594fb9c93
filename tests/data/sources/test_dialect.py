"""Where a table begins, what divides it and what its lines lack, in files as spreadsheets and programs write them."""

from __future__ import annotations

import pytest

from core.config.experiment import DataConfig
from core.data.sources.files import preview
from tests.data.sources.common import (
    DAYS,
    LIMITS,
    Write,
    pairs,
    read_labelled,
    read_pairs,
    read_series,
    refusal,
    reviews,
    table,
)

SALES = table(DAYS, header="date,sales")
DECIMALS = [f"{10 + k % 7},{k * 7 % 31:02}" for k in range(31)]


@pytest.mark.parametrize(
    ("above", "number"),
    [
        ("Report of January\n", "1 line"),
        ("Report of January\nSource: the till\n\n", "3 lines"),
        ("Report of January,\nSource: the till,\n,\n", "3 lines"),
        ("# station 7\n# metres above the sea\n", "2 lines"),
    ],
)
def test_lines_above_a_table_are_left_out_and_said(write: Write, above: str, number: str) -> None:
    series = read_series(write(above + SALES))
    assert list(series.frame.columns) == ["sales"]
    assert (len(series.frame), series.frequency) == (31, "daily")
    assert f"{number} above the table left out" in series.notes


def test_the_preview_begins_where_the_table_does(write: Write) -> None:
    found = preview("series", [write("Report\n\n" + SALES)], DataConfig(), LIMITS)
    assert found.columns == ("date", "sales")
    assert found.rows[0][0] == DAYS[0]


def test_the_line_by_which_excel_names_the_delimiter_is_no_header(write: Write) -> None:
    series = read_series(write("sep=;\n" + SALES.replace(",", ";")))
    assert list(series.frame.columns) == ["sales"]


@pytest.mark.parametrize("first", ["a film without a label", "2021-01-01"])
def test_a_first_row_that_lacks_a_cell_shifts_nothing(write: Write, first: str) -> None:
    path = write(f"{first},\n" + (reviews(12, "") if "film" in first else SALES.split("\n", 1)[1]))
    if "film" in first:
        assert len(read_labelled(path).texts) == 12
    else:
        assert len(read_series(path).frame) == 31


def test_tabs_in_quoted_texts_do_not_divide_a_table_of_commas(write: Write) -> None:
    labelled = read_labelled(write(reviews(12).replace("a film,", "a\tfilm,")))
    assert labelled.texts[0] == "a\tfilm, number 0"
    assert labelled.classes == ("bad", "good")


def test_a_table_of_tabs_may_have_commas_in_every_line(write: Write) -> None:
    assert read_pairs(write(pairs(12).replace("the cat", "well, the cat"))).src[0] == "well, the cat 0"


def test_one_column_of_decimal_commas_stays_one_column(write: Write) -> None:
    for header in ("", "sales\n"):
        series = read_series(write(header + "\n".join(DECIMALS) + "\n"))
        assert series.frame.iloc[:, 0].tolist() == [float(cell.replace(",", ".")) for cell in DECIMALS]


def test_two_columns_of_whole_numbers_stay_two(write: Write) -> None:
    assert read_series(write("".join(f"{k % 7},{k % 11 + 10}\n" for k in range(31)))).frame.shape == (31, 2)


def test_the_names_of_rows_that_r_writes_have_no_name(write: Write) -> None:
    rows = "".join(f"r{k},{day},{k % 7}\n" for k, day in enumerate(DAYS))
    assert list(read_series(write("date,sales\n" + rows)).frame.columns) == ["sales"]


def test_a_column_without_a_name_at_the_end_shifts_no_name(write: Write) -> None:
    rows = "".join(f"{day},{k % 7},ok\n" for k, day in enumerate(DAYS))
    assert list(read_series(write("date,sales,\n" + rows)).frame.columns) == ["sales"]


def test_texts_with_commas_and_without_quotes_are_no_columns(write: Write) -> None:
    path = write("label,text\n" + "".join(f"{k % 2},a film, number {k}\n" for k in range(24)))
    (problem,) = refusal("labelled", [path]).problems
    assert "2 names for 3 columns" in problem.received
    assert "quotes" in problem.hint
