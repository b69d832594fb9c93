"""Which column of a table is the time: by its name, by its cells, or put together from several.

Dates may have a column of clock times or hours beside them, and year, month, day and hour may have columns of their
own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pandas as pd

from core.data.sources.headers import TIME_NAMES, bare_name, named_column
from core.data.sources.month_names import months_of
from core.data.sources.number_times import from_months, from_weeks
from core.data.sources.numbers import holds_numbers, short_cells
from core.data.sources.roles import counts_rows, names_code, names_series
from core.data.sources.time_spellings import clock_starts
from core.data.sources.timestamps import MIN_SHARE, TimeColumn, read_clock, read_time

_LOOKED_AT = 200  # cells
_CLOCK_NAMES = ("time", "clock", "uhrzeit", "heure", "hora", "ora", "tijd", "zeit", "godzina", "время")
_HOUR_NAMES = ("hour", "hr", "he", "hour ending", "hour_ending", "stunde", "std", "h")
# What parts of a time are called when each has a column; the first name that is there counts.
_PARTS = {
    "year": ("year", "yr", "jahr", "année", "annee", "año", "ano", "anno", "jaar", "rok", "год"),
    "quarter": ("quarter", "qtr", "quartal", "trimestre", "kwartaal"),
    "month": ("month", "mon", "monat", "mois", "mes", "mês", "mese", "maand", "miesiąc", "месяц"),
    "week": ("week", "isoweek", "iso_week", "woche", "kw", "semaine", "semana"),
    "day": ("day", "tag", "jour", "día", "dia", "giorno", "dag"),
    "hour": ("hour", "hr", "stunde", "heure", "hora", "ora", "uur"),
    "minute": ("minute", "min"),
}
_CLOCK = r"\d{1,2}[:.]\d{2}([:.]\d{2})?( ?[aApP][mM])?"
_SURE_CLOCK = _CLOCK.replace("[:.]", ":")  # 12.30 may be a price
_named_column = partial(named_column, spell=bare_name)  # "<DATE>", "Time (UTC)"
_WHOLE_NAMES = tuple(name for name in TIME_NAMES if name not in ("year", "month", "day", "week", "quarter"))


def find_time(
    frame: pd.DataFrame, date_format: str | None = None, has_series: Callable[[TimeColumn], bool] = lambda time: False
) -> TimeColumn | None:
    """The time of a table of strings whose visitor named no time column, or None.

    `has_series` tells, where times repeat, whether a column tells the rows of each time apart.
    """
    frame = _short(frame)
    names = list(frame.columns)
    found = None
    if whole := _named_column(names, _WHOLE_NAMES):
        found = _with_clock(frame, whole, date_format) or read_time(frame, whole, date_format=date_format)
    found = found or (_from_parts(frame) if date_format is None else None)
    if found:
        return found
    order = None
    for name in names:
        found = read_time(frame, name, date_format=date_format)
        if found and found.is_calendar:
            found = _with_clock(frame, name, date_format) or found
        if found and not found.is_calendar:
            order = order or found
        elif found:
            (num_known, num_times), num_rows = found.count(), len(found.stamps)
            repeats = (num_rows - num_times - (num_known < num_rows)) / num_rows
            # A year in every one of many rows is an input, not the time of a row, unless rows of a year have names.
            is_number = pd.to_numeric(frame[name], errors="coerce").notna().mean() > MIN_SHARE
            if repeats < 0.5 or not is_number or has_series(found):
                return found
    steady = _steady_numbers(frame) if date_format is None else None
    # A clock that counts days may as well count seconds since its start.
    return order if order and (steady is None or steady.date_format == "excel") else steady


def _short(frame: pd.DataFrame) -> pd.DataFrame:
    """A table whose cells no pattern needs long for; the same one where they all are short."""
    short = {name: short_cells(frame[name]) for name in frame.columns}
    changed = {name: cells for name, cells in short.items() if cells is not frame[name]}
    return frame.assign(**changed) if changed else frame


def _steady_numbers(frame: pd.DataFrame) -> TimeColumn | None:
    """A column of numbers that can only count the time, beside another one to forecast; days in the first one alone."""
    names = [name for name in frame.columns if holds_numbers(frame[name])]
    for name in names if len(names) > 1 else ():
        found = None if names_series(name) or names_code(name) else read_clock(frame, name)
        # Numbers of rows go up as evenly as days do.
        if found and (found.date_format != "excel" or (name == names[0] and not counts_rows(name))):
            return found
    return None


def time_at(frame: pd.DataFrame, name: str, date_format: str | None = None) -> TimeColumn | None:
    """The time that begins in a column that the visitor named, with the columns that belong to it."""
    frame = _short(frame)
    parts = _from_parts(frame) if date_format is None else None
    if parts is not None and parts.columns[0] == name:
        return parts
    return _with_clock(frame, name, date_format) or read_time(frame, name, chosen=True, date_format=date_format)


def _with_clock(frame: pd.DataFrame, name: str, date_format: str | None) -> TimeColumn | None:
    """A date column together with a column of clock times or hours, when there is one beside it."""
    if pd.to_numeric(frame[name].head(_LOOKED_AT).replace("", None), errors="coerce").between(1000, 2200).all():
        return None  # years
    others = [column for column in frame.columns if column != name]
    clock = _named_column(others, _CLOCK_NAMES)
    if clock is None or not _holds_clocks(frame[clock], _CLOCK):
        repeats = frame[name].duplicated().mean() >= 0.5  # one sunrise a day is no clock
        clock = next((column for column in others if repeats and _holds_clocks(frame[column], _SURE_CLOCK)), None)
    if clock is not None:
        times = clock_starts(frame[clock]).str.replace(".", ":", regex=False)
        found = read_time(pd.DataFrame({name: frame[name] + " " + times}), name, date_format=date_format)
        if found is not None:
            return replace(found, columns=(name, clock))
    hours = _named_column(others, (*_CLOCK_NAMES, *_HOUR_NAMES))
    return None if hours is None else _with_hours(frame, name, hours, date_format)


def _holds_clocks(cells: pd.Series, form: str) -> bool:
    """Clock times, or periods of the day."""
    sample = cells[cells != ""].head(_LOOKED_AT)
    return len(sample) > 0 and bool(clock_starts(sample).str.fullmatch(form).mean() >= MIN_SHARE)


def _with_hours(frame: pd.DataFrame, name: str, clock: str, date_format: str | None) -> TimeColumn | None:
    """A column of days with one of hours, 0 to 23 or 1 to 24, or of clock times without a colon (930, 093000)."""
    numbers = pd.to_numeric(clock_starts(frame[clock]), errors="coerce").astype("float64")
    dates = read_time(frame, name, date_format=date_format)
    if dates is None or not dates.is_calendar or numbers.isna().mean() > 1 - MIN_SHARE:
        return None
    is_day = dates.stamps.duplicated().mean() >= 0.5 and not bool((dates.stamps.dt.hour != 0).any())
    seconds = _seconds_of(numbers) if is_day else None
    if seconds is None:
        return None
    stamps = dates.stamps + pd.to_timedelta(seconds, unit="s").astype("timedelta64[us]")
    return replace(dates, columns=(name, clock), stamps=stamps)


def _seconds_of(numbers: pd.Series) -> pd.Series | None:
    """Numbers of a clock as seconds since midnight: hours, else hours and minutes, else seconds as well."""
    known = numbers.dropna()
    if known.between(0, 24).all():
        return numbers * 3600
    for size in (100, 10_000):
        hours, minutes, seconds = numbers // size, numbers * 100 // size % 100, numbers % 100 if size > 100 else 0
        fits = (hours <= 24) & (minutes < 60) & (seconds < 60)
        if bool(fits[known.index].all()):
            return hours * 3600 + minutes * 60 + seconds
    return None


def _from_parts(frame: pd.DataFrame) -> TimeColumn | None:
    """Year and quarter or week, or year, month and finer parts, in columns of their own."""
    lowered = {part: name for part, names in _PARTS.items() if (name := _named_column(list(frame.columns), names))}
    if "year" not in lowered:
        return None

    def part(name: str, low: int, high: int) -> pd.Series | None:
        if name not in lowered:
            return None
        cells = frame[lowered[name]]
        values = pd.to_numeric(cells, errors="coerce").astype("float64")
        if name == "month" and values.notna().mean() < MIN_SHARE:
            named = months_of(cells)
            values = values if named is None else named
        fits = values.between(low, high) & (values == values.round())
        return values.where(fits) if fits.mean() >= MIN_SHARE else None

    years, quarters, months = part("year", 1000, 2200), part("quarter", 1, 4), part("month", 1, 12)
    if years is None:
        return None
    if months is not None:
        used, stamps = ["year", "month"], from_months(years * 12 + months - 1)
        for name, unit, low, high in (("day", "D", 1, 31), ("hour", "h", 0, 24), ("minute", "min", 0, 59)):
            values = part(name, low, high)
            if values is None:
                break
            stamps = stamps + pd.to_timedelta(values - (unit == "D"), unit=unit).astype("timedelta64[us]")  # type: ignore[call-overload]
            used.append(name)
    elif quarters is not None:
        used, stamps = ["year", "quarter"], from_months(years * 12 + (quarters - 1) * 3)
    elif part("week", 1, 53) is not None:
        used = ["year", "week"]
        stamps = from_weeks(*(frame[lowered[name]].str.replace(r"\.0+$", "", regex=True) for name in used))
    else:
        return None
    columns = tuple(lowered[name] for name in used)
    return TimeColumn(columns, stamps, (f"time put together from {', '.join(columns)}",))
