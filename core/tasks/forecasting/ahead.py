"""What a forecaster is told of steps before their time: of its last window and of those to come, also after newer rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from core.config.errors import ConfigError, Problem
from core.config.words import plural
from core.data.known_ahead import IDENTITY, fill_ahead, repeated
from core.data.series import infer_frequency, step_of
from core.data.sources.newer_rows import NewerRows
from core.data.step_grid import StepGrid
from core.data.table_form import TableForm, order_of
from core.tasks.forecasting.context import SeriesContext, index_of

_MOST_LISTED = 5


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
    if series is None:
        rows = _rows_of(context, 0, num_rows)
        return form.values(_moments(context, context.history_times[-window_size:], "", horizon), rows)[None]
    by_end: dict[str, pd.Index] = {}
    found = []
    for place in series:
        name = context.columns[place]
        end = context.own_future[name][0] if name in context.own_future else ""
        if end not in by_end:
            by_end[end] = _moments(context, _last_labels(context, end, window_size), name, horizon)
        found.append(form.values(by_end[end], _rows_of(context, place, num_rows)))
    told = np.stack(found)
    if context.static is None:
        return told
    always = np.broadcast_to(context.static[list(series), None], (*told.shape[:2], context.static.shape[1]))
    return np.concatenate([told, always], axis=2)


def _rows_of(context: SeriesContext, place: int, num_rows: int) -> np.ndarray:
    """The columns that are known ahead, (num_rows, A), from the last window on; of the series of that place."""
    told = context.ahead if context.ahead.ndim == 2 else context.ahead[place]
    rows = np.full((num_rows, told.shape[1]), np.nan)
    rows[: len(told)] = told[:num_rows]
    return fill_ahead(rows, context.season)[0]


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


def with_ahead(
    context: SeriesContext, values: Mapping[str, Sequence[float]], series: str | None = None
) -> SeriesContext:
    """A context in which columns that are known ahead take other values from the first step after the end on.

    Args:
        values: By column; steps without one stay as they are.
        series: Whose, where each series has its own; everybody's when None.

    Raises:
        ConfigError: No such column or series, or a value that is no number.
    """
    columns = context.ahead_form.columns if context.ahead_form else ()
    if series is not None and series not in context.columns:
        expected = f"one of {', '.join(context.columns[:_MOST_LISTED])}"
        raise ConfigError.single("series", expected, repr(series), "Choose a series of the data.")
    window_size = context.ahead.shape[-2] - len(context.future)
    whose = context.columns.index(series) if series is not None and context.ahead.ndim == 3 else slice(None)
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
        own = ahead[whose] if ahead.ndim == 3 else ahead
        own[..., window_size : window_size + len(changed), columns.index(name)] = changed
        longest = max(longest, len(changed))
    if problems:
        raise ConfigError(problems)
    return replace(context, ahead=ahead, num_known=max(context.num_known, longest))


def coming_rows(context: SeriesContext, horizon: int, series: str | None = None) -> dict[str, list[float]]:
    """The values of each column that is known ahead in the steps after the end, of that series where each has its own."""
    columns = context.ahead_form.columns if context.ahead_form else ()
    if not columns:
        return {}
    window_size = context.ahead.shape[-2] - len(context.future)
    rows = _rows_of(context, 0 if series is None else context.columns.index(series), window_size + horizon)
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
    last = int(window[-1])
    cells = {name: newer.values[name].to_numpy() for name in form.columns if name in newer.values}
    known = (
        (grid.places_of(index_of(context.history_times))[-len(window) :], context.ahead) if context.has_rows else None
    )
    rows, num_known, num_filled = _gone_on(context, known, cells, places, window)
    absent = [name for name in form.columns if name not in newer.values]
    notes = [f"no column {name!r}: what is known of it from before counts" for name in absent]
    stand_in = repeated(context.season if num_filled > context.season else 1)
    until = f"known until {grid.label(last + num_known)}" if num_known else "not known past the last value"
    notes.append(f"{', '.join(form.columns)}: {until}; past that {stand_in} stands for it")
    return replace(context, ahead=rows, num_known=num_known), notes


def each_ahead_after(
    context: SeriesContext, newer: NewerRows, places: np.ndarray, windows: Mapping[str, np.ndarray], grid: StepGrid
) -> tuple[SeriesContext, list[str]]:
    """The same of series that have their own: a context whose `ahead` is of the series in `windows`, in their order.

    Args:
        windows: By series the steps of its new last window.
    """
    form = context.ahead_form
    if form is None or not form.columns:
        return context, []
    told = newer.values[[]] if newer.ahead is None else newer.ahead
    found, num_known = [], len(context.future)
    for name, window in windows.items():
        cells = {column: told[column, name].to_numpy() for column in form.columns if (column, name) in told}
        known = None
        if name in context.columns and context.has_rows:
            end = 0
            if name in context.own_future:
                end = int(grid.places_of(index_of(context.own_future[name][:1]))[0]) - 1
            known = end + np.arange(1 - len(window), 1), context.ahead[context.columns.index(name)]
        rows, own_known, _ = _gone_on(context, known, cells, places, window)
        found.append(rows)
        num_known = min(num_known, own_known)
    until = f"known at least {plural(num_known, 'step')} past the last value of each series"
    notes = [f"no column {name!r}: what is known of it from before counts" for name in form.columns if name not in told]
    notes.append(f"{', '.join(form.columns)}: {until}; past that {repeated(context.season)} stands for it")
    return replace(context, ahead=np.stack(found), num_known=num_known), notes


def _gone_on(
    context: SeriesContext,
    known: tuple[np.ndarray, np.ndarray] | None,
    cells: Mapping[str, np.ndarray],
    places: np.ndarray,
    window: np.ndarray,
) -> tuple[np.ndarray, int, int]:
    """What is known ahead (window_size + L, A) around another end, of how many steps after it, and of the rows before in all.

    Args:
        known: The steps of the last window before, and what is known of it and of steps after it, (window_size + L, A).
        cells: By column, of the newer rows (N,).
        places: (N,) their steps.
        window: (window_size,) the steps of the new last window.
    """
    form, num_ahead, last = context.ahead_form, len(context.future), int(window[-1])
    assert form is not None
    first = int(window[0]) if known is None else min(int(window[0]), int(known[0][0]))
    table = np.full((last + num_ahead - first + 1, len(form.columns)), np.nan)
    if known is not None:
        told = np.concatenate([known[0], known[0][-1] + np.arange(1, context.num_known + 1)])
        inside = told <= last + num_ahead
        table[told[inside] - first] = known[1][: len(told)][inside]
    inside = (places >= first) & (places <= last + num_ahead)
    for place, name in enumerate(form.columns):
        if name in cells:
            values = cells[name][inside]
            is_known = ~np.isnan(values)
            table[places[inside][is_known] - first, place] = values[is_known]
    filled, num_filled = fill_ahead(table, context.season)
    filled = np.where(np.isnan(table).all(axis=0), np.array(form.mean), filled)
    num_known = max(0, min(num_ahead, num_filled - (last - first + 1)))
    return filled[np.concatenate([window, last + np.arange(1, num_ahead + 1)]) - first], num_known, num_filled


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
