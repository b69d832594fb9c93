"""What the screen draws of a forecasting run, kept beside its figures."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.backtests import as_kept
from core.data.series import time_labels
from core.data.windows import window_pairs
from core.metrics.quantiles import coverage, crps
from core.tasks.forecasting import inside
from core.tasks.forecasting.ahead import coming_rows
from core.tasks.forecasting.backtest import columns_of, kept_backtest, kept_series, series_together
from core.tasks.forecasting.bands import EDGES, LEVELS, QUANTILES, half_widths
from core.tasks.forecasting.forecasts import SeriesForecasts

CALIBRATED_NAIVE = "seasonal_naive"  # whose CRPS, with bands made alike, stands beside the network's
_CHUNK = 1_024  # origins whose errors are taken at once
MAX_SHOWN = 100  # series drawn on the screen; figures and predictions have all


def forecast_details(task: SeriesForecasts) -> dict[str, Any]:
    """Series, forecasts over the test set in steps of the horizon, and forecasts past the end, for the screen.

    Every band has a level of `levels`; `coverage` says by target which share of the drawn test set it held, and `crps` how
    good band and forecast are together, beside a seasonal naive forecast with bands made alike. `backtest` has forecasts
    from origins all over validation and test set; it becomes a file of its own (`core.backtests`).
    """
    data, series = task.experiment.data, task.prepared.series
    labels = time_labels(series.frame.index, series.offset)
    shown = task.context.targets[:MAX_SHOWN]
    result: dict[str, Any] = {
        "time": labels,
        "targets": list(shown),
        "num_targets": len(task.context.targets),
        "units": {name: series.units.get(name, "") for name in shown},
        "values": {name: plain(task.truths[:, task.columns.index(name)]) for name in shown},
        "inputs": inside.kept_inputs(task.columns, shown, task.truths) if not task.each else {},
        "ahead": inside.kept_ahead(task.ahead, len(task.truths), data.window_size, data.horizon),
        "train_end": task.ends[0],
        "validation_end": task.ends[1],
        "season": task.season,
        "horizon": data.horizon,
        "levels": list(LEVELS),
        "coverage": {},
        "crps": {},
        "origins": [],
        "test": {},
        "future": {"time": list(task.context.future[: data.horizon])},
        "coming": {"values": coming_rows(task.context, data.horizon), "num_known": task.context.num_known},
    }
    ahead = {row["series"]: row for row in task.predictor.predict()}
    kept, rolled = kept_series(task, shown), []
    for names, number, errors, widths, test, coming in _groups(task, shown):
        rolled.extend(kept_backtest(task, names, number, errors, kept))
        origins = test["origins"]
        result["origins"] = result["origins"] or origins.tolist()
        at = (origins[:, None] + np.arange(data.horizon)).ravel()
        for place, name in enumerate(names):
            after = np.array(ahead[name]["forecast"])
            result["future"][name] = {
                "time": ahead[name]["time"],
                "network": after.tolist(),
                **_edges(task, number, place, after, widths[:, -1, :, place]),
                "baselines": {key: value[0, :, place].tolist() for key, value in coming.items()},
            }
            if len(origins):
                middle = test["network"][:, :, place]
                result["test"][name] = {
                    "time": [labels[row] for row in at],
                    "truth": plain(test["truth"][:, :, place]),
                    "network": middle.ravel().tolist(),
                    **_edges(task, number, place, middle, widths[:, :-1, :, place]),
                    "baselines": {key: value[:, :, place].ravel().tolist() for key, value in test["simple"].items()},
                }
                result["coverage"][name] = plain(test["coverage"][:, place])
                result["crps"][name] = {method: plain(score[place])[0] for method, score in test["crps"].items()}
    return result | {"backtest": as_kept(rolled)}


def _edges(
    task: SeriesForecasts, number: int | None, place: int, middle: np.ndarray, widths: np.ndarray
) -> dict[str, list[float | None]]:
    """Both edges of every band around forecasts (...,) of one of the targets, whose half widths are (L, ...)."""
    found: dict[str, list[float | None]] = {}
    column = [columns_of(task, number)[place]]
    for names, width in zip(EDGES, widths, strict=True):
        edges = task.context.scaler.band(middle[..., None], width[..., None], column)
        found |= {name: plain(edge) for name, edge in zip(names, edges, strict=True)}
    return found


def _groups(task: SeriesForecasts, shown: tuple[str, ...]) -> Any:
    """Targets that are forecast together and their number, the network's errors since validation began, half widths of their
    bands (L, M + 1, H, C), their test set, and baselines ahead.

    Bands are of the M forecasts that are drawn of the test set, the one past the end behind them.
    """
    data = task.experiment.data
    for names, number in series_together(task):
        if task.each and names[0] not in shown:
            continue
        row = 0 if number is None else number
        end = len(task.truths) if number is None else int(task.spans[number, 1])
        tiles = _own_origins(task, "test", row)[:: data.horizon]
        first = int(window_pairs(task.prepared, data, "validation").starts[row])
        errors = _errors(task, np.arange(first, end - data.horizon + 1), number)
        at = np.append(tiles, end)
        test: dict[str, Any] = {"origins": tiles}
        if len(tiles):
            test["truth"], test["network"] = task.forecasts(tiles, number)
            test["simple"] = task.simple(tiles, number)
            forecasts = {"network": test["network"], CALIBRATED_NAIVE: test["simple"][CALIBRATED_NAIVE]}
            test["crps"] = {
                name: _crps(task, number, test["truth"], forecast, half_widths(errors[name], first, tiles, QUANTILES))
                for name, forecast in forecasts.items()
            }
        widths = half_widths(errors["network"], first, at)
        if len(tiles):
            middle = test["network"]
            bands = [task.context.scaler.band(middle, one, columns_of(task, number)) for one in widths[:, :-1]]
            test["coverage"] = np.stack([coverage(test["truth"], *edges, axis=(0, 1)) for edges in bands])
        yield names, number, errors["network"], widths, test, task.simple(np.array([end]), number)


def _crps(
    task: SeriesForecasts, number: int | None, truth: np.ndarray, middle: np.ndarray, widths: np.ndarray
) -> np.ndarray:
    """(C,) the mean CRPS of bands of `QUANTILES` around forecasts (M, H, C), whose half widths are (L, M, H, C)."""
    below = [(1 - level) / 2 for level in QUANTILES]
    levels = (*below, 0.5, *(1 - level for level in below))
    lower, upper = task.context.scaler.band(middle, widths, columns_of(task, number))
    scores = crps(truth, np.concatenate([lower, middle[None], upper]), levels)
    judged = np.isfinite(scores)
    count = judged.sum(axis=(0, 1))
    total = np.where(judged, scores, 0.0).sum(axis=(0, 1))
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _errors(task: SeriesForecasts, origins: np.ndarray, number: int | None) -> dict[str, np.ndarray]:
    """Errors (N, H, C), as `SeriesScaler.error`, since validation begins, of the network and of a simple method."""
    num_targets = 1 if number is not None else len(task.context.targets)
    found = {name: np.full((len(origins), task.experiment.data.horizon, num_targets), np.nan, np.float32)
             for name in ("network", CALIBRATED_NAIVE)}  # fmt: skip
    for start in range(0, len(origins), _CHUNK):
        rows = slice(start, start + _CHUNK)
        truth, forecast = task.forecasts(origins[rows], number)
        naive = task.simple(origins[rows], number, {CALIBRATED_NAIVE})[CALIBRATED_NAIVE]
        for name, values in (("network", forecast), (CALIBRATED_NAIVE, naive)):
            found[name][rows] = task.context.scaler.error(truth, values, columns_of(task, number))
    return found


def _own_origins(task: SeriesForecasts, split: str, row: int) -> np.ndarray:
    pairs = window_pairs(task.prepared, task.experiment.data, split)
    return pairs.starts[row] + np.arange(pairs.counts[row])


def plain(values: np.ndarray) -> list[float | None]:
    """Numbers for JSON: None where one is missing."""
    return [None if np.isnan(value) else value for value in values.ravel().tolist()]
