"""What moments the cells of a column mean.

Reads ISO 8601, the usual national spellings, months, quarters and weeks. Numbers are in number_times.py, names of months in
other languages in month_names.py, and periods, 24:00 and zones in time_spellings.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import numpy as np
import pandas as pd

from core.data.sources.headers import TIME_NAMES, bare_name, words_of
from core.data.sources.month_names import to_iso_dates
from core.data.sources.number_times import (
    COUNTS,
    count_of_time,
    from_count,
    from_months,
    from_numbers,
    from_weeks,
    is_steady,
    parse,
)
from core.data.sources.numbers import short_cells, to_floats
from core.data.sources.time_spellings import end_of_day, interval_starts, keep_local, offset_to_utc, zone_to_utc

# A column is a time when this share of its filled cells can be read as one; "Total" in the last line is not fatal.
MIN_SHARE = 0.95
_DATES = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%m-%d-%Y", "%d-%m-%Y", "%d.%m.%y",
    "%m/%d/%y", "%d/%m/%y", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y",
    "%b %Y", "%B %Y", "%b-%Y", "%b-%y", "%Y-%b", "%Y %b", "%Y %B", "%m/%Y", "%Y/%m", "%a %d %b %Y", "%a, %d %b %Y",
    "%A, %B %d, %Y",
)  # fmt: skip
_TIMES = (
    "", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", "T%H:%M:%S", " %I:%M %p", " %I:%M:%S %p", " %I:%M%p", " %I:%M:%S%p",
)  # fmt: skip
# Characters and words that a date can hold: most columns of text are told apart by it before anything is parsed.
_DATE_LIKE = re.compile(
    r"(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun)[a-z]*+"  # gives no letter back
    r"|[\d\s:./,+-]|[TZQWM]|am|pm|utc|gmt)+",
    re.IGNORECASE,
)
_LONGEST_DATE = 60
_OFFSET = re.compile(r"([T:]\d\d(?:[.,]\d+)?(?: ?[aApP][mM])?)\s*([+-]\d{2}(?::?\d{2})?)$")  # of a time of day
# A search begins at each blank of a run and at each letter of a word, unless it is told where one begins or how long it is.
_UTC = re.compile(r"(?<!\s)\s*(UTC|GMT)$", re.IGNORECASE)
_ZONE = re.compile(r"()(?<!\s)\s*\[?([A-Z][A-Za-z_]{1,30}/[A-Za-z_/+-]{1,40})\]?$")
_CLEARLY = 2  # times as even
_CLOCK_WORDS = ("time", "t", "timestamp", "elapsed")  # first in the name of a column that counts from some start


@dataclass(frozen=True)
class TimeColumn:
    """The time of every row.

    Attributes:
        columns: The columns that it was made from.
        stamps: datetime64 without zone, NaT where a cell could not be read; or float numbers that give the order only.
        notes: What was assumed.
        date_format: The choice of `data.date_format` that it was read by; None where none fits.
        offset: How the stamps differ from UTC, such as "+01:00"; "" where nothing is said of it.
    """

    columns: tuple[str, ...]
    stamps: pd.Series
    notes: tuple[str, ...] = ()
    date_format: str | None = None
    offset: str = ""

    @property
    def is_calendar(self) -> bool:
        """False when the column gives the order of the rows and nothing more."""
        return self.stamps.dtype.kind == "M"

    def count(self) -> tuple[int, int]:
        """Rows whose time is known, and different times among them."""
        known = self.stamps.dropna()
        # Sorted, because a table of hashes takes ten times the room of the times.
        times = known.to_numpy() if known.is_monotonic_increasing else np.sort(known.to_numpy())
        return len(times), int((times[1:] != times[:-1]).sum()) + min(1, len(times))


def read_time(
    frame: pd.DataFrame, name: str, chosen: bool = False, date_format: str | None = None
) -> TimeColumn | None:
    """One column of a table of strings as a time, or None when it is none.

    In one that the visitor has chosen, numbers that are no dates give the order; of a date format nothing else is tried.
    """
    column = short_cells(frame[name])
    filled = column[column != ""]
    if len(filled) < (1 if chosen else 3):
        return None
    sample = filled.iloc[:: max(1, len(filled) // 100)]
    if sample.str.fullmatch(r"\d{4,5},\d+").mean() >= MIN_SHARE:  # decimal years and days of a spreadsheet
        column, sample = (cells.str.replace(",", ".", regex=False) for cells in (column, sample))
    named = chosen or bare_name(name) in TIME_NAMES
    if pd.to_numeric(sample, errors="coerce").notna().mean() < MIN_SHARE:
        return _from_strings(column, filled, sample, name, date_format)
    values = pd.Series(to_floats(column), index=column.index).where(lambda v: np.isfinite(v))
    if date_format is not None and date_format in COUNTS:
        return TimeColumn((name,), from_count(values, date_format), date_format=date_format)
    stamps, form = from_numbers(values, named, name) if date_format in (None, "year_first") else (None, None)
    if stamps is not None and (date_format is None or form == date_format):
        return _counted(name, stamps, form)
    steps = np.diff(values.dropna())
    counts_up = "".join(words_of(name)[:1]) in _CLOCK_WORDS and len(steps) > 0 and bool((steps > 0).all())
    if date_format is None and (chosen or counts_up):
        note = f"{name!r} holds numbers, not dates: used for the order of the rows only"
        return TimeColumn((name,), values, (note,))
    return None


def read_clock(frame: pd.DataFrame, name: str) -> TimeColumn | None:
    """Numbers that count the time by their size and their even steps alone, whatever the column is called."""
    values = pd.Series(to_floats(short_cells(frame[name])), index=frame.index).where(lambda v: np.isfinite(v))
    known = values.dropna().to_numpy()
    form = count_of_time(known)
    if form is None or len(known) < MIN_SHARE * len(values) or not is_steady(known):
        return None
    return _counted(name, from_count(values, form), form)


def _counted(name: str, stamps: pd.Series, form: str | None) -> TimeColumn:
    """Numbers as a time, with a note on what they were taken to count; nothing for dates."""
    note = f"{name!r} is taken for the time, in {COUNTS.get(form or '')}; data.date_format says otherwise"
    return TimeColumn((name,), stamps, (note,) if form in COUNTS else (), form)


def _from_strings(
    column: pd.Series, filled: pd.Series, sample: pd.Series, name: str, date_format: str | None
) -> TimeColumn | None:
    """Dates and times in words or digits; None when too few cells can be read."""
    few = [str(cell) for cell in sample.iloc[:3]]
    if all(len(cell) <= _LONGEST_DATE and _UTC.search(cell) for cell in few):
        column, filled, sample = (cells.str.replace(_UTC, "", regex=True) for cells in (column, filled, sample))
        few = [str(cell) for cell in sample.iloc[:3]]
    starts = interval_starts(column, sample)
    if starts is not None:
        return _again(starts, name, date_format, f"of the periods in {name!r} the start is read")
    for pattern in (_ZONE, _OFFSET):
        if all(len(cell) <= _LONGEST_DATE and pattern.search(cell) for cell in few):
            return _in_zones(column, name, date_format, pattern)
    if sample.str.contains(r"\d", regex=True).mean() < MIN_SHARE or sample.str.len().max() > _LONGEST_DATE:
        return None
    if not any(_DATE_LIKE.fullmatch(cell) for cell in few):
        return _with_names(column, sample, name, date_format)
    ended = end_of_day(column)
    if ended is not None:
        found = _again(ended[0], name, date_format, f"24:00 in {name!r} is midnight of the next day")
        days = ended[1].astype("int64") * np.timedelta64(1, "D").astype("timedelta64[us]")
        return None if found is None else replace(found, stamps=found.stamps + days)
    return _from_forms(column, filled, sample, name, date_format) or _with_names(column, sample, name, date_format)


def _from_forms(
    column: pd.Series, filled: pd.Series, sample: pd.Series, name: str, date_format: str | None
) -> TimeColumn | None:
    """Moments that are written in one of the forms above."""
    few = [str(cell) for cell in sample.iloc[:3]]
    enough = MIN_SHARE * len(filled)
    if date_format in (None, "year_first"):
        for read in (partial(parse, form="ISO8601"), _from_periods):
            if read(sample).notna().mean() >= MIN_SHARE:
                stamps = read(column)
                if stamps.notna().sum() < enough:
                    return None
                return TimeColumn((name,), stamps, date_format="year_first")
    for form in (date + time for date in _DATES for time in _TIMES):
        if date_format is not None and _order_of(form) != date_format:
            continue
        if not any(_has_form(cell, form) for cell in few) or parse(sample, form).notna().mean() < 0.5:
            continue
        stamps, note = parse(column, form), ""
        if date_format is None:
            form, stamps, note = _month_or_day_first(column, form, stamps, name)
        if stamps.notna().sum() >= enough:
            return TimeColumn((name,), stamps, (note,) if note else (), _order_of(form))
    return None


def _order_of(form: str) -> str:
    """The choice of `data.date_format` that a spelling belongs to."""
    codes = re.findall(r"%([YmbBdy])", form)
    return {"Y": "year_first", "d": "day_first"}.get(codes[0], "month_first")


def _in_zones(column: pd.Series, name: str, date_format: str | None, pattern: re.Pattern[str]) -> TimeColumn | None:
    """Times with an offset or the name of a zone behind them, such as "2024-01-31 10:00 Europe/Berlin"."""
    zones = column.str.extract(pattern.pattern)[1]
    found = _again(column.str.replace(pattern.pattern, r"\1", regex=True), name, date_format)
    if found is None:
        return None
    moments = (zone_to_utc if pattern is _ZONE else offset_to_utc)(found.stamps, zones)
    if moments is None:
        return None
    stamps, offset, note = keep_local(found.stamps, moments)
    return replace(found, stamps=stamps, notes=(*found.notes, *([note] if note else [])), offset=offset)


def _again(column: pd.Series, name: str, date_format: str | None, note: str = "") -> TimeColumn | None:
    """A column in a plainer spelling; None when it is no calendar."""
    found = read_time(pd.DataFrame({name: column}), name, date_format=date_format)
    if found is None or not found.is_calendar:
        return None
    return replace(found, notes=(*found.notes, note)) if note else found


def _with_names(column: pd.Series, sample: pd.Series, name: str, date_format: str | None) -> TimeColumn | None:
    """Months by their names in other languages."""
    dates = to_iso_dates(column, sample) if date_format is None else None
    found = None if dates is None else _again(dates, name, None)
    return None if found is None else replace(found, date_format=None)


def _has_form(cell: str, form: str) -> bool:
    """Whether one cell fits. pandas needs a hundred times longer to find out, and there are 200 forms a column."""
    try:
        datetime.strptime(cell, form)
    except ValueError:
        return False
    return True


def _month_or_day_first(column: pd.Series, form: str, stamps: pd.Series, name: str) -> tuple[str, pd.Series, str]:
    """03/04/2020 in the spelling that more cells allow, else the one that keeps the rows sorted or evenly spaced.

    Returns the format, the moments, and a note where both could be.
    """
    swapped = re.sub(r"%m([/-])%d", r"%d\1%m", form)
    if swapped == form:
        return form, stamps, ""
    other = parse(column, swapped)
    if other.notna().sum() != stamps.notna().sum():
        return (swapped, other, "") if other.notna().sum() > stamps.notna().sum() else (form, stamps, "")
    ordered = [s.is_monotonic_increasing or s.is_monotonic_decreasing for s in (stamps.dropna(), other.dropna())]
    if ordered[0] != ordered[1]:
        return (swapped, other, "") if ordered[1] else (form, stamps, "")
    note = f"dates in {name!r} could be read two ways: taken as "
    if _CLEARLY * _unevenness(other) < _unevenness(stamps):  # 01/02, 01/03 ... are months in most countries
        return swapped, other, f"{note}day first, which spaces them evenly"
    return form, stamps, f"{note}month first"


def _unevenness(stamps: pd.Series) -> float:
    """The longest gap between moments as a multiple of the usual one."""
    gaps = np.diff(np.unique(stamps.dropna().to_numpy())).astype("float64")
    return float(gaps.max() / np.median(gaps)) if len(gaps) else 1.0


def _from_periods(column: pd.Series) -> pd.Series:
    """Months (1959M01), quarters (1959Q1, Q1 1959) and ISO weeks (2020-W05) as their first days."""
    months = column.str.extract(r"^(\d{4})[ -]?[mM](\d{1,2})$").astype("float64")
    if months[1].between(1, 12).any():
        return from_months(months[0] * 12 + months[1].where(months[1].between(1, 12)) - 1)
    forward = column.str.extract(r"^(\d{4})[ -]?[qQ]([1-4])$")
    backward = column.str.extract(r"^[qQ]([1-4])[ /-]?(\d{4})$")
    years = pd.to_numeric(forward[0].fillna(backward[1])).astype("float64")
    quarters = pd.to_numeric(forward[1].fillna(backward[0])).astype("float64")
    if years.notna().any():
        return from_months(years * 12 + (quarters - 1) * 3)
    weeks = column.str.extract(r"^(\d{4})[ -]?[wW](\d{1,2})$")
    return from_weeks(weeks[0], weeks[1])
