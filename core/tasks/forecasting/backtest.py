"""Rolling origins: a trained forecaster and the simple methods forecast from many origins of its data, beside what came.

`backtest` goes over any rows; `kept_backtest` over some of the validation and the test set that a run keeps. With other
networks from some origin on, trained anew on all before it, `refitted` gives the experiment of each.

Shape letters: N origins, H steps of the horizon, C targets, L levels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.backtests import NETWORK, Backtest
from core.config.experiment import Experiment
from core.data.series import time_labels
from core.data.windows import window_pairs
from core.metrics.forecasts import mase_scale, rmsse_scale
from core.tasks.forecasting.bands import LEVELS, half_widths
from core.tasks.forecasting.forecasts import SeriesForecasts

BANDS = tuple(sorted({*LEVELS, 0.2, 0.4, 0.6}))
"""Share between the edges that are measured: with the middle they have the nine deciles, by which CRPS is told."""
MOST_ORIGINS, FEWEST_ORIGINS = 200, 24
MOST_NUMBERS = 300_000
"""That a run keeps, over series, origins, steps and methods; of very long horizons the first series alone may be more."""
MOST_STEPS = 5_000_000
"""Steps that are read, of all windows together, to forecast one step at a time: some seconds."""
_CHUNK = 1_024  # origins whose forecasts are made at once


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
        widths = None
        if bands:
            first = first_origin(task, number)
            known = errors_from(task, np.arange(first, int(at[-1])), number, horizon)
            widths = half_widths(known, first, at, BANDS)
        found.extend(_of_group(task, names, number, at, widths, horizon))
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
    end = len(task.truths) if number is None else int(task.spans[number, 1])
    return origins[(origins >= first_origin(task, number)) & (origins + horizon <= end)]


def errors_from(task: SeriesForecasts, origins: np.ndarray, number: int | None, horizon: int | None) -> np.ndarray:
    """The network's errors (N, H, C), as `SeriesScaler.error`; NaN where a truth lies behind the end of the data."""
    steps = horizon or task.experiment.data.horizon
    inside = origins[origins + steps <= len(task.truths)]
    num_targets = 1 if number is not None else len(task.context.targets)
    found = np.full((len(origins), steps, num_targets), np.nan, np.float32)
    for start in range(0, len(inside), _CHUNK):
        rows = slice(start, min(start + _CHUNK, len(inside)))
        truth, forecast = task.forecasts(inside[rows], number, horizon)
        found[rows] = task.context.scaler.error(truth, forecast, columns_of(task, number))
    return found


def columns_of(task: SeriesForecasts, number: int | None) -> list[int]:
    """Places of the columns that are forecast together, or of the series of that number."""
    return task.places if number is None else [number]


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
    widths: np.ndarray | None,
    horizon: int | None = None,
) -> list[Backtest]:
    """The rolling test of targets that are forecast together, with half widths of bands (L, N, H, C)."""
    truth, middle = task.forecasts(at, number, horizon)
    stepped = None
    if can_step(task, len(at), truth.shape[1]):
        stepped = task.forecasts(at, number, horizon, each_time=1)[1]
    methods = {NETWORK: middle, **task.simple(at, number, horizon=horizon)}
    labels = time_labels(task.prepared.series.frame.index, task.prepared.series.offset)
    scales = _scales(task)
    edges: dict[float, np.ndarray] = {}
    for level, width in zip(BANDS, () if widths is None else widths, strict=widths is not None):
        lower, upper = task.context.scaler.band(middle, width, columns_of(task, number))
        edges |= {round((1 - level) / 2, 6): lower, round((1 + level) / 2, 6): upper}
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
    task: SeriesForecasts, names: Sequence[str], number: int | None, errors: np.ndarray, kept: Sequence[str]
) -> list[Backtest]:
    """Rolling forecasts that a run keeps, of targets that are forecast together.

    Args:
        names: Of all of them.
        number: As `series_together` has it.
        errors: (N, H, C) truth less forecast from every origin since validation begins.
        kept: The series of which forecasts are kept.
    """
    wanted = [name for name in names if name in kept]
    first, end = first_origin(task, number), len(task.truths) if number is None else int(task.spans[number, 1])
    at = kept_origins(first, end, task.experiment.data.horizon, _num_rows(task), len(kept))
    if not wanted or not len(at):
        return []
    return [
        one for one in _of_group(task, names, number, at, half_widths(errors, first, at, BANDS)) if one.name in wanted
    ]


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
    count = end - horizon + 1 - first
    room = MOST_NUMBERS // max(1, num_rows * horizon * num_series)
    most = min(MOST_ORIGINS, max(FEWEST_ORIGINS, room))
    stride = -(-count // most)
    return np.arange(first + (count - 1) % stride, end - horizon + 1, stride) if count > 0 else np.zeros(0, np.int64)


def refitted(experiment: Experiment, origin: int, num_validation: int, num_rows: int) -> Experiment:
    """The experiment that is trained on the rows before an origin, the last of them its validation set.

    Its test set begins at the origin; seed and set-up are the same.
    """
    train = (origin - num_validation) / num_rows
    split = (train, num_validation / num_rows, 1 - train - num_validation / num_rows)
    return experiment.model_copy(update={"data": experiment.data.model_copy(update={"split": split})})
