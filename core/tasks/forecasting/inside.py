"""A trained forecaster over a longer stretch of its series: the state from which it would forecast at each of its last steps.

Every step is the end of a window of its own, read as for a forecast from there. So what is seen is what the network has to
go on, whatever it reads: one direction or two, scaled windows, segments. Rows come from `details.json`.
Left out: the last window step by step (the predictor's `trace`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor

from core.config.errors import ConfigError
from core.data.missing import carry_forward, known_spans
from core.insight.influence import MOST_INPUTS, Influence, Slopes, as_inputs, gradient_of, gradients_on, steps_to_end
from core.insight.states import states_at_ends
from core.tasks.forecasting.rows import windows_over
from core.tasks.options import check_whole

MOST_KEPT, MOST_CELLS = 2_000, 200_000
"""Rows, and numbers in all, that a run keeps of the columns that its network reads and does not forecast."""
MOST_STEPS, FEWEST_STEPS, SEASONS = 600, 240, 8
_MOST_WORK, _OPENED = 25_000_000, 8  # rows of all windows times units; opening every step takes so many times as long
_FEWEST_WINDOWS = 24


@dataclass(frozen=True)
class Stretch:
    """The last N steps of a series, and what the network is in after each.

    Attributes:
        times: Labels of the steps, N.
        values: (N,) what was measured, in original units; NaN where it is missing.
        first_row: Row of the first step in the data.
        layers: As `states_at_ends` gives them, each value (N, H).
    """

    times: tuple[str, ...]
    values: np.ndarray
    first_row: int
    layers: list[dict[str, Any]]


def kept_inputs(
    columns: tuple[str, ...], targets: tuple[str, ...], truths: np.ndarray
) -> dict[str, list[float | None]]:
    """The last rows of the columns that a network reads and does not forecast, for `details.json`: None where missing.

    Args:
        truths: (T, F) original values, NaN where missing.
    """
    others = [place for place, name in enumerate(columns) if name not in targets]
    if not others:
        return {}
    rows = truths[-min(MOST_KEPT, max(1, MOST_CELLS // len(others))) :]
    return {
        columns[place]: [None if np.isnan(value) else value for value in rows[:, place].tolist()] for place in others
    }


def kept_ahead(
    ahead: np.ndarray | None, num_rows: int, window_size: int, horizon: int, shown: Mapping[str, int]
) -> list[list[float]] | dict[str, list[list[float]]]:
    """What was known before their time of the last steps of the data and of the horizon after it, for `details.json`.

    Args:
        ahead: (T + L, K) scaled, or (S, T + L, K) where each series has its own; None where nothing is.
        num_rows: T.
        shown: Series that are drawn, by name, and the place of each; of these alone what they have of their own.
    """
    if ahead is None:
        return []
    if ahead.ndim == 3:
        return {name: kept_ahead(ahead[at], num_rows, window_size, horizon, {}) for name, at in shown.items()}  # type: ignore[misc]
    most = min(MOST_STEPS + window_size, MOST_CELLS // max(1, ahead.shape[1]))
    return np.round(ahead[max(0, num_rows - most) : num_rows + horizon], 6).tolist()


def rows_kept(predictor: Any, details: Mapping[str, Any], target: str) -> np.ndarray | None:
    """The last rows that a run kept of every column that its network reads, (T, F); None where it kept too little.

    Of many series that are read one at a time all columns but the target's are NaN.
    """
    context = predictor.context
    held = {**(details.get("inputs") or {}), **(details.get("values") or {})}
    names = [target] if context.each else list(context.columns)
    if not names or any(name not in held for name in names):
        return None
    num_rows = min(len(held[name]) for name in names)
    rows = np.full((num_rows, len(context.columns)), np.nan)
    for name in names:
        rows[:, context.columns.index(name)] = np.array(held[name][-num_rows:], dtype=np.float64)
    return rows


def read_stretch(predictor: Any, details: Mapping[str, Any], target: str) -> Stretch | None:
    """Reads as many windows as several seasons have steps, one ending at each of the last steps of a series.

    Args:
        predictor: A `ForecastPredictor`.
        details: What its run kept, `details.json`.
        target: The series that is drawn; of many that are read one at a time also the one that is read.

    Returns:
        None where the run kept too few rows.
    """
    rows = rows_kept(predictor, details, target)
    context, size = predictor.context, predictor.experiment.data.window_size
    ahead = None if rows is None else _ahead_kept(predictor, details, len(rows), target)
    if rows is None or (ahead is None and context.num_ahead):
        return None
    place = context.columns.index(target)
    known = ~np.isnan(rows)
    begin, end = known_spans(known)[place].tolist() if context.each else (0, len(rows))
    num_kept = len(_kept_of(details, target))
    first = max(begin + context.scaler.lag, 0 if ahead is None else len(ahead) - num_kept) + size
    wanted = int(np.clip(SEASONS * int(details["season"]), FEWEST_STEPS, MOST_STEPS))
    num_steps = min(wanted, end - first + 1, max(_FEWEST_WINDOWS, _room(predictor)))
    if num_steps < 2:
        return None
    origins = np.arange(end - num_steps + 1, end + 1)
    filled, numbers = (
        carry_forward(rows, known, context.scaler.lag),
        np.full(num_steps, place) if context.each else None,
    )
    windows = windows_over(predictor, filled, None if known.all() else known, ahead=ahead)
    read = predictor.model.steps(windows.inputs(origins, numbers), windows.ahead(origins, numbers))
    predictor.model.eval()
    layers = states_at_ends(predictor.model.recurrent, read)
    skipped = len(details["time"]) - len(rows)
    return Stretch(
        tuple(details["time"][skipped + row - 1] for row in origins.tolist()), rows[origins - 1, place],
        skipped + int(origins[0]) - 1, layers,
    )  # fmt: skip


def _kept_of(details: Mapping[str, Any], target: str) -> list[list[float]]:
    """What `kept_ahead` kept of a series."""
    kept = details.get("ahead") or []
    found: list[list[float]] = kept.get(target, []) if isinstance(kept, dict) else kept
    return found


def _ahead_kept(predictor: Any, details: Mapping[str, Any], num_rows: int, target: str) -> np.ndarray | None:
    """What was known ahead (T + H, K) of the rows that were kept and of the horizon after them; 0 before that was kept."""
    kept = _kept_of(details, target)
    if not kept or not predictor.context.num_ahead:
        return None
    table = np.zeros((num_rows + predictor.experiment.data.horizon, len(kept[0])))
    last = min(len(table), len(kept))
    table[-last:] = kept[-last:]
    return table


def _room(predictor: Any) -> int:
    """So many windows are read in a second or a few."""
    model = predictor.experiment.model
    units = model.hidden_size * model.num_layers * (2 * _OPENED if model.bidirectional else 1)
    return int(_MOST_WORK // (predictor.experiment.data.window_size * units))


def last_window(predictor: Any, target: str) -> Stretch:
    """The last window step by step, as `trace` reads it, with what was measured at each step.

    Args:
        predictor: A `ForecastPredictor`.
        target: The series that is drawn, and read where series are read one at a time.
    """
    context = predictor.context
    place = context.columns.index(target)
    layers = [one for one in predictor.trace(series=target)["layers"] if one.get("within", "encoder") == "encoder"]
    size = predictor.experiment.data.window_size
    values = context.history[-size:, place].copy()
    if context.known is not None:
        values[~context.known[-size:, place]] = np.nan
    times = list(context.history_times[-size:])
    if target in context.own_future:  # it ended before the others, of whose end these are the times
        times = [str(row) for row in range(1 - size, 1)]
    ends = np.arange(size, 0, -predictor.model.reading.segment)[::-1] - 1  # of segments, where it reads by them
    return Stretch(tuple(times[row] for row in ends), values[ends], 0, layers)


def influence(predictor: Any, target: str, step: int) -> Influence:
    """How much each row of the last window counts in a step of the forecast, as the predictor's `influence` says it."""
    norms = _gradients(predictor, target, step)[0].norm(dim=-1).tolist()
    times = predictor.context.history_times[-len(norms) :]
    return Influence.of_last(times, steps_to_end(len(norms), predictor.model.recurrent.bidirectional), norms)


def slopes(predictor: Any, target: str, step: int) -> tuple[Slopes, ...]:
    """The gradient by row and column, without the inputs that only say where a value is real.

    Returns:
        Of the columns of the last window; where something is known ahead also of that, up to the step that is asked about.
    """
    context, size = predictor.context, predictor.experiment.data.window_size
    gradient, of_ahead = (part[-MOST_INPUTS:].cpu().numpy() for part in _gradients(predictor, target, step))
    columns = (target,) if context.each else context.columns
    times = context.history_times[-size:]
    found = [Slopes(tuple(times[-len(gradient) :]), tuple(columns), gradient[:, : len(columns)])]
    if context.num_ahead:
        moments = (*times, *context.times_ahead(target, step))[-len(of_ahead) :]
        found.append(Slopes(tuple(moments), (*context.ahead_form.names, *context.ahead_form.static.names), of_ahead))
    return tuple(found)


def _gradients(predictor: Any, target: str, step: int) -> tuple[Tensor, Tensor]:
    """Of a step of the forecast with respect to the last window, (window_size, F), and to what is known of it and of the steps
    up to that one, (window_size + step, K). Raises `ConfigError`."""
    context = predictor.context
    if target not in context.targets:
        raise ConfigError.single("target", f"one of {', '.join(context.targets)}", target, "Choose one of these.")
    check_whole("step", step, 1, predictor.experiment.data.horizon)
    place = context.targets.index(target)
    row, column = (place, 0) if context.each else (0, place)
    if predictor.model.shape == "many_to_many" and not context.each:
        column = context.target_places[place]
    with gradients_on():
        window, ahead = as_inputs(predictor._last_windows()[row : row + 1]), predictor._ahead(step, row)
        ahead = as_inputs(window.new_zeros(1, 0, 0) if ahead is None else ahead)
        numbers = np.array([row]) if context.each else None
        medians, _ = predictor.run_freely(window, step, ahead if context.num_ahead else None, numbers)
        of_window, of_ahead = gradient_of(medians[0, -1, column], (window, ahead))
    return of_window[0], of_ahead[0]
