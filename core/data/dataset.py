"""The kinds of data set, loaded and cleaned but not yet tokenized, scaled or cut into batches.

A source (`core.data.sources`) makes one of these; `core.data.splits` divides it into training, validation and test;
`core.data.prepare` turns it into numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from core.data.coming import Coming
from core.data.table_form import TableForm

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Rows:
    """What became of the rows of a source.

    Attributes:
        read: How many there were; of a text in one piece, 1.
        dropped: Reason and number, such as ("without a label", 3); reasons read on from "3 rows".
        num_blanked: Cells of the columns that are read that hold something and were taken as missing.
    """

    read: int
    dropped: tuple[tuple[str, int], ...] = ()
    num_blanked: int = 0

    @property
    def kept(self) -> int:
        return self.read - sum(number for _, number in self.dropped)


@dataclass(frozen=True)
class SeriesSet:
    """One or several series over the same time steps.

    Attributes:
        frame: Float columns over a DatetimeIndex or an index of whole numbers, in order and finite; NaN where a value
            is missing, whatever is read there instead.
        target_columns: The columns to forecast; every column is read as an input.
        frequency: yearly, quarterly, monthly, weekly, daily, hourly, minutely, or None when there is none.
        units: Unit of each column, "" where unknown.
        notes: What was mended while loading, in plain words, such as "59 missing values interpolated".
        count: Items of the source as it counts them; None when it states no number.
        components: What a made series is the sum of, by step; see core.data.made.recipe_series.
        step: The name of the time between two rows, of pandas such as "MS" or of `MonthStep`; None where there is none.
        offset: How the times differ from UTC, such as "+01:00"; "" where nothing is said of it.
        columns: What was read as what: the data field, or "value_column" where series stand below each other, to the
            name of a column of the file.
        form: How the table that they came from is written; None for sets that are built in.
        ahead: Columns that are known ahead of their time, at every step of the frame and at some behind them; NaN where
            missing, None where there are none. The frame has them not. Where each series has its own (`data.many_series`), by
            the name of the column and that of the series.
        static: What stays the same within a series, a row for each column of the frame; floats, or text. None without.
        coming: Columns that go on below the last value to forecast and that nobody marked as known ahead; None without.
    """

    frame: pd.DataFrame
    target_columns: tuple[str, ...]
    frequency: str | None = None
    units: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    count: int | None = None
    rows: Rows | None = None
    components: pd.DataFrame | None = None
    step: str | None = None
    columns: dict[str, str] = field(default_factory=dict)
    form: TableForm | None = None
    offset: str = ""
    ahead: pd.DataFrame | None = None
    static: pd.DataFrame | None = None
    coming: Coming | None = None

    @property
    def observed(self) -> np.ndarray:
        """bool (T, C): False where a value is missing."""
        return self.frame.notna().to_numpy()


def told_columns(ahead: pd.DataFrame) -> tuple[str, ...]:
    """What the columns of `SeriesSet.ahead` are called, each once where every series has its own."""
    return tuple(dict.fromkeys(map(str, ahead.columns.get_level_values(0))))


def told_each(columns: pd.DataFrame, series: Sequence[str]) -> pd.DataFrame:
    """Columns (T, A) that are told to each of some series, as `SeriesSet.ahead` has those of its own."""
    return pd.concat({name: pd.DataFrame(dict.fromkeys(series, columns[name])) for name in columns}, axis=1)


@dataclass(frozen=True, kw_only=True)
class _Items:
    """What all data sets but series have.

    Attributes:
        parts: Row numbers of "train", "validation" and "test" when the source divides it itself.
        notes: What was mended while loading, in plain words.
        count: Items of the source as it counts them; None when it states no number.
        columns: Data field to the name of the column that was read as it; empty where there are no columns.
    """

    parts: dict[str, tuple[int, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    count: int | None = None
    rows: Rows | None = None
    columns: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TextSet:
    """Text to continue, in one piece, as items, or already divided; what is not said here is as of other items.

    Attributes:
        text: One long text, or "" when `items` or `parts` hold the content.
        items: Independent short texts (such as names), one a line when joined.
        parts: Text of "train", "validation" and "test" when the source divides it itself.
    """

    text: str = ""
    items: tuple[str, ...] = ()
    parts: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    count: int | None = None
    rows: Rows | None = None
    columns: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LabelledSet(_Items):
    """Texts with one label each, of equal length, and every label once, in the order that the screen shows."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    classes: tuple[str, ...]


@dataclass(frozen=True)
class PairSet(_Items):
    """Source texts and their translations, of equal length."""

    src: tuple[str, ...]
    trg: tuple[str, ...]


@dataclass(frozen=True)
class TaggedSet(_Items):
    """Words of sentences, as many tags for each, and every tag once, in the order that the screen shows."""

    sentences: tuple[tuple[str, ...], ...]
    tags: tuple[tuple[str, ...], ...]
    classes: tuple[str, ...]


@dataclass(frozen=True)
class ClipSet(_Items):
    """Recordings, int16 (T,), with one label each, every label once, and how many samples a second has."""

    clips: tuple[np.ndarray, ...]
    labels: tuple[str, ...]
    classes: tuple[str, ...]
    sample_rate: int


@dataclass(frozen=True)
class SequenceSet(_Items):
    """Sequences that are read step by step, and what is to be answered at some steps. N sequences of at most T steps.

    Attributes:
        inputs: Ids of symbols, int (N, T), or numbers, float32 (N, T, F); shorter sequences end with -1, or NaN.
        answers: Class numbers, int (N, T), -1 where nothing is asked; or numbers, float32 (N, T), NaN where nothing is.
        symbols: What each symbol is called, or each of the F numbers of a step.
        classes: What each answer is called; empty where numbers are asked for.
        num_asked: At how many of its last steps a sequence is asked; 0: at every step.
    """

    inputs: np.ndarray
    answers: np.ndarray
    symbols: tuple[str, ...]
    classes: tuple[str, ...]
    num_asked: int


DataSet = SeriesSet | TextSet | LabelledSet | PairSet | TaggedSet | ClipSet | SequenceSet
