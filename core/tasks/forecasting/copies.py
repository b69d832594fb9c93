"""How far forecasts are a copy of values that came before: the shift at which they resemble the past, and a share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def squared_ratios(values: np.ndarray, rows: np.ndarray, forecast: np.ndarray, shifts: Sequence[int]) -> np.ndarray:
    """By shift k: squared distance of the forecasts to the values k steps before, in that to the truth; (K,).

    Both distances are summed over the forecasts of which both values are known. A ratio is NaN where there are none, or
    where forecasts, truth and earlier values are all the same; and infinite where all forecasts are right.

    Args:
        values: (T,) of one series; NaN where missing.
        rows: (N,) that were forecast, in any order.
        forecast: (N,).
        shifts: (K,) from 1 on.
    """
    misses, found = (forecast - values[rows]) ** 2, np.full(len(shifts), np.nan)
    for place, shift in enumerate(shifts):
        earlier = np.where(rows >= shift, values[np.maximum(rows - shift, 0)], np.nan)
        known = np.isfinite(misses) & np.isfinite(earlier)
        near, miss = float(((forecast - earlier)[known] ** 2).sum()), float(misses[known].sum())
        if miss > 0:
            found[place] = near / miss
        elif near > 0:
            found[place] = np.inf
    return found


def lagged_share(shifts: Sequence[int], ratios: Sequence[np.ndarray]) -> dict[str, Any] | None:
    """`shift` and `share` of the best shift, the shift 1 where the share is 0; None where nothing is known.

    The share is 1 less the ratio of squared distances, of the middle target, and 0 where that is negative. So repeating
    the value k steps before has 100%. A right forecast has 0%, and so has one that is no nearer to any earlier value than
    to what came: the mean of values that nobody can foresee, or a good forecast of a smooth series, however near its
    neighbours are. Of one step ahead and shift 1: a forecast whose change from the last value has no more to wish for,
    and explains a share r of the true changes' squares, has 1 - r / (1 - r): 100% where it foresees nothing of them, 75%
    where a fifth, 0% from a half on.

    Args:
        shifts: (K,) as for `squared_ratios`.
        ratios: What that gives of each target, (K,) each.
    """
    if not ratios:
        return None
    columns = [[ratio for ratio in column if not np.isnan(ratio)] for column in np.stack(ratios).T.tolist()]
    middle = [float(np.median(column)) if column else np.nan for column in columns]
    if np.isnan(middle).all():
        return None
    place = int(np.nanargmin(middle))
    share = max(0.0, 1 - middle[place])
    return {"shift": shifts[place] if share else 1, "share": share}
