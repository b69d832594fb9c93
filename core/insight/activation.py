"""Activation functions with their slopes, and a number that goes round and round through one: run by the engine itself.

A cell of one unit with input weight 1 and no memory is the function alone; one with recurrent weight w and a constant input
is the number that goes round. Slopes are autograd's. Float64 throughout.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.models.recurrent import Recurrent

FUNCTIONS = ("tanh", "relu", "sigmoid", "identity")
SATURATED = 0.05
"""Slopes below this share of a function's steepest let hardly any gradient through."""


@dataclass(frozen=True)
class Curve:
    """A function at some sums.

    Attributes:
        values: (N,) f(z).
        slopes: (N,) f'(z).
    """

    values: np.ndarray
    slopes: np.ndarray


def unit_of(function: str, input_weight: float = 1.0, recurrent_weight: float = 0.0) -> Recurrent:
    """A cell of one unit without bias, in float64: `h_t = f(input_weight x_t + recurrent_weight h_{t-1})`."""
    made = Recurrent("rnn", 1, 1, nonlinearity=function).double().requires_grad_(False)
    for name, parameter in made.named_parameters():
        parameter.fill_({"weight_ih_l0": input_weight, "weight_hh_l0": recurrent_weight}.get(name, 0.0))
    return made


def curve(function: str, sums: Sequence[float] | np.ndarray) -> Curve:
    """A function and its slope.

    Args:
        function: One of `FUNCTIONS`.
        sums: (N,) what it is applied to.
    """
    z = torch.tensor(np.asarray(sums, dtype=np.float64), requires_grad=True)
    values = unit_of(function).trace(z[:, None, None]).outputs[:, 0, 0]
    (slopes,) = torch.autograd.grad(values.sum(), z)
    return Curve(values.detach().numpy(), slopes.numpy())


def is_saturated(function: str, slope: float) -> bool:
    """Whether so little of a function's steepest slope is left that hardly any gradient comes through."""
    return slope < SATURATED * float(curve(function, [0.0 if function != "relu" else 1.0]).slopes[0])


def go_round(
    functions: Sequence[str], weight: float, start: float, x: float, num_rounds: int
) -> Mapping[str, np.ndarray]:
    """`h_t = f(weight h_{t-1} + x)` from `h_0 = start`.

    Args:
        functions: Some of `FUNCTIONS`.
        weight: What the number is multiplied with each round.
        start: The number at first.
        x: What is added each round.
        num_rounds: T.

    Returns:
        T numbers a function, not finite ones too where it blows up beyond what a number can hold.
    """
    inputs = torch.full((1, num_rounds, 1), x, dtype=torch.float64)
    state: tuple[Tensor, ...] = (torch.full((1, 1, 1), start, dtype=torch.float64),)
    with torch.no_grad():
        return {
            one: unit_of(one, recurrent_weight=weight).trace(inputs, state=state).outputs[0, :, 0].numpy()
            for one in functions
        }
