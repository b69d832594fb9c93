"""How a table of series was written, kept so that newer rows of it can be read alike.

What a column means is found from many rows; newer rows may be one or two. So some rows are kept as they stood, and the
newer ones are read below them (core.data.sources.newer_rows).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

# Rows in a row show what repeats, such as 24 hours of a date; evenly spread ones that days come after the twelfth.
_NUM_LAST, _NUM_SPREAD = 48, 24
_LONGEST_CELL = 200  # characters; no number and no date is longer
_MAX_ORDER = 10_000  # times without a regular step that are kept
Cells = dict[str, list[str]]


@dataclass(frozen=True)
class TableForm:
    """A table of series as it was written.

    Attributes:
        time_columns: What the time was made from; empty where rows are taken in their order.
        date_format: The choice of `data.date_format` that it was read by.
        series_column, value_column: Where series stand below each other.
        delimiter: What stood between the cells.
        on_grid: Whether every row stood exactly at a time step; False where a step holds times of its own.
        order: The times of the last rows where these have no regular step, oldest first: ISO or numbers.
        offset: How the times differ from UTC, such as "+01:00"; "" where nothing is said of it.
        fillers: By column, the numbers that stood for a missing value.
        sample: Some rows as they stood, column by column.
    """

    time_columns: tuple[str, ...] = ()
    date_format: str | None = None
    series_column: str | None = None
    value_column: str | None = None
    delimiter: str = ""
    on_grid: bool = True
    order: tuple[str, ...] = ()
    fillers: dict[str, tuple[float, ...]] = field(default_factory=dict)
    sample: Cells = field(default_factory=dict)
    offset: str = ""

    @property
    def has_moments(self) -> bool:
        """Whether times without a regular step are moments, not numbers."""
        return bool(self.order) and "T" in self.order[0]

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> TableForm:
        """A form as JSON keeps it: what `dataclasses.asdict` makes of one."""
        return cls(**{**raw, "time_columns": tuple(raw["time_columns"]), "order": tuple(raw["order"])})

    def with_times(self, stamps: pd.Series, index: pd.Index, drops: bool) -> TableForm:
        """The same with how the times of the rows (N,) stand to the steps that were made of them (`drops`: not of all)."""
        moments = np.unique(stamps.dropna().to_numpy())
        if isinstance(index, pd.DatetimeIndex):
            steps = index.to_numpy()
            inside = moments[(moments >= steps[0]) & (moments <= steps[-1])]
            return replace(self, on_grid=bool((np.isin(steps, moments) if drops else np.isin(inside, steps)).all()))
        last = index.to_numpy()[-_MAX_ORDER:]
        return replace(self, order=order_labels(moments[last])) if last.max() < len(moments) else self


def take_sample(frame: pd.DataFrame) -> Cells:
    """Rows of a table of strings that show how it is written: the last ones, and evenly spread ones before."""
    first = max(0, len(frame) - _NUM_LAST)
    spread: list[int] = (
        np.unique(np.linspace(0, first, _NUM_SPREAD, endpoint=False).astype(int)).tolist() if first else []
    )
    rows = [*spread, *range(first, len(frame))]
    return {str(name): [str(cell)[:_LONGEST_CELL] for cell in frame[name].iloc[rows]] for name in frame.columns}


def order_labels(moments: np.ndarray) -> tuple[str, ...]:
    """Times without a regular step, (N,) datetime64 or floats, as text that `order_of` reads exactly."""
    return tuple(str(moment) if moments.dtype.kind == "M" else repr(float(moment)) for moment in moments)


def order_of(labels: Sequence[str]) -> np.ndarray:
    """The times of `order_labels`."""
    is_moment = bool(labels) and "T" in labels[0]
    return np.array(labels, dtype="datetime64[us]" if is_moment else np.float64)
