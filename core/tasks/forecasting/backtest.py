"""Rolling origins: a trained forecaster and the simple methods forecast from many origins of its data, beside what came.

`backtest` goes over any rows; `kept_backtest` over some of the validation and the test set that a run keeps. Left out:
networks that are trained anew on the way (core.refits).

Shape letters: N origins, H steps of the horizon, C targets, L levels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.backtests import NETWORK, Backtest, where_known
from core.data.series import time_labels
from core.data.windows import window_pairs
from core.metrics.forecasts import mase_scale, rmsse_scale
from core.metrics.quantiles import DECILES
from core.tasks.forecasting.bands import BANDS
from core.tasks.forecasting.forecasts import SeriesForecasts
from core.tasks.forecasting.known_errors import EDGE_LEVELS, columns_of, end_of, known_errors, own_edges

MAX_SHOWN = 100  # series drawn on the screen; figures and predictions have all
MOST_ORIGINS, FEWEST_ORIGINS = 200, 24
MOST_JUDGED = 100_000  # truths of a part by which bands and CRPS are judged
MOST_NUMBERS = 300_000
"""That a run keeps, over series, origins, steps and methods; of very long horizons the first series alone may be more."""
MOST_STEPS = 5_000_000
"""Steps that are read, of all windows together, to forecast one step at a time: some seconds."""


def backtest(
    task: SeriesForecasts, origins: np.ndarray, horizon: int | None = None, bands: bool = True
) -> list[Backtest]:
    """Forecasts of every target from these origins.

    Args:
        task: With a trained network.
        origins: (N,) rows, ascending; from the end of training on, whose rows network and simple methods know.
        horizon: Steps ahead, as trained when None; every origin must have as many rows behind it.
        bands: Whether to measure the bands that were known at every origin.

    Raises:
        ValueError: An origin inside the training set.
    """
    if len(origins) and origins.min() < task.ends[0]:
        raise ValueError(f"origins must be after the {task.ends[0]} rows of training, got {origins.min()}")
    found: list[Backtest] = []
    for names, number in series_together(task):
        at = own_rows(task, origins, horizon or task.experiment.data.horizon, number)
        if not len(at):
            continue
        middle, reach = task.network(at, number, horizon), None
        if bands:
            known = known_errors(task, number, first_origin(task, number), int(at[-1]), horizon)
            reach = known.reaches(at, own_edges(task, at, middle, number, horizon))
        found.extend(_of_group(task, names, number, at, middle, reach, horizon))
    return found


def series_together(task: SeriesForecasts) -> list[tuple[tuple[str, ...], int | None]]:
    """Names of targets that are forecast together, and the number of the series where one is read at a time."""
    if not task.each:
        return [(task.context.targets, None)]
    return [((name,), task.columns.index(name)) for name in task.context.targets]


def first_origin(task: SeriesForecasts, number: int | None) -> int:
    """The first origin of the validation set, from which on errors are known."""
    return int(window_pairs(task.prepared, task.experiment.data, "validation").starts[number or 0])


def own_rows(task: SeriesForecasts, origins: np.ndarray, horizon: int, number: int | None) -> np.ndarray:
    """Those of the origins from which a series can be forecast and judged."""
    end = end_of(task, number)
    return origins[(origins >= first_origin(task, number)) & (origins + horizon <= end)]


def can_step(task: SeriesForecasts, num_origins: int, horizon: int) -> bool:
    """Whether a direct network is asked how it does one step at a time: it reads only what it forecasts, and soon."""
    data, reads_alone = task.experiment.data, task.each or len(task.places) == len(task.columns)
    goes_at_once = task.experiment.model.shape != "many_to_many" and data.horizon > 1 and horizon > 1
    return goes_at_once and reads_alone and num_origins * horizon * data.window_size <= MOST_STEPS


def _of_group(
    task: SeriesForecasts,
    names: Sequence[str],
    number: int | None,
    at: np.ndarray,
    middle: np.ndarray,
    reach: np.ndarray | None,
    horizon: int | None = None,
) -> list[Backtest]:
    """The rolling test of targets that are forecast together: forecasts (N, H, C), and how far bands reach, (2, L, N, H, C)."""
    truth = task.truth(at, number, horizon)
    stepped = None
    if can_step(task, len(at), truth.shape[1]):
        stepped = task.forecasts(at, number, horizon, each_time=1)[1]
    methods = {NETWORK: middle, **task.simple(at, number, horizon=horizon)}
    labels = time_labels(task.prepared.series.frame.index, task.prepared.series.offset)
    scales = _scales(task)
    edges: dict[float, np.ndarray] = {}
    if reach is not None:
        found = np.concatenate(task.context.scaler.band(middle, reach[0], reach[1], columns_of(task, number)))
        edges = dict(zip(EDGE_LEVELS, found, strict=True))
    return [
        Backtest(
            name, labels, at, truth[:, :, place],
            {method: values[:, :, place] for method, values in methods.items()},
            {level: values[:, :, place] for level, values in edges.items()},
            *scales[name], task.ends[1], None if stepped is None else stepped[:, :, place],
        )
        for place, name in enumerate(names)
    ]  # fmt: skip


def _scales(task: SeriesForecasts) -> dict[str, tuple[float, float]]:
    """Units of MASE and RMSSE of every target."""
    train = task.truths[: task.ends[0]][:, task.places]
    pairs = zip(mase_scale(train, task.season).tolist(), rmsse_scale(train, task.season).tolist(), strict=True)
    return dict(zip(task.context.targets, pairs, strict=True))


def kept_series(task: SeriesForecasts, shown: Sequence[str]) -> tuple[str, ...]:
    """Of the series that are drawn those of which a run keeps rolling forecasts."""
    return tuple(shown[: max(1, MOST_NUMBERS // (_num_rows(task) * task.experiment.data.horizon * FEWEST_ORIGINS))])


def kept_backtest(
    task: SeriesForecasts,
    names: Sequence[str],
    number: int | None,
    at: np.ndarray,
    middle: np.ndarray,
    reach: np.ndarray,
    kept: Sequence[str],
) -> list[Backtest]:
    """Rolling forecasts that a run keeps, of targets that are forecast together.

    Args:
        names: Of all of them.
        number: As `series_together` has it.
        at: (N,) the kept origins, as `kept_rows` gives them.
        middle, reach: Forecasts from there (N, H, C), and how far their bands reach (2, L, N, H, C).
        kept: The series of which forecasts are kept.
    """
    if not len(at) or not set(names) & set(kept):
        return []
    return [one for one in _of_group(task, names, number, at, middle, reach) if one.name in kept]


def kept_rows(task: SeriesForecasts, number: int | None) -> np.ndarray:
    """Origins of validation and test set from which forecasts are kept."""
    first, end = first_origin(task, number), end_of(task, number)
    num_series = len(kept_series(task, task.context.targets[:MAX_SHOWN]))
    return kept_origins(first, end, task.experiment.data.horizon, _num_rows(task), num_series)


def judged_rows(task: SeriesForecasts, number: int | None, origins: np.ndarray) -> np.ndarray:
    """Of all origins of a part those by which bands and CRPS are judged: all, evenly thinned beyond `MOST_JUDGED` truths."""
    num_truths = len(origins) * task.experiment.data.horizon * len(columns_of(task, number))
    return origins[:: max(1, -(-num_truths // MOST_JUDGED))]


def judged_spread(
    task: SeriesForecasts, number: int | None, at: np.ndarray, middle: np.ndarray, reach: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Truth (N, H, C) of forecasts from `at` (N,) whose bands reach so far, and their quantiles (Q, N, H, C) of `DECILES`.

    CRPS is told by these levels wherever it is told, of a part by its `judged_rows`. A truth is NaN where there is no band yet.
    """
    edges = np.concatenate(task.context.scaler.band(middle, reach[0], reach[1], columns_of(task, number)))
    quantiles = [middle if level == 0.5 else edges[EDGE_LEVELS.index(level)] for level in DECILES]
    return where_known(task.truth(at, number), np.stack(quantiles))


def _num_rows(task: SeriesForecasts) -> int:
    """Of numbers that a forecast has in the file: network (twice), simple methods, edges and the truth."""
    return 3 + len(task.experiment.description.baselines) + 2 * len(BANDS)


def kept_origins(first: int, end: int, horizon: int, num_rows: int, num_series: int) -> np.ndarray:
    """Evenly thinned origins that a run keeps, the last one from which all is known among them.

    Args:
        first: The first origin of the validation set.
        end: The row behind the last one of the series.
        num_rows: How many rows of numbers a forecast has: methods, edges and the truth.
        num_series: Between which `MOST_NUMBERS` are divided.
    """
    count, total = end - horizon + 1 - first, end - horizon + 1
    # As far apart as in a run whose test set begins later, so that both can be told origin by origin (core.refits).
    span = max(count, min(total // 3, 2 * count))
    room = MOST_NUMBERS // max(1, num_rows * horizon * num_series)
    most = min(MOST_ORIGINS, max(FEWEST_ORIGINS, room))
    stride = -(-span // most)
    return np.arange(first + (count - 1) % stride, end - horizon + 1, stride) if count > 0 else np.zeros(0, np.int64)
