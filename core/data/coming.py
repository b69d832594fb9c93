"""Rows below the last value to forecast in which other columns go on: perhaps what is known of them ahead of its time.

Nothing is read otherwise for it: a page offers to mark the columns (`data.future_columns`), and people decide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.config.experiment import DataConfig

_MOST = 1 / 3  # of the steps with a value to forecast: behind more of them a column has rather broken off
_FILLED = 0.5  # of these rows: a column with fewer values has ended too, a little later


@dataclass(frozen=True)
class Coming:
    """Columns that go on where others end.

    Attributes:
        ended: Columns without a value in these rows.
        columns: Those that go on.
        num_steps: How many rows they are.
    """

    ended: tuple[str, ...]
    columns: tuple[str, ...]
    num_steps: int


def find_coming(frame: pd.DataFrame, targets: Sequence[str], data: DataConfig) -> Coming | None:
    """The tail of a table in which some columns have values and the ones to forecast have none; None without such a tail.

    Args:
        frame: (T, C) columns that are read in time order, NaN where a value is missing.
        targets: Those to forecast. Where nobody chose them, a column that goes on need not be one of them.
        data: Whose choice counts, and what is marked as known ahead already.
    """
    if data.many_series == "each" or len(frame.columns) < 2:
        return None
    known = frame.notna().to_numpy()
    ends = {str(name): _end(known[:, place]) for place, name in enumerate(frame.columns)}
    asked = [name for name in targets if name in data.target_columns or not data.target_columns]
    end = max(ends[name] for name in asked) if data.target_columns else min(ends[name] for name in asked)
    tail = known[end:]
    tail = tail[: max(_end(known[end:, place]) for place in range(known.shape[1]))]
    if not 0 < len(tail) <= _MOST * end:
        return None
    shares = {str(name): float(tail[:, place].mean()) for place, name in enumerate(frame.columns)}
    if any(0 < share < _FILLED for share in shares.values()):
        return None
    going_on = tuple(name for name, share in shares.items() if share and name not in data.future_columns)
    ended = tuple(name for name in targets if not shares[name])
    return Coming(ended, going_on, len(tail)) if going_on and ended else None


def find_coming_below(
    value: str, known: Mapping[str, np.ndarray], labels: pd.Series, stamps: pd.Series, data: DataConfig
) -> Coming | None:
    """The same of series below each other: rows behind the last value of their own series in which other columns have some.

    Args:
        value: The column of values to forecast.
        known: By column of numbers, that one among them, where it has a value, bool (N,).
        labels, stamps: (N,) the series and the time of each row.
        data: What is marked as known ahead already.
    """
    by_series = stamps.where(known[value]).groupby(labels.to_numpy()).transform("max")
    behind = (stamps > by_series).to_numpy()
    tails, lengths = (pd.Series(rows).groupby(labels.to_numpy()).sum() for rows in (behind, known[value]))
    if not behind.any() or (tails > _MOST * lengths).any():
        return None
    going_on = tuple(
        name for name, one in known.items() if name not in data.future_columns and one[behind].mean() >= _FILLED
    )
    return Coming((value,), going_on, int(tails.max())) if going_on else None


def _end(known: np.ndarray) -> int:
    """How many steps there are up to the last one that is known."""
    rows = np.flatnonzero(known)
    return int(rows[-1]) + 1 if len(rows) else 0
