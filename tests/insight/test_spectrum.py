"""Eigenvalues of the recurrent matrices."""

import math

import pytest
import torch

from core.insight.spectrum import MAX_SIZE, recurrent_eigenvalues
from core.models.cells import CELLS
from core.models.recurrent import Recurrent


def test_an_identity_has_nothing_but_ones(build):
    model = build("rnn", num_layers=2, bidirectional=True)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.startswith("weight_hh"):
                torch.nn.init.eye_(parameter)
    records = recurrent_eigenvalues(model)
    assert [(record.layer, record.direction) for record in records] == [
        (0, "forward"),
        (0, "backward"),
        (1, "forward"),
        (1, "backward"),
    ]
    for record in records:
        torch.testing.assert_close(record.eigenvalues, torch.ones(7, dtype=torch.complex128))
        assert record.spectral_radius == pytest.approx(1) == pytest.approx(record.spectral_norm)


def test_a_rotation_has_a_pair_on_the_circle_and_a_scaled_block_keeps_its_scale():
    model = Recurrent("rnn", 1, 3)
    with torch.no_grad():
        model.weight_hh_l0.copy_(torch.tensor([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.5]]))
    (record,) = recurrent_eigenvalues(model)
    assert sorted(record.eigenvalues[:2].tolist(), key=lambda value: value.imag) == pytest.approx([-1j, 1j])
    assert record.eigenvalues[2].item() == pytest.approx(0.5)
    assert record.gate == "hidden"


def test_the_radius_says_how_fast_powers_of_the_matrix_grow():
    torch.manual_seed(0)
    model = Recurrent("rnn", 1, 7)
    (record,) = recurrent_eigenvalues(model)
    power = torch.linalg.matrix_power(model.weight_hh_l0.detach().double(), 400)
    assert float(torch.linalg.matrix_norm(power, ord=2)) ** (1 / 400) == pytest.approx(record.spectral_radius, rel=0.02)
    assert record.spectral_norm > record.spectral_radius


def test_slopes_below_one_can_raise_eigenvalues_but_never_the_norm():
    """All eigenvalues of the weights are 0; with slopes 1 and 1/2 the trace is 3 - 1.5, and the determinant stays 0."""
    model = Recurrent("rnn", 1, 2)
    saturated = math.atanh(math.sqrt(0.5))  # where tanh has the slope 1/2
    with torch.no_grad():
        model.weight_hh_l0.copy_(torch.tensor([[3.0, 3.0], [-3.0, -3.0]]))
        model.bias_ih_l0.copy_(torch.tensor([0.0, saturated]))
        model.bias_hh_l0.zero_()
    (record,) = recurrent_eigenvalues(model)
    assert record.spectral_radius == pytest.approx(0, abs=1e-7)
    assert record.spectral_norm == pytest.approx(6)

    def step(h):
        return model(torch.zeros(1, 1, 1), state=(h[None, None],))[0][0, 0]

    jacobian = torch.autograd.functional.jacobian(step, torch.zeros(2))
    assert torch.linalg.eigvals(jacobian).abs().max().item() == pytest.approx(1.5, abs=1e-5)
    assert torch.linalg.matrix_norm(jacobian, ord=2).item() == pytest.approx(math.sqrt(22.5), rel=1e-5)
    assert math.sqrt(22.5) < record.spectral_norm


@pytest.mark.parametrize("cell", CELLS)
def test_every_gate_that_reads_the_state_has_its_own_record(cell, build):
    model = build(cell, num_layers=2)
    records = recurrent_eigenvalues(model)
    if "weight_hh_l0" not in dict(model.named_parameters()):
        assert not records
        return
    assert [(record.layer, record.gate) for record in records] == [
        (layer, gate) for layer in range(2) for gate in model.cell.gates
    ]
    for record in records:
        block = list(model.cell.gates).index(record.gate)
        rows = model.get_parameter(f"weight_hh_l{record.layer}")[7 * block : 7 * (block + 1)]
        assert record.eigenvalues.sum().real.item() == pytest.approx(rows.trace().item(), abs=1e-12)
        sizes = record.eigenvalues.abs()
        assert record.spectral_radius == sizes.max().item()
        assert (sizes.diff() <= 1e-12).all()


def test_a_matrix_that_would_take_long_is_refused():
    with torch.device("meta"):
        model = Recurrent("rnn", 1, MAX_SIZE + 1)
    with pytest.raises(ValueError, match="at most 1024"):
        recurrent_eigenvalues(model)
