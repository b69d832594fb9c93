"""How often there is a row: the usual frequencies, and steps of months that fall on a day of their own, as every 15th.

pandas has names for some of them only, so such a step has a name here: "1M@15" is every month on its 15th (its last day
where it is shorter), "3M@31" every quarter's last day, "1M@BME" the last working day, "1M@BMS" the first one, "1M@3FRI"
the third Friday and "12M@LSAT" the last Saturday once a year.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd


class Frequency(NamedTuple):
    """What is usual: in words, pandas' period and names of its steps, days from the shortest to the longest gap, cycles."""

    often: str
    code: str
    names: tuple[str, ...]
    shortest: float
    longest: float
    cycles: tuple[int, ...] = ()


FREQUENCIES = {
    "yearly": Frequency("a year", "Y", ("Y", "A"), 350.0, 380.0),
    "quarterly": Frequency("a quarter", "Q", ("Q",), 85.0, 95.0, (4,)),
    "monthly": Frequency("a month", "M", ("M",), 27.0, 32.0, (12,)),
    "weekly": Frequency("a week", "W", ("W",), 6.5, 7.5, (52,)),
    "daily": Frequency("a day", "D", ("D", "B"), 0.9, 1.1, (7, 365)),
    "hourly": Frequency("an hour", "h", ("h",), 0.9 / 24, 1.1 / 24, (24, 168)),
    "minutely": Frequency("a minute", "min", ("min",), 0.9 / 1440, 1.1 / 1440, (60, 1440)),
}
OF_MONTHS = {1: "monthly", 3: "quarterly", 12: "yearly"}
_MIN_SHARE = 0.9  # of the moments that fall on the day; holidays move the others
_DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NAME = re.compile(r"(\d+)M@(\d{1,2}|BME|BMS|([1-4L])([A-Z]{3}))")
_PANDAS_NAME = re.compile(r"(\d*)(B?)([MQY])([SE])(?:-[A-Z]{3})?")
_ORDINALS = {"1": "first", "2": "second", "3": "third", "4": "fourth", "L": "last"}


@dataclass(frozen=True)
class MonthStep:
    """A step of some months on a day.

    Attributes:
        months: How many.
        day: A number of the month (31 for the last day), BME, BMS, or such as 3FRI and LFRI.
    """

    months: int
    day: str

    @classmethod
    def of(cls, name: str | None) -> MonthStep | None:
        """The step of a name, also of pandas' names for steps of months; None for another name."""
        if found := _NAME.fullmatch(name or ""):
            return cls(int(found[1]), found[2])
        if found := _PANDAS_NAME.fullmatch(name or ""):
            months = int(found[1] or 1) * {"M": 1, "Q": 3, "Y": 12}[found[3]]
            return cls(months, f"BM{found[4]}" if found[2] else {"S": "1", "E": "31"}[found[4]])
        return None

    @property
    def name(self) -> str:
        return f"{self.months}M@{self.day}"

    def days_of(self, months: np.ndarray) -> np.ndarray:
        """The day of each month: datetime64[M] (N,) to datetime64[D] (N,)."""
        first = months.astype("datetime64[D]")
        last = (months + 1).astype("datetime64[D]") - 1
        if self.day == "BMS":
            return np.busday_offset(first, 0, roll="forward")
        if self.day == "BME":
            return np.busday_offset(last, 0, roll="backward")
        if self.day.isdigit():
            return np.minimum(first + (int(self.day) - 1), last)
        weekday = _DAYS.index(self.day[1:])
        if self.day[0] == "L":
            return last - (_weekdays(last) - weekday) % 7
        return first + (weekday - _weekdays(first)) % 7 + 7 * (int(self.day[0]) - 1)

    def times(self, moment: pd.Timestamp, first: int, last: int) -> pd.DatetimeIndex:
        """The moments from `first` to `last` steps after one, both included, at its time of day."""
        month = moment.to_datetime64().astype("datetime64[M]")
        days = self.days_of(month + self.months * np.arange(first, last + 1))
        return pd.DatetimeIndex(days.astype("datetime64[us]") + (moment - moment.normalize()).to_timedelta64())

    def places(self, moment: pd.Timestamp, others: pd.DatetimeIndex) -> tuple[np.ndarray, np.ndarray]:
        """How many steps after a moment others stand, and which stand at one; a holiday may move a working day."""
        days, end = others.to_numpy().astype("datetime64[D]"), moment.to_datetime64().astype("datetime64[M]")
        months: np.ndarray = (days.astype("datetime64[M]") - end).astype(np.int64)
        is_step = np.remainder(months, self.months) == 0
        is_day = self.days_of(days.astype("datetime64[M]")) == days
        return np.floor_divide(months, self.months), is_step & (is_day | self.day.startswith("BM"))

    def in_words(self) -> str:
        """How often there is a row, such as "one row a month, on day 15"."""
        often = FREQUENCIES[OF_MONTHS[self.months]].often if self.months in OF_MONTHS else f"every {self.months} months"
        if self.day in ("1", "31", "BMS", "BME"):
            day = {"BMS": ", on the first working day", "BME": ", on the last working day"}.get(self.day, "")
        elif self.day.isdigit():
            day = f", on day {self.day}"
        else:
            day = f", on the {_ORDINALS[self.day[0]]} {_DAY_NAMES[_DAYS.index(self.day[1:])]}"
        return f"one row {often}{day}"


def find_month_step(moments: pd.DatetimeIndex, months: int) -> MonthStep | None:
    """The day on which most of the moments, at most one a month, fall, the plainest rule first; None for any day."""
    days = moments.to_numpy().astype("datetime64[D]")
    in_month = days.astype("datetime64[M]")
    steps = [MonthStep(months, day) for day in _candidates(days)]
    shares = [float((step.days_of(in_month) == days).mean()) for step in steps]
    return steps[int(np.argmax(shares))] if max(shares) > _MIN_SHARE - 1e-9 else None


def _candidates(days: np.ndarray) -> Iterator[str]:
    numbers = (days - days.astype("datetime64[M]").astype("datetime64[D]")).astype(int) + 1
    yield str(np.bincount(numbers).argmax())
    yield str(numbers.max())
    yield "31"
    yield from ("BME", "BMS")
    weekday = _DAYS[np.bincount(_weekdays(days)).argmax()]
    yield f"{min(4, (int(np.median(numbers)) - 1) // 7 + 1)}{weekday}"
    yield f"L{weekday}"


def _weekdays(days: np.ndarray) -> np.ndarray:
    """Monday is 0; the first of January 1970 was a Thursday."""
    return (days.astype("datetime64[D]").astype(np.int64) + 3) % 7
