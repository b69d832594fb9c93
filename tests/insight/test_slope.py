"""How steeply the gradient falls with distance: powers worked by hand, what theory says, and where theory ends."""

import math

import pytest
import torch

from core.insight.slope import MIN_STEPS, set_radius, slope_of
from core.models.recurrent import Recurrent


def one_unit(weight, nonlinearity="identity", bias=0.0):
    """``h_t = f(u x_t + w h_{t-1} + b)`` with u = 1."""
    recurrent = Recurrent("rnn", 1, 1, nonlinearity=nonlinearity).double()
    with torch.no_grad():
        for name, value in {"weight_ih_l0": 1, "weight_hh_l0": weight, "bias_ih_l0": bias, "bias_hh_l0": 0}.items():
            getattr(recurrent, name).fill_(value)
    return recurrent


@pytest.mark.parametrize("weight", [0.5, -0.5, 2.0])
def test_of_one_linear_unit_the_gradient_is_a_power_of_its_weight(weight):
    found = slope_of(one_unit(weight), torch.ones(2, 9, 1, dtype=torch.float64))
    assert found.distances == tuple(range(9))
    assert found.norms == pytest.approx([abs(weight) ** k for k in range(9)])
    assert found.bound == pytest.approx(found.norms)
    expected = math.log2(abs(weight))
    assert found.measured == pytest.approx(expected)
    assert found.predicted == pytest.approx({"radius": expected, "slopes": expected, "product": expected})
    assert found.half_life == (pytest.approx(1.0) if expected < 0 else None)


def test_a_bent_unit_multiplies_by_its_slope_too():
    # The bias brings the state to tanh(1) and holds it there, where the slope is 1 - tanh(1)^2.
    held = math.tanh(1.0)
    recurrent = one_unit(0.5, "tanh", bias=1 - 0.5 * held)
    zeros = torch.zeros(1, 40, 1, dtype=torch.float64)
    found = slope_of(recurrent, zeros)
    assert found.measured == pytest.approx(math.log2(0.5 * (1 - held**2)), rel=0.01)
    assert found.predicted["slopes"] == pytest.approx(found.measured, rel=0.02)
    assert found.predicted["radius"] == -1


@pytest.mark.parametrize("initialization", ["normal", "orthogonal"])
@pytest.mark.parametrize("radius", [0.5, 0.9, 1.1])
def test_the_radius_predicts_a_linear_network_within_a_tenth(radius, initialization):
    torch.manual_seed(0)
    recurrent = Recurrent("rnn", 3, 33, nonlinearity="identity", initialization=initialization).double()
    set_radius(recurrent, radius)
    found = slope_of(recurrent, torch.randn(7, 90, 3, dtype=torch.float64), jacobians=False)
    assert found.predicted["radius"] == pytest.approx(math.log2(radius))
    assert found.measured == pytest.approx(math.log2(radius), rel=0.1)
    assert found.bound == () and "product" not in found.predicted


def test_where_tanh_bends_the_radius_is_wrong_and_the_product_right():
    torch.manual_seed(0)
    recurrent = Recurrent("rnn", 3, 33, initialization="orthogonal").double()
    set_radius(recurrent, 1.1)
    found = slope_of(recurrent, torch.randn(3, 60, 3, dtype=torch.float64))
    assert found.predicted["radius"] > 0 > found.measured
    assert found.predicted["product"] == pytest.approx(found.measured, rel=0.1)
    assert found.predicted["slopes"] == pytest.approx(found.measured, rel=0.1)


def test_a_gate_that_keeps_more_makes_the_gradient_reach_further():
    slopes = []
    for bias in (0.0, 1.0, 3.0):
        torch.manual_seed(0)
        recurrent = Recurrent("lstm", 3, 7, forget_bias=bias).double()
        found = slope_of(recurrent, 0.01 * torch.randn(2, 30, 3, dtype=torch.float64))
        assert found.predicted["gate"] == pytest.approx(math.log2(1 / (1 + math.exp(-bias))), abs=0.15)
        assert set(found.predicted) == {"gate", "product"}
        slopes.append(found.measured)
    assert slopes == sorted(slopes)


def test_a_gradient_that_is_zero_has_no_finite_slope():
    found = slope_of(one_unit(0.5, "relu", bias=-5.0), torch.zeros(1, MIN_STEPS, 1, dtype=torch.float64))
    assert found.norms[1:] == (0.0,) * (MIN_STEPS - 1)
    assert found.measured == found.predicted["slopes"] == -math.inf
    assert found.half_life == 0


def test_what_has_no_such_slope_is_refused():
    inputs = torch.zeros(1, 9, 3)
    with pytest.raises(ValueError, match="one layer of one direction"):
        slope_of(Recurrent("rnn", 3, 7, num_layers=2), inputs)
    with pytest.raises(ValueError, match="at least 8 steps, got 7"):
        slope_of(Recurrent("rnn", 3, 7), inputs[:, :7])
    with pytest.raises(ValueError, match="one recurrent matrix, got lstm"):
        set_radius(Recurrent("lstm", 3, 7), 1.0)
    with pytest.raises(ValueError, match="radius: expected 0 or more"):
        set_radius(Recurrent("rnn", 3, 7), -1.0)
