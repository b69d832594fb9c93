"""What forecasts are chosen and judged by: real values alone, each target in its own unit."""

import itertools

import numpy as np
import pandas as pd
import pytest
import torch

from core.backtests import read_backtest
from core.data.prepare import prepare
from core.tasks.forecasting import bands
from core.tasks.forecasting.backtest import first_origin
from core.tasks.forecasting.bands import BANDS, reaches
from core.tasks.forecasting.context import SeriesContext
from core.tasks.forecasting.known_errors import known_errors
from core.tasks.forecasting.predictor import ForecastPredictor
from core.tasks.registry import bind
from core.training.best import Best

CPU = torch.device("cpu")


@pytest.fixture
def bound_to(tiny, tmp_path):
    """Binds a network to columns of days; two parts of 60, 20 and 20 per cent."""

    def make(columns, **changes):
        frame = pd.DataFrame(columns)
        frame.insert(0, "day", pd.date_range("2022-05-01", periods=len(frame)).strftime("%Y-%m-%d"))
        frame.to_csv(tmp_path / "own.csv", index=False)
        usual = {"data.path": (str(tmp_path / "own.csv"),), "data.split": (0.6, 0.2, 0.2)}
        experiment = tiny("forecasting", {**usual, "data.target_columns": tuple(columns), **changes})
        return bind(experiment, prepare("series", experiment.data), CPU)

    return make


def say(task, level):
    """Let the network forecast one level of each column, whatever it reads."""
    scaler = task.context.scaler
    with torch.no_grad():
        for weight in task.model.parameters():
            weight.zero_()
        scaled = (np.array(level) - scaler.mean) / scaler.std
        task.model.output.bias.copy_(torch.from_numpy(np.tile(scaled, task.experiment.data.horizon)).float())


def test_the_best_network_is_the_one_with_the_smallest_scaled_error(bound_to):
    """Output in millions moves by 1,000 a day, a rate in per cent by 0.1: an error of 500 is half a step of the first."""
    turn = np.arange(100) % 2
    task = bound_to({"output": 5e6 + 1_000.0 * turn, "rate": 4 + 0.1 * turn}, **{"data.horizon": 2})
    task.scale = np.array([1_000.0, 0.1])  # mean steps from day to day
    best = Best(task.selection)
    found = []
    for step, (output, rate) in enumerate([(5e6 + 500, 9.05), (5e6 + 1_300, 4.05)]):
        say(task, [output, rate])
        found.append(task.evaluate("validation", full=False))
        best.offer(found[-1], step, task.model)
    assert found[0]["mae"] < found[1]["mae"], "by the mean over units the output alone decides"
    assert found[0]["mase"] == pytest.approx((500 / 1_000 + 5 / 0.1) / 2, rel=1e-3)
    assert found[1]["mase"] == pytest.approx(((300 + 1_300) / 2 / 1_000 + 0.05 / 0.1) / 2, rel=1e-3)
    assert (best.metric, best.step) == ("mase", 1)
    assert best.summary()["value"] == pytest.approx(task.evaluate("validation", full=True)["mase"])


def test_a_target_that_never_changed_in_training_leaves_the_choice_to_the_others(bound_to):
    moving = np.arange(100) % 5 * 1.0
    task = bound_to({"still": np.where(np.arange(100) < 60, 7.0, 8.0), "moving": moving}, **{"data.horizon": 2})
    look = task.evaluate("validation", full=False)
    assert look["mase"] == pytest.approx(task.evaluate("validation", full=True)["per_target"]["moving"]["mase"])
    assert look["standard_error"] > 0
    assert task.selection == "mase"


def test_something_is_chosen_even_where_nothing_ever_changed(bound_to):
    task = bound_to({"still": np.where(np.arange(100) < 60, 7.0, 8.0)}, **{"data.horizon": 2})
    best = Best(task.selection)
    assert best.offer(task.evaluate("validation", full=False), 1, task.model)


@pytest.fixture
def holes():
    """A jagged series of 200 days of which two in five are missing."""
    generator = np.random.default_rng(12)
    values = 10 + 3 * generator.normal(size=200)
    values[generator.permutation(np.arange(1, 199))[:80]] = np.nan
    return values


def by_hand(values, split, horizon, forecast):
    """Mean absolute error over (origin, step) pairs of which the truth is known; `forecast(origin, step)`."""
    first, end = {"validation": (120, 160), "test": (160, 200)}[split]
    pairs = itertools.product(range(first, end - horizon + 1), range(horizon))
    return np.mean(
        [abs(forecast(at, step) - values[at + step]) for at, step in pairs if not np.isnan(values[at + step])]
    )


@pytest.mark.parametrize("missing", ["interpolate", "mask"])
@pytest.mark.parametrize("split", ["validation", "test"])
def test_what_is_filled_is_never_scored(missing, split, holes, bound_to):
    task = bound_to({"level": holes}, **{"data.missing": missing})
    say(task, [9.0])
    expected = by_hand(holes, split, 3, lambda at, step: 9.0)
    assert task.evaluate(split, full=True)["mae"] == pytest.approx(expected, rel=1e-5)
    assert task.evaluate(split, full=False)["mae"] == pytest.approx(expected, rel=1e-5)
    known = [[row for row in range(at) if not np.isnan(holes[row])] for at in range(201)]
    last = by_hand(holes, split, 3, lambda at, step: holes[known[at][-1]])
    mean = by_hand(holes, split, 3, lambda at, step: holes[known[at]].mean())
    found = task.baselines(split)
    assert found["last_value"]["mae"] == pytest.approx(last)
    assert found["mean"]["mae"] == pytest.approx(mean)
    lines = np.interp(np.arange(200), known[200], holes[known[200]])
    assert by_hand(lines, split, 3, lambda at, step: 9.0) < 0.96 * expected, "what was made up flatters"


def test_what_is_filled_is_no_unit_and_no_step(holes, bound_to):
    task = bound_to({"level": holes}, **{"data.missing": "interpolate", "data.difference": "last_value"})
    pairs = [holes[row + 1] - holes[row] for row in range(119)]
    changes = [change for change in pairs if not np.isnan(change)]
    if task.season == 1:
        assert task.scale == pytest.approx([np.abs(changes).mean()])
    assert task.context.scaler.mean == pytest.approx([np.mean(changes)])
    assert task.context.scaler.std == pytest.approx([np.std(changes)])


def test_bands_come_from_errors_at_real_values(holes, bound_to, monkeypatch):
    monkeypatch.setattr(bands, "RATE", 0.0)
    task = bound_to({"level": holes}, **{"data.missing": "interpolate"})
    say(task, [9.0])
    details = task.details()
    errors = np.abs(holes[120:200] - 9.0)  # one step ahead, from validation to the end
    sizes = np.sort(errors[~np.isnan(errors)])
    rank = 0.8 * (len(sizes) + 1)
    reach = np.interp(rank, np.arange(1, len(sizes) + 1), sizes)
    assert details["future"]["level"]["upper"][0] == pytest.approx(9.0 + reach, rel=1e-5)
    judged = read_backtest(details["backtest"], details, "level").since(task.ends[1])
    known = np.isfinite(judged.truth)
    held = (judged.edges[0.1] <= judged.truth) & (judged.truth <= judged.edges[0.9])
    assert details["coverage"]["level"][0] == pytest.approx(held[known].mean())
    figures = judged.figures(["crps"], judged.methods["network"])
    assert details["crps"]["level"]["network"] == pytest.approx(figures["crps"], rel=1e-5), "told by one definition"
    drawn = details["test"]["level"]["truth"]
    assert drawn == [None if np.isnan(value) else pytest.approx(value) for value in holes[160:199]]


def test_crps_stands_beside_that_of_the_simple_method_that_errs_least(bound_to):
    task = bound_to({"level": np.arange(200.0)})  # a straight line: only drift and its kin go on with it
    scores = task.details()["crps"]["level"]
    (best,) = {*scores} - {"network", "seasonal_naive"}
    at = np.arange(160, 190)
    errors = {name: np.nanmean(np.abs(values - task.truth(at))) for name, values in task.simple(at).items()}
    assert errors[best] == pytest.approx(min(errors.values()), abs=1e-6)
    assert scores[best] < 0.1 * scores["seasonal_naive"]


def test_a_window_reads_a_line_where_a_gap_has_ended_and_nothing_new_where_it_has_not(bound_to):
    values = np.sin(np.arange(100.0)) + 5
    values[40:43] = np.nan
    task = bound_to({"level": values}, **{"data.missing": "interpolate", "data.difference": "none"})
    mean, std = task.context.scaler.mean[0], task.context.scaler.std[0]

    def read(origin):
        return task.windows.inputs(np.array([origin]))[0, :, 0].numpy() * std + mean

    line = values[39] + (values[43] - values[39]) * np.array([1, 2, 3]) / 4
    np.testing.assert_allclose(read(44)[-5:], [values[39], *line, values[43]], rtol=1e-5)
    np.testing.assert_allclose(read(43)[-4:], [values[39]] * 4, rtol=1e-5)
    np.testing.assert_allclose(read(41)[-2:], [values[39]] * 2, rtol=1e-5)


def test_past_the_end_errors_count_whose_own_truth_has_come_although_the_rest_of_the_forecast_has_not(bound_to):
    values = np.tile([1.0, -1.0], 50)
    values[-2:] = 9.0
    task = bound_to({"a": values}, **{"data.horizon": 4})
    say(task, [0.0])
    first, end = first_origin(task, None), len(values)
    known = known_errors(task, None, first, end).errors[:, :, 0]
    np.testing.assert_allclose(known[-1], [9, np.nan, np.nan, np.nan], atol=1e-5)
    np.testing.assert_allclose(known[-3], [-1, 9, 9, np.nan], atol=1e-5)
    origins = np.arange(first, end)[:, None] + np.arange(4)
    by_hand = np.where(origins < end, values[np.minimum(origins, end - 1)], np.nan)[:, :, None]
    expected = reaches(by_hand, first, np.array([end]), BANDS)[1, BANDS.index(0.8), 0, :, 0]
    np.testing.assert_allclose(task.details()["future"]["a"]["upper"], expected, rtol=1e-4)


@pytest.mark.parametrize("changes", [{}, {"data.many_series": "each"}, {"data.transform": "log"}])
def test_quantiles_of_a_prediction_are_the_bands_past_the_end_and_survive_a_file(changes, bound_to):
    values = 50 + np.random.default_rng(1).normal(size=(200, 2)).cumsum(axis=0)
    columns = {"a": values[:, 0], "b": values[:, 1]}
    task = bound_to(columns, **{"model.likelihood": "gaussian", "data.horizon": 3, **changes})
    before = task.predictor.predict()
    details = task.details()
    context = SeriesContext.from_json(task.artifacts()["scaler.json"])
    read = ForecastPredictor(task.experiment, task.model, context, task.predictor.device)
    for row, old, after in zip(task.predictor.predict(), before, read.predict(), strict=True):
        future = details["future"][row["series"]]
        for key, level in (("lower", "0.1"), ("upper", "0.9"), ("lower_95", "0.025"), ("upper_95", "0.975")):
            assert row["quantiles"][level] == pytest.approx(future[key], rel=1e-5)
            assert after["quantiles"][level] == pytest.approx(future[key], rel=1e-3)
        assert row["quantiles"]["0.9"] != pytest.approx(old["quantiles"]["0.9"]), "of an untrained network it is moved"
    longer = task.predictor.predict(9)[0]["quantiles"]
    assert longer["0.9"][:3] == pytest.approx(details["future"]["a"]["upper"], rel=1e-5)
