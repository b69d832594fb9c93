"""Single values far out of their series, such as a slip of the keyboard: found, named, and left out where a choice is measured.

Nothing is taken out of the data: a network reads and is judged by all of it. But one value must not decide which season is
found or what a preset advises. Shape letters: T time, C columns.

Reference:
    The median of the neighbours: Tukey (1977), "Exploratory data analysis"; as a filter: Hampel (1974), "The influence curve
    and its role in robust estimation", Journal of the American Statistical Association 69.
"""

from __future__ import annotations

import numpy as np

_WINDOW = 7  # steps whose middle value says where a series is; three together may be far out of it
_FEWEST, _SHARE = 3, 100  # at most so many of a column, or one in so many: more are how the series is
_FAR = 10.0  # times as far from their neighbours as the furthest of the others
_SHORTEST = 20


def far_out(values: np.ndarray) -> np.ndarray:
    """bool (T, C): values more than ten times as far from the middle of their neighbours as any but a few values of the column.

    Args:
        values: (T, C) in any unit, NaN where missing.
    """
    found = np.zeros(values.shape, dtype=bool)
    for place, column in enumerate(values.T):
        at = np.flatnonzero(~np.isnan(column))
        if len(at) < _SHORTEST:
            continue
        known = column[at]
        padded = np.pad(known, _WINDOW // 2, mode="reflect")
        apart = np.abs(known - np.median(np.lib.stride_tricks.sliding_window_view(padded, _WINDOW), axis=1))
        most = max(_FEWEST, len(known) // _SHARE)
        usual = max(np.partition(apart, -most - 1)[-most - 1], float(np.median(np.abs(np.diff(known)))))
        if usual > 0:
            found[at, place] = apart > _FAR * usual
    return found


def without_far_out(values: np.ndarray) -> np.ndarray:
    """The values (T, C) with straight lines in place of those far out; NaN stays NaN."""
    far = far_out(values)
    if not far.any():
        return values
    values, rows = values.copy(), np.arange(len(values))
    for place in np.flatnonzero(far.any(axis=0)).tolist():
        kept = np.flatnonzero(~far[:, place] & ~np.isnan(values[:, place]))
        values[far[:, place], place] = np.interp(rows[far[:, place]], kept, values[kept, place])
    return values
