"""Numbers that stand for a missing value, such as -999: known fillers, far from everything else in their column.

A filler is believed where it repeats or cannot be mistaken, and where no other value is near it. Left out: cells
that are words or empty (numbers.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from core.data.sources.numbers import Column

_NINES = tuple(
    float(text)
    for digits in range(2, 8)
    for text in ("9" * digits, "9" * digits + ".9", "9" * digits + ".99", "9" * digits + ".0")
)
_OTHERS = (
    -200.0,
    -777.0,
    -888.0,
    -7777.0,
    -8888.0,
    32_767.0,
    -32_768.0,
    -32_767.0,
    65_535.0,
    2_147_483_647.0,
    -2_147_483_648.0,
)
_FILLERS = frozenset((*(value for value in _NINES if value >= 999), *(-value for value in _NINES), *_OTHERS))
# Of the fillers these are no measurement of anything, even where one stands alone.
_SURE = frozenset(-value for value in _NINES if value >= 99.9)
_HUGE = 1e15  # 1e20 and 9.96921e+36 fill the grids of climate models
_FAR, _FAR_BEHIND_ZERO = 0.5, 0.05  # shares of the range of all other values
_FAR_ALONE = 3.0
_LEAST_OTHERS = 3
_MOST_FILLERS = 8


def blank_sentinels(columns: Mapping[str, Column | None]) -> dict[str, Column | None]:
    """Make fillers missing, in place, and count them.

    Args:
        columns: Numbers by name; None where a column holds none.

    Returns:
        The same columns, with `sentinels`.
    """
    found: dict[str, dict[float, int]] = {}
    sure: set[float] = set()
    for _ in range(2):  # a filler that one column has for certain is believed more easily in the others
        for name, column in columns.items():
            if column is not None:
                found.setdefault(name, {}).update(_blank(column.values, sure))
        sure = {value for counts in found.values() for value in counts}
        if not sure:
            break
    return {
        name: column if column is None else replace(column, sentinels=tuple(sorted(found[name].items())))
        for name, column in columns.items()
    }


def _blank(values: np.ndarray, sure: set[float]) -> dict[float, int]:
    """Take fillers off both ends of what a column holds, until an end is a value."""
    counts: dict[float, int] = {}
    for _ in range(_MOST_FILLERS):
        if np.isnan(values).all():
            break
        for filler in (float(np.nanmin(values)), float(np.nanmax(values))):
            if _may_fill(filler) and (number := _count(values, filler, sure)):
                values[values == filler] = np.nan
                counts[filler] = number
                break
        else:
            break
    return counts


def _may_fill(value: float) -> bool:
    return value in _FILLERS or abs(value) >= _HUGE


def _count(values: np.ndarray, filler: float, sure: set[float]) -> int:
    """How often a filler stands in a column, 0 where it is a value."""
    others = values[(values != filler) & ~np.isnan(values)]
    if len(others) < _LEAST_OTHERS:
        return 0
    number = int((values == filler).sum())
    low, high = float(others.min()), float(others.max())
    gap, spread = max(low - filler, filler - high), high - low
    if abs(filler) >= _HUGE:
        return number if max(abs(low), abs(high)) < 1e-6 * abs(filler) else 0
    if number == 1 and filler not in sure:
        return number if filler in _SURE and gap > _FAR_ALONE * spread else 0
    is_behind_zero = filler < 0 <= low and (filler in _SURE or filler in sure or filler == -99)
    return number if gap > (_FAR_BEHIND_ZERO if is_behind_zero else _FAR) * spread else 0
