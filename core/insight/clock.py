"""A network's clock: its states in the plane in which they move most, and what it does at each place of a cycle.

No torch. Reference: Jolliffe (2002), "Principal component analysis", chapter 2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Plane:
    """States in their first two principal components.

    Attributes:
        points: (T, 2); with a single unit the second is 0.
        shares: Share of the states' variance along each, from 0 to 1.
        loadings: (2, H) how much each unit counts in each.
    """

    points: np.ndarray
    shares: tuple[float, float]
    loadings: np.ndarray


def principal_plane(states: np.ndarray) -> Plane:
    """The plane through the mean of the states in which they vary most.

    Of the two signs of each direction that one is taken in which its largest loading is positive.

    Args:
        states: (T, H), T at least 1.
    """
    values = np.asarray(states, dtype=np.float64)
    centred = values - values.mean(axis=0)
    _, sizes, rows = np.linalg.svd(centred, full_matrices=False)
    loadings, variance = np.zeros((2, values.shape[1])), np.zeros(2)
    kept = min(2, len(rows))
    signs = np.sign(rows[np.arange(kept), np.abs(rows[:kept]).argmax(axis=1)])
    loadings[:kept], variance[:kept] = rows[:kept] * signs[:, None], sizes[:kept] ** 2
    total = float((sizes**2).sum())
    shares = variance / total if total > 0 else variance
    return Plane(centred @ loadings.T, (float(shares[0]), float(shares[1])), loadings)


def mean_by_place(values: np.ndarray, places: np.ndarray, num_places: int) -> np.ndarray:
    """The mean of values (T, H) at each place of a cycle, (P, H); NaN at a place without a step.

    Args:
        places: (T,) from 0 to P - 1.
    """
    counts = np.bincount(places, minlength=num_places)[:, None]
    totals = np.zeros((num_places, values.shape[1]))
    np.add.at(totals, places, np.asarray(values, dtype=np.float64))
    return np.where(counts > 0, totals / np.maximum(counts, 1), np.nan)


def share_told(values: np.ndarray, places: np.ndarray, num_places: int) -> np.ndarray:
    """How much of the variance of each of H values over T steps its place in the cycle tells, (H,), from 0 to 1.

    The variance of the means of places over that of all steps (eta squared); 0 for what does not vary.
    """
    means = mean_by_place(values, places, num_places)[places]
    spread = values.var(axis=0)
    return np.where(spread > 0, means.var(axis=0) / np.where(spread > 0, spread, 1.0), 0.0)
