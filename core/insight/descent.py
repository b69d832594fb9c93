"""Gradient descent on a single weight, so that a loss is a curve one can see: `w <- w - rate * dL/dw`.

Three losses, each with one number that shapes it:

- ``line``: the squared error of `y = w x` on two points of `y = 2 x`, at x = -size and size. A bowl; small inputs make it flat.
- ``rounds``: a linear recurrent network of one weight, `h_t = w h_{t-1}` from 1, that should be 0.5 after so many rounds.
  Nearly flat between -1 and 1, a cliff beyond.
- ``squashed``: `tanh(w x)` that should be -0.5 at one input x. A plateau where tanh is saturated.

Slopes are autograd's, the recurrent losses the engine's: many weights at once are as many units with a diagonal U. Float64.

Reference:
    Cauchy, 1847 (the method); Pascanu, Mikolov and Bengio, 2013, "On the difficulty of training recurrent neural networks",
    section 2.3 (the cliff).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.func import functional_call

from core.models.recurrent import Recurrent

LINE_SLOPE = 2.0
SHOULD_ROUND, SHOULD_SQUASH = 0.5, -0.5


def _line(w: Tensor, size: float) -> Tensor:
    x = torch.tensor([-size, size], dtype=w.dtype)
    return ((w[:, None] * x - LINE_SLOPE * x) ** 2 / 2).mean(1)


def _rounds(w: Tensor, num_rounds: float) -> Tensor:
    inputs = torch.zeros(1, round(num_rounds), 1, dtype=w.dtype)
    outputs = _units(w, "identity", {"weight_hh_l0": torch.diag(w)}, inputs, torch.ones(1, 1, len(w), dtype=w.dtype))
    return (outputs - SHOULD_ROUND) ** 2 / 2


def _squashed(w: Tensor, x: float) -> Tensor:
    inputs = torch.full((1, 1, 1), x, dtype=w.dtype)
    outputs = _units(w, "tanh", {"weight_ih_l0": w[:, None]}, inputs, torch.zeros(1, 1, len(w), dtype=w.dtype))
    return (outputs - SHOULD_SQUASH) ** 2 / 2


def _units(w: Tensor, function: str, given: Mapping[str, Tensor], inputs: Tensor, start: Tensor) -> Tensor:
    """Last outputs (N,) of N networks of one unit each, side by side in one layer; what is not given is 0."""
    layer = Recurrent("rnn", 1, len(w), nonlinearity=function).double()
    weights = {name: torch.zeros_like(parameter) for name, parameter in layer.named_parameters()} | dict(given)
    outputs, _ = functional_call(layer, weights, (inputs,), {"state": (start,)})
    last: Tensor = outputs[0, -1]
    return last


LOSSES: Mapping[str, Callable[[Tensor, float], Tensor]] = {"line": _line, "rounds": _rounds, "squashed": _squashed}
"""Losses by name: from weights (N,) and the number that shapes them to N losses."""


@dataclass(frozen=True)
class Slopes:
    """A loss at some weights.

    Attributes:
        weights: (N,).
        losses: (N,).
        slopes: (N,) dL/dw.
    """

    weights: np.ndarray
    losses: np.ndarray
    slopes: np.ndarray


def slopes_at(loss: str, shape: float, weights: np.ndarray) -> Slopes:
    """A loss and its slope at weights that know nothing of each other.

    Args:
        loss: One of `LOSSES`.
        shape: The number that shapes it.
        weights: (N,).
    """
    w = torch.tensor(np.asarray(weights, dtype=np.float64), requires_grad=True)
    losses = LOSSES[loss](w, shape)
    (slopes,) = torch.autograd.grad(losses.sum(), w)
    return Slopes(w.detach().numpy(), losses.detach().numpy(), slopes.numpy())


def descend(loss: str, shape: float, start: float, rate: float, num_steps: int) -> Slopes:
    """Follow the slope downwards.

    Args:
        loss, shape: As `slopes_at` has them.
        start: The weight at first.
        rate: The learning rate.
        num_steps: Steps to make.

    Returns:
        The weights from the first to the last, `num_steps + 1`, with loss and slope at each; not finite where a step
        jumped beyond what a number can hold.
    """
    found = [slopes_at(loss, shape, np.array([start]))]
    for _ in range(num_steps):
        with np.errstate(all="ignore"):  # beyond what a number can hold there is no number to subtract
            weights = found[-1].weights - rate * found[-1].slopes
        found.append(slopes_at(loss, shape, weights))
    parts = zip(*((one.weights, one.losses, one.slopes) for one in found), strict=True)
    return Slopes(*map(np.concatenate, parts))
