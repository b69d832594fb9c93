"""How long a sweep takes, roughly: processes, steps and seconds of a search that learns nothing, worked out by hand."""

import pytest

from core.config.sizes import estimate_seconds
from core.resolve import resolve
from core.sweeps.expected import expected_seconds, expected_work
from core.sweeps.space import trial_of


def test_each_trial_goes_on_at_a_rung_as_often_as_chance_would_have_it():
    # Six trials of 90 steps, rungs at 10 and 30. At the first rung 1 + 1/2 + 1/3 + 1/4 + 1/5 + 2/6 go on; of three at the
    # second 1 + 1/2 + 1/3.
    first, second = 1 + 1 / 2 + 1 / 3 + 1 / 4 + 1 / 5 + 1 / 3, 1 + 1 / 2 + 1 / 3
    assert expected_work(6, 90) == pytest.approx((6 + first + second, 6 * 10 + first * 20 + second * 60))


def test_one_trial_and_trainings_too_short_for_rungs_are_trained_in_full():
    assert expected_work(1, 90) == (3.0, 90.0)
    assert expected_work(4, 1) == (4.0, 4.0)


def test_seconds_grow_by_a_training_of_both_for_each_seed_and_by_what_a_process_takes_beside_its_steps():
    found = resolve("forecasting", "quick", {"data.id": "nile"})
    start, summary = trial_of(found.experiment), found.prepared.summary

    def seconds(trials, seeds, beside):
        return expected_seconds(start, summary, ["training.learning_rate"], trials, seeds, 1e11, beside)

    each = estimate_seconds(start, summary, 1e11)  # a learning rate takes no time of its own
    assert seconds(1, 0, 0.0) == pytest.approx(each)
    assert seconds(1, 0, 2.0) == pytest.approx(each + 3 * 2.0)  # up to two rungs and to the end
    assert seconds(1, 3, 2.0) == pytest.approx(each + 3 * 2.0 + 3 * 2 * (each + 2.0))
