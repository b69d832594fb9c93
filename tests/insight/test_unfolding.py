"""A training step unfolded in time: by hand, against autograd, and cut into windows as training cuts it."""

import dataclasses

import pytest
import torch

from core.insight.bptt import linear_bptt
from core.insight.unfolding import tanh_bptt, training_step

XS = (0.5, -1.0, 2.0, 0.25, 1.5)
END, EVERY = (None, None, None, None, 1.7), (0.3, -1.0, 1.0, 0.5, 1.7)
U, W, H0 = 0.8, -0.6, 0.4


def autograd(network, windows):
    """Gradients of u and w of the sum of the windows' losses; a window is (inputs, targets, start or None to carry)."""
    weights = torch.tensor([U, W], dtype=torch.float64, requires_grad=True)
    loss, state = torch.zeros((), dtype=torch.float64), torch.tensor(H0, dtype=torch.float64)
    for xs, targets, start in windows:
        state = state.detach() if start is None else torch.tensor(start, dtype=torch.float64)
        for x, y in zip(xs, targets, strict=True):
            total = weights[0] * x + weights[1] * state
            state = total.tanh() if network == "tanh" else total
            loss = loss if y is None else loss + (state - y) ** 2
    return [*torch.autograd.grad(loss, weights)[0].tolist(), loss.item()]


def found(step):
    return [sum(step.u_terms), sum(step.w_terms), step.loss]


@pytest.mark.parametrize("targets", [END, EVERY])
def test_the_engine_s_linear_network_is_the_one_by_hand(targets):
    ours, engine = linear_bptt(U, W, XS, targets, H0), tanh_bptt(U, W, XS, targets, H0, nonlinearity="identity")
    for field in dataclasses.fields(ours):
        if field.name != "targets":
            assert getattr(engine, field.name) == pytest.approx(getattr(ours, field.name), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("targets", [END, EVERY])
@pytest.mark.parametrize("network", ["linear", "tanh"])
def test_the_whole_gradient_equals_autograd(network, targets):
    step = training_step(network, U, W, XS, targets, H0, 0.1)
    assert found(step) == pytest.approx(autograd(network, [(XS, targets, H0)]), rel=1e-12)
    assert step.updated == pytest.approx((U - 0.1 * sum(step.u_terms), W - 0.1 * sum(step.w_terms)))
    assert len(step.windows) == 1 and step.windows[0].walk == step.full


@pytest.mark.parametrize("targets", [END, EVERY])
@pytest.mark.parametrize("network", ["linear", "tanh"])
def test_windows_that_carry_hand_on_the_state_and_no_gradient(network, targets):
    step = training_step(network, U, W, XS, targets, H0, 0.1, "carry", 2)
    cut = [(XS[:2], targets[:2], H0), (XS[2:4], targets[2:4], None), (XS[4:], targets[4:], None)]
    assert found(step) == pytest.approx(autograd(network, cut), rel=1e-12)
    states = [step.full.states[0]] + [state for window in step.windows for state in window.walk.states[1:]]
    assert states == pytest.approx(step.full.states)
    assert [(window.first, window.stop) for window in step.windows] == [(0, 2), (2, 4), (4, 5)]


@pytest.mark.parametrize("network", ["linear", "tanh"])
def test_windows_that_slide_start_from_zero_and_count_the_error_at_their_end(network):
    step = training_step(network, U, W, XS, EVERY, H0, 0.1, "slide", 3)
    slid = [(XS[first : first + 3], (None, None, EVERY[first + 2]), 0.0) for first in range(3)]
    assert found(step) == pytest.approx(autograd(network, slid), rel=1e-12)
    assert [window.first for window in step.windows] == [0, 1, 2]
    last = training_step(network, U, W, XS, END, H0, 0.1, "slide", 3)
    assert [window.first for window in last.windows] == [2]


def test_windows_small_enough_for_paper():
    numbers = ("linear", 1.0, 2.0, [1.0, 3.0, -1.0, 2.0], [None, None, None, 15.0], 0.0, 0.5)
    whole, carry, slide = (training_step(*numbers, truncation, 2) for truncation in ("whole", "carry", "slide"))
    assert whole.full.states == (0.0, 1.0, 5.0, 9.0, 20.0) and whole.loss == 25.0
    assert whole.w_terms == (0.0, 40.0, 100.0, 90.0)  # deltas 80, 40, 20, 10 times the states before
    assert carry.w_terms == (0.0, 0.0, 100.0, 90.0) and carry.loss == 25.0
    assert slide.windows[0].walk.states == (0.0, -1.0, 0.0) and slide.loss == 225.0
    assert slide.w_terms == (0.0, 0.0, 0.0, 30.0) and slide.u_terms == (0.0, 0.0, 60.0, -60.0)
    assert carry.updated == (1.0 - 0.5 * (-20.0 + 20.0), 2.0 - 0.5 * 190.0)


@pytest.mark.parametrize("truncation", ["carry", "slide"])
def test_a_window_as_long_as_the_sequence_cuts_nothing(truncation):
    step = training_step("linear", U, W, XS, END, 0.0, 0.1, truncation, 9)
    assert step.w_terms == step.full.w_terms and step.loss == step.full.loss


def test_what_there_is_not_is_an_error():
    for network, truncation, window in (("gru", "whole", 1), ("tanh", "cut", 1), ("tanh", "carry", 0)):
        with pytest.raises(ValueError, match="expected a network, a truncation"):
            training_step(network, U, W, XS, END, H0, 0.1, truncation, window)
    with pytest.raises(ValueError, match="at least one input"):
        tanh_bptt(U, W, [], 1.0)
