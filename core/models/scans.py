"""What hand-written scans over sequences share: their place in torch's graph, room for states, functions and slopes.

A scan computes one direction of one layer. Everything that does not depend on the step before is done for all steps in
one operation, before or after the loop: the input's products, the factors of the backward pass, the weights' gradients.
Inside the loop stay one product with the recurrent weights and a few operations on (B, H). The scans themselves stand in
the files of their cells.

Shape letters: B batch, T time, H hidden, K features of the input's share of all gates.
"""

from __future__ import annotations

from typing import Any, Protocol

import torch
from torch import Tensor

from core.models.cells.base import Gradients, Tensors

CHUNK_NUMBERS = 65_536
"""Numbers of one (B, H) record in a group of steps: half a megabyte for the two or three that are touched together."""

_SMALLEST_BY_SIGMOID = 4_096
"""Numbers from which tanh by way of the sigmoid is faster."""


class Scan(Protocol):
    """T steps forward, and their gradients backward."""

    def forward(self, projected: Tensor, state: Tensors, weights: Tensors) -> tuple[Tensors, Tensors]:
        """Computes all steps.

        Args:
            projected: The input's share of every gate, with the biases that can be added to it: (T, B, K). May be
                overwritten.
            state: Before the first step, each (B, H).
            weights: Those that are not in the input's share, as the scan was started with them.

        Returns:
            Each tensor of the state after every step, (T, B, H), and what the backward pass needs.
        """
        ...

    def backward(self, grads: Gradients, saved: Tensors, weights: Tensors) -> tuple[Tensor, Tensors, Tensors]:
        """Computes the gradients by hand.

        Args:
            grads: The gradient of each tensor of the state after every step, (T, B, H), not to be changed; None where
                nothing depends on it.

        Returns:
            The gradients of the input's share (T, B, K), of the first state, each (B, H), and of the weights.
        """
        ...


class _Scanned(torch.autograd.Function):
    """Puts a scan into torch's graph."""

    @staticmethod
    def forward(ctx: Any, scan: Scan, num_states: int, projected: Tensor, *rest: Tensor) -> Tensors:
        state, weights = rest[:num_states], rest[num_states:]
        sequences, saved = scan.forward(projected, state, weights)
        ctx.scan, ctx.num_saved = scan, len(saved)
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(*saved, *weights)
        return sequences

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *grads: Tensor | None) -> tuple[Any, ...]:
        saved, weights = ctx.saved_tensors[: ctx.num_saved], ctx.saved_tensors[ctx.num_saved :]
        projected, state, parameters = ctx.scan.backward(grads, saved, weights)
        return None, None, projected, *state, *parameters


def run(scan: Scan, projected: Tensor, state: Tensors, weights: Tensors) -> Tensors:
    """Each tensor of the state after every step, (T, B, H), once differentiable. Arguments as for ``Scan.forward``."""
    return _Scanned.apply(scan, len(state), projected, *state, *weights)


def first_then(first: Tensor, num_steps: int) -> Tensor:
    """Room for a state before the first step and after every one, (T + 1, B, H), with the first (B, H) filled in."""
    room = first.new_empty((num_steps + 1, *first.shape))
    room[0] = first
    return room


def given_before(grad: Tensor | None, num_steps: int) -> list[Tensor | None]:
    """For every step, the gradient that comes from outside to the state before it, (B, H) or None."""
    return [None] * num_steps if grad is None else [None, *grad.unbind(0)[:-1]]


def given_last(grad: Tensor | None, sequence: Tensor) -> Tensor:
    """The gradient that comes from outside to the last of the states of a sequence: (B, H)."""
    return torch.zeros_like(sequence[-1]) if grad is None else grad[-1]


def chunks_from_the_end(num_steps: int, numbers_a_step: int) -> list[slice]:
    """Steps in groups small enough for a core's own cache, the last group first.

    What the backward pass needs of a group is computed for all its steps at once, and still lies near when they come.
    """
    length = max(1, CHUNK_NUMBERS // numbers_a_step)
    return [slice(start, min(num_steps, start + length)) for start in range(0, num_steps, length)][::-1]


def tanh_(values: Tensor) -> Tensor:
    """tanh in place.

    torch's tanh takes eight times as long on a CPU as its sigmoid, so tanh(x) = 1 - 2 sigmoid(-2x) wins; where x is near 0
    it is off by 1e-7, which bf16 would make far too much of.
    """
    return tanh(values, values)


def tanh(values: Tensor, out: Tensor) -> Tensor:
    """tanh of values, as :func:`tanh_`, into room of their shape, which may be their own."""
    if values.dtype != torch.float32 or values.device.type != "cpu" or values.numel() < _SMALLEST_BY_SIGMOID:
        return torch.tanh(values, out=out)
    torch.sigmoid(torch.mul(values, -2, out=out), out=out)
    return torch.add(values.new_ones(()), out, alpha=-2, out=out)


def times_tanh_slope(values: Tensor, activation: Tensor, out: Tensor | None = None) -> Tensor:
    """values * (1 - activation^2), in one pass over any equal shapes."""
    if out is None:
        return torch.ops.aten.tanh_backward.default(values, activation)
    return torch.ops.aten.tanh_backward.grad_input(values, activation, grad_input=out)


def times_sigmoid_slope(values: Tensor, gate: Tensor, out: Tensor | None = None) -> Tensor:
    """values * gate * (1 - gate), in one pass over any equal shapes."""
    if out is None:
        return torch.ops.aten.sigmoid_backward.default(values, gate)
    return torch.ops.aten.sigmoid_backward.grad_input(values, gate, grad_input=out)
