"""All gates of a layer in one array."""

import pytest
import torch

from core.insight.gates import stacked_gates, stacked_preactivations
from core.models.cells import CELLS


@pytest.mark.parametrize("cell", CELLS)
def test_gates_stand_side_by_side_under_their_names(cell, build, inputs, lengths):
    model = build(cell, bidirectional=True)
    for record in model.trace(inputs, lengths).layers:
        for (stack, names), values in (
            (stacked_gates(record), record.gates),
            (stacked_preactivations(record), record.preactivations),
        ):
            assert stack.shape == (3, 6, len(names), 7)
            assert names == model.cell.gates
            for place, name in enumerate(names):
                assert torch.equal(stack[:, :, place], values[name])
            assert not stack[0, 4:].any()


def test_a_gate_is_its_function_of_what_went_into_it(build, inputs):
    (record,) = build("lstm").trace(inputs).layers
    gates, names = stacked_gates(record)
    before, _ = stacked_preactivations(record)
    assert names == ("input", "forget", "candidate", "output")
    sigmoids = [0, 1, 3]
    torch.testing.assert_close(gates[:, :, sigmoids], before[:, :, sigmoids].sigmoid())
    torch.testing.assert_close(gates[:, :, 2], before[:, :, 2].tanh())
