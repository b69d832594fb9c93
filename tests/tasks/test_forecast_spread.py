"""Distributions of forecasts: how they are trained, in which units they come, and what their sample paths read."""

import numpy as np
import pandas as pd
import pytest
import torch

from core.config.errors import ConfigError
from core.tasks.forecasting.changes import accumulate, as_changes
from core.tasks.forecasting.spread import num_paths, summed_widths

LEVELS = (0.1, 0.5, 0.9)


@pytest.fixture
def counts(tmp_path):
    """What makes a tiny experiment one of counts."""
    rng = np.random.default_rng(0)
    days = pd.date_range("2020-01-01", periods=150, freq="D")
    frame = pd.DataFrame({"day": days, "sold": rng.poisson(20, 150), "few": rng.poisson(2, 150)})
    frame.to_csv(tmp_path / "counts.csv", index=False)
    path = (str(tmp_path / "counts.csv"),)
    return {"data.source": "file", "data.path": path, "data.target_columns": ("sold", "few"), "data.id": None}


@pytest.mark.parametrize("difference", ["none", "last_value", "season"])
@pytest.mark.parametrize("shape", ["many_to_one", "many_to_many", "encoder_decoder"])
@pytest.mark.parametrize("likelihood", ["quantile", "gaussian", "student_t"])
def test_quantiles_come_in_order_around_the_forecast_in_original_units(likelihood, shape, difference, bound):
    changes = {"model.likelihood": likelihood, "model.shape": shape, "data.difference": difference}
    task = bound("forecasting", changes)
    origins = np.arange(100, 104)
    forecast = task.forecasts(origins)[1]
    found = task.quantiles(origins, LEVELS)
    assert found.shape == (3, *forecast.shape)
    assert (np.diff(found, axis=0) > 0).all()
    if shape != "many_to_many":  # whose quantiles are those of paths, near the forecast that feeds back its medians
        np.testing.assert_allclose(found[1], forecast, rtol=1e-4)
    assert task.training_loss(0).loss.isfinite()


@pytest.mark.parametrize("each", ["together", "each"])
@pytest.mark.parametrize("shape", ["many_to_one", "many_to_many"])
def test_counts_are_forecast_as_counts(shape, each, counts, bound):
    task = bound("forecasting", {**counts, "model.likelihood": "negative_binomial", "model.shape": shape,
                                 "data.difference": "none", "data.many_series": each})  # fmt: skip
    origins = np.arange(110, 113)
    series = 0 if each == "each" else None
    forecast, found = task.forecasts(origins, series)[1], task.quantiles(origins, LEVELS, series)
    for values in (forecast, found) if shape == "many_to_one" else (forecast,):
        np.testing.assert_allclose(values, np.round(values), atol=1e-3)
    assert (found >= -1e-3).all()
    assert task.training_loss(0).loss.isfinite()
    # A network that knows nothing yet says about 0.7 of the scale, one more than the training mean.
    assert 5 < forecast[..., 0].mean() < 25


def test_the_loss_of_counts_is_in_counts_of_the_series(counts, bound):
    task = bound("forecasting", {**counts, "model.likelihood": "negative_binomial", "data.difference": "none",
                                 "data.many_series": "each"})  # fmt: skip
    batch = task.batch(0)
    series = batch[-1]
    truth = batch[1] * torch.tensor(task.context.scaler.std)[series][:, None, None]
    truth = (truth + torch.tensor(task.context.scaler.mean)[series][:, None, None]).float().round()
    spread = task.predictor.spread
    parameters = spread.ready(task.model.distribution(batch[0])[0], series)
    expected = spread.likelihood.loss(parameters, truth).mean()
    assert task.batch_loss(batch).loss.item() == pytest.approx(expected.item(), rel=1e-4)


def test_only_whole_numbers_from_0_are_counts(counts, tiny):
    with pytest.raises(ConfigError, match="whole numbers from 0"):
        tiny("forecasting", {"model.likelihood": "negative_binomial", "data.difference": "none"})
    experiment = tiny("forecasting", {**counts, "model.likelihood": "negative_binomial", "data.difference": "none"})
    assert experiment.model.likelihood == "negative_binomial"
    for field, value in (("data.difference", "last_value"), ("model.scaling", "window")):
        with pytest.raises(ConfigError, match=r"model\.likelihood"):
            tiny("forecasting", {"data.difference": "none", "model.likelihood": "negative_binomial", field: value})


def test_the_spread_of_a_forecast_of_changes_is_that_of_each_level(bound):
    task = bound("forecasting", {"model.likelihood": "gaussian", "data.difference": "last_value"})
    origins = np.arange(100, 102)
    inputs = task.windows.inputs(origins)
    parameters = task.model.distribution(inputs)[0]
    unit = np.array(task.context.scaler.std)[task.places]
    low, _, high = task.quantiles(origins, LEVELS)
    np.testing.assert_allclose(high - low, 2 * 1.28155 * parameters[..., 1].detach().numpy() * unit, rtol=1e-3)
    # The loss sees the summed location beside the level that the truth comes to.
    batch = task.batch(0)
    location, scale = task.model.distribution(batch[0])[0].unbind(-1)
    z = (accumulate(location, 1) - accumulate(batch[1], 1)) / scale
    expected = (z**2 / 2 + scale.log()).mean().item() + np.log(2 * np.pi) / 2
    assert task.batch_loss(batch).loss.item() == pytest.approx(expected, rel=1e-4)


def test_a_sample_path_reads_what_it_drew_itself(bound):
    task = bound("forecasting", {"model.likelihood": "gaussian", "model.shape": "many_to_many"})
    windows = task.windows.inputs(np.arange(100, 102))
    paths = task.predictor.scaled_paths(windows, 3, 4, seed=5)
    assert paths.shape[:3] == (4, 2, 3)
    assert torch.equal(paths, task.predictor.scaled_paths(windows, 3, 4, seed=5))
    assert not torch.equal(paths, task.predictor.scaled_paths(windows, 3, 4, seed=6))
    # The mean of a path's second step is what the network says after the window and the path's own first step.
    many = task.predictor.scaled_paths(windows[:1], 2, 4_000, seed=1)[:, 0]
    with torch.no_grad():
        _, state = task.model.distribution(windows[:1])
        state = tuple(one.repeat(1, 4_000, *(1,) * (one.ndim - 2)) for one in state)
        following = task.model.distribution(task.predictor._as_inputs(many[:, :1], windows), state)[0][:, 0]
    z = (many[:, 1] - following[..., 0]) / following[..., 1]
    assert abs(z.mean().item()) < 0.05
    assert z.std().item() == pytest.approx(1, abs=0.05)


def test_a_prediction_comes_with_quantiles_where_the_network_gives_a_distribution(bound):
    assert "quantiles" not in bound("forecasting").predictor.predict(3)[0]
    (row,) = bound("forecasting", {"model.likelihood": "student_t"}).predictor.predict(20)[:1]
    assert list(row["quantiles"]) == ["0.025", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "0.975"]
    assert all(len(values) == 20 for values in row["quantiles"].values())
    assert row["quantiles"]["0.5"] == pytest.approx(row["forecast"])


def test_figures_of_the_test_set_count_the_spread_and_looks_while_training_do_not(bound):
    task = bound("forecasting", {"model.likelihood": "quantile"})
    found, look = task.evaluate("test", True), task.evaluate("validation", False)
    assert 0 < found["crps"] < found["mae"]
    assert found["wql"] > 0
    assert "crps" not in look
    assert look["loss"] > 0
    assert "crps" not in bound("forecasting").evaluate("test", True)


@pytest.mark.parametrize("lag", [0, 1, 3])
def test_changes_add_up_to_the_values_that_they_are_made_of(lag):
    values = torch.randn(2, 7, 3)
    torch.testing.assert_close(accumulate(as_changes(values, lag), lag), values)


def test_what_is_not_known_at_the_end_of_a_block_is_not_known_in_the_next():
    offsets = torch.tensor([-3.0, -4.0, -3.0, -1.0])[None, None, :, None]
    found = summed_widths(offsets, 2).ravel().tolist()
    assert found == pytest.approx([-3.0, -4.0, -5.0, -(17**0.5)])


def test_very_many_forecasts_have_fewer_paths_each():
    assert num_paths(1, 12) == 200
    assert num_paths(100_000, 96) == 25
