"""What the screen draws of a forecasting run, kept beside its figures."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.data.series import time_labels
from core.data.windows import window_pairs
from core.tasks.forecasting.forecasts import SeriesForecasts

INTERVAL = 0.8  # share of validation errors that the interval covers
MAX_SHOWN = 100  # series drawn on the screen; figures and predictions have all


def forecast_details(task: SeriesForecasts) -> dict[str, Any]:
    """Series, forecasts over the test set in steps of the horizon, and forecasts past the end, for the screen."""
    data, series = task.experiment.data, task.prepared.series
    labels = time_labels(series.frame.index, series.offset)
    shown = task.context.targets[:MAX_SHOWN]
    result: dict[str, Any] = {
        "time": labels,
        "targets": list(shown),
        "num_targets": len(task.context.targets),
        "units": {name: series.units.get(name, "") for name in shown},
        "values": {name: plain(task.truths[:, task.columns.index(name)]) for name in shown},
        "train_end": task.ends[0],
        "validation_end": task.ends[1],
        "season": task.season,
        "horizon": data.horizon,
        "interval": INTERVAL,
        "origins": [],
        "test": {},
        "future": {"time": list(task.context.future[: data.horizon])},
    }
    ahead = {row["series"]: row for row in task.predictor.predict()}
    for names, half_width, test, coming in _groups(task, shown):
        origins = test["origins"]
        result["origins"] = result["origins"] or origins.tolist()
        at = (origins[:, None] + np.arange(data.horizon)).ravel()
        for place, name in enumerate(names):
            after = np.array(ahead[name]["forecast"])
            result["future"][name] = {
                "time": ahead[name]["time"],
                "network": after.tolist(),
                "lower": plain(after - half_width[:, place]),
                "upper": plain(after + half_width[:, place]),
                "baselines": {key: value[0, :, place].tolist() for key, value in coming.items()},
            }
            if len(origins):
                middle = test["network"][:, :, place]
                result["test"][name] = {
                    "time": [labels[row] for row in at],
                    "truth": plain(test["truth"][:, :, place]),
                    "network": middle.ravel().tolist(),
                    "lower": plain(middle - half_width[:, place]),
                    "upper": plain(middle + half_width[:, place]),
                    "baselines": {key: value[:, :, place].ravel().tolist() for key, value in test["simple"].items()},
                }
    return result


def _groups(task: SeriesForecasts, shown: tuple[str, ...]) -> Any:
    """Targets that are forecast together, the half width of their intervals (H, C), their test set, and baselines ahead."""
    data = task.experiment.data
    together: list[tuple[tuple[str, ...], int | None]] = [(task.context.targets, None)]
    for names, number in [((name,), task.columns.index(name)) for name in shown] if task.each else together:
        row = 0 if number is None else number
        end = len(task.truths) if number is None else int(task.spans[number, 1])
        origins = _own_origins(task, "validation", row)
        errors = np.full((1, data.horizon, len(names)), np.nan)
        if len(origins):
            truth, forecast = task.forecasts(origins, number)
            errors = np.abs(truth - forecast)
        tiles = _own_origins(task, "test", row)[:: data.horizon]
        test: dict[str, Any] = {"origins": tiles}
        if len(tiles):
            test["truth"], test["network"] = task.forecasts(tiles, number)
            test["simple"] = task.simple(tiles, number)
        yield names, interval_half_width(errors), test, task.simple(np.array([end]), number)


def _own_origins(task: SeriesForecasts, split: str, row: int) -> np.ndarray:
    pairs = window_pairs(task.prepared, task.experiment.data, split)
    return pairs.starts[row] + np.arange(pairs.counts[row])


def interval_half_width(errors: np.ndarray) -> np.ndarray:
    """(H, C) within which `INTERVAL` of the errors (N, H, C) lie; NaN where none is known."""
    known = ~np.isnan(errors)
    if known.all():
        return np.quantile(errors, INTERVAL, axis=0)
    half_width = np.full(errors.shape[1:], np.nan)
    for step, column in zip(*np.nonzero(known.any(axis=0)), strict=True):
        half_width[step, column] = np.quantile(errors[known[:, step, column], step, column], INTERVAL)
    return half_width


def plain(values: np.ndarray) -> list[float | None]:
    """Numbers for JSON: None where one is missing."""
    return [None if np.isnan(value) else value for value in values.ravel().tolist()]
