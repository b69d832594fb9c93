"""Jacobians from step to step: against torch's own, and as a forecast of what gradients do."""

import pytest
import torch

from core.insight import jacobians
from core.insight.gradients import gradients_through_time
from core.insight.jacobians import gradient_factor_bound, step_jacobian_norms
from core.models.cells import CELLS


def one_step(model, inputs, row, step):
    """The whole state after one step of one row, as a function of the state before it as one vector."""

    def run(vector):
        before = tuple(part[None, None] for part in vector.chunk(model.cell.num_states))
        _, after = model(inputs[row : row + 1, step : step + 1], state=before)
        return torch.cat([part.flatten() for part in after])

    return run


@pytest.mark.parametrize("cell", CELLS)
def test_norms_are_those_of_torchs_jacobian_of_a_single_step(cell, build, inputs):
    model = build(cell)
    trace = model.trace(inputs)
    (whole,) = step_jacobian_norms(trace)
    (hidden,) = step_jacobian_norms(trace, part="hidden")
    assert whole.norms[:, 0].isnan().all() and not whole.norms[:, 1:].isnan().any()
    for row, step in ((0, 1), (1, 3), (2, 5)):
        before = torch.cat([part[row].detach() for part in trace.layers[0].steps[step - 1]])
        expected = torch.autograd.functional.jacobian(one_step(model, inputs, row, step), before)
        assert whole.norms[row, step].item() == pytest.approx(float(torch.linalg.matrix_norm(expected, 2)), rel=1e-9)
        output = slice(7 * model.cell.output_place, 7 * model.cell.output_place + 7)
        norm = float(torch.linalg.matrix_norm(expected[output, output], 2))
        assert hidden.norms[row, step].item() == pytest.approx(norm, rel=1e-9)


@pytest.mark.parametrize("cell", CELLS)
def test_factors_are_those_of_torchs_jacobian_over_several_steps(cell, build, inputs):
    model = build(cell)
    trace = model.trace(inputs)
    (record,) = step_jacobian_norms(trace, rows=[1])

    def run(vector):
        before = tuple(part[None, None] for part in vector.chunk(model.cell.num_states))
        return torch.cat([part.flatten() for part in model(inputs[1:2, 3:], state=before)[1]])

    before = torch.cat([part[1].detach() for part in trace.layers[0].steps[2]])
    expected = torch.linalg.matrix_norm(torch.autograd.functional.jacobian(run, before), 2)
    assert record.factors[0, 2].item() == pytest.approx(float(expected), rel=1e-9)
    assert record.factors[0, -1] == 1


@pytest.mark.parametrize("cell", CELLS)
def test_rows_of_different_lengths_in_both_directions_equal_each_row_alone(cell, build, inputs, lengths):
    model = build(cell, num_layers=2, bidirectional=True)
    records = step_jacobian_norms(model.trace(inputs, lengths), lengths)
    for row, length in enumerate(lengths.tolist()):
        for record, alone in zip(
            records, step_jacobian_norms(model.trace(inputs[row : row + 1, :length])), strict=True
        ):
            for ours, theirs in (
                (record.norms, alone.norms),
                (record.factors, alone.factors),
                (gradient_factor_bound(record), gradient_factor_bound(alone)),
            ):
                torch.testing.assert_close(ours[row, :length], theirs[0], rtol=1e-9, atol=1e-12, equal_nan=True)
                assert not ours[row, length:].any()


def test_the_backward_direction_starts_at_the_end_of_each_row(build, inputs, lengths):
    trace = build("gru", bidirectional=True).trace(inputs, lengths)
    forward, backward = step_jacobian_norms(trace, lengths)
    assert forward.norms.isnan().nonzero().tolist() == [[0, 0], [1, 0], [2, 0]]
    assert backward.norms.isnan().nonzero().tolist() == [[0, 3], [1, 5], [2, 0]]
    assert (gradient_factor_bound(backward)[:, 0] == 1).all()


@pytest.mark.parametrize("cell", CELLS)
def test_the_bound_is_above_the_factor_and_the_factor_above_what_the_gradient_does(cell, build, inputs, lengths):
    model = build(cell)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(3)
    trace = model.trace(inputs, lengths)
    loss = model.last_hidden(trace.state).sum()
    (record,), (gradients,) = step_jacobian_norms(trace, lengths), gradients_through_time(trace, loss, lengths)
    at_the_end = gradients.state_norms.gather(1, lengths[:, None] - 1)
    bound = gradient_factor_bound(record)
    for row, length in enumerate(lengths.tolist()):
        measured = (gradients.state_norms / at_the_end)[row, :length]
        assert (measured <= record.factors[row, :length] * (1 + 1e-9)).all()
        assert (record.factors[row, :length] <= bound[row, :length] * (1 + 1e-9)).all()
        assert bound[row, length - 1] == 1


@pytest.mark.parametrize(("scale", "grows"), [(0.5, False), (2.0, True)])
def test_gradients_vanish_and_explode_as_the_recurrent_matrix_says(scale, grows, build):
    """Near zero tanh has slope 1, so an orthogonal matrix times a number multiplies a gradient by that number."""
    model = build("rnn")
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.weight_hh_l0.copy_(scale * torch.nn.init.orthogonal_(torch.empty(7, 7)))
    trace = model.trace(torch.zeros(1, 20, 5, dtype=torch.float64))
    (record,) = step_jacobian_norms(trace)
    (gradients,) = gradients_through_time(trace, trace.outputs[:, -1].sum())
    expected = torch.tensor([[scale**back for back in range(19, -1, -1)]], dtype=torch.float64)
    torch.testing.assert_close(gradients.norms / gradients.norms[:, -1:], expected, rtol=1e-5, atol=0)
    torch.testing.assert_close(gradient_factor_bound(record), expected, rtol=1e-5, atol=0)
    torch.testing.assert_close(record.factors, expected, rtol=1e-5, atol=0)
    assert (record.factors[0, 0] > 1e5) == grows


def test_a_linear_network_multiplies_by_its_matrix_whatever_it_reads(build, inputs):
    model = build("rnn", nonlinearity="identity")
    (record,) = step_jacobian_norms(model.trace(100 * inputs))
    matrix = model.weight_hh_l0.detach()
    for back in range(6):
        expected = torch.linalg.matrix_norm(torch.linalg.matrix_power(matrix, back), 2)
        assert record.factors[:, 5 - back].tolist() == pytest.approx([float(expected)] * 3, rel=1e-9)
    assert (gradient_factor_bound(record)[:, :4] > record.factors[:, :4]).all()


def test_a_run_in_training_is_judged_by_the_weights_that_it_had(build, inputs):
    model = build("rnn", nonlinearity="identity", weight_dropout=0.9).train()
    whole = float(torch.linalg.matrix_norm(model.weight_hh_l0.detach(), 2))
    (dropped,) = step_jacobian_norms(model.trace(inputs))
    (kept,) = step_jacobian_norms(model.eval().trace(inputs))
    assert kept.norms[:, 1:].flatten().tolist() == pytest.approx([whole] * 15)
    assert not torch.isclose(dropped.norms[:, 1:], kept.norms[:, 1:]).any()
    torch.testing.assert_close(dropped.norms[:, 1:], dropped.norms[:1, 1:2].expand(3, 5))


def test_saturation_makes_the_same_matrix_forget(build):
    model = build("rnn")
    with torch.no_grad():
        model.weight_hh_l0.copy_(2 * torch.eye(7))
    quiet, loud = (model.trace(torch.full((1, 6, 5), size, dtype=torch.float64)) for size in (0.0, 30.0))
    assert step_jacobian_norms(loud)[0].norms[0, 5] < 0.1 * step_jacobian_norms(quiet)[0].norms[0, 5]


def test_a_state_that_has_blown_up_is_infinite_and_not_an_error(build, inputs):
    model = build("rnn", nonlinearity="relu")
    with torch.no_grad():
        model.weight_hh_l0.fill_(float("inf"))
    (record,) = step_jacobian_norms(model.trace(inputs))
    assert record.norms[:, 1:].isinf().all()


def test_what_cannot_be_answered_is_an_error(build, inputs, lengths, monkeypatch):
    model = build("lstm", num_layers=2)
    trace = model.trace(inputs)
    with pytest.raises(ValueError, match="expected one of state, hidden"):
        step_jacobian_norms(trace, part="cell")
    for rows in ([], [3], [-1]):
        with pytest.raises(ValueError, match="from 0 to 2"):
            step_jacobian_norms(trace, rows=rows)
    with pytest.raises(ValueError, match="those that the trace was made with"):
        step_jacobian_norms(trace, lengths)
    with torch.no_grad(), pytest.raises(ValueError, match="a run with gradients"):
        step_jacobian_norms(model.trace(inputs))
    monkeypatch.setattr(jacobians, "MAX_SIZE", 13)
    step_jacobian_norms(trace, part="hidden")
    with pytest.raises(ValueError, match="at most 13 numbers in the state"):
        step_jacobian_norms(trace)
    monkeypatch.setattr(jacobians, "MAX_SIZE", 14)
    monkeypatch.setattr(jacobians, "MAX_WORK", 35 * 14**3)
    step_jacobian_norms(trace, rows=[0, 2])
    with pytest.raises(ValueError, match="at most 35 Jacobians of size 14"):
        step_jacobian_norms(trace)
