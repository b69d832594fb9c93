"""How much one output of a network hangs on each of its inputs: the norm of the gradient, input by input.

The gradient goes through the network as it runs: all layers and directions, attention, forecasts that are fed back. It
says by how much the output moves for a small move of an input, not what would happen without that input. How
fast it dies out is told by decay.py.

Shape letters: T time, F features.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

MOST_INPUTS = 400
"""Inputs of one sequence whose gradients are worked out; of a longer one the last."""


@dataclass(frozen=True)
class Influence:
    """Of each input of one sequence on one output.

    Attributes:
        tokens: What the inputs are called, in reading order: T.
        distances: How far each is from the output, in steps that its influence travels; T whole numbers from 1.
        norms: Euclidean norm of the output's gradient with respect to each input: T numbers.
        is_direct: Whether every input has a way of its own to the output, so that distance says nothing of the way.
        num_before: Inputs before these, which are left out.
    """

    tokens: tuple[str, ...]
    distances: tuple[int, ...]
    norms: tuple[float, ...]
    is_direct: bool = False
    num_before: int = 0

    @classmethod
    def of_last(
        cls, tokens: Sequence[str], distances: Sequence[int], norms: Sequence[float], is_direct: bool = False
    ) -> Influence:
        """The influence of the last ``MOST_INPUTS`` of some inputs, each given by its token, distance and norm."""
        last = slice(-MOST_INPUTS, None)
        return cls(
            tuple(tokens[last]), tuple(distances[last]), tuple(norms[last]), is_direct, max(0, len(norms) - MOST_INPUTS)
        )


@dataclass(frozen=True)
class Slopes:
    """The gradient of one output with respect to each number that is read at each step.

    Attributes:
        times: Labels of the T steps.
        columns: What the F numbers of a step are called.
        values: (T, F) with their signs.
    """

    times: tuple[str, ...]
    columns: tuple[str, ...]
    values: np.ndarray


def steps_to_end(num_steps: int, bidirectional: bool = False) -> list[int]:
    """How many steps of a network each of its inputs is from what is known when all are read: T whole numbers from 1.

    A network of two directions ends at both ends: an input counts from the nearer one.
    """
    ahead = range(num_steps, 0, -1)
    return [min(place, num_steps + 1 - place) for place in ahead] if bidirectional else list(ahead)


@contextmanager
def gradients_on() -> Iterator[None]:
    """Gradients of a network that is in use: inside inference too, and without cuDNN, which has none in evaluation."""
    with torch.inference_mode(False), torch.enable_grad(), torch.backends.cudnn.flags(enabled=False):
        yield


def as_inputs(values: Tensor) -> Tensor:
    """Returns values as the beginning of a graph, so that an output can be asked about them."""
    return values.detach().clone().requires_grad_()


def gradient_of(output: Tensor, inputs: Sequence[Tensor]) -> list[Tensor]:
    """Computes the gradient of an output with respect to some inputs.

    Args:
        output: One number, computed from the inputs.
        inputs: Made by ``as_inputs``, each of any shape. Zero where the output does not use them.

    Returns:
        For each of the inputs float64 of its shape.

    Raises:
        ValueError: If the output is not one number.
    """
    if output.numel() != 1:
        raise ValueError(f"output: expected one number, got shape {tuple(output.shape)}")
    found = torch.autograd.grad(output.reshape(()), list(inputs), allow_unused=True)
    return [
        (torch.zeros_like(values) if part is None else part).double()
        for part, values in zip(found, inputs, strict=True)
    ]


def gradient_norms(output: Tensor, inputs: Sequence[Tensor]) -> list[tuple[float, ...]]:
    """Computes how long the gradient of an output is at every step of some inputs.

    Args:
        output: One number, computed from the inputs.
        inputs: Sequences of one row, each (1, T, F), made by ``as_inputs``.

    Returns:
        For each of the inputs T norms.

    Raises:
        ValueError: If the output is not one number.
    """
    return [tuple(part[0].norm(dim=-1).tolist()) for part in gradient_of(output, inputs)]
