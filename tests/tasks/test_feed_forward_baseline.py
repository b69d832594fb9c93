"""The feed-forward network beside the recurrent one: trained by itself, on the same windows, and noticed by nothing."""

import numpy as np
import pandas as pd
import pytest
import torch

from core.data.prepare import prepare
from core.figures import baseline_label, baseline_of
from core.tasks.forecasting import feed_forward
from core.tasks.forecasting.leak import moved_by_future
from core.tasks.registry import bind

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def few_steps(monkeypatch):
    monkeypatch.setattr(feed_forward, "STEPS", 20)


@pytest.fixture
def waves(tiny, tmp_path):
    """A task on a wave that never changes, of two columns."""

    def make(changes=None):
        step = np.arange(160)
        times = pd.date_range("2001-01-01", periods=160, freq="D").strftime("%Y-%m-%d")
        columns = {"time": times, "high": 20 + 5 * np.sin(step / 3), "low": 30 + np.cos(step / 3)}
        pd.DataFrame(columns).to_csv(tmp_path / "waves.csv", index=False)
        experiment = tiny("forecasting", {"data.path": (str(tmp_path / "waves.csv"),), **(changes or {})})
        return bind(experiment, prepare("series", experiment.data), CPU)

    return make


def test_it_learns_what_a_window_tells(waves, monkeypatch):
    monkeypatch.setattr(feed_forward, "STEPS", 400)
    figures = waves({"data.target_columns": ("high",)}).baselines("test")
    assert list(figures)[-1] == "feed_forward"
    assert figures["feed_forward"]["mase"] < 0.3 * figures["last_value"]["mase"]
    assert baseline_label("feed_forward") == "feed-forward network"


@pytest.mark.parametrize(
    "changes",
    [
        {"data.many_series": "each"}, {"data.difference": "last_value"}, {"model.shape": "many_to_many"},
        {"data.calendar": "auto_time"},
        {"model.shape": "encoder_decoder"}, {"model.scaling": "window"}, {"data.transform": "log"},
    ],
)  # fmt: skip
def test_it_is_the_same_every_time_and_knows_nothing_of_the_future(waves, changes):
    task, again = waves(changes), waves(changes)
    assert task.baselines("validation")["feed_forward"] == again.baselines("validation")["feed_forward"]
    origins, number = np.array([150, 157]), 0 if task.each else None
    at_end = task.simple(np.array([160]), number, horizon=9)["feed_forward"]
    assert at_end.shape == (1, 9, 1 if task.each else len(task.places)) and np.isfinite(at_end).all()
    np.testing.assert_allclose(
        task.simple(origins, number)["feed_forward"],
        again.simple(origins[::-1].copy(), number)["feed_forward"][::-1], rtol=1e-5,
    )  # fmt: skip
    assert moved_by_future(task) == []


def test_it_depends_on_the_window_alone_of_what_a_search_changes_and_is_called_by_it(waves):
    of_seed, of_size, of_window = (
        waves(changes).baselines("test")["feed_forward"]
        for changes in (
            {"training.seed": 7},
            {"model.hidden_size": 7, "training.learning_rate": 0.1},
            {"data.window_size": 11},
        )
    )
    usual = waves()
    assert usual.experiment.data.window_size == 9
    assert usual.baselines("test")["feed_forward"] == of_seed == of_size != of_window
    assert baseline_of("feed_forward", 9) == "feed-forward network, window 9"
    assert baseline_of("drift", 9) == "drift"


def test_the_networks_own_training_notices_nothing(waves):
    task, threads = waves(), torch.get_num_threads()
    before = {name: value.clone() for name, value in task.model.state_dict().items()}
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    with torch.inference_mode():
        task.baselines("validation")
    assert torch.equal(torch.rand(3), expected)
    assert torch.get_num_threads() == threads
    assert all(torch.equal(value, before[name]) for name, value in task.model.state_dict().items())


def test_it_goes_with_its_weights_to_other_data(waves):
    task, other = waves(), waves()
    other.take_networks(task)
    origins = np.array([140])
    np.testing.assert_array_equal(task.simple(origins)["feed_forward"], other.simple(origins)["feed_forward"])
    for name, value in task.without_memory.model.state_dict().items():
        assert torch.equal(value, other.without_memory.model.state_dict()[name])


@pytest.mark.parametrize(
    ("limit", "reason"),
    [
        (("MOST_INPUTS", 17), "a window holds 18 numbers, and it reads at most 17"),
        (("MOST_JUDGED", 3), "44 windows are to be judged, at most 3 by it"),
    ],
)  # fmt: skip
def test_it_is_left_out_where_there_is_too_much(waves, monkeypatch, limit, reason):
    monkeypatch.setattr(feed_forward, *limit)
    task = waves()
    assert task.left_out == {"feed_forward": reason}
    assert "feed_forward" not in task.baselines("test")


def test_it_does_not_stand_beside_one_of_its_kind(waves):
    task = waves({"model.cell": "rnn", "model.window": 4})
    assert task.left_out == {"feed_forward": "the network is one itself"}
    assert "feed_forward" not in task.simple(np.array([140]))
