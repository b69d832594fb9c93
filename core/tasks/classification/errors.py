"""Where a classifier is wrong: accuracy by how long a text is and how much of it is unknown.

Left out: drawing it, every judged text (core.tasks.judged), and the figures of each class (core.metrics.classes).
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

NUM_LENGTHS = 5
UNKNOWN_EDGES = (0.0, 0.05, 0.15, 1.0)  # shares; the first group has none at all


def accuracy_by(right: np.ndarray, lengths: np.ndarray, unknown: np.ndarray) -> dict[str, list[dict[str, Any]]]:
    """Accuracy of groups of texts: `length`, up to five of about as many texts, and `unknown`, by the share of unknown tokens.

    Args:
        right: (N,) whether each answer was right.
        lengths, unknown: (N,) tokens, and how many of them are unknown.

    Returns:
        Of each group that is not empty `low`, `high` (both included; of `unknown` shares, of which `low` is left out but
        for a first group of 0 to 0), `count` and `accuracy`.
    """
    if not len(right):
        return {"length": [], "unknown": []}
    edges = np.unique(np.quantile(lengths, np.linspace(0, 1, NUM_LENGTHS + 1), method="lower")).astype(np.int64)
    starts = np.append(edges[:-1], edges[-1] + 1) if len(edges) > 1 else np.array([edges[0], edges[0] + 1])
    by_length = [
        _group(right, (lengths >= low) & (lengths < high), int(low), int(high) - 1)
        for low, high in itertools.pairwise(starts)
    ]
    shares = unknown / np.maximum(lengths, 1)
    by_share = [_group(right, shares == 0, 0.0, 0.0)] + [
        _group(right, (shares > low) & (shares <= high), low, high) for low, high in itertools.pairwise(UNKNOWN_EDGES)
    ]
    return {"length": [one for one in by_length if one["count"]], "unknown": [one for one in by_share if one["count"]]}


def _group(right: np.ndarray, chosen: np.ndarray, low: float, high: float) -> dict[str, Any]:
    count = int(chosen.sum())
    return {"low": low, "high": high, "count": count, "accuracy": float(right[chosen].mean()) if count else None}
