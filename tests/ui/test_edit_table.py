"""The table that a series is typed into: from and to text, and from series."""

import math

import pandas as pd

from core.config.limits import Limits
from core.data.dataset import SeriesSet
from core.data.look import look_at_series
from core.data.sources.files import read_as_file
from ui.edit_table import TIME, _is_too_much, example_table, from_csv, to_csv, to_table


def test_the_example_is_a_series():
    found = read_as_file("series", "table.csv", to_csv(example_table()), Limits())
    assert found.dataset.frame.shape == (40, 1)
    assert found.dataset.frequency == "daily"


def test_a_table_comes_back_as_it_was():
    table = pd.DataFrame({TIME: ["2024-01-01", "NA", ""], "a,b": [1.5, math.nan, -2.0], "None": [1e-9, 2.0, 3.0]})
    pd.testing.assert_frame_equal(from_csv(to_csv(table)), table)


def test_a_time_that_nobody_gave_is_left_out_and_comes_back_empty():
    table = pd.DataFrame({TIME: ["", None, " "], "value": [1.0, 2.0, 3.0]})
    assert to_csv(table) == "value\n1.0\n2.0\n3.0\n"
    assert from_csv(to_csv(table))[TIME].tolist() == ["", "", ""]


def test_rows_without_anything_go_and_gaps_stay():
    table = pd.DataFrame({TIME: ["", "", ""], "value": [1.0, math.nan, 3.0], "other": [1.0, 5.0, math.nan]})
    empty = pd.DataFrame({TIME: [None], "value": [math.nan], "other": [math.nan]})
    assert to_csv(pd.concat([table, empty])) == "value,other\n1.0,1.0\nNA,5.0\n3.0,NA\n"


def test_an_empty_table_can_be_opened_again():
    nothing = from_csv(to_csv(example_table().iloc[:0]))
    assert list(nothing) == [TIME, "value"]
    assert nothing["value"].dtype == "float64"


def _look(frame):
    return look_at_series(SeriesSet(frame, tuple(frame)), (len(frame), len(frame)))


def test_a_small_series_becomes_a_table_with_its_dates():
    frame = pd.DataFrame({"x": [1.0, 2.0, 3.0]}, index=pd.date_range("2024-01-31", periods=3, freq="D"))
    table = to_table(_look(frame))
    assert table[TIME].tolist() == ["2024-01-31", "2024-02-01", "2024-02-02"]
    assert table["x"].tolist() == [1, 2, 3]


def test_a_series_without_dates_gets_an_empty_time():
    table = to_table(_look(pd.DataFrame({TIME: [1.0, 2.0]})))
    assert table[TIME].tolist() == ["", ""]
    assert table.shape == (2, 2)


def test_a_large_series_is_not_edited_by_hand():
    assert to_table(_look(pd.DataFrame({"x": range(501)}))) is None
    assert to_table(None) is None


def test_more_edits_than_the_table_can_need_are_not_made():
    few = {"edited_rows": {"0": {"x": 1}}, "added_rows": [{}] * 500, "deleted_rows": []}
    assert not _is_too_much(few)
    assert not _is_too_much(None)
    assert _is_too_much({**few, "added_rows": [{}] * 501})
    assert _is_too_much({**few, "edited_rows": {str(row): {} for row in range(501)}})
