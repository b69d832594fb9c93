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
from core.config.words import plural
from core.data.going_on import Past, go_on
from core.data.known_ahead import AheadForm
from core.data.missing import carry_forward
from core.data.powers import Powers
from core.data.series import time_labels
from core.data.series_scaler import SeriesScaler
from core.data.sources.newer_rows import KnownTable, NewerRows, read_newer
from core.data.step_grid import StepGrid
from core.data.table_form import TableForm
from core.tasks.forecasting.ahead import ahead_after, each_ahead_after, grid_of, static_after
from core.tasks.forecasting.cold_start import short_past, short_scale
from core.tasks.forecasting.context import SeriesContext, index_of

EARLIER_BANDS = (
    "these rows end before the training data: the bands are moved by errors up to its end, some of which came later"
)
_MAX_LISTED = 5
_MAX_TRIED = 1_000  # places where a table may have the known rows
_MIN_TO_SCALE = 10  # changes of a series that training has not seen, by which it is scaled itself
_MIN_ROWS = 3  # of such a series


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
    ahead = context.ahead_form or AheadForm()
    has_time = isinstance(_index_of(context), pd.DatetimeIndex)
    return KnownTable(context.columns, form, has_time, context.each, ahead.columns, ahead.static.columns)


def continue_context(context: SeriesContext, data: DataConfig, newer: NewerRows) -> Continued:
    """The context after newer rows.

    Raises:
        ConfigError: As for `read_and_go_on`.
    """
    grid = grid_of(context)
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
        past = _one_past(context, data, past, rows, places, grid)
        empty = [name for place, name in enumerate(context.columns) if not past.known[:, place].any()]
        if empty and data.missing != "mask":
            received, hint = f"none of {', '.join(map(repr, empty))}", "Fill in its newest values."
            raise ConfigError.single(
                "input", f"values of every column in the last {len(past.known):,} rows", received, hint
            )
        context, ahead_notes = ahead_after(context, newer, places, past.places[-data.window_size :], grid)
        continued, notes = _with_past(context, [past], grid), (*past.notes, *ahead_notes)
    steps = grid.times(int(places[0]), int(places[-1]))
    values = {name: newer.values[name].to_numpy() for name in continued.targets}
    if context.scaler.powers is not None and (number := sum(int((one <= 0).sum()) for one in values.values())):
        notes = (*notes, f"{plural(number, 'value')} not above zero: read as about the smallest value of training")
    if context.corrections and int(places[-1]) < 0:
        notes = (*notes, EARLIER_BANDS)
    return Continued(
        continued, (*newer.notes, *notes), tuple(time_labels(steps[places - places[0]], grid.offset)), values
    )


def _one_past(
    context: SeriesContext, data: DataConfig, past: Past, rows: np.ndarray, places: np.ndarray, grid: StepGrid
) -> Past:
    """The past of columns that are read together; rows (N, F) that only say what is known ahead move its end nowhere."""
    told = np.ones(len(rows), dtype=bool)
    if context.ahead_form is not None and context.ahead_form.columns:
        told = ~np.isnan(rows).all(axis=1)
        if context.has_rows and not told.any():
            return replace(past, notes=("no newer value to forecast: only what is known ahead is new",))
    return go_on(past, rows[told], places[told], context.target_places, data, context.scaler.lag, grid)


def _each_goes_on(
    context: SeriesContext, data: DataConfig, newer: NewerRows, places: np.ndarray, grid: StepGrid
) -> tuple[SeriesContext, tuple[str, ...]]:
    """Each series of the rows from its own end; one that training has not seen brings its own scale."""
    keep = len(context.history)
    names = [name for name in context.columns if name in newer.values]
    names += [name for name in newer.values.columns if name not in context.columns]
    pasts: list[Past] = []
    found: list[str] = []
    scales: list[SeriesScaler] = []
    problems: list[Problem] = []
    notes: dict[str, list[str]] = {}
    for name in names:
        values = newer.values[name].to_numpy()
        known = ~np.isnan(values)
        rows, at = values[known][:, None], places[known]
        only_ahead = not len(rows) and newer.ahead is not None and name in context.columns and context.has_rows
        if not len(rows) and not only_ahead:
            notes.setdefault("no value, so no forecast", []).append(name)
            continue
        try:
            if name in context.columns:
                past, scale = _own_past(context, name, grid)
            else:
                past = Past(np.full((keep, 1), np.nan), np.zeros((keep, 1), dtype=bool), np.arange(1 - keep, 1))
                is_long = len(rows) >= context.scaler.lag + _MIN_TO_SCALE
                scale = _own_scale(rows, at, context) if is_long else _short_scale(rows, context)
                by = "its own rows" if is_long else "its level, as the others spread about theirs"
                notes.setdefault(f"not in the training data: scaled by {by}", []).append(name)
            if name not in context.columns and at[-1] - at[0] + 1 < keep:
                past = short_past(rows, at, keep, context.scaler.lag, data.missing == "mask")
            elif only_ahead:
                notes.setdefault("no newer value to forecast: only what is known ahead is new", []).append(name)
            else:
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
    columns = tuple(found)
    scaler = SeriesScaler.beside(scales)
    static = static_after(context, newer, columns)
    windows = {name: past.places[-data.window_size :] for name, past in zip(columns, pasts, strict=True)}
    context, ahead_notes = each_ahead_after(context, newer, places, windows, grid)
    context = replace(context, scaler=scaler, columns=columns, targets=columns, static=static)
    return _with_past(context, pasts, grid), (*_with_names(notes), *ahead_notes)


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


def _own_past(context: SeriesContext, name: str, grid: StepGrid) -> tuple[Past, SeriesScaler]:
    """What is known of one series, which may end before the others, and its scale."""
    place, keep = context.columns.index(name), len(context.history)
    end = 0
    if name in context.own_future:
        end = int(grid.places_of(index_of(context.own_future[name][:1]))[0]) - 1
    known = np.ones((keep, 1), dtype=bool) if context.known is None else context.known[:, [place]]
    lines = None if context.first_on_line is None else context.first_on_line[[place]]
    past = Past(context.history[:, [place]], known, end + np.arange(1 - keep, 1), (), lines)
    return past, context.scaler.take(place)


def _own_scale(rows: np.ndarray, places: np.ndarray, context: SeriesContext) -> SeriesScaler:
    """Of a series that training has not seen: mean and spread of its changes, of the middle power of those it has."""
    trained, lag = context.scaler, context.scaler.lag
    values = np.full((int(places[-1] - places[0]) + 1, 1), np.nan)
    values[places - places[0]] = rows
    known = ~np.isnan(values)
    own = SeriesScaler.fit(carry_forward(np.nan_to_num(values), known, lag), lag, known, _own_powers(rows, trained))
    return replace(own, lowest=trained.lowest)


def _short_scale(rows: np.ndarray, context: SeriesContext) -> SeriesScaler:
    """Of one with too few values for that, as `short_scale` has it."""
    if len(rows) < _MIN_ROWS:
        hint = "The training data does not have this series, so its scale is taken from its own rows."
        raise ConfigError.single("input", f"at least {_MIN_ROWS} rows of a new series", f"{len(rows):,}", hint)
    return short_scale(rows, context.scaler, _own_powers(rows, context.scaler), context.history)


def _own_powers(rows: np.ndarray, trained: SeriesScaler) -> Powers | None:
    if trained.powers is None:
        return None
    if not (rows > 0).any():
        hint = "Its network reads logarithms, or other powers, which other values have not."
        raise ConfigError.single("input", "a value above zero of a new series", "none", hint)
    return trained.powers.of_another(rows)


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


def _index_of(context: SeriesContext) -> pd.Index:
    return index_of(context.history_times)
