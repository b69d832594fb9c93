"""What a forecasting run keeps as evidence: whether its forecasts move, and whether they repeat a simple method's.

Measured on a sample of the validation set.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from core.data.samples import by_series, stretches
from core.data.windows import window_pairs
from core.insight.stack_evidence import ROWS, stack_evidence
from core.tasks.forecasting.forecasts import SeriesForecasts, grouped

MOST_WINDOWS, MOST_SERIES = 512, 50
NAIVE = ("last_value", "seasonal_naive")


def forecast_evidence(task: SeriesForecasts) -> dict[str, Any]:
    """`windows`, `spread`, `copies`, and what `stack_evidence` gives; nothing where the validation set has no window.

    `windows` is how many the validation set has. `spread` is the standard deviation of the forecasts in that of the
    truth, the middle one of all targets. `copies` has, by simple method, how far forecasts lie from that method's in
    units of how far they lie from the truth.
    """
    pairs = window_pairs(task.prepared, task.experiment.data, "validation")
    if not len(pairs):
        return {}
    numbers = by_series(pairs.counts, MOST_WINDOWS)
    origins, series = task.picked(pairs, numbers)
    inputs = task.windows.inputs(origins[:ROWS], None if series is None else series[:ROWS])
    model = task.experiment.model
    span = task.experiment.data.window_size / (2 if model.bidirectional else 1)
    beside = _beside_simple(task, origins, series)
    return {"windows": len(pairs), **beside, **stack_evidence(task.model.recurrent, inputs, None, span)}


def _beside_simple(task: SeriesForecasts, origins: np.ndarray, series: np.ndarray | None) -> dict[str, Any]:
    spreads: list[float] = []
    copies: dict[str, list[float]] = {name: [] for name in NAIVE if name != "seasonal_naive" or task.season > 1}
    groups = grouped(origins, series)
    for place in stretches(len(groups), MOST_SERIES).tolist():
        number, own = groups[place]
        truth, forecast = task.forecasts(own, number)
        simple = task.simple(own, number)
        for column in range(truth.shape[2]):
            y, f = truth[:, :, column], forecast[:, :, column]
            known = ~np.isnan(y)
            if known.sum() < 2 or not np.isfinite(f).all():
                continue
            spreads.append(_ratio(float(f[known].std()), float(y[known].std())))
            error = float(np.abs(f - y)[known].mean())
            for name, ratios in copies.items():
                ratios.append(_ratio(float(np.abs(f - simple[name][:, :, column])[known].mean()), error))
    return {
        "spread": _middle(spreads),
        "copies": {name: _middle(ratios) for name, ratios in copies.items()},
    }


def _ratio(value: float, unit: float) -> float:
    return value / unit if unit > 0 else float("nan")


def _middle(values: list[float]) -> float | None:
    known = [value for value in values if np.isfinite(value)]
    return float(np.median(known)) if known else None
