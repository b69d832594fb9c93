"""Tables of series in other layouts than one row a time, turned into that one: columns of time, series and values.

Years by months, days by hours, months by years; one series a row with dates as the names of columns, or with counted
columns; lists of values in cells. Each is a function that looks for its evidence and says what it did; they are tried
in a fixed order, and a visitor who names a column of the table as it stands has it that way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.missing import MIN_STEPS
from core.data.sources.column_times import dates_of, parts_of_day, parts_of_year
from core.data.sources.edges import trim
from core.data.sources.growth import check_growth
from core.data.sources.headers import NO_TIME_COLUMN, is_value, looks_like_header
from core.data.sources.inputs import InputFile, listing, path_error
from core.data.sources.lists import Layout, from_lists, list_columns
from core.data.sources.numbers import is_missing
from core.data.sources.tables import Table, read_table
from core.data.sources.time_columns import find_time

TIME, SERIES, VALUE = "time", "series", "value"
_LOOKED_AT = 200  # rows
_AT_ONCE = 100_000  # moments, which take a hundred bytes each as numpy's characters
_COUNTED = re.compile(r"(\D*)0*(\d{1,9})")
_NUMBER_LIKE = re.compile(r"[^A-Za-z\d]*\d[^A-Za-z]*")


def read_plain(file: InputFile, limits: Limits, wanted: Sequence[str] = ()) -> Table:
    """Read a table of series, one row a time (and series), whatever its layout is.

    Arguments as `read_table`. Raises `ConfigError` for no table, or a layout that says too little of the times.
    """
    table = read_table(file, limits, wanted, names_series, of_values=True)
    frame, notes = trim(table.frame) if table.kind == "delimited" else (table.frame, ())
    table = replace(table, frame=frame, notes=(*table.notes, *notes))
    for layout in _LAYOUTS:
        found = layout(frame, limits)
        if found is not None and any(name in frame and name not in found.frame for name in wanted):
            break  # somebody wants it as it stands
        if found is not None:
            return replace(table, frame=found.frame, notes=(*table.notes, found.note), roles=found.roles)
    lists = list_columns(frame) if len(frame.columns) > 1 else []
    if not lists:
        return table
    return replace(table, frame=frame.drop(columns=lists), notes=(*table.notes, f"lists left out: {listing(lists, 5)}"))


def with_roles(data: DataConfig, table: Table) -> DataConfig:
    """The choices with what the layout decides where the visitor did not."""
    open_fields = {name: value for name, value in table.roles.items() if getattr(data, name) is None}
    return data.model_copy(update=open_fields) if open_fields else data


def names_series(first: Sequence[str], rest: pd.DataFrame) -> bool:
    """Whether the first line names the columns of a table of series; names may be dates and numbers."""
    names = [cell for cell in first if cell]
    block = dates_of(names) or parts_of_day(names) or _counted(names)
    has_words = any(not is_value(name) for name in names)
    if block and has_words and len(block) >= len(names) / 2:
        places = [place for place, cell in enumerate(first) if cell in block]
        below = [dates_of([str(cell) for cell in row]) for row in rest.iloc[:3, places].itertuples(index=False)]
        return not any(below)
    return looks_like_header(first, rest)


def _parts_by_row(frame: pd.DataFrame, limits: Limits) -> Layout | None:
    """A row a year and a column a month or quarter; a row a day and a column an hour."""
    names = [str(name) for name in frame.columns]
    years = next((name for name in names[:4] if _holds_years(frame[name])), None)
    if years is not None:
        parts = parts_of_year([name for name in names if name != years])
        if parts:
            starts = pd.to_numeric(frame[years], errors="coerce").to_numpy(dtype="float64")
            whole = np.where(np.isnan(starts), 0, starts).astype(np.int64)
            months = (whole[:, None] - 1970) * 12 + np.array(list(parts.values())) - 1
            moments = np.where(np.isnan(starts)[:, None], np.datetime64("NaT"), months.astype("datetime64[M]"))
            told = f"years by {_kind(parts)} put one below the other"
            return _melt(frame, [years], list(parts), moments, limits, told)
    parts = parts_of_day(names)
    if not parts:
        return None
    time = find_time(frame[[name for name in names if name not in parts]])
    if time is None or not time.is_calendar:
        return None
    minutes = np.array(list(parts.values()), dtype="timedelta64[m]")
    moments = time.stamps.to_numpy()[:, None] + minutes
    return _melt(frame, list(time.columns), list(parts), moments, limits, "days by hours put one below the other")


def _kind(parts: dict[str, int]) -> str:
    return "months" if len(parts) == 12 else "quarters"


def _holds_years(cells: pd.Series) -> bool:
    filled = [cell for cell in cells.head(_LOOKED_AT) if cell]
    return bool(filled) and all(re.fullmatch(r"(1[5-9]|20|21)\d\d(\.0)?", cell) for cell in filled)


def _parts_by_column(frame: pd.DataFrame, limits: Limits) -> Layout | None:
    """A column a year and a row a month or quarter; a column a day and a row an hour."""
    names = [str(name) for name in frame.columns]
    dates = dates_of(names)
    if not dates or len(dates) == len(names):
        return None
    for name in [name for name in names if name not in dates]:
        cells = [str(cell) for cell in frame[name]]
        count = len(dict.fromkeys(cells))
        by_year = parts_of_year(list(dict.fromkeys(cells))) if count in (4, 12) else {}
        by_day = parts_of_day(list(dict.fromkeys(cells))) if count >= 24 else {}
        parts, starts = by_year or by_day, np.array(list(dates.values()))
        if not parts or len(parts) != count or (by_year and not all(re.search(r"\d{4}", date) for date in dates)):
            continue
        if by_year:
            months = starts.astype("datetime64[M]") + (np.array([parts[cell] for cell in cells]) - 1)[:, None]
            moments, kind = months, f"{_kind(parts)} by years"
        else:
            minutes = np.array([parts[cell] for cell in cells], dtype="timedelta64[m]")
            moments, kind = starts + minutes[:, None], "hours by days"
        return _melt(frame, [name], list(dates), moments, limits, f"{kind} put one below the other")
    return None


def _dates_as_names(frame: pd.DataFrame, limits: Limits) -> Layout | None:
    """One series a row, with dates as the names of columns."""
    names = [str(name) for name in frame.columns]
    dates = dates_of(names)
    if not dates or not _hold_numbers(frame, list(dates)):
        return None
    others = frame[[name for name in names if name not in dates]]
    time = find_time(others) if len(others.columns) else None
    if time is not None and time.is_calendar:
        return None
    moments = np.broadcast_to(np.array(list(dates.values())), (len(frame), len(dates)))
    return _by_row(frame, others, list(dates), moments, limits, "dates as the names of columns: one series a row")


def _counted_columns(frame: pd.DataFrame, limits: Limits) -> Layout | None:
    """One series a row in columns that are counted, V2, V3 ..., of which the last are blank in shorter series."""
    names = [str(name) for name in frame.columns]
    counted = _counted(names)
    others = frame[[name for name in names if name not in counted]]
    if len(counted) < MIN_STEPS or find_time(others) is not None:
        return None
    texts = [name for name in others.columns if not _hold_numbers(others, [name])]
    if counted and not texts and not _hold_numbers(frame, [counted[0]]):  # V1 names the series
        texts, counted = [counted[0]], counted[1:]
        others = frame[[name for name in names if name not in counted]]
    if not texts or not others[texts].agg(" ".join, axis=1).is_unique or not _hold_numbers(frame, counted):
        return None
    blank = np.column_stack([is_missing(frame[name]).to_numpy() for name in counted])
    ends = len(counted) - blank[:, ::-1].argmin(axis=1)
    found = _by_row(frame, others, counted, None, limits, "counted columns: one series a row, without times")
    return replace(found, frame=found.frame[(np.arange(len(counted)) < ends[:, None]).ravel()].reset_index(drop=True))


def _counted(names: Sequence[str]) -> list[str]:
    """The last names when they count up by one from 1 or 2, in words that stay the same."""
    found: list[str] = []
    for name in reversed(names):
        this, before = _COUNTED.fullmatch(name), _COUNTED.fullmatch(found[-1]) if found else None
        if this is None or (before and (this[1] != before[1] or int(this[2]) + 1 != int(before[2]))):
            break
        found.append(name)
    last = _COUNTED.fullmatch(found[-1]) if found else None
    return found[::-1] if last and int(last[2]) <= 2 and len(found) > 2 else []


def _hold_numbers(frame: pd.DataFrame, names: list[str]) -> bool:
    """Whether most of the filled cells are numbers."""
    cells = [cell for row in frame[names].head(_LOOKED_AT).itertuples(index=False) for cell in row]
    filled = [cell for cell, blank in zip(cells, is_missing(pd.Series(cells, dtype="str")), strict=True) if not blank]
    return bool(filled) and sum(map(bool, map(_NUMBER_LIKE.fullmatch, filled))) > 0.9 * len(filled)


def _by_row(
    frame: pd.DataFrame, others: pd.DataFrame, columns: list[str], moments: np.ndarray | None, limits: Limits, note: str
) -> Layout:
    """One series a row, named by the fewest columns of text that tell the rows apart."""
    if len(frame) > limits.max_columns:
        received = f"{len(frame):,} rows with one series each"
        raise path_error(f"at most {limits.max_columns:,} series", received, "Keep some of them.")
    words = [name for name in others.columns if not _hold_numbers(others, [name])] or list(others.columns)
    naming = _naming_columns(others, words)
    labels = others[naming].apply(lambda row: ", ".join(cell for cell in row if cell), axis=1) if naming else None
    named = "" if labels is None else f", named by {listing(naming)}"
    if labels is None or not labels.is_unique or bool((labels == "").any()):
        numbers = pd.Series([f"row {place + 1}" for place in range(len(frame))], dtype="str")
        labels, named = (numbers, ", named by its number") if labels is None else (labels + numbers.radd(" "), named)
    title = naming[0] if len(naming) == 1 and naming[0] not in (TIME, VALUE) else SERIES
    left_out = [name for name in others.columns if name not in naming]
    note += named + (f"; not read: {listing(left_out)}" if left_out else "")
    check_growth(len(frame) * len(columns), [labels], len(columns), limits)
    plain = pd.DataFrame({title: np.repeat(labels.to_numpy(dtype=object), len(columns))}, dtype="str")
    roles = {} if moments is not None else {"series_column": title, "time_column": NO_TIME_COLUMN}
    if moments is not None:
        plain[TIME] = _as_text(moments)
    plain[VALUE] = pd.Series(frame[columns].to_numpy(dtype=object).ravel(), dtype="str")
    return Layout(plain, note, roles)


def _naming_columns(others: pd.DataFrame, words: list[str]) -> list[str]:
    """One column that tells all rows apart, else the first few that do so together, each of which adds something."""
    for name in words:
        if others[name].is_unique and bool((others[name] != "").all()):
            return [name]
    chosen: list[str] = []
    num_different = 1
    for name in words:
        number = len(others[[*chosen, name]].drop_duplicates())
        if number > num_different:
            chosen, num_different = [*chosen, name], number
        if number == len(others):
            break
    return chosen


def _melt(
    frame: pd.DataFrame, used: list[str], columns: list[str], moments: np.ndarray, limits: Limits, note: str
) -> Layout:
    """Rows of parts of a time below each other; words beside them stay, other numbers are sums or another unit."""
    others = [str(name) for name in frame.columns if name not in (*used, *columns)]
    kept = [name for name in others if not _hold_numbers(frame, [name]) and frame[name].nunique() > 1]
    left_out = [name for name in others if name not in kept]
    check_growth(len(frame) * len(columns), [frame[name] for name in kept], len(columns), limits)
    plain = pd.DataFrame(
        {name: np.repeat(frame[name].to_numpy(dtype=object), len(columns)) for name in kept}, dtype="str"
    )
    plain[TIME] = _as_text(moments)
    plain[VALUE] = pd.Series(frame[columns].to_numpy(dtype=object).ravel(), dtype="str")
    return Layout(plain, note + (f"; not read: {listing(left_out)}" if left_out else ""))


def _as_text(moments: np.ndarray) -> pd.Series:
    """Moments (N, M) row by row, in ISO 8601; "" where there is none."""
    import pyarrow as pa

    flat = moments.astype("datetime64[s]").ravel()
    pieces = (flat[start : start + _AT_ONCE] for start in range(0, len(flat), _AT_ONCE))
    cells = (np.where(np.isnat(some), "", np.datetime_as_string(some)) for some in pieces)
    return pa.chunked_array([pa.array(some, pa.large_string()) for some in cells], pa.large_string()).to_pandas()


_LAYOUTS: tuple[Callable[[pd.DataFrame, Limits], Layout | None], ...] = (
    from_lists,
    _parts_by_row,
    _parts_by_column,
    _dates_as_names,
    _counted_columns,
)
