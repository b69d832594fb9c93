"""How recurrent weights start: each initialisation by the property it is named for."""

import pytest
import torch

from core.models.cells import CELLS
from core.models.initialization import INITIALIZATIONS
from core.models.recurrent import Recurrent

RECURRENT = [name for name, cell in CELLS.items() if cell().has_recurrent_matrix]
REMEMBERING = [name for name, cell in CELLS.items() if cell.memory_gate]


def build(cell, initialization, **options):
    torch.manual_seed(0)
    return Recurrent(cell, 48, 64, initialization=initialization, **options)


def blocks(model, name):
    """A matrix of the first layer, gate by gate."""
    return getattr(model, name).detach().split(model.hidden_size)


@pytest.mark.parametrize("cell", CELLS)
def test_uniform_draws_as_torch_does(cell):
    model = build(cell, "uniform")
    drawn = {name: value for name, value in model.named_parameters() if not name.startswith("norm_")}
    for parameter in drawn.values():
        assert parameter.abs().max() <= 64**-0.5
        assert parameter.abs().max() > 0.9 * 64**-0.5 and abs(parameter.mean()) < 0.02


@pytest.mark.parametrize("cell", RECURRENT)
def test_orthogonal_blocks_keep_the_length_of_a_state(cell):
    for block in blocks(build(cell, "orthogonal"), "weight_hh_l0"):
        torch.testing.assert_close(block @ block.T, torch.eye(64), rtol=0, atol=1e-5)


@pytest.mark.parametrize("cell", RECURRENT)
def test_identity_blocks_hand_the_state_on_and_inputs_start_small(cell):
    model = build(cell, "identity")
    assert all(torch.equal(block, torch.eye(64)) for block in blocks(model, "weight_hh_l0"))
    assert model.weight_ih_l0.std().item() == pytest.approx(0.001, rel=0.1)


@pytest.mark.parametrize("name", ["weight_ih_l0", "weight_hh_l0"])
def test_xavier_counts_the_rows_of_one_gate_not_of_all(name):
    for block in blocks(build("lstm", "xavier"), name):
        bound = (6 / sum(block.shape)) ** 0.5
        assert 0.9 * bound < block.abs().max() <= bound


@pytest.mark.parametrize("name", ["weight_ih_l0", "weight_hh_l0"])
def test_a_scaled_normal_has_the_spread_of_its_inputs(name):
    for block in blocks(build("gru", "normal"), name):
        assert block.std().item() == pytest.approx(block.shape[1] ** -0.5, rel=0.1)
        assert block.abs().max() > 2.5 * block.shape[1] ** -0.5, "a uniform draw would end before"


@pytest.mark.parametrize("initialization", [name for name in INITIALIZATIONS if name != "uniform"])
@pytest.mark.parametrize("cell", CELLS)
def test_other_draws_start_biases_and_peepholes_at_zero(cell, initialization):
    for name, parameter in build(cell, initialization).named_parameters():
        if name.startswith(("bias_", "weight_peephole")):
            assert not parameter.any(), name
        elif not name.startswith("norm_"):
            assert parameter.any(), name


@pytest.mark.parametrize("initialization", INITIALIZATIONS)
@pytest.mark.parametrize("cell", ["lstm_layer_norm", "gru_layer_norm"])
def test_normalisation_starts_by_changing_nothing(cell, initialization):
    for name, parameter in build(cell, initialization).named_parameters():
        if name.startswith("norm_"):
            assert torch.equal(parameter, torch.full_like(parameter, float("weight" in name))), name


@pytest.mark.parametrize("initialization", INITIALIZATIONS)
@pytest.mark.parametrize("cell", REMEMBERING)
def test_the_forget_bias_is_the_whole_bias_of_the_gate_that_keeps(cell, initialization):
    model = build(cell, initialization, forget_bias=1.5, num_layers=2, bidirectional=True)
    gate, sign = CELLS[cell].memory_gate
    at = CELLS[cell].gates.index(gate)
    for suffix in ("_l0", "_l1", "_l0_reverse", "_l1_reverse"):
        both = [blocks(model, name + suffix) for name in ("bias_ih", "bias_hh") if hasattr(model, name + suffix)]
        total = sum(bias[at] for bias in both)
        assert torch.equal(total, torch.full((64,), 1.5 * sign))
        if initialization == "uniform":
            assert all(bias[at - 1].unique().numel() > 60 for bias in both), "other gates are drawn as ever"


@pytest.mark.parametrize("cell", REMEMBERING)
def test_a_higher_forget_bias_keeps_more_of_the_first_state(cell):
    kept = []
    for bias in (-2.0, 0.0, 2.0):
        model = build(cell, "xavier", forget_bias=bias)
        state = tuple(torch.ones(1, 1, 64) for _ in range(model.cell.num_states))
        kept.append(model(torch.zeros(1, 1, 48), None, state)[1][-1].mean().item())
    assert kept == sorted(kept) and kept[2] > kept[0] + 0.3


def test_the_same_seed_gives_the_same_weights_and_a_reset_draws_new_ones():
    first, second = build("lstm", "uniform"), build("lstm", "uniform")
    assert all(torch.equal(one, other) for one, other in zip(first.parameters(), second.parameters(), strict=True))
    second.reset_parameters()
    assert not torch.equal(first.weight_hh_l0, second.weight_hh_l0)


def test_a_forget_bias_needs_a_gate_to_forget_by():
    with pytest.raises(ValueError, match="rnn, which has no gate"):
        Recurrent("rnn", 5, 7, forget_bias=1.0)


def test_an_unknown_initialisation_is_refused_by_name():
    with pytest.raises(ValueError, match="'ones'"):
        Recurrent("lstm", 5, 7, initialization="ones")


@pytest.mark.parametrize("initialization", INITIALIZATIONS)
def test_a_generator_of_ones_own_draws_what_torchs_would_and_leaves_that_alone(initialization):
    torch.manual_seed(7)
    expected = Recurrent("gru", 3, 5, initialization=initialization)
    torch.manual_seed(1)
    recurrent = Recurrent("gru", 3, 5, initialization=initialization)
    before = torch.get_rng_state()
    recurrent.reset_parameters(torch.Generator().manual_seed(7))
    assert torch.equal(before, torch.get_rng_state())
    assert all(torch.equal(*pair) for pair in zip(expected.parameters(), recurrent.parameters(), strict=True))
