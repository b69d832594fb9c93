"""A visitor's table as series: which columns are numbers, which are forecast, and what had to be mended.

The time is found by time_columns.py and made regular by time_grid.py, cells become numbers in numbers.py, and several
series below each other come to stand side by side in long_tables.py; series_columns.py gives columns their roles.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from core.config.errors import ConfigError, Problem
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.coming import find_coming_below
from core.data.dataset import Rows, SeriesSet
from core.data.missing import MIN_STEPS
from core.data.series import clean_series
from core.data.sources.headers import NO_TIME_COLUMN
from core.data.sources.inputs import InputFile, listing, path_error, plural
from core.data.sources.layouts import read_plain, with_roles
from core.data.sources.long_tables import find_series_column, has_series, named_columns, read_static, widen
from core.data.sources.numbers import blank_sentinels, is_european, to_column
from core.data.sources.reading import Freed
from core.data.sources.series_columns import (
    Columns,
    ahead_columns,
    choose_columns,
    default_targets,
    drop_flat,
    drop_short,
    known_cells,
    likely_targets,
    note_repairs,
    value_column,
)
from core.data.sources.tables import NO_HEADER
from core.data.sources.time_columns import find_time, time_at
from core.data.sources.time_grid import to_regular_steps
from core.data.sources.timestamps import TimeColumn
from core.data.table_form import TableForm, take_sample

_NO_TIME_HINT = f"Choose one, leave it out, or say {NO_TIME_COLUMN} to take the rows in their order."


def read_series(file: InputFile, data: DataConfig, limits: Limits) -> SeriesSet:
    """Read one table of series, already through `check_files`; columns that are named come before the guesses.

    Returns:
        A frame of floats over regular time steps, finite but for what `data.missing` leaves empty, and notes on every
        guess and repair.

    Raises:
        ConfigError: No table, too few rows, nothing to forecast, or columns that do not exist.
    """
    table = read_plain(file, limits, wanted_columns(data))
    data = with_roles(data, table)
    notes = [*table.notes, *([] if table.has_header else [NO_HEADER])]
    _check_names(table.frame, data)
    _check_length(table.frame)
    time = time_of(table.frame, data, limits)
    used = time.columns if time else ()
    series_column = data.series_column or find_series_column(table.frame, time, data, limits)
    if series_column is None:
        _refuse(_unknown_targets(table.frame, data))
        _check_single_series(time)
    form = TableForm(series_column=series_column, delimiter=table.delimiter, sample=take_sample(table.frame))
    if time:
        form = replace(form, time_columns=time.columns, date_format=time.date_format, offset=time.offset)
    labels = None if series_column is None else table.frame.pop(series_column)
    columns: Columns = {}
    has_commas = is_european(table.frame, table.delimiter)
    static = read_static(table.frame, labels, data, has_commas)
    freed = Freed()
    for name in [name for name in table.frame.columns if name not in used]:
        # Each text goes as its numbers come: both together are the most that a large file needs.
        cells = table.frame.pop(name)
        num_bytes, columns[name] = cells.nbytes, to_column(cells, has_commas)
        del cells
        freed.add(num_bytes)
    if data.sentinels == "auto":
        columns = blank_sentinels(columns)
    fillers = {name: tuple(value for value, _ in column.sentinels) for name, column in columns.items()
               if column and column.sentinels}  # fmt: skip
    del table
    notes.extend(time.notes if time else ["no time column: rows are taken as equally spaced"])
    if labels is not None:
        series = replace(_read_long(columns, time, labels, data, limits, notes), static=static)
    else:  # one series a column
        series = _read_wide(columns, time, data, notes)
    if time and len(time.columns) == 1:
        series.frame.index.name = time.columns[0]
    found = {"time_column": " and ".join(form.time_columns), "series_column": series_column}
    told = {**series.columns, **{field: name for field, name in found.items() if name}}
    form = replace(form, value_column=series.columns.get("value_column"), fillers=fillers)
    if time:
        form = form.with_times(time.stamps, series.frame.index, drops=data.missing == "drop")
    return replace(series, columns=told, offset=form.offset, form=form)


def wanted_columns(data: DataConfig) -> list[str]:
    """The columns that the visitor named, whatever for."""
    time = data.time_column if data.time_column != NO_TIME_COLUMN else None
    return [name for name in (time, data.series_column, *named_columns(data)) if name]


def _read_wide(columns: Columns, time: TimeColumn | None, data: DataConfig, notes: list[str]) -> SeriesSet:
    """One series a column."""
    chosen, kept = choose_columns(columns, data, notes)
    num_blanked = sum(column.num_blanked for name in kept if (column := columns[name]) is not None)
    values = _side_by_side(columns, kept)
    rows, frequency, step = Rows(len(values), num_blanked=num_blanked), None, None
    if time is not None:
        steps = to_regular_steps(values, time.stamps)
        rows = replace(rows, dropped=steps.dropped)
        values, frequency, step = steps.values, steps.frequency, steps.step
        notes.extend(steps.notes)
    _check_length(values)
    if not data.target_columns:
        chosen = default_targets(likely_targets(chosen, values, data, notes), data, notes)
    values = drop_flat(values, chosen, notes)
    series = clean_series(values, chosen, None, data, rows=rows)
    _check_length(series.frame)
    return replace(series, frequency=frequency, step=step, notes=(*notes, *series.notes))


def _side_by_side(columns: Columns, names: list[str]) -> pd.DataFrame:
    """The named columns as a table; all columns go, or the numbers would be there twice."""
    kept = {name: column.values for name in names if (column := columns[name]) is not None}
    columns.clear()
    table = np.empty((len(names), len(kept[names[0]])))
    for place, name in enumerate(names):
        table[place] = kept.pop(name)
    return pd.DataFrame(table.T, columns=names, copy=False)


def _read_long(
    columns: Columns, time: TimeColumn | None, labels: pd.Series, data: DataConfig, limits: Limits, notes: list[str]
) -> SeriesSet:
    """Several series below each other, as columns of their own."""
    value, wanted = value_column(columns, data, notes, labels)
    ahead = ahead_columns(columns, data, value)
    kept = {name: column for name in (value, *ahead) if (column := columns[name]) is not None}
    found = kept[value]
    for name, column in kept.items():
        note_repairs(name, column, notes)
    stamps, told = time.stamps if time else None, {name: kept[name].values for name in ahead}
    coming = None if stamps is None else find_coming_below(value, known_cells(columns, value), labels, stamps, data)
    beside = [str(name) for name in columns if name != value]
    columns.clear()
    wide = widen(found.values, stamps, labels, limits, told)
    steps = to_regular_steps(pd.concat({value: wide.values, **wide.beside}, axis=1), wide.stamps)
    names = [str(name) for name in wide.values.columns]
    notes.extend(
        (f"{len(names):,} series in {str(labels.name)!r}, with values in {value!r}", *wide.notes, *steps.notes)
    )
    _refuse([
        Problem(field, f"some of {listing(beside)}" if field == "data.future_columns" and beside
                else f"{value!r}, or some of {listing(names)}", listing(unknown),
                "Write several as [a, b]." if any("," in name for name in unknown) else "Choose these.")
        for field, chosen in (("data.target_columns", tuple(wanted)), *data.named_covariates)
        if (unknown := [name for name in chosen if name not in (*names, *ahead)])
    ])  # fmt: skip
    every = pd.DataFrame(steps.values[value])
    values = drop_short(every, wanted, notes)
    _check_length(values)
    chosen = wanted or default_targets(list(values.columns), data, notes)
    if data.many_series == "each" and not wanted:
        notes.append("each series is forecast by itself; data.many_series=together reads all of them at once")
    own = data.model_copy(update={"target_columns": tuple(wanted)})
    if ahead:
        own = own.model_copy(update={"future_columns": tuple(one for one in own.future_columns if one not in ahead)})
    series = clean_series(values, chosen, None, own, shared_span=True, ahead=steps.values[ahead] if ahead else None)
    read = values.loc[series.frame.index, list(series.frame.columns)]
    left_out = int(every.notna().to_numpy().sum()) - int(read.notna().to_numpy().sum())
    gone = (("in steps or series that are left out", left_out),) if left_out else ()
    return replace(
        series, frequency=steps.frequency, step=steps.step, notes=(*notes, *series.notes), coming=coming,
        rows=Rows(len(labels), (*wide.dropped, *steps.dropped, *gone), found.num_blanked), columns={"value_column": value},
    )  # fmt: skip


def find_roles(frame: pd.DataFrame, data: DataConfig, delimiter: str = ",") -> dict[str, Any]:
    """What the columns of a table of strings, or of its beginning, are taken for: data field to value where one is found.

    Columns that are named and exist come before the guesses; the delimiter decides what a comma in a number is.
    """
    names = [str(name) for name in frame.columns]
    known = {
        "time_column": data.time_column if data.time_column in (*names, NO_TIME_COLUMN) else None,
        "series_column": data.series_column if data.series_column in names else None,
        "target_columns": tuple(name for name in data.target_columns if name in names),
        **{field: None if getattr(data, field) is None else tuple(name for name in getattr(data, field) if name in names)
           for field in ("covariate_columns", "future_columns", "static_columns")},
    }  # fmt: skip
    data = data.model_copy(update=known)
    try:
        time = time_of(frame, data, Limits())
    except ConfigError:
        time = time_of(frame, data.model_copy(update={"time_column": None, "date_format": None}), Limits())
    series_column = data.series_column or find_series_column(frame, time, data, Limits())
    told = {"time_column": time.columns[0], "date_format": time.date_format} if time else {}
    found: dict[str, Any] = {field: name for field, name in {**told, "series_column": series_column}.items() if name}
    taken = {series_column, *(time.columns if time else ()), *data.static_columns}
    named = ("target_columns", "covariate_columns", "future_columns")
    data = data.model_copy(update={one: tuple(name for name in names_of if name not in taken)
                                   for one in named if (names_of := getattr(data, one)) is not None})  # fmt: skip
    has_commas = is_european(frame, delimiter)
    columns = {name: to_column(frame[name], has_commas) for name in names if name not in taken}
    without = blank_sentinels(columns)
    if any(column is not None and column.sentinels for column in without.values()):
        found["sentinels"] = "auto"
    with suppress(ConfigError):  # nothing to forecast: reading says so
        if series_column is not None:
            found["target_columns"] = (value_column(columns, data, [], frame[series_column])[0],)
        else:
            chosen, kept = choose_columns(columns, data, [])
            if not data.target_columns:
                values = pd.DataFrame({name: column.values for name in kept if (column := columns[name]) is not None})
                order = time.stamps.argsort(kind="stable") if time else slice(None)
                chosen = default_targets(likely_targets(chosen, values.iloc[order], data, []), data, [])
            found["target_columns"] = tuple(chosen)
            found["covariate_columns"] = tuple(name for name in kept if name not in (*chosen, *data.future_columns))
    return found


def _check_length(frame: pd.DataFrame) -> None:
    if len(frame) < MIN_STEPS:
        received = plural(len(frame), "row")
        raise path_error(f"at least {MIN_STEPS} rows", received, "A longer series is needed to learn from.")


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise ConfigError(problems)


def _chosen(data: DataConfig) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (
        ("data.target_columns", data.target_columns),
        *data.named_covariates,
        ("data.static_columns", data.static_columns),
    )


def _check_names(frame: pd.DataFrame, data: DataConfig) -> None:
    """Refuse columns of time and series that do not exist, and what they rule out, all at once."""
    names, time, series = list(frame.columns), data.time_column, data.series_column
    problems = []
    if time not in (None, NO_TIME_COLUMN, *names):
        problems.append(Problem("data.time_column", f"one of {listing(names)}", repr(time), _NO_TIME_HINT))
    if series not in (None, *names):
        problems.append(
            Problem("data.series_column", f"one of {listing(names)}", repr(series), "Choose one, or leave it out.")
        )
    if series is not None and series == time:
        problems.append(Problem("data.series_column", "another column than the time", repr(series), "Choose another."))
    problems += [
        Problem(field, "columns of numbers", f"the {role} column {name!r}", "Choose another.")
        for field, chosen in _chosen(data)
        for role, name in (("time", time), ("series", series))
        if name in chosen
    ]
    _refuse(problems and [*problems, *_unknown_targets(frame, data)])


def _unknown_targets(frame: pd.DataFrame, data: DataConfig) -> list[Problem]:
    """Targets and covariates that are no columns, where each series has a column."""
    names, problems = list(frame.columns), []
    for field, columns in _chosen(data):
        unknown = [name for name in columns if name not in names]
        if unknown and data.series_column is None:
            problems.append(Problem(field, f"some of {listing(names)}", listing(unknown), "Choose from these."))
        if both := [name for name in columns if name in data.target_columns and field != "data.target_columns"]:
            problems.append(Problem(field, "columns that are not forecast", listing(both), "Leave them out here."))
    return problems


def time_of(frame: pd.DataFrame, data: DataConfig, limits: Limits) -> TimeColumn | None:
    """The time that the visitor named, or the one that is found; None where there is none or shall be none."""
    if data.time_column == NO_TIME_COLUMN and NO_TIME_COLUMN not in frame:
        if data.date_format is not None:
            hint = "Leave data.date_format out, or name the time column."
            raise ConfigError.single("data.date_format", "nothing without a time column", data.date_format, hint)
        return None
    if data.time_column is None:
        taken = (*named_columns(data), data.series_column)
        others = frame[[name for name in frame.columns if name not in taken]]
        found = find_time(others, data.date_format, lambda time: has_series(frame, time, data, limits))
        if found is None and data.date_format is not None:
            usual = find_time(others)
            raise _no_time("data.date_format", frame, usual.columns[0] if usual else str(frame.columns[0]), data)
        return found
    found = time_at(frame, data.time_column, data.date_format)
    if found is None or (data.date_format is not None and found.stamps.isna().all()):
        raise _no_time("data.date_format" if data.date_format else "data.time_column", frame, data.time_column, data)
    return found


def _no_time(field: str, frame: pd.DataFrame, name: str, data: DataConfig) -> ConfigError:
    cells = [cell for cell in frame[name].head(200) if cell][:3]
    received = f"{name!r} with {listing(cells) if cells else 'empty cells'}"
    if field == "data.date_format":
        expected = f"dates that are written {str(data.date_format).replace('_', ' ')}"
        return ConfigError.single(field, expected, received, "Choose how they are written, or leave it out to find it.")
    hint = f"Write dates as 2024-01-31, or set data.time_column={NO_TIME_COLUMN} to take the rows in their order."
    return ConfigError.single(field, "a column of dates or times", received, hint)


def _check_single_series(time: TimeColumn | None) -> None:
    """Refuse a table with several series below each other: dropping doubles would mix them."""
    num_known, num_times = time.count() if time and time.is_calendar else (0, 1)
    if time and num_times <= 0.5 * num_known:
        raise ConfigError.single(
            "data.series_column",
            "one row for each time, or a column that names the series",
            f"{num_times:,} times in {plural(num_known, 'row')} of {listing(time.columns)}",
            "Several series below each other: name their column, keep one of them, or give each a column of its own.",
        )
