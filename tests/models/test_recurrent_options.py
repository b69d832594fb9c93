"""What the stack offers beyond layers and directions: dropout, weight-drop, residuals and learned states."""

import pytest
import torch

from core.models import fused
from core.models.cells import CELLS
from core.models.recurrent import Recurrent

LENGTHS = torch.tensor([4, 9, 1, 6])
RECURRENT = [name for name, cell in CELLS.items() if cell().has_recurrent_matrix]


def test_dropout_acts_between_layers_and_only_in_training():
    torch.manual_seed(0)
    model = Recurrent("gru", 5, 7, 2, dropout=0.5)
    inputs = torch.randn(3, 6, 5)
    assert not torch.equal(model(inputs)[0], model(inputs)[0])
    first_layer = [model(inputs)[1][0][0] for _ in range(2)]
    assert torch.equal(*first_layer)
    model.eval()
    assert torch.equal(model(inputs)[0], model(inputs)[0])


@pytest.mark.parametrize("cell", RECURRENT)
def test_recurrent_weights_are_dropped_only_in_training(cell):
    torch.manual_seed(0)
    model = Recurrent(cell, 5, 7, 2, True, weight_dropout=0.5)
    plain = Recurrent(cell, 5, 7, 2, True)
    plain.load_state_dict(model.state_dict())
    inputs = torch.randn(3, 6, 5)
    assert not torch.equal(model(inputs)[0], model(inputs)[0])
    assert torch.equal(model.eval()(inputs)[0], plain(inputs)[0])


@pytest.mark.parametrize("cell", RECURRENT)
def test_the_same_dropped_weights_run_fast_and_traced(cell):
    torch.manual_seed(0)
    model = Recurrent(cell, 5, 7, 2, True, "sum", weight_dropout=0.5).double()
    inputs = torch.randn(4, 9, 5).double()
    results = []
    for run in (model, model.trace):
        torch.manual_seed(1)
        done = run(inputs, LENGTHS)
        outputs = done[0] if isinstance(done, tuple) else done.outputs
        results.append((outputs, *torch.autograd.grad(outputs.square().sum(), list(model.parameters()))))
    for fast, traced in zip(*results, strict=True):
        torch.testing.assert_close(fast, traced, rtol=1e-8, atol=1e-10)


def test_one_mask_serves_all_steps_and_spares_the_other_weights():
    torch.manual_seed(0)
    model = Recurrent("rnn", 5, 7, nonlinearity="identity", weight_dropout=0.4, initialization="normal")
    # A linear cell without input that starts from the identity shows its matrix: after step t, its power t.
    outputs, _ = model(torch.zeros(7, 6, 5), None, (torch.eye(7)[None],))
    dropped = outputs[:, 0]
    whole = model.weight_hh_l0.detach().T
    kept = dropped != 0
    assert 0.3 < kept.float().mean() < 0.9
    torch.testing.assert_close(dropped[kept], (whole / 0.6)[kept])
    for step in range(6):
        torch.testing.assert_close(outputs[:, step], torch.linalg.matrix_power(dropped, step + 1))
    (gradient,) = torch.autograd.grad(dropped.sum(), model.weight_hh_l0)
    assert torch.equal(gradient.T != 0, kept), "a dropped weight learns nothing"


def test_dropped_weights_are_right_on_average():
    torch.manual_seed(0)
    model = Recurrent("rnn", 5, 7, nonlinearity="identity", weight_dropout=0.5, initialization="normal")
    with torch.no_grad():
        runs = [model(torch.zeros(7, 1, 5), None, (torch.eye(7)[None],))[0][:, 0] for _ in range(2_000)]
    torch.testing.assert_close(torch.stack(runs).mean(0), model.weight_hh_l0.detach().T, rtol=0, atol=0.1)


def test_copies_for_a_gpu_s_kernels_are_the_same_weights_to_autograd():
    weights = [torch.randn(shape, requires_grad=True) for shape in ((7, 5), (7, 7), (7,), (7,))]
    copies = fused._FlatCopies.apply("rnn_tanh", 1, *weights)
    assert all(torch.equal(copy, weight) for copy, weight in zip(copies, weights, strict=True))
    gradients = torch.autograd.grad(sum((copy**2).sum() for copy in copies), weights)
    assert all(torch.equal(grad, 2 * weight) for grad, weight in zip(gradients, weights, strict=True))


@pytest.mark.gpu
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_gpu_runs_dropped_weights_without_a_warning(cell):
    torch.manual_seed(0)
    model = Recurrent(cell, 5, 7, 2, True, weight_dropout=0.5).cuda()
    inputs = torch.randn(4, 9, 5, device="cuda")
    torch.manual_seed(1)
    outputs, _ = model(inputs)
    torch.manual_seed(1)
    torch.testing.assert_close(outputs, model.trace(inputs).outputs, rtol=1e-4, atol=1e-5)
    outputs.sum().backward()
    assert all(parameter.grad.any() for parameter in model.parameters())


@pytest.mark.parametrize("merge_mode", ["concat", "sum"])
@pytest.mark.parametrize("cell", CELLS)
def test_residual_layers_add_their_input_to_their_merged_output(cell, merge_mode):
    torch.manual_seed(0)
    model = Recurrent(cell, 5, 7, 3, True, merge_mode, residual=True).double()
    inputs = torch.randn(4, 9, 5).double()
    outputs, state = model(inputs, LENGTHS)
    records = model.trace(inputs, LENGTHS).layers
    by_layer = [model._merge([records[2 * layer].output, records[2 * layer + 1].output]) for layer in range(3)]
    torch.testing.assert_close(outputs, by_layer[0] + by_layer[1] + by_layer[2])
    torch.testing.assert_close(state[0][4], records[4].steps[-1][0])
    padding = torch.arange(9) >= LENGTHS[:, None]
    assert not outputs[padding].any()


def test_a_residual_connection_itself_is_never_dropped():
    torch.manual_seed(0)
    model = Recurrent("rnn", 5, 7, 2, dropout=0.9, residual=True)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("_l1"):
                parameter.zero_()
    inputs = torch.randn(3, 6, 5)
    assert torch.equal(model(inputs)[0], model.eval()(inputs)[0])
    assert model(inputs)[0].all()


@pytest.mark.parametrize("cell", CELLS)
def test_alearned_state_starts_at_zero_and_starts_every_row(cell):
    torch.manual_seed(0)
    model = Recurrent(cell, 5, 7, 2, True, initial_state="learned")
    names = ["h_0", "c_0"][: model.cell.num_states]
    plain = Recurrent(cell, 5, 7, 2, True)
    weights = {name: value for name, value in model.state_dict().items() if name not in names}
    plain.load_state_dict(weights)
    inputs = torch.randn(4, 9, 5)
    assert torch.equal(model(inputs, LENGTHS)[0], plain(inputs, LENGTHS)[0])
    with torch.no_grad():
        for name in names:
            assert getattr(model, name).shape == (4, 7)
            getattr(model, name).normal_()
    given = tuple(getattr(model, name)[:, None].repeat(1, 4, 1) for name in names)
    assert torch.equal(model(inputs, LENGTHS)[0], plain(inputs, LENGTHS, given)[0])
    model(inputs, LENGTHS)[0].sum().backward()
    assert all(getattr(model, name).grad.all() for name in names)


def test_a_state_that_is_given_replaces_the_learned_one():
    torch.manual_seed(0)
    model = Recurrent("gru", 5, 7, initial_state="learned")
    with torch.no_grad():
        model.h_0.fill_(3.0)
    inputs, zeros = torch.randn(3, 6, 5), (torch.zeros(1, 3, 7),)
    plain = Recurrent("gru", 5, 7)
    plain.load_state_dict({name: value for name, value in model.state_dict().items() if name != "h_0"})
    assert torch.equal(model(inputs, None, zeros)[0], plain(inputs)[0])
    assert not torch.equal(model(inputs)[0], plain(inputs)[0])


def test_a_reset_forgets_thelearned_state():
    model = Recurrent("lstm", 5, 7, initial_state="learned")
    with torch.no_grad():
        model.c_0.fill_(3.0)
    model.reset_parameters()
    assert not model.c_0.any() and not model.h_0.any()


def test_options_show_in_the_printed_model():
    assert repr(Recurrent("lstm", 5, 7, 2, weight_dropout=0.5, residual=True)) == (
        "Recurrent(lstm, 5, 7, num_layers=2, weight_dropout=0.5, residual)"
    )
