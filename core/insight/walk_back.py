"""One walk back through time, step by step: what each step does to the gradient of a loss at the last state.

Slope and prediction of the whole walk are those of slope.py; here are its single steps, by distance from the loss::

    dL/dh_{t-1} = U^T diag(f'(z_t)) dL/dh_t        the simple cell
    dL/ds_{t-1} = J_t^T dL/ds_t                    any cell; s is its whole state, J_t its step's Jacobian

Shape letters: T time, F features, H hidden. Arrays are by distance, the loss's own state first.

Reference:
    Pascanu, Mikolov and Bengio, 2013, "On the difficulty of training recurrent neural networks", section 2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.insight.gradients import StateGradients, gradients_through_time
from core.insight.jacobians import StepJacobians, step_jacobian_norms
from core.insight.slope import SLOPES, GradientSlope, loss_of, slope_from
from core.models.cells.rnn import RNN
from core.models.recurrent import Recurrent
from core.models.tracing import Trace

FLAT = 0.01
"""Doublings a step below which a predicted line is flat, so that a difference in percent of it says nothing."""


@dataclass(frozen=True)
class WalkBack:
    """One sequence's walk.

    Attributes:
        slope: Of the whole walk.
        gradients: dL/dh at each distance: (T, H).
        norms: Of the gradient with respect to the whole state: (T,).
        factors: Each norm over the one a step nearer the loss: (T,); NaN at the loss's own state.
        stretches: Spectral norm of the Jacobian of the step that was crossed last, the most that it can lengthen: (T,),
            NaN at the loss's own state; None where Jacobians were not asked for.
        bends: f'(z) at that step, of a simple cell: (T, H), NaN at the loss's own state.
        pulled: dL/dz there, ``f'(z)`` times the gradient before: (T, H) likewise.
    """

    slope: GradientSlope
    gradients: np.ndarray
    norms: np.ndarray
    factors: np.ndarray
    stretches: np.ndarray | None
    bends: np.ndarray | None
    pulled: np.ndarray | None


def walk_back(recurrent: Recurrent, inputs: Tensor, jacobians: bool = True) -> WalkBack:
    """Walks back from a loss at the last step.

    Args:
        recurrent: One layer of one direction.
        inputs: (1, T, F).
        jacobians: Whether to compute the Jacobians, too; it costs by far the most.

    Raises:
        ValueError: As `slope_of`.
    """
    with torch.enable_grad():
        trace = recurrent.trace(inputs)
        found = gradients_through_time(trace, loss_of(trace))[0]
        steps = step_jacobian_norms(trace)[0] if jacobians else None
    gradients = _by_distance(found.output)
    bends = _bends(recurrent, trace)
    pulled = None if bends is None else bends * _before(gradients)
    norms = _norms(found)
    with np.errstate(divide="ignore", invalid="ignore"):
        factors = norms / _before(norms)
    stretches = None if steps is None else _stretches(steps)
    return WalkBack(slope_from(recurrent, trace, found, steps), gradients, norms, factors, stretches, bends, pulled)


def cut_walk(recurrent: Recurrent, inputs: Tensor, window: int) -> tuple[np.ndarray, np.ndarray]:
    """The same walk as truncated backpropagation sees it: the state is handed on, the gradient ends after a window.

    Args:
        recurrent: One layer of one direction.
        inputs: (1, T, F).
        window: States that the gradient reaches, from 1 to T.

    Returns:
        Gradients (T, H) and norms (T,) by distance, zero beyond the window.
    """
    num_steps = inputs.shape[1]
    if not 1 <= window <= num_steps:
        raise ValueError(f"window: expected 1 to {num_steps}, got {window}")
    state = None
    if window < num_steps:
        with torch.no_grad():
            state = recurrent.trace(inputs[:, : num_steps - window]).state
    with torch.enable_grad():
        trace = recurrent.trace(inputs[:, num_steps - window :], state=state)
        found = gradients_through_time(trace, loss_of(trace))[0]
    gradients, norms = np.zeros((num_steps, recurrent.hidden_size)), np.zeros(num_steps)
    gradients[:window], norms[:window] = _by_distance(found.output), _norms(found)
    return gradients, norms


@dataclass(frozen=True)
class Clipped:
    """What clipping does to the gradient of all weights together.

    Attributes:
        norm: Before.
        by_norm, by_value: Norm after clipping to a largest norm, and to a largest entry.
        norm_keeps, value_keeps: Cosine of the angle between the gradient before and after: 1 where only its length
            changed; NaN where there is no direction.
    """

    norm: float
    by_norm: float
    by_value: float
    norm_keeps: float
    value_keeps: float


def clipped(recurrent: Recurrent, inputs: Tensor, max_norm: float, max_value: float) -> Clipped:
    """Clips the gradient of the loss with respect to all weights in both ways, as a training step would.

    Args:
        recurrent: One layer of one direction.
        inputs: (1, T, F).
        max_norm: Largest norm of all together.
        max_value: Largest size of an entry.
    """
    weights = list(recurrent.parameters())
    with torch.enable_grad():
        found = torch.autograd.grad(loss_of(recurrent.trace(inputs)), weights, allow_unused=True)
    whole = torch.cat([part.flatten() for part in found if part is not None])
    by_norm, by_value = (torch.nn.Parameter(torch.zeros_like(whole)) for _ in range(2))
    by_norm.grad, by_value.grad = whole.clone(), whole.clone()
    torch.nn.utils.clip_grad_norm_([by_norm], max_norm)
    torch.nn.utils.clip_grad_value_([by_value], max_value)
    return Clipped(
        float(whole.norm()),
        float(by_norm.grad.norm()),
        float(by_value.grad.norm()),
        _cosine(whole, by_norm.grad),
        _cosine(whole, by_value.grad),
    )


def off_by(measured: float, predicted: float) -> float | None:
    """The measured slope's distance from the predicted one as a share of it; None where that is flat or not finite."""
    if not (math.isfinite(measured) and math.isfinite(predicted)) or abs(predicted) < FLAT:
        return None
    return measured / predicted - 1


def jacobian_ms(recurrent: Recurrent, num_steps: int) -> float:
    """About what the Jacobians of a walk cost on one usual core: milliseconds."""
    size = recurrent.hidden_size * recurrent.cell.num_states
    return num_steps * (0.6 + 0.0002 * size**2)


def _cosine(one: Tensor, other: Tensor) -> float:
    scale = float(one.norm() * other.norm())
    return float(one @ other) / scale if scale and math.isfinite(scale) else math.nan


def _norms(found: StateGradients) -> np.ndarray:
    return _by_distance(found.state_norms)


def _by_distance(values: Tensor) -> np.ndarray:
    """(1, T, ...) by time to (T, ...) by distance."""
    return np.asarray(values[0].detach().double().flip(0).numpy())


def _before(values: np.ndarray) -> np.ndarray:
    """At each distance what stood one step nearer the loss; NaN at the first."""
    return np.concatenate([np.full_like(values[:1], np.nan), values[:-1]])


def _stretches(steps: StepJacobians) -> np.ndarray:
    return _before(_by_distance(steps.norms))


def _bends(recurrent: Recurrent, trace: Trace) -> np.ndarray | None:
    """f'(z) of the step that was crossed to each distance: (T, H), of a simple cell."""
    if not isinstance(recurrent.cell, RNN):
        return None
    return _before(_by_distance(SLOPES[recurrent.cell.nonlinearity](trace.layers[0].output)))
