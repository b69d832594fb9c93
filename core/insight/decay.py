"""How fast an influence dies out with distance: a straight line through its logarithm, read as a half-life.

Plain numbers, no torch; the influence itself is measured in influence.py.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

MIN_POINTS = 4  # fewer lie on some line by chance
MIN_EXPLAINED = 0.5  # share of the variation of the logarithms that the line has to account for


@dataclass(frozen=True)
class Decay:
    """A line through the logarithms: ``log2(norm) = level + slope * distance``.

    Attributes:
        level: log2 of the norm at distance 0.
        slope: Doublings a step; below 0 where the influence dies out.
        explained: Share of the variation of the logarithms that the line accounts for, 0 to 1.
        first, last: The distances between which it was fitted.
    """

    level: float
    slope: float
    explained: float
    first: float
    last: float

    @property
    def half_life(self) -> float | None:
        """Steps in which the influence halves; None where it grows or stays."""
        return -1 / self.slope if self.slope < 0 else None

    @property
    def doubling(self) -> float | None:
        """Steps in which the influence doubles; None where it dies out or stays."""
        return 1 / self.slope if self.slope > 0 else None

    def at(self, distance: float) -> float:
        """The norm on the line."""
        return float(2.0 ** (self.level + self.slope * distance))


def fit_decay(distances: Sequence[float], norms: Sequence[float]) -> Decay | None:
    """Fits the line by least squares. Norms of zero have no logarithm and are left out, and so is what is not finite.

    Args:
        distances: Steps, in any order; some may repeat.
        norms: As many norms, 0 or more.

    Returns:
        None where there is nothing steady to speak of: fewer than ``MIN_POINTS`` norms or two distances, or a line that
        accounts for less than ``MIN_EXPLAINED`` of their variation.
    """
    known = [(d, math.log2(norm)) for d, norm in zip(distances, norms, strict=True) if 0 < norm < math.inf]
    if len(known) < MIN_POINTS or len({d for d, _ in known}) < 2:
        return None
    steps, logs = np.array(known, dtype=np.float64).T
    slope, level = np.polyfit(steps, logs, 1)
    variation = float(((logs - logs.mean()) ** 2).sum())
    if not variation or not slope:
        return None
    explained = 1 - float(((logs - level - slope * steps) ** 2).sum()) / variation
    if explained < MIN_EXPLAINED:
        return None
    return Decay(float(level), float(slope), explained, float(steps.min()), float(steps.max()))
