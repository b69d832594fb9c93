"""What a hand-written pass over a sequence offers, and how autograd calls it.

A pass computes one direction of one layer. Everything that does not depend on the step before is done for all steps in
one operation, before or after the loop: the input's products, the factors of the backward pass, the weights' gradients.
Inside the loop stay one product with the recurrent weights and a few operations on (B, H).
Left out: the passes themselves (one module a family) and the products (products.py).

Shape letters: B batch, T time, H hidden, K features of the input's share of all gates.
"""

from __future__ import annotations

from typing import Any, Protocol

import torch
from torch import Tensor

Sequences = tuple[Tensor, ...]
Saved = tuple[Tensor, ...]
Grads = tuple[Tensor | None, ...]

CHUNK_NUMBERS = 65_536
"""Numbers of one (B, H) record in a group of steps: half a megabyte for the two or three that are touched together."""


class Scan(Protocol):
    """A pass over T steps.

    Attributes:
        weights: Names of the parameters it needs besides those in the input's share, in the order it takes them.
    """

    weights: tuple[str, ...]

    def forward(self, projected: Tensor, state: Sequences, weights: Sequences) -> tuple[Sequences, Saved]:
        """Computes all steps.

        Args:
            projected: The input's share of every gate, with the biases that can be added to it: (T, B, K). May be
                overwritten.
            state: Before the first step, each (B, H).
            weights: As the attribute names them.

        Returns:
            Each part of the state after every step, (T, B, H), and what the backward pass needs.
        """
        ...

    def backward(self, grads: Grads, saved: Saved, weights: Sequences) -> tuple[Tensor, Sequences, Sequences]:
        """Computes the gradients by hand.

        Args:
            grads: The gradient of each part of the state after every step, (T, B, H), not to be changed; None where
                nothing depends on that part.
            saved: From ``forward``.
            weights: As for ``forward``.

        Returns:
            The gradients of the input's share (T, B, K), of the first state, each (B, H), and of the weights.
        """
        ...


class _Pass(torch.autograd.Function):
    """Puts a scan into torch's graph."""

    @staticmethod
    def forward(ctx: Any, scan: Scan, num_states: int, projected: Tensor, *rest: Tensor) -> Sequences:
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


def run_scan(scan: Scan, projected: Tensor, state: Sequences, weights: Sequences) -> Sequences:
    """Each part of the state after every step, (T, B, H), once differentiable. Arguments as for ``Scan.forward``."""
    return _Pass.apply(scan, len(state), projected, *state, *weights)


def first_then(first: Tensor, num_steps: int) -> Tensor:
    """Room for a state before the first step and after every one, (T + 1, B, H), with the first filled in."""
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
