"""Newer rows of a table that a network was trained on, read as that table was.

Columns are found by name; what their cells mean is decided together with rows of the training data as they stood
(core.data.table_form), so that a single row is enough. Every message names `input`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.dataset import told_columns, told_each
from core.data.sources.files import choose_files
from core.data.sources.headers import TIME_NAMES
from core.data.sources.inputs import listing, plural
from core.data.sources.layouts import read_plain
from core.data.sources.long_tables import read_static, widen
from core.data.sources.numbers import Column, blank_sentinels, find_odd, is_european, is_missing, to_column
from core.data.sources.reading import Reading
from core.data.sources.series_columns import no_numbers
from core.data.sources.series_files import time_of
from core.data.sources.tables import Table
from core.data.sources.time_columns import find_time
from core.data.sources.time_grid import NO_TIME, REPEATED
from core.data.sources.timestamps import TimeColumn, read_time
from core.data.table_form import TableForm, order_labels, order_of

_MAX_STRANGE = 0.5  # of the filled cells of a column


@dataclass(frozen=True)
class NewerRows:
    """Newer rows in time order.

    Attributes:
        values: Floats, one column a series, NaN where missing.
        stamps: (N,) increasing, datetime64 or numbers that give the order; None where rows follow directly.
        notes: What was left out or assumed.
        static: What the series always are, a row for each that says something; None where nothing does.
        ahead: What is known ahead of each series in these rows, by column and series; None where they are read together.
    """

    values: pd.DataFrame
    stamps: np.ndarray | None = None
    notes: tuple[str, ...] = ()
    static: pd.DataFrame | None = None
    ahead: pd.DataFrame | None = None


@dataclass(frozen=True)
class NewerTable:
    """Newer rows as plain values, which JSON keeps exactly."""

    values: dict[str, list[float | None]]
    stamps: tuple[str, ...] | None
    notes: tuple[str, ...]
    static: dict[str, list[float | str | None]] | None = None
    static_names: tuple[str, ...] = ()
    ahead: dict[str, dict[str, list[float | None]]] | None = None

    @classmethod
    def of(cls, newer: NewerRows) -> NewerTable:
        """The same rows as plain values."""
        static, told = newer.static, newer.ahead
        ahead = None if told is None else {name: _plain(pd.DataFrame(told[name])) for name in told_columns(told)}
        always = None if static is None else {
            str(name): [None if isinstance(cell, float) and np.isnan(cell) else cell for cell in column.tolist()]
            for name, column in static.items()
        }  # fmt: skip
        names = () if static is None else tuple(map(str, static.index))
        stamps = None if newer.stamps is None else order_labels(newer.stamps)
        return cls(_plain(newer.values), stamps, newer.notes, always, names, ahead)

    def rows(self) -> NewerRows:
        """What `of` was given."""
        static = None if self.static is None else pd.DataFrame(self.static, index=list(self.static_names))
        ahead = None if self.ahead is None else pd.concat(
            {name: _frame(own) for name, own in self.ahead.items()}, axis=1)  # fmt: skip
        stamps = None if self.stamps is None else order_of(self.stamps)
        return NewerRows(_frame(self.values), stamps, self.notes, static, ahead)


def _plain(values: pd.DataFrame) -> dict[str, list[float | None]]:
    """Columns as lists with None where a value is missing."""
    return {str(name): [None if np.isnan(value) else value for value in column.tolist()]
            for name, column in values.items()}  # fmt: skip


def _frame(values: dict[str, list[float | None]]) -> pd.DataFrame:
    """What `_plain` was given."""
    return pd.DataFrame({name: np.array(column, dtype="float64") for name, column in values.items()})


@dataclass(frozen=True)
class KnownTable:
    """What a network was trained on, as far as it decides how newer rows are read.

    Attributes:
        columns: The series that it reads, by name.
        form: How they were written; without samples for sets that are built in.
        has_time: The rows have moments in time.
        any_series: Some of the series are enough, and others may come (`data.many_series=each`).
        ahead: Columns that are known ahead of their time, which may be missing.
        static: Columns that stay the same within a series, likewise.
    """

    columns: tuple[str, ...]
    form: TableForm
    has_time: bool
    any_series: bool
    ahead: tuple[str, ...] = ()
    static: tuple[str, ...] = ()


def read_newer(path: Path, data: DataConfig, known: KnownTable, limits: Limits, name: str = "") -> NewerRows:
    """Read a file of newer rows, in any form that training data may have; `name` is what to call it in messages.

    Raises:
        ConfigError: No such table, columns that are missing, cells that cannot be read; of the field `input`.
    """
    try:
        table = _read(path, data, known, limits, name)
        frame, notes = table.frame, list(table.notes)
        alone = len(known.columns) == frame.shape[1] == 1 and known.form.series_column is None
        if alone and (not table.has_header or frame.columns[0] == known.columns[0]):
            frame, stamps = frame.set_axis(list(known.columns), axis=1), None
        else:
            _check_columns(frame, known)
            time = _time(frame, data, known)
            notes.extend(time.notes if time else ())
            stamps, times = (time.stamps, time.columns) if time else (None, ())
            used = {*times, *_needed(known), *known.ahead, *known.static, *known.form.sample}
            used |= {*_more_series(frame, data, known, times)}
            if ignored := [name for name in frame.columns if name not in used]:
                notes.append(f"columns that the training data has not are left out: {listing(ignored)}")
        values = _numbers(frame, data, known, table.delimiter, notes)
        if known.form.series_column is not None:
            labels = frame[known.form.series_column]
            told = data.model_copy(update={"static_columns": tuple(name for name in known.static if name in frame)})
            static = read_static(frame, labels, told, is_european(frame, table.delimiter))
            return replace(_long(values, stamps, labels, known, limits, notes), static=static)
        return _told_each(_in_order(values, stamps, notes), known)
    except ConfigError as error:
        # What is wrong with the file is wrong with the input: the run's own data section cannot be changed any more.
        raise ConfigError([replace(problem, field="input") for problem in error.problems]) from None


def _read(path: Path, data: DataConfig, known: KnownTable, limits: Limits, name: str) -> Table:
    chosen = choose_files("series", [path], limits, [name] if name else ())
    wanted = [*known.form.time_columns, *_needed(known), *known.columns]
    table = read_plain(replace(chosen.files[0], reading=Reading.of(data)), limits, wanted)
    return replace(table, notes=(*table.notes, *chosen.notes))


def _needed(known: KnownTable) -> list[str]:
    """Columns of numbers, and the one that names the series."""
    series, value = known.form.series_column, known.form.value_column
    return list(known.columns) if series is None or value is None else [series, value]


def _check_columns(frame: pd.DataFrame, known: KnownTable) -> None:
    """Refuse a table without the columns that the network reads, naming all that are missing."""
    times, needed = list(known.form.time_columns), _needed(known)
    missing = [name for name in needed if name not in frame]
    if known.any_series and known.form.series_column is None and len(missing) < len(needed):
        missing = []
    missing += [name for name in times if name not in frame]
    if missing:
        expected = f"the columns {listing([*times, *needed])}"
        received = f"{listing(list(frame.columns))}, without {listing(missing)}"
        raise ConfigError.single("input", expected, received, "Columns are found by name: bring them as in training.")


def _below(frame: pd.DataFrame, names: Sequence[str], form: TableForm) -> tuple[pd.DataFrame, int]:
    """Columns of the newer rows below those of the sample, and how many these are; none where it has them not."""
    if not form.sample or any(name not in form.sample for name in names):
        return frame[list(names)], 0
    sample = pd.DataFrame({name: form.sample[name] for name in names}, dtype="str")
    return pd.concat([sample, frame[list(names)].astype("str")], ignore_index=True), len(sample)


def _time(frame: pd.DataFrame, data: DataConfig, known: KnownTable) -> TimeColumn | None:
    """The time of the newer rows; None where the training data has none. Raises `ConfigError` where it cannot be read."""
    names, form, found = known.form.time_columns, known.form, None
    if not names:
        return _time_of_built_in(frame, known) if known.has_time else None
    below, num_before = _below(frame, names, form)
    update = {"date_format": data.date_format or form.date_format}
    choices = data.model_copy(update=update | ({"time_column": names[0]} if len(names) == 1 else {}))
    with suppress(ConfigError):
        found = time_of(below, choices, Limits())
    if found is not None:
        stamps = found.stamps.iloc[num_before:].reset_index(drop=True)
        if stamps.notna().any() and found.is_calendar == (known.has_time or form.has_moments):
            if found.offset and form.offset:  # rows of winter after those of summer
                stamps = stamps - (pd.Timedelta(f"{found.offset}:00") - pd.Timedelta(f"{form.offset}:00"))
            return replace(found, stamps=stamps, offset=form.offset)
    # Dates with the year first mean the same everywhere.
    found = read_time(frame, names[0], chosen=True, date_format="year_first") if len(names) == 1 else None
    if found is not None and found.is_calendar and found.stamps.notna().any() and known.has_time:
        return found
    cells = [" ".join(row) for row in frame[list(names)].head(3).to_numpy().tolist()]
    like = [" ".join(cells[-1] for cells in (form.sample[name] for name in names))] if form.sample else []
    expected = f"times in {listing(names)} as in the training data" + (f", such as {listing(like)}" if like else "")
    raise ConfigError.single("input", expected, listing(cells), "Write them as they were written there.")


def _time_of_built_in(frame: pd.DataFrame, known: KnownTable) -> TimeColumn:
    """The time beside the series of a set that is built in."""
    others = [name for name in frame.columns if name not in known.columns]
    for name in sorted(others, key=lambda name: name.lower() not in TIME_NAMES):
        found = read_time(frame, name, chosen=True)
        if found is not None and found.is_calendar and found.stamps.notna().any():
            return found
    if others and (found := find_time(frame[others])) is not None and found.is_calendar:
        return found
    received = listing(others) if others else f"nothing beside {listing(list(known.columns))}"
    raise ConfigError.single("input", "a column of dates or times", received, "Add one, such as 2024-01-31.")


def _more_series(frame: pd.DataFrame, data: DataConfig, known: KnownTable, taken: Sequence[str]) -> list[str]:
    """Further columns that may be series, where each is read by itself and nobody chose some."""
    if not known.any_series or data.target_columns or known.form.series_column is not None:
        return []
    others = [name for name in frame.columns if name not in (*known.columns, *known.ahead, *taken, *known.form.sample)]
    return [name for name in others if (column := to_column(frame[name])) is not None and not column.is_empty]


def _numbers(
    frame: pd.DataFrame, data: DataConfig, known: KnownTable, delimiter: str, notes: list[str]
) -> pd.DataFrame:
    """The columns of numbers, NaN where missing."""
    form, found, num_before = known.form, {}, 0
    has_commas = is_european(frame, delimiter)
    read = [form.value_column] if form.value_column else [name for name in known.columns if name in frame]
    names = [*read, *(name for name in known.ahead if name in frame)]
    for name in (*names, *_more_series(frame, data, known, form.time_columns)):
        # With another delimiter a comma in a number may mean something else.
        below, num_before = _below(frame, [name], form if delimiter == form.delimiter else TableForm())
        column = to_column(below[name], has_commas) or Column(np.full(len(below), np.nan), 0, 0)
        filled = ~is_missing(frame[name]).to_numpy()
        strange = filled & np.isnan(column.values[num_before:])
        if strange.sum() > _MAX_STRANGE * filled.sum():
            cells = listing(frame[name][strange].head(3).tolist())
            raise ConfigError.single("input", f"numbers in {name!r}", cells, "Bring the column as in training.")
        if odd := find_odd(frame[name], strange):
            notes.append(no_numbers(name, odd))
        found[name] = column
    if data.sentinels == "auto":
        _blank_fillers(found, form, len(frame), notes)
    return pd.DataFrame({name: column.values[-len(frame) :] for name, column in found.items()})


def _blank_fillers(columns: dict[str, Column], form: TableForm, num_rows: int, notes: list[str]) -> None:
    """Fillers of the training data, and others that the newer rows show below it, become missing in place."""
    blank_before = {name: np.isnan(column.values[-num_rows:]) for name, column in columns.items()}
    for name, column in columns.items():
        column.values[np.isin(column.values, form.fillers.get(name, ()))] = np.nan
    blank_sentinels(columns)
    for name, column in columns.items():
        number = int((np.isnan(column.values[-num_rows:]) & ~blank_before[name]).sum())
        if number:
            notes.append(f"{plural(number, 'value')} in {name!r} taken for a filler, so missing")


def _long(
    values: pd.DataFrame,
    stamps: pd.Series | None,
    labels: pd.Series,
    known: KnownTable,
    limits: Limits,
    notes: list[str],
) -> NewerRows:
    """Series below each other come to stand side by side."""
    told = {name: values[name].to_numpy() for name in known.ahead if name in values}
    wide = widen(values.iloc[:, 0].to_numpy(), stamps, labels, limits, told)
    missing = [name for name in known.columns if name not in wide.values.columns]
    if missing and not known.any_series:
        received = f"{listing(list(wide.values.columns))}, without {listing(missing)}"
        hint = "The network reads all of them together."
        raise ConfigError.single("input", f"the series {listing(list(known.columns))}", received, hint)
    others = [name for name in wide.values.columns if name not in known.columns]
    if others and not known.any_series:
        notes.append(f"series that the training data has not are left out: {listing(others)}")
    order, ahead = None if stamps is None else wide.stamps.to_numpy(), None
    if wide.beside:
        ahead = pd.concat(wide.beside, axis=1)
    return NewerRows(wide.values, order, (*notes, *wide.notes), ahead=ahead)


def _told_each(newer: NewerRows, known: KnownTable) -> NewerRows:
    """Rows with a column for each series in which columns that are known ahead are told to every one of them."""
    shared = [name for name in known.ahead if name in newer.values]
    if not known.any_series or not shared:
        return newer
    values = newer.values.drop(columns=shared)
    return replace(newer, values=values, ahead=told_each(newer.values[shared], list(values.columns)))


def _in_order(values: pd.DataFrame, stamps: pd.Series | None, notes: list[str]) -> NewerRows:
    """Rows by time, each time once: the last row of one counts."""
    if stamps is None:
        return NewerRows(values, None, tuple(notes))
    known = stamps.notna().to_numpy()
    if not known.all():
        notes.append(f"{plural(int((~known).sum()), 'row')} {NO_TIME} dropped")
    values, moments = values[known], stamps[known].to_numpy()
    order = np.argsort(moments, kind="stable")
    last = np.append(moments[order][1:] != moments[order][:-1], True)
    if not last.all():
        notes.append(f"{plural(int((~last).sum()), 'row')} {REPEATED} dropped, the last one kept")
    return NewerRows(values.iloc[order[last]].reset_index(drop=True), moments[order[last]], tuple(notes))
