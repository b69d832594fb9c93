"""A new series that is shorter than what the network reads at once: what stands before its first value, and its scale."""

from __future__ import annotations

import numpy as np

from core.config.words import plural
from core.data.going_on import Past
from core.data.missing import carry_forward
from core.data.powers import Powers
from core.data.series_scaler import SeriesScaler


def short_past(rows: np.ndarray, places: np.ndarray, keep: int, lag: int, is_told: bool) -> Past:
    """All of a short series, and before it its mean, or its first season again where the network reads changes.

    Args:
        rows: (N, 1) known values.
        places: int64 (N,) their steps, spread over fewer than `keep`.
        keep: Rows that a forecast reads.
        lag: Steps of a difference.
        is_told: Whether the network is told what is made up.
    """
    span = int(places[-1] - places[0]) + 1
    table = np.full((span, 1), np.nan)
    table[places - places[0]] = rows
    real = ~np.isnan(table)
    values = np.full((keep, 1), rows.mean())
    values[keep - span :] = carry_forward(np.nan_to_num(table), real, lag)
    for row in range(keep - span - 1, -1, -1) if lag else ():
        if row + lag < keep:
            values[row] = values[row + lag]
    known = np.full((keep, 1), not is_told)
    known[keep - span :] = real
    stands = "its first values again" if lag else "its mean"
    note = f"{plural(len(rows), 'row')}, where a forecast reads {keep:,}: before them {stands} is read"
    return Past(values, known, places[-1] + np.arange(1 - keep, 1), (note,))


def short_scale(rows: np.ndarray, trained: SeriesScaler, powers: Powers | None, history: np.ndarray) -> SeriesScaler:
    """The scale of a series with few values: it spreads about its level as the middle one of the trained series does.

    Args:
        rows: (N, 1) known values.
        trained: Of the S series of the training data.
        powers: What is taken of the values first; None for nothing.
        history: (K, S) the last values of these.
    """
    spreads = np.array(trained.std)
    values = rows if powers is None else powers.apply(rows)
    if powers is None:
        levels = np.abs(history).mean(axis=0)
        has_level = np.isfinite(levels) & (levels > 0)
        spread = (
            float(np.median(spreads[has_level] / levels[has_level]) * np.abs(rows).mean()) if has_level.any() else 0.0
        )
    else:
        spread = float(np.median(spreads))
    spread = spread or float(values.std()) or 1.0
    mean = 0.0 if trained.lag else float(values.mean())
    return SeriesScaler(trained.lag, (mean,), (spread,), powers, trained.lowest)
