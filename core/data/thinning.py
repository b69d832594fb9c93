"""Few points that look like all of them: the smallest and the largest of each stretch of a series, and its gaps."""

from __future__ import annotations

import math

import numpy as np

MAX_POINTS = 3_000


def thinned(values: np.ndarray, most: int = MAX_POINTS) -> np.ndarray:
    """Rows to draw.

    Args:
        values: Floats (T,), NaN where one is missing.
        most: About so many points, 2 or more; all rows where there are no more.

    Returns:
        Increasing row numbers. Of a stretch without any value the first, which keeps a line from crossing the gap.
    """
    num_rows = len(values)
    if num_rows <= most:
        return np.arange(num_rows)
    size = math.ceil(2 * num_rows / most)
    padded = np.full(math.ceil(num_rows / size) * size, np.nan)
    padded[:num_rows] = values
    stretches = padded.reshape(-1, size)
    is_gap = np.isnan(stretches)
    smallest = np.where(is_gap, np.inf, stretches).argmin(axis=1)
    largest = np.where(is_gap, -np.inf, stretches).argmax(axis=1)
    begins = np.arange(len(stretches)) * size
    return np.unique(np.concatenate((begins + smallest, begins + largest)))
