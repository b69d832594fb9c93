"""The kinds of data set, loaded and cleaned but not yet tokenized, scaled or cut into batches.

A source (`core.data.sources`) makes one of these; `core.data.splits` divides it into training, validation
and test; `core.data.prepare` turns it into numbers. Left out: where the data comes from.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

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

    @property
    def observed(self) -> np.ndarray:
        """bool (T, C): False where a value is missing."""
        return self.frame.notna().to_numpy()


@dataclass(frozen=True)
class TextSet:
    """Text to continue, in one piece, as items, or already divided.

    Attributes:
        text: One long text, or "" when `items` or `parts` hold the content.
        items: Independent short texts (such as names), one a line when joined.
        parts: Text of "train", "validation" and "test" when the source divides it itself.
        count: Items of the source as it counts them; None when it states no number.
        columns: Data field to the name of the column that was read as it; empty where there are no columns.
    """

    text: str = ""
    items: tuple[str, ...] = ()
    parts: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    count: int | None = None
    rows: Rows | None = None
    columns: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LabelledSet:
    """Texts with one label each.

    Attributes:
        texts, labels: Of equal length.
        classes: Every label once, in the order that the screen shows.
        parts: Row numbers of "train", "validation" and "test" when the source divides it itself.
        count: Items of the source as it counts them; None when it states no number.
        columns: Data field to the name of the column that was read as it; empty where there are no columns.
    """

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    classes: tuple[str, ...]
    parts: dict[str, tuple[int, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    count: int | None = None
    rows: Rows | None = None
    columns: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PairSet:
    """Source texts and their translations.

    Attributes:
        src, trg: Of equal length.
        parts: Row numbers of "train", "validation" and "test" when the source divides it itself.
        count: Items of the source as it counts them; None when it states no number.
        columns: Data field to the name of the column that was read as it; empty where there are no columns.
    """

    src: tuple[str, ...]
    trg: tuple[str, ...]
    parts: dict[str, tuple[int, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    count: int | None = None
    rows: Rows | None = None
    columns: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TaggedSet:
    """Sentences with one tag a word.

    Attributes:
        sentences: Words of each sentence.
        tags: As many tags for each.
        classes: Every tag once, in the order that the screen shows.
        parts: Row numbers of "train", "validation" and "test" when the source divides it itself.
        count: Items of the source as it counts them; None when it states no number.
        columns: Data field to the name of the column that was read as it; empty where there are no columns.
    """

    sentences: tuple[tuple[str, ...], ...]
    tags: tuple[tuple[str, ...], ...]
    classes: tuple[str, ...]
    parts: dict[str, tuple[int, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    count: int | None = None
    rows: Rows | None = None
    columns: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ClipSet:
    """Recordings with one label each.

    Attributes:
        clips: Samples of each recording, int16 (T,).
        labels: Of equal length.
        classes: Every label once, in the order that the screen shows.
        sample_rate: Samples a second.
        parts: Row numbers of "train", "validation" and "test" when the source divides it itself.
        count: Items of the source as it counts them; None when it states no number.
    """

    clips: tuple[np.ndarray, ...]
    labels: tuple[str, ...]
    classes: tuple[str, ...]
    sample_rate: int
    parts: dict[str, tuple[int, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    count: int | None = None
    rows: Rows | None = None


DataSet = SeriesSet | TextSet | LabelledSet | PairSet | TaggedSet | ClipSet
