"""Rows in which some columns go on below the last value to forecast: found, so that somebody may mark them."""

import numpy as np
import pandas as pd
import pytest

from core.config.experiment import DataConfig
from core.data.coming import Coming, find_coming
from core.data.series import clean_series


def table(**ends):
    """30 rows of columns that end before the row that stands at their name."""
    rows = np.arange(30.0)
    return pd.DataFrame({name: np.where(rows < end, rows % 7, np.nan) for name, end in ends.items()})


def test_columns_that_go_on_where_another_ends_are_found_with_their_rows():
    frame = table(sales=25, heat=30, rain=30)
    assert find_coming(frame, list(frame), DataConfig()) == Coming(("sales",), ("heat", "rain"), 5)


def test_of_chosen_targets_the_last_value_of_any_counts():
    frame = table(sales=25, visits=27, heat=30)
    chosen = DataConfig(target_columns=("sales", "visits"))
    assert find_coming(frame, ("sales", "visits"), chosen) == Coming(("sales", "visits"), ("heat",), 3)
    assert find_coming(frame, ("heat",), DataConfig(target_columns=("heat",))) is None


def test_what_is_marked_already_is_not_offered_again():
    frame = table(sales=25, heat=30, rain=30)
    one = DataConfig(future_columns=("heat",))
    assert find_coming(frame, ("sales", "rain"), one) == Coming(("sales",), ("rain",), 5)
    both = DataConfig(future_columns=("heat", "rain"))
    assert find_coming(frame, ("sales",), both) is None


@pytest.mark.parametrize(
    ("ends", "choices"),
    [
        ({"a": 30, "b": 30}, {}),  # all end together
        ({"a": 20, "b": 30}, {}),  # a column that broke off: ten rows behind twenty
        ({"a": 22, "b": 24, "c": 30}, {}),  # three ends of their own are no tail
        ({"a": 25, "b": 30}, {"many_series": "each"}),  # each column is a series of its own length
        ({"a": 25}, {}),
    ],
)
def test_no_tail_is_found_where_there_is_none(ends, choices):
    frame = table(**ends)
    assert find_coming(frame, list(frame), DataConfig(**choices)) is None


def test_a_read_table_says_what_its_tail_holds_also_where_the_targets_are_chosen():
    frame = table(sales=25, heat=30)
    assert clean_series(frame, ("sales", "heat")).coming == Coming(("sales",), ("heat",), 5)
    chosen = clean_series(frame, ("sales",), None, DataConfig(target_columns=("sales",)))
    assert len(chosen.frame) == 25
    assert chosen.coming == Coming(("sales",), ("heat",), 5)


def test_targets_that_nobody_chose_give_way_to_columns_named_as_read():
    frame = table(sales=30, visits=30, heat=30)
    read = clean_series(frame, ("sales", "heat"), None, DataConfig(covariate_columns=("heat",)))
    assert read.target_columns == ("sales",)
    ahead = clean_series(frame, ("sales", "heat"), None, DataConfig(future_columns=("heat",)))
    assert ahead.target_columns == ("sales",) and list(ahead.ahead) == ["heat"]
