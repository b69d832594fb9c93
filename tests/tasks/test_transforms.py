"""Logarithms and other powers before the network, and forecasts that end at zero."""

import json

import numpy as np
import pandas as pd
import pytest
import torch

from core.config.errors import ConfigError
from core.data.prepare import prepare
from core.resolve import resolve
from core.tasks.forecasting.context import SeriesContext
from core.tasks.registry import bind

CPU = torch.device("cpu")


def grown():
    """120 quarters that double in five years, with swings of a tenth of the level."""
    step = np.arange(120)
    noise = np.random.default_rng(3).normal(size=120)
    return 10 * 2 ** (step / 20) * (1 + 0.1 * np.sin(step * np.pi / 2) + 0.01 * noise)


@pytest.fixture
def bound_to(tiny, tmp_path):
    """Binds a tiny experiment to columns of quarters, the first to forecast."""

    def make(changes, **columns):
        path = tmp_path / "own.csv"
        times = pd.date_range("1990-01-01", periods=120, freq="QS").strftime("%Y-%m-%d")
        pd.DataFrame({"time": times, **columns}).to_csv(path, index=False)
        own = {"data.path": (str(path),), "data.target_columns": tuple(columns)[:1]}
        experiment = tiny("forecasting", {**own, **changes})
        task = bind(experiment, prepare("series", experiment.data), CPU)
        task.model.eval()
        return task

    return make


def silent(task, said=0.0):
    """The network says one number, whatever it reads."""
    torch.nn.init.zeros_(task.model.output.weight)
    torch.nn.init.constant_(task.model.output.bias, said)
    return task


def test_a_network_that_says_nothing_grows_as_the_series_does(bound_to):
    task = silent(bound_to({"data.transform": "log", "data.difference": "season"}, value=grown()))
    origins = task.origins("test")
    train = np.log(grown()[:84])
    growth = np.exp((train[4:] - train[:-4]).mean())
    np.testing.assert_allclose(
        task.forecasts(origins)[1][:, :, 0], grown()[origins[:, None] - 4 + np.arange(3)] * growth
    )
    context = SeriesContext.from_json(task.context.to_json())
    assert context.scaler == task.context.scaler


@pytest.mark.parametrize("transform", ["log", "box_cox"])
@pytest.mark.parametrize("said", [-1e6, 1e6])
def test_however_wrong_a_network_is_its_figures_are_numbers(bound_to, transform, said):
    task = silent(bound_to({"data.transform": transform}, value=grown()), said)
    forecast = task.forecasts(task.origins("test"))[1]
    assert np.isfinite(forecast).all() and (forecast >= 0).all()
    assert all(np.isfinite(value) for value in task.evaluate("test", full=True).values() if isinstance(value, float))
    json.dumps(task.details(), allow_nan=False)


def test_a_look_at_validation_has_the_loss_of_training(bound_to):
    """Both are mean errors of logarithms, in their spread."""
    task = bound_to({"data.transform": "log"}, value=grown())
    origins = task.origins("validation")
    truth, forecast = task.forecasts(origins)
    expected = np.abs(np.log(forecast) - np.log(truth)).mean() / np.log(grown()[:84]).std()
    assert task.evaluate("validation", full=False)["loss"] == pytest.approx(expected, rel=1e-6)
    inputs, targets = task.windows.inputs(origins), task.windows.targets(origins)
    assert float(task.batch_loss((inputs, targets)).loss.detach()) == pytest.approx(expected, rel=1e-4)


def test_what_is_only_read_need_not_be_above_zero(bound_to):
    task = bound_to({"data.transform": "box_cox"}, value=grown(), other=grown() - 30)
    assert task.context.scaler.powers.exponents[1] is None
    inputs = task.windows.inputs(np.array([50]))[0, :, 1].numpy()
    other = grown()[:84] - 30
    np.testing.assert_allclose(inputs, (grown()[41:50] - 30 - other.mean()) / other.std(), rtol=1e-4, atol=1e-6)


def test_a_value_that_is_not_above_zero_after_training_is_read_as_a_small_one_and_judged_as_it_is(bound_to):
    values = grown()
    values[100] = -5.0
    task = bound_to({"data.transform": "log", "data.difference": "last_value"}, value=values)
    truth, forecast = task.forecasts(np.array([99, 101]))
    assert truth[0, 1, 0] == -5.0 and np.isfinite(forecast).all()
    assert silent(task).forecasts(np.array([101]))[1][0, 0, 0] == pytest.approx(8.0, rel=0.1), "a power of two"


def test_series_that_move_alike_in_percent_count_alike_in_training_whatever_their_level(tiny, tmp_path):
    frame = pd.DataFrame({"one": grown(), "two": 1_000 * grown()})
    frame.to_csv(tmp_path / "two.csv", index=False)
    own = {"data.path": (str(tmp_path / "two.csv"),), "data.many_series": "each"}
    for transform in ("log", "none"):
        experiment = tiny("forecasting", {**own, "data.transform": transform})
        task = bind(experiment, prepare("series", experiment.data), CPU)
        np.testing.assert_allclose(task.weights.numpy(), 1.0, rtol=1e-5)


def test_a_series_that_training_has_not_seen_is_scaled_by_its_own_logarithms(tiny, tmp_path):
    frame = pd.DataFrame(
        {"one": grown(), "two": 3 * grown()}, index=pd.date_range("1990-01-01", periods=120, freq="QS")
    )

    def table(frame, name):
        frame.rename_axis("time").reset_index().melt("time").to_csv(tmp_path / name, index=False)
        return str(tmp_path / name)

    own = {"data.path": (table(frame, "train.csv"),), "data.many_series": "each", "data.transform": "log"}
    experiment = tiny("forecasting", own)
    task = bind(experiment, prepare("series", experiment.data), CPU)
    other = pd.DataFrame({"three": grown() / 1_000}, index=frame.index)
    after = task.predictor.after(table(other, "newer.csv")).context.scaler
    np.testing.assert_allclose(after.mean, np.log(other["three"]).mean())
    assert after.powers.exponents == (0.0,)
    other.iloc[3] = 0.0
    continued = task.predictor.after(table(other, "newer.csv"))
    assert "1 value not above zero: read as about the smallest value of training" in continued.notes
    with pytest.raises(ConfigError, match="a value above zero of a new series"):
        task.predictor.after(table(other * 0, "newer.csv"))


def test_forecasts_and_bands_end_at_zero(bound_to):
    free, ended = (
        silent(bound_to({"data.non_negative": only, "data.transform": "none"}, value=grown()), -9.0)
        for only in (False, True)
    )
    origins = free.origins("test")
    assert (free.forecasts(origins)[1] < 0).all()
    assert (ended.forecasts(origins)[1] == 0).all()
    assert ended.predictor.predict()[0]["forecast"] == [0.0] * 3
    for part in ended.details()["test"]["value"], ended.details()["future"]["value"]:
        assert set(part["lower"]) == set(part["lower_95"]) == {0.0}
        assert min(part["upper"]) > 0
    assert SeriesContext.from_json(ended.context.to_json()).scaler.lowest == 0.0


@pytest.mark.parametrize(
    ("values", "changes", "message"),
    [
        (grown() - grown()[4], {"data.transform": "log"}, "training values above zero, got others in 'value'"),
        (grown() - 12, {"data.non_negative": True}, "training values from zero up, got values below zero in 'value'"),
    ],
)  # fmt: skip
def test_what_the_values_do_not_allow_is_refused(values, changes, message, tmp_path):
    pd.DataFrame({"value": values}).to_csv(tmp_path / "own.csv", index=False)
    own = {"data.path": (str(tmp_path / "own.csv"),), "data.window_size": 7, "data.horizon": 3}
    with pytest.raises(ConfigError) as caught:
        resolve("forecasting", "quick", {**own, **changes})
    (problem,) = caught.value.problems
    assert (problem.field, f"{problem.expected}, got {problem.received}") == (next(iter(changes)), message)
    resolve("forecasting", "quick", {**own, "data.non_negative": False})


def test_values_after_training_that_have_no_logarithm_are_counted(bound_to):
    values = grown()
    values[[100, 110]] = 0.0, -5.0
    assert bound_to({"data.transform": "log"}, value=values).evidence()["not_above_zero"] == 2
    assert "not_above_zero" not in bound_to({"data.transform": "none"}, value=values).evidence()
