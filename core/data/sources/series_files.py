"""A visitor's table as series: which columns are numbers, which are forecast, and what had to be mended.

The time is found by timestamps.py and made regular by time_grid.py; here text becomes numbers, gaps become
straight lines, and columns that cannot be learned from are left out with a reason. Left out: scaling, windows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.config.errors import ConfigError, Problem
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.dataset import SeriesSet
from core.data.sources.inputs import InputFile, listing, path_error, plural
from core.data.sources.tables import NO_HEADER, Table, read_table
from core.data.sources.time_grid import to_regular_steps
from core.data.sources.timestamps import TimeColumn, find_time, read_time

MIN_ROWS = 20
_MAX_DEFAULT_TARGETS = 3
_MAX_MISSING_SHARE = 0.5
_MIN_NUMERIC_SHARE = 0.9
# Larger numbers overflow when they are squared or stored in 32 bits; they are taken for faults of the instrument.
_LARGEST = 1e30
_SAMPLE_CELLS = 1_000
_MISSING = frozenset(
    ("", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "-", "--", "?", ".", "missing", "nd", "n.a.", "<na>", "nat")
)
_DECIMAL_COMMA = r"[-+]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?(e[-+]?\d+)?"
_THOUSANDS_COMMA = r"[-+]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?"
_NUMBER_LIKE = re.compile("[-+\\d.,$€£¥%'e\\s\u2212]+", re.IGNORECASE)
_COUNTER_NAMES = re.compile(
    r"no|nr|id|index|idx|row|rownames|#|unnamed: 0|column 1|level_0|__index_level_0__", re.IGNORECASE
)


@dataclass(frozen=True)
class _Column:
    """Numbers of one column, NaN where missing, and how many cells were infinite or no numbers."""

    values: np.ndarray
    num_infinite: int
    num_strange: int

    @property
    def missing_share(self) -> float:
        return float(np.isnan(self.values).mean())

    @property
    def is_constant(self) -> bool:
        known = self.values[~np.isnan(self.values)]
        return len(known) == 0 or bool(np.ptp(known) <= 1e-12 * np.abs(known).max())


def read_series(file: InputFile, data: DataConfig, limits: Limits) -> SeriesSet:
    """Read one table of series.

    Args:
        file: Already through `check_files`.
        data: `time_column` and `target_columns` come before the guesses.
        limits: Rows and columns.

    Returns:
        A frame of finite floats over regular time steps, and notes on every guess and repair.

    Raises:
        ConfigError: No table, too few rows, nothing to forecast, or columns that do not exist.
    """
    wanted = [*([data.time_column] if data.time_column else []), *data.target_columns]
    table = read_table(file, limits, wanted)
    _check_names(table, data)
    notes = [*table.notes, *([] if table.has_header else [NO_HEADER])]
    if len(table.frame) < MIN_ROWS:
        raise _too_short(len(table.frame))
    time = _time_of(table, data)
    used = time.columns if time else ()
    # Each text goes as its numbers come: both together are the most that a large file needs.
    names = [name for name in table.frame.columns if name not in used]
    columns = {name: _to_column(table.frame.pop(name), table.delimiter) for name in names}
    del table
    chosen, kept = _choose_columns(columns, data, notes)
    values = pd.DataFrame({name: columns[name].values for name in kept})  # type: ignore[union-attr]
    del columns
    frequency = None
    if time is None:
        notes.append("no time column: rows are taken as equally spaced")
    else:
        notes.extend(time.notes)
        if time.is_calendar:
            _check_single_series(time)
        values, frequency, more = to_regular_steps(values, time.stamps)
        notes.extend(more)
    if len(values) < MIN_ROWS:
        raise _too_short(len(values))
    values = _drop_flat(values, chosen, notes)
    num_missing = int(values.isna().to_numpy().sum())
    if num_missing:
        notes.append(f"{plural(num_missing, 'missing value')} filled by straight lines")
        values = pd.DataFrame({name: _fill(values[name].to_numpy()) for name in values.columns}, index=values.index)
    if time and len(time.columns) == 1:
        values.index.name = time.columns[0]
    return SeriesSet(values.astype("float64"), tuple(chosen), frequency, notes=tuple(notes))


def _too_short(num_rows: int) -> ConfigError:
    return path_error(f"at least {MIN_ROWS} rows", plural(num_rows, "row"), "A longer series is needed to learn from.")


def _check_names(table: Table, data: DataConfig) -> None:
    """Refuse columns that do not exist, all at once."""
    names = list(table.frame.columns)
    problems = []
    if data.time_column is not None and data.time_column not in names:
        problems.append(
            Problem(
                "data.time_column", f"one of {listing(names)}", repr(data.time_column), "Choose one, or leave it out."
            )
        )
    unknown = [name for name in data.target_columns if name not in names]
    if unknown:
        problems.append(
            Problem("data.target_columns", f"some of {listing(names)}", listing(unknown), "Choose from these.")
        )
    if data.time_column in data.target_columns:
        problems.append(
            Problem(
                "data.target_columns",
                "columns of numbers",
                f"the time column {data.time_column!r}",
                "Choose another one.",
            )
        )
    if problems:
        raise ConfigError(problems)


def _time_of(table: Table, data: DataConfig) -> TimeColumn | None:
    """The time that the visitor named, or the one that is found."""
    frame = table.frame
    if data.time_column is None:
        found = find_time(frame[[name for name in frame.columns if name not in data.target_columns]])
        return found
    found = read_time(frame, data.time_column, chosen=True)
    if found is None:
        examples = [cell for cell in frame[data.time_column].head(200) if cell][:3]
        raise ConfigError.single(
            "data.time_column",
            "a column of dates or times",
            f"{data.time_column!r} with {listing(examples) if examples else 'empty cells'}",
            "Write dates as 2024-01-31, or leave data.time_column out to take the rows in their order.",
        )
    return found


def _check_single_series(time: TimeColumn) -> None:
    """Refuse a table with several series below each other: dropping doubles would mix them."""
    known = time.stamps.dropna()
    if len(known) and known.nunique() < 0.5 * len(known):
        raise ConfigError.single(
            "data.time_column",
            "one row for each time",
            f"{known.nunique():,} times in {plural(len(known), 'row')} of {listing(time.columns)}",
            "Several series below each other: keep one of them, or give each a column of its own.",
        )


def _to_column(cells: pd.Series, delimiter: str) -> _Column | None:
    """Text as numbers; None when it is not a column of numbers."""
    values = pd.to_numeric(cells, errors="coerce").to_numpy(dtype="float64", copy=True)
    strange = np.isnan(values)
    if strange.any():
        odd = cells[strange]
        missing = odd.str.lower().isin(_MISSING)
        odd = odd[~missing]
        num_filled = len(cells) - int(missing.sum())
        if num_filled == 0:
            return None
        if len(odd) > 0:
            read = _repair(cells, delimiter) if len(odd) > 0.01 * num_filled else np.full(len(cells), np.nan)
            if np.isfinite(read).sum() > np.isfinite(values).sum():
                values = read
        num_strange = num_filled - int((~np.isnan(values)).sum())
        if num_strange > (1 - _MIN_NUMERIC_SHARE) * num_filled:
            return None
    else:
        num_strange = 0
    with np.errstate(invalid="ignore"):
        infinite = np.abs(values) > _LARGEST
    values[infinite] = np.nan
    return _Column(values, int(infinite.sum()), num_strange)


def _repair(cells: pd.Series, delimiter: str) -> np.ndarray:
    """Numbers with decimal commas, thousands separators, currency or percent signs; NaN where nothing helps.

    What is wrong is read off a sample, because cleaning a million cells in every way takes minutes.
    """
    filled = cells[~cells.str.lower().isin(_MISSING)]
    sample = filled.iloc[:: max(1, len(filled) // _SAMPLE_CELLS)]
    if not any(_NUMBER_LIKE.fullmatch(cell[:60]) for cell in sample.iloc[:20]):
        return np.full(len(cells), np.nan)
    plain = _strip_symbols(sample)
    forms = (_DECIMAL_COMMA, _THOUSANDS_COMMA) if delimiter == ";" else (_THOUSANDS_COMMA, _DECIMAL_COMMA)
    form = next((form for form in forms if plain.str.fullmatch(form).mean() >= _MIN_NUMERIC_SHARE), None)
    if form is None:
        return np.full(len(cells), np.nan)
    if not plain.equals(sample):
        cells = _strip_symbols(cells)
    if form == _THOUSANDS_COMMA:
        cells = cells.str.replace(",", "", regex=False)
    else:
        cells = cells.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    return pd.to_numeric(cells, errors="coerce").to_numpy(dtype="float64", copy=True)


def _strip_symbols(cells: pd.Series) -> pd.Series:
    """Cells without currency and percent signs, spaces between digits, and with a plain minus."""
    cells = cells.str.replace(r"[$€£¥%\u00a0\u202f' ]", "", regex=True)
    return cells.str.replace("\u2212", "-", regex=False)


def _choose_columns(
    columns: dict[str, _Column | None], data: DataConfig, notes: list[str]
) -> tuple[list[str], list[str]]:
    """The columns to forecast and those to read, with a note on each that is left out."""
    asked = list(dict.fromkeys(data.target_columns))
    numeric = {name: column for name, column in columns.items() if column is not None}
    unfit = {name: reason for name, column in columns.items() if (reason := _unfit(column))}
    counters = [name for name, column in numeric.items() if name not in asked and _counts_rows(name, column)]
    if len(counters) < len(numeric):
        unfit.update(dict.fromkeys(counters, "it only counts the rows"))
    problems = [
        Problem(
            "data.target_columns",
            "columns of numbers that change",
            f"{name!r}: {unfit[name]}",
            "Choose another column.",
        )
        for name in asked
        if name in unfit
    ]
    if problems:
        raise ConfigError(problems)
    kept = [name for name in columns if name not in unfit]
    if not kept:
        reasons = "; ".join(f"{name!r}: {reason}" for name, reason in list(unfit.items())[:5]) or "only the time column"
        raise path_error(
            "a column of numbers that change",
            reasons,
            "Bring a table with a time column and at least one numeric column.",
        )
    for reason in dict.fromkeys(unfit.values()):
        notes.append(f"left out, {reason}: {listing([name for name in unfit if unfit[name] == reason])}")
    for name in kept:
        column = numeric[name]
        if column.num_infinite:
            notes.append(f"{plural(column.num_infinite, 'infinite or huge value')} in {name!r} treated as missing")
        if column.num_strange:
            notes.append(f"{plural(column.num_strange, 'cell')} in {name!r} that are no numbers treated as missing")
    if asked:
        return asked, kept
    chosen = kept if len(kept) <= _MAX_DEFAULT_TARGETS else kept[:1]
    if len(chosen) < len(kept):
        notes.append(f"{chosen[0]!r} is forecast from all {len(kept)} columns; data.target_columns chooses others")
    return chosen, kept


def _unfit(column: _Column | None) -> str:
    """Why a column cannot be used, "" when it can."""
    if column is None:
        return "not numbers"
    if column.missing_share > _MAX_MISSING_SHARE:
        return "more than half is missing"
    return "it never changes" if column.is_constant else ""


def _counts_rows(name: str, column: _Column) -> bool:
    return bool(_COUNTER_NAMES.fullmatch(name)) and bool((np.diff(column.values) == 1).all())


def _drop_flat(values: pd.DataFrame, chosen: list[str], notes: list[str]) -> pd.DataFrame:
    """Leave out columns that lost all change when rows were dropped."""
    flat = [name for name in values.columns if values[name].nunique() < 2]
    if any(name in chosen for name in flat):
        raise ConfigError.single(
            "data.target_columns",
            "columns of numbers that change",
            f"{listing(flat)}: one value or none once rows without a time of their own are dropped",
            "Choose another column or mend the times.",
        )
    if flat:
        notes.append(f"left out, it never changes: {listing(flat)}")
    return values.drop(columns=flat)


def _fill(values: np.ndarray) -> np.ndarray:
    """Straight lines across gaps, the nearest value at the ends."""
    known = np.flatnonzero(~np.isnan(values))
    return np.interp(np.arange(len(values)), known, values[known])
