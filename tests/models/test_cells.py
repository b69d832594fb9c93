"""The equations of the cells, against torch's single-step cells and against hand-computed values."""

import pytest
import torch
from torch import nn

from core.models.cells import CELLS, build_cell


@pytest.mark.parametrize(
    ("name", "nonlinearity"), [("rnn", "tanh"), ("rnn", "relu"), ("lstm", "tanh"), ("gru", "tanh")]
)
def test_a_step_equals_torch_s_cell(name, nonlinearity):
    options = {"nonlinearity": nonlinearity} if name == "rnn" else {}
    theirs = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}[name](5, 7, dtype=torch.float64, **options)
    cell = build_cell(name, nonlinearity)
    inputs = torch.randn(3, 5, dtype=torch.float64)
    state = tuple(torch.randn(3, 7, dtype=torch.float64) for _ in range(cell.num_states))
    expected = theirs(inputs, state if name == "lstm" else state[0])
    projected = nn.functional.linear(inputs, theirs.weight_ih, theirs.bias_ih)
    new, gates = cell.step(projected, state, theirs.weight_hh, theirs.bias_hh)
    torch.testing.assert_close(new, expected if name == "lstm" else (expected,))
    assert tuple(gates) == cell.gates and len(gates) == cell.num_gates


def test_an_lstm_with_an_open_forget_gate_and_a_closed_input_gate_keeps_its_cell():
    state = (torch.zeros(1, 1), torch.tensor([[0.7]]))
    projected = torch.tensor([[-1e3, 1e3, 5.0, 1e3]])  # input, forget, candidate, output
    (h, c), gates = CELLS["lstm"]().step(projected, state, torch.zeros(4, 1), torch.zeros(4))
    assert c.item() == pytest.approx(0.7) and h.item() == pytest.approx(torch.tensor(0.7).tanh().item())
    assert gates["input"].item() == 0 and gates["forget"].item() == 1


def test_a_gru_with_its_update_gate_at_one_keeps_its_state():
    state = (torch.tensor([[0.7]]),)
    (h,), _ = CELLS["gru"]().step(torch.tensor([[0.0, 1e3, 5.0]]), state, torch.zeros(3, 1), torch.zeros(3))
    assert h.item() == pytest.approx(0.7)


def test_the_gru_applies_its_reset_gate_after_the_product_and_so_to_the_recurrent_bias_too():
    closed = torch.tensor([[-1e3, -1e3, 0.0]])
    (h,), _ = CELLS["gru"]().step(closed, (torch.ones(1, 1),), torch.ones(3, 1), torch.full((3,), 2.0))
    assert h.item() == 0


def test_the_table_of_cells_cannot_be_changed():
    with pytest.raises(TypeError):
        CELLS["rnn"] = None


def test_an_unknown_cell_or_nonlinearity_is_refused_by_name():
    with pytest.raises(ValueError, match="'LSTM'"):
        build_cell("LSTM")
    with pytest.raises(ValueError, match="'sine'"):
        build_cell("rnn", "sine")
