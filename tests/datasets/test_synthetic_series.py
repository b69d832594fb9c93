"""The made series: the same numbers everywhere, and the shape of what they imitate."""

import numpy as np
import pandas as pd
import pytest

from synthetic_series import mackey_glass, weather


@pytest.mark.parametrize("make", [weather, mackey_glass])
def test_another_seed_gives_another_series(make):
    assert not np.allclose(make(0), make(1))


@pytest.mark.parametrize("make", [weather, mackey_glass])
def test_a_longer_series_begins_with_the_shorter_one(make):
    pd.testing.assert_frame_equal(make(3, 40).iloc[:17], make(3, 17), check_freq=False)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_weather_is_plausible(seed):
    frame = weather(seed)
    assert frame.shape == (2922, 2)
    assert frame.index.freqstr == "D"
    assert frame.notna().all(axis=None)
    assert frame["temperature"].between(-25, 40).all()
    assert frame["humidity"].between(10, 100, inclusive="neither").all()
    by_month = frame["temperature"].groupby(frame.index.month).mean()
    assert by_month[[6, 7, 8]].min() > by_month[[12, 1, 2]].max() + 10


def test_weather_has_fronts_that_last_some_days():
    anomaly = _without_season(weather()["temperature"])
    assert 0.5 < anomaly.autocorr(1) < 0.9
    assert anomaly.autocorr(10) < 0.3


def test_humidity_falls_a_day_after_a_warm_front():
    frame = weather()
    warmth, humidity = _without_season(frame["temperature"]), _without_season(frame["humidity"])
    by_delay = {delay: warmth.shift(delay).corr(humidity) for delay in range(-3, 5)}
    assert min(by_delay, key=by_delay.__getitem__) == 1
    assert by_delay[1] < -0.4


def test_the_years_of_made_weather_differ():
    by_year = weather()["temperature"].groupby(weather().index.year).mean()
    assert by_year.std() > 0.3


def test_mackey_glass_stays_in_the_known_range_and_never_settles():
    x = mackey_glass()["x"]
    assert isinstance(x.index, pd.RangeIndex)
    assert 0.2 < x.min() < 0.5
    assert 1.2 < x.max() < 1.4
    assert x.iloc[-200:].std() > 0.15


def test_mackey_glass_with_a_short_delay_settles_at_one():
    # The delay equation rests where 0.2 x / (1 + x^10) = 0.1 x, and a short delay leaves that point stable.
    assert mackey_glass(tau=3, num_points=7)["x"].to_numpy() == pytest.approx(np.ones(7), abs=1e-6)


def test_mackey_glass_obeys_its_equation():
    x = mackey_glass(num_points=900)["x"].to_numpy()
    now = np.arange(20, 899)
    slope = (x[now + 1] - x[now - 1]) / 2
    delayed = x[now - 17]
    expected = 0.2 * delayed / (1 + delayed**10) - 0.1 * x[now]
    assert np.abs(slope - expected).mean() < 0.05 * np.abs(expected).mean()


@pytest.mark.parametrize(
    "call",
    [
        lambda: weather(seed=-1),
        lambda: weather(num_days=0),
        lambda: mackey_glass(seed=-1),
        lambda: mackey_glass(num_points=0),
        lambda: mackey_glass(tau=0),
    ],
)
def test_impossible_arguments_are_refused(call):
    with pytest.raises(ValueError, match="must be"):
        call()


def _without_season(series: pd.Series) -> pd.Series:
    return series - series.rolling(31, center=True).mean()
