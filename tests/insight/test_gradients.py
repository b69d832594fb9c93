"""Gradients with respect to every state: against autograd, against differences, and lined up with the input."""

import pytest
import torch

from core.insight.gradients import gradients_through_time
from core.models.cells import CELLS


def weighted(outputs):
    """A loss that reads every output, each with a weight of its own."""
    weights = torch.linspace(-1, 1, outputs.numel(), dtype=outputs.dtype).view_as(outputs)
    return (outputs * weights).sum() + outputs.square().sum()


@pytest.mark.parametrize("cell", CELLS)
def test_the_gradient_of_a_hidden_state_is_what_autograd_has_for_it(cell, build, inputs):
    trace = build(cell, num_layers=2, residual=True).trace(inputs)
    loss = weighted(trace.outputs)
    for record, layer in zip(gradients_through_time(trace, loss), trace.layers, strict=True):
        expected = torch.autograd.grad(loss, layer.output_steps, retain_graph=True)
        assert torch.equal(record.output, torch.stack(expected, dim=1))
        torch.testing.assert_close(record.norms, record.output.square().sum(-1).sqrt())
        assert record.norms.min() > 0


@pytest.mark.parametrize("cell", CELLS)
def test_the_gradient_of_a_state_equals_differences_of_the_loss(cell, build, inputs):
    model, at, nudge = build(cell), 2, 1e-6
    trace = model.trace(inputs)
    (record,) = gradients_through_time(trace, weighted(trace.outputs))
    parts, output = tuple(record.states.values()), model.cell.output_place
    state = [part.detach() for part in trace.layers[0].steps[at]]

    def loss(part, row, unit, by):
        moved = [values.clone() for values in state]
        moved[part][row, unit] += by
        with torch.no_grad():
            rest, _ = model(inputs[:, at + 1 :], state=tuple(values[None] for values in moved))
            return weighted(torch.cat((trace.outputs[:, :at], moved[output][:, None], rest), dim=1)).item()

    assert len(parts) == model.cell.num_states
    for part, gradient in enumerate(parts):
        for row, unit in ((0, 0), (1, 3), (2, 6)):
            difference = (loss(part, row, unit, nudge) - loss(part, row, unit, -nudge)) / (2 * nudge)
            assert gradient[row, at, unit].item() == pytest.approx(difference, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("cell", CELLS)
def test_rows_of_different_lengths_in_both_directions_equal_each_row_alone(cell, build, inputs, lengths):
    model = build(cell, num_layers=2, bidirectional=True)
    trace = model.trace(inputs, lengths)
    losses = trace.outputs.square().sum() + sum(part.sum() for part in trace.state)
    records = gradients_through_time(trace, losses, lengths)
    assert [(record.layer, record.direction) for record in records] == [
        (0, "forward"),
        (0, "backward"),
        (1, "forward"),
        (1, "backward"),
    ]
    for row, length in enumerate(lengths.tolist()):
        alone = model.trace(inputs[row : row + 1, :length])
        loss = alone.outputs.square().sum() + sum(part.sum() for part in alone.state)
        for record, expected in zip(records, gradients_through_time(alone, loss), strict=True):
            for ours, theirs in zip(
                (*record.states.values(), record.direct), (*expected.states.values(), expected.direct), strict=True
            ):
                torch.testing.assert_close(ours[row, :length], theirs[0], rtol=1e-10, atol=1e-12)
                assert not ours[row, length:].any()


def test_the_backward_direction_hands_its_gradient_towards_the_end(build, inputs):
    trace = build("gru", bidirectional=True).trace(inputs)
    forward, backward = gradients_through_time(trace, trace.outputs[:, 2].sum())
    assert forward.norms[:, :3].all() and not forward.norms[:, 3:].any()
    assert backward.norms[:, 2:].all() and not backward.norms[:, :2].any()


@pytest.mark.parametrize("cell", CELLS)
def test_a_loss_at_the_end_reaches_earlier_states_only_through_time(cell, build, inputs):
    trace = build(cell).trace(inputs)
    loss = trace.outputs[:, -1].square().sum()
    (record,) = gradients_through_time(trace, loss)
    torch.testing.assert_close(record.direct[:, -1], 2 * trace.outputs[:, -1].detach())
    assert record.direct[:, :-1].abs().max() < 1e-12
    assert record.norms[:, :-1].all()


def test_residual_connections_shorten_the_way_down_to_the_first_layer(build, inputs):
    norms = []
    for residual in (False, True):
        trace = build("rnn", num_layers=4, residual=residual).trace(inputs)
        norms.append(gradients_through_time(trace, trace.outputs[:, -1].sum())[0].norms[:, -1])
    assert (norms[1] > 2 * norms[0]).all()


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_the_direct_share_is_what_the_loss_itself_asks_of_a_step(cell, build, inputs):
    trace = build(cell).trace(inputs)
    loss = weighted(trace.outputs)
    (record,) = gradients_through_time(trace, loss)
    asked = torch.autograd.grad(loss, trace.outputs)[0]
    torch.testing.assert_close(record.direct, asked, rtol=1e-10, atol=1e-12)
    assert not torch.allclose(record.output, asked, rtol=1e-2)


def test_the_norm_of_a_state_takes_both_its_parts_together(build, inputs):
    trace = build("lstm").trace(inputs)
    (record,) = gradients_through_time(trace, trace.outputs[:, -1].sum())
    assert not record.states["c"][:, -1].any(), "nothing follows the last step"
    of_cell = record.states["c"].norm(dim=-1)
    torch.testing.assert_close(record.state_norms.square(), record.norms.square() + of_cell.square())
    (simple,) = gradients_through_time(trace := build("rnn").trace(inputs), trace.outputs.sum())
    assert torch.equal(simple.state_norms, simple.norms)


def test_a_trace_can_be_asked_about_several_losses(build, inputs):
    trace = build("lstm").trace(inputs)
    (first,) = gradients_through_time(trace, trace.outputs[:, 1].sum())
    (second,) = gradients_through_time(trace, trace.outputs[:, 4].sum())
    (both,) = gradients_through_time(trace, trace.outputs[:, 1].sum() + trace.outputs[:, 4].sum())
    torch.testing.assert_close(first.output + second.output, both.output)
    assert not first.output.requires_grad


def test_what_cannot_be_answered_is_an_error(build, inputs, lengths):
    model = build("gru", bidirectional=True)
    trace = model.trace(inputs, lengths)
    with pytest.raises(ValueError, match="those that the trace was made with"):
        gradients_through_time(trace, trace.outputs.sum())
    with pytest.raises(ValueError, match=r"expected \(3,\)"):
        gradients_through_time(trace, trace.outputs.sum(), lengths[:2])
    with pytest.raises(ValueError, match="got one that does not use them"):
        gradients_through_time(trace, model(inputs, lengths)[0].sum(), lengths)
    with pytest.raises(ValueError, match="one number"):
        gradients_through_time(trace, trace.outputs, lengths)
    model.requires_grad_(False)
    trace = model.trace(inputs)
    with pytest.raises(ValueError, match="a run with gradients"):
        gradients_through_time(trace, (trace.outputs * torch.ones(1, requires_grad=True)).sum())
