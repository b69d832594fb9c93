"""The Hopfield network: every unit is joined to every other, nothing is read and nothing trained; patterns are stored at once.

It recalls by coming to rest. Left out: gradients, and so torch. Shape letters: P patterns, N units, K updates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
RULES = ("hebb", "projection")
SMALL = 1e-12  # what rounding leaves of a sum of zero


@dataclass(frozen=True)
class Recall:
    """One recall, update by update.

    Attributes:
        states: (K + 1, N) of -1 and 1, the state it began with first.
        units: (K,) which unit was updated.
        fields: (K,) what reached it, before it took the sign of that.
        energies: (K + 1,)
        rests: Whether a whole round of updates changed nothing at its end.
    """

    states: Array
    units: NDArray[np.int64]
    fields: Array
    energies: Array
    rests: bool


class Hopfield:
    """Units of -1 and 1 with symmetric weights and none to themselves::

        w_ij = 1/N sum over patterns of p_i p_j     (hebb)        s_i <- sign(sum_j w_ij s_j)
        E    = -1/2 sum_ij w_ij s_i s_j

    An update of one unit changes E by -(new - old) h_i with h_i = sum_j w_ij s_j, which is never above 0.

    Args:
        patterns: (P, N) of -1 and 1.
        rule: ``hebb``, or ``projection``: weights P^+ P, which hold any patterns that no sum of the others gives.

    Raises:
        ValueError: If the patterns are not -1 and 1, or the rule is not known.

    Reference:
        Hopfield, 1982, "Neural networks and physical systems with emergent collective computational abilities"; the
        projection rule: Personnaz et al., 1985, "Information storage and retrieval in spin-glass like neural networks".
    """

    def __init__(self, patterns: Array, rule: str = "hebb") -> None:
        if patterns.ndim != 2 or not np.isin(patterns, (-1, 1)).all():
            raise ValueError(f"expected patterns (P, N) of -1 and 1, received {patterns.shape}")
        if rule not in RULES:
            raise ValueError(f"expected a rule of {RULES}, received {rule!r}")
        stored = patterns.astype(np.float64)
        self.weights: Array = stored.T @ stored / stored.shape[1] if rule == "hebb" else np.linalg.pinv(stored) @ stored
        self.weights = (self.weights + self.weights.T) / 2
        np.fill_diagonal(self.weights, 0)

    def energy(self, states: Array) -> Array:
        """Of states (..., N): (...)."""
        found: Array = -0.5 * ((states @ self.weights) * states).sum(-1)
        return found

    def rests(self, state: Array) -> bool:
        """Whether no update would change the state (N,)."""
        return bool((state * (self.weights @ state) >= -SMALL).all())

    def recall(self, state: Array, generator: np.random.Generator, most_rounds: int = 12) -> Recall:
        """Update unit after unit, each round all of them in an order of its own, until the state rests.

        A unit that nothing reaches (a sum of exactly 0) stays as it is.

        Args:
            state: (N,) of -1 and 1 to begin with; stays as it is.
            generator: Draws the orders.
            most_rounds: Where it ends at the latest.
        """
        now = state.astype(np.float64)
        states, units, fields = [now.copy()], [], []
        for _ in range(most_rounds):
            if self.rests(now):
                break
            for unit in generator.permutation(len(now)):
                field = float(self.weights[unit] @ now)
                if abs(field) > SMALL:
                    now[unit] = np.sign(field)
                states.append(now.copy())
                units.append(unit)
                fields.append(field)
        found = np.stack(states)
        return Recall(found, np.array(units, np.int64), np.array(fields), self.energy(found), self.rests(now))

    def settled(self, states: Array, most_rounds: int = 20) -> Array:
        """Many states (M, N) at once, each updated unit after unit in order until all rest: (M, N)."""
        now = states.astype(np.float64)
        for _ in range(most_rounds):
            before = now.copy()
            for unit in range(now.shape[1]):
                field = now @ self.weights[unit]
                now[:, unit] = np.where(np.abs(field) > SMALL, np.sign(field), now[:, unit])
            if (before == now).all():
                break
        return now
