"""Which windows a part of a series has: every origin, or every pair of an origin and a series, by number.

Pairs are counted, never written down: four hundred series of a thousand steps have as many windows as a long text has
tokens.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.config.experiment import DataConfig
from core.data.missing import known_spans
from core.data.prepared import PreparedSeries

MAX_ORDERED = 8_000_000  # windows that are shuffled in one pass; of more, evenly spread ones


@dataclass(frozen=True)
class Pairs:
    """The windows of one part, numbered series by series and in time order.

    Attributes:
        starts: (S,) the first origin of each series.
        counts: (S,) how many origins follow it, itself included.
    """

    starts: np.ndarray
    counts: np.ndarray

    def __len__(self) -> int:
        return int(self.counts.sum())

    def pick(self, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """int64 origins and series of the windows with these numbers."""
        ends = self.counts.cumsum()
        series = np.searchsorted(ends, numbers, side="right")
        return self.starts[series] + numbers - (ends - self.counts)[series], series

    def spread(self, most: int) -> np.ndarray:
        """Numbers of at most so many windows, evenly spread."""
        total = len(self)
        return np.arange(total) if total <= most else np.arange(most) * total // most


def difference_lag(data: DataConfig, season: int) -> int:
    """Steps between the two values of a difference; 0 takes none."""
    return {"none": 0, "last_value": 1, "season": season}[data.difference]


def series_spans(prepared: PreparedSeries, each: bool) -> np.ndarray:
    """int64 (S, 2): first row and the row after the last of each series; of all targets at once unless `each`."""
    series = prepared.series
    spans = known_spans(series.frame[list(series.target_columns)].notna().to_numpy())
    if each:
        return spans
    begun = spans[spans[:, 1] > 0] if spans.any() else spans[:1]
    return np.array([[begun[:, 0].min(), begun[:, 1].max()]], dtype=np.int64)


def window_pairs(prepared: PreparedSeries, data: DataConfig, split: str) -> Pairs:
    """The windows of a part: the whole horizon inside the part and inside the series, the whole window inside the series.

    Windows to be judged also have more than a season before them, which the simple methods need.

    Args:
        prepared: With `summary.season`.
        data: Window, horizon, difference and `many_series`.
        split: train, validation or test.
    """
    each, season = data.many_series == "each", prepared.summary.season
    spans = series_spans(prepared, each)
    num_rows, ends = len(prepared.series.frame), prepared.boundaries
    start, end = {"train": (0, ends[0]), "validation": (ends[0], ends[1]), "test": (ends[1], num_rows)}[split]
    needed = data.window_size + difference_lag(data, season)
    if split != "train":
        needed = max(needed, season + 1)
    starts = np.maximum(start, spans[:, 0] + needed)
    counts = np.minimum(end, spans[:, 1]) - data.horizon + 1 - starts
    return Pairs(starts, np.maximum(counts, 0))
