"""The heads of a neural Turing machine address, move, erase and add as the equations say."""

from itertools import pairwise

import pytest
import torch

from core.insight.copying import BITS, machine, sequences
from core.models.neural_turing_machine import NeuralTuringMachine, address

HIGH = 40.0


def asked(key=(0.0, 0.0), strength=0.0, gate=0.0, shift=(0.0, 0.0, 0.0), sharpening=-HIGH):
    return torch.tensor([[*key, strength, gate, *shift, sharpening]])


def at(row, rows=4):
    return torch.nn.functional.one_hot(torch.tensor([row]), rows).float()


def test_a_head_with_a_closed_gate_moves_by_its_shift_and_round_the_end():
    found = address(torch.ones(1, 4, 2), at(3), asked(gate=-HIGH, shift=(0.0, 0.0, HIGH)))
    assert torch.allclose(found.weights, at(0), atol=1e-5)


def test_a_head_with_an_open_gate_goes_to_the_row_that_is_like_its_key():
    memory = torch.tensor([[[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]]])
    found = address(memory, at(0), asked((0.0, HIGH), HIGH, HIGH, (0.0, HIGH, 0.0)))
    assert torch.allclose(found.weights, at(1), atol=1e-5)


def test_sharpening_by_two_squares_the_weights_and_makes_them_sum_to_one():
    one = torch.log(torch.exp(torch.tensor(1.0)) - 1).item()  # softplus of it is 1, so the power is 2
    last = torch.tensor([[0.8, 0.2, 0.0, 0.0]])
    found = address(torch.ones(1, 4, 2), last, asked(gate=-HIGH, shift=(0.0, HIGH, 0.0), sharpening=one))
    assert torch.allclose(found.weights, torch.tensor([[0.64, 0.04, 0.0, 0.0]]) / 0.68, atol=1e-5)


def test_each_step_erases_then_adds_where_the_head_stands_and_every_weighting_sums_to_one():
    generator = torch.Generator().manual_seed(3)
    network = machine()
    x, bits = sequences(3, 2, generator)
    with torch.no_grad():
        steps = network.trace(x)
    assert x.shape == (2, 7, BITS + 1) and bits.shape == (2, 3, BITS)
    for before, now in pairwise(steps):
        where = now.write.weights[:, :, None]
        wanted = before.memory * (1 - where * now.erase[:, None]) + where * now.add[:, None]
        assert torch.allclose(now.memory, wanted, atol=1e-6)
        for head in (now.write, now.read):
            assert torch.allclose(head.weights.sum(1), torch.ones(2), atol=1e-5)


def test_a_memory_of_two_rows_is_refused():
    with pytest.raises(ValueError):
        NeuralTuringMachine(2, 1, rows=2)
