"""Forecasts where values are missing, and of many series one at a time."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
import torch

from core import api
from core.config.sizes import count_parameters
from core.data.prepare import prepare
from core.tasks.forecasting.context import SeriesContext
from core.tasks.forecasting.inside import read_stretch
from core.tasks.registry import bind

CPU = torch.device("cpu")
SHAPES = [
    {"model.shape": shape, "data.difference": difference}
    for shape in ("many_to_one", "many_to_many")
    for difference in ("none", "last_value", "season")
]


@pytest.fixture(params=SHAPES, ids=lambda kind: "-".join(kind.values()))
def kind(request):
    return request.param


@pytest.fixture
def gaps(tmp_path):
    """A file of three series of 120 quarters with gaps; the third starts late and ends early."""
    step = np.arange(120)
    noise = np.random.default_rng(5).normal(size=(120, 3))
    values = 50 + 9 * np.sin(step * np.pi / 2)[:, None] * [1, 2, 0.5] + noise
    values[[20, 21, 22, 86, 100, 101], 0] = np.nan
    values[[40, 90, 119], 1] = np.nan
    values[:31, 2] = np.nan
    values[112:, 2] = np.nan
    frame = pd.DataFrame(values, columns=["one", "two", "three"])
    frame.insert(0, "time", pd.date_range("1990-01-01", periods=120, freq="QS").strftime("%Y-%m-%d"))
    frame.to_csv(tmp_path / "gaps.csv", index=False)
    return (str(tmp_path / "gaps.csv"),)


@pytest.fixture
def bound_to(tiny, gaps):
    def make(**changes):
        experiment = tiny("forecasting", {"data.path": gaps, **changes})
        task = bind(experiment, prepare("series", experiment.data), CPU)
        task.model.eval()
        return task

    return make


MASK = {"data.missing": "mask"}
EACH = {"data.many_series": "each"}
TOGETHER = {"data.missing": "interpolate"}
MODES = [TOGETHER, MASK, EACH, {**MASK, **EACH}]


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: "-".join(mode.values()))
def test_a_forecast_never_looks_past_its_origin_not_even_through_a_line(mode, kind, tiny, gaps):
    """Rows 100 and 101 of the first series are missing: a line across them would show what comes after."""
    experiment = tiny("forecasting", {"data.path": gaps, **kind, **mode})
    prepared = prepare("series", experiment.data)
    frame = prepared.series.frame.copy()
    origin = 102
    frame.iloc[origin:] += 1_000
    changed = dataclasses.replace(prepared, series=dataclasses.replace(prepared.series, frame=frame))
    one, other = (bind(experiment, data, CPU) for data in (prepared, changed))
    other.model.load_state_dict(one.model.state_dict())
    assert not one.known[origin - 2 : origin, 0].any()
    for at in (origin - 1, origin):
        origins, series = np.array([at]), np.array([0]) if one.each else None
        np.testing.assert_array_equal(one.forecasts(origins, series)[1], other.forecasts(origins, series)[1])
    after = np.array([origin + 3])
    assert (one.forecasts(after, series)[1] != other.forecasts(after, series)[1]).any(), "it does look at the past"


@pytest.mark.parametrize("missing", ["interpolate", "mask"])
@pytest.mark.parametrize("difference", ["none", "last_value", "season"])
def test_training_counts_the_levels_of_real_values_alone(missing, difference, bound_to):
    """Worked out from the network's outputs, the last values that were known and the truth, one step at a time."""
    task = bound_to(**{"data.difference": difference, "data.missing": missing})
    lag, mean, std = task.context.scaler.lag, task.context.scaler.mean, task.context.scaler.std
    origins = np.array([19, 20, 21, 22, 39])  # before, inside and after gaps
    task.train_numbers, task.sampler.batch = origins - int(task.train_pairs.starts[0]), lambda step: np.arange(5)
    predicted = task.model(task.batch(0)[0])[0].detach().numpy()
    errors = []
    for row, origin in enumerate(origins.tolist()):
        for place in range(3):
            if origin <= np.flatnonzero(task.known[:, place])[0]:
                continue
            levels = list(task.values[:origin, place])  # filled from the past
            for step in range(3):
                change = predicted[row, step, place] * std[place] + mean[place]
                levels.append(change + (levels[-lag] if lag else 0))
                if task.known[origin + step, place]:
                    errors.append(abs(levels[-1] - task.truths[origin + step, place]) / std[place])
    assert len(errors) < 5 * 3 * 2
    assert task.training_loss(0).loss.item() == pytest.approx(np.mean(errors), rel=1e-4)


def test_gaps_in_the_truth_are_scored_for_nobody(kind, bound_to):
    task = bound_to(**kind, **MASK)
    origins = task.origins("test")
    truth = task.truth(origins)
    assert np.isnan(truth).any()
    rows = origins[:, None] + np.arange(3)
    known = task.known[rows][:, :, task.places]
    np.testing.assert_array_equal(~np.isnan(truth), known)
    network, simple = task.evaluate("test", True), task.baselines("test")
    forecast = task.forecasts(origins)[1]
    for place, name in enumerate(task.context.targets):
        here = known[:, :, place]
        errors = np.abs(forecast - np.nan_to_num(truth))[:, :, place][here]
        assert network["per_target"][name]["mae"] == pytest.approx(errors.mean())
        last = task.simple(origins)["last_value"][:, :, place][here]
        assert simple["last_value"]["per_target"][name]["mae"] == pytest.approx(
            np.abs(last - truth[:, :, place][here]).mean()
        )


def test_a_network_is_told_where_values_are_real(bound_to):
    task = bound_to(**MASK)
    assert task.context.told == ("one", "two", "three")
    inputs = task.windows.inputs(np.array([24]))
    assert inputs.shape == (1, 9, 6)
    np.testing.assert_array_equal(inputs[0, :, 3:].numpy(), task.known[15:24].astype(np.float32))
    assert (inputs[0, :, :3].numpy()[~task.known[15:24]] == 0).all(), "the mean"


@pytest.mark.parametrize("mode", [MASK, EACH, {**MASK, **EACH}], ids=["mask", "each", "both"])
def test_parameters_are_counted_without_building_the_network(mode, kind, tiny, gaps):
    experiment = tiny("forecasting", {"data.path": gaps, **kind, **mode})
    prepared = prepare("series", experiment.data)
    model = bind(experiment, prepared, CPU).model
    assert count_parameters(experiment, prepared.summary) == sum(weight.numel() for weight in model.parameters())


@pytest.mark.parametrize("mode", [EACH, {**MASK, **EACH}], ids=["interpolate", "mask"])
def test_a_network_reads_one_series_at_a_time(mode, kind, bound_to):
    task = bound_to(**kind, **mode)
    numbers = np.arange(len(task.train_pairs))
    origins, series = task.picked(task.train_pairs, numbers)
    inputs = task.windows.inputs(origins, series)
    assert inputs.shape == (len(numbers), 9, 2 if mode.get("data.missing") else 1)
    for row in (0, 50, len(numbers) - 1):
        own = task.context.scaler.transform(task.values)[origins[row] - 9 : origins[row], series[row]]
        own = np.where(task.known[origins[row] - 9 : origins[row], series[row]], own, 0)
        np.testing.assert_allclose(inputs[row, :, 0].numpy(), own, rtol=1e-5, atol=1e-6)
    assert set(series.tolist()) == {0, 1, 2}


def test_a_series_is_scaled_by_its_own_training_part(bound_to):
    task = bound_to(**EACH, **MASK)
    ends = task.ends[0]
    for place in range(3):
        own = task.truths[:ends, place]
        assert task.context.scaler.mean[place] == pytest.approx(np.nanmean(own))
        assert task.context.scaler.std[place] == pytest.approx(np.nanstd(own))


def test_each_series_has_its_figures_and_the_headline_is_their_mean(kind, bound_to):
    task = bound_to(**kind, **EACH, **MASK)
    found = task.evaluate("test", True)
    assert list(found["per_target"]) == ["one", "two", "three"]
    for key in task.metrics:
        assert found[key] == pytest.approx(np.mean([figures[key] for figures in found["per_target"].values()]))
    pairs = task.picked(*_all(task, "test"))
    for number, name in enumerate(task.context.targets):
        own = pairs[0][pairs[1] == number]
        truth, forecast = task.forecasts(own, np.full(len(own), number))
        assert found["per_target"][name]["mae"] == pytest.approx(np.nanmean(np.abs(truth - forecast)))
    simple = task.baselines("test")
    assert list(simple["drift"]["per_target"]) == ["one", "two", "three"]


def _all(task, split):
    from core.data.windows import window_pairs

    pairs = window_pairs(task.prepared, task.experiment.data, split)
    return pairs, np.arange(len(pairs))


def test_many_series_are_forecast_in_pieces_as_in_one(bound_to, monkeypatch):
    task = bound_to(**EACH)
    whole = task.evaluate("test", True)
    monkeypatch.setattr("core.tasks.forecasting.forecasts.CHUNK", 5)
    assert task.evaluate("test", True)["mae"] == pytest.approx(whole["mae"], rel=1e-5)


def test_a_series_goes_on_after_its_own_end(kind, bound_to):
    task = bound_to(**kind, **EACH)
    rows = {row["series"]: row for row in task.predictor.predict(5)}
    assert list(rows) == ["one", "two", "three"]
    assert rows["one"]["time"][0] == "2020-01-01"
    assert rows["three"]["time"][0] == "2018-01-01"
    lag = task.context.scaler.lag
    for number, (name, end) in enumerate(zip(rows, task.spans[:, 1].tolist(), strict=True)):
        origin, series = np.array([end]), np.array([number])
        history = task.values[end - lag : end, number][None, :, None]
        told = task.predictor.forecast(task.windows.inputs(origin, series), history, 5, series)
        np.testing.assert_allclose(rows[name]["forecast"], told[0, :, 0], rtol=1e-5)


@pytest.mark.parametrize("mode", [MASK, EACH, {**MASK, **EACH}], ids=["mask", "each", "both"])
def test_a_context_with_gaps_survives_as_json(mode, kind, bound_to):
    context = bound_to(**kind, **mode).context
    again = SeriesContext.from_json(json.dumps(json.loads(context.to_json()), allow_nan=False))
    for name in ("scaler", "columns", "targets", "future", "each", "told", "own_future", "sizes"):
        assert getattr(again, name) == getattr(context, name)
    np.testing.assert_array_equal(again.history, context.history)
    assert (again.known is None) == (context.known is None)


def test_a_context_of_an_earlier_version_is_read(bound_to):
    context = bound_to().context
    raw = json.loads(context.to_json())
    for name in ("each", "told", "known", "own_future", "season", "ahead"):
        del raw[name]
    again = SeriesContext.from_json(json.dumps(raw))
    assert (again.each, again.told, again.known, again.sizes) == (False, (), None, (3, [0, 1, 2], 0, 0))


@pytest.mark.parametrize("mode", [MASK, EACH, {**MASK, **EACH}], ids=["mask", "each", "both"])
def test_details_hold_gaps_as_null(mode, bound_to):
    task = bound_to(**mode)
    details = json.loads(json.dumps(task.details(), allow_nan=False))
    assert [value is None for value in details["values"]["three"]] == (~task.known[:, 2]).tolist()
    for name in ("one", "two"):
        test = details["test"][name]
        assert len(test["time"]) == len(test["truth"]) == len(test["network"]) == len(test["baselines"]["drift"])
    assert details["future"]["one"]["network"][0] is not None


def test_a_target_that_is_missing_in_a_whole_part_has_no_figures_and_counts_for_nobody(tiny, gaps, tmp_path):
    frame = pd.read_csv(gaps[0])
    frame.loc[94:, "one"] = np.nan
    frame.to_csv(tmp_path / "silent.csv", index=False)
    for mode in (MASK, {**MASK, **EACH}):
        changes = {"data.path": (str(tmp_path / "silent.csv"),), **mode}
        experiment = tiny("forecasting", changes)
        task = bind(experiment, prepare("series", experiment.data), CPU)
        assert any("no value in the test set" in note for note in task.prepared.notes)
        found, simple = task.evaluate("test", True), task.baselines("test")["mean"]
        for figures in (found, simple):
            assert figures["per_target"]["one"]["mae"] is None
            judged = [figures["per_target"][name]["mae"] for name in ("two", "three")]
            assert figures["mae"] == pytest.approx(np.mean([value for value in judged if value is not None]))
        json.dumps(task.details(), allow_nan=False)


@pytest.mark.parametrize("mode", [{}, {"data.missing": "drop"}, MASK, EACH, {**MASK, **EACH}],
                         ids=["interpolate", "drop", "mask", "each", "both"])  # fmt: skip
def test_a_run_with_gaps_trains_and_its_folder_forecasts(mode, tiny_values, gaps, tmp_path):
    values = tiny_values("forecasting", {"data.path": gaps, **mode})
    run = api.train("forecasting", values=values, out=tmp_path / "run")
    result = json.loads((run / "result.json").read_text())
    assert result["test"]["mae"] > 0
    rows = api.load(run).predict()
    assert all(np.isfinite(row["forecast"]).all() for row in rows)


LONG = pytest.mark.long  # what differs from the files above is the size alone


@pytest.mark.parametrize("missing", ["mask", pytest.param("interpolate", marks=LONG), pytest.param("drop", marks=LONG)])
def test_a_public_set_with_gaps_trains(missing, tmp_path):
    from core.config.limits import Settings
    from core.data import catalog
    from core.data.downloads import is_here

    if not is_here(catalog.find("series", "beijing_pm25"), Settings()):
        pytest.skip("beijing_pm25 is not on this machine")
    values = {
        "data.id": "beijing_pm25", "data.missing": missing, "data.window_size": 7, "data.horizon": 3,
        "model.hidden_size": 5, "training.max_steps": 3, "training.max_seconds": None, "training.device": "cpu",
    }  # fmt: skip
    run = api.train("forecasting", values=values, out=tmp_path / "run")
    assert json.loads((run / "result.json").read_text())["test"]["mae"] > 0
    assert len(api.load(run).predict()[0]["forecast"]) == 3


@pytest.mark.parametrize("mode", [MASK, EACH, TOGETHER], ids=["mask", "each", "lines"])
@pytest.mark.parametrize("shape", ["many_to_one", "many_to_many"])
def test_the_states_of_a_stretch_with_gaps_are_those_of_the_windows_that_training_reads(mode, shape, bound_to):
    task = bound_to(**mode, **{"model.shape": shape})
    name = task.context.targets[-1]
    number = task.columns.index(name)
    values = {one: task.truths[:, place].tolist() for place, one in enumerate(task.columns)}
    details = {"time": [str(row) for row in range(len(task.truths))], "values": values, "season": task.season}
    found = read_stretch(task.predictor, details, name)
    ends = np.arange(found.first_row, found.first_row + len(found.times)) + 1
    assert ends[-1] == (task.spans[number, 1] if task.each else len(task.truths))
    with torch.inference_mode():
        windows = task.windows.inputs(ends, np.full(len(ends), number) if task.each else None)
        expected = task.model.recurrent(windows)[0][:, -1].numpy()
    assert found.layers[-1]["values"]["hidden state"] == pytest.approx(expected, abs=1e-5)
