import numpy as np
import pytest

from core.insight.descent import descend, slopes_at


def test_a_gradient_of_a_thousandth_hardly_moves_a_weight_of_2_1():
    """Inputs of 0.1 on y = 2x: L = 0.01 (w - 2)^2 / 2, so dL/dw = 0.01 * 0.1 = 0.001 and w = 2.1 - 0.1 * 0.001."""
    path = descend("line", 0.1, 2.1, 0.1, 1)
    assert path.slopes[0] == pytest.approx(0.001)
    assert path.weights == pytest.approx([2.1, 2.0999])


def test_a_bowl_is_gone_down_by_the_same_share_each_step():
    """Inputs of 1: dL/dw = w - 2, so with a rate of 0.5 half of the way is left each time."""
    path = descend("line", 1, 6, 0.5, 3)
    assert path.weights == pytest.approx([6, 4, 3, 2.5])
    assert path.losses == pytest.approx([8, 2, 0.5, 0.125])
    assert path.slopes == pytest.approx([4, 2, 1, 0.5])


def test_a_rate_above_two_over_the_curvature_jumps_out():
    path = descend("line", 1, 3, 3, 3)
    assert path.weights == pytest.approx([3, 0, 6, -6])


def test_rounds_multiply_the_weight_and_so_does_its_slope():
    """w = 2, three rounds: h = 8, L = 7.5^2 / 2, dL/dw = 7.5 * 3 * 2^2; w = 0.5: h = 1/8, dL/dw = -3/8 * 3/4."""
    found = slopes_at("rounds", 3, np.array([2.0, 0.5, -1.0]))
    assert found.losses == pytest.approx([28.125, 0.375**2 / 2, 1.5**2 / 2])
    assert found.slopes == pytest.approx([90, -0.28125, -1.5 * 3])


def test_a_saturated_tanh_is_a_plateau():
    found = slopes_at("squashed", 1, np.array([3.0, 0.0]))
    h = np.tanh(3)
    assert found.slopes == pytest.approx([(h + 0.5) * (1 - h * h), 0.5])
    path = descend("squashed", 1, 3, 0.1, 10)
    assert 2.98 < path.weights[-1] < 3, "ten steps, and hardly moved"
    assert descend("squashed", 1, 1, 0.5, 40).weights[-1] == pytest.approx(np.arctanh(-0.5), abs=1e-2)


def test_weights_side_by_side_know_nothing_of_each_other():
    weights = np.linspace(-1.5, 1.5, 7)
    for loss, shape in (("line", 0.7), ("rounds", 5), ("squashed", 1.3)):
        together = slopes_at(loss, shape, weights)
        for place, weight in enumerate(weights):
            alone = slopes_at(loss, shape, np.array([weight]))
            assert (alone.losses[0], alone.slopes[0]) == pytest.approx((together.losses[place], together.slopes[place]))


def test_what_a_number_cannot_hold_is_no_error():
    path = descend("rounds", 20, 3, 10, 5)
    assert not np.isfinite(path.weights[-1])
