"""How good quantiles are: what a band holds, pinball loss, and CRPS, in the units of what is forecast.

Arrays of one shape (...); truths are NaN where not known, and such do not count.

Reference:
    Gneiting and Raftery (2007), "Strictly proper scoring rules, prediction, and estimation".
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.metrics.base import Floats

DECILES = tuple(round(0.1 * step, 1) for step in range(1, 10))
"""Levels of the weighted quantile loss where nobody says otherwise."""


def pinball(truth: Floats, quantile: Floats, level: float) -> Floats:
    """Loss of a quantile (...): `level` times what the truth lies above it, or 1 - `level` times what it lies below.

    Reference: Koenker and Bassett (1978), "Regression quantiles".
    """
    above = truth - quantile
    return np.asarray(np.maximum(level * above, (level - 1) * above))


def crps(truth: Floats, quantiles: Floats, levels: Sequence[float]) -> Floats:
    """Continuous ranked probability score (...): twice the mean pinball loss. 0 is right and sure.

    Args:
        truth: (...).
        quantiles: (Q, ...) of the levels, which should be spread evenly.
    """
    return 2 * np.mean([pinball(truth, one, level) for one, level in zip(quantiles, levels, strict=True)], axis=0)


def coverage(truth: Floats, lower: Floats, upper: Floats, axis: int | tuple[int, ...] = 0) -> Floats:
    """Share of the known truths that lie in a band, over some axes; NaN where none is known, or no edge is."""
    judged = np.isfinite(truth) & np.isfinite(lower) & np.isfinite(upper)
    held = judged & (lower <= truth) & (truth <= upper)
    count = judged.sum(axis=axis)
    return np.where(count > 0, held.sum(axis=axis) / np.maximum(count, 1), np.nan)


def weighted_quantile_loss(truth: Floats, quantiles: Floats, levels: Sequence[float]) -> float:
    """Twice the summed pinball loss in units of the summed sizes of the truth, the mean over levels; NaN where these are 0.

    Args:
        truth: (...) of all that is judged together, such as every series of a set.
        quantiles: (Q, ...).

    Reference:
        `mean_weighted_quantile_loss` in Alexandrov et al. (2020), "GluonTS", section 4; the weighted scaled pinball loss
        of the M5 competition differs in its unit.
    """
    known = np.isfinite(truth)
    size = np.abs(truth[known]).sum()
    return float(crps(truth[known], quantiles[:, known], levels).sum() / size) if size > 0 else float("nan")
