import dataclasses
import json

import numpy as np
import pytest
import torch

from core.baselines.classical import ETS
from core.config.errors import ConfigError
from core.data.prepare import prepare
from core.metrics.targets import forecast_metrics
from core.tasks.forecasting.binding import series_weights
from core.tasks.forecasting.changes import accumulate
from core.tasks.registry import bind

CPU = torch.device("cpu")
KINDS = [
    {"model.shape": shape, "data.difference": difference}
    for shape in ("many_to_one", "many_to_many", "encoder_decoder")
    for difference in ("none", "last_value", "season")
]
KINDS += [{**KINDS[2], "data.transform": "log"}, {**KINDS[4], "data.transform": "box_cox"}]
BOTH = ("sales", "visits")


@pytest.fixture(params=KINDS, ids=lambda kind: "-".join(kind.values()))
def kind(request):
    return {**request.param, "data.target_columns": BOTH}


def with_other_values(prepared, start, amount=1_000.0):
    frame = prepared.series.frame.copy()
    frame.iloc[start:] += amount
    return dataclasses.replace(prepared, series=dataclasses.replace(prepared.series, frame=frame))


def test_a_forecast_never_looks_past_its_origin(kind, tiny):
    experiment = tiny("forecasting", kind)
    prepared = prepare("series", experiment.data)
    origin = 100
    one, other = (bind(experiment, data, CPU) for data in (prepared, with_other_values(prepared, origin)))
    origins = np.arange(90, origin + 1)
    np.testing.assert_array_equal(one.forecasts(origins)[1], other.forecasts(origins)[1])
    assert (one.forecasts(origins + 1)[1][-1] != other.forecasts(origins + 1)[1][-1]).all(), "it does look at the past"


def test_training_never_reads_past_the_training_part(kind, tiny):
    experiment = tiny("forecasting", kind)
    prepared = prepare("series", experiment.data)
    losses = []
    for data in (prepared, with_other_values(prepared, prepared.boundaries[0])):
        task = bind(experiment, data, CPU)
        task.sampler.batch = lambda step: np.arange(len(task.train_numbers))  # noqa: B023  used at once
        losses.append(task.training_loss(0).loss.item())
    assert losses[0] == losses[1]


def test_a_batch_of_windows_is_the_mean_of_its_rows_in_loss_and_gradient(kind, bound):
    task = bound("forecasting", kind)

    def measured(rows):
        task.sampler.batch = lambda step: np.array(rows)
        task.model.zero_grad()
        loss = task.training_loss(0).loss
        loss.backward()
        return [loss.detach(), *(parameter.grad.clone() for parameter in task.model.parameters())]

    alone = [measured([row]) for row in (5, 0, 44)]
    for found, *parts in zip(measured([5, 0, 44]), *alone, strict=True):
        torch.testing.assert_close(found, sum(parts) / 3, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("num_steps", "lag"), [(7, 3), (6, 3), (7, 1), (5, 4), (3, 4), (3, 3), (4, 0)])
def test_levels_are_sums_of_changes_a_lag_apart_however_many_steps_there_are(num_steps, lag):
    changes = torch.randn(3, num_steps, 2)
    levels = changes.numpy().copy()
    for step in range(lag or num_steps, num_steps):
        levels[:, step] += levels[:, step - lag]
    np.testing.assert_allclose(accumulate(changes, lag), levels, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_the_whole_horizon_of_every_origin_lies_inside_the_part(split, bound):
    task = bound("forecasting")
    first, last = {"train": (0, 84), "validation": (84, 96), "test": (96, 120)}[split]
    origins = task.origins(split)
    assert (np.diff(origins) == 1).all()
    assert origins[-1] + 3 == last
    assert origins[0] == first if split != "train" else origins[0] >= 9
    assert task.evaluate(split, full=True)["mae"] is not None


def test_network_and_baselines_are_judged_on_the_same_pairs(bound):
    task = bound("forecasting")
    origins = task.origins("test")
    truth, forecast = task.forecasts(origins)
    assert truth.shape == forecast.shape == (len(origins), 3, len(task.context.targets))
    for row, origin in enumerate(origins):
        np.testing.assert_array_equal(truth[row], task.values[origin : origin + 3, task.places])
    expected = forecast_metrics(task.metrics, truth, forecast, task.scale, task.context.targets, task.squared_scale)
    assert task.evaluate("test", full=True) == expected
    baselines = task.baselines("test")
    assert list(baselines) == [
        "last_value",
        "drift",
        "mean",
        "seasonal_naive",
        "seasonal_naive_drift",
        "ets",
        "theta",
        "feed_forward",
    ]
    last = np.repeat(task.values[origins - 1][:, None, task.places], 3, axis=1)
    assert baselines["last_value"]["mae"] == pytest.approx(np.abs(truth - last).mean())


@pytest.mark.parametrize(("difference", "lag"), [("none", 0), ("last_value", 1), ("season", 4)])
def test_a_network_that_says_nothing_forecasts_the_usual_change(difference, lag, bound):
    task = bound("forecasting", {"data.difference": difference, "data.target_columns": BOTH})
    torch.nn.init.zeros_(task.model.output.weight)
    torch.nn.init.zeros_(task.model.output.bias)
    origins = task.origins("test")
    series, train = task.values, task.values[:84]
    usual = (train[lag:] - train[:-lag]).mean(axis=0) if lag else train.mean(axis=0)
    for row, origin in enumerate(origins):
        known = list(series[:origin])
        for _ in range(3):
            known.append((known[-lag] if lag else 0) + usual)
        np.testing.assert_allclose(task.forecasts(origins)[1][row], np.array(known[-3:])[:, task.places], rtol=1e-6)


def test_a_prediction_goes_on_after_the_end_of_the_data(kind, bound):
    task = bound("forecasting", kind)
    rows = task.predictor.predict()
    assert [row["series"] for row in rows] == list(BOTH)
    for row in rows:
        assert row["time"] == ["2020-01-01", "2020-04-01", "2020-07-01"]
    told = np.array([row["forecast"] for row in rows]).T
    inputs = task.windows.inputs(np.array([120]))
    lag = task.context.scaler.lag
    np.testing.assert_allclose(told, task.predictor.forecast(inputs, task.values[None, 120 - lag :], 3)[0], rtol=1e-6)


def test_a_longer_forecast_begins_like_a_shorter_one(kind, bound):
    predictor = bound("forecasting", kind).predictor
    short, long = predictor.predict(3), predictor.predict(8)
    for one, other in zip(short, long, strict=True):
        assert len(other["time"]) == len(other["forecast"]) == 8
        np.testing.assert_allclose(other["forecast"][:3], one["forecast"], rtol=1e-6)


@pytest.mark.parametrize("horizon", [0, -1, 1.5, True, 10**9, "3"])
def test_an_impossible_horizon_is_an_error(horizon, bound):
    with pytest.raises(ConfigError) as caught:
        bound("forecasting").predictor.predict(horizon)
    assert caught.value.problems[0].field == "horizon"


@pytest.mark.parametrize("shape", ["many_to_one", "many_to_many", "encoder_decoder"])
def test_a_network_that_reads_more_than_it_forecasts_goes_past_its_horizon(shape, bound):
    predictor = bound("forecasting", {"data.target_columns": ("sales",), "model.shape": shape}).predictor
    assert len(predictor.context.columns) == 2
    short, long = (predictor.predict(steps)[0] for steps in (3, 1_000))
    assert np.isfinite(long["forecast"]).all()
    np.testing.assert_allclose(long["forecast"][:3], short["forecast"], rtol=1e-6)
    assert long["time"][:3] == short["time"]
    assert len({*long["time"]}) == 1_000
    assert long["time"][-1] == "2269-10-01", "a thousand quarters after the end of 2019"


def test_a_column_that_is_not_forecast_goes_on_as_a_season_before(bound):
    predictor = bound("forecasting", {"data.target_columns": ("sales",), "data.window_size": 5}).predictor
    predictor.context = dataclasses.replace(predictor.context, season=4)
    windows = torch.arange(10.0).reshape(1, 5, 2)  # of sales and visits
    read = predictor._as_inputs(torch.tensor([[[-1.0], [-2.0], [-3.0], [-4.0], [-5.0]]]), windows)
    assert read[0, :, predictor.context.target_places[0]].tolist() == [-1, -2, -3, -4, -5]
    visits = 1 - predictor.context.target_places[0]
    assert read[0, :, visits].tolist() == [2 + visits, 4 + visits, 6 + visits, 8 + visits, 2 + visits]


def test_the_context_survives_as_json(kind, bound):
    context = bound("forecasting", kind).context
    again = type(context).from_json(context.to_json())
    assert again.scaler == context.scaler
    assert (again.columns, again.targets, again.future) == (context.columns, context.targets, context.future)
    np.testing.assert_array_equal(again.history, context.history)


def test_details_tell_truth_and_interval_beside_every_forecast(bound):
    task = bound("forecasting", {"data.target_columns": BOTH})
    details = json.loads(json.dumps(task.details(), allow_nan=False))
    for name in BOTH:
        test, future = details["test"][name], details["future"][name]
        place = task.columns.index(name)
        assert test["truth"] == task.values[96:120, place].tolist()
        assert test["time"] == details["time"][96:120]
        assert len(future["network"]) == 3
        for part in (test, future):
            assert all(low <= middle <= high for low, middle, high in
                       zip(part["lower"], part["network"], part["upper"], strict=True))  # fmt: skip
            assert set(part["baselines"]) == set(task.baselines("test"))
    assert details["future"]["time"] == ["2020-01-01", "2020-04-01", "2020-07-01"]


@pytest.mark.parametrize("many_series", ["together", "each"])
def test_a_method_that_many_series_would_keep_too_long_is_left_out_of_all_of_them(bound, monkeypatch, many_series):
    monkeypatch.setattr(ETS, "most_columns", 1)
    task = bound("forecasting", {"data.target_columns": BOTH, "data.many_series": many_series})
    assert "theta" in task.baselines("test") and "ets" not in task.baselines("validation")
    assert task.evidence()["left_out"] == {"ets": "it is fitted on at most 1 series"}
    assert task.paired("test", "ets") is None
    assert all("ets" not in one["baselines"] for one in task.details()["test"].values())


def test_a_trace_covers_the_last_window(bound):
    trace = bound("forecasting").predictor.trace()
    assert trace["tokens"][-1] == "2019-10-01"
    assert len(trace["tokens"]) == 9
    assert trace["layers"][0]["values"]["forget gate"].shape == (9, 7)


def test_many_series_count_in_training_as_in_the_mean_of_their_mase():
    scale, std = np.array([1.0, 2.0, 0.5, 0.0, 0.01]), np.array([3.0, 2.0, 1.0, 5.0, 4.0])
    # In units of MASE an error of one spread is 3, 1, 2, nothing and 400: the middle one of those is 2.5.
    assert series_weights(scale, std).tolist() == [1.2, 0.4, 0.8, 1.0, 10.0]


def test_the_loss_of_many_series_is_a_mean_by_their_weights(bound, loss_of):
    task = bound("forecasting", {"data.many_series": "each", "data.target_columns": BOTH})
    rows = np.array([0, len(task.train_numbers) - 1])  # of one series and of the other
    losses = [loss_of(task, rows[[place]]) for place in (0, 1)]
    weights = task.weights.numpy()
    assert weights[0] != weights[1]
    np.testing.assert_allclose(loss_of(task, rows), np.average(losses, weights=weights), rtol=1e-5)
