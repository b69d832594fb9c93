"""Rolling origins of a forecaster: what a run keeps of them, and networks that are trained anew on the way."""

import numpy as np
import pytest
import torch

from core.tasks.forecasting import backtest as rolling
from core.tasks.forecasting.backtest import backtest, kept_origins, kept_series


def test_what_is_kept_are_the_forecasts_from_those_origins(bound):
    task = bound("forecasting")
    details = task.details()
    kept, name = details["backtest"], details["targets"][0]
    one = kept["series"][name]
    origins = np.array(one["origins"])
    assert origins[0] >= task.ends[0] and origins[-1] == len(task.truths) - task.experiment.data.horizon
    truth, forecast = task.forecasts(origins)
    assert np.array(one["truth"]) == pytest.approx(truth[:, :, 0], rel=1e-6)
    assert np.array(one["methods"]["network"]) == pytest.approx(forecast[:, :, 0], rel=1e-5)
    assert set(one["methods"]) == {"network", *task.simple(origins)}
    deciles = {f"{round(0.1 * n, 1):g}" for n in range(1, 10)} - {"0.5"}
    assert set(one["edges"]) == deciles | {"0.025", "0.975"}
    # A forecast over the test set that is drawn has the same band.
    place = one["origins"].index(details["origins"][0])
    horizon = task.experiment.data.horizon
    assert one["edges"]["0.1"][place] == pytest.approx(details["test"][name]["lower"][:horizon], rel=1e-5)


def test_origins_are_thinned_evenly_to_what_there_is_room_for(monkeypatch):
    assert kept_origins(10, 20, 4, 1, 1).tolist() == [10, 11, 12, 13, 14, 15, 16]
    assert kept_origins(10, 12, 4, 1, 1).tolist() == []
    monkeypatch.setattr(rolling, "MOST_ORIGINS", 3)
    assert kept_origins(10, 20, 4, 1, 1).tolist() == [10, 13, 16]
    assert kept_origins(10, 21, 4, 1, 1).tolist() == [11, 14, 17]
    monkeypatch.setattr(rolling, "MOST_ORIGINS", 200)
    monkeypatch.setattr(rolling, "MOST_NUMBERS", 160)
    monkeypatch.setattr(rolling, "FEWEST_ORIGINS", 2)
    assert len(kept_origins(0, 100, 4, 10, 1)) == 4


def test_runs_whose_test_sets_begin_at_different_rows_keep_forecasts_from_the_same_origins():
    whole, later = kept_origins(7_000, 10_000, 24, 20, 1), kept_origins(8_200, 10_000, 24, 20, 1)
    assert len(later) > 70 and set(later.tolist()) <= set(whole.tolist())


def test_of_many_series_so_many_are_kept_as_have_room_and_at_least_one(bound, monkeypatch):
    task = bound("forecasting")
    names = tuple("abcdef")
    assert kept_series(task, names) == names
    monkeypatch.setattr(rolling, "MOST_NUMBERS", 1)
    assert kept_series(task, names) == ("a",)


def test_a_backtest_goes_over_any_rows_after_training_as_far_as_is_asked(bound):
    task = bound("forecasting")
    last = len(task.truths)
    (one, *_) = backtest(task, np.arange(last - 9, last, 2), horizon=3)
    assert one.origins.tolist() == [last - 9, last - 7, last - 5, last - 3]
    assert one.truth.tolist() == [task.truths[row : row + 3, task.places[0]].tolist() for row in one.origins]
    assert {values.shape for values in one.methods.values()} == {(4, 3)}
    assert one.since(last - 4).origins.tolist() == [last - 3]
    with pytest.raises(ValueError, match="training"):
        backtest(task, np.array([task.ends[0] - 1]))


def test_no_band_of_a_backtest_knows_what_comes(bound):
    task = bound("forecasting")
    last = len(task.truths)
    at = np.array([last - 12, last - 8])
    before = backtest(task, at, horizon=2)[0]
    changed = bound("forecasting")
    changed.model.load_state_dict(task.model.state_dict())
    changed.truths = task.truths.copy()
    changed.truths[last - 8 :] += 1e3
    after = backtest(changed, at, horizon=2)[0]
    assert all(np.array_equal(before.edges[level], after.edges[level], equal_nan=True) for level in before.edges)


def test_a_direct_network_also_goes_one_step_at_a_time_and_reads_its_own_forecasts(bound, tmp_path):
    rows = "".join(f"{value}\n" for value in np.sin(np.arange(60)).round(3))
    (tmp_path / "one.csv").write_text("value\n" + rows)
    changes = {"model.shape": "many_to_one", "data.horizon": 3, "data.window_size": 5, "data.difference": "none"}
    task = bound("forecasting", {**changes, "data.path": (str(tmp_path / "one.csv"),), "data.target_columns": ()})
    at = np.array([len(task.truths) - 4])
    one = backtest(task, at)[0]
    assert len(task.columns) == 1
    assert one.recursive[:, 0] == pytest.approx(one.methods["network"][:, 0])
    windows = task.windows.inputs(at, None)
    with torch.inference_mode():
        first = task.model(windows)[0][:, :1]
        second = task.model(torch.cat([windows, first], dim=1)[:, 1:])[0][:, :1]
    scale = task.context.scaler
    assert one.recursive[0, 1] == pytest.approx(float(second[0, 0, 0]) * scale.std[0] + scale.mean[0], rel=1e-5)


def test_what_goes_step_by_step_anyway_has_no_second_way(bound):
    task = bound("forecasting", {"model.shape": "many_to_many"})
    assert backtest(task, np.array([len(task.truths) - task.experiment.data.horizon]))[0].recursive is None
