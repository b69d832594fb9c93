"""Which column of a table is the time, and what moments its cells mean.

Reads ISO 8601, the usual national spellings, quarters, weeks, years, decimal years, Unix times, and times
spread over columns such as year, month, day and hour. Time zones become UTC. Left out: the step between the
moments and gaps in them (time_grid.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from core.data.sources.headers import TIME_NAMES, named_column

# A column is a time when this share of its filled cells can be read as one; "Total" in the last line is not fatal.
_MIN_SHARE = 0.95
_DATES = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%m-%d-%Y", "%d-%m-%Y", "%d.%m.%y",
    "%m/%d/%y", "%d/%m/%y", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y",
    "%b %Y", "%B %Y", "%b-%Y", "%b-%y", "%Y-%b", "%Y %b", "%Y %B", "%m/%Y", "%Y/%m", "%a %d %b %Y", "%a, %d %b %Y",
)  # fmt: skip
_TIMES = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", "T%H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_SWAPS = (("%m/%d", "%d/%m"), ("%m-%d", "%d-%m"))
# Characters and words that a date can hold: most columns of text are told apart by it before anything is parsed.
_DATE_LIKE = re.compile(
    r"([\d\s:./,+-]|[TZQW]|am|pm|utc|gmt|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun)[a-z]*)+",
    re.IGNORECASE,
)
_LONGEST_DATE = 60
_CLOCK = r"\d{1,2}[:.]\d{2}([:.]\d{2})?"
_WHOLE_NAMES = tuple(name for name in TIME_NAMES if name not in ("year", "month", "day", "week", "quarter"))


@dataclass(frozen=True)
class TimeColumn:
    """The time of every row.

    Attributes:
        columns: The columns that it was made from.
        stamps: datetime64 in UTC without zone, NaT where a cell could not be read; or float numbers that give the
            order only.
        notes: What was assumed.
    """

    columns: tuple[str, ...]
    stamps: pd.Series
    notes: tuple[str, ...] = ()

    @property
    def is_calendar(self) -> bool:
        """False when the column gives the order of the rows and nothing more."""
        return self.stamps.dtype.kind == "M"


def find_time(frame: pd.DataFrame) -> TimeColumn | None:
    """The time of a table whose visitor named no time column, or None."""
    names = list(frame.columns)
    whole = named_column(names, _WHOLE_NAMES)
    if whole:
        found = _with_clock(frame, whole) or read_time(frame, whole)
        if found:
            return found
    found = _from_parts(frame)
    if found:
        return found
    for name in names:
        found = read_time(frame, name)
        if found and (found.is_calendar or name.lower() == "time"):
            repeats = found.stamps.duplicated().mean()
            # A year in every one of many rows is an input, not the time of a row.
            if repeats < 0.5 or not pd.to_numeric(frame[name], errors="coerce").notna().mean() > _MIN_SHARE:
                return found
    return None


def read_time(frame: pd.DataFrame, name: str, chosen: bool = False) -> TimeColumn | None:
    """One column as a time, or None when it is none.

    Args:
        frame: A table of strings.
        name: The column.
        chosen: The visitor named it: numbers that are no dates then give the order.
    """
    column = frame[name]
    filled = column[column != ""]
    if len(filled) < 3:
        return None
    sample = filled.iloc[:: max(1, len(filled) // 100)]
    named = chosen or name.lower() in TIME_NAMES
    if pd.to_numeric(sample, errors="coerce").notna().mean() < _MIN_SHARE:
        return _from_strings(column, filled, sample, name)
    values = pd.to_numeric(column, errors="coerce").astype("float64").where(lambda v: np.isfinite(v))
    stamps = _from_numbers(values, named)
    if stamps is not None:
        return TimeColumn((name,), stamps)
    steps = np.diff(values.dropna())
    if chosen or (name.lower() in ("time", "t", "timestamp") and len(steps) and (steps > 0).all()):
        note = f"{name!r} holds numbers, not dates: used for the order of the rows only"
        return TimeColumn((name,), values, (note,))
    return None


def _from_numbers(values: pd.Series, named: bool) -> pd.Series | None:
    """Years, dates such as 20240131, decimal years and Unix times; None for plain numbers."""
    known = values.dropna()
    low, high = known.min(), known.max()
    whole = bool((known == known.round()).all())
    if whole and low >= 1000 and high <= 2200:
        consecutive = bool((np.abs(np.diff(known)) == 1).all())
        return _from_months(values * 12) if named or consecutive else None
    if whole and low >= 10_000_101 and high <= 22_001_231:
        stamps = _parse(values.map(lambda v: f"{v:.0f}", na_action="ignore"), "%Y%m%d")
        return stamps if stamps.notna().sum() == len(known) else None
    if not named:
        return None
    if whole and low >= 100_001 and high <= 220_012 and bool((known % 100).between(1, 12).all()):
        return _from_months((values // 100) * 12 + values % 100 - 1)
    for size in (1.0, 1e3, 1e6, 1e9):  # seconds to nanoseconds
        if low >= 1e8 * size and high < 1e10 * size:
            microseconds = (values * (1e6 / size)).round()
            return pd.to_datetime(microseconds.astype("Int64"), unit="us").astype("datetime64[us]")
    if low >= 1000 and high <= 2200 and known.is_unique:
        return _from_decimal_years(values)
    return None


def _from_decimal_years(values: pd.Series) -> pd.Series | None:
    """1949.083 as February 1949, when the numbers step by a month or a quarter."""
    step = float(np.median(np.diff(np.sort(values.dropna()))))
    for per_year in (4, 12):
        if abs(step * per_year - 1) < 0.05:
            places = values * per_year
            phase = float((places - np.floor(places)).median())
            # Some sources give the middle of each month, most its beginning.
            counted = np.floor(places) if 0.25 < phase < 0.75 else places.round()
            return _from_months(counted * (12 // per_year))
    return None


def _from_months(months: pd.Series) -> pd.Series:
    """Months since the year 0 as the first day of each."""
    array = (months.fillna(0).to_numpy() - 1970 * 12).astype("int64").astype("datetime64[M]").astype("datetime64[us]")
    return pd.Series(array, index=months.index).where(months.notna())


def _parse(column: pd.Series, form: str) -> pd.Series:
    """Moments in UTC without zone; NaT where a cell has another form."""
    stamps = pd.to_datetime(column, format=form, utc=True, errors="coerce")
    return stamps.dt.tz_localize(None).astype("datetime64[us]")


def _from_strings(column: pd.Series, filled: pd.Series, sample: pd.Series, name: str) -> TimeColumn | None:
    """Dates and times in words or digits; None when too few cells can be read."""
    few = [str(cell) for cell in sample.iloc[:3]]
    if not any(len(cell) <= _LONGEST_DATE and _DATE_LIKE.fullmatch(cell) for cell in few):
        return None
    if sample.str.contains(r"\d", regex=True).mean() < _MIN_SHARE or sample.str.len().max() > _LONGEST_DATE:
        return None
    enough = _MIN_SHARE * len(filled)
    if _parse(sample, "ISO8601").notna().mean() >= _MIN_SHARE:
        stamps = _parse(column, "ISO8601")
        return TimeColumn((name,), stamps) if stamps.notna().sum() >= enough else None
    if _from_periods(sample).notna().mean() >= _MIN_SHARE:
        periods = _from_periods(column)
        return TimeColumn((name,), periods) if periods.notna().sum() >= enough else None
    for form in (date + time for date in _DATES for time in _TIMES):
        if not any(_has_form(cell, form) for cell in few) or _parse(sample, form).notna().mean() < 0.5:
            continue
        stamps, note = _month_or_day_first(column, form, name)
        if stamps.notna().sum() >= enough:
            return TimeColumn((name,), stamps, (note,) if note else ())
    return None


def _has_form(cell: str, form: str) -> bool:
    """Whether one cell fits. pandas needs a hundred times longer to find out, and there are 200 forms a column."""
    try:
        datetime.strptime(cell, form)
    except ValueError:
        return False
    return True


def _month_or_day_first(column: pd.Series, form: str, name: str) -> tuple[pd.Series, str]:
    """Read 03/04/2020 in the order that more cells allow, then in the one that keeps the rows sorted."""
    stamps = _parse(column, form)
    for month_first, day_first in _SWAPS:
        if month_first not in form:
            continue
        other = _parse(column, form.replace(month_first, day_first))
        if other.notna().sum() != stamps.notna().sum():
            return (other if other.notna().sum() > stamps.notna().sum() else stamps), ""
        ordered = [s.is_monotonic_increasing or s.is_monotonic_decreasing for s in (stamps.dropna(), other.dropna())]
        if ordered == [False, True]:
            return other, ""
        if ordered[0] == ordered[1]:
            return stamps, f"dates in {name!r} could be read two ways: taken as month first"
    return stamps, ""


def _from_periods(column: pd.Series) -> pd.Series:
    """Quarters (1959Q1, Q1 1959) and ISO weeks (2020-W05) as their first days."""
    forward = column.str.extract(r"^(\d{4})[ -]?[qQ]([1-4])$")
    backward = column.str.extract(r"^[qQ]([1-4])[ /-]?(\d{4})$")
    years = pd.to_numeric(forward[0].fillna(backward[1])).astype("float64")
    quarters = pd.to_numeric(forward[1].fillna(backward[0])).astype("float64")
    if years.notna().any():
        return _from_months(years * 12 + (quarters - 1) * 3)
    weeks = column.where(column.str.fullmatch(r"\d{4}-?W\d{2}")).str.replace(r"-?W", "-W", regex=True) + "-1"
    return _parse(weeks, "%G-W%V-%u")


def _with_clock(frame: pd.DataFrame, name: str) -> TimeColumn | None:
    """A date column together with a column of clock times or hours, when there is one beside it."""
    others = [column for column in frame.columns if column != name]
    clock = named_column(others, ("time", "clock", "hour", "uhrzeit", "heure", "hora"))
    if clock is None or (frame[clock] == "").all():
        return None
    times = frame[clock]
    sample = times[times != ""].head(200)
    if sample.str.fullmatch(_CLOCK).mean() >= _MIN_SHARE:
        joined = pd.DataFrame({name: frame[name] + " " + times.str.replace(".", ":", regex=False)})
        found = read_time(joined, name)
        return TimeColumn((name, clock), found.stamps, found.notes) if found else None
    hours = pd.to_numeric(times, errors="coerce").astype("float64")
    dates = read_time(frame, name)
    if dates is None or not dates.is_calendar or not hours.dropna().between(0, 24).all() or hours.isna().mean() > 0.05:
        return None
    if dates.stamps.duplicated().mean() < 0.5 or bool((dates.stamps.dt.hour != 0).any()):
        return None
    stamps = dates.stamps + pd.to_timedelta(hours, unit="h").astype("timedelta64[us]")
    return TimeColumn((name, clock), stamps, dates.notes)


def _from_parts(frame: pd.DataFrame) -> TimeColumn | None:
    """Year and quarter, or year, month and finer parts, in columns of their own."""
    lowered = {name.lower(): name for name in reversed(list(frame.columns))}
    if "year" not in lowered:
        return None

    def part(name: str, low: int, high: int) -> pd.Series | None:
        if name not in lowered:
            return None
        values = pd.to_numeric(frame[lowered[name]], errors="coerce").astype("float64")
        fits = values.between(low, high) & (values == values.round())
        return values.where(fits) if fits.mean() >= _MIN_SHARE else None

    years, quarters, months = part("year", 1000, 2200), part("quarter", 1, 4), part("month", 1, 12)
    if years is None or (quarters is None and months is None):
        return None
    used = ["year", "quarter" if months is None else "month"]
    stamps = _from_months(years * 12 + ((quarters - 1) * 3 if months is None else months - 1))  # type: ignore[operator]
    if months is not None:
        for name, unit, low, high in (("day", "D", 1, 31), ("hour", "h", 0, 24), ("minute", "min", 0, 59)):
            values = part(name, low, high)
            if values is None:
                break
            stamps = stamps + pd.to_timedelta(values - (unit == "D"), unit=unit).astype("timedelta64[us]")  # type: ignore[call-overload]
            used.append(name)
    columns = tuple(lowered[name] for name in used)
    return TimeColumn(columns, stamps, (f"time put together from {', '.join(columns)}",))
