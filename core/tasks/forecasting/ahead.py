"""What a forecaster is told of steps before their time: of its last window and of those to come, also after newer rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from core.config.errors import ConfigError, Problem
from core.data.known_ahead import IDENTITY, fill_ahead, repeated
from core.data.series import infer_frequency, step_of
from core.data.sources.newer_rows import NewerRows
from core.data.step_grid import StepGrid
from core.data.table_form import TableForm, order_of
from core.tasks.forecasting.context import SeriesContext, index_of


def grid_of(context: SeriesContext) -> StepGrid:
    """The steps that the training data stands on; what runs of earlier versions do not say is found from its end."""
    index, form = index_of(context.history_times), context.form or TableForm()
    if not isinstance(index, pd.DatetimeIndex):
        return StepGrid(int(index[-1]), order=order_of(form.order) if form.order else None)
    step = context.step or step_of(index)
    return StepGrid(index[-1], step, context.frequency or infer_frequency(index), form.on_grid, offset=form.offset)


def told_ahead(
    context: SeriesContext, window_size: int, horizon: int, series: Sequence[int] | None = None
) -> np.ndarray | None:
    """What is known of a last window and of the steps after it; None where nothing is.

    Args:
        series: Places of N series that are read one at a time, each with an end of its own; None: all at once, N is 1.

    Returns:
        Floats (N, window_size + horizon, K + J).
    """
    form = context.ahead_form
    if form is None:
        return None
    num_rows = window_size + horizon
    rows = np.full((num_rows, len(form.columns)), np.nan)
    rows[: len(context.ahead)] = context.ahead[:num_rows]
    rows, _ = fill_ahead(rows, context.season)
    if series is None:
        return form.values(_moments(context, context.history_times[-window_size:], "", horizon), rows)[None]
    by_end: dict[str, np.ndarray] = {}
    found = []
    for place in series:
        name = context.columns[place]
        end = context.own_future[name][0] if name in context.own_future else ""
        if end not in by_end:
            by_end[end] = form.values(_moments(context, _last_labels(context, end, window_size), name, horizon), rows)
        found.append(by_end[end])
    told = np.stack(found)
    if context.static is None:
        return told
    always = np.broadcast_to(context.static[list(series), None], (*told.shape[:2], context.static.shape[1]))
    return np.concatenate([told, always], axis=2)


def _moments(context: SeriesContext, window: Sequence[str], name: str, horizon: int) -> pd.Index:
    """Moments of a window with these labels and of the steps after the end of the series of that name."""
    return index_of((*window, *context.times_ahead(name, horizon)))


def _last_labels(context: SeriesContext, end: str, window_size: int) -> Sequence[str]:
    """Labels of the last window of a series, whose first step after its end is called so; "" where it ends with the others."""
    if not end:
        return context.history_times[-window_size:]
    grid = grid_of(context)
    first = int(grid.places_of(index_of((end,)))[0])
    return grid.labels(first - window_size, first - 1)


def with_ahead(context: SeriesContext, values: Mapping[str, Sequence[float]]) -> SeriesContext:
    """A context in which columns that are known ahead take other values from the first step after the end on.

    Args:
        values: By column; steps without one stay as they are.

    Raises:
        ConfigError: No such column, or a value that is no number.
    """
    columns = context.ahead_form.columns if context.ahead_form else ()
    window_size = len(context.ahead) - len(context.future)
    ahead, longest = context.ahead.copy(), 0
    problems = []
    for name, row in values.items():
        if name not in columns:
            expected = f"one of {', '.join(columns)}" if columns else "nothing: no column is known ahead"
            problems.append(Problem("ahead", expected, repr(name), "Choose a column that is known ahead."))
            continue
        changed = np.array(row, dtype=np.float64)[: len(context.future)]
        if not np.isfinite(changed).all():
            problems.append(Problem("ahead", f"numbers for {name}", "an empty cell or no number", "Fill it in."))
            continue
        ahead[window_size : window_size + len(changed), columns.index(name)] = changed
        longest = max(longest, len(changed))
    if problems:
        raise ConfigError(problems)
    return replace(context, ahead=ahead, num_known=max(context.num_known, longest))


def coming_rows(context: SeriesContext, horizon: int) -> dict[str, list[float]]:
    """The values of each column that is known ahead in the steps after the end."""
    columns = context.ahead_form.columns if context.ahead_form else ()
    if not columns:
        return {}
    window_size = len(context.ahead) - len(context.future)
    rows = np.full((window_size + horizon, len(columns)), np.nan)
    rows[: len(context.ahead)] = context.ahead[: len(rows)]
    rows, _ = fill_ahead(rows, context.season)
    return {name: rows[window_size:, place].tolist() for place, name in enumerate(columns)}


def ahead_after(
    context: SeriesContext, newer: NewerRows, places: np.ndarray, window: np.ndarray, grid: StepGrid
) -> tuple[SeriesContext, list[str]]:
    """The same context with what is known ahead of another end, and notes.

    Args:
        context: Before the newer rows.
        newer: The rows (N,), also those that only say what is known ahead.
        places: (N,) steps after the end of the training data of the rows.
        window: (window_size,) likewise of the new last window.
        grid: The steps.
    """
    form = context.ahead_form
    if form is None or not form.columns:
        return context, []
    num_ahead, last = len(context.future), int(window[-1])
    first = min(int(window[0]), 1 - len(window))
    table = np.full((last + num_ahead - first + 1, len(form.columns)), np.nan)
    if context.has_rows:
        before = grid.places_of(index_of(context.history_times))[-len(window) :]
        told = np.concatenate([before, np.arange(1, context.num_known + 1)])
        inside = told <= last + num_ahead
        table[told[inside] - first] = context.ahead[: len(told)][inside]
    inside = (places >= first) & (places <= last + num_ahead)
    for place, name in enumerate(form.columns):
        if name in newer.values:
            cells = newer.values[name].to_numpy()[inside]
            known = ~np.isnan(cells)
            table[places[inside][known] - first, place] = cells[known]
    filled, num_filled = fill_ahead(table, context.season)
    num_known = max(0, min(num_ahead, num_filled - (last - first + 1)))
    rows = np.concatenate([window, last + np.arange(1, num_ahead + 1)]) - first
    absent = [name for name in form.columns if name not in newer.values]
    notes = [f"no column {name!r}: what is known of it from before counts" for name in absent]
    stand_in = repeated(context.season if num_filled > context.season else 1)
    until = f"known until {grid.label(last + num_known)}" if num_known else "not known past the last value"
    notes.append(f"{', '.join(form.columns)}: {until}; past that {stand_in} stands for it")
    return replace(context, ahead=filled[rows], num_known=num_known), notes


def static_after(context: SeriesContext, newer: NewerRows, columns: Sequence[str]) -> np.ndarray | None:
    """What series always are (S, J), by the newer rows, or as training had it; 0 where nobody says it."""
    form = context.ahead_form
    if form is None or context.static is None:
        return None
    found = np.zeros((len(columns), context.static.shape[1]))
    for row, name in enumerate(columns):
        if name in context.columns:
            found[row] = context.static[context.columns.index(name)]
        if newer.static is not None and name in newer.static.index:
            told = newer.static.loc[[name]].assign(**{IDENTITY: name})
            table = told.reindex(columns=list(form.static.columns))
            found[row] = form.static.values(table)[0]
    return found
