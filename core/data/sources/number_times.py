"""What moments numbers mean: years, dates written as one number, decimal years and Unix times."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from core.data.sources.headers import plain_name

_PER_SECOND = {"unix_seconds": 1.0, "unix_milliseconds": 1e3, "unix_microseconds": 1e6, "unix_nanoseconds": 1e9}
COUNTS: Mapping[str, str] = MappingProxyType(
    {form: f"{form.removeprefix('unix_')} since 1970" for form in _PER_SECOND}
    | {"excel": "days as spreadsheets count them, from 1900"}
)
"""The choices of `data.date_format` for numbers that count the time, and what they count."""
_EXCEL_DAY_0 = pd.Timestamp("1899-12-30")
_EXCEL_DAYS = (20_090, 73_415)  # 1955-01-01 to 2100-12-31
_EXCEL_SECONDS = 10  # days with four decimals are that far from the minute they mean
_COMPACT = {8: "%Y%m%d", 10: "%Y%m%d%H", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}  # by the number of digits
# One of them in the name of a column tells that numbers which could be times are, and whole ones days.
_DAY_WORDS = frozenset(("date", "datetime", "datum", "fecha", "data", "day", "tag", "dia", "jour", "ds", "дата"))
_TIME_WORDS = frozenset(("time", "date", "datetime", "timestamp", "stamp", "ts", "epoch", "unix", "datum", "zeit", "created",
                         "updated", "fecha", "дата", "время"))  # fmt: skip
_YEAR_WORDS = _TIME_WORDS | {
    "year",
    "yr",
    "jahr",
    "annee",
    "ano",
    "anno",
    "год",
    "jaar",
    "rok",
    "fy",
    "period",
    "periode",
}
_CELLS_AT_ONCE = 100_000
_LOOKED_AT = 100


def from_numbers(values: pd.Series, named: bool, name: str) -> tuple[pd.Series | None, str | None]:
    """Years, dates such as 20240131, decimal years and Unix times, with their date format; None for plain numbers.

    In a column that is called a time or was chosen as one; a word of time in its name will do for numbers that hardly mean
    anything else.
    """
    known, words = values.dropna(), frozenset(plain_name(name).split())
    low, high = known.min(), known.max()
    whole = bool((known == known.round()).all())
    if whole and low >= 1000 and high <= 2200:
        is_run = bool((np.abs(np.diff(known)) == 1).all())
        is_year = named or is_run or (words & _YEAR_WORDS and _repeats_steadily(known))
        return (from_months(values * 12), "year_first") if is_year else (None, None)
    is_rising = known.is_monotonic_increasing or known.is_monotonic_decreasing
    hinted = named or bool(words & _TIME_WORDS and (is_rising or _repeats_steadily(known)))
    first, last = f"{low:.0f}", f"{high:.0f}"
    compact = _COMPACT.get(len(first)) if whole and low >= 1 and len(first) == len(last) else None
    if compact and (compact == "%Y%m%d" or hinted) and first[:4] >= "1000" and last[:4] <= "2200":
        digits = values.map(lambda v: f"{v:.0f}", na_action="ignore")
        if parse(digits.dropna().head(_LOOKED_AT), compact).notna().all():
            stamps = parse(digits, compact)
            if stamps.notna().sum() == len(known):
                return stamps, "year_first"
    if not hinted:
        return None, None
    if whole and low >= 100_001 and high <= 220_012 and bool((known % 100).between(1, 12).all()):
        return from_months((values // 100) * 12 + values % 100 - 1), "year_first"
    form = count_of_time(known.to_numpy())
    # A clock may count seconds or days: whole numbers are days where a column is called one.
    if form is not None and (form != "excel" or not whole or words & _DAY_WORDS):
        return from_count(values, form), form
    if low >= 1000 and high <= 2200 and known.is_unique:
        return _from_decimal_years(values), None
    return None, None


def _repeats_steadily(known: pd.Series) -> bool:
    """Whether moments with even steps come again and again, as those of several series do."""
    moments = np.unique(known)
    return len(moments) <= len(known) / 2 and is_steady(moments)


def count_of_time(values: np.ndarray) -> str | None:
    """Which of `COUNTS` numbers (N,) may be by their size, None when they are too small or too large for all."""
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)
    for form, size in _PER_SECOND.items():
        if low >= 1e8 * size and high < 1e10 * size:
            return form
    return "excel" if _EXCEL_DAYS[0] <= low and high <= _EXCEL_DAYS[1] else None


def is_steady(values: np.ndarray) -> bool:
    """Whether numbers (N,) rise or fall by steps of one size; a quarter may be multiples of it, where rows are missing."""
    steps = np.diff(values)
    if len(steps) < 2 or not ((steps > 0).all() or (steps < 0).all()):
        return False
    multiples = steps / np.median(steps)
    return bool((np.abs(multiples - 1) < 0.01).mean() >= 0.75 and (np.abs(multiples - multiples.round()) < 0.01).all())


def from_count(values: pd.Series, form: str) -> pd.Series:
    """Moments from numbers that count the time as `form` of `COUNTS` does; NaT outside of the years that there are."""
    if form == "excel":
        seconds = (values.where(values.between(1, 2_958_465)) * 86_400).round()
        minutes = (seconds / 60).round() * 60
        if ((seconds - minutes).abs().dropna() <= _EXCEL_SECONDS).all():
            seconds = minutes
        microseconds = seconds * 1e6 + _EXCEL_DAY_0.timestamp() * 1e6
    else:
        microseconds = (values * (1e6 / _PER_SECOND[form])).round()
    sane = microseconds.where(microseconds.abs() < 2.5e17)
    return pd.to_datetime(sane.astype("Int64"), unit="us", errors="coerce").astype("datetime64[us]")


def _from_decimal_years(values: pd.Series) -> pd.Series | None:
    """1949.083 as February 1949, when the numbers step by a month or a quarter."""
    step = float(np.median(np.diff(np.sort(values.dropna()))))
    for per_year in (4, 12):
        if abs(step * per_year - 1) < 0.05:
            places = values * per_year
            phase = float((places - np.floor(places)).median())
            # Some sources give the middle of each month, most its beginning.
            counted = np.floor(places) if 0.25 < phase < 0.75 else places.round()
            return from_months(counted * (12 // per_year))
    return None


def from_months(months: pd.Series) -> pd.Series:
    """Months since the year 0 as the first day of each."""
    array = (months.fillna(0).to_numpy() - 1970 * 12).astype("int64").astype("datetime64[M]").astype("datetime64[us]")
    return pd.Series(array, index=months.index).where(months.notna())


def parse(column: pd.Series, form: str) -> pd.Series:
    """Moments in UTC without zone; NaT where a cell has another form."""
    # pandas makes an object of every cell first: of some at a time, or they take ten times the room of the table.
    slices = [column.iloc[start : start + _CELLS_AT_ONCE] for start in range(0, len(column), _CELLS_AT_ONCE)]
    return pd.concat([
        pd.to_datetime(cells, format=form, utc=True, errors="coerce").dt.tz_localize(None).astype("datetime64[us]")
        for cells in slices or [column]
    ])  # fmt: skip


def from_weeks(years: pd.Series, weeks: pd.Series) -> pd.Series:
    """ISO weeks, years and numbers as text, as their Mondays."""
    return parse(years + "-W" + weeks.str.zfill(2) + "-1", "%G-W%V-%u")
