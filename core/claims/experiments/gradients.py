"""Claim F3 as a measurement: the slope of the gradient through time, and what predicts it.

Untrained networks, in double precision. A loss at the last step, a random direction of it; the norm of its gradient at every
state from a quarter of the way back on; the slope of its logarithm. Small signals are inputs a hundred times smaller than
large ones, so that tanh hardly bends; a linear network does not care. All figures are doublings a step: -1 halves the
gradient at every step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import torch

from core.claims.figures import Job, Numbers
from core.insight.slope import set_radius, slope_of
from core.models.stack import Stack

FEATURES, NUM_SEQUENCES = 8, 8
SIGNALS = {"small": 0.01, "large": 1.0}
RADII = (0.5, 0.9, 1.0, 1.1)
SIMPLE = {
    "linear": ("identity", "large"),
    "tanh, small signals": ("tanh", "small"),
    "tanh, large signals": ("tanh", "large"),
    "ReLU": ("relu", "large"),
}
STARTS = {"random": "normal", "orthogonal": "orthogonal"}
FORGET_BIASES = {"forget bias 0": 0.0, "forget bias 1": 1.0, "forget bias 3": 3.0}


@dataclass(frozen=True)
class Scale:
    """How large the networks are: hidden size and steps."""

    hidden_size: int = 64
    num_steps: int = 100


FULL = Scale()
QUICK = Scale(24, 60)


def slopes(stack: Stack, radius: float | None, signal: str, num_steps: int, seed: int) -> Numbers:
    """The measured slope and all predicted ones, and by how much each prediction is off.

    Args:
        stack: One layer.
        radius: The spectral radius that its recurrent matrix is scaled to; None leaves the weights as they start.
        signal: A key of `SIGNALS`: the standard deviation of the inputs.
    """
    torch.manual_seed(seed)
    recurrent = stack.build(FEATURES).double()
    if radius is not None:
        set_radius(recurrent, radius)
    inputs = SIGNALS[signal] * torch.randn(NUM_SEQUENCES, num_steps, FEATURES, dtype=torch.float64)
    found = slope_of(recurrent, inputs)
    return {"measured": found.measured, **{f"by {name}": slope for name, slope in found.predicted.items()}}


def slope_with_distance(quick: bool, seeds: Sequence[int]) -> list[Job]:
    """F3: simple cells at several spectral radii, and gated ones at several forget biases."""
    scale, jobs = QUICK if quick else FULL, []
    for start, initialization in STARTS.items():
        for name, (nonlinearity, signal) in SIMPLE.items():
            stack = Stack("rnn", scale.hidden_size, nonlinearity=nonlinearity, initialization=initialization)
            for radius in RADII:
                measure = partial(slopes, stack, radius, signal, scale.num_steps)
                jobs += [Job("F3", f"{name}, {start} start", f"radius {radius}", measure, seed) for seed in seeds]
    for cell in ("gru", "lstm"):
        for name, bias in FORGET_BIASES.items():
            measure = partial(slopes, Stack(cell, scale.hidden_size, forget_bias=bias), None, "large", scale.num_steps)
            jobs += [Job("F3", cell.upper(), name, measure, seed) for seed in seeds]
    return jobs
