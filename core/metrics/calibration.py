"""Whether a probability may be taken at its word: reliability by how sure answers are, and one number that sets it right.

Shape letters: N examples, C classes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from core.metrics.base import Floats, whole_numbers

NUM_BINS = 15
COLDEST, HOTTEST = 0.05, 20.0
_HALVINGS = 60


def reliability(confidences: ArrayLike, right: ArrayLike, num_bins: int = NUM_BINS) -> list[dict[str, Any]]:
    """How often answers are right that are equally sure, in bins of equal width.

    Bin m of M holds what is surer than (m - 1) / M and at most m / M sure.

    Args:
        confidences: (N,) the probability of each answer, above 0 and at most 1.
        right: (N,) whether it was the right one.

    Returns:
        `low`, `high`, `count`, and of a bin that is not empty the means `confidence` and `accuracy`, else None.

    Raises:
        ValueError: Lengths differ.
    """
    sure, hits = np.asarray(confidences, dtype=np.float64), np.asarray(right, dtype=np.float64)
    if sure.shape != hits.shape or sure.ndim != 1:
        raise ValueError(f"confidences and right must have the same length, got {sure.shape} and {hits.shape}")
    edges = np.arange(num_bins + 1) / num_bins
    places = _bins_of(sure, num_bins)
    counts = np.bincount(places, minlength=num_bins)
    sums = [np.bincount(places, weights=values, minlength=num_bins) for values in (sure, hits)]
    return [
        {
            "low": float(edges[m]),
            "high": float(edges[m + 1]),
            "count": int(count),
            "confidence": float(sums[0][m] / count) if count else None,
            "accuracy": float(sums[1][m] / count) if count else None,
        }
        for m, count in enumerate(counts)
    ]


def expected_calibration_error(confidences: ArrayLike, right: ArrayLike, num_bins: int = NUM_BINS) -> float | None:
    """The mean distance between how sure answers are and how often they are right; None of no answers.

    sum over the bins of `reliability` of (count / N) |accuracy - confidence|, with 15 bins of equal width.

    Raises:
        ValueError: Lengths differ.

    Reference:
        Guo et al. (2017), "On calibration of modern neural networks", section 2, equation 3.
    """
    bins = [one for one in reliability(confidences, right, num_bins) if one["count"]]
    total = sum(one["count"] for one in bins)
    return sum(one["count"] * abs(one["accuracy"] - one["confidence"]) for one in bins) / total if total else None


def error_by_chance(
    confidences: ArrayLike, num_draws: int = 200, num_bins: int = NUM_BINS
) -> tuple[float, float] | None:
    """The calibration error of answers that are right as often as they are sure; None of no answers.

    Few texts in a bin are never right exactly as often, so even perfect probabilities have an error. Right answers are drawn
    from the confidences, with one seed.

    Returns:
        Its mean over the draws, and the value that 95% of them do not pass.
    """
    sure = np.asarray(confidences, dtype=np.float64)
    if not len(sure):
        return None
    sure = np.sort(sure)
    starts = np.unique(_bins_of(sure, num_bins), return_index=True)[1]
    random = np.random.default_rng(0)
    off = (np.add.reduceat((random.random(len(sure)) < sure) - sure, starts) for _ in range(num_draws))
    errors = np.array([np.abs(sums).sum() / len(sure) for sums in off])
    return float(errors.mean()), float(np.quantile(errors, 0.95))


def _bins_of(sure: Floats, num_bins: int) -> np.ndarray:
    """The number of the bin of each confidence, (N,)."""
    edges = np.arange(num_bins + 1) / num_bins
    return np.clip(np.searchsorted(edges, sure, side="left") - 1, 0, num_bins - 1)


def fit_temperature(scores: ArrayLike, labels: ArrayLike) -> float:
    """The number T above 0 for which softmax(scores / T) gives the labels the smallest mean cross-entropy.

    The loss is convex in 1 / T, so its slope has one zero, which halving finds; the order of the scores, and so every
    answer, stays. T stays between 0.05 and 20. Where all labels have the highest score, ever smaller ones would be better
    without end, and of no labels nothing is known: there T is 1.

    Args:
        scores: (N, C) before the softmax.
        labels: (N,) right classes, from 0 to C - 1.

    Raises:
        ValueError: A shape does not fit, or a class is outside.

    Reference:
        Guo et al. (2017), "On calibration of modern neural networks", section 4.2.
    """
    table: Floats = np.asarray(scores, dtype=np.float64)
    truth = whole_numbers("labels", labels, table.shape[-1])
    if table.ndim != 2 or len(table) != len(truth):
        raise ValueError(f"scores must have shape ({len(truth)}, C), got {table.shape}")
    if not len(truth) or (table.argmax(axis=1) == truth).all():
        return 1.0
    table = table - table.max(axis=1, keepdims=True)
    own = table[np.arange(len(truth)), truth].mean()

    def slope(inverse: float) -> float:
        shares = np.exp(inverse * table)
        return float(((shares * table).sum(axis=1) / shares.sum(axis=1)).mean() - own)

    low, high = np.log(1 / HOTTEST), np.log(1 / COLDEST)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if slope(np.exp(middle)) > 0 else (middle, high)
    return float(np.exp(-(low + high) / 2))
