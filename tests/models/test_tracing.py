"""What a trace records: every gate, pre-activation and state, aligned with the input."""

import pytest
import torch

from core.models.cells import CELLS
from core.models.recurrent import Recurrent

LENGTHS = torch.tensor([4, 9, 1, 6])


def test_a_trace_names_every_gate_in_the_input_s_order():
    model = Recurrent("lstm", 5, 7, 2, True)
    inputs = torch.randn(4, 9, 5)
    trace = model.trace(inputs, LENGTHS)
    assert [(record.layer, record.direction) for record in trace.layers] == [
        (0, "forward"),
        (0, "backward"),
        (1, "forward"),
        (1, "backward"),
    ]
    for record in trace.layers:
        assert tuple(record.gates) == ("input", "forget", "candidate", "output")
        gates = record.gates
        assert all(values.shape == (4, 9, 7) for values in (*gates.values(), record.output, record.states["c"]))
        torch.testing.assert_close(record.output, gates["output"] * record.states["c"].tanh())
        assert not record.output[2, 1:].any() and not gates["input"][2, 1:].any()
        torch.testing.assert_close(torch.sigmoid(record.preactivations["forget"][1]), gates["forget"][1])
        earlier = record.states["c"].roll(1 if record.direction == "forward" else -1, dims=1)[1, 1:-1]
        now = gates["forget"][1, 1:-1] * earlier + gates["input"][1, 1:-1] * gates["candidate"][1, 1:-1]
        torch.testing.assert_close(record.states["c"][1, 1:-1], now)


def test_a_trace_gives_the_gradient_through_time():
    model = Recurrent("gru", 5, 7)
    inputs = torch.randn(3, 6, 5)
    trace = model.trace(inputs)
    gradients = torch.autograd.grad(trace.outputs[:, 3].sum(), [h for (h,) in trace.layers[0].steps], allow_unused=True)
    assert [grad is not None and bool(grad.any()) for grad in gradients] == [True] * 4 + [False] * 2


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_is_traced_with_all_its_gates_and_states(cell):
    torch.manual_seed(0)
    model = Recurrent(cell, 5, 7, 2, True, "max")
    trace = model.trace(torch.randn(4, 9, 5), LENGTHS)
    padding = torch.arange(9) >= LENGTHS[:, None]
    assert len(trace.layers) == 4
    for record in trace.layers:
        assert tuple(record.gates) == tuple(record.preactivations) == CELLS[cell].gates
        assert tuple(record.states) == CELLS[cell].states and record.output is record.states[CELLS[cell].output]
        recorded = [*record.gates.values(), *record.preactivations.values(), *record.states.values()]
        for values in recorded:
            assert values.shape == (4, 9, 7)
            assert not values[padding].any() and values[~padding].any()
        assert len(record.steps) == 9


@pytest.mark.parametrize("cell", CELLS)
def test_the_backward_direction_starts_at_each_row_s_last_real_step(cell):
    torch.manual_seed(0)
    model = Recurrent(cell, 5, 7, 1, True)
    inputs = torch.randn(4, 9, 5)
    record = model.trace(inputs, LENGTHS).layers[1]
    for row, length in enumerate(LENGTHS.tolist()):
        alone = model.trace(inputs[row : row + 1, :length]).layers[1]
        torch.testing.assert_close(record.output[row, :length], alone.output[0])
        torch.testing.assert_close(record.output_steps[-1][row], record.output[row, 0])


def test_a_trace_under_dropout_draws_its_own_weights():
    torch.manual_seed(0)
    model = Recurrent("mgu", 5, 7, 2, weight_dropout=0.5)
    inputs = torch.randn(3, 6, 5)
    assert not torch.equal(model.trace(inputs).outputs, model.trace(inputs).outputs)
    assert torch.equal(model.eval().trace(inputs).outputs, model.trace(inputs).outputs)
