"""Exponential smoothing: ETS and Theta, fitted by statsmodels on the training set, going on from origin to origin.

Form and parameters are found once; from the end of training each new value moves level, slope and season on as it comes.
statsmodels is imported when something is fitted. How much is fitted is bounded by what there is to do and not by a clock,
so that the same run has the same simple methods on every machine.

Shape letters: T time, N origins, H steps of the horizon, C columns, M steps in a season.

Reference:
    Hyndman, Koehler, Ord and Snyder (2008), "Forecasting with exponential smoothing: the state space approach";
    Assimakopoulos and Nikolopoulos (2000), "The theta model", as in Hyndman and Billah (2003), "Unmasking the Theta method".
"""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from core.baselines.base import by_name
from core.baselines.forecasting import Floats, Forecaster, History, Ints, LeftOut

MOST_ROWS = 1_500
"""Latest training steps that are fitted, of which whole seasons count."""
FEWEST_SEASONS, FEWEST_VALUES = (
    3,
    10,
)  # a season that long is not learned from the rows that are fitted; statsmodels' own
MOST_ESTIMATED = 10_000
"""Fitted steps times steps of a season up to which what stands before the first value is estimated: some 0.1 s a column."""
_NOTHING = np.zeros(0)


@dataclass(frozen=True)
class Smoothing:
    """Exponential smoothing with known parameters.

    Attributes:
        alpha, beta: Shares of an error that go into level and slope.
        gamma: Share in the season of what a value is without its new level.
        phi: What is left of the slope after a step.
        level, slope: Before the first value.
        seasons: (M,) the season before the first value, from that value's own phase on; empty without a season.
        multiplies: Whether the season is a factor.
        drift: Slope of the straight line whose half Theta adds to the level; 0 for none.
    """

    alpha: float
    level: float
    beta: float = 0.0
    gamma: float = 0.0
    phi: float = 1.0
    slope: float = 0.0
    seasons: Floats = field(default_factory=lambda: _NOTHING)
    multiplies: bool = False
    drift: float = 0.0

    def states(self, values: Floats) -> tuple[Floats, Floats, Floats]:
        """Level and slope (T + 1,) before each of the values (T,) and after the last; seasons (M + T,), the first M before."""
        level, slope = self.level, self.slope
        levels, slopes = [level], [slope]
        seasons = self.seasons.tolist() or [float(self.multiplies)]
        for row, value in enumerate(values.tolist()):
            season, expected = seasons[row], level + self.phi * slope
            without = (value / season if season else expected) if self.multiplies else value - season
            error = without - expected
            level, slope = expected + self.alpha * error, self.phi * slope + self.beta * error
            levels.append(level)
            slopes.append(slope)
            own = (value / level if level else season) if self.multiplies else value - level
            seasons.append(season + self.gamma * (own - season))
        return np.array(levels), np.array(slopes), np.array(seasons)

    def forecast(self, values: Floats, origins: Ints, horizon: int) -> Floats:
        """Forecasts (N, H) of the rows ``o`` to ``o + H - 1`` from ``values[:o]``, for each origin (N,)."""
        levels, slopes, seasons = self.states(values[: origins.max()])
        steps = np.arange(horizon)
        ahead = levels[origins, None] + slopes[origins, None] * np.cumsum(self.phi ** (steps + 1))
        if self.drift:
            kept = (1 - (1 - self.alpha) ** origins) / self.alpha if self.alpha > 0 else np.zeros(len(origins))
            ahead = ahead + self.drift / 2 * (steps + kept[:, None])
        season = seasons[origins[:, None] + steps % max(1, len(self.seasons))]
        return np.asarray(ahead * season if self.multiplies else ahead + season)


class Classical(Forecaster, ABC):
    """A method with parameters, which are fitted on the latest rows of the training set, column by column."""

    _end = 0

    def fewest(self, season: int) -> int:
        """From an origin inside the training set it would know what comes."""
        return max(1, self._end)

    def fit(self, history: History) -> Self:
        """Form and parameters of every column.

        Raises:
            LeftOut: Too few values, a season that is too long, or no statsmodels.
        """
        season, self._end = history.season, len(history.values)
        if FEWEST_SEASONS * season > MOST_ROWS:
            raise LeftOut(f"it is fitted on at most {MOST_ROWS:,} steps, too few for a season of {season:,}")
        first = max(0, self._end - MOST_ROWS // season * season)
        if (history.known[first:].sum(axis=0) < FEWEST_VALUES).any():
            raise LeftOut(f"it needs {FEWEST_VALUES} known values of every column in training")
        self._first = np.maximum(history.first_rows, first)
        values = [history.same_phase[begin:, column] for column, begin in enumerate(self._first.tolist())]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of steps that an optimiser tried
            try:
                self._models = [self._fitted(one, season) for one in values]
            except (ImportError, MemoryError, OSError) as error:
                raise LeftOut("the library that fits it cannot be loaded") from error
        return self

    @abstractmethod
    def _fitted(self, values: Floats, season: int) -> Smoothing:
        """What is fitted on values (T,)."""

    def forecast(self, history: History, origins: Ints, horizon: int) -> Floats:
        found = np.empty((len(origins), horizon, len(self._models)))
        for column, (begin, model) in enumerate(zip(self._first.tolist(), self._models, strict=True)):
            if len(origins):
                found[:, :, column] = model.forecast(history.same_phase[begin:, column], origins - begin, horizon)
        return found


class ETS(Classical):
    """Of the forms with and without slope, damped slope and season the one with the smallest AICc.

    A season that is a factor is tried where every value is above zero, with errors in proportion; forms with a season where
    two of it are known. Forms are compared with what statsmodels' heuristic puts before the first value. Of the best, level,
    slope and season there are then estimated with the other parameters, up to `MOST_ESTIMATED`; beyond, where that would take
    seconds, the heuristic stays.
    """

    name, label = "ets", "ETS"
    most_columns = 20  # some 0.2 s each
    does = "smoothing level, slope and season exponentially (ETS)"

    def _fitted(self, values: Floats, season: int) -> Smoothing:
        best, chosen = np.inf, None
        for form in _forms(values, season) if np.ptp(values) > 0 else ():
            fitted = _fit(values, form, "heuristic")
            if fitted is not None and fitted.aicc < best:
                best, chosen = fitted.aicc, (form, fitted)
        if chosen is None:  # a column that never changes
            return Smoothing(1.0, float(values[0]))
        form, fitted = chosen
        if len(values) * (season if form["seasonal"] else 1) <= MOST_ESTIMATED:
            estimated = _fit(values, form, "estimated")
            if estimated is not None and estimated.llf > fitted.llf:  # an optimiser may stop at worse
                fitted = estimated
        return _as_smoothing(fitted)


def _fit(values: Floats, form: dict[str, Any], start: str) -> Any:
    """statsmodels' result; None where it has none."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    try:
        return ETSModel(values, **form, initialization_method=start).fit(disp=False)
    except (ValueError, np.linalg.LinAlgError):
        return None


def _forms(values: Floats, season: int) -> Iterator[dict[str, Any]]:
    has_season = season > 1 and len(values) >= max(2 * season, 10 + 2 * (season // 2))
    for error in ("add", "mul") if values.min() > 0 else ("add",):
        for seasonal in (None, error) if has_season else (None,):
            for trend, damped in ((None, False), ("add", False), ("add", True)):
                yield {"error": error, "trend": trend, "damped_trend": damped, "seasonal": seasonal,
                       "seasonal_periods": season if seasonal else None}  # fmt: skip


def _as_smoothing(fitted: Any) -> Smoothing:
    """The parameters of statsmodels' result; errors in proportion change what fits best, not how it goes on."""
    alpha = float(fitted.smoothing_level)
    seasons = np.asarray(fitted.initial_seasonal) if fitted.has_seasonal else _NOTHING
    return Smoothing(
        alpha, float(fitted.initial_level),
        float(fitted.smoothing_trend) if fitted.has_trend else 0.0,
        float(fitted.smoothing_seasonal) / (1 - alpha) if fitted.has_seasonal and alpha < 1 else 0.0,
        float(fitted.damping_trend) if fitted.damped_trend else 1.0,
        float(fitted.initial_trend) if fitted.has_trend else 0.0,
        seasons, fitted.seasonal == "mul",
    )  # fmt: skip


class Theta(Classical):
    """The level smoothed exponentially and half a straight line, on the series without its season.

    The season is that of classical decomposition where a test finds one, a factor where every value is above zero.
    """

    name, label = "theta", "Theta"
    most_columns = 100  # some 0.03 s each
    does = "smoothing the level exponentially and adding half the slope of a straight line (Theta)"

    def _fitted(self, values: Floats, season: int) -> Smoothing:
        from statsmodels.tsa.forecasting.theta import ThetaModel

        if np.ptp(values) == 0:
            return Smoothing(1.0, float(values[0]))
        has_season = season > 1 and len(values) >= 2 * season
        model = ThetaModel(values, period=season if has_season else None, deseasonalize=has_season)
        fitted = model.fit()
        drift, alpha = (float(one) for one in fitted.params)
        multiplies = has_season and model.method.startswith("mul")
        seasons = _NOTHING
        if has_season:
            coming = np.asarray(fitted.forecast_components(season)["seasonal"], dtype=np.float64)
            seasons = np.roll(coming, len(values) % season)
        first = float(values[0])
        if len(seasons):
            first = first / seasons[0] if multiplies else first - seasons[0]
        return Smoothing(alpha, first, seasons=seasons, multiplies=multiplies, drift=drift)


CLASSICAL = by_name(ETS, Theta)
