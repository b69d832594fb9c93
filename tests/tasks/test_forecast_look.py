"""A quick look at forecasts: which windows it reads, and how far chance moves its figures."""

import math

import numpy as np
import pandas as pd
import pytest
import torch

from core.data.prepare import prepare
from core.tasks.forecasting.scores import QuickLook
from core.tasks.registry import bind

CPU = torch.device("cpu")


@pytest.fixture
def many(tiny, tmp_path):
    """Three series read one at a time, of 400 days, of 400 and of the last 210."""
    noise = np.random.default_rng(8).normal(size=(400, 3)).cumsum(axis=0)
    frame = pd.DataFrame(noise * [1, 50, 0.1], columns=["a", "b", "c"])
    frame.loc[:189, "c"] = np.nan
    frame.insert(0, "day", pd.date_range("2021-03-01", periods=400).strftime("%Y-%m-%d"))
    frame.to_csv(tmp_path / "many.csv", index=False)
    changes = {"data.path": (str(tmp_path / "many.csv"),), "data.many_series": "each", "data.split": (0.7, 0.2, 0.1)}
    experiment = tiny("forecasting", changes)
    return bind(experiment, prepare("series", experiment.data), CPU)


def test_errors_of_one_horizon_count_as_one_observation():
    """Six origins, a horizon of two: three blocks with mean errors 1, 2 and 6."""
    errors = np.repeat([1.0, 2.0, 6.0], 2)[:, None, None] * np.ones((6, 2, 1))
    look = QuickLook(2)
    look.add(np.arange(50, 56), errors, errors / 0.5, np.array([4.0]))
    found = look.metrics()
    assert found["loss"] == pytest.approx(3 / 0.5)
    assert found["standard_error"] == pytest.approx(np.std([1, 2, 6], ddof=1) / math.sqrt(3) / 4)


def test_targets_of_one_block_move_together_each_in_its_own_unit():
    first, second = np.array([1.0, 2.0, 6.0]), np.array([300.0, 100.0, 200.0])
    look = QuickLook(1)
    errors = np.stack([first, second], axis=-1)[:, None]
    look.add(np.arange(3), errors, errors, np.array([1.0, 100.0]))
    blocks = (first / 1 + second / 100) / 2
    assert look.metrics()["standard_error"] == pytest.approx(np.std(blocks, ddof=1) / math.sqrt(3))


def test_what_is_missing_counts_nowhere():
    errors = np.array([1.0, np.nan, 2.0, 6.0])[:, None, None]
    look = QuickLook(1)
    look.add(np.arange(4), errors, errors, np.ones(1))
    found = look.metrics()
    assert found["loss"] == 3
    rest = np.array([1, 0, 2, 6]) - 3 * np.array([1, 0, 1, 1])
    assert found["standard_error"] == pytest.approx(math.sqrt(4 / 3 * (rest**2).sum()) / 3)


def test_series_with_one_block_each_are_the_observations_themselves():
    look = QuickLook(3)
    for mean in (1.0, 2.0, 6.0):
        look.add(np.arange(2), errors := np.full((2, 3, 1), mean), errors, np.ones(1))
    assert look.metrics()["standard_error"] == pytest.approx(np.std([1, 2, 6], ddof=1) / math.sqrt(3))


@pytest.mark.parametrize(
    ("errors", "scale"), [(np.ones((2, 3, 1)), [1.0]), (np.ones((9, 3, 1)), [0.0]), (np.full((9, 3, 1), np.nan), [1.0])]
)
def test_one_block_no_unit_or_no_truth_tell_nothing(errors, scale):
    look = QuickLook(3)
    look.add(np.arange(len(errors)), errors, errors, np.array(scale))
    assert look.metrics()["standard_error"] is None


def test_a_look_reads_as_much_of_a_short_series_as_of_a_long_one(many, monkeypatch):
    monkeypatch.setattr("core.tasks.forecasting.binding.QUICK_WINDOWS", 60)
    seen, forecasts = [], many.forecasts
    monkeypatch.setattr(many, "forecasts", lambda *at: seen.append(at) or forecasts(*at))
    look = many.evaluate("validation", full=False)
    ((origins, series),) = seen
    assert np.bincount(series).tolist() == [20, 20, 20]
    first, last = many.origins("validation").min(), many.origins("validation").max()
    for number in range(3):
        own = origins[series == number]
        assert own.min() - first < 5
        assert last - own.max() < 5
    whole = many.evaluate("validation", full=True)
    assert look["mase"] == pytest.approx(whole["mase"], abs=3 * look["standard_error"])
    assert "standard_error" not in whole
