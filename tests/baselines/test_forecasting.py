"""The naive forecasts against arithmetic done by hand, and the rule that none of them sees past its origin."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.baselines import forecasting
from core.baselines.forecasting import FORECASTERS, Forecaster, History, fit_all

HISTORY = np.array([[1.0], [4.0], [2.0], [3.0], [7.0], [4.0]])


def forecast_all(values, origins, horizon, season, known=None, methods=None, train_end=4):
    history = History(values, season, known)
    methods = methods or FORECASTERS.values()
    return forecasting.forecast_all(fit_all(methods, history.until(train_end)), history, origins, horizon)


def forecast(name, history, horizon, season):
    """One forecast from the end of a history."""
    return forecast_all(history, [len(history)], horizon, season, methods=[FORECASTERS[name]])[name][0]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("last_value", [4.0, 4.0, 4.0, 4.0, 4.0]),
        ("drift", [4.6, 5.2, 5.8, 6.4, 7.0]),  # (4 - 1) / 5 a step
        ("mean", [3.5, 3.5, 3.5, 3.5, 3.5]),
        ("seasonal_naive", [3.0, 7.0, 4.0, 3.0, 7.0]),
        # grown by (2 + 3 + 2) / 3 = 7/3 a season; steps 4 and 5 are two seasons ahead
        ("seasonal_naive_drift", [3 + 7 / 3, 7 + 7 / 3, 4 + 7 / 3, 3 + 14 / 3, 7 + 14 / 3]),
    ],
)
def test_forecasts_match_hand_computation(name, expected):
    result = forecast(name, HISTORY, horizon=5, season=3)
    assert result.shape == (5, 1)
    assert result[:, 0] == pytest.approx(expected)


def test_seasonal_growth_without_a_season_is_drift():
    history = np.random.default_rng(0).normal(size=(23, 2)).cumsum(axis=0)
    assert forecast("seasonal_naive_drift", history, 7, 1) == pytest.approx(forecast("drift", history, 7, 1))
    assert forecast("seasonal_naive", history, 7, 1) == pytest.approx(forecast("last_value", history, 7, 1))


def test_a_grown_season_is_forecast_exactly():
    time = np.arange(60.0)
    series = (np.sin(2 * np.pi * time / 5) + 0.3 * np.floor(time / 5))[:, None]
    assert forecast("seasonal_naive_drift", series[:40], 20, 5) == pytest.approx(series[40:])


def test_many_origins_equal_one_at_a_time():
    series = np.random.default_rng(1).normal(size=(31, 3))
    origins = np.array([6, 9, 30, 31])
    together = forecast_all(series, origins, horizon=7, season=5)
    assert list(together) == list(FORECASTERS)
    for name, forecasts in together.items():
        assert forecasts.shape == (4, 7, 3)
        for row, origin in zip(forecasts, origins, strict=True):
            assert row == pytest.approx(forecast(name, series[:origin], 7, 5)), name


@settings(max_examples=30, deadline=None)
@given(st.integers(4, 19), st.integers(1, 3), st.integers(1, 8), st.integers(0, 1000))
def test_forecasts_never_look_past_the_origin(origin, season, horizon, seed):
    rng = np.random.default_rng(seed)
    series = rng.normal(size=(20, 2))
    changed = series.copy()
    changed[origin:] = rng.normal(size=changed[origin:].shape) * 100
    before, after = (forecast_all(values, [origin], horizon, season) for values in (series, changed))
    for name in FORECASTERS:
        assert np.array_equal(before[name], after[name]), name


def test_forecasts_use_the_test_values_already_past():
    series = np.arange(20.0)[:, None]
    later = series.copy()
    later[9] = 50.0
    for name, forecasts in forecast_all(later, [10], 4, 3).items():
        assert not np.array_equal(forecasts, forecast_all(series, [10], 4, 3)[name]), name


def test_the_mean_keeps_its_digits_on_a_high_level():
    series = 1e9 + np.tile([0.001, 0.003], 5000)[:, None]
    assert forecast("mean", series, 1, 1)[0, 0] - 1e9 == pytest.approx(0.002, abs=2e-7)


def test_no_origins_give_empty_forecasts():
    assert forecast_all(HISTORY, np.zeros(0, dtype=int), 4, 3)["drift"].shape == (0, 4, 1)


@pytest.mark.parametrize(
    ("name", "num_steps"),
    [("last_value", 0), ("mean", 0), ("drift", 1), ("seasonal_naive", 2), ("seasonal_naive_drift", 3)],
)
def test_a_history_too_short_is_refused(name, num_steps):
    with pytest.raises(ValueError, match="needs at least"):
        forecast(name, HISTORY[:num_steps], 2, 3)
    assert forecast(name, HISTORY[: num_steps + 1], 2, 3).shape == (2, 1)


@pytest.mark.parametrize(
    ("values", "origins", "horizon", "season"),
    [
        (HISTORY[:, 0], [4], 1, 1),
        (HISTORY, [7], 1, 1),
        (HISTORY, [3], 1, 3),
        (HISTORY, [4.0], 1, 1),
        (HISTORY, [4], 0, 1),
        (HISTORY, [4], 1, 0),
        (np.where(HISTORY == 7, np.nan, HISTORY), [4], 1, 1),
    ],
)
def test_misuse_is_refused(values, origins, horizon, season):
    with pytest.raises(ValueError):
        forecast_all(values, origins, horizon, season)


class Smoothing(Forecaster):
    """Exponential smoothing: its one weight is fitted to one step ahead."""

    name, label, does = "smoothing", "smoothing", "weighing the past"

    def fit(self, history):
        weights = np.linspace(0.05, 1, 20)
        self.weight = min(
            weights, key=lambda weight: np.square(np.diff(history.values - self.levels(history, weight), axis=0)).sum()
        )
        return self

    def levels(self, history, weight):
        levels = history.last.copy()
        for row in range(1, len(levels)):
            levels[row] += (1 - weight) * (levels[row - 1] - levels[row])
        return levels

    def forecast(self, history, origins, horizon):
        return np.repeat(self.levels(history, self.weight)[origins - 1][:, None], horizon, axis=1)


class SmoothingAnew(Smoothing):
    name, at_each_origin = "smoothing_anew", True


def test_a_fitted_method_is_one_class_fitted_once_on_the_training_set_or_at_each_origin():
    series = np.random.default_rng(4).normal(size=(24, 2)).cumsum(axis=0)
    known, origins = np.ones_like(series, dtype=bool), [9, 17]
    known[[3, 10], 0] = False
    methods = (*FORECASTERS.values(), Smoothing, SmoothingAnew)
    found = forecast_all(series, origins, 3, 2, known, methods, train_end=8)
    assert list(found) == [*FORECASTERS, "smoothing", "smoothing_anew"]
    for row, origin in enumerate(origins):
        for name, end in (("smoothing", 8), ("smoothing_anew", origin)):
            fitted = Smoothing().fit(History(series, 2, known).until(end))
            past = History(series[:origin], 2, known[:origin])
            expected = fitted.forecast(past, np.array([origin]), 3)[0]
            np.testing.assert_array_equal(found[name][row], expected, name)


def test_gaps_are_passed_over():
    nan = np.nan
    history = np.array([nan, 2.0, 4.0, nan, 5.0, 9.0, nan, 6.0, nan])[:, None]
    found = {name: values[0, :, 0] for name, values in
             forecast_all(np.nan_to_num(history), [9], 4, 3, ~np.isnan(history)).items()}  # fmt: skip
    assert found["last_value"] == pytest.approx([6, 6, 6, 6])
    # from 2 at step 1 to 6 at step 7: 4/6 a step, and step 9 is two after the last known one
    assert found["drift"] == pytest.approx([6 + 4 / 6 * ahead for ahead in (2, 3, 4, 5)])
    assert found["mean"] == pytest.approx([26 / 5] * 4)
    # phases of the last season: never seen (the last value before it), 6, and 9 carried on
    assert found["seasonal_naive"] == pytest.approx([9, 6, 9, 9])
    growth = (3 + 5 + 1) / 3  # 5 - 2, 9 - 4 and 6 - 5
    assert found["seasonal_naive_drift"] == pytest.approx([9 + growth, 6 + growth, 9 + growth, 9 + 2 * growth])


def test_a_mask_without_gaps_changes_nothing():
    series = np.random.default_rng(1).normal(size=(31, 2))
    origins = np.array([6, 19])
    for name, values in forecast_all(series, origins, 4, 5, np.ones_like(series, dtype=bool)).items():
        np.testing.assert_array_equal(values, forecast_all(series, origins, 4, 5)[name])


@given(st.integers(4, 19), st.integers(1, 3), st.integers(0, 1000))
def test_forecasts_with_gaps_never_look_past_the_origin(origin, season, seed):
    rng = np.random.default_rng(seed)
    series, known = rng.normal(size=(20, 2)), rng.random((20, 2)) < 0.5
    known[0] = True
    changed, changed_known = series.copy(), known.copy()
    changed[origin:], changed_known[origin:] = 100.0, ~known[origin:]
    before = forecast_all(series, [origin], 4, season, known)
    after = forecast_all(changed, [origin], 4, season, changed_known)
    for name in FORECASTERS:
        np.testing.assert_array_equal(before[name], after[name], name)
        assert np.isfinite(before[name]).all()


def test_gaps_at_random_hardly_move_the_forecasts_of_a_line():
    series = np.arange(40.0)[:, None]
    known = np.ones_like(series, dtype=bool)
    known[[3, 4, 17, 39]] = False
    found = forecast_all(series, [40], 3, 1, known)
    assert found["drift"][0, :, 0] == pytest.approx([40, 41, 42])
    assert found["last_value"][0, 0, 0] == 38
