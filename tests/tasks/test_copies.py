"""How far forecasts repeat the past, by hand and of trained networks; and whether what is to come moves them."""

from dataclasses import replace

import numpy as np
import pytest

from core.data.batching import Windows
from core.data.missing import carry_forward
from core.data.series_scaler import SeriesScaler
from core.tasks.forecasting.binding import ForecastingTask
from core.tasks.forecasting.copies import lagged_share, squared_ratios
from core.tasks.forecasting.leak import moved_by_future

RISING = np.array([1.0, 2, 4, 7, 11])
ROWS = np.array([2, 3, 4])


def of(forecast, values=RISING, rows=ROWS, longest=2):
    shifts = range(1, longest + 1)
    return lagged_share(shifts, [squared_ratios(values, rows, np.array(forecast, float), shifts)])


def test_repeating_an_earlier_value_is_all_a_copy_of_it_and_a_right_forecast_is_none():
    assert of([2, 4, 7]) == {"shift": 1, "share": 1.0}
    assert of([1, 2, 4]) == {"shift": 2, "share": 1.0}
    assert of([4, 7, 11]) == {"shift": 1, "share": 0.0}


def test_a_share_is_one_less_the_squared_distance_to_the_earlier_values_in_that_to_the_truth():
    # Half a step above the value before: 3 times 0.25 to it; to 4, 7, 11 it lacks 1.5, 2.5, 3.5, squared 20.75.
    assert of([2.5, 4.5, 7.5])["share"] == pytest.approx(1 - 0.75 / 20.75)
    # Two steps before it is 1.5, 2.5, 3.5 above 1, 2, 4.
    assert squared_ratios(RISING, ROWS, np.array([2.5, 4.5, 7.5]), [2]).item() == pytest.approx(1)


def test_half_of_every_change_foreseen_is_no_copy_and_of_several_targets_the_middle_one_counts():
    half = [3, 5.5, 9]
    assert of(half)["share"] == 0
    ratios = [squared_ratios(RISING, ROWS, np.array(row, float), [1, 9]) for row in (half, [2, 4, 7], [2.5, 4.5, 7.5])]
    assert lagged_share([1, 9], ratios)["share"] == pytest.approx(1 - 0.75 / 20.75)


def test_what_is_missing_or_never_changes_tells_nothing():
    gappy = RISING.copy()
    gappy[3] = np.nan
    assert squared_ratios(gappy, ROWS, np.array([2.0, 4, 8]), [1]).tolist() == [0.0], "only row 2 has both values"
    assert of([5, 5, 5], np.full(5, 5.0)) is None and lagged_share([1], []) is None


def test_the_best_forecast_of_a_random_walk_is_a_copy_and_those_of_noise_and_of_a_sine_are_not():
    rng, rows = np.random.default_rng(0), np.arange(100, 500)
    walk, noise = rng.normal(size=500).cumsum(), rng.normal(size=500)
    sine = np.sin(np.arange(500) * 2 * np.pi / 40.5)
    nearly = walk[rows - 1] + 0.1 * rng.normal(size=400)
    assert of(nearly, walk, rows, 40)["share"] > 0.98
    assert of(np.zeros(400), noise, rows, 40)["share"] < 0.1
    assert of(sine[rows] + 0.01 * rng.normal(size=400), sine, rows, 41)["share"] < 0.1


@pytest.mark.parametrize("changes", [
    {}, {"data.many_series": "each"}, {"data.difference": "season"}, {"model.shape": "many_to_many"},
])  # fmt: skip
def test_nothing_that_is_to_come_moves_a_forecast_a_simple_method_or_a_band(bound, changes):
    task = bound("forecasting", changes)
    weights = {name: weight.clone() for name, weight in task.model.state_dict().items()}
    assert moved_by_future(task) == [] and task.evidence()["moved_by_future"] == []
    assert all((weights[name] == weight).all() for name, weight in task.model.state_dict().items())


def test_a_window_that_reaches_past_its_origin_is_caught(bound, monkeypatch):
    task, honest = bound("forecasting"), Windows.inputs
    monkeypatch.setattr(Windows, "inputs", lambda self, origins, series=None: honest(self, origins - 1, series))
    assert moved_by_future(task) == []
    monkeypatch.setattr(Windows, "inputs", lambda self, origins, series=None: honest(self, origins + 1, series))
    assert "network" in moved_by_future(task)
    assert moved_by_future(task, known_ahead=task.columns) == [], "columns known ahead stay as they are"


def test_a_scale_that_was_fitted_on_everything_is_caught(bound):
    class Leaky(ForecastingTask):
        def __init__(self, experiment, prepared, device):
            super().__init__(experiment, prepared, device)
            everything = SeriesScaler.fit(carry_forward(self.truths, self.known, 0), 0, self.known)
            self.context = self.predictor.context = replace(self.context, scaler=everything)
            self.windows = self._windows(everything, device)

    task = bound("forecasting")
    assert "network" in moved_by_future(Leaky(task.experiment, task.prepared, task.predictor.device))


def test_a_simple_method_and_a_band_that_know_what_comes_are_named(bound, monkeypatch):
    task, honest = bound("forecasting"), ForecastingTask.simple
    monkeypatch.setattr(ForecastingTask, "simple", lambda self, origins, number=None: {
        **honest(self, origins, number), "last_value": self.truth(origins, number),
    })  # fmt: skip
    assert moved_by_future(task) == ["last_value"]
    monkeypatch.setattr(ForecastingTask, "simple", honest)
    monkeypatch.setattr(
        "core.tasks.forecasting.known_errors.reaches",
        lambda errors, first, at, *others: np.stack([np.abs(errors[-1:])] * 2),
    )
    assert moved_by_future(task) == ["bands"]
