"""The tiny networks keep what they are told to, and their matrices come and go gate by gate."""

import numpy as np
import pytest
import torch

from core.insight.edits import Edits
from core.insight.tiny import apply_edits, blocks, count, drawn, readable, sequence
from core.insight.wiring import on_wires
from core.models.cells import CELLS


def states(network, length=8):
    return on_wires(network, torch.from_numpy(sequence(length)).float())["h"].numpy()


@pytest.mark.parametrize("cell", [name for name in CELLS if "norm" not in name and name != "rnn"])
def test_the_first_unit_keeps_what_was_written_until_something_else_is(cell):
    first = states(readable(cell))[:, 0]
    assert (first[:4] > 0.5).all() and (first[4:] < -0.5).all()


@pytest.mark.parametrize("cell", CELLS)
def test_the_matrices_of_every_cell_can_be_taken_out_and_put_back(cell):
    network, other = drawn(cell, 4, 3), drawn(cell, 4, 5)
    edits = {
        f"{name}.{row}.{column}": float(value)
        for name, block in blocks(network).items()
        for (row, column), value in np.ndenumerate(block)
    }
    assert sum(block.size for block in blocks(network).values()) == count(network)
    edits = Edits(edits)
    apply_edits(other, edits)
    assert not edits.problems
    assert all(torch.equal(one, two) for one, two in zip(network.parameters(), other.parameters(), strict=True))


def test_the_same_seed_draws_the_same_weights():
    assert np.array_equal(states(drawn("lstm", 2, 7)), states(drawn("lstm", 2, 7)))
    assert not np.array_equal(states(drawn("lstm", 2, 7)), states(drawn("lstm", 2, 8)))


def test_a_number_that_does_not_fit_leaves_the_weight_and_is_named():
    network = readable("gru")
    before = blocks(network)
    edits = Edits({"W_reset.0.0": 1e9, "U_new.7.0": 1, "W_update.0.1": -3})
    apply_edits(network, edits)
    after = blocks(network)
    assert after["W_update"][0, 1] == -3 and np.array_equal(after["W_reset"], before["W_reset"])
    assert len(edits.problems) == 2
