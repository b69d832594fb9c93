"""Squashing functions and their slopes as the scans use them: into room that is there, in as few passes as possible.

Left out: which function a cell uses (the scans).
"""

from __future__ import annotations

import torch
from torch import Tensor

_SMALLEST_BY_SIGMOID = 4_096
"""Numbers from which tanh by way of the sigmoid is faster."""


def tanh_(values: Tensor) -> Tensor:
    """tanh in place.

    torch's tanh takes eight times as long on a CPU as its sigmoid, so tanh(x) = 1 - 2 sigmoid(-2x) wins; where x is near 0
    it is off by 1e-7, which bf16 would make far too much of.
    """
    if values.dtype != torch.float32 or values.device.type != "cpu" or values.numel() < _SMALLEST_BY_SIGMOID:
        return values.tanh_()
    values.mul_(-2).sigmoid_()
    return torch.add(values.new_ones(()), values, alpha=-2, out=values)


def tanh(values: Tensor, out: Tensor) -> Tensor:
    """tanh of values, which may be overwritten."""
    if values.dtype != torch.float32 or values.device.type != "cpu" or values.numel() < _SMALLEST_BY_SIGMOID:
        return torch.tanh(values, out=out)
    torch.sigmoid(torch.mul(values, -2, out=out), out=out)
    return torch.add(values.new_ones(()), out, alpha=-2, out=out)


def relu(values: Tensor, out: Tensor) -> Tensor:
    """max(0, values)."""
    return torch.clamp_min(values, 0, out=out)


def identity(values: Tensor, out: Tensor) -> Tensor:
    """The values themselves."""
    return out.copy_(values)


def times_tanh_slope(values: Tensor, squashed: Tensor, out: Tensor | None = None) -> Tensor:
    """values * (1 - squashed^2), in one pass."""
    if out is None:
        return torch.ops.aten.tanh_backward.default(values, squashed)
    return torch.ops.aten.tanh_backward.grad_input(values, squashed, grad_input=out)


def times_sigmoid_slope(values: Tensor, gate: Tensor, out: Tensor | None = None) -> Tensor:
    """values * gate * (1 - gate), in one pass."""
    if out is None:
        return torch.ops.aten.sigmoid_backward.default(values, gate)
    return torch.ops.aten.sigmoid_backward.grad_input(values, gate, grad_input=out)


def times_relu_slope(values: Tensor, hidden: Tensor, out: Tensor) -> Tensor:
    """values where hidden is above zero, 0 elsewhere."""
    return torch.mul(values, hidden > 0, out=out)


def times_one(values: Tensor, hidden: Tensor, out: Tensor) -> Tensor:
    """The values themselves: the slope of the identity is 1."""
    return out.copy_(values)
