"""The echo state network: a recurrent network whose recurrent weights are drawn and stay; only a linear readout is fitted.

Left out: gradients, and so torch: the readout is one solved equation. Shape letters: T time, N units.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class EchoState:
    """Reads one number a step and foresees the next one::

        x_t = (1 - a) x_{t-1} + a tanh(W x_{t-1} + w_in u_t + b)        drawn once
        y_t = w_out [x_t; 1]                                           w_out = (X'X + ridge I)^-1 X'u, X the states

    Args:
        num_units: N.
        radius: Spectral radius that W is scaled to, above 0.
        leak: a, in (0, 1]: how much of a state is new.
        seed: Of everything that is drawn.
        input_scale: Largest weight of the input.
        density: Share of weights in W that are not 0.

    Raises:
        ValueError: If an argument is out of range.

    Reference:
        Jaeger, 2001, "The echo state approach to analysing and training recurrent neural networks"; Jaeger and Haas, 2004,
        "Harnessing nonlinearity: predicting chaotic systems and saving energy in wireless communication".
    """

    def __init__(self, num_units: int, radius: float, leak: float = 1.0, seed: int = 0, input_scale: float = 0.5,
                 density: float = 0.1) -> None:  # fmt: skip
        if num_units < 1 or radius <= 0 or not 0 < leak <= 1 or not 0 < density <= 1:
            raise ValueError(f"out of range: {num_units} units, radius {radius}, leak {leak}, density {density}")
        generator = np.random.default_rng(seed)
        weights = generator.uniform(-1, 1, (num_units, num_units)) * (
            generator.random((num_units, num_units)) < density
        )
        largest = np.abs(np.linalg.eigvals(weights)).max()
        if not largest:
            raise ValueError(f"no loop was drawn among {num_units} units: take more of them, or a higher density")
        self.weights: Array = weights * (radius / largest)
        self.input_weights: Array = generator.uniform(-input_scale, input_scale, num_units)
        self.bias: Array = generator.uniform(-0.2, 0.2, num_units)
        self.leak = leak
        self.readout: Array = np.zeros(num_units + 1)

    def step(self, state: Array, value: Array | float) -> Array:
        """The state (..., N) after one more value (...)."""
        reached = np.tanh(state @ self.weights.T + np.asarray(value)[..., None] * self.input_weights + self.bias)
        found: Array = (1 - self.leak) * state + self.leak * reached
        return found

    def foreseen(self, states: Array) -> Array:
        """The next values (...) that the readout gives after states (..., N)."""
        found: Array = states @ self.readout[:-1] + self.readout[-1]
        return found

    def states(self, values: Array, start: Array | None = None) -> Array:
        """States after each of the values (T,): (T, N). They begin at 0 where no start (N,) is given."""
        state: Array = np.zeros(len(self.bias)) if start is None else start
        found = np.empty((len(values), len(self.bias)))
        for place, value in enumerate(values):
            state = self.step(state, float(value))
            found[place] = state
        return found

    def fit(self, values: Array, washout: int = 100, ridge: float = 1e-8) -> Array:
        """Fit the readout to give the next value, by ridge regression; gives the states (T, N) after each value.

        Args:
            values: (T,) in order.
            washout: First steps that are left out, since they still tell of the start.
            ridge: How much large weights cost.
        """
        states = self.states(values)
        self.readout = ridge_regression(states[washout:-1], values[washout + 1 :], ridge)
        return states

    def run_freely(self, state: Array, num_steps: int) -> tuple[Array, Array]:
        """Read what it foresaw itself: the values (num_steps, ...) and the states (num_steps, ..., N) that gave them."""
        values, states = np.empty((num_steps, *state.shape[:-1])), np.empty((num_steps, *state.shape))
        for place in range(num_steps):
            states[place] = state
            values[place] = self.foreseen(state)
            state = self.step(state, values[place])
        return values, states


def ridge_regression(rows: Array, wanted: Array, ridge: float) -> Array:
    """Weights (N + 1,), the constant last, that give numbers (T,) from rows (T, N) at the least squared error and size."""
    known = np.concatenate((rows, np.ones((len(rows), 1))), axis=1)
    square = known.T @ known + ridge * np.eye(known.shape[1])
    return np.asarray(np.linalg.solve(square, known.T @ wanted), np.float64)
