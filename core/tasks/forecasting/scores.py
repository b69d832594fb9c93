"""Errors of forecasts origin by origin: how two methods compare, and how far chance moves a quick look's MASE.

Horizons overlap: origins within one horizon err alike, and so do all targets at one time, so they count as one
observation. Where many series are read one at a time, and there are more of them than stretches of time, the series are
the observations instead.
"""

from __future__ import annotations

import numpy as np

from core.data.windows import Pairs
from core.paired import Paired
from core.tasks.base import STANDARD_ERROR, Metrics
from core.uncertainty import ratio_residuals, standard_error


class OriginErrors:
    """What one method makes of a part: absolute errors summed over the horizon, and over how many true values.

    Args:
        num_targets: C; of series that are read one at a time as many as there are series.
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


class QuickLook:
    """Collects the errors of a look, one series or one set of targets after another."""

    def __init__(self, horizon: int):
        self._horizon = horizon
        self._losses: list[np.ndarray] = []
        self._means: list[float] = []
        self._residuals: list[np.ndarray] = []
        self._groups: list[np.ndarray] = []
        self._num_groups = 0

    def add(self, origins: np.ndarray, errors: np.ndarray, losses: np.ndarray, scale: np.ndarray) -> None:
        """Count forecasts.

        Args:
            origins: (N,) rows, ascending.
            errors: (N, H, C) absolute, original units; NaN where there is no truth.
            losses: (N, H, C) the same errors as the loss has them.
            scale: (C,) unit of MASE; targets whose unit is 0 have none.
        """
        known = ~np.isnan(errors)
        self._losses.append(losses[known])
        judged = np.flatnonzero((scale > 0) & known.any(axis=(0, 1)))
        if not len(judged):
            return
        totals = np.nansum(errors, axis=1)[:, judged] / scale[judged]
        counts = known.sum(axis=1)[:, judged]
        residuals = [ratio_residuals(total, count) for total, count in zip(totals.T, counts.T, strict=True)]
        self._means.append(float((totals.sum(axis=0) / counts.sum(axis=0)).mean()))
        self._residuals.append(np.mean(residuals, axis=0))
        blocks = np.unique((origins - origins[0]) // self._horizon, return_inverse=True)[1].ravel()
        self._groups.append(self._num_groups + blocks)
        self._num_groups += int(blocks[-1]) + 1

    def metrics(self) -> Metrics:
        """`loss` over all known truths, and the standard error of the mean MASE of what was added."""
        losses = np.concatenate([np.zeros(0), *self._losses])
        loss = float(losses.mean()) if len(losses) and np.isfinite(losses).all() else None
        return {"loss": loss, STANDARD_ERROR: self._standard_error()}

    def _standard_error(self) -> float | None:
        num_means = len(self._means)
        if not num_means:
            return None
        if self._num_groups < 2 * num_means and num_means > 1:  # too little of each: the series are the observations
            return standard_error(ratio_residuals(self._means, np.ones(num_means)))
        residuals = np.concatenate(self._residuals) / num_means
        return standard_error(residuals, np.concatenate(self._groups), num_means)
