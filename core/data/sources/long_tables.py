"""Several series below each other: which column names them, and how they come to stand side by side.

A table is long when its times repeat and one column tells the repetitions apart. Series may start and end at times of
their own; what a series has not is empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.sources.inputs import listing, path_error, plural, shorten
from core.data.sources.numbers import holds_numbers, is_missing, to_column
from core.data.sources.roles import names_code, names_no_series, names_series
from core.data.sources.time_grid import NO_TIME, REPEATED
from core.data.sources.timestamps import TimeColumn
from core.data.static_columns import static_table

_MIN_REPEATED = 0.2  # share of rows whose time stands in another row too
_MIN_ROWS_OF_ONE = 3  # a name that hardly repeats names rows
_UNIQUE_SHARE = 0.99  # of rows told apart by time and name: a few doubles are mistakes
_LONGEST_NAME = 80
# Beyond so many cells, and ten a row of the file, series do not share their times and would fill the memory with gaps.
_MAX_CELLS, _CELLS_A_ROW = 20_000_000, 10


@dataclass(frozen=True)
class WideTable:
    """Series side by side.

    Attributes:
        values: (U, S), NaN where a series has no value.
        stamps: (U,) in order, each once; numbers where there is no time, which then end together.
        notes: What was dropped or assumed.
        dropped: Reason and number of rows, as in `Rows`.
        beside: Other columns of the same rows, by name, likewise.
    """

    values: pd.DataFrame
    stamps: pd.Series
    notes: tuple[str, ...]
    dropped: tuple[tuple[str, int], ...]
    beside: dict[str, pd.DataFrame] = field(default_factory=dict)


def find_series_column(frame: pd.DataFrame, time: TimeColumn | None, data: DataConfig, limits: Limits) -> str | None:
    """The column of text or small whole numbers that tells rows of one time apart; None where times do not repeat."""
    if time is None:
        return None
    num_known, num_times = time.count()
    if num_known == 0 or 1 - num_times / num_known < _MIN_REPEATED:
        return None
    known = time.stamps.notna().to_numpy()
    stamps = pd.factorize(time.stamps[known])[0]
    taken = (*time.columns, *named_columns(data))
    found = []
    for place, name in enumerate(frame.columns):
        cells = frame[name][known]
        others = [other for other in frame.columns if other != name and other not in time.columns]
        if name in taken or names_no_series(name) or not _may_name(cells):
            continue
        if not any(holds_numbers(frame[other]) for other in others):
            continue
        codes, labels = pd.factorize(cells)
        if not 2 <= len(labels) <= min(limits.max_columns, len(cells) / _MIN_ROWS_OF_ONE):
            continue
        pairs = codes.astype(np.int64) * num_times + stamps
        if len(np.unique(pairs)) >= _UNIQUE_SHARE * len(pairs):
            is_number = pd.to_numeric(pd.Series(labels), errors="coerce").notna().all()
            # A code stands for a name that mostly has a column of its own.
            found.append((not names_series(name), is_number, names_code(name), len(labels), place, name))
    return min(found)[-1] if found else None


def has_series(frame: pd.DataFrame, time: TimeColumn, data: DataConfig, limits: Limits) -> bool:
    """Whether columns surely name the series of rows whose times repeat: one of them, or several together.

    Small numbers may tell rows apart by chance; where several columns are needed, reading refuses the table.
    """
    if data.series_column is not None:
        return True
    name = find_series_column(frame, time, data, limits)
    if name is not None:
        return _surely_names(frame, name)
    rows = pd.factorize(time.stamps)[0]
    for other in frame.columns:
        codes, labels = pd.factorize(frame[other])
        if other not in time.columns and _surely_names(frame, other) and len(labels) <= len(codes) / _MIN_ROWS_OF_ONE:
            rows = pd.factorize(rows.astype(np.int64) * len(labels) + codes)[0]
    return len(np.unique(rows)) >= _UNIQUE_SHARE * len(rows)


def _surely_names(frame: pd.DataFrame, name: str) -> bool:
    is_number = pd.to_numeric(frame[name].head(1_000), errors="coerce").notna().any()
    return not names_no_series(name) and (names_series(name) or names_code(name) or not is_number)


def _may_name(cells: pd.Series) -> bool:
    """Text, or whole numbers; numbers with a fraction name nothing."""
    sample = cells.iloc[:: max(1, len(cells) // 200)]
    numbers = pd.to_numeric(sample, errors="coerce")
    return bool((numbers.isna() | (numbers == numbers.round())).all())


def read_static(
    frame: pd.DataFrame, labels: pd.Series | None, data: DataConfig, has_commas: bool
) -> pd.DataFrame | None:
    """Take the columns that stay the same within a series out of a table of strings; None where nobody names some.

    Raises:
        ConfigError: No such columns, or columns that change within a series.
    """
    names = list(dict.fromkeys(data.static_columns))
    if not names:
        return None
    if labels is None:
        received, hint = "one series a column", "Leave data.static_columns out, or name data.series_column."
        raise ConfigError.single("data.static_columns", "series below each other", received, hint)
    if unknown := [name for name in names if name not in frame]:
        expected = f"some of {listing(list(frame.columns))}"
        raise ConfigError.single("data.static_columns", expected, listing(unknown), "Choose from these.")
    cells: dict[str, pd.Series] = {}
    for name in names:
        text = frame.pop(name)
        column = to_column(text, has_commas)
        is_number = column is not None and not column.num_strange and not column.is_empty
        cells[name] = pd.Series(column.values) if is_number and column else text.mask(is_missing(text), "").str.strip()
    called = {label: name for label, name in series_names(labels).items() if label != ""}
    return static_table(cells, labels, called)


def widen(
    values: np.ndarray,
    stamps: pd.Series | None,
    labels: pd.Series,
    limits: Limits,
    beside: Mapping[str, np.ndarray] | None = None,
) -> WideTable:
    """Put series that stand below each other side by side.

    Args:
        values: (N,) NaN where missing.
        stamps: (N,) times or numbers that give the order; None takes the rows of each series in their order.
        labels: (N,) the name of the series of each row.
        beside: Other columns (N,) that each series has of its own.

    Raises:
        ConfigError: Too many series, or series that do not share their times.
    """
    notes, dropped = [], []
    codes, names = pd.factorize(labels)
    unnamed = (labels == "").to_numpy()
    if unnamed.any():
        dropped.append(("without the name of a series", int(unnamed.sum())))
    if len(names) > limits.max_columns:
        hint = "Keep some of them, or choose another column."
        raise path_error(f"at most {limits.max_columns:,} series", f"{len(names):,} in {str(labels.name)!r}", hint)
    if stamps is None:
        behind = pd.Series(codes[::-1]).groupby(codes[::-1]).cumcount().to_numpy()[::-1]
        stamps = pd.Series(-behind.astype(np.float64))
        notes.append("series without times are put side by side with their ends together")
    known = stamps.notna().to_numpy()
    if not known.all():
        dropped.append((NO_TIME, int((~known & ~unnamed).sum())))
    keep = known & ~unnamed
    times, moments = pd.factorize(stamps[keep], sort=True)
    codes, columns = codes[keep], [one[keep] for one in (values, *(beside or {}).values())]
    num_cells = len(moments) * len(names)
    if num_cells * len(columns) > max(_MAX_CELLS, _CELLS_A_ROW * len(codes) * len(columns)):
        received, hint = f"{len(moments):,} times of {len(names):,} series", "Round the times, or bring fewer series."
        raise ConfigError.single("data.series_column", "series that share most of their times", received, hint)
    cells = times.astype(np.int64) * len(names) + codes
    num_repeated = len(cells) - len(np.unique(cells))
    if num_repeated:
        dropped.append((REPEATED, num_repeated))
    notes[:0] = [f"{plural(number, 'row')} {reason} dropped" for reason, number in dropped]
    called = series_names(names)
    tables = []
    for column in columns:
        table = np.full(num_cells, np.nan)
        table[cells] = column  # of rows with the same time and name the last one stays
        wide = pd.DataFrame(table.reshape(len(moments), len(names)), columns=list(called.values()))
        tables.append(wide[[name for label, name in called.items() if label != ""]])
    others = dict(zip(beside or (), tables[1:], strict=True))
    return WideTable(tables[0], pd.Series(moments), tuple(notes), tuple(dropped), others)


def named_columns(data: DataConfig) -> list[str]:
    """The columns that somebody names as what is read, each once."""
    covariates = (name for _, names in data.named_covariates for name in names)
    return list(dict.fromkeys((*data.target_columns, *covariates, *data.static_columns)))


def series_names(labels: Iterable[str]) -> dict[str, str]:
    """What each series is called, by its label as it stands in the file."""
    unique = list(dict.fromkeys(labels))
    return dict(zip(unique, _distinct([shorten(str(label), _LONGEST_NAME) for label in unique]), strict=True))


def _distinct(names: list[str]) -> list[str]:
    """Names of which no two are alike once they are shortened."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found
