"""Naive forecasts of a time series, made from many origins at once.

Every forecast made at origin ``o`` uses ``values[:o]`` and nothing later, including the test values that are already
past at that origin, exactly as a model that is fed the true history. All five are one-liners on purpose: they are the
lines on the chart that a network must get below. Of a series with missing values they use the last known ones. Fitted
methods (exponential smoothing, Theta, ARIMA) are left out.

Shape letters: T time, C targets, N origins, H steps of the horizon.

Reference:
    Hyndman and Athanasopoulos, "Forecasting: principles and practice", 3rd edition, section 5.2.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.data.missing import carry_forward, known_spans

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FORECASTERS = ("last_value", "drift", "mean", "seasonal_naive", "seasonal_naive_drift")


def forecast(name: str, history: ArrayLike, horizon: int, season: int) -> Floats:
    """One naive forecast from the end of a history.

    Args:
        name: one of `FORECASTERS`.
        history: everything known, (T, C), original units.
        horizon: steps to forecast, H, at least 1.
        season: steps in a season, at least 1; used by the seasonal forecasts only.

    Returns:
        Forecasts of the H steps after the history, (H, C).

    Raises:
        ValueError: an unknown name, a wrong shape, values that are not finite, or a history too short for the forecast:
            ``last_value`` and ``mean`` need 1 step, ``drift`` 2, ``seasonal_naive`` one season,
            ``seasonal_naive_drift`` one season and a step.
    """
    values = _check(history, horizon, season)
    return _forecast(name, values, np.array([len(values)]), horizon, season)[0]


def forecast_all(
    values: ArrayLike, origins: ArrayLike, horizon: int, season: int, known: ArrayLike | None = None
) -> dict[str, Floats]:
    """All five naive forecasts from each of many origins.

    Args:
        values: the whole series, (T, C), original units.
        origins: (N,) integers; the forecast from origin ``o`` knows ``values[:o]`` and is about
            ``values[o:o + horizon]``.
        horizon: steps to forecast, H, at least 1.
        season: steps in a season, at least 1 (1 where there is none).
        known: bool (T, C), False where a value is missing: the last known value (of the same phase, for the seasonal
            ones) stands in, means are over known values, and a line goes through the first and the last known one.
            Before a column's first value there is nothing to forecast from, and what comes out says nothing.

    Returns:
        ``{name: (N, H, C)}`` for every name in `FORECASTERS`.

    Raises:
        ValueError: a wrong shape, values that are not finite, an origin past the end, or an origin with no more than
            one season before it (and at least 2 steps).
    """
    mask = None if known is None else np.asarray(known, dtype=bool)
    if mask is not None and mask.all():
        mask = None
    series = _check(values if mask is None else np.where(mask, values, 0.0), horizon, season)
    starts = np.asarray(origins)
    if starts.ndim != 1 or (starts.size and not np.issubdtype(starts.dtype, np.integer)):
        raise ValueError(f"origins must be integers of shape (N,), got {starts.dtype} of shape {starts.shape}")
    if starts.size and starts.max() > len(series):
        raise ValueError(f"origins must be at most {len(series)}, the length of the series, got {starts.max()}")
    starts = starts.astype(np.int64)
    if mask is not None:
        return _forecast_with_gaps(series, mask, starts, horizon, season)
    return {name: _forecast(name, series, starts, horizon, season) for name in FORECASTERS}


def _forecast_with_gaps(
    values: Floats, known: NDArray[np.bool_], origins: Ints, horizon: int, season: int
) -> dict[str, Floats]:
    """All five where some values are missing, each from the known ones before the origin."""
    _need(origins, season + 1, "seasonal_naive_drift")
    last, phased = carry_forward(values, known, 1), carry_forward(values, known, season)
    steps = np.arange(1, horizon + 1)[None, :, None]
    rows = np.arange(len(values))[:, None]
    last_row = np.maximum.accumulate(np.where(known, rows, 0), axis=0)[origins - 1]
    first_row = known_spans(known)[:, 0]
    first = last[first_row, np.arange(values.shape[1])]
    slope = (last[origins - 1] - first) / np.maximum(last_row - first_row, 1)
    since = steps + (origins[:, None] - 1 - last_row)[:, None]
    sums = np.cumsum(np.where(known, values - first, 0.0), axis=0)[origins - 1]
    means = first + sums / np.maximum(np.cumsum(known, axis=0)[origins - 1], 1)
    both = known[season:] & known[:-season]
    growth_sums = np.cumsum(np.where(both, values[season:] - values[:-season], 0.0), axis=0)
    num_differences = np.maximum(np.cumsum(both, axis=0)[origins - season - 1], 1)
    growth = growth_sums[origins - season - 1] / num_differences
    seasons_ahead = (np.arange(horizon) // season + 1)[None, :, None]
    naive = _seasonal_naive(phased, origins, horizon, season)
    return {
        "last_value": _last_value(last, origins, horizon),
        "drift": last[origins - 1][:, None] + since * slope[:, None],
        "mean": np.repeat(means[:, None], horizon, axis=1),
        "seasonal_naive": naive,
        "seasonal_naive_drift": naive + seasons_ahead * growth[:, None],
    }


def _forecast(name: str, values: Floats, origins: Ints, horizon: int, season: int) -> Floats:
    if name == "last_value":
        return _last_value(values, origins, horizon)
    if name == "drift":
        return _drift(values, origins, horizon)
    if name == "mean":
        return _mean(values, origins, horizon)
    if name == "seasonal_naive":
        return _seasonal_naive(values, origins, horizon, season)
    if name == "seasonal_naive_drift":
        return _seasonal_naive_drift(values, origins, horizon, season)
    raise ValueError(f"name must be one of {', '.join(FORECASTERS)}, got {name!r}")


def _last_value(values: Floats, origins: Ints, horizon: int) -> Floats:
    """The last known value, for ever."""
    _need(origins, 1, "last_value")
    return np.repeat(values[origins - 1][:, None, :], horizon, axis=1)


def _drift(values: Floats, origins: Ints, horizon: int) -> Floats:
    """The straight line through the first and the last known value, continued."""
    _need(origins, 2, "drift")
    last = values[origins - 1]
    slope = (last - values[0]) / (origins - 1)[:, None]
    steps = np.arange(1, horizon + 1)[None, :, None]
    return last[:, None, :] + steps * slope[:, None, :]


def _mean(values: Floats, origins: Ints, horizon: int) -> Floats:
    """The mean of all known values, for ever."""
    _need(origins, 1, "mean")
    # Sums are taken around the first value, so that a small series on a large level keeps its digits.
    sums = np.cumsum(values - values[:1], axis=0)
    means = values[:1] + sums[origins - 1] / origins[:, None]
    return np.repeat(means[:, None, :], horizon, axis=1)


def _seasonal_naive(values: Floats, origins: Ints, horizon: int, season: int) -> Floats:
    """The value of the same phase in the last known season; the season repeats when the horizon is longer."""
    _need(origins, season, "seasonal_naive")
    phase = np.arange(horizon) % season
    return values[origins[:, None] - season + phase[None, :]]


def _seasonal_naive_drift(values: Floats, origins: Ints, horizon: int, season: int) -> Floats:
    """Seasonal naive plus the mean growth from season to season, once for each season ahead.

    The growth is the mean over the history of ``y[t] - y[t - season]``; steps 1 to ``season`` ahead add it once, the
    next ``season`` steps twice, and so on. With a season of 1 this is exactly the drift forecast.
    """
    _need(origins, season + 1, "seasonal_naive_drift")
    growth_sums = np.cumsum(values[season:] - values[:-season], axis=0)
    num_differences = origins - season
    growth = growth_sums[num_differences - 1] / num_differences[:, None]
    seasons_ahead = (np.arange(horizon) // season + 1)[None, :, None]
    return _seasonal_naive(values, origins, horizon, season) + seasons_ahead * growth[:, None, :]


def _check(values: ArrayLike, horizon: int, season: int) -> Floats:
    series = np.asarray(values, dtype=np.float64)
    if series.ndim != 2:
        raise ValueError(f"values must have shape (T, C), got {series.shape}")
    if not np.isfinite(series).all():
        raise ValueError("values must be finite: fill missing values first")
    if horizon < 1:
        raise ValueError(f"horizon must be at least 1, got {horizon}")
    if season < 1:
        raise ValueError(f"season must be at least 1, got {season}")
    return series


def _need(origins: Ints, num_steps: int, name: str) -> None:
    if origins.size and origins.min() < num_steps:
        raise ValueError(f"{name} needs at least {num_steps} steps before every origin, got {origins.min()}")
