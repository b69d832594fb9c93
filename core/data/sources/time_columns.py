"""Which column of a table is the time: by its name, by its cells, or put together from several.

Dates may have a column of clock times or hours beside them, and year, month, day and hour may have columns of their
own. Left out: what the cells mean (timestamps.py).
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from core.data.sources.headers import TIME_NAMES, named_column
from core.data.sources.number_times import from_months, from_weeks
from core.data.sources.roles import names_things
from core.data.sources.timestamps import MIN_SHARE, TimeColumn, read_clock, read_time

_CLOCK = r"\d{1,2}[:.]\d{2}([:.]\d{2})?( ?[aApP][mM])?"
_WHOLE_NAMES = tuple(name for name in TIME_NAMES if name not in ("year", "month", "day", "week", "quarter"))


def find_time(
    frame: pd.DataFrame,
    date_format: str | None = None,
    has_series: Callable[[TimeColumn], bool] = lambda time: False,
) -> TimeColumn | None:
    """The time of a table whose visitor named no time column, or None.

    Args:
        frame: A table of strings.
        date_format: As the visitor says that dates are written.
        has_series: Whether a column tells the rows of each time apart, where times repeat.
    """
    names = list(frame.columns)
    whole = named_column(names, _WHOLE_NAMES)
    if whole:
        found = _with_clock(frame, whole, date_format) or read_time(frame, whole, date_format=date_format)
        if found:
            return found
    found = _from_parts(frame) if date_format is None else None
    if found:
        return found
    order = None
    for name in names:
        found = read_time(frame, name, date_format=date_format)
        if found and not found.is_calendar:
            order = order or found
        elif found:
            (num_known, num_times), num_rows = found.count(), len(found.stamps)
            repeats = (num_rows - num_times - (num_known < num_rows)) / num_rows
            # A year in every one of many rows is an input, not the time of a row, unless rows of a year have names.
            is_number = pd.to_numeric(frame[name], errors="coerce").notna().mean() > MIN_SHARE
            if repeats < 0.5 or not is_number or has_series(found):
                return found
    return order or (_steady_numbers(frame) if date_format is None else None)


def _steady_numbers(frame: pd.DataFrame) -> TimeColumn | None:
    """The first column of numbers that can only count the time, beside another one to forecast."""
    names = [name for name in frame.columns if pd.to_numeric(frame[name].head(200), errors="coerce").notna().any()]
    if len(names) < 2 or names_things(names[0]):
        return None
    return read_clock(frame, names[0])


def _with_clock(frame: pd.DataFrame, name: str, date_format: str | None) -> TimeColumn | None:
    """A date column together with a column of clock times or hours, when there is one beside it."""
    others = [column for column in frame.columns if column != name]
    clock = named_column(others, ("time", "clock", "hour", "uhrzeit", "heure", "hora"))
    if clock is None or (frame[clock] == "").all():
        return None
    times = frame[clock]
    sample = times[times != ""].head(200)
    if sample.str.fullmatch(_CLOCK).mean() >= MIN_SHARE:
        joined = pd.DataFrame({name: frame[name] + " " + times.str.replace(".", ":", regex=False)})
        found = read_time(joined, name, date_format=date_format)
        return TimeColumn((name, clock), found.stamps, found.notes, found.date_format) if found else None
    hours = pd.to_numeric(times, errors="coerce").astype("float64")
    dates = read_time(frame, name, date_format=date_format)
    if dates is None or not dates.is_calendar or not hours.dropna().between(0, 24).all() or hours.isna().mean() > 0.05:
        return None
    if dates.stamps.duplicated().mean() < 0.5 or bool((dates.stamps.dt.hour != 0).any()):
        return None
    stamps = dates.stamps + pd.to_timedelta(hours, unit="h").astype("timedelta64[us]")
    return TimeColumn((name, clock), stamps, dates.notes, dates.date_format)


def _from_parts(frame: pd.DataFrame) -> TimeColumn | None:
    """Year and quarter or week, or year, month and finer parts, in columns of their own."""
    lowered = {name.lower(): name for name in reversed(list(frame.columns))}
    if "year" not in lowered:
        return None

    def part(name: str, low: int, high: int) -> pd.Series | None:
        if name not in lowered:
            return None
        values = pd.to_numeric(frame[lowered[name]], errors="coerce").astype("float64")
        fits = values.between(low, high) & (values == values.round())
        return values.where(fits) if fits.mean() >= MIN_SHARE else None

    years, quarters, months = part("year", 1000, 2200), part("quarter", 1, 4), part("month", 1, 12)
    weeks = part("week", 1, 53)
    if years is None or (quarters is None and months is None and weeks is None):
        return None
    if quarters is None and months is None:
        year, week = lowered["year"], lowered["week"]
        mondays = from_weeks(*(frame[name].str.replace(r"\.0+$", "", regex=True) for name in (year, week)))
        return TimeColumn((year, week), mondays, (f"time put together from {year}, {week}",))
    used = ["year", "quarter" if months is None else "month"]
    stamps = from_months(years * 12 + ((quarters - 1) * 3 if months is None else months - 1))  # type: ignore[operator]
    if months is not None:
        for name, unit, low, high in (("day", "D", 1, 31), ("hour", "h", 0, 24), ("minute", "min", 0, 59)):
            values = part(name, low, high)
            if values is None:
                break
            stamps = stamps + pd.to_timedelta(values - (unit == "D"), unit=unit).astype("timedelta64[us]")  # type: ignore[call-overload]
            used.append(name)
    columns = tuple(lowered[name] for name in used)
    return TimeColumn(columns, stamps, (f"time put together from {', '.join(columns)}",))
