"""Series as numbers: cleaning, frequency, differencing and scaling, windows.

The network sees differenced, standardised values; every forecast is brought back to the original units by the
same `SeriesScaler`, fitted on the training part only. Left out: season detection (season.py), torch.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.data.dataset import SeriesSet

_FREQUENCIES = (("Y", "yearly"), ("A", "yearly"), ("Q", "quarterly"), ("M", "monthly"), ("W", "weekly"),
                ("D", "daily"), ("B", "daily"), ("h", "hourly"), ("min", "minutely"))  # fmt: skip
NO_SEASON_STEPS = 4  # how far ahead `carry_ratio` looks in a series without a season


def clean_series(frame: pd.DataFrame, target_columns: Sequence[str], units: dict[str, str] | None = None) -> SeriesSet:
    """Fill gaps by straight lines and say so.

    Args:
        frame: Columns of numbers in time order, gaps as NaN.
        target_columns: The columns to forecast.
        units: Unit of each column.

    Raises:
        ConfigError: A target column that the frame has not.
    """
    from core.config.errors import ConfigError

    missing_targets = [name for name in target_columns if name not in frame.columns]
    if missing_targets:
        raise ConfigError.single(
            "data.target_columns", f"columns of {', '.join(frame.columns)}", ", ".join(missing_targets), "Choose these."
        )
    missing = int(frame.isna().to_numpy().sum())
    filled = frame.astype("float64").interpolate(method="linear", limit_direction="both")
    notes = (f"{missing:,} missing values filled by straight lines",) if missing else ()
    return SeriesSet(filled, tuple(target_columns), infer_frequency(frame.index), units or {}, notes)


def infer_frequency(index: pd.Index) -> str | None:
    """yearly to minutely, or None for plain numbers and irregular times."""
    if not isinstance(index, pd.DatetimeIndex) or len(index) < 3:
        return None
    code = index.freqstr or pd.DatetimeIndex(index, freq="infer").freqstr
    if code is None:
        return None
    code = code.lstrip("-0123456789")
    for prefix, name in _FREQUENCIES:
        if code.startswith(prefix):
            return name
    return None


def future_times(index: pd.Index, num_steps: int) -> list[str]:
    """Labels of the `num_steps` times after the end of an index."""
    if isinstance(index, pd.DatetimeIndex):
        code = index.freqstr or pd.DatetimeIndex(index, freq="infer").freqstr
        if code:
            return time_labels(pd.date_range(index[-1], periods=num_steps + 1, freq=code)[1:])
        step = (index[-1] - index[0]) / max(1, len(index) - 1)
        return time_labels(pd.DatetimeIndex([index[-1] + step * (k + 1) for k in range(num_steps)]))
    last = int(index[-1])
    return [str(last + k + 1) for k in range(num_steps)]


def time_labels(index: pd.Index) -> list[str]:
    """ISO dates (with the time of day where there is one), or the numbers of an integer index."""
    if isinstance(index, pd.DatetimeIndex):
        whole_days = bool((index == index.normalize()).all())
        return list(index.strftime("%Y-%m-%d" if whole_days else "%Y-%m-%dT%H:%M:%S"))
    return [str(value) for value in index]


@dataclass(frozen=True)
class SeriesScaler:
    """From original values (T, C) to what the network sees and back.

    Attributes:
        lag: Steps between the two values of a difference; 0 takes none.
        mean, std: Of the differenced training part, one a column.
    """

    lag: int
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @classmethod
    def fit(cls, values: np.ndarray, lag: int) -> SeriesScaler:
        """Mean and spread of the training part (T, C) after differencing by `lag` steps."""
        changes = difference(values, lag)
        std = changes.std(axis=0)
        safe = np.where(std > 1e-12, std, 1.0)
        return cls(lag, tuple(changes.mean(axis=0).tolist()), tuple(safe.tolist()))

    def transform(self, values: np.ndarray) -> np.ndarray:
        """(T, C) original values to (T, C) scaled changes; the first `lag` rows are 0, the mean change."""
        changes = (difference(values, self.lag) - self.mean) / self.std
        return np.concatenate([np.zeros((self.lag, values.shape[1])), changes])

    def restore(self, scaled: np.ndarray, history: np.ndarray, columns: Sequence[int]) -> np.ndarray:
        """Scaled forecasts to original units.

        Args:
            scaled: (N, H, C) forecasts of the chosen columns.
            history: (N, lag, C) the last `lag` original values before each forecast.
            columns: Place of the C columns among the scaler's.

        Returns:
            (N, H, C) in original units.
        """
        changes = scaled * np.array(self.std)[list(columns)] + np.array(self.mean)[list(columns)]
        if self.lag == 0:
            return changes
        restored = history[:, np.arange(changes.shape[1]) % self.lag]
        for first in range(self.lag):
            restored[:, first :: self.lag] += changes[:, first :: self.lag].cumsum(axis=1)
        return restored

    def to_json(self) -> str:
        return json.dumps({"lag": self.lag, "mean": self.mean, "std": self.std})


def difference(values: np.ndarray, lag: int) -> np.ndarray:
    """(T, C) to (T - lag, C): each value less the one `lag` steps before; the values themselves for lag 0."""
    return values[lag:] - values[: len(values) - lag] if lag else values


def carry_ratio(values: np.ndarray, season: int) -> float:
    """How well the last season foretells a series, next to the mean season of all that came before.

    Both guess the same values of the second half, one season ahead (`NO_SEASON_STEPS` where there is none). Below 1
    the level wanders (a trend, slow swings) and a network does well to see changes; above 1 it stays where it is, and
    changes would only double the noise.

    Args:
        values: The training part (T, C) of the columns to forecast, original units.
        season: Steps in a season, 1 where there is none.

    Returns:
        Mean over columns of the ratio of the two mean absolute errors; 1 for a part too short to tell.
    """
    lag = season if season > 1 else NO_SEASON_STEPS
    later = np.arange(max(2 * lag, len(values) // 2), len(values))
    if not len(later):
        return 1.0
    means = np.empty(values.shape)
    for phase in range(season):
        part = values[phase::season]
        means[phase::season] = part.cumsum(axis=0) / np.arange(1, len(part) + 1)[:, None]
    carried = np.abs(values[later] - values[later - lag]).mean(axis=0)
    averaged = np.abs(values[later] - means[later - lag]).mean(axis=0)
    return float(np.mean(np.where(averaged > 0, carried / np.where(averaged > 0, averaged, 1.0), 1.0)))
