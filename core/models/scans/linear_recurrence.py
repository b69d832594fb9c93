"""States that are linear in the state before: ``h_t = a_t * h_{t-1} + b_t``, elementwise.

Nothing has to wait for a product, so on a GPU a parallel scan computes all T states in log2(T) rounds over the whole
sequence; on a CPU, where a step is one operation, steps in order are faster. Backward it is the same recurrence from the
other end: ``e_t = dout_t + a_{t+1} * e_{t+1}``, then ``da_t = e_t * h_{t-1}`` and ``db_t = e_t``.
Left out: what a and b are (the cells).

Shape letters: B batch, T time, H hidden.

Reference:
    Blelloch, 1990, "Prefix sums and their applications", section 1.4 (recurrences as scans); the rounds that double
    their reach are those of Hillis and Steele, 1986, "Data parallel algorithms".
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def scan_in_order(decay: Tensor, inputs: Tensor, first: Tensor) -> Tensor:
    """All states (T, B, H), step by step: decay a and inputs b are (T, B, H), the first state (B, H)."""
    states = torch.empty_like(inputs)
    h = first
    for a, b, slot in zip(decay.unbind(0), inputs.unbind(0), states.unbind(0), strict=True):
        torch.addcmul(b, a, h, out=slot)
        h = slot
    return states


def scan_in_rounds(decay: Tensor, inputs: Tensor, first: Tensor) -> Tensor:
    """As ``scan_in_order``, in log2(T) rounds.

    After the round with reach k every position holds the decay and the input of its last 2k steps taken together.
    """
    states, decay = inputs.clone(), decay.clone()
    states[0].addcmul_(decay[0], first)
    reach = 1
    while reach < len(states):
        states[reach:] = torch.addcmul(states[reach:], decay[reach:], states[:-reach])
        decay[reach:] = decay[reach:] * decay[:-reach]
        reach *= 2
    return states


class _LinearRecurrence(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, decay: Tensor, inputs: Tensor, first: Tensor) -> Tensor:
        states = _scan(decay, inputs, first)
        ctx.save_for_backward(decay, states, first)
        return states

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        decay, states, first = ctx.saved_tensors
        later = torch.cat((torch.zeros_like(decay[:1]), decay[1:].flip(0)))
        d_inputs = _scan(later, grad.flip(0), torch.zeros_like(first)).flip(0)
        before = torch.cat((first.unsqueeze(0), states[:-1]))
        return d_inputs * before, d_inputs, d_inputs[0] * decay[0]


def _scan(decay: Tensor, inputs: Tensor, first: Tensor) -> Tensor:
    return (scan_in_order if decay.device.type == "cpu" else scan_in_rounds)(decay, inputs, first)


def linear_recurrence(decay: Tensor, inputs: Tensor, first: Tensor) -> Tensor:
    """All states (T, B, H) of ``h_t = decay_t * h_{t-1} + inputs_t``, once differentiable.

    Args:
        decay, inputs: (T, B, H).
        first: The state before the first step, (B, H).
    """
    return _LinearRecurrence.apply(decay, inputs, first)
