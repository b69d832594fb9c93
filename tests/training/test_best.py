"""What counts as better, and what as progress."""

import pytest
from torch import nn

from core.training.best import Best


def told(scores, error, metric="loss"):
    """(best value, best step, progress step) after each score."""
    best, model, rows = Best(metric), nn.Linear(1, 1), []
    for step, score in enumerate(scores, start=1):
        best.offer({metric: score, "standard_error": error}, step, model)
        rows.append((best.value, best.step, best.progress_step))
    return rows


def test_any_better_score_chooses_the_weights_but_only_a_clear_one_is_progress():
    assert told([1.0, 0.95, 0.91], error=0.1) == [(1.0, 1, 1), (0.95, 2, 1), (0.91, 3, 1)]


def test_small_gains_that_add_up_are_progress():
    rows = told([1.0, 0.96, 0.92, 0.88, 0.84, 0.80, 0.76], error=0.1)
    assert [progress for *_, progress in rows] == [1, 1, 1, 4, 4, 4, 7]


def test_the_gain_counts_from_the_last_progress_not_from_a_worse_score_since():
    rows = told([1.0, 1.4, 0.99, 0.8], error=0.1)
    assert [progress for *_, progress in rows] == [1, 1, 1, 4]


def test_more_may_be_better():
    assert told([0.5, 0.55, 0.65, 0.6], error=0.1, metric="accuracy") == [
        (0.5, 1, 1), (0.55, 2, 1), (0.65, 3, 3), (0.65, 3, 3),
    ]  # fmt: skip


@pytest.mark.parametrize("error", [0.0, None])
def test_without_a_standard_error_every_better_score_is_progress(error):
    assert [progress for *_, progress in told([1.0, 0.999, 0.999, 0.998], error)] == [1, 2, 2, 4]


def test_an_undefined_score_is_neither():
    assert told([None, 1.0, None], error=0.1) == [(None, 0, 0), (1.0, 2, 2), (1.0, 2, 2)]


def test_a_checkpoint_carries_progress_and_an_old_one_has_that_of_its_best_score():
    best, model = Best("loss"), nn.Linear(1, 1)
    for step, score in enumerate([1.0, 0.95], start=1):
        best.offer({"loss": score, "standard_error": 0.1}, step, model)
    again, state = Best("loss"), best.state_dict()
    again.load_state_dict(state)
    assert (again.progress_value, again.progress_step) == (1.0, 1)
    for name in ("progress_value", "progress_step"):
        del state[name]
    again.load_state_dict(state)
    assert (again.progress_value, again.progress_step) == (0.95, 2)
    assert best.summary() == {"metric": "loss", "value": 0.95, "step": 2}
