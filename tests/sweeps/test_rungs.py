"""Rungs: a ninth and a third of the steps, and never the end."""

import pytest

from core.sweeps.rungs import next_pause, rungs


@pytest.mark.parametrize(
    ("steps", "expected"), [(900, (100, 300)), (600, (67, 201)), (9, (1, 3)), (3, (1,)), (2, (1,)), (1, ())]
)
def test_trials_are_compared_after_a_ninth_and_a_third_of_their_steps(steps, expected):
    assert rungs(steps) == expected


def test_a_trial_goes_from_rung_to_rung_to_its_end():
    pauses = [0]
    while pauses[-1] < 600:
        pauses.append(next_pause(pauses[-1], 600))
    assert pauses == [0, 67, 201, 600]
    assert next_pause(0, 600, pruned=False) == 600
