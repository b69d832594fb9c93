"""A trained forecaster's context, gone on with newer rows: the same network and scale, another past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from core.config.errors import ConfigError, Problem
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.going_on import Past, go_on
from core.data.missing import carry_forward
from core.data.series import SeriesScaler, infer_frequency, step_of, time_labels
from core.data.sources.newer_rows import KnownTable, NewerRows, read_newer
from core.data.step_grid import StepGrid
from core.data.table_form import TableForm, order_of
from core.tasks.forecasting.context import SeriesContext

_MAX_LISTED = 5
_MAX_TRIED = 1_000  # places where a table may have the known rows
_MIN_TO_SCALE = 10  # values of a series that training has not seen


@dataclass(frozen=True)
class Continued:
    """A context gone on with newer rows.

    Attributes:
        context: Of the forecast; with `each` it holds the series of the rows alone.
        notes: What to say about the rows.
        times: Labels of the rows (N,).
        values: Of each series in them (N,), NaN where missing.
    """

    context: SeriesContext
    notes: tuple[str, ...]
    times: tuple[str, ...]
    values: Mapping[str, np.ndarray]


def read_and_go_on(context: SeriesContext, data: DataConfig, path: str | Path, name: str = "") -> Continued:
    """The context after the newer rows of a file.

    Raises:
        ConfigError: Rows that cannot be read or do not go on from what the network knows; of the field `input`.
    """
    return continue_context(context, data, read_newer(Path(path), data, known_table(context), Limits(), name))


def known_table(context: SeriesContext) -> KnownTable:
    """What decides how newer rows of a context are read."""
    form = context.form or TableForm(time_columns=(), delimiter=",")
    return KnownTable(context.columns, form, isinstance(_index_of(context), pd.DatetimeIndex), context.each)


def continue_context(context: SeriesContext, data: DataConfig, newer: NewerRows) -> Continued:
    """The context after newer rows.

    Raises:
        ConfigError: As for `read_and_go_on`.
    """
    grid = _grid_of(context)
    if newer.stamps is None and grid.order is not None:
        grid = replace(grid, order=None)
    if not len(newer.values):
        raise ConfigError.single("input", "rows with a time", "none", "Bring the newest rows of the data.")
    places = grid.places(newer.stamps, len(newer.values), len(context.history))
    if newer.stamps is None:
        places = places - _known_at_start(context, newer)
        follow = "they follow directly on the training data" if places[0] == 1 else "they begin with the training data"
        newer = replace(newer, notes=(*newer.notes, f"rows without a time: {follow}"))
    if context.each:
        continued, notes = _each_goes_on(context, data, newer, places, grid)
    else:
        known = np.ones(context.history.shape, dtype=bool) if context.known is None else context.known
        past = Past(context.history, known, grid.places_of(_index_of(context)), (), context.first_on_line)
        rows = newer.values[list(context.columns)].to_numpy()
        past = go_on(past, rows, places, context.target_places, data, context.scaler.lag, grid)
        empty = [name for place, name in enumerate(context.columns) if not past.known[:, place].any()]
        if empty and data.missing != "mask":
            received, hint = f"none of {', '.join(map(repr, empty))}", "Fill in its newest values."
            raise ConfigError.single(
                "input", f"values of every column in the last {len(past.known):,} rows", received, hint
            )
        continued, notes = _with_past(context, [past], grid), past.notes
    steps = grid.times(int(places[0]), int(places[-1]))
    values = {name: newer.values[name].to_numpy() for name in continued.targets}
    return Continued(
        continued, (*newer.notes, *notes), tuple(time_labels(steps[places - places[0]], grid.offset)), values
    )


def _each_goes_on(
    context: SeriesContext, data: DataConfig, newer: NewerRows, places: np.ndarray, grid: StepGrid
) -> tuple[SeriesContext, tuple[str, ...]]:
    """Each series of the rows from its own end; one that training has not seen brings its own scale."""
    keep = len(context.history)
    names = [name for name in context.columns if name in newer.values]
    names += [name for name in newer.values.columns if name not in context.columns]
    pasts: list[Past] = []
    found: list[str] = []
    scales: list[tuple[float, float]] = []
    problems: list[Problem] = []
    notes: dict[str, list[str]] = {}
    for name in names:
        values = newer.values[name].to_numpy()
        known = ~np.isnan(values)
        rows, at = values[known][:, None], places[known]
        if not len(rows):
            notes.setdefault("no value, so no forecast", []).append(name)
            continue
        try:
            if name in context.columns:
                past, scale = _own_past(context, name, grid)
            else:
                past = Past(np.full((keep, 1), np.nan), np.zeros((keep, 1), dtype=bool), np.arange(1 - keep, 1))
                scale = _own_scale(rows, at, context.scaler.lag, keep)
                notes.setdefault("not in the training data: scaled by its own rows", []).append(name)
            past = go_on(past, rows, at, [0], data, context.scaler.lag, grid)
        except ConfigError as error:
            problems += [replace(one, received=f"{one.received} in {name!r}") for one in error.problems]
            continue
        found.append(name)
        pasts.append(past)
        scales.append(scale)
        for note in past.notes:
            notes.setdefault(note, []).append(name)
    if problems:
        raise ConfigError(problems[:_MAX_LISTED])
    if not pasts:
        raise ConfigError.single(
            "input", "a row with a value of what is forecast", "none", "Fill in the newest values."
        )
    mean, std = zip(*scales, strict=True)
    columns = tuple(found)
    scaler = SeriesScaler(context.scaler.lag, mean, std)
    context = replace(context, scaler=scaler, columns=columns, targets=columns)
    return _with_past(context, pasts, grid), tuple(_with_names(notes))


def _known_at_start(context: SeriesContext, newer: NewerRows) -> int:
    """How many rows of a table without times end with the known history, found by its values; 0 where it is not there."""
    names = [name for name in context.columns if name in newer.values]
    rows = newer.values[names].to_numpy()
    history = context.history[:, [context.columns.index(name) for name in names]]
    if not names or context.own_future:
        return 0
    ends = np.flatnonzero(np.isclose(rows, history[-1]).all(axis=1)) + 1
    for end in ends[ends >= len(history)][::-1][:_MAX_TRIED].tolist():
        if np.isclose(rows[end - len(history) : end], history).all():
            return end
    return 0


def _with_names(notes: Mapping[str, list[str]]) -> list[str]:
    """Notes with the series that they are about."""
    found = []
    for note, names in notes.items():
        more = f" and {len(names) - _MAX_LISTED:,} more" if len(names) > _MAX_LISTED else ""
        found.append(f"{', '.join(repr(name) for name in names[:_MAX_LISTED])}{more}: {note}")
    return found


def _own_past(context: SeriesContext, name: str, grid: StepGrid) -> tuple[Past, tuple[float, float]]:
    """What is known of one series, which may end before the others, and its scale."""
    place, keep = context.columns.index(name), len(context.history)
    end = 0
    if name in context.own_future:
        end = int(grid.places_of(_index(context.own_future[name][:1]))[0]) - 1
    known = np.ones((keep, 1), dtype=bool) if context.known is None else context.known[:, [place]]
    lines = None if context.first_on_line is None else context.first_on_line[[place]]
    past = Past(context.history[:, [place]], known, end + np.arange(1 - keep, 1), (), lines)
    return past, (context.scaler.mean[place], context.scaler.std[place])


def _own_scale(rows: np.ndarray, places: np.ndarray, lag: int, keep: int) -> tuple[float, float]:
    """Mean and spread of the changes of a series that training has not seen."""
    needed = max(keep, lag + _MIN_TO_SCALE)
    if len(rows) < needed:
        hint = "The training data does not have this series, so its scale is taken from its own rows."
        raise ConfigError.single("input", f"at least {needed:,} rows of a new series", f"{len(rows):,}", hint)
    values = np.full((int(places[-1] - places[0]) + 1, 1), np.nan)
    values[places - places[0]] = rows
    known = ~np.isnan(values)
    scaler = SeriesScaler.fit(carry_forward(np.nan_to_num(values), known, lag), lag, known)
    return scaler.mean[0], scaler.std[0]


def _with_past(context: SeriesContext, pasts: list[Past], grid: StepGrid) -> SeriesContext:
    """A context whose history is these pasts, side by side, each with its own end."""
    last = max(int(past.places[-1]) for past in pasts)
    num_ahead = len(context.future)
    longest = next(past for past in pasts if past.places[-1] == last)
    steps = grid.times(int(longest.places[0]), last)
    labels = time_labels(steps[longest.places - longest.places[0]], grid.offset)
    own_future = {
        name: tuple(_labels_after(grid, int(past.places[-1]), num_ahead))
        for name, past in zip(context.columns, pasts, strict=False)
        if past.places[-1] < last
    }
    known = np.concatenate([past.known for past in pasts], axis=1)
    lines = [past.values[0] if past.first_on_line is None else past.first_on_line for past in pasts]
    return replace(
        context,
        history=np.concatenate([past.values for past in pasts], axis=1),
        history_times=tuple(labels),
        future=tuple(_labels_after(grid, last, num_ahead)),
        known=None if known.all() else known,
        own_future=own_future,
        first_on_line=None if known[0].all() else np.concatenate(lines),
    )


def _labels_after(grid: StepGrid, place: int, num_steps: int) -> list[str]:
    return grid.labels(place + 1, place + num_steps)


def _grid_of(context: SeriesContext) -> StepGrid:
    """The steps that the training data stands on; what runs of earlier versions do not say is found from its end."""
    index, form = _index_of(context), context.form or TableForm()
    if not isinstance(index, pd.DatetimeIndex):
        return StepGrid(int(index[-1]), order=order_of(form.order) if form.order else None)
    step = context.step or step_of(index)
    return StepGrid(index[-1], step, context.frequency or infer_frequency(index), form.on_grid, offset=form.offset)


def _index_of(context: SeriesContext) -> pd.Index:
    return _index(context.history_times)


def _index(labels: tuple[str, ...]) -> pd.Index:
    """Labels of `time_labels` as moments, or as numbers."""
    is_date = "-" in labels[-1][1:]
    labels = tuple(label[: len("2024-01-31T00:00:00")] for label in labels)  # without the offset of UTC
    return pd.DatetimeIndex(list(labels)).as_unit("us") if is_date else pd.Index([int(label) for label in labels])
