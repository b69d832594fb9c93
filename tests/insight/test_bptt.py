"""Backpropagation by hand against autograd, against differences, and against the closed form."""

import pytest
import torch

from core.insight.bptt import linear_bptt

XS = (0.5, -1.0, 2.0, 0.25, 1.5)


def test_a_case_small_enough_for_paper():
    record = linear_bptt(u=1.0, w=2.0, xs=[1.0, 3.0], target=4.0)
    assert record.states == (0.0, 1.0, 5.0)
    assert record.loss == 1.0
    assert record.deltas == (4.0, 2.0)
    assert record.u_terms == (4.0, 6.0)
    assert record.w_terms == (0.0, 2.0)
    assert (record.u_gradient, record.w_gradient) == (10.0, 2.0)


@pytest.mark.parametrize("w", [-1.3, 0.0, 0.4, 1.0])
def test_every_gradient_equals_autograd(w):
    record = linear_bptt(0.8, w, XS, target=1.7, initial_state=-0.3)
    weights = torch.tensor([0.8, w], dtype=torch.float64, requires_grad=True)
    states = [torch.tensor(-0.3, dtype=torch.float64)]
    for x in XS:
        states.append(weights[0] * x + weights[1] * states[-1])
    loss = (states[-1] - 1.7) ** 2
    *deltas, gradient = torch.autograd.grad(loss, [*states[1:], weights])
    assert record.states == pytest.approx([state.item() for state in states], rel=1e-12)
    assert record.loss == pytest.approx(loss.item(), rel=1e-12)
    assert record.deltas == pytest.approx([delta.item() for delta in deltas], rel=1e-12)
    assert [record.u_gradient, record.w_gradient] == pytest.approx(gradient.tolist(), rel=1e-12)


def test_the_gradients_equal_differences_of_the_loss():
    record, step = linear_bptt(0.8, 0.6, XS, target=1.7), 1e-6

    def loss(u, w):
        return linear_bptt(u, w, XS, target=1.7).loss

    assert record.u_gradient == pytest.approx((loss(0.8 + step, 0.6) - loss(0.8 - step, 0.6)) / (2 * step), rel=1e-7)
    assert record.w_gradient == pytest.approx((loss(0.8, 0.6 + step) - loss(0.8, 0.6 - step)) / (2 * step), rel=1e-7)


@pytest.mark.parametrize("w", [0.5, 2.0])
def test_the_error_is_multiplied_by_w_at_every_step_back(w):
    record = linear_bptt(1.0, w, XS, target=0.0)
    assert record.deltas == pytest.approx([record.deltas[-1] * w ** (len(XS) - t) for t in range(1, len(XS) + 1)])


def test_a_walk_back_that_stops_early_misses_the_older_terms():
    record = linear_bptt(0.8, 0.6, XS, target=1.7)
    assert record.truncated(len(XS)) == (record.u_gradient, record.w_gradient)
    assert record.truncated(2) == (sum(record.u_terms[3:]), sum(record.w_terms[3:]))
    assert record.truncated(2) != record.truncated(3)
    for steps in (0, 6):
        with pytest.raises(ValueError, match="expected 1 to 5"):
            record.truncated(steps)


def test_one_step_downhill_makes_the_loss_smaller():
    record = linear_bptt(0.8, 0.6, XS, target=1.7)
    assert linear_bptt(*record.updated(0.01), XS, target=1.7).loss < record.loss


def test_no_inputs_are_an_error():
    with pytest.raises(ValueError, match="at least one input"):
        linear_bptt(1.0, 1.0, [], target=0.0)


def test_an_error_at_every_step_small_enough_for_paper():
    record = linear_bptt(u=1.0, w=2.0, xs=[1.0, 3.0, -1.0], target=[2.0, 4.0, 8.0])
    assert record.states == (0.0, 1.0, 5.0, 9.0)
    assert record.losses == (1.0, 1.0, 1.0) and record.loss == 3.0
    assert record.direct == (-2.0, 2.0, 2.0)
    assert record.deltas == (10.0, 6.0, 2.0)  # 2; 2 + 2 * 2; -2 + 2 * 6
    assert record.u_terms == (10.0, 18.0, -2.0)
    assert record.w_terms == (0.0, 6.0, 10.0)


@pytest.mark.parametrize("targets", [(1.7, 0.2, -1.0, 0.0, 3.0), (None, 0.5, None, None, 1.0), (1.0, *[None] * 4)])
def test_errors_at_several_steps_equal_autograd(targets):
    record = linear_bptt(0.8, -1.3, XS, targets, initial_state=-0.3)
    weights = torch.tensor([0.8, -1.3], dtype=torch.float64, requires_grad=True)
    state, loss = torch.tensor(-0.3, dtype=torch.float64), torch.zeros((), dtype=torch.float64)
    for x, y in zip(XS, targets, strict=True):
        state = weights[0] * x + weights[1] * state
        loss = loss if y is None else loss + (state - y) ** 2
    gradient = torch.autograd.grad(loss, weights)[0].tolist()
    assert record.loss == pytest.approx(loss.item(), rel=1e-12)
    assert [record.u_gradient, record.w_gradient] == pytest.approx(gradient, rel=1e-12)


def test_a_target_for_some_inputs_only_is_an_error():
    with pytest.raises(ValueError, match="one for each of 5 inputs, got 2"):
        linear_bptt(1.0, 1.0, XS, [1.0, 2.0])
