"""Cells of text as numbers: the fast way gives what pandas gives, whatever stands in a cell."""

import math
import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.data.sources import numbers
from core.data.sources.numbers import to_column, to_floats

SPELLINGS = (
    "", "1", "+1", "-1", "-0", "007", "1.", ".5", "-.5", "+.5", "1e5", "1E+5", "1e-5", "1e", "e5", "1e5.0", "1d5", "1f",
    "nan", "NaN", "-nan", "nan(1)", "inf", "-Inf", "+inf", "INFINITY", "infin", "0x1f", "0b1", "0o7", "1_000", "1,5",
    "1 000", " 1", "1 ", "--1", "+-1", "-", "+", ".", "1e308", "1e309", "-1e400", "1e-400", "5e-324", "1" * 30, "1" * 400,
    "1" * 309 + "e-300", "0." + "0" * 400 + "1", "18446744073709551616", "-9223372036854775809", "9007199254740993",
    "1.7976931348623159e308", "true", "None", "NULL", "\u0661", "\u22121", "1\x00", "12\u00a0000",
)  # fmt: skip
CELLS = st.one_of(
    st.sampled_from(SPELLINGS),
    st.floats().map(repr),
    st.integers().map(str),
    st.from_regex(r"[-+]?[0-9]{0,20}\.?[0-9]{0,20}([eE][-+]?[0-9]{1,3})?", fullmatch=True),
    st.text(alphabet="0123456789.,+-eEnaifxX_ ", max_size=9),
)


def by_pandas(cells):
    """What pandas makes of each cell by itself: in a column, its neighbours decide what an integer becomes."""
    return np.array([float(pd.to_numeric(pd.Series([cell], dtype="str"), errors="coerce").iloc[0]) for cell in cells])


def expected_of(cells):
    """Plain numbers as Python reads them, to the last bit, where pandas may be one off; all else as pandas has it."""
    pairs = zip(cells, by_pandas(cells), strict=True)
    return np.array([float(cell) if re.fullmatch(numbers._PLAIN, cell, re.ASCII) else value for cell, value in pairs])


def same(found, expected):
    return np.array_equal(found, np.array(expected, dtype=np.float64), equal_nan=True)


@pytest.mark.parametrize("cell", SPELLINGS)
def test_every_spelling_is_what_pandas_makes_of_it(cell):
    assert same(to_floats(pd.Series([cell], dtype="str")), by_pandas([cell]))


@given(st.lists(CELLS, max_size=9))
@example(list(SPELLINGS))
def test_any_column_is_what_pandas_makes_of_its_cells(cells):
    found = to_floats(pd.Series(cells, dtype="str"))
    assert same(found, expected_of(cells))
    assert np.allclose(found, by_pandas(cells), rtol=1e-14, atol=1e-320, equal_nan=True)


def test_odd_cells_are_read_in_slices_and_stay_at_their_places(monkeypatch):
    monkeypatch.setattr(numbers, "_CELLS_AT_ONCE", 3)
    cells = [
        " 7" if row % 5 == 2 else "" if row % 7 == 3 else "odd" if row % 11 == 4 else str(row) for row in range(61)
    ]
    assert same(to_floats(pd.Series(cells, dtype="str")), expected_of(cells))


def test_a_column_in_many_chunks_is_read_in_its_order():
    chunks = pa.chunked_array(
        [
            pa.array(["1", "2"], pa.large_string()),
            pa.array(["x"], pa.large_string()),
            pa.array(["4"], pa.large_string()),
        ]
    )
    cells = pd.Series(chunks.to_pandas())
    assert same(to_floats(cells), [1, 2, math.nan, 4])


def test_numbers_can_be_written_to():
    column = to_column(pd.Series(["1e31", "2", "3"], dtype="str"))
    assert same(column.values, [math.nan, 2, 3])
    assert column.num_infinite == 1


@pytest.mark.parametrize(
    ("cells", "delimiter", "values"),
    [
        (["(5,012.50)", "12.00", "(3)"], ",", [-5012.5, 12, -3]),
        (["5.012,50-", "12,00", "3,25-"], ";", [-5012.5, 12, -3.25]),
        (["5.012,50 EUR", "12,00 EUR", "-3,25 EUR"], ";", [5012.5, 12, -3.25]),
        (["USD 5,012.50", "-$12", "$ 3"], ",", [5012.5, -12, 3]),
        (["17,34,012.50", "1,50,000", "987"], ",", [1734012.5, 150000, 987]),
        (["5 012,5", "1 234 567,0", "\u2212 3,2"], ";", [5012.5, 1234567, -3.2]),
        (["5'012.5", "12.0", "-3.2"], ";", [5012.5, 12, -3.2]),
        (["k.A.", "\u2013", "7"], ";", [math.nan, math.nan, 7]),
    ],
)
def test_numbers_of_spreadsheets_are_read(cells, delimiter, values):
    assert same(to_column(pd.Series(cells, dtype="str"), delimiter == ";").values, values)


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["987", "1.012", "12.345"], [987, 1012, 12345]),
        (["1.012", "2.013", "3.014"], [1.012, 2.013, 3.014]),
        (["7", "0.125", "0.250"], [7, 0.125, 0.25]),
        (["987", "1.5", "2.013"], [987, 1.5, 2.013]),
    ],
    ids=["thousands", "every cell alike", "below one", "one place"],
)
def test_points_stand_between_thousands_where_some_numbers_need_none(cells, values):
    assert same(to_column(pd.Series(cells, dtype="str"), True).values, values)


def test_columns_apart_by_spaces_are_not_one_number():
    assert to_column(pd.Series([f"{1950 + k}  {k}.5" for k in range(31)], dtype="str")) is None


DAYS = tuple(range(800, 1500, 45))  # 800 to 1,475, of which 1,025 is the first beyond a thousand


@pytest.mark.parametrize("has_commas", [False, True])
@pytest.mark.parametrize("sign", [".", ",", "'", "\u2019", " ", "\u00a0", "\u2009", "\u202f"])
def test_hundreds_beside_thousands_are_one_column(sign, has_commas):
    cells = [f"{value:,}".replace(",", sign) for value in DAYS]
    assert same(to_column(pd.Series(cells, dtype="str"), has_commas).values, DAYS)


@pytest.mark.parametrize("sign", [",", "'", "\u202f"])
def test_one_peak_above_a_thousand_is_not_lost(sign):
    cells = [str(900 + place % 90) for place in range(3_001)]
    cells[1_234] = f"1{sign}070"
    found = to_column(pd.Series(cells, dtype="str")).values
    assert (found[1_234], found[0], np.isnan(found).sum()) == (1070, 900, 0)


def test_thousands_as_in_india():
    cells = ["95,000", "1,02,500", "12,34,567", "980"]
    assert same(to_column(pd.Series(cells, dtype="str")).values, [95_000, 102_500, 1_234_567, 980])


@pytest.mark.parametrize(
    "cells",
    [
        ["2.150", "2.075", "2.250", "-999", "2.125"],
        ["0", "1.125", "1.250", "0", "1.375", "0"],
        ["1.5", "2.125", "3", "4", "5"],
        ["0.125", "12", "13", "14", "15.250"],
        ["3", "4", "5", "3.125", "4.375", "5.875"],
    ],
)
def test_points_of_decimals_stay(cells):
    assert same(to_column(pd.Series(cells, dtype="str")).values, [float(cell) for cell in cells])


@pytest.mark.parametrize(
    ("cells", "delimiter", "expected"),
    [
        (["01.02.2024", "1.3.24"], "\t", True),
        (["1.2.2024 07:30", "2.2.2024 07:45"], ",", True),
        (["2024-02-01", "2024-02-02"], "\t", False),
        (["10.2.5", "x"], "\t", False),
        (["2024-02-01", "2024-02-02"], ";", True),
    ],
)
def test_days_with_points_tell_of_decimal_commas(cells, delimiter, expected):
    assert numbers.is_european(pd.DataFrame({"when": cells, "v": ["1", "2"]}, dtype="str"), delimiter) == expected


def test_german_days_make_any_three_places_thousands_and_commas_decimal():
    cells = ["987", "1.012", "998", "1.003"]
    assert same(to_column(pd.Series(cells, dtype="str"), True).values, [987, 1012, 998, 1003])
    assert same(to_column(pd.Series(["1,234", "2,345", "3,456"], dtype="str"), True).values, [1.234, 2.345, 3.456])
