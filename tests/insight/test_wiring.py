"""The numbers on the wires are those of the trace; a held gate is the equations with that gate."""

import pytest
import torch

from core.insight.states import trace_states
from core.insight.wiring import of_layer, on_wires, read_out
from core.models.cells import CELLS
from core.models.recurrent import Recurrent

STEPS, FEATURES, HIDDEN = 6, 2, 3
EVERY = [(cell, "tanh") for cell in CELLS] + [("rnn", other) for other in ("relu", "sigmoid", "identity")]


def network(cell, nonlinearity="tanh"):
    torch.manual_seed(1)
    made = Recurrent(cell, FEATURES, HIDDEN, nonlinearity=nonlinearity)
    with torch.no_grad():
        for weight in made.parameters():
            weight.normal_()
    return made


@pytest.fixture
def inputs():
    return torch.randn(STEPS, FEATURES, generator=torch.Generator().manual_seed(2))


@pytest.fixture
def start():
    return torch.randn(2, HIDDEN, generator=torch.Generator().manual_seed(3))


def near(found, expected):
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize(("cell", "nonlinearity"), EVERY)
def test_the_wires_end_in_the_state_of_the_trace(cell, nonlinearity, inputs, start):
    made = network(cell, nonlinearity)
    state = tuple(start[: made.cell.num_states])
    wires = on_wires(made, inputs, state)
    record = made.trace(inputs[None], state=tuple(part[None, None] for part in state)).layers[0]
    assert made.cell.wiring[-1].name == made.cell.output
    for name, expected in record.states.items():
        near(wires[name], expected[0])
    for wire in made.cell.wiring:
        assert wires[wire.name].shape == (STEPS, HIDDEN)


@pytest.mark.parametrize(("cell", "nonlinearity"), EVERY)
def test_the_wires_alone_give_every_gate_and_sum_of_the_trace(cell, nonlinearity, inputs, start, monkeypatch):
    made = network(cell, nonlinearity)
    state = tuple(start[: made.cell.num_states])
    record = made.trace(inputs[None], state=tuple(part[None, None] for part in state)).layers[0]
    last = made.cell.gates[-1]
    everything = on_wires(made, inputs[:1], state, held={last: 0.5})
    gates = [name for name in made.cell.gates if name != last]
    near(everything[f"{last} sum"][0], record.preactivations[last][0, 0])
    for name in gates:
        near(everything[name][0], record.gates[name][0, 0])
        near(everything[f"{name} sum"][0], record.preactivations[name][0, 0])
    assert everything[last].unique().tolist() == [0.5]


def test_a_forget_gate_held_at_one_keeps_and_at_zero_ends_the_past(inputs, start):
    made, state = network("lstm"), tuple(start)
    keeps, drops = (on_wires(made, inputs, state, {"forget": value, "input": 0.0}) for value in (1.0, 0.0))
    near(keeps["c"], start[1].expand(STEPS, HIDDEN))
    assert not drops["c"].any()
    assert torch.equal(drops["forgotten"][0], start[1])


def test_held_where_it_is_anyway_a_gate_changes_nothing(inputs):
    made = network("gru")
    with torch.no_grad():
        made.weight_ih_l0[HIDDEN : 2 * HIDDEN] = made.weight_hh_l0[HIDDEN : 2 * HIDDEN] = 0.0
        made.bias_ih_l0[HIDDEN : 2 * HIDDEN] = made.bias_hh_l0[HIDDEN : 2 * HIDDEN] = 0.0
    near(on_wires(made, inputs, held={"update": 0.5})["h"], on_wires(made, inputs)["h"])


def test_relu_with_whole_numbers_is_right_by_hand():
    made = Recurrent("rnn", 1, 2, nonlinearity="relu")
    with torch.no_grad():
        made.weight_ih_l0.copy_(torch.tensor([[1.0], [-2.0]]))
        made.weight_hh_l0.copy_(torch.tensor([[1.0, 1.0], [0.0, 1.0]]))
        made.bias_ih_l0.copy_(torch.tensor([0.0, 3.0]))
        made.bias_hh_l0.copy_(torch.tensor([1.0, 0.0]))
    wires = on_wires(made, torch.tensor([[1.0], [2.0], [-1.0]]))
    assert wires["hidden from x"].tolist() == [[1, 1], [2, -1], [-1, 5]]
    assert wires["hidden from h"].tolist() == [[1, 0], [4, 1], [7, 0]]
    assert wires["hidden sum"].tolist() == [[2, 1], [6, 0], [6, 5]]
    assert wires["h"].tolist() == [[2, 1], [6, 0], [6, 5]]
    sums, outputs = read_out(wires["h"], torch.tensor([[1.0, -1.0]]), torch.tensor([2.0]), "identity")
    assert sums.tolist() == outputs.tolist() == [[3], [8], [3]]


@pytest.mark.parametrize("cell", CELLS)
def test_recorded_gates_and_states_tell_what_was_kept_and_added(cell, inputs):
    made = network(cell)
    expected = on_wires(made, inputs)
    (layer,) = trace_states(made, inputs[None], list("abcdef"))["layers"]
    found = of_layer(made.cell, layer["values"], {name: torch.zeros(HIDDEN).numpy() for name in made.cell.states})
    told = {"h", *made.cell.gates} | ({"kept", "added", "forgotten"} if cell != "rnn" else set())
    assert told <= set(found)
    for name, value in found.items():
        near(value, expected[name])


@pytest.mark.parametrize(("options", "held"), [({"num_layers": 2}, {}), ({}, {"attention": 1.0})])
def test_what_has_no_single_picture_is_refused(options, held, inputs):
    with pytest.raises(ValueError, match=r"one layer|held"):
        on_wires(Recurrent("gru", FEATURES, HIDDEN, **options), inputs, held=held)
