"""What a forecasting run keeps beside its weights and figures: the context of its predictor, and what the screen draws.

Left out: training and judging (forecasting.py), drawing (ui).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from core.config.experiment import Experiment
from core.config.limits import Limits
from core.data.missing import straight_lines
from core.data.prepared import PreparedSeries
from core.data.series import SeriesScaler, future_times, indicator_columns, time_labels
from core.data.windows import series_spans, window_pairs
from core.tasks.forecasting.context import SeriesContext

if TYPE_CHECKING:
    from core.tasks.forecasting.binding import ForecastingTask

INTERVAL = 0.8  # share of validation errors that the interval covers
MAX_SHOWN = 100  # series drawn on the screen; figures and predictions have all


def make_context(
    experiment: Experiment, prepared: PreparedSeries, scaler: SeriesScaler, values: np.ndarray
) -> SeriesContext:
    """The context of a predictor that goes on after the end of the data.

    Args:
        values: (T, F) original, gaps filled from the past.
    """
    data, series, season = experiment.data, prepared.series, prepared.summary.season
    index, known, each = series.frame.index, series.observed, data.many_series == "each"
    columns = tuple(str(name) for name in series.frame.columns)
    keep = data.window_size + scaler.lag
    longest = min(Limits().max_seq_len, max(2 * data.horizon, 4 * season, 120))
    labels = time_labels(index, series.offset)
    rows = np.broadcast_to(np.arange(len(values) - keep, len(values))[:, None], (keep, len(columns)))
    own_future = {}
    if each:
        ends = series_spans(prepared, each)[:, 1]
        rows = rows - (len(values) - ends)
        own_future = {columns[place]: tuple(future_times(index[: ends[place]], longest, series.step, series.offset))
                      for place in np.flatnonzero(ends < len(values)).tolist()}  # fmt: skip
    places = np.arange(len(columns))
    inside = known[np.maximum(rows, 0), places] & (rows >= 0)
    lines = None if inside[0].all() else straight_lines(values, known)[np.maximum(rows[0], 0), places]
    return SeriesContext(
        scaler, columns, tuple(series.target_columns), values[np.maximum(rows, 0), places], tuple(labels[-keep:]),
        tuple(future_times(index, longest, series.step, series.offset)), each, indicator_columns(series, data),
        None if inside.all() else inside, own_future, series.step, series.frequency, series.form, lines,
    )  # fmt: skip


def forecast_details(task: ForecastingTask) -> dict[str, Any]:
    """Series, forecasts over the test part in steps of the horizon, and forecasts past the end, for the screen."""
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
    for names, reach, test, coming in _groups(task, shown):
        origins = test["origins"]
        result["origins"] = result["origins"] or origins.tolist()
        at = (origins[:, None] + np.arange(data.horizon)).ravel()
        for place, name in enumerate(names):
            after = np.array(ahead[name]["forecast"])
            result["future"][name] = {
                "time": ahead[name]["time"],
                "network": after.tolist(),
                "lower": plain(after - reach[:, place]),
                "upper": plain(after + reach[:, place]),
                "baselines": {key: value[0, :, place].tolist() for key, value in coming.items()},
            }
            if len(origins):
                middle = test["network"][:, :, place]
                result["test"][name] = {
                    "time": [labels[row] for row in at],
                    "truth": plain(test["truth"][:, :, place]),
                    "network": middle.ravel().tolist(),
                    "lower": plain(middle - reach[:, place]),
                    "upper": plain(middle + reach[:, place]),
                    "baselines": {key: value[:, :, place].ravel().tolist() for key, value in test["simple"].items()},
                }
    return result


def _groups(task: ForecastingTask, shown: tuple[str, ...]) -> Any:
    """Targets that are forecast together, the reach of their intervals (H, C), their test part, and baselines ahead."""
    data = task.experiment.data
    if not task.each:
        groups: list[tuple[tuple[str, ...], int | None]] = [(task.context.targets, None)]
    else:
        groups = [((name,), task.columns.index(name)) for name in shown]
    for names, number in groups:
        row = 0 if number is None else number
        end = len(task.truths) if number is None else int(task.spans[number, 1])
        origins = _own_origins(task, "validation", row)
        which = None if number is None else np.full(len(origins), number)
        truth, forecast = task.forecasts(origins, which) if len(origins) else _nothing(task, len(names))
        reach = _reach(np.abs(truth - forecast))
        tiles = _own_origins(task, "test", row)[:: data.horizon]
        test: dict[str, Any] = {"origins": tiles}
        if len(tiles):
            which = None if number is None else np.full(len(tiles), number)
            test["truth"], test["network"] = task.forecasts(tiles, which)
            test["simple"] = task.simple(tiles, number)
        yield names, reach, test, task.simple(np.array([end]), number)


def _own_origins(task: ForecastingTask, split: str, row: int) -> np.ndarray:
    pairs = window_pairs(task.prepared, task.experiment.data, split)
    return pairs.starts[row] + np.arange(pairs.counts[row])


def _nothing(task: ForecastingTask, num_targets: int) -> tuple[np.ndarray, np.ndarray]:
    nothing = np.full((1, task.experiment.data.horizon, num_targets), np.nan)
    return nothing, nothing


def _reach(errors: np.ndarray) -> np.ndarray:
    """(H, C) within which `INTERVAL` of the errors (N, H, C) lie; NaN where none is known."""
    known = ~np.isnan(errors)
    if known.all():
        return np.quantile(errors, INTERVAL, axis=0)
    reach = np.full(errors.shape[1:], np.nan)
    for step, column in zip(*np.nonzero(known.any(axis=0)), strict=True):
        reach[step, column] = np.quantile(errors[known[:, step, column], step, column], INTERVAL)
    return reach


def plain(values: np.ndarray) -> list[float | None]:
    """Numbers for JSON: None where one is missing."""
    return [None if np.isnan(value) else value for value in values.ravel().tolist()]
