"""How many random patterns a Hopfield network holds: stored ones are looked up, and what is left of them is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.models.hopfield import Hopfield

CRITICAL = 0.138
"""Patterns a unit beyond which hardly anything is left, in a network without end (Amit et al., 1985)."""
RECALLED = 0.95
"""Overlap from which on a pattern counts as recalled: at most one unit in forty is wrong."""


@dataclass(frozen=True)
class Load:
    """What is left of the patterns at one load.

    Attributes:
        patterns: How many are stored.
        share: Patterns a unit.
        overlap: Mean of (stored · recalled) / N over patterns, 1 where nothing was lost.
        recalled: Share of the patterns with an overlap of ``RECALLED`` and more.
    """

    patterns: int
    share: float
    overlap: float
    recalled: float


def measure_capacity(num_units: int, shares: Sequence[float], seed: int) -> list[Load]:
    """Store random patterns with Hebb's rule, begin at each, come to rest, and compare.

    Args:
        num_units: N.
        shares: Patterns a unit, each at least 1 / N.
        seed: Of the patterns.

    Reference:
        Amit, Gutfreund and Sompolinsky, 1985, "Storing infinite numbers of patterns in a spin-glass model of neural networks".
    """
    generator = np.random.default_rng(seed)
    found = []
    for share in shares:
        patterns = generator.choice([-1.0, 1.0], (max(1, round(share * num_units)), num_units))
        overlaps = (Hopfield(patterns).settled(patterns) * patterns).mean(1)
        recalled = float((overlaps >= RECALLED).mean())
        found.append(Load(len(patterns), len(patterns) / num_units, float(overlaps.mean()), recalled))
    return found


def held(loads: Sequence[Load]) -> Load | None:
    """The largest load at which at least half of the patterns are recalled, as are at all smaller ones."""
    found = None
    for load in sorted(loads, key=lambda one: one.share):
        if load.recalled < 0.5:
            break
        found = load
    return found
