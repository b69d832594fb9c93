"""The liquid of a liquid state machine: spiking units whose drawn connections stay; a linear readout reads their traces.

Left out: gradients, and so torch. Shape letters: B trials, T time, C channels, N units.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
INHIBITORY = 0.2  # share of units that take away


class Liquid:
    """Leaky integrate-and-fire units, four in five of which excite::

        i_t = 0.8 i_{t-1} + W_in input_t + gain W s_{t-1}       the current
        v_t = 0.95 v_{t-1} + i_t                                the potential, 0 while the unit rests for two steps
        s_t = 1 where v_t >= 1, and v_t falls to 0              the spike

    Args:
        num_units: N.
        num_channels: C.
        gain: How strong the connections within the liquid are, 0 for none.
        seed: Of everything that is drawn.

    Raises:
        ValueError: If an argument is out of range.

    Reference:
        Maass, Natschlaeger and Markram, 2002, "Real-time computing without stable states".
    """

    def __init__(self, num_units: int, num_channels: int, gain: float, seed: int = 0) -> None:
        if num_units < 1 or num_channels < 1 or gain < 0:
            raise ValueError(f"out of range: {num_units} units, {num_channels} channels, gain {gain}")
        generator = np.random.default_rng(seed)
        sign = np.where(np.arange(num_units) < (1 - INHIBITORY) * num_units, 1.0, -1.0)
        square = (num_units, num_units)
        weights = (generator.random(square) < 0.1) * generator.random(square) * sign
        np.fill_diagonal(weights, 0)
        self.weights: Array = gain * weights
        wide = (num_units, num_channels)
        self.input_weights: Array = 0.5 * (generator.random(wide) < 0.4) * generator.random(wide)

    def run(self, inputs: Array) -> tuple[Array, Array]:
        """Spikes and potentials, each (B, T, N), for spikes (B, T, C) of 0 and 1 that come in."""
        num_trials, num_steps, _ = inputs.shape
        size = (num_trials, len(self.weights))
        current, potential, rest, spikes = (np.zeros(size) for _ in range(4))
        fired, potentials = np.zeros((num_trials, num_steps, size[1])), np.zeros((num_trials, num_steps, size[1]))
        for step in range(num_steps):
            current = 0.8 * current + inputs[:, step] @ self.input_weights.T + spikes @ self.weights.T
            potential = np.where(rest > 0, 0.0, 0.95 * potential + current)
            potentials[:, step] = potential
            spikes = (potential >= 1).astype(np.float64)
            potential = np.where(spikes > 0, 0.0, potential)
            rest = np.where(spikes > 0, 2.0, np.maximum(rest - 1, 0))
            fired[:, step] = spikes
        return fired, potentials


def traces(spikes: Array, keeps: float) -> Array:
    """What is left of spikes (B, T, N) at each step, as they fade by a factor `keeps` a step: (B, T, N)."""
    found = np.empty_like(spikes)
    now = np.zeros_like(spikes[:, 0])
    for step in range(spikes.shape[1]):
        found[:, step] = now = keeps * now + spikes[:, step]
    return found
