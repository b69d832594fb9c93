"""What a forecasting run keeps as evidence: whether its forecasts move, and whether they repeat what is known.

Measured on a sample of the validation set; and whether anything to come moves them, which no forecast may know.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from core.data.dataset import SPLITS
from core.data.far_out import far_out
from core.data.samples import by_series, stretches
from core.data.windows import window_pairs
from core.insight.stack_evidence import ROWS, stack_evidence
from core.tasks.forecasting.copies import lagged_share, squared_ratios
from core.tasks.forecasting.forecasts import SeriesForecasts, grouped
from core.tasks.forecasting.leak import moved_by_future

MOST_WINDOWS, MOST_SERIES = 512, 50
MOST_SHIFTS, FORECASTS_A_STEP = 400, 4  # a few forecasts are near to some of many values by chance
NAIVE = ("last_value", "seasonal_naive")


def forecast_evidence(task: SeriesForecasts) -> dict[str, Any]:
    """`left_out`, `season`, `spread_growth`, `far_out`, `not_above_zero`; `windows`, `spread`, `copies`, `lag`.

    And `moved_by_future`, and what `stack_evidence` gives. The first five alone where the validation set has no window: by
    simple method, why it does not stand beside the network; of the training set the steps in a season and how many times as
    large swings are where its level is highest; by part, how many values lie far out of their series; and, where a power of
    the values is read, how many that come later have none.

    `windows` is how many the validation set has. `spread` is the standard deviation of the forecasts in that of the
    truth, the middle one of all targets. `copies` has, by simple method, how far forecasts lie from that method's in
    units of how far they lie from the truth. `lag` says which earlier value forecasts of one step resemble, up to a
    window before or a season, and by which share (`lagged_share`). `moved_by_future` names what is forecast by what is
    to come: nothing, where all is right.
    """
    summary, later = task.prepared.summary, task.truths[task.ends[0] :, task.places]
    left_out: dict[str, Any] = {
        "left_out": task.left_out, "season": summary.season, "spread_growth": summary.spread_growth, "far_out": _far(task),
    }  # fmt: skip
    if task.context.scaler.powers is not None:
        left_out["not_above_zero"] = int((later <= 0).sum())
    pairs = window_pairs(task.prepared, task.experiment.data, "validation")
    if not len(pairs):
        return left_out
    numbers = by_series(pairs.counts, MOST_WINDOWS)
    origins, series = task.picked(pairs, numbers)
    rows, which = origins[:ROWS], None if series is None else series[:ROWS]
    inputs = task.windows.inputs(rows, which)
    steps = task.model.steps(inputs, task.windows.ahead(rows, which))
    span = steps.shape[1] / (2 if task.experiment.model.bidirectional else 1)
    beside = _beside_simple(task, origins, series)
    found = {**left_out, "windows": len(pairs), **beside, "moved_by_future": moved_by_future(task)}
    return {**found, **stack_evidence(task.model.recurrent, steps, None, span)}


def _far(task: SeriesForecasts) -> dict[str, int]:
    """How many values of each part lie far out of their series; parts without one are left out.

    Of many series learned by one network no value decides the figures.
    """
    if task.each:
        return {}
    rows = np.flatnonzero(far_out(task.truths[:, task.places]).any(axis=1))
    parts = np.searchsorted(task.ends[:2], rows, side="right")
    return {name: int(number) for name in SPLITS if (number := (parts == SPLITS.index(name)).sum())}


def _beside_simple(task: SeriesForecasts, origins: np.ndarray, series: np.ndarray | None) -> dict[str, Any]:
    spreads: list[float] = []
    ratios: list[np.ndarray] = []
    past = max(task.season, task.experiment.data.window_size)
    longest = max(1, min(MOST_SHIFTS, past, len(origins) // FORECASTS_A_STEP))
    shifts = sorted({*range(1, longest + 1), task.season})
    copies: dict[str, list[float]] = {name: [] for name in NAIVE if name != "seasonal_naive" or task.season > 1}
    groups = grouped(origins, series)
    for place in stretches(len(groups), MOST_SERIES).tolist():
        number, own = groups[place]
        truth, forecast = task.forecasts(own, number)
        simple = task.simple(own, number, copies)
        for column in range(truth.shape[2]):
            y, f = truth[:, :, column], forecast[:, :, column]
            known = ~np.isnan(y)
            if known.sum() < 2 or not np.isfinite(f).all():
                continue
            spreads.append(_ratio(float(f[known].std()), float(y[known].std())))
            values = task.truths[:, task.places[column] if number is None else number]
            ratios.append(squared_ratios(values, own, f[:, 0], shifts))
            error = float(np.abs(f - y)[known].mean())
            for name, distances in copies.items():
                distances.append(_ratio(float(np.abs(f - simple[name][:, :, column])[known].mean()), error))
    return {
        "spread": _middle(spreads),
        "copies": {name: _middle(distances) for name, distances in copies.items()},
        "lag": lagged_share(shifts, ratios),
    }


def _ratio(value: float, unit: float) -> float:
    return value / unit if unit > 0 else float("nan")


def _middle(values: list[float]) -> float | None:
    known = [value for value in values if np.isfinite(value)]
    return float(np.median(known)) if known else None
