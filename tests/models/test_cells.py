"""The equations of the cells: against torch's single-step cells, against the formulas written out, and by hand."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from core.models.cells import CELLS, build_cell

EVERY = [(name, nonlinearity) for name, cell in CELLS.items() for nonlinearity in cell.nonlinearities]


def random_step(name, nonlinearity="tanh", batch_size=3, input_size=5, hidden_size=7):
    """A cell with random weights, inputs and state, and what its step gives for them."""
    torch.manual_seed(0)
    cell = build_cell(name, nonlinearity)
    shapes = cell.shapes(input_size, hidden_size)
    weights = {key: torch.randn(shape, dtype=torch.float64) for key, shape in shapes.items()}
    inputs = torch.randn(batch_size, input_size, dtype=torch.float64)
    state = tuple(torch.randn(batch_size, hidden_size, dtype=torch.float64) for _ in range(cell.num_states))
    return cell, weights, inputs, state, cell.step(cell.project(inputs, weights), state, weights)


def by_gate(cell, weights, key):
    return dict(zip(cell.gates, weights[key].chunk(len(cell.gates)), strict=True))


def sums_by_gate(cell, weights, inputs, h):
    """``W x + b + U h + d`` of each gate by itself."""
    parts = {key: by_gate(cell, weights, key) for key in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
    return {
        gate: F.linear(inputs, parts["weight_ih"][gate], parts["bias_ih"][gate])
        + F.linear(h, parts["weight_hh"][gate], parts["bias_hh"][gate])
        for gate in cell.gates
    }


@pytest.mark.parametrize(
    ("name", "nonlinearity"), [("rnn", "tanh"), ("rnn", "relu"), ("lstm", "tanh"), ("gru", "tanh")]
)
def test_a_step_equals_torch_s_cell(name, nonlinearity):
    _, weights, inputs, state, step = random_step(name, nonlinearity)
    options = {"nonlinearity": nonlinearity} if name == "rnn" else {}
    theirs = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}[name](5, 7, dtype=torch.float64, **options)
    theirs.load_state_dict(weights)
    expected = theirs(inputs, state if name == "lstm" else state[0])
    torch.testing.assert_close(step.state, expected if name == "lstm" else (expected,))


@pytest.mark.parametrize(("nonlinearity", "function"), [("sigmoid", torch.sigmoid), ("identity", lambda total: total)])
def test_the_simple_cell_squashes_as_it_is_told(nonlinearity, function):
    cell, weights, inputs, (h,), step = random_step("rnn", nonlinearity)
    torch.testing.assert_close(step.state[0], function(sums_by_gate(cell, weights, inputs, h)["hidden"]))


def test_the_gru_as_first_published_resets_the_state_before_the_product():
    cell, weights, inputs, (h,), step = random_step("gru_reset_before")
    sums = sums_by_gate(cell, weights, inputs, h)
    r, z = torch.sigmoid(sums["reset"]), torch.sigmoid(sums["update"])
    n = torch.tanh(sums_by_gate(cell, weights, inputs, r * h)["new"])
    torch.testing.assert_close(step.state[0], z * h + (1 - z) * n)
    torch.testing.assert_close(step.gates, {"reset": r, "update": z, "new": n})


def test_peepholes_show_the_old_cell_state_to_two_gates_and_the_new_one_to_the_output_gate():
    cell, weights, inputs, (h, c), step = random_step("lstm_peephole")
    sums = sums_by_gate(cell, weights, inputs, h)
    p_i, p_f, p_o = weights["weight_peephole"].view(3, 7)
    i, f = torch.sigmoid(sums["input"] + p_i * c), torch.sigmoid(sums["forget"] + p_f * c)
    new_c = f * c + i * torch.tanh(sums["candidate"])
    o = torch.sigmoid(sums["output"] + p_o * new_c)
    torch.testing.assert_close(step.state, (o * torch.tanh(new_c), new_c))
    torch.testing.assert_close(step.preactivations["output"], sums["output"] + p_o * new_c)


def test_the_layer_normalised_lstm_normalises_both_products_and_the_cell_state():
    cell, weights, inputs, (h, c), step = random_step("lstm_layer_norm")
    total = F.layer_norm(inputs @ weights["weight_ih"].T, (28,), weights["norm_ih_weight"], weights["bias_ih"])
    total = total + F.layer_norm(h @ weights["weight_hh"].T, (28,), weights["norm_hh_weight"], weights["bias_hh"])
    i, f, g, o = total.chunk(4, dim=1)
    new_c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    shown = F.layer_norm(new_c, (7,), weights["norm_c_weight"], weights["norm_c_bias"])
    torch.testing.assert_close(step.state, (torch.sigmoid(o) * torch.tanh(shown), new_c))
    assert tuple(step.gates) == cell.gates


def test_the_layer_normalised_gru_normalises_the_gates_together_and_the_candidate_alone():
    _, weights, inputs, (h,), step = random_step("gru_layer_norm")

    def normal(product, gain, shift):
        gates = F.layer_norm(product[:, :14], (14,), gain[:14], shift[:14])
        return *gates.chunk(2, dim=1), F.layer_norm(product[:, 14:], (7,), gain[14:], shift[14:])

    x_r, x_z, x_n = normal(inputs @ weights["weight_ih"].T, weights["norm_ih_weight"], weights["bias_ih"])
    h_r, h_z, h_n = normal(h @ weights["weight_hh"].T, weights["norm_hh_weight"], weights["bias_hh"])
    r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
    n = torch.tanh(x_n + r * h_n)
    torch.testing.assert_close(step.state[0], (1 - z) * n + z * h)


def test_the_minimal_gated_unit_forgets_and_reads_by_one_gate():
    cell, weights, inputs, (h,), step = random_step("mgu")
    f = torch.sigmoid(sums_by_gate(cell, weights, inputs, h)["forget"])
    n = torch.tanh(sums_by_gate(cell, weights, inputs, f * h)["new"])
    torch.testing.assert_close(step.state[0], (1 - f) * h + f * n)


@pytest.mark.parametrize("name", ["min_gru", "min_lstm"])
def test_minimal_cells_look_at_the_input_alone_and_mix_it_with_the_state(name):
    cell, weights, inputs, (h,), step = random_step(name)
    assert set(weights) == {"weight_ih", "bias_ih"} and not cell.has_recurrent_matrix
    sums = F.linear(inputs, weights["weight_ih"], weights["bias_ih"]).chunk(len(cell.gates), dim=1)
    if name == "min_gru":
        z = torch.sigmoid(sums[0])
        expected = (1 - z) * h + z * sums[1]
    else:
        f, i = torch.sigmoid(sums[0]), torch.sigmoid(sums[1])
        expected = f / (f + i) * h + i / (f + i) * sums[2]
        torch.testing.assert_close(step.gates["forget"] + step.gates["input"], torch.ones_like(h))
    torch.testing.assert_close(step.state[0], expected)


def test_a_min_lstm_with_both_gates_closed_still_shares_between_them():
    projected = torch.tensor([[-150.0, -150.0, 3.0]], requires_grad=True)  # sigmoid is 0 there: 0 / 0
    step = CELLS["min_lstm"]().step(projected, (torch.ones(1, 1),), {})
    assert step.state[0].item() == pytest.approx(2.0)
    (gradient,) = torch.autograd.grad(step.state[0], projected)
    assert gradient.tolist() == [[pytest.approx(-0.5), pytest.approx(0.5), pytest.approx(0.5)]]


@pytest.mark.parametrize(("name", "nonlinearity"), EVERY)
def test_every_gate_is_named_with_its_value_and_its_preactivation(name, nonlinearity):
    cell, _, _, state, step = random_step(name, nonlinearity)
    assert tuple(step.gates) == tuple(step.preactivations) == cell.gates
    assert len(step.state) == cell.num_states
    assert all(part.shape == state[0].shape for part in (*step.state, *step.gates.values()))
    functions = (torch.sigmoid, torch.tanh, torch.relu, lambda total: total)
    shares = [
        value
        for value, total in zip(step.gates.values(), step.preactivations.values(), strict=True)
        if not any(torch.allclose(value, function(total)) for function in functions)
    ]
    assert not shares or torch.allclose(sum(shares), torch.ones_like(shares[0])), "gates that are shares of each other"


@pytest.mark.parametrize("name", [name for name, cell in CELLS.items() if cell.memory_gate])
@pytest.mark.parametrize("keep", [True, False], ids=["keep", "replace"])
def test_the_memory_gate_says_which_way_it_keeps(name, keep):
    cell, weights, inputs, state, _ = random_step(name)
    gate, sign = cell.memory_gate
    weights = {key: torch.zeros_like(weight) for key, weight in weights.items()}
    by_gate(cell, weights, "bias_ih")[gate].fill_(1e3 * sign * (1 if keep else -1))
    if keep and "input" in cell.gates:
        by_gate(cell, weights, "bias_ih")["input"].fill_(-1e3)
    step = cell.step(cell.project(inputs, weights), state, weights)
    wanted = state if keep else tuple(torch.zeros_like(part) for part in state)
    assert any(torch.allclose(after, part) for after, part in zip(step.state, wanted, strict=True))


def test_an_lstm_with_an_open_forget_gate_and_a_closed_input_gate_keeps_its_cell():
    state = (torch.zeros(1, 1), torch.tensor([[0.7]]))
    projected = torch.tensor([[-1e3, 1e3, 5.0, 1e3]])  # input, forget, candidate, output
    weights = {"weight_hh": torch.zeros(4, 1), "bias_hh": torch.zeros(4)}
    (h, c), gates, _ = CELLS["lstm"]().step(projected, state, weights)
    assert c.item() == pytest.approx(0.7) and h.item() == pytest.approx(torch.tensor(0.7).tanh().item())
    assert gates["input"].item() == 0 and gates["forget"].item() == 1


@pytest.mark.parametrize(("name", "expected"), [("gru", 0.0), ("gru_reset_before", 2.0)])
def test_only_a_reset_after_the_product_acts_on_the_recurrent_bias_too(name, expected):
    closed = torch.tensor([[-1e3, -1e3, 0.0]])
    weights = {"weight_hh": torch.ones(3, 1), "bias_hh": torch.full((3,), 2.0)}
    step = CELLS[name]().step(closed, (torch.ones(1, 1),), weights)
    assert step.preactivations["new"].item() == expected


@pytest.mark.parametrize("name", CELLS)
def test_a_projection_of_all_steps_at_once_is_that_of_each_step(name):
    cell, weights, _, _, _ = random_step(name)
    inputs = torch.randn(3, 9, 5, dtype=torch.float64)
    together = cell.project(inputs, weights)
    torch.testing.assert_close(together[:, 4], cell.project(inputs[:, 4], weights))


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_tells_a_form_what_it_is(name):
    cell = CELLS[name]
    assert cell.name == name and cell.label and cell.summary.endswith(".")
    assert len(set(cell.gates)) == len(cell.gates)
    assert len({other.label for other in CELLS.values()}) == len(CELLS)


def test_the_table_of_cells_cannot_be_changed():
    with pytest.raises(TypeError):
        CELLS["rnn"] = None


def test_an_unknown_cell_or_nonlinearity_is_refused_by_name():
    with pytest.raises(ValueError, match="'LSTM'"):
        build_cell("LSTM")
    with pytest.raises(ValueError, match="'sine'"):
        build_cell("rnn", "sine")
    with pytest.raises(ValueError, match="'relu'"):
        build_cell("min_gru", "relu")
