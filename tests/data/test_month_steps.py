"""Steps of months on a day of their own: what is found in dates, and the dates after them."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from core.config.errors import ConfigError
from core.data.month_steps import MonthStep
from core.data.series import future_times, in_words
from core.data.sources.time_grid import to_regular_steps
from core.data.step_grid import StepGrid


def clamped(day: int, count: int) -> list[str]:
    """A day of every month, the last one where the month is shorter."""
    months = pd.period_range("2019-05", periods=count, freq="M")
    return [f"{month}-{min(day, month.days_in_month):02d}" for month in months]


def on_grid(dates: list[str] | pd.DatetimeIndex):
    stamps = pd.Series(pd.to_datetime(list(dates)).astype("datetime64[us]"))
    return to_regular_steps(pd.DataFrame({"v": np.arange(len(stamps), dtype=float)}), stamps)


def after(dates: list[str] | pd.DatetimeIndex) -> tuple[str | None, list[str], str]:
    steps = on_grid(dates)
    return steps.frequency, future_times(steps.values.index, 2, steps.step), in_words(steps.frequency, steps.step)


@pytest.mark.parametrize(
    ("dates", "frequency", "coming", "told"),
    [
        (clamped(15, 29), "monthly", ["2021-10-15", "2021-11-15"], "one row a month, on day 15"),
        (clamped(30, 33), "monthly", ["2022-02-28", "2022-03-30"], "one row a month, on day 30"),
        (clamped(31, 33), "monthly", ["2022-02-28", "2022-03-31"], "one row a month"),
        ([f"{year}-06-30" for year in range(1990, 2014)], "yearly", ["2014-06-30", "2015-06-30"], "one row a year"),
        ([f"{year}-04-06" for year in range(1990, 2014)], "yearly", ["2014-04-06", "2015-04-06"], "one row a year, on day 6"),
        (
            [f"{year}-{end}" for year in range(2000, 2008) for end in ("03-31", "06-30", "09-30", "12-31")],
            "quarterly", ["2008-03-31", "2008-06-30"], "one row a quarter",
        ),
        (
            [f"{year}-{day}" for year in range(2000, 2012) for day in ("02-10", "05-10", "08-10", "11-10")],
            "quarterly", ["2012-02-10", "2012-05-10"], "one row a quarter, on day 10",
        ),
        (
            [f"{year}-{end}" for year in range(2000, 2012) for end in ("06-30", "12-31")],
            None, ["2012-06-30", "2012-12-31"], "one row every 6 months",
        ),
        # 2022: Friday 29 April, Tuesday 31 May.
        (pd.date_range("2020-01-31", periods=27, freq="BME"), "monthly", ["2022-04-29", "2022-05-31"],
         "one row a month, on the last working day"),
        (pd.date_range("2020-01-17", periods=27, freq="WOM-3FRI"), "monthly", ["2022-04-15", "2022-05-20"],
         "one row a month, on the third Friday"),
        (
            [day.strftime("%Y-%m-%d") for day in pd.date_range("1980-01-01", periods=400, freq="LWOM-SAT") if day.month == 1],
            "yearly", ["2014-01-25", "2015-01-31"], "one row a year, on the last Saturday",
        ),
        (pd.date_range("2021-03-01", periods=29, freq="14D"), None, ["2022-04-11", "2022-04-25"], "one row every 2 weeks"),
        (pd.date_range("2021-03-01", periods=29, freq="28D"), None, ["2023-05-22", "2023-06-19"], "one row every 4 weeks"),
    ],
)  # fmt: skip
def test_dates_go_on_by_the_calendar(dates, frequency, coming, told) -> None:
    assert after(dates) == (frequency, coming, told)


def test_holidays_move_some_last_working_days_and_the_dates_stay_as_they_are() -> None:
    regular = pd.date_range("2012-01-31", periods=60, freq="BME")
    moved = [day - pd.Timedelta("1D") if place in (14, 26, 50) else day for place, day in enumerate(regular)]
    steps = on_grid(pd.DatetimeIndex(moved))
    assert steps.values.index.tolist() == moved
    assert future_times(steps.values.index, 1, steps.step) == ["2017-01-31"]


def test_a_missing_month_comes_back_on_its_day() -> None:
    steps = on_grid([day for place, day in enumerate(clamped(15, 29)) if place not in (4, 5)])
    assert len(steps.values) == 29
    assert steps.values.index[[4, 5]].strftime("%Y-%m-%d").tolist() == ["2019-09-15", "2019-10-15"]
    assert steps.values["v"].isna().to_numpy().nonzero()[0].tolist() == [4, 5]


def test_dates_on_any_day_stand_for_their_month_and_a_note_says_so() -> None:
    dates = [
        f"{month}-{3 + place * place % 11:02d}"
        for place, month in enumerate(pd.period_range("2019-05", periods=29, freq="M"))
    ]
    steps = on_grid(dates)
    assert steps.values.index[0] == pd.Timestamp("2019-05-01")
    assert "dates fall on different days: each stands for its month" in steps.notes


@pytest.mark.parametrize("name", ["1M@15", "3M@31", "1M@BME", "6M@BMS", "1M@3FRI", "12M@LSAT"])
def test_a_step_is_found_again_by_its_name(name: str) -> None:
    step = MonthStep.of(name)
    assert step is not None and step.name == name
    moments = step.times(pd.Timestamp("2020-01-01 07:30"), 1, 41)
    assert (moments - moments.normalize() == pd.Timedelta("7h30min")).all()
    assert [one.months for one in [step]] * 40 == [
        (b.year - a.year) * 12 + b.month - a.month for a, b in itertools.pairwise(moments)
    ]


@pytest.mark.parametrize("name", [None, "B", "W-MON", "10min", "M@15"])
def test_steps_of_other_lengths_are_no_such_steps(name: str | None) -> None:
    assert MonthStep.of(name) is None


@pytest.mark.parametrize(
    ("end", "step", "newer", "places", "next_label"),
    [
        ("2021-09-15", "1M@15", ["2021-10-15", "2021-11-15", "2022-01-15"], [1, 2, 4], "2021-10-15"),
        ("2020-06-30", "YE-JUN", ["2021-06-30", "2024-06-30"], [1, 4], "2021-06-30"),
        ("2021-01-31", "QE-OCT", ["2021-04-30", "2021-07-31"], [1, 2], "2021-04-30"),
        ("2020-06-30", "2QE-DEC", ["2020-12-31", "2021-12-31"], [1, 3], "2020-12-31"),
        # Good Friday was the 29th of March 2024.
        ("2024-01-31", "1M@BME", ["2024-02-29", "2024-03-28"], [1, 2], "2024-02-29"),
    ],
)
def test_newer_rows_stand_at_these_steps(end, step, newer, places, next_label) -> None:
    grid = StepGrid(pd.Timestamp(end), step)
    assert grid.places(pd.DatetimeIndex(newer).to_numpy(), len(newer), 99).tolist() == places
    assert grid.label(1) == next_label


def test_a_row_on_another_day_is_refused_by_the_next_one() -> None:
    with pytest.raises(ConfigError, match=r"on day 15, as 2021-10-15 is the next step.*2021-10-16"):
        StepGrid(pd.Timestamp("2021-09-15"), "1M@15", "monthly").places(
            np.array(["2021-10-16"], "datetime64[us]"), 1, 99
        )
