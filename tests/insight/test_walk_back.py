"""One walk back through time, its steps worked by hand; cures on the same seed; what clipping keeps."""

import dataclasses
import math

import numpy as np
import pytest
import torch

from core.insight.spectrum import recurrent_eigenvalues
from core.insight.untrained import Untrained, cured
from core.insight.walk_back import clipped, cut_walk, off_by, walk_back
from core.models.recurrent import Recurrent
from core.models.stack import Stack


def typed(u_rows, nonlinearity="identity"):
    """A network whose recurrent weights are these and whose other weights are 1 and 0."""
    recurrent = Recurrent("rnn", 1, len(u_rows), nonlinearity=nonlinearity).double()
    with torch.no_grad():
        recurrent.weight_ih_l0.fill_(1)
        recurrent.weight_hh_l0.copy_(torch.tensor(u_rows, dtype=torch.float64))
        recurrent.bias_ih_l0.zero_()
        recurrent.bias_hh_l0.zero_()
    return recurrent


ONES = torch.ones(1, 9, 1, dtype=torch.float64)


def test_one_unit_of_weight_a_half_halves_the_gradient_at_every_step():
    walk = walk_back(typed([[0.5]]), ONES)
    assert walk.norms == pytest.approx([0.5**k for k in range(9)])
    assert walk.factors[1:] == pytest.approx(np.full(8, 0.5))
    assert walk.stretches[1:] == pytest.approx(np.full(8, 0.5))
    assert math.isnan(walk.factors[0]) and math.isnan(walk.stretches[0])
    assert walk.slope.half_life == pytest.approx(1.0)
    assert off_by(walk.slope.measured, walk.slope.predicted["radius"]) == pytest.approx(0.0)


def test_each_step_multiplies_by_the_slopes_and_then_by_the_transposed_matrix():
    rows = [[1, -2, 0], [0, 1, 1], [1, 0, -1]]
    walk = walk_back(typed(rows, "relu"), ONES)
    for k in range(1, 9):
        assert set(walk.bends[k]) <= {0.0, 1.0}
        assert walk.pulled[k] == pytest.approx(walk.bends[k] * walk.gradients[k - 1])
        assert walk.gradients[k] == pytest.approx(np.array(rows).T @ walk.pulled[k])
        assert walk.factors[k] <= walk.stretches[k] + 1e-9


def test_a_gated_cell_has_steps_without_a_single_slope():
    torch.manual_seed(0)
    walk = walk_back(Recurrent("lstm", 3, 5).double(), torch.randn(1, 11, 3, dtype=torch.float64))
    assert walk.bends is None and walk.pulled is None
    assert (walk.factors[1:] <= walk.stretches[1:] + 1e-9).all()
    assert walk_back(Recurrent("gru", 3, 5).double(), torch.randn(1, 11, 3).double(), jacobians=False).stretches is None


def test_truncation_changes_nothing_within_its_window_and_leaves_nothing_beyond_it():
    network = Untrained(Stack("gru", 5), num_steps=13)
    recurrent, inputs = network.network(), network.inputs()
    whole = walk_back(recurrent, inputs, jacobians=False)
    gradients, norms = cut_walk(recurrent, inputs, 4)
    assert gradients[:4] == pytest.approx(whole.gradients[:4]) and norms[:4] == pytest.approx(whole.norms[:4])
    assert not gradients[4:].any() and not norms[4:].any()
    assert cut_walk(recurrent, inputs, 13)[1] == pytest.approx(whole.norms)
    with pytest.raises(ValueError, match="window: expected 1 to 13, got 14"):
        cut_walk(recurrent, inputs, 14)


def test_clipping_by_norm_keeps_the_direction_and_by_value_bends_it():
    network = Untrained(Stack("rnn", 7, nonlinearity="identity"), radius=1.5, num_steps=20)
    found = clipped(network.network(), network.inputs(), max_norm=1.0, max_value=0.1)
    assert found.norm > 100
    assert found.by_norm == pytest.approx(1.0, rel=1e-3) and found.norm_keeps == pytest.approx(1.0)
    assert found.by_value <= 0.1 * math.sqrt(7 * 3 + 7 * 7 + 2 * 7) + 1e-9 and 0 < found.value_keeps < 0.99


@pytest.mark.parametrize("initialization", ["uniform", "orthogonal"])
@pytest.mark.parametrize(("nonlinearity", "size"), [("identity", 1.0), ("tanh", 0.01)])
@pytest.mark.parametrize("radius", [0.7, 1.1])
def test_the_radius_predicts_the_walk_within_a_tenth_where_nothing_bends(initialization, nonlinearity, size, radius):
    if nonlinearity == "tanh" and radius > 1:
        radius = 0.9  # above 1 a small signal does not stay small
    stack = Stack("rnn", 16, nonlinearity=nonlinearity, initialization=initialization)
    network = Untrained(stack, radius=radius, input_size=size)
    if initialization == "uniform" and nonlinearity == "tanh":  # its biases alone would bend it
        network = dataclasses.replace(network, stack=dataclasses.replace(stack, initialization="xavier"))
    slope = walk_back(network.network(), network.inputs(), jacobians=False).slope
    assert slope.predicted["radius"] == pytest.approx(math.log2(radius))
    assert abs(off_by(slope.measured, slope.predicted["radius"])) < 0.1


def test_a_flat_prediction_is_not_compared_in_percent():
    assert off_by(-0.1, 0.001) is None
    assert off_by(-math.inf, -1.0) is None
    assert off_by(-0.9, -1.0) == pytest.approx(-0.1)


def test_the_same_seed_gives_the_same_network_whoever_draws_beside_it():
    network = Untrained(Stack("lstm", 5, forget_bias=2.0), seed=3, scale=2.0)
    torch.manual_seed(1)
    first = network.network()
    torch.manual_seed(2)
    again = network.network()
    assert all(torch.equal(one, other) for one, other in zip(first.parameters(), again.parameters(), strict=True))
    plain = dataclasses.replace(network, scale=1.0).network()
    assert torch.equal(first.weight_hh_l0, 2 * plain.weight_hh_l0)
    assert torch.equal(network.inputs(), network.inputs())


def test_cures_change_what_they_are_about_and_keep_the_seed():
    simple, gated = Untrained(Stack("rnn", 5), radius=0.5, seed=2), Untrained(Stack("lstm", 5), scale=3.0)
    (spectrum,) = recurrent_eigenvalues(cured(simple, "orthogonal").network())
    assert spectrum.eigenvalues.abs().tolist() == pytest.approx([1.0] * 5)
    assert cured(simple, "identity").network().weight_hh_l0.tolist() == np.eye(5).tolist()
    relu = cured(simple, "relu")
    assert relu.radius == 0.5 and torch.equal(relu.network().weight_hh_l0, simple.network().weight_hh_l0)
    assert cured(gated, "forget_bias", 3.0).network().bias_ih_l0[5:10].tolist() == [3.0] * 5
    assert cured(simple, "gru").stack.cell == "gru" and cured(simple, "gru").seed == 2


def test_a_cure_that_cannot_be_had_is_none():
    simple, gated, bare = (Untrained(Stack(cell, 5)) for cell in ("rnn", "lstm", "min_gru"))
    for network, cure in (
        (simple, "forget_bias"), (gated, "relu"), (gated, "identity"), (gated, "lstm"), (bare, "orthogonal"),
        (cured(simple, "relu"), "relu"), (cured(simple, "orthogonal"), "orthogonal"),
    ):  # fmt: skip
        assert cured(network, cure) is None
