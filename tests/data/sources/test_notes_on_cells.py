"""What is said of cells that are written otherwise than the rest of their column: where they are, and how they are read."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.data.sources.numbers import to_column
from tests.data.sources.common import DAYS, Write, read_series, table

VALUES: list[object] = [250 + k * k % 17 for k in range(31)]


def with_cells(**cells: str) -> list[object]:
    """The values with other text in some rows, counted from 1 and named as row3."""
    values = list(VALUES)
    for row, text in cells.items():
        values[int(row[3:]) - 1] = text
    return values


def test_a_cell_that_is_no_number_is_named_with_its_row(write: Write) -> None:
    notes = read_series(write(table(DAYS, with_cells(row22="n/a closed")))).notes
    assert "1 cell of 'value' is not a number (row 22: 'n/a closed') and is treated as missing" in notes


def test_of_several_cells_that_are_no_numbers_the_first_is_named(write: Write) -> None:
    notes = read_series(write(table(DAYS, with_cells(row9="shut", row5="", row22="<b>closed</b>")))).notes
    assert "2 cells of 'value' are not numbers (the first in row 9: 'shut') and are treated as missing" in notes


def test_a_cell_of_many_letters_is_cut_in_its_note(write: Write) -> None:
    notes = read_series(write(table(DAYS, with_cells(row2="x" * 5_000)))).notes
    assert any(f"(row 2: '{'x' * 37}...')" in note for note in notes)


def test_a_mark_of_thousands_in_one_cell_alone_is_said(write: Write) -> None:
    series = read_series(write(table(DAYS, with_cells(row30='"1,200"'))))
    assert series.frame["value"].iloc[29] == 1200
    note = "1 cell of 'value' has a mark of thousands that the others do not have (row 30: '1,200' read as 1200)"
    assert note in series.notes


def test_of_several_marks_of_thousands_the_first_is_named(write: Write) -> None:
    notes = read_series(write(table(DAYS, with_cells(row7='"1,200"', row30='"$2,000.5"')))).notes
    assert any(
        note.startswith("2 cells of 'value' have a mark") and "(the first in row 7: '1,200' read as 1200)" in note
        for note in notes
    )


@pytest.mark.parametrize("cell", ["1200", "1234.567", "$1200"])
def test_a_large_number_without_a_mark_of_thousands_is_not_remarked_upon(write: Write, cell: str) -> None:
    assert not any("thousands" in note for note in read_series(write(table(DAYS, with_cells(row30=cell)))).notes)


def test_marks_that_a_column_has_throughout_are_not_remarked_upon(write: Write) -> None:
    values = [f'"{number:,}"' for number in np.arange(1_200, 1_510, 10)]
    series = read_series(write(table(DAYS, values)))
    assert series.frame["value"].iloc[0] == 1200
    assert not any("thousands" in note for note in series.notes)


def test_a_mark_in_a_column_of_decimal_commas_is_seen() -> None:
    found = to_column(pd.Series(["2,5", "3,5"] * 20 + ["1.200"], dtype="str"), has_commas=True)
    assert found is not None
    assert found.marked is not None
    assert (found.marked.row, found.marked.text, found.marked.value) == (41, "1.200", 1200.0)
