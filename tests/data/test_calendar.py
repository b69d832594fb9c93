import numpy as np
import pandas as pd
import pytest

from core.config.countries import check_country
from core.config.errors import ConfigError
from core.config.experiment import DataConfig, Experiment
from core.data.calendar import calendar_names, calendar_values, check_days, cycles_of

S = np.sqrt(0.5)


@pytest.mark.parametrize(
    ("start", "freq", "rows", "cycles"),
    [
        ("2021-01-01", "min", 4_000, ("hour",)),
        ("2021-01-01", "h", 47, ()),
        ("2021-01-01", "h", 48, ("hour",)),
        ("2021-01-01", "h", 400, ("hour", "weekday")),
        ("2021-01-01", "h", 18_000, ("hour", "weekday", "time of year")),
        ("2021-01-01", "D", 40, ("weekday",)),
        ("2021-01-01", "D", 800, ("weekday", "time of year")),
        ("2021-01-01", "B", 60, ("weekday",)),
        ("2020-01-01", "W", 120, ("time of year",)),
        ("2020-01-01", "MS", 23, ()),
        ("2020-01-01", "MS", 24, ("month",)),
        ("2019-12-31", "ME", 40, ("month",)),
        ("2010-01-01", "QS", 9, ("month",)),
        ("1900-01-01", "YS", 99, ()),
    ],
)
def test_a_cycle_is_read_where_rows_tell_its_phases_apart_and_training_saw_it_twice(start, freq, rows, cycles):
    index = pd.date_range(start, periods=rows + 50, freq=freq)
    assert cycles_of(index, rows) == cycles


def test_rows_without_dates_have_no_calendar():
    assert cycles_of(pd.RangeIndex(1_000), 900) == ()


def test_places_in_a_cycle_are_read_as_sine_and_cosine():
    moments = pd.DatetimeIndex(
        ["2021-03-01 06:00", "2024-12-31 12:00"]
    )  # a Monday and a Tuesday, the last of a leap year
    cycles = ("hour", "weekday", "month", "time of year")
    values = calendar_values(moments, cycles)
    assert len(calendar_names(cycles, None, since=False)) == values.shape[1] == 8
    week, year = 2 * np.pi / 7, 2 * np.pi
    expected = [
        [1, 0, 0, 1, np.sin(year / 6), np.cos(year / 6), np.sin(year * 59 / 365), np.cos(year * 59 / 365)],
        [0, -1, np.sin(week), np.cos(week), np.sin(year * 11 / 12), np.cos(year * 11 / 12),
         np.sin(year * 365 / 366), np.cos(year * 365 / 366)],
    ]  # fmt: skip
    np.testing.assert_allclose(values, expected, atol=1e-12)


def test_holidays_are_days_and_so_are_their_hours():
    moments = pd.DatetimeIndex(["2021-12-24 10:00", "2021-12-25 00:00", "2021-12-25 23:00", "2022-10-03", "2022-11-01"])
    assert calendar_values(moments, (), "DE")[:, 0].tolist() == [0, 1, 1, 1, 0]
    assert calendar_values(moments, (), "DE-BY")[:, 0].tolist() == [0, 1, 1, 1, 1], "All Saints is one in Bavaria"
    assert calendar_names((), "DE", since=True) == ("holiday", "time since the start")


def test_time_runs_from_0_to_1_over_training_and_on():
    moments = pd.date_range("2021-01-01", periods=4, freq="D")
    assert calendar_values(moments, (), None, ("2021-01-01", "2021-01-03"))[:, 0].tolist() == [0, 0.5, 1, 1.5]


@pytest.mark.parametrize(("given", "found"), [("de", "DE"), (" de-by ", "DE-BY"), ("US", "US")])
def test_countries_are_found_by_their_code(given, found):
    assert check_country(given) == found
    assert DataConfig(holidays=given).holidays == found


@pytest.mark.parametrize("code", ["Germany", "XX", "DE-XX", "", "-"])
def test_another_country_is_refused_with_what_there_is(code):
    with pytest.raises(ConfigError) as caught:
        Experiment.parse({"task": "forecasting", "data": {"holidays": code}})
    assert caught.value.problems[0].field == "data.holidays"


@pytest.mark.parametrize("index", [pd.RangeIndex(40), pd.date_range("2021-01-01", periods=40, freq="W")])
def test_holidays_need_rows_of_days(index):
    check_days(index, None)
    check_days(pd.date_range("2021-01-01", periods=40, freq="D"), "DE")
    with pytest.raises(ConfigError, match="holidays"):
        check_days(index, "DE")
