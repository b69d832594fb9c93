"""What a quick look at forecasts adds to their figures: the loss in units of spread, and how far chance moves the MASE.

Windows that overlap err alike. So the origins of one series that lie within one horizon count as one observation for
the standard error, all their targets together. Left out: which windows are looked at (core.data.samples).
"""

from __future__ import annotations

import numpy as np

from core.tasks.base import STANDARD_ERROR, Metrics
from core.uncertainty import ratio_residuals, standard_error


class QuickLook:
    """Collects the errors of a look, one series or one set of targets after another.

    Args:
        horizon: Steps of a forecast.
    """

    def __init__(self, horizon: int):
        self._horizon = horizon
        self._losses: list[np.ndarray] = []
        self._means: list[float] = []
        self._residuals: list[np.ndarray] = []
        self._groups: list[np.ndarray] = []
        self._num_groups = 0

    def add(self, origins: np.ndarray, errors: np.ndarray, spread: np.ndarray, scale: np.ndarray) -> None:
        """Count forecasts.

        Args:
            origins: (N,) rows, ascending.
            errors: (N, H, C) absolute, original units; NaN where there is no truth.
            spread: (C,) unit of the loss.
            scale: (C,) unit of MASE; targets whose unit is 0 have none.
        """
        known = ~np.isnan(errors)
        self._losses.append((errors / spread)[known])
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
