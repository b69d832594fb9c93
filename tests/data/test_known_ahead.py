import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.data.dataset import SeriesSet
from core.data.known_ahead import AheadForm, ahead_form, ahead_notes, ahead_rows, beyond_known, known_ahead
from core.data.look import look_at_series
from core.data.static_columns import StaticForm

DAYS = pd.date_range("2021-03-01", periods=43, freq="D")


def daily(heat=None, num_known=40):
    """Forty days of sales; the heat is known of three more."""
    frame = pd.DataFrame({"sold": np.arange(num_known) % 7.0}, index=DAYS[:num_known])
    values = np.arange(43) % 9.0 if heat is None else heat
    return SeriesSet(
        frame, ("sold",), "daily", step="D", ahead=pd.DataFrame({"heat": values}, index=DAYS[: len(values)])
    )


def test_nothing_is_known_ahead_unless_somebody_asks():
    frame = pd.DataFrame({"sold": np.arange(40.0)}, index=DAYS[:40])
    assert known_ahead(SeriesSet(frame, ("sold",), step="D"), DataConfig(), 30, 5) is None


def test_the_calendar_and_columns_stand_side_by_side_past_the_end():
    data = DataConfig(calendar="auto_time", holidays="DE", future_columns=("heat",))
    found = known_ahead(daily(), data, 30, 5)
    assert found.names == ("weekday, sine", "weekday, cosine", "holiday", "time since the start", "heat")
    assert found.values.shape == (45, 5) and np.isfinite(found.values).all()
    assert found.values[:, 2].nonzero()[0].tolist() == [32, 35], "Good Friday and Easter Monday of 2021"
    np.testing.assert_allclose(found.values[[0, 29, 44], 3], [0, 1, 44 / 29])
    train = np.arange(30) % 9.0
    np.testing.assert_allclose(found.values[:43, 4], (np.arange(43) % 9 - train.mean()) / train.std())


def test_past_what_is_known_the_value_a_season_earlier_stands():
    heat = np.arange(43.0)
    rows, num_known = ahead_rows(daily(heat), 10, season=7)
    assert num_known == 3
    assert rows[43:, 0].tolist() == [36, 37, 38, 39, 40, 41, 42]
    found = known_ahead(daily(heat), DataConfig(future_columns=("heat",)), 30, 10, 7)
    assert found.num_known == 3 and found.rows.tolist() == rows.tolist()
    assert ahead_rows(daily(heat), 10, season=1)[0][43:, 0].tolist() == [42] * 7
    notes = ahead_notes(daily(heat), DataConfig(), AheadForm(columns=("heat",), mean=(0,), std=(1,)), 1)
    assert notes == ["heat: known until 2021-04-12; past that the last known value stands for it"]


def test_it_is_said_from_which_step_on_what_stands_for_a_column_that_is_not_known():
    days = ["1 May", "2 May", "3 May"]
    assert beyond_known(["heat"], 2, days, 7) == (
        "after 2 May heat is not known: the value a season (7 steps) earlier stands for it"
    )
    assert beyond_known(["heat"], 0, days, 1) == "from 1 May on heat is not known: the last known value stands for it"
    assert beyond_known(["heat", "rain"], 1, days, 1) == (
        "after 1 May not all of heat and rain are known: the last known value stands where one is missing"
    )
    assert beyond_known(["heat"], 3, days, 7) == beyond_known([], 0, days, 7) == ""


def test_a_look_at_the_data_counts_the_rows_that_are_known_after_the_end():
    assert look_at_series(daily(), (20, 30)).num_ahead == 3
    heat = np.arange(43.0)
    heat[42:] = np.nan
    assert look_at_series(daily(heat), (20, 30)).num_ahead == 2


def test_gaps_are_filled_by_lines_and_a_constant_is_left_at_zero():
    heat = np.array([np.nan, 4.0, np.nan, 8.0, *np.full(39, 5.0)])
    rows, _ = ahead_rows(daily(heat), 3, season=1)
    assert rows[:5, 0].tolist() == [4, 4, 6, 8, 5]
    still = known_ahead(daily(np.full(43, 2.0)), DataConfig(future_columns=("heat",)), 30, 3)
    assert (still.values == 0).all()


def test_values_of_the_test_set_do_not_change_the_scale():
    one, other = np.arange(43) % 9.0, np.arange(43) % 9.0
    other[30:] += 100
    data = DataConfig(future_columns=("heat",))
    assert ahead_form(daily(one), data, 30) == ahead_form(daily(other), data, 30)


def test_a_form_makes_the_same_of_newer_rows_and_goes_through_json():
    data = DataConfig(calendar="auto", future_columns=("heat",))
    found = known_ahead(daily(), data, 30, 3)
    form = AheadForm.from_dict(json.loads(json.dumps(dataclasses.asdict(found.form))))
    assert form == found.form
    np.testing.assert_allclose(form.values(DAYS[5:20], found.rows[5:20]), found.values[5:20], atol=1e-12)


def test_rows_without_dates_may_have_columns_known_ahead():
    series = daily()
    series = SeriesSet(series.frame.reset_index(drop=True), ("sold",), ahead=series.ahead.reset_index(drop=True))
    assert known_ahead(series, DataConfig(calendar="auto", future_columns=("heat",)), 30, 3).names == ("heat",)


class TestStatic:
    TABLE = pd.DataFrame({"size": [10.0, 30.0, np.nan], "town": ["Bern", "Genf", "Bern"]}, index=["a", "b", "c"])

    def test_numbers_are_standardised_over_the_series_and_words_are_flags(self):
        form = StaticForm.fit(self.TABLE)
        assert form.names == ("size", "town = Bern", "town = Genf") and form.columns == ("size", "town")
        assert form.values(self.TABLE).tolist() == [[-1, 1, 0], [1, 0, 1], [0, 1, 0]]

    def test_a_new_series_is_made_by_the_same_form_and_an_unknown_word_is_none(self):
        form = StaticForm.from_dict(json.loads(json.dumps({"scales": {"size": [20, 10]}, "words": {"town": ["Bern"]}})))
        new = pd.DataFrame({"size": [50.0], "town": ["Basel"]}, index=["d"])
        assert form.values(new).tolist() == [[3, 0]]

    def test_series_that_are_left_out_do_not_count(self):
        frame = pd.DataFrame({"b": np.arange(40.0), "a": np.arange(40.0)}, index=DAYS[:40])
        series = SeriesSet(frame, ("b", "a"), step="D", static=self.TABLE)
        found = known_ahead(series, DataConfig(many_series="each"), 30, 5)
        assert found.values.shape == (45, 0)
        assert found.static.tolist() == [[1, 0, 1], [-1, 1, 0]]

    def test_which_series_it_is_stands_behind_what_it_is_and_not_of_more_than_can_be_told_apart(self):
        frame = pd.DataFrame({"b": np.arange(40.0), "a": np.arange(40.0)}, index=DAYS[:40])
        told = DataConfig(many_series="each", series_identity=True)
        found = known_ahead(SeriesSet(frame, ("b", "a"), step="D", static=self.TABLE), told, 30, 5)
        assert found.form.static.names == ("size", "town = Bern", "town = Genf", "series = a", "series = b")
        assert found.static.tolist() == [[1, 0, 1, 0, 1], [-1, 1, 0, 1, 0]]
        many = pd.DataFrame({f"s{n}": np.arange(40.0) for n in range(21)}, index=DAYS[:40])
        with pytest.raises(ConfigError, match="at most 20 series, got 21"):
            known_ahead(SeriesSet(many, tuple(many), step="D"), told, 30, 5)


@pytest.mark.parametrize("freq", ["MS", "ME", "h", "10min", "B"])
def test_moments_past_the_end_go_on_in_the_same_steps(freq):
    index = pd.date_range("2019-01-31", periods=400, freq=freq)
    series = SeriesSet(pd.DataFrame({"x": np.arange(400.0)}, index=index), ("x",), step=index.freqstr)
    found = known_ahead(series, DataConfig(calendar="auto_time"), 390, 4)
    whole = pd.date_range("2019-01-31", periods=404, freq=freq)
    np.testing.assert_allclose(found.values, found.form.values(whole, np.zeros((404, 0))), atol=1e-12)
