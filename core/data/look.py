"""A little of a data set, small enough to send: pages never hold data sets, what reads them gives a page these."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from core.data.coming import Coming
from core.data.dataset import SeriesSet, told_columns
from core.data.known_ahead import ahead_rows
from core.data.series import time_labels
from core.data.sources.inputs import shorten

MAX_LABELLED_ROWS, MAX_POINTS = 500, 3_000
NUM_ROWS, NUM_CHARACTERS, CELL_CHARACTERS = 9, 1_200, 300
_MOST_POINTS, _FEWEST_POINTS = 300_000, 50  # of all columns, of one
Label = int | str
T = TypeVar("T")


@dataclass(frozen=True)
class Line:
    """One column of a series, to be drawn.

    Attributes:
        values: Some of its values in time order; None where one is missing.
        places: Where each stands in the times that are sent; None: at each of them in turn.
        low, high: The smallest and largest of all values; None where there is none.
    """

    values: tuple[float | None, ...]
    places: tuple[int, ...] | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class SeriesLook:
    """Series, thinned.

    Attributes:
        lines: By column, in the order of the columns.
        target_columns: Those to forecast.
        units: Unit of each column, "" where unknown.
        time: Times of the points, ISO or row numbers.
        num_steps: Rows of the series.
        ends: Row numbers where the training and the validation set end.
        marks: The time at row 0, at both ends and at the last row, by row number.
        time_column: What the time is called; None where it has no name.
        labels: The time of every row, exactly, of a small series with times; else empty.
        time_columns: The columns of a visitor's file that the time was made of.
        series_column, value_column: Of a file with series below each other, what names them and what holds their values;
            `lines` are then by the name of a series.
        ahead_columns: Columns that are known ahead of their time.
        ahead_lines: The lines of these; where each series has its own, of the first one alone.
        num_ahead: Of how many steps after the end all of these are known.
        calendar: What else is known ahead, in a few words each, such as "weekday".
        static_columns: Columns of the file that stay the same within a series.
        coming: Columns that go on below the last value to forecast, as `SeriesSet` has them.
    """

    lines: dict[str, Line]
    target_columns: tuple[str, ...]
    units: dict[str, str]
    time: tuple[Label, ...]
    num_steps: int
    ends: tuple[int, int]
    marks: dict[int, Label]
    time_column: str | None = None
    labels: tuple[str, ...] = ()
    time_columns: tuple[str, ...] = ()
    series_column: str | None = None
    value_column: str | None = None
    ahead_columns: tuple[str, ...] = ()
    calendar: tuple[str, ...] = ()
    static_columns: tuple[str, ...] = ()
    coming: Coming | None = None
    num_ahead: int = 0
    ahead_lines: tuple[str, ...] = ()

    @property
    def read_columns(self) -> set[str]:
        """The columns of the file that are read."""
        below = {self.series_column, self.value_column, *self.ahead_columns} if self.value_column else self.lines.keys()
        return {name for name in (*self.time_columns, self.time_column, *below, *self.static_columns) if name}

    def called(self, name: str) -> str:
        """What a line is called to somebody who knows only the file, such as "Sales of Store 1"."""
        is_value = self.value_column and name not in self.ahead_lines
        return f"{self.value_column} of {self.series_column} {name}" if is_value else name

    def points(self, name: str) -> tuple[list[Label], list[float | None]]:
        """Times and values of a column."""
        line = self.lines[name]
        places = range(len(self.time)) if line.places is None else line.places
        return [self.time[place] for place in places], list(line.values)


@dataclass(frozen=True)
class Look:
    """A little of a data set: a series, a text, a table of texts, or recordings.

    Attributes:
        notes: What was mended while reading.
        text: The beginning of a text.
        columns: Of a table, its columns with the cells of some rows.
        clips: Of recordings, one of each class: samples of 16 bits.
        sample_rate: Of recordings, samples a second.
    """

    notes: tuple[str, ...] = ()
    series: SeriesLook | None = None
    text: str = ""
    columns: dict[str, list[str]] = field(default_factory=dict)
    clips: dict[str, list[int]] = field(default_factory=dict)
    sample_rate: int = 0


def look_at_series(series: SeriesSet, ends: tuple[int, int], calendar: tuple[str, ...] = ()) -> SeriesLook:
    """Series with fewer points, that look the same; training and validation end before the rows `ends`."""
    frame, index, ahead = series.frame, series.frame.index, pd.DataFrame() if series.ahead is None else series.ahead
    told, own = told_columns(ahead), ahead.columns.nlevels == 2  # then of the first series as an example
    if own:
        first = str(series.target_columns[0])
        ahead = pd.DataFrame({f"{name} of {first}": ahead[name, first] for name in told})
    most = max(_FEWEST_POINTS, min(MAX_POINTS, _MOST_POINTS // max(1, frame.shape[1] + ahead.shape[1])))
    columns = {str(name): frame[name].to_numpy("float64") for name in frame}
    columns |= {str(name): ahead[name].to_numpy("float64")[: len(frame)] for name in ahead}
    rows = {name: thinned(values, most) for name, values in columns.items()}
    union = np.unique(np.concatenate([*rows.values(), np.zeros(0, dtype=int)]))
    times = _times(index)
    marked = sorted({0, *ends, len(index) - 1} & set(range(len(index))))
    return SeriesLook(
        lines={name: _line(values, rows[name], union) for name, values in columns.items()},
        target_columns=tuple(map(str, series.target_columns)),
        units=dict(series.units),
        time=tuple(times(union)),
        num_steps=len(index),
        ends=ends,
        marks=dict(zip(marked, times(np.array(marked, dtype=int)), strict=True)),
        time_column=None if index.name is None else str(index.name),
        labels=_exact_labels(index),
        time_columns=series.form.time_columns if series.form else (),
        series_column=series.columns.get("series_column"),
        value_column=series.columns.get("value_column"),
        ahead_columns=told,
        ahead_lines=tuple(map(str, ahead.columns)),
        calendar=calendar,
        static_columns=() if series.static is None else tuple(map(str, series.static.columns)),
        coming=series.coming,
        num_ahead=0 if series.ahead is None else ahead_rows(series, max(0, len(ahead) - len(frame)), 1)[1],
    )


def thinned(values: np.ndarray, most: int = MAX_POINTS) -> np.ndarray:
    """Rows to draw that look like all: the smallest and the largest value of each stretch of a series, and its gaps.

    Args:
        values: Floats (T,), NaN where one is missing.
        most: About so many points, 2 or more; all rows where there are no more.

    Returns:
        Increasing row numbers. Of a stretch without any value the first, which keeps a line from crossing the gap.
    """
    num_rows = len(values)
    if num_rows <= most:
        return np.arange(num_rows)
    size = math.ceil(2 * num_rows / most)
    padded = np.full(math.ceil(num_rows / size) * size, np.nan)
    padded[:num_rows] = values
    stretches = padded.reshape(-1, size)
    is_gap = np.isnan(stretches)
    smallest = np.where(is_gap, np.inf, stretches).argmin(axis=1)
    largest = np.where(is_gap, -np.inf, stretches).argmax(axis=1)
    begins = np.arange(len(stretches)) * size
    return np.unique(np.concatenate((begins + smallest, begins + largest)))


def _line(values: np.ndarray, rows: np.ndarray, union: np.ndarray) -> Line:
    shown = [value if np.isfinite(value) else None for value in values[rows].tolist()]
    places = None if len(rows) == len(union) else tuple(np.searchsorted(union, rows).tolist())
    known = values[np.isfinite(values)]
    ends = (float(known.min()), float(known.max())) if len(known) else (None, None)
    return Line(tuple(shown), places, *ends)


def _times(index: pd.Index) -> Any:
    """A function from row numbers to ISO dates (without the clock where it is always midnight) or the index's numbers."""
    if not isinstance(index, pd.DatetimeIndex):
        return lambda rows: index[rows].tolist()
    form = "%Y-%m-%d" if bool((index == index.normalize()).all()) else "%Y-%m-%dT%H:%M"
    return lambda rows: index[rows].strftime(form).tolist()


def _exact_labels(index: pd.Index) -> tuple[str, ...]:
    if len(index) > MAX_LABELLED_ROWS or not isinstance(index, pd.DatetimeIndex):
        return ()
    return tuple(time_labels(index))


def look_at_labelled(texts: Sequence[str], labels: Sequence[str], classes: Sequence[str]) -> Look:
    """Some texts of each class, or of some classes."""
    rows = _rows_of_classes(labels, classes)
    return table_look({"Label": [labels[i] for i in rows], "Text": [texts[i] for i in rows]})


def look_at_pairs(src: Sequence[str], trg: Sequence[str]) -> Look:
    """Some pairs from everywhere."""
    rows = spread(range(len(src)))
    return table_look({"Source": [src[i] for i in rows], "Target": [trg[i] for i in rows]})


def spread(items: Sequence[T]) -> list[T]:
    """A few of many, from the beginning to the end."""
    return [items[place * len(items) // NUM_ROWS] for place in range(NUM_ROWS)] if len(items) > NUM_ROWS else [*items]


def _rows_of_classes(labels: Sequence[str], classes: Sequence[str]) -> list[int]:
    """Rows of each class in turn; with many classes, one of some."""
    by_class: dict[str, list[int]] = {label: [] for label in spread(classes)}
    each = max(1, NUM_ROWS // max(1, len(by_class)))
    wanted = len(by_class) * each
    for row, label in enumerate(labels):
        if label in by_class and len(by_class[label]) < each:
            by_class[label].append(row)
            wanted -= 1
            if not wanted:
                break
    return [row for turn in range(each) for rows in by_class.values() for row in rows[turn : turn + 1]]


def table_look(columns: Mapping[str, Sequence[str]]) -> Look:
    """Columns with their cells shortened."""
    return Look(columns={name: [shorten(cell, CELL_CHARACTERS) for cell in cells] for name, cells in columns.items()})
