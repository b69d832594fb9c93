"""Gradients of an output with respect to its inputs: by hand, by differences, and how fast they die out."""

import math

import pytest
import torch

from core.insight.decay import fit_decay
from core.insight.influence import Influence, as_inputs, gradient_norms, gradients_on, steps_to_end
from core.models.cells import CELLS
from core.models.recurrent import Recurrent


def linear_network(weight):
    """h_t = 3 x_t + weight h_{t-1}, one number in and one kept."""
    network = Recurrent("rnn", 1, 1, nonlinearity="identity").double()
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.fill_({"weight_ih_l0": 3.0, "weight_hh_l0": weight}.get(name, 0.0))
    return network


def norms_of(network, num_steps=6):
    inputs = as_inputs(torch.ones(1, num_steps, 1, dtype=torch.float64))
    (norms,) = gradient_norms(network(inputs)[0][0, -1, 0], (inputs,))
    return norms


def test_in_a_linear_network_an_input_counts_by_a_power_of_the_weight():
    assert norms_of(linear_network(0.5)) == pytest.approx([3 / 32, 3 / 16, 3 / 8, 3 / 4, 3 / 2, 3])
    assert norms_of(linear_network(-2.0), 3) == pytest.approx([12, 6, 3])


@pytest.mark.parametrize(
    ("weight", "half_life"), [(0.5, 1.0), (math.sqrt(0.5), 2.0), (0.8, math.log(2) / math.log(1.25))]
)
def test_the_half_life_of_a_linear_network_is_that_of_its_weight(weight, half_life):
    found = fit_decay(steps_to_end(6), norms_of(linear_network(weight)))
    assert found.half_life == pytest.approx(half_life)
    assert found.doubling is None and found.explained == pytest.approx(1)
    assert found.at(1) == pytest.approx(3) and (found.first, found.last) == (1, 6)


def test_an_influence_that_grows_doubles_and_does_not_halve():
    found = fit_decay(steps_to_end(6), norms_of(linear_network(4.0)))
    assert found.half_life is None and found.doubling == pytest.approx(0.5)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_the_norm_of_a_gradient_equals_differences_of_the_output(cell, bidirectional, build, inputs):
    network, nudge, row = build(cell, num_layers=2, bidirectional=bidirectional), 1e-6, inputs[:1]
    readout = torch.linspace(-1, 1, network.output_size, dtype=torch.float64)
    leaf = as_inputs(row)
    (norms,) = gradient_norms(network(leaf)[0][0, 3] @ readout, (leaf,))

    def slope(step, feature):
        moved = torch.stack((row[0], row[0]))
        moved[:, step, feature] += torch.tensor([nudge, -nudge], dtype=torch.float64)
        with torch.no_grad():
            high, low = network(moved)[0][:, 3] @ readout
        return (high - low).item() / (2 * nudge)

    expected = [math.hypot(*(slope(step, feature) for feature in range(row.shape[2]))) for step in range(row.shape[1])]
    assert norms == pytest.approx(expected, rel=1e-5, abs=1e-8)
    assert bidirectional == bool(norms[4]), "one direction does not see what comes after"


def test_gradients_are_there_in_the_middle_of_a_prediction_too(build, inputs):
    network = build("gru").requires_grad_(False)
    with torch.inference_mode():
        values = inputs[:1] * 1.0
        with gradients_on():
            leaf = as_inputs(values)
            (norms,) = gradient_norms(network(leaf)[0].sum(), (leaf,))
    assert min(norms) > 0


def test_what_an_output_does_not_use_has_no_influence_and_several_outputs_are_an_error(inputs):
    used, unused = as_inputs(inputs[:1]), as_inputs(inputs[1:2])
    assert gradient_norms(used.sum(), (used, unused))[1] == (0.0,) * 6
    with pytest.raises(ValueError, match="one number"):
        gradient_norms(used, (used,))


def test_an_input_counts_from_the_nearer_end_where_a_network_reads_both_ways():
    assert steps_to_end(5) == [5, 4, 3, 2, 1]
    assert steps_to_end(5, bidirectional=True) == [1, 2, 3, 2, 1]


def test_of_very_many_inputs_the_last_are_kept():
    found = Influence.of_last([str(step) for step in range(1_000)], steps_to_end(1_000), [1.0] * 1_000)
    assert len(found.tokens) == len(found.norms) == 400
    assert (found.tokens[-1], found.distances[0], found.distances[-1], found.num_before) == ("999", 400, 1, 600)
    assert Influence.of_last(["a"], [1], [0.5]).num_before == 0


def test_zeros_and_overflows_are_no_part_of_the_line():
    found = fit_decay([1, 2, 3, 4, 5, 6], [8.0, 4.0, 0.0, 1.0, math.inf, 0.25])
    assert found.half_life == pytest.approx(1)


@pytest.mark.parametrize(
    "norms", [[4.0, 2.0, 1.0], [1.0, 1.0, 1.0, 1.0, 1.0], [1.0, 8.0, 1.0, 8.0, 1.0], [0.0] * 6, [math.nan] * 6]
)
def test_no_half_life_is_claimed_where_nothing_steady_is_seen(norms):
    assert fit_decay(range(1, len(norms) + 1), norms) is None


def test_one_distance_makes_no_line():
    assert fit_decay([2, 2, 2, 2], [1.0, 2.0, 4.0, 8.0]) is None
