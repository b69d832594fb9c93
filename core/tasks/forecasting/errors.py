"""Errors of forecasts origin by origin, so that two methods can be compared on the same ones.

Horizons overlap: origins within one horizon err alike, and so do all targets at one time. Where many series are read
one at a time, and there are more of them than stretches of time, the series are the observations instead. Left out:
figures (core.metrics), the quick look (forecast_look.py).
"""

from __future__ import annotations

import numpy as np

from core.data.windows import Pairs
from core.evidence import Paired


class OriginErrors:
    """What one method makes of a part: absolute errors summed over the horizon, and over how many true values.

    Args:
        pairs: The windows of the part.
        num_targets: C; of series that are read one at a time as many as there are series.
        horizon: Steps of a forecast.
    """

    def __init__(self, pairs: Pairs, num_targets: int, horizon: int):
        begun = pairs.starts[pairs.counts > 0]
        self._first = int(begun.min())
        num_origins = int((pairs.starts + pairs.counts)[pairs.counts > 0].max()) - self._first
        self.horizon, self.is_by_series = horizon, len(pairs.counts) > max(1, num_origins // horizon)
        shape = (1 if self.is_by_series else num_origins, num_targets)
        self.errors, self.counts = np.zeros(shape), np.zeros(shape)  # (R, C), R origins in time order

    def add(self, origins: np.ndarray, truth: np.ndarray, forecast: np.ndarray, series: int | None = None) -> None:
        """Count forecasts (N, H, C) from origins (N,), or (N, H, 1) of one series."""
        columns = slice(None) if series is None else slice(series, series + 1)
        known = ~np.isnan(truth)
        errors = np.where(known, np.abs(forecast - truth), 0.0).sum(axis=1)
        if self.is_by_series:
            self.errors[0, columns] += errors.sum(axis=0)
            self.counts[0, columns] += known.sum(axis=(0, 1))
        else:
            self.errors[origins - self._first, columns] = errors
            self.counts[origins - self._first, columns] = known.sum(axis=1)

    def beside(self, other: OriginErrors, scale: np.ndarray) -> Paired:
        """The MASE of this method and of another one, which has forecast the same, in units of `scale` (C,)."""
        judged = np.flatnonzero((self.counts.sum(axis=0) > 0) & (scale > 0))  # one that never changes has no unit
        counts = self.counts[:, judged]
        pair = [errors[:, judged] / scale[judged] for errors in (self.errors, other.errors)]
        if self.is_by_series:
            return Paired("mase", pair[0][0] / counts[0], pair[1][0] / counts[0], item="series")
        item = "overlapping forecast" if self.horizon > 1 else "forecast"
        return Paired("mase", pair[0], pair[1], counts, item, self.horizon)
