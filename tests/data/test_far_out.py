"""One value far out of its series decides nothing, and stays in the data."""

import numpy as np
import pandas as pd
import pytest

from core.config.experiment import DataConfig
from core.data.dataset import SeriesSet
from core.data.far_out import far_out, without_far_out
from core.data.kinds.series import Series
from core.data.powers import Powers
from core.data.progress import quiet
from core.tasks.forecasting.description import chosen_reading


def sales():
    """Twelve years of months whose swings grow with a rising level."""
    month = np.arange(144)
    noise = np.random.default_rng(0).normal(scale=0.02, size=144)
    return 100 * np.exp(0.01 * month + 0.2 * np.sin(2 * np.pi * month / 12) + noise)


def prepared(values):
    index = pd.date_range("1949-01-01", periods=len(values), freq="MS")
    series = SeriesSet(pd.DataFrame({"y": values}, index=index), ("y",), "monthly", step="MS")
    return Series().prepare(series, "", DataConfig(), quiet)


@pytest.mark.parametrize("row", [0, 30, 31, 77, 100])
def test_a_slip_of_the_keyboard_changes_nothing_that_is_found_or_advised(row):
    usual, wrong = sales(), sales()
    wrong[row] = 1e6
    before, after = prepared(usual), prepared(wrong)
    assert before.summary.season == after.summary.season == 12
    assert chosen_reading(after.summary) == chosen_reading(before.summary)
    assert after.summary.carry_ratio == pytest.approx(before.summary.carry_ratio, rel=0.05)
    assert after.summary.spread_growth == pytest.approx(before.summary.spread_growth, rel=0.15)
    assert after.series.frame["y"].iloc[row] == 1e6, "it stays in the data"
    told = f"1 value lies far out (row {row + 1} ({after.series.frame.index[row]:%Y-%m-%d}): 1000000 in 'y'): kept in the data"
    assert any(note.startswith(told) for note in after.notes)
    assert not any("far out" in note for note in before.notes)


def test_up_to_three_values_or_one_in_a_hundred_are_far_out_and_more_are_how_the_series_is():
    values = np.arange(100.0) % 7
    values[[10, 11, 50]] = [900, 800, -700]
    assert np.flatnonzero(far_out(values[:, None])).tolist() == [10, 11, 50]
    replaced = without_far_out(values[:, None])[:, 0]
    # between 9 % 7 = 2 and 12 % 7 = 5, and between 49 % 7 = 0 and 51 % 7 = 2
    assert replaced[[10, 11, 50]].tolist() == [3, 4, 1]
    values[70] = 900
    assert not far_out(values[:, None]).any(), "four of a hundred"


def test_spikes_that_come_back_jumps_and_wanderings_are_not_far_out():
    generator = np.random.default_rng(1)
    weekly = np.where(np.arange(200) % 7 == 0, 1_000.0, generator.random(200))
    jump = np.where(np.arange(200) < 90, 5.0, 5_000.0) + generator.random(200)
    wander = generator.normal(size=200).cumsum()
    heavy = generator.standard_t(3, size=200)
    rare = np.zeros(200)
    rare[[3, 90]] = 4
    assert not far_out(np.stack([weekly, jump, wander, heavy, rare], axis=1)).any()


def test_missing_values_stay_missing_and_do_not_hide_one():
    values = np.arange(60.0) % 5
    values[20:24], values[40] = np.nan, 1e6
    far = far_out(values[:, None])
    assert np.flatnonzero(far).tolist() == [40]
    assert np.isnan(without_far_out(values[:, None])[20:24]).all()


def test_one_value_chooses_no_power():
    wrong = sales()
    wrong[77] = 1e6
    known = np.ones((144, 1), dtype=bool)
    one, other = (Powers.fit(values[:, None], known, "box_cox", [0], 12).exponents[0] for values in (sales(), wrong))
    assert one == pytest.approx(other, abs=0.1)


def test_a_logarithm_is_not_advised_where_the_value_far_out_is_not_above_zero():
    wrong = sales()
    wrong[30] = -1e6
    assert prepared(wrong).summary.spread_growth == 0
