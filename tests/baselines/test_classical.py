"""ETS and Theta against statsmodels' own forecasts and against arithmetic by hand; none of them sees past its origin."""

import builtins
import warnings

import numpy as np
import pytest
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.forecasting.theta import ThetaModel

from core.baselines import classical
from core.baselines.classical import CLASSICAL, ETS, MOST_ESTIMATED, MOST_ROWS, Smoothing, Theta
from core.baselines.forecasting import History, LeftOut, fit_all, forecast_all
from core.figures import baseline_label, find_baseline
from core.verdict import left_out, verdict


def seasonal(num_rows, season, level=50.0, seed=0):
    time, rng = np.arange(num_rows), np.random.default_rng(seed)
    wave = (1 + level / 50) * np.sin(2 * np.pi * time / season) * (1 + time / num_rows)
    return level + rng.normal(size=num_rows).cumsum() * 0.2 + wave + rng.normal(size=num_rows) * 0.3


def at_the_end(method, values, season, horizon):
    history = History(values[:, None], season)
    return method().fit(history).forecast(history, np.array([len(values)]), horizon)[0, :, 0]


@pytest.mark.parametrize(("num_rows", "season", "level"), [(61, 4, 50.0), (61, 4, 0.0), (120, 12, 50.0), (30, 1, 0.0)])
def test_at_the_end_of_training_ets_is_the_best_of_statsmodels_forms(num_rows, season, level):
    values = seasonal(num_rows, max(2, season), level)
    forms = [
        {"error": error, "trend": trend, "damped_trend": damped, "seasonal": kind, "seasonal_periods": season}
        for error in ("add", "mul") if level or error == "add"
        for trend, damped in ((None, False), ("add", False), ("add", True))
        for kind in ((None, error) if season > 1 else (None,))
    ]  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = [ETSModel(values, **form, initialization_method="heuristic").fit(disp=False) for form in forms]
        form = forms[int(np.argmin([one.aicc for one in fitted]))]
        best = ETSModel(values, **form, initialization_method="estimated").fit(disp=False)
    np.testing.assert_allclose(at_the_end(ETS, values, season, 15), best.forecast(15), atol=1e-6)


def test_an_estimated_start_of_ets_errs_less_on_short_series_than_a_heuristic_one(monkeypatch):
    first, horizon, origins = 108, 6, np.arange(108, 151)
    errors = dict.fromkeys((MOST_ESTIMATED, 0), 0.0)
    for seed in range(6):
        values = seasonal(156, 12, seed=seed)
        history, truth = History(values[:, None], 12), np.stack([values[row : row + horizon] for row in origins])
        for most in errors:
            monkeypatch.setattr(classical, "MOST_ESTIMATED", most)
            found = ETS().fit(history.until(first)).forecast(history, origins, horizon)[:, :, 0]
            errors[most] += np.abs(found - truth).mean()
    assert errors[MOST_ESTIMATED] < 0.95 * errors[0]


@pytest.mark.parametrize(("num_rows", "season", "level"), [(61, 4, 50.0), (121, 12, 0.0), (30, 1, 50.0)])
def test_at_the_end_of_training_theta_is_that_of_statsmodels(num_rows, season, level):
    values = seasonal(num_rows, max(2, season), level)
    model = ThetaModel(values, period=season if season > 1 else None, deseasonalize=season > 1)
    np.testing.assert_allclose(at_the_end(Theta, values, season, 15), model.fit().forecast(15), atol=1e-6)


def test_a_level_and_a_slope_go_on_as_by_hand():
    smoothing = Smoothing(0.5, 10.0, beta=0.25, phi=0.5, slope=4.0)
    # expected 12, error 4: level 14, slope 2 + 1; expected 15.5, error -3.5: level 13.75, slope 1.5 - 0.875
    found = smoothing.forecast(np.array([16.0, 12.0]), np.array([0, 1, 2]), 2)
    assert found == pytest.approx(np.array([[12, 13], [15.5, 16.25], [13.75 + 0.3125, 13.75 + 0.46875]]))


def test_a_season_that_is_a_factor_goes_on_as_by_hand():
    smoothing = Smoothing(0.5, 10.0, gamma=0.25, seasons=np.array([2.0, 0.5]), multiplies=True)
    # 24 / 2 is 2 above the level: 11; the season a quarter of the way from 2 to 24 / 11; the other one as it was
    assert smoothing.forecast(np.array([24.0]), np.array([1]), 3)[0] == pytest.approx([5.5, 22.5, 5.5])


def test_both_go_on_from_origin_to_origin_and_never_look_past_it():
    values = np.stack([seasonal(90, 4), seasonal(90, 4, 0.0, 1)], axis=1)
    known = np.random.default_rng(2).random(values.shape) < 0.9
    train = History(values, 4, known).until(60)
    methods, origins = fit_all(CLASSICAL.values(), train), [60, 71, 80]
    found = forecast_all(methods, History(values, 4, known), origins, 5)
    for row, origin in enumerate(origins):
        changed, changed_known = values.copy(), known.copy()
        changed[origin:], changed_known[origin:] = -1e6, ~known[origin:]
        other = forecast_all(methods, History(changed, 4, changed_known), [origin], 5)
        for name in CLASSICAL:
            np.testing.assert_array_equal(found[name][row], other[name][0], name)
    changed[70] = 500.0
    for name, forecasts in forecast_all(methods, History(changed, 4, known | True), [71], 5).items():
        assert not np.array_equal(forecasts[0], found[name][1]), name


def test_nobody_asks_them_from_inside_the_training_set_that_they_were_fitted_on():
    history = History(seasonal(40, 4)[:, None], 4)
    with pytest.raises(ValueError, match="at least 30 steps"):
        forecast_all(fit_all([Theta], history.until(30)), history, [29], 2)


@pytest.mark.parametrize("method", CLASSICAL.values())
def test_of_long_data_the_last_whole_seasons_are_fitted(method):
    values = seasonal(MOST_ROWS + 40, 7)
    latest = values[-(MOST_ROWS // 7 * 7) :]
    np.testing.assert_allclose(at_the_end(method, values, 7, 9), at_the_end(method, latest, 7, 9), rtol=1e-12)


@pytest.mark.parametrize("method", CLASSICAL.values())
def test_what_cannot_be_fitted_is_left_out_with_the_reason(method, monkeypatch):
    with pytest.raises(LeftOut, match="10 known values"):
        method().fit(History(np.arange(9.0)[:, None], 1))
    with pytest.raises(LeftOut, match="a season of 501"):
        method().fit(History(seasonal(2000, 501)[:, None], 501))
    load = builtins.__import__

    def refuse(name, *rest):
        if name.startswith("statsmodels"):
            raise ImportError(name)
        return load(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(LeftOut, match="cannot be loaded"):
        method().fit(History(seasonal(40, 4)[:, None], 4))


@pytest.mark.parametrize("method", CLASSICAL.values())
def test_a_column_that_never_changes_stays_as_it_is(method):
    assert at_the_end(method, np.full(20, 3.0), 4, 5) == pytest.approx([3.0] * 5)


def test_they_are_called_by_their_names():
    assert [baseline_label(name) for name in CLASSICAL] == ["ETS", "Theta"]
    assert find_baseline("ets") is ETS
    result = {"test": {"mase": 1.2}, "baselines": {"drift": {"mase": 1.3}, "ets": {"mase": 0.9}},
              "evidence": {"left_out": {"theta": "it is fitted on at most 100 series"}}}  # fmt: skip
    assert "The best baseline, ETS, reaches 0.90" in verdict("forecasting", result)
    assert left_out(result) == "Theta is left out: it is fitted on at most 100 series."
    assert left_out({"baselines": {}}) == "", "runs of versions without it"
