"""The Hopfield network: facts of 1982 and 1985, and what its page says of digits."""

import numpy as np
import pytest

from core.insight.capacity import held, measure_capacity
from core.insight.hopfield import damaged, digit_pictures, recall_picture
from core.models.hopfield import RULES, Hopfield


def random_patterns(count, size, seed=3):
    return np.random.default_rng(seed).choice([-1.0, 1.0], (count, size))


def test_weights_of_one_pattern_are_its_products_by_hand():
    network = Hopfield(np.array([[1, -1, 1]]))
    assert network.weights == pytest.approx(np.array([[0, -1, 1], [-1, 0, -1], [1, -1, 0]]) / 3)
    assert network.energy(np.array([1, -1, 1])) == pytest.approx(-1)


@pytest.mark.parametrize("rule", RULES)
def test_stored_patterns_are_at_rest_and_a_damaged_one_comes_back(rule):
    patterns = random_patterns(3, 77)
    network = Hopfield(patterns, rule)
    assert all(network.rests(pattern) and network.rests(-pattern) for pattern in patterns)
    found = network.recall(damaged(patterns[1], 0.2, 5), np.random.default_rng(0))
    assert found.rests and (found.states[-1] == patterns[1]).all()


@pytest.mark.parametrize("rule", RULES)
def test_energy_never_rises_and_falls_by_what_the_update_says(rule):
    network = Hopfield(random_patterns(9, 31), rule)
    for seed in range(20):
        found = network.recall(random_patterns(1, 31, seed)[0], np.random.default_rng(seed))
        steps = np.diff(found.energies)
        assert (steps <= 1e-12).all() and found.rests
        new, old = (found.states[at, found.units] for at in (np.arange(1, len(steps) + 1), np.arange(len(steps))))
        assert steps == pytest.approx(-(new - old) * found.fields, abs=1e-10)


def test_random_patterns_are_held_up_to_about_0_138_a_unit():
    loads = measure_capacity(300, (0.05, 0.1, 0.14, 0.18, 0.25), seed=1)
    assert [one.recalled > 0.9 for one in loads[:2]] == [True, True] and loads[0].overlap > 0.99
    assert loads[-1].recalled < 0.1
    assert 0.1 <= held(loads).share <= 0.18
    assert held(measure_capacity(40, (2.0,), seed=0)) is None


def test_three_digits_are_held_by_hebb_four_are_not_and_projection_holds_ten():
    digits = digit_pictures()
    assert digits.shape == (10, 64) and set(np.unique(digits)) == {-1, 1}
    for count, rule, kept in ((3, "hebb", 3), (4, "hebb", 0), (10, "projection", 10)):
        found = recall_picture(digits[:count], rule, damaged(digits[0], 0.2, 1), 0, 1)
        assert (found.kept.sum(), found.ends) == (kept, "same" if kept else "mixture")


def test_what_is_no_pattern_is_refused():
    with pytest.raises(ValueError, match="-1 and 1"):
        Hopfield(np.zeros((2, 3)))
    with pytest.raises(ValueError, match="rule"):
        Hopfield(np.ones((2, 3)), "none")
