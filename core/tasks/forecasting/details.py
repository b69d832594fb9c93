"""What the screen draws of a forecasting run, kept beside its figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.backtests import as_kept
from core.data.series import time_labels
from core.data.windows import window_pairs
from core.metrics.quantiles import DECILES, coverage, crps
from core.tasks.forecasting import inside
from core.tasks.forecasting.ahead import coming_rows
from core.tasks.forecasting.backtest import (
    MAX_SHOWN,
    first_origin,
    judged_rows,
    judged_spread,
    kept_backtest,
    kept_rows,
    kept_series,
    series_together,
)
from core.tasks.forecasting.bands import BANDS, EDGES, LEVELS
from core.tasks.forecasting.forecasts import SeriesForecasts
from core.tasks.forecasting.known_errors import KnownErrors, columns_of, corrections, end_of, known_errors, own_edges

CALIBRATED_NAIVE = "seasonal_naive"  # whose CRPS stands beside the network's, with bands made alike
_DRAWN = [BANDS.index(level) for level in LEVELS]


def forecast_details(task: SeriesForecasts) -> dict[str, Any]:
    """Series, forecasts over the test set in steps of the horizon, and forecasts past the end, for the screen.

    Every band has a level of `levels`; `coverage` says by target which share of the test set it held, and `crps` how good
    band and forecast are together, beside a seasonal naive forecast and the simple method that errs least, with bands made
    alike: all over `judged_rows` of the test set. `backtest` has forecasts from the kept origins of validation and test set;
    it becomes a file of its own (`core.backtests`). What moves edges past the end of the data is left in the context, for
    predictions. No forecast is below `lowest`, where there is such a value.
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
        "ahead": inside.kept_ahead(
            task.ahead,
            len(task.truths),
            data.window_size,
            data.horizon,
            {name: task.columns.index(name) for name in shown},
        ),
        "train_end": task.ends[0],
        "validation_end": task.ends[1],
        "season": task.season,
        "horizon": data.horizon,
        "lowest": task.context.scaler.lowest,
        "levels": list(LEVELS),
        "coverage": {},
        "crps": {},
        "origins": [],
        "test": {},
        "future": {"time": list(task.context.future[: data.horizon])},
        "coming": {"values": coming_rows(task.context, data.horizon, shown[0]), "num_known": task.context.num_known},
    }
    if task.context.ahead.ndim == 3:
        result["coming"]["of_series"] = {name: coming_rows(task.context, data.horizon, name) for name in shown}
    ahead = {row["series"]: row for row in task.predictor.predict()}
    kept, rolled, moved = kept_series(task, shown), [], dict[str, Any]()
    for names, number, known, reach, test, coming in _groups(task, shown):
        at, middle, wide = test["kept"]
        rolled.extend(kept_backtest(task, names, number, at, middle, wide, kept))
        moved |= _corrections(task, names, number, known)
        origins = test["origins"]
        result["origins"] = result["origins"] or origins.tolist()
        rows = (origins[:, None] + np.arange(data.horizon)).ravel()
        for place, name in enumerate(names):
            after = np.array(ahead[name]["forecast"])
            result["future"][name] = {
                "time": ahead[name]["time"],
                "network": after.tolist(),
                **_edges(task, number, place, after, reach[:, :, -1, :, place]),
                "baselines": {key: value[0, :, place].tolist() for key, value in coming.items()},
            }
            if len(origins):
                middle = test["network"][:, :, place]
                result["test"][name] = {
                    "time": [labels[row] for row in rows],
                    "truth": plain(test["truth"][:, :, place]),
                    "network": middle.ravel().tolist(),
                    **_edges(task, number, place, middle, reach[:, :, :-1, :, place]),
                    "baselines": {key: value[:, :, place].ravel().tolist() for key, value in test["simple"].items()},
                }
                result["coverage"][name] = plain(test["coverage"][:, place])
                result["crps"][name] = {method: plain(score[place])[0] for method, score in test["crps"].items()}
    task.take_corrections(moved)
    return result | {"backtest": as_kept(rolled)}


def _edges(
    task: SeriesForecasts, number: int | None, place: int, middle: np.ndarray, reach: np.ndarray
) -> dict[str, list[float | None]]:
    """Both edges of every drawn band around forecasts (...,) of one of the targets, which reach so far, (2, L, ...)."""
    found: dict[str, list[float | None]] = {}
    column = [columns_of(task, number)[place]]
    for names, band in zip(EDGES, _DRAWN, strict=True):
        edges = task.context.scaler.band(
            middle[..., None], reach[0, band, ..., None], reach[1, band, ..., None], column
        )
        found |= {name: plain(edge) for name, edge in zip(names, edges, strict=True)}
    return found


def _groups(task: SeriesForecasts, shown: tuple[str, ...]) -> Any:
    """Targets that are forecast together and their number, the network's errors since validation began, how far their bands
    reach (2, L, M + 1, H, C), their test set, and baselines ahead.

    Bands are of the M forecasts that are drawn of the test set, the one past the end behind them.
    """
    horizon = task.experiment.data.horizon
    for names, number in series_together(task):
        if task.each and names[0] not in shown:
            continue
        end = end_of(task, number)
        tested, kept = _own_origins(task, "test", number or 0), kept_rows(task, number)
        tiles, judged = tested[::horizon], judged_rows(task, number, tested)
        known = known_errors(task, number, first_origin(task, number), end)
        at, place = np.unique(np.concatenate([tiles, kept, [end], judged]), return_inverse=True)
        middle = task.network(at, number)
        reach = known.reaches(at, own_edges(task, at, middle, number))
        until = len(tiles) + len(kept)
        drawn, whole = np.append(place[: len(tiles)], place[until]), place[len(tiles) : until]
        test: dict[str, Any] = {"origins": tiles, "kept": (kept, middle[whole], reach[:, :, whole])}
        if len(tiles):
            test["truth"], test["network"] = task.truth(tiles, number), middle[drawn[:-1]]
            test["simple"] = task.simple(tiles, number)
            rows = np.searchsorted(at, judged)
            best = _errs_least(test["truth"], test["simple"])
            test |= _judged(task, number, known.first, judged, middle[rows], reach[:, :, rows], best)
        yield names, number, known, reach[:, :, drawn], test, task.simple(np.array([end]), number)


def _judged(
    task: SeriesForecasts,
    number: int | None,
    first: int,
    at: np.ndarray,
    middle: np.ndarray,
    reach: np.ndarray,
    best: str,
) -> dict[str, Any]:
    """What bands of `LEVELS` hold (L, C), and by method the CRPS (C,), over `judged_rows` of the test set.

    Beside the network's stand a seasonal naive forecast and the simple method `best`, each with the bands of its own errors.
    """
    columns, scaler, truth = columns_of(task, number), task.context.scaler, task.truth(at, number)
    edges = [scaler.band(middle, reach[0, band], reach[1, band], columns) for band in _DRAWN]
    rows, simple = np.arange(first, at[-1] + 1), dict[str, np.ndarray]()
    truths = task.truth(rows, number)
    for name, forecasts in task.simple(rows, number, {CALIBRATED_NAIVE, best}).items():
        errors = KnownErrors(first, 1, scaler.error(truths, forecasts, columns))
        simple[name] = _crps(*judged_spread(task, number, at, forecasts[at - first], errors.reaches(at)))
    return {
        "coverage": np.stack([coverage(truth, *pair, axis=(0, 1)) for pair in edges]),
        "crps": {
            "network": _crps(*judged_spread(task, number, at, middle, reach)),
            **simple,
        },
    }


def _errs_least(truth: np.ndarray, simple: dict[str, np.ndarray]) -> str:
    """The simple method whose forecasts (N, H, C) of some truths have the smallest mean error, each target in its own unit."""
    known = np.isfinite(truth)
    count = np.maximum(known.sum(axis=(0, 1)), 1)
    sizes = {name: np.where(known, np.abs(one - truth), 0.0).sum(axis=(0, 1)) / count for name, one in simple.items()}
    unit = np.mean(list(sizes.values()), axis=0)
    shares = {name: float((size / np.where(unit > 0, unit, 1.0)).mean()) for name, size in sizes.items()}
    known_shares = {name: share for name, share in shares.items() if np.isfinite(share)}
    return min(known_shares, key=lambda name: known_shares[name], default=CALIBRATED_NAIVE)


def _crps(truth: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    """(C,) the mean CRPS of quantiles (Q, M, H, C) of `DECILES`, over the truths that are known."""
    judged = np.isfinite(truth)
    count = judged.sum(axis=(0, 1))
    total = np.where(judged, crps(truth, quantiles, DECILES), 0.0).sum(axis=(0, 1))
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _corrections(task: SeriesForecasts, names: Sequence[str], number: int | None, known: KnownErrors) -> dict[str, Any]:
    """By series what moves the network's own edges past the end, (2, L, H) in units of its spread; none where nothing is."""
    if known.own is None:
        return {}
    end = np.array([end_of(task, number)])
    moved = corrections(known, int(end[0]), own_edges(task, end, task.network(end, number), number))
    units = np.array(task.context.scaler.std)[columns_of(task, number)]
    return {
        name: moved[..., place] / units[place]
        for place, name in enumerate(names)
        if np.isfinite(moved[..., place]).all()
    }


def _own_origins(task: SeriesForecasts, split: str, row: int) -> np.ndarray:
    pairs = window_pairs(task.prepared, task.experiment.data, split)
    return pairs.starts[row] + np.arange(pairs.counts[row])


def plain(values: np.ndarray) -> list[float | None]:
    """Numbers for JSON: None where one is missing."""
    return [None if np.isnan(value) else value for value in values.ravel().tolist()]
