"""What the screen is given to draw."""

import numpy as np
import pytest
import torch

from core.insight.states import trace_states
from core.models.cells import CELLS


@pytest.mark.parametrize("cell", CELLS)
def test_every_layer_has_its_states_its_gates_and_their_sums_as_arrays(cell, build, inputs):
    model = build(cell, num_layers=2)
    shown = trace_states(model, inputs[:1], list("abcdef"))
    assert shown["tokens"] == list("abcdef")
    assert [layer["name"] for layer in shown["layers"]] == ["layer 1, forward", "layer 2, forward"]
    for layer in shown["layers"]:
        assert all(isinstance(values, np.ndarray) and values.shape == (6, 7) for values in layer["values"].values())
        assert ("cell state" in layer["values"]) == (model.cell.num_states == 2)
        assert sum(name.endswith(" pre-activation") for name in layer["values"]) == len(model.cell.gates)


def test_a_gate_is_shown_beside_its_preactivation(build, inputs):
    (layer,) = trace_states(build("lstm"), inputs[:1], list("abcdef"))["layers"]
    values = layer["values"]
    assert list(values)[:3] == ["hidden state", "cell state", "input gate"]
    sums = torch.from_numpy(values["forget gate pre-activation"])
    np.testing.assert_allclose(values["forget gate"], sums.sigmoid().numpy(), rtol=1e-5)


def test_the_simple_cell_shows_one_state_and_one_sum(build, inputs):
    (layer,) = trace_states(build("rnn"), inputs[:1], list("abcdef"))["layers"]
    assert list(layer["values"]) == ["hidden state", "hidden state pre-activation"]
    sums = layer["values"]["hidden state pre-activation"]
    np.testing.assert_allclose(layer["values"]["hidden state"], np.tanh(sums), rtol=1e-5)
