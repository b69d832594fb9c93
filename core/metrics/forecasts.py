"""Forecasts of one target beside what came: errors in its units, in percent, and in errors of a simple forecast.

Shape letters: N forecast origins, H steps of the horizon, C targets.

Reference:
    Hyndman and Koehler (2006), "Another look at measures of forecast accuracy"; the symmetric percentage error as in
    Makridakis and Hibon (2000), "The M3-Competition".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.metrics.base import Floats, Metric
from core.metrics.quantiles import DECILES, crps, weighted_quantile_loss

# Differences this far below the size of the data itself are rounding, not signal.
_RELATIVE_TINY = 1e-8


@dataclass(frozen=True, eq=False)
class Forecasts:
    """Forecasts of one target.

    Attributes:
        truth: True values, (K,), one or more, original units.
        forecast: Of the same origins and steps, (K,).
        scale: From `mase_scale`; 0 where there is none.
        squared_scale: From `rmsse_scale`, likewise.
        quantiles: (Q, K) of `levels`; None for a forecast without a spread, each of whose quantiles is the forecast.
    """

    truth: Floats
    forecast: Floats
    scale: float
    squared_scale: float = 0.0
    quantiles: Floats | None = None
    levels: Sequence[float] = DECILES

    @cached_property
    def errors(self) -> Floats:
        """Absolute, (K,)."""
        return np.abs(self.truth - self.forecast)

    @property
    def spread(self) -> tuple[Floats, Sequence[float]]:
        """Quantiles (Q, K) and their levels."""
        return (self.forecast[None], (0.5,)) if self.quantiles is None else (self.quantiles, self.levels)


def mase_scale(train: ArrayLike, season: int) -> NDArray[np.float64]:
    """Mean absolute error of the seasonal naive forecast inside the training set, for each target: the unit of MASE.

    Where that errs nowhere (a series that repeats itself exactly) or nothing is known a season apart, the unit is the
    mean step from one known value to the next; 0 where the series never changes or no two values are known.

    Args:
        train: (T, C), original units; NaN where missing, and such steps do not count.
        season: steps in a season, at least 1 (1 compares with the value one step before).

    Raises:
        ValueError: the shape is not (T, C), the season is below 1, or the set is not longer than one season.

    Reference:
        Hyndman and Koehler (2006), section 3.
    """
    return _naive_error(train, season, 1)


def rmsse_scale(train: ArrayLike, season: int) -> NDArray[np.float64]:
    """As `mase_scale`, of squared errors: the root mean squared error of the seasonal naive forecast in training.

    Reference:
        Hyndman and Athanasopoulos, "Forecasting: principles and practice", 3rd edition, section 5.8. The M5 competition
        takes a season of 1.
    """
    return _naive_error(train, season, 2)


def _naive_error(train: ArrayLike, season: int, power: int) -> NDArray[np.float64]:
    """(C,) the power mean of seasonal changes, and where these are 0 of steps."""
    values = np.asarray(train, dtype=np.float64)
    if values.ndim != 2:
        raise ValueError(f"train must have shape (T, C), got {values.shape}")
    if season < 1:
        raise ValueError(f"season must be at least 1, got {season}")
    if len(values) <= season:
        raise ValueError(f"a season of {season} needs more than {season} training steps, got {len(values)}")
    changes = np.abs(values[season:] - values[:-season]) ** power
    count = np.maximum(np.isfinite(changes).sum(axis=0), 1)
    mean = np.nansum(changes, axis=0) / count if np.isnan(changes).any() else changes.mean(axis=0)
    scale = np.asarray(mean ** (1 / power))
    tiny = _RELATIVE_TINY * np.abs(np.nan_to_num(values)).max(axis=0)
    for place in np.flatnonzero(scale <= tiny):
        known = values[~np.isnan(values[:, place]), place]
        step = float((np.abs(np.diff(known)) ** power).mean() ** (1 / power)) if len(known) > 1 else 0.0
        scale[place] = step if step > tiny[place] else 0.0
    return scale


def _mae(of: Forecasts) -> float:
    return float(of.errors.mean())


def _rmse(of: Forecasts) -> float:
    return float(np.sqrt((of.errors**2).mean()))


def _mape(of: Forecasts) -> float:
    """Undefined where a truth is zero."""
    size = np.abs(of.truth)
    has_zero = bool((size <= _RELATIVE_TINY * size.max()).any())
    return math.nan if has_zero else float(100.0 * (of.errors / size).mean())


def _smape(of: Forecasts) -> float:
    """``200 |y - f| / (|y| + |f|)``, from 0 to 200, and 0 where truth and forecast are both zero."""
    total = np.abs(of.truth) + np.abs(of.forecast)
    return float(200.0 * np.divide(of.errors, total, out=np.zeros_like(of.errors), where=total != 0).mean())


def _mase(of: Forecasts) -> float:
    """Below 1 when the forecast beats the one-step seasonal naive forecast of the training set."""
    return _mae(of) / of.scale if of.scale > 0 else math.nan


def _rmsse(of: Forecasts) -> float:
    """Below 1 when the forecast's larger errors are smaller than those of the seasonal naive forecast in training."""
    return _rmse(of) / of.squared_scale if of.squared_scale > 0 else math.nan


def _crps(of: Forecasts) -> float:
    """The mean absolute error where there is no spread."""
    return float(crps(of.truth, *of.spread).mean())


METRICS = (
    Metric(
        "mase", "MASE", _mase, form=".2f", smaller_is_better=True, needs_scale=True,
        gloss="MASE is the mean error, in units of what repeating the last season errs in the training set.",
    ),
    Metric("mae", "MAE", _mae, smaller_is_better=True),
    Metric("rmse", "RMSE", _rmse, smaller_is_better=True),
    Metric("rmsse", "RMSSE", _rmsse, form=".2f", smaller_is_better=True, needs_scale=True),
    Metric("smape", "sMAPE", _smape, unit="%", form=".1f", smaller_is_better=True),
    Metric("mape", "MAPE", _mape, unit="%", form=".1f", smaller_is_better=True),
    Metric("crps", "CRPS", _crps, smaller_is_better=True, needs_spread=True),
    Metric(
        "wql", "Weighted quantile loss", lambda of: weighted_quantile_loss(of.truth, *of.spread), form=".4f",
        smaller_is_better=True, by_size=True, needs_spread=True,
    ),
)  # fmt: skip
