"""Season detection on real series whose season is known, and on made ones with and without a season."""

import csv
import importlib.util
from pathlib import Path

import numpy as np
import pytest

from core.data.season import calendar_periods, find_season


def read_columns(name: str) -> dict[str, np.ndarray]:
    """The numeric columns of a data file inside the installed statsmodels package; missing values are NaN."""
    spec = importlib.util.find_spec("statsmodels")
    assert spec is not None and spec.origin is not None
    path = Path(spec.origin).parent / "datasets" / name / f"{name}.csv"
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        column: np.array([float(row[column]) if row[column].strip() else np.nan for row in rows]) for column in rows[0]
    }


def random_walk(num_steps: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=num_steps).cumsum()


def test_sunspots_come_back_every_ten_or_eleven_years():
    sunspots = read_columns("sunspots")["SUNACTIVITY"]
    assert find_season(sunspots, "yearly") in (10, 11)
    assert find_season(sunspots[: len(sunspots) * 8 // 10], "yearly") in (10, 11)


def test_carbon_dioxide_has_a_year_of_weeks_in_spite_of_trend_and_gaps():
    co2 = read_columns("co2")["co2"]
    assert np.isnan(co2).any()
    assert find_season(co2, "weekly") == 52


def test_sea_temperature_has_a_year_of_months():
    months = [values for name, values in read_columns("elnino").items() if name != "YEAR"]
    assert find_season(np.stack(months, axis=1).ravel(), "monthly") == 12


def test_the_nile_has_no_season():
    assert find_season(read_columns("nile")["volume"], "yearly") == 1


@pytest.mark.parametrize("column", ["realgdp", "realcons", "realinv", "cpi", "unemp", "infl", "tbilrate"])
def test_seasonally_adjusted_quarters_have_no_season(column):
    assert find_season(read_columns("macrodata")[column], "quarterly") == 1


@pytest.mark.parametrize("frequency", [None, "yearly", "quarterly", "monthly", "weekly", "daily", "hourly", "minutely"])
def test_noise_trends_and_random_walks_have_no_season(frequency):
    noise = np.random.default_rng(7).normal(size=700)
    for series in (noise, noise + np.arange(700), np.arange(700.0), random_walk(700, 3), np.full(700, 3.3)):
        assert find_season(series, frequency) == 1


def test_false_alarms_are_rare():
    alarms = sum(find_season(random_walk(150, seed), "monthly") != 1 for seed in range(60))
    alarms += sum(find_season(np.random.default_rng(seed).normal(size=150), "monthly") != 1 for seed in range(60))
    assert alarms <= 6


@pytest.mark.parametrize("period", [3, 7, 19, 40])
@pytest.mark.parametrize("frequency", [None, "yearly"])
def test_a_noisy_wave_on_a_trend_is_found_without_a_calendar(period, frequency):
    time = np.arange(400)
    noise = np.random.default_rng(period).normal(size=400)
    assert find_season(3 * np.sin(2 * np.pi * time / period) + 0.05 * time + 0.5 * noise, frequency) == period


def test_a_spiky_season_is_found_at_its_period_not_at_a_multiple():
    series = np.tile([9.0, 1.0, 1.0, 1.0, 1.0], 60) + 0.1 * np.random.default_rng(0).normal(size=300)
    assert find_season(series) == 5


@pytest.mark.parametrize(
    ("frequency", "period"),
    [("quarterly", 4), ("monthly", 12), ("weekly", 52), ("daily", 7), ("hourly", 24), ("minutely", 60)],
)
def test_a_calendar_season_is_found_under_a_wandering_level(frequency, period):
    time = np.arange(8 * period + 40)
    pattern = np.random.default_rng(5).normal(size=period)
    pattern -= pattern.mean()
    level = 0.1 * random_walk(len(time), 9)
    assert find_season(3 * pattern[time % period] + level, frequency) == period


def test_daily_weather_has_a_year_not_a_week():
    rng = np.random.default_rng(0)
    fronts = np.convolve(rng.normal(size=1600), 0.8 ** np.arange(30), mode="valid")[:1500]
    assert find_season(10 - 9 * np.cos(2 * np.pi * np.arange(1500) / 365.25) + 2 * fronts, "daily") == 365


def test_a_weak_year_under_strong_daily_noise_is_found():
    days = np.arange(1500)
    noise = np.random.default_rng(4).normal(size=1500)
    assert find_season(np.sin(2 * np.pi * days / 365.25) + noise, "daily") == 365


def test_a_week_of_hours_wins_over_a_day_when_weekends_differ():
    hours = np.arange(24 * 7 * 10)
    load = np.sin(2 * np.pi * hours / 24) * np.where(hours // 24 % 7 < 5, 5.0, 1.0)
    assert find_season(load + 0.1 * np.random.default_rng(1).normal(size=len(hours)), "hourly") == 168


def test_other_cycles_are_not_reported_where_there_is_a_calendar():
    assert find_season(np.sin(2 * np.pi * np.arange(300) / 17), "monthly") == 1


def test_a_season_needs_three_full_cycles():
    pattern = np.random.default_rng(2).normal(size=12)
    assert find_season(np.tile(pattern, 3), "monthly") == 1
    assert find_season(np.tile(pattern, 5), "monthly") == 12


def test_level_and_unit_change_nothing():
    elnino = read_columns("elnino")["JAN"]
    wave = np.sin(2 * np.pi * np.arange(200) / 9)
    for scale, level in ((1.0, 0.0), (1e-9, 0.0), (1e6, 1e8)):
        assert find_season(scale * wave + level) == 9
        assert find_season(scale * elnino + level) == find_season(elnino)


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2.0, 1.0], [np.nan] * 50])
def test_too_little_to_tell_is_no_season(values):
    assert find_season(np.array(values), "quarterly") == 1
    assert find_season(np.array(values)) == 1


def test_misuse_is_refused():
    with pytest.raises(ValueError, match="shape"):
        find_season(np.zeros((9, 2)))
    with pytest.raises(ValueError, match="fortnightly"):
        calendar_periods("fortnightly")
