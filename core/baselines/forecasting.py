"""Simple forecasts of a time series, made from many origins at once.

Every forecast made at origin ``o`` uses values before row ``o`` and nothing later, including the test values that are
already past at that origin, exactly as a model that is fed the true history. The naive ones are one-liners on purpose:
they are the lines on the chart that a network must get below. What stands in for missing values is `History`'s.

Shape letters: T time, C targets, N origins, H steps of the horizon.

Reference:
    Hyndman and Athanasopoulos, "Forecasting: principles and practice", 3rd edition, section 5.2.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from copy import copy
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.baselines.base import Baseline, by_name
from core.data.missing import carry_forward, known_spans

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class History:
    """A series to forecast from, with what stands in where values are missing.

    Before a column's first value there is nothing to forecast from, and what comes out says nothing.

    Args:
        values: (T, C), original units.
        season: steps in a season, at least 1 (1 where there is none).
        known: bool (T, C), False where a value is missing; all are known when not given.

    Raises:
        ValueError: a wrong shape, known values that are not finite, or a season below 1.
    """

    def __init__(self, values: ArrayLike, season: int, known: ArrayLike | None = None) -> None:
        series = np.asarray(values, dtype=np.float64)
        if series.ndim != 2:
            raise ValueError(f"values must have shape (T, C), got {series.shape}")
        self.known = np.ones(series.shape, dtype=bool) if known is None else np.asarray(known, dtype=bool)
        self.values, self.season = np.where(self.known, series, 0.0), season
        if not np.isfinite(self.values).all():
            raise ValueError("values must be finite where they are known")
        if season < 1:
            raise ValueError(f"season must be at least 1, got {season}")

    def until(self, end: int) -> History:
        """What is known at origin `end`."""
        return History(self.values[:end], self.season, self.known[:end])

    @cached_property
    def last(self) -> Floats:
        """(T, C) the last known value up to each row."""
        return carry_forward(self.values, self.known, 1)

    @cached_property
    def same_phase(self) -> Floats:
        """(T, C) the last known value of each row's own phase of the season."""
        return carry_forward(self.values, self.known, self.season)

    @cached_property
    def first_rows(self) -> Ints:
        """(C,) the row of the first known value."""
        return known_spans(self.known)[:, 0]

    @cached_property
    def first(self) -> Floats:
        """(C,) the first known value."""
        return self.values[self.first_rows, np.arange(self.values.shape[1])]

    def last_rows(self, origins: Ints) -> Ints:
        """(N, C) the row of the last known value before each origin."""
        rows = np.where(self.known, np.arange(len(self.values))[:, None], 0)
        return np.maximum.accumulate(rows, axis=0)[origins - 1]


class LeftOut(ValueError):
    """A method cannot be fitted on this training set; why, as it reads on from "ETS is left out: "."""


class Forecaster(Baseline, ABC):
    """A simple forecast.

    Attributes:
        at_each_origin: Fitted anew at each origin on all before it; else once, on the training set.
        most_columns: That it is fitted on in one run; None for any number.
    """

    at_each_origin: ClassVar[bool] = False
    most_columns: ClassVar[int | None] = None

    @classmethod
    def as_empty_model(cls) -> str:
        return f"the baseline {cls.label}, which it forecasts before it learns anything,"

    def fewest(self, season: int) -> int:
        """Steps that it needs before an origin."""
        return 1

    def fit(self, history: History) -> Self:
        """Learns from a history, which may have no value; a method that reads everything off at the origin does not."""
        return self

    @abstractmethod
    def forecast(self, history: History, origins: Ints, horizon: int) -> Floats:
        """Forecasts (N, H, C) of the rows ``o`` to ``o + H - 1`` from rows before ``o``, for each origin (N,)."""


class LastValue(Forecaster):
    name, label = "last_value", "last value"
    does = "repeating the last known value"

    def forecast(self, history: History, origins: Ints, horizon: int) -> Floats:
        return np.repeat(history.last[origins - 1][:, None], horizon, axis=1)


class Drift(Forecaster):
    name, label = "drift", "drift"
    does = "continuing the straight line through the first and the last known value"

    def fewest(self, season: int) -> int:
        return 2

    def forecast(self, history: History, origins: Ints, horizon: int) -> Floats:
        last, last_rows = history.last[origins - 1], history.last_rows(origins)
        slope = (last - history.first) / np.maximum(last_rows - history.first_rows, 1)
        since = np.arange(1, horizon + 1)[None, :, None] + (origins[:, None] - 1 - last_rows)[:, None]
        return last[:, None] + since * slope[:, None]


class Mean(Forecaster):
    name, label = "mean", "mean"
    does = "repeating the mean of all known values"

    def forecast(self, history: History, origins: Ints, horizon: int) -> Floats:
        # Sums are taken around the first value, so that a small series on a large level keeps its digits.
        sums = np.cumsum(np.where(history.known, history.values - history.first, 0.0), axis=0)[origins - 1]
        counts = np.maximum(np.cumsum(history.known, axis=0)[origins - 1], 1)
        return np.repeat((history.first + sums / counts)[:, None], horizon, axis=1)


class SeasonalNaive(Forecaster):
    """The season repeats when the horizon is longer."""

    name, label = "seasonal_naive", "seasonal naive"
    does = "repeating the last known season"

    def fewest(self, season: int) -> int:
        return season

    def forecast(self, history: History, origins: Ints, horizon: int) -> Floats:
        phase = np.arange(horizon) % history.season
        return history.same_phase[origins[:, None] - history.season + phase[None, :]]


class SeasonalNaiveDrift(SeasonalNaive):
    """Seasonal naive plus the mean growth from season to season, once for each season ahead.

    The growth is the mean over the history of ``y[t] - y[t - season]``; steps 1 to ``season`` ahead add it once, the
    next ``season`` steps twice, and so on. With a season of 1 this is exactly the drift forecast.
    """

    name, label = "seasonal_naive_drift", "seasonal naive drift"
    does = "repeating the last known season and its growth"

    def fewest(self, season: int) -> int:
        return season + 1

    def forecast(self, history: History, origins: Ints, horizon: int) -> Floats:
        season, values = history.season, history.values
        both = history.known[season:] & history.known[:-season]
        sums = np.cumsum(np.where(both, values[season:] - values[:-season], 0.0), axis=0)
        at = origins - season - 1
        growth = sums[at] / np.maximum(np.cumsum(both, axis=0)[at], 1)
        ahead = (np.arange(horizon) // season + 1)[None, :, None]
        return super().forecast(history, origins, horizon) + ahead * growth[:, None]


FORECASTERS = by_name(LastValue, Drift, Mean, SeasonalNaive, SeasonalNaiveDrift)


def fit_all(methods: Iterable[type[Forecaster]], train: History) -> list[Forecaster]:
    """The methods, fitted on the training set where they are fitted once."""
    return [method() if method.at_each_origin else method().fit(train) for method in methods]


def forecast_all(
    methods: Iterable[Forecaster], history: History, origins: ArrayLike, horizon: int
) -> dict[str, Floats]:
    """All forecasts from each of many origins.

    Args:
        methods: from `fit_all`.
        history: the whole series, (T, C).
        origins: (N,) integers; the forecast from origin ``o`` knows the rows before it and is about
            ``values[o:o + horizon]``.
        horizon: steps to forecast, H, at least 1.

    Returns:
        ``{name: (N, H, C)}``.

    Raises:
        ValueError: an origin past the end or with too little before it for a method, or no horizon.
    """
    starts = np.asarray(origins)
    if starts.ndim != 1 or (starts.size and not np.issubdtype(starts.dtype, np.integer)):
        raise ValueError(f"origins must be integers of shape (N,), got {starts.dtype} of shape {starts.shape}")
    if starts.size and starts.max() > len(history.values):
        raise ValueError(f"origins must be at most {len(history.values)}, the rows there are, got {starts.max()}")
    if horizon < 1:
        raise ValueError(f"horizon must be at least 1, got {horizon}")
    starts, found = starts.astype(np.int64), {}
    for method in methods:
        fewest = method.fewest(history.season)
        if starts.size and starts.min() < fewest:
            raise ValueError(f"{method.name} needs at least {fewest} steps before every origin, got {starts.min()}")
        if method.at_each_origin and starts.size:
            found[method.name] = np.concatenate([_refitted(method, history, o, horizon) for o in starts.tolist()])
        else:
            found[method.name] = method.forecast(history, starts, horizon)
    return found


def _refitted(method: Forecaster, history: History, origin: int, horizon: int) -> Floats:
    """One forecast (1, H, C) of a method fitted on all before it."""
    past = history.until(origin)
    return copy(method).fit(past).forecast(past, np.array([origin]), horizon)
