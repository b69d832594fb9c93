"""What a forecaster is in over a longer stretch of its series."""

import json

import numpy as np
import pytest
import torch

from core import load
from core.data.series import time_labels
from core.insight.states import states_at_ends
from core.models.feed_forward import FeedForward
from core.models.recurrent import Recurrent
from core.tasks.forecasting import inside
from core.tasks.forecasting.inside import read_stretch, rows_kept

CASES = {
    "at once": {},
    "fed back": {"model.shape": "many_to_many"},
    "both directions": {"model.bidirectional": True, "model.num_layers": 2},
    "without gates": {"model.cell": "rnn", "model.num_layers": 2},
    "without hidden-to-gate weights": {"model.cell": "min_gru"},
    "each": {"data.many_series": "each"},
    "changes": {"data.difference": "season"},
    "a column beside": {"data.target_columns": ("rain",)},
}


def kept(task):
    """The parts of the details that a stretch is read from."""
    values = {name: task.truths[:, task.columns.index(name)].tolist() for name in task.context.targets}
    beside = inside.kept_inputs(task.columns, task.context.targets, task.truths)
    times = time_labels(task.prepared.series.frame.index)
    return {"time": times, "values": values, "inputs": beside, "season": task.season}


def opened(model, windows):
    """The last hidden state of each layer and direction, through the equations of every step."""
    layers = model.recurrent.trace(windows).layers
    return [layer.output[:, 0 if layer.direction == "backward" else -1].detach().numpy() for layer in layers]


@pytest.mark.parametrize("changes", CASES.values(), ids=CASES)
def test_each_step_has_the_state_after_the_window_that_ends_there(bound, changes):
    if "data.target_columns" in changes:
        names = bound("forecasting").columns
        changes = {"data.target_columns": names[:1], "data.covariate_columns": names[1:]}
    task = bound("forecasting", changes)
    target = task.context.targets[-1]
    found = read_stretch(task.predictor, kept(task), target)
    number = task.columns.index(target)
    ends = np.arange(found.first_row, found.first_row + len(found.times)) + 1
    assert ends[-1] == len(task.truths) and found.values.tolist() == task.truths[ends - 1, number].tolist()
    with torch.inference_mode():
        expected = opened(task.model, task.windows.inputs(ends, np.full(len(ends), number) if task.each else None))
    assert len(found.layers) == len(expected)
    for layer, states in zip(found.layers, expected, strict=True):
        assert layer["values"]["hidden state"] == pytest.approx(states, abs=1e-5)
        assert all(values.shape == states.shape for values in layer["values"].values())


def test_the_last_step_is_where_the_window_of_look_inside_ends(bound):
    task = bound("forecasting", {"model.cell": "lstm", "model.num_layers": 2})
    found, trace = read_stretch(task.predictor, kept(task), task.context.targets[0]), task.predictor.trace()
    assert found.times[-1] == trace["tokens"][-1]
    for after, steps in zip(found.layers, trace["layers"], strict=True):
        assert after["name"] == steps["name"] and list(after["values"]) == list(steps["values"])
        for kind, values in steps["values"].items():
            assert after["values"][kind][-1] == pytest.approx(values[-1], abs=1e-5)


def test_a_window_of_one_step_and_a_network_without_memory_have_states_too():
    inputs = torch.randn(5, 1, 3, generator=torch.Generator().manual_seed(1))
    (layer,) = states_at_ends(Recurrent("gru", 3, 4), inputs)
    assert layer["values"]["update gate"].shape == (5, 4)
    (layer,) = states_at_ends(FeedForward(3, 4, window=2), inputs.expand(5, 6, 3))
    assert list(layer["values"]) == ["hidden state", "hidden state pre-activation"]
    assert layer["values"]["hidden state"].shape == (5, 4)


def test_many_sequences_in_both_directions_are_opened_a_few_at_a_time(monkeypatch):
    network, inputs = Recurrent("lstm", 2, 3, bidirectional=True), torch.randn(7, 5, 2)
    whole = states_at_ends(network, inputs)
    monkeypatch.setattr("core.insight.states._OPENED_STEPS", 11)
    for one, other in zip(whole, states_at_ends(network, inputs), strict=True):
        for kind, values in one["values"].items():
            assert other["values"][kind] == pytest.approx(values, abs=1e-6)


def test_a_run_that_kept_too_few_rows_has_no_stretch(bound):
    names = bound("forecasting").columns
    task = bound("forecasting", {"data.target_columns": names[:1], "data.covariate_columns": names[1:]})
    details = kept(task)
    assert list(details["inputs"]) == list(names[1:])
    assert rows_kept(task.predictor, details, names[0]).shape == task.truths.shape
    assert read_stretch(task.predictor, {**details, "inputs": {}}, names[0]) is None
    short = {name: values[-9:] for name, values in details["inputs"].items()}
    assert read_stretch(task.predictor, {**details, "inputs": short}, names[0]) is None


def test_of_a_long_series_the_last_rows_beside_the_target_are_kept():
    rows = np.stack([np.arange(9.0), np.where(np.arange(9) == 7, np.nan, 1.0)], axis=1)
    assert inside.kept_inputs(("a", "b"), ("a",), rows[-3:]) == {"b": [1.0, None, 1.0]}
    assert len(inside.kept_inputs(("a", "b"), ("a",), np.ones((2_345, 2)))["b"]) == inside.MOST_KEPT


def test_a_saved_run_is_read_like_the_one_that_trained(trained):
    folder = trained("forecasting", {"training.max_steps": 2, "training.warmup_steps": 0})
    predictor, details = load(folder), json.loads((folder / "details.json").read_text())
    found = read_stretch(predictor, details, predictor.context.targets[0])
    assert found.times[-1] == details["time"][-1] and len(found.times) > predictor.experiment.data.window_size


def test_of_a_large_network_with_long_windows_fewer_steps_are_read(bound, monkeypatch):
    task = bound("forecasting")
    target, size = task.context.targets[0], task.experiment.data.window_size
    whole = read_stretch(task.predictor, kept(task), target)
    monkeypatch.setattr(inside, "_MOST_WORK", 30 * size * task.experiment.model.hidden_size)
    fewer = read_stretch(task.predictor, kept(task), target)
    assert len(fewer.times) == 30 < len(whole.times) and fewer.times == whole.times[-30:]
    monkeypatch.setattr(inside, "_MOST_WORK", 0)
    assert len(read_stretch(task.predictor, kept(task), target).times) == inside._FEWEST_WINDOWS
