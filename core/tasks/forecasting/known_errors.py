"""What a forecaster's bands are made of: its errors since validation began, the edges that the network itself gives, and what
moves them.

Shape letters: N origins of errors, M origins that get a band, H steps of the horizon, C targets, L bands of `BANDS`, S series.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.data.series_scaler import SeriesScaler
from core.tasks.forecasting.bands import BANDS, reaches

if TYPE_CHECKING:
    from core.tasks.forecasting.forecasts import SeriesForecasts

_CHUNK = 1_024  # origins whose errors are taken at once
_MOST_NUMBERS = 2_000_000  # of errors with edges of a network's own, which cost several numbers each
_MOST_DRAWN = 80_000  # the same where edges are those of sample paths, of all series together
_FEWEST_DRAWN = 64  # origins of every series
EDGE_LEVELS = tuple(round((1 + side * share) / 2, 6) for side in (-1, 1) for share in BANDS)
"""Of the lower edges of all bands, then of the upper ones."""


@dataclass(frozen=True)
class KnownErrors:
    """Errors of one method on targets that are forecast together.

    Attributes:
        first, stride: Row of the first origin, and rows from one to the next.
        errors: (N, H, C) as `SeriesScaler.error`; NaN where a truth is not known.
        own: (2, L, N, H, C) how far below and above its forecasts the network's own edges lie; None where it gives none.
    """

    first: int
    stride: int
    errors: np.ndarray
    own: np.ndarray | None = None

    def reaches(self, at: np.ndarray, own_at: np.ndarray | None = None) -> np.ndarray:
        """How far the bands of `BANDS` reach below and above forecasts from rows `at` (M,), (2, L, M, H, C).

        Args:
            own_at: (2, L, M, H, C) how far the network's own edges reach there.
        """
        return reaches(self.errors, self.first, at, BANDS, self.stride, self.own, own_at)


def columns_of(task: SeriesForecasts, number: int | None) -> list[int]:
    """Places of the columns that are forecast together, or of the series of that number."""
    return task.places if number is None else [number]


def end_of(task: SeriesForecasts, number: int | None) -> int:
    """The row behind the last one of the data, or of the series of that number."""
    return len(task.truths) if number is None else int(task.spans[number, 1])


def known_errors(
    task: SeriesForecasts, number: int | None, first: int, end: int, horizon: int | None = None
) -> KnownErrors:
    """The network's, from origins [first, end); thinned where there are very many numbers.

    Near the end of the data the first steps of a forecast may have come and the others not: those are known alone.

    Args:
        number: Of the series, where the network reads one at a time.
        horizon: Steps ahead; as trained when None.
    """
    steps, num_targets = horizon or task.experiment.data.horizon, len(columns_of(task, number))
    has_own, stride = not task.predictor.spread.is_point, 1
    if has_own and end > first:
        drawn = task.experiment.model.shape == "many_to_many"
        most = _MOST_DRAWN // (len(task.columns) if task.each else 1) if drawn else _MOST_NUMBERS
        stride = -(-(end - first) // max(_FEWEST_DRAWN, most // (steps * num_targets)))
    origins = np.arange(first, end, stride)
    errors = np.full((len(origins), steps, num_targets), np.nan, np.float32)
    own = np.zeros((2, len(BANDS), *errors.shape), np.float32) if has_own else None
    for start in range(0, len(origins), _CHUNK):
        rows = slice(start, start + _CHUNK)
        truth, forecast = task.forecasts(origins[rows], number, horizon)
        errors[rows] = task.context.scaler.error(truth, forecast, columns_of(task, number))
        if own is not None:
            own[:, :, rows] = own_edges(task, origins[rows], forecast, number, horizon)
    return KnownErrors(first, stride, errors, own)


def own_edges(
    task: SeriesForecasts, at: np.ndarray, middle: np.ndarray, number: int | None, horizon: int | None = None
) -> np.ndarray | None:
    """How far below and above its forecasts (M, H, C) the network's own edges lie, (2, L, M, H, C); None where it has none."""
    if task.predictor.spread.is_point:
        return None
    quantiles = task.quantiles(at, EDGE_LEVELS, number, horizon)
    return apart(task.context.scaler, quantiles, middle, columns_of(task, number))


def apart(scaler: SeriesScaler, quantiles: np.ndarray, middle: np.ndarray, columns: Sequence[int]) -> np.ndarray:
    """How far quantiles (2 L, ...) of `EDGE_LEVELS` lie below and above forecasts (...), (2, L, ...) in the units of errors."""
    moved = scaler.error(quantiles, middle[None], columns).reshape(2, len(BANDS), *middle.shape)
    return np.asarray(np.maximum(0.0, moved * np.array([-1.0, 1.0]).reshape(2, *(1,) * (moved.ndim - 1))))


def corrections(known: KnownErrors, end: int, own_end: np.ndarray | None) -> np.ndarray:
    """By how much edges move outwards past the end of the data, row `end`, (2, L, H, C); NaN where no error is known."""
    found = known.reaches(np.array([end]), own_end)
    return np.asarray(found if own_end is None else found - own_end)[:, :, 0]


def corrected(
    scaler: SeriesScaler,
    quantiles: np.ndarray,
    middle: np.ndarray,
    kept: Mapping[str, np.ndarray],
    names: Sequence[str],
    columns: Sequence[int],
) -> np.ndarray:
    """Quantiles (2 L, H, S) around forecasts (H, S) of these series, moved as `corrections` had it.

    A series without any of its own, such as one that training has not seen, has the mean of all others' in units of their
    spread. Beyond the trained horizon a correction grows with the root of the steps.

    Args:
        quantiles: Of `EDGE_LEVELS`, the network's own, in original units.
        kept: By series (2, L, H), in units of the spread of its column.
        names, columns: Of the S series, and their places among the scaler's.
    """
    if not kept:
        return quantiles
    steps = len(middle)
    own = apart(scaler, quantiles, middle, columns)
    mean = np.mean(list(kept.values()), axis=0)
    moved = np.stack([kept.get(name, mean) for name in names], axis=-1)
    trained = moved.shape[2]
    if steps > trained:
        root = np.sqrt(np.arange(trained + 1, steps + 1) / trained)[:, None]
        moved = np.concatenate([moved, moved[:, :, -1:] * root], axis=2)
    reach = own + moved[:, :, :steps] * np.array(scaler.std)[list(columns)]
    reach = np.maximum.accumulate(np.maximum(reach, 0.0), axis=1)
    return np.concatenate(scaler.band(middle, reach[0], reach[1], columns))
