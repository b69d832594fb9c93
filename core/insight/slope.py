"""By how much the gradient shrinks or grows at each step back through time, measured, and what theory says beforehand.

The loss is a random direction of the last output, so that nothing comes in on the way: the gradient at distance k is that
direction times k Jacobians ``diag(f'(z)) U``. Its logarithm falls or rises along a line; slopes are in doublings a step.
What theory knows without any loss:

- ``radius``: log2 of the spectral radius of U, the largest size of its eigenvalues; exact for a linear cell in the end;
- ``slopes``: that, plus half the log2 of the mean of ``f'(z)^2`` over all units and steps, which is right where U is random
  and the slopes know nothing of it;
- ``product``: the slope of the spectral norm of the product of all Jacobians, U and f' both, of any cell;
- ``gate``: the mean log2 of the gate that keeps, the way along the state alone.

Shape letters: B batch, T time, F features, H hidden.

Reference:
    Pascanu, Mikolov and Bengio, 2013, "On the difficulty of training recurrent neural networks", section 2.1 (radius,
    product); Schoenholz, Gilmer, Ganguli and Sohl-Dickstein, 2017, "Deep information propagation", section 3.2 (slopes).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.insight.gradients import StateGradients, gradients_through_time
from core.insight.jacobians import StepJacobians, step_jacobian_norms
from core.insight.spectrum import recurrent_eigenvalues
from core.models.cells.rnn import RNN
from core.models.recurrent import Recurrent
from core.models.tracing import Trace

SLOPES: Mapping[str, Callable[[Tensor], Tensor]] = {  # of the simple cell's nonlinearities, told from their values
    "identity": torch.ones_like,
    "tanh": lambda h: 1 - h * h,
    "relu": lambda h: (h > 0).to(h),
    "sigmoid": lambda h: h * (1 - h),
}
MIN_STEPS = 8


@dataclass(frozen=True)
class GradientSlope:
    """The gradient of one loss at the last step, by distance from it.

    Attributes:
        distances: Steps before the last one, 0 to T - 1.
        norms: Geometric mean over the sequences of the norm of the gradient with respect to the whole state: T numbers.
        bound: The same mean of the spectral norm of the product of Jacobians, T numbers from 1; none where it was not
            asked for.
        measured: Slope of log2 of ``norms`` from ``first`` on: doublings a step, below 0 where the gradient vanishes.
        first: The distance from which lines are fitted, a quarter of T: before that the start still shows.
        predicted: Slopes by theory, doublings a step; those that the cell has.
    """

    distances: tuple[int, ...]
    norms: tuple[float, ...]
    bound: tuple[float, ...]
    measured: float
    first: int
    predicted: Mapping[str, float]

    @property
    def half_life(self) -> float | None:
        """Steps in which the gradient halves; None where it does not shrink."""
        return -1 / self.measured if self.measured < 0 else None


def slope_of(recurrent: Recurrent, inputs: Tensor, jacobians: bool = True) -> GradientSlope:
    """Measures the gradient of a loss at the last step by distance, and predicts its slope.

    Args:
        recurrent: One layer of one direction.
        inputs: (B, T, F), T at least ``MIN_STEPS``.
        jacobians: Whether to multiply the Jacobians, too; it costs by far the most.

    Raises:
        ValueError: More than one layer or direction, too few steps, or too much work for the Jacobians.
    """
    with torch.enable_grad():
        trace = recurrent.trace(inputs)
        gradients = gradients_through_time(trace, loss_of(trace))[0]
        found = step_jacobian_norms(trace)[0] if jacobians else None
    return slope_from(recurrent, trace, gradients, found)


def slope_from(
    recurrent: Recurrent, trace: Trace, gradients: StateGradients, jacobians: StepJacobians | None
) -> GradientSlope:
    """What `slope_of` says, from what somebody has computed: the trace of T steps, the gradients of `loss_of` it, Jacobians.

    Raises:
        ValueError: More than one layer or direction, or too few steps.
    """
    if recurrent.num_layers * recurrent.num_directions != 1:
        raise ValueError("recurrent: expected one layer of one direction")
    num_steps = trace.outputs.shape[1]
    if num_steps < MIN_STEPS:
        raise ValueError(f"inputs: expected at least {MIN_STEPS} steps, got {num_steps}")
    norms = _mean_of_logs(gradients.state_norms.detach().double())
    bound = () if jacobians is None else _mean_of_logs(jacobians.factors)
    first = num_steps // 4
    predicted = _of_weights(recurrent, trace) | _of_gate(recurrent, trace)
    if bound:
        predicted["product"] = _slope(bound, first)
    return GradientSlope(
        tuple(range(len(norms))),
        tuple(2.0**x for x in norms),
        tuple(2.0**x for x in bound),
        _slope(norms, first),
        first,
        predicted,
    )


@torch.no_grad()
def set_radius(recurrent: Recurrent, radius: float) -> None:
    """Multiplies the recurrent weights of a simple cell, in place, so that their spectral radius is that.

    Raises:
        ValueError: A cell with gates, a radius below 0, or weights whose eigenvalues are all 0.
    """
    if not isinstance(recurrent.cell, RNN):
        raise ValueError(f"radius: expected a cell with one recurrent matrix, got {recurrent.cell.name}")
    found = recurrent_eigenvalues(recurrent)
    if radius < 0 or not all(one.spectral_radius for one in found):
        raise ValueError(f"radius: expected 0 or more and weights with an eigenvalue, got {radius}")
    for one in found:
        suffix = f"_l{one.layer}" + "_reverse" * (one.direction == "backward")
        getattr(recurrent, f"weight_hh{suffix}").mul_(radius / one.spectral_radius)


def loss_of(trace: Trace) -> Tensor:
    """A loss that only reads the last output: the sum over rows of its part in a direction, the same ones every time."""
    last = trace.outputs[:, -1]
    return (last * _directions(last)).sum()


def _directions(like: Tensor) -> Tensor:
    """A direction of length 1 for every row (B, H), the same ones every time."""
    drawn = torch.randn(like.shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return (drawn / drawn.norm(dim=1, keepdim=True)).to(like)


def _of_weights(recurrent: Recurrent, trace: Trace) -> dict[str, float]:
    """What the recurrent matrix and the slopes of the nonlinearity say, of a simple cell."""
    if not isinstance(recurrent.cell, RNN):
        return {}
    radius = _log2(recurrent_eigenvalues(recurrent)[0].spectral_radius)
    slopes = SLOPES[recurrent.cell.nonlinearity](trace.layers[0].output.detach().double())
    return {"radius": radius, "slopes": radius + _log2(float((slopes**2).mean())) / 2}


def _of_gate(recurrent: Recurrent, trace: Trace) -> dict[str, float]:
    """What the gate that keeps says, of a cell that has one."""
    if recurrent.cell.memory_gate is None:
        return {}
    name, sign = recurrent.cell.memory_gate
    gate = trace.layers[0].gates[name].detach().double()
    return {"gate": float((gate if sign > 0 else 1 - gate).log2().mean())}


def _mean_of_logs(values: Tensor) -> tuple[float, ...]:
    """log2, averaged over rows (B, T), from the last step back: T numbers."""
    return tuple(values.log2().mean(dim=0).flip(0).tolist())


def _slope(logs: Sequence[float], first: int) -> float:
    """Slope of the line through the logarithms from that distance on; those that are not finite are left out."""
    known = [(k, log) for k, log in enumerate(logs) if k >= first and math.isfinite(log)]
    if len(known) < 2:
        return -math.inf
    distances, values = np.array(known).T
    return float(np.polyfit(distances, values, 1)[0])


def _log2(value: float) -> float:
    return math.log2(value) if value > 0 else -math.inf
