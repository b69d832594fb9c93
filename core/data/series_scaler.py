"""From original values to what a forecaster reads and back: powers, differences, mean and spread, fitted on the training set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.data.powers import Powers


@dataclass(frozen=True)
class SeriesScaler:
    """From original values (T, C) to what the network sees and back.

    Attributes:
        lag: Steps between the two values of a difference; 0 takes none.
        mean, std: Of the differenced training set, one a column.
        powers: What is taken of each value before that; None for the values themselves.
        lowest: No forecast lies below it, in original units; None for no such limit.
    """

    lag: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    powers: Powers | None = None
    lowest: float | None = None

    @classmethod
    def fit(
        cls, values: np.ndarray, lag: int, known: np.ndarray | None = None, powers: Powers | None = None
    ) -> SeriesScaler:
        """Mean and spread of the training set (T, C) after its powers and differencing by `lag` steps.

        Args:
            values: Finite, gaps filled.
            lag: Steps of a difference, 0 for none.
            known: bool (T, C); changes to and from a value that is not known do not count.
            powers: Fitted on the same.
        """
        changes = difference(values if powers is None else powers.apply(values), lag)
        if known is None or known.all():
            mean, std = changes.mean(axis=0), changes.std(axis=0)
        else:
            real = known[lag:] & known[: len(known) - lag]
            real = real | (real.sum(axis=0) < 2)  # a value now and then: what is filled counts rather than nothing
            count = np.maximum(real.sum(axis=0), 1)
            mean = np.where(real, changes, 0.0).sum(axis=0) / count
            std = np.sqrt(np.where(real, (changes - mean) ** 2, 0.0).sum(axis=0) / count)
        safe = np.where(std > 1e-12, std, 1.0)
        return cls(lag, tuple(mean.tolist()), tuple(safe.tolist()), powers)

    def transform(self, values: np.ndarray) -> np.ndarray:
        """(T, C) original values to (T, C) scaled changes; the first `lag` rows are 0, the mean change."""
        values = values if self.powers is None else self.powers.apply(values)
        changes = (difference(values, self.lag) - self.mean) / self.std
        return np.concatenate([np.zeros((self.lag, values.shape[1])), changes])

    def restore(self, scaled: np.ndarray, history: np.ndarray, columns: Sequence[int] | np.ndarray) -> np.ndarray:
        """Scaled forecasts to original units.

        Args:
            scaled: (N, H, C) forecasts of the chosen columns.
            history: (N, lag, C) the last `lag` original values before each forecast.
            columns: Place of the C columns among the scaler's; (N, C) when each forecast has its own.

        Returns:
            (N, H, C) in original units.
        """
        places = _of_each(columns)
        changes = scaled * np.array(self.std)[places]
        changes += np.array(self.mean)[places]
        if self.lag:
            past = history if self.powers is None else self.powers.apply(history, places)
            restored = past[:, np.arange(changes.shape[1]) % self.lag]
            for first in range(self.lag):
                restored[:, first :: self.lag] += changes[:, first :: self.lag].cumsum(axis=1)
            changes = restored
        return self.above_lowest(changes if self.powers is None else self.powers.invert(changes, places))

    def above_lowest(self, values: np.ndarray) -> np.ndarray:
        """Forecasts, or edges of bands, in original units, with those below the lowest at it; NaN stays NaN."""
        return values if self.lowest is None else np.maximum(values, self.lowest)

    def distance(self, truth: np.ndarray, forecast: np.ndarray, columns: Sequence[int] | np.ndarray) -> np.ndarray:
        """How far forecasts lie from the truth, (N, H, C) each in original units, as the network's loss has it."""
        places = _of_each(columns)
        if self.powers is not None:
            truth, forecast = self.powers.apply(truth, places), self.powers.apply(forecast, places)
        return np.abs(forecast - truth) / np.array(self.std)[places]

    def error(self, truth: np.ndarray, forecast: np.ndarray, columns: Sequence[int]) -> np.ndarray:
        """Truth less forecast (..., C) of these columns, of their powers where there are some: what bands are measured by."""
        if self.powers is None:
            return truth - forecast
        places = np.asarray(columns)
        return self.powers.apply(truth, places) - self.powers.apply(forecast, places)

    def band(
        self, middle: np.ndarray, below: np.ndarray, above: np.ndarray, columns: Sequence[int]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Both edges around forecasts (..., C) in original units, so far below and above in the units of `error`."""
        if self.powers is None:
            return self.above_lowest(middle - below), middle + above
        places = np.asarray(columns)
        center = self.powers.apply(middle, places)
        lower, upper = (self.powers.invert(one, places) for one in (center - below, center + above))
        return self.above_lowest(lower), upper

    def unit_at(self, levels: np.ndarray, columns: Sequence[int]) -> np.ndarray:
        """(C,) what one unit of the network's loss is in original units, where the level is this (C,)."""
        places = np.asarray(columns)
        return np.array(self.std)[places] * (1.0 if self.powers is None else self.powers.slope(levels, places))

    def take(self, place: int) -> SeriesScaler:
        """Of one column alone."""
        powers = None if self.powers is None else self.powers.take(place)
        return replace(self, mean=(self.mean[place],), std=(self.std[place],), powers=powers)

    @staticmethod
    def beside(parts: Sequence[SeriesScaler]) -> SeriesScaler:
        """Columns side by side, of one lag and all with powers or none."""
        mean, std = (tuple(one for part in parts for one in getattr(part, name)) for name in ("mean", "std"))
        powers = [part.powers for part in parts if part.powers is not None]
        return replace(parts[0], mean=mean, std=std, powers=Powers.beside(powers) if powers else None)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> SeriesScaler:
        """From what `asdict` gave; runs of earlier versions have neither powers nor a lowest value."""
        powers = raw.get("powers")
        powers = None if powers is None else Powers(**{name: tuple(values) for name, values in powers.items()})
        return cls(raw["lag"], tuple(raw["mean"]), tuple(raw["std"]), powers, raw.get("lowest"))


def _of_each(columns: Sequence[int] | np.ndarray) -> np.ndarray:
    """Places of columns as they stand beside forecasts (N, H, C)."""
    places = np.asarray(columns)
    return places[:, None] if places.ndim > 1 else places


def difference(values: np.ndarray, lag: int) -> np.ndarray:
    """(T, C) to (T - lag, C): each value less the one `lag` steps before; the values themselves for lag 0."""
    return values[lag:] - values[: len(values) - lag] if lag else values
