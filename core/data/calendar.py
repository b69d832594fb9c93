"""The calendar as numbers: what a moment says by itself, so that it is known of any step ahead.

A cycle is read as sine and cosine of the place in it, so that December is next to January. Left out: which columns of
the data are known ahead (known_ahead.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from core.config.errors import ConfigError

HOLIDAY, SINCE = "holiday", "time since the start"
_DAY = np.timedelta64(1, "D")
_MIN_TURNS = 2  # what has come round once may be anything


@dataclass(frozen=True)
class Cycle:
    """Something that comes round.

    Attributes:
        days: How long it takes.
        shortest, longest: Days between two rows in which its phases can be told apart.
        place: Moments to places in it, from 0 to 1.
    """

    days: float
    shortest: float
    longest: float
    place: Callable[[pd.DatetimeIndex], Any]


CYCLES = {
    "hour": Cycle(1, 0, 0.5, lambda at: (at - at.normalize()) / pd.Timedelta(days=1)),
    "weekday": Cycle(7, 0, 3.5, lambda at: at.day_of_week / 7),
    "time of year": Cycle(365, 0, 27, lambda at: (at.day_of_year - 1) / np.where(at.is_leap_year, 366, 365)),
    "month": Cycle(365, 27, 185, lambda at: (at.month - 1) / 12),
}


def cycles_of(index: pd.Index, num_train: int) -> tuple[str, ...]:
    """The names in `CYCLES` that rows at these moments can show, and that the first `num_train` of them show twice."""
    if not isinstance(index, pd.DatetimeIndex) or num_train < 3:
        return ()
    moments = index[:num_train].to_numpy()
    step = float(np.median(np.diff(moments) / _DAY))
    lasts = float((moments[-1] - moments[0]) / _DAY) + step
    return tuple(
        name for name, cycle in CYCLES.items()
        if cycle.shortest <= step < cycle.longest + 1e-9 and lasts >= _MIN_TURNS * cycle.days
    )  # fmt: skip


def calendar_names(cycles: Sequence[str], country: str | None, since: bool) -> tuple[str, ...]:
    """The columns of `calendar_values`."""
    waves = (f"{name}, {wave}" for name in cycles for wave in ("sine", "cosine"))
    return (*waves, *((HOLIDAY,) if country else ()), *((SINCE,) if since else ()))


def calendar_values(
    moments: pd.DatetimeIndex, cycles: Sequence[str], country: str | None = None, since: tuple[str, str] | None = None
) -> np.ndarray:
    """What the calendar says of some moments.

    Args:
        moments: (N,).
        cycles: Names in `CYCLES`, two columns each, from -1 to 1.
        country: One column more, 1 on its public holidays and 0 elsewhere (`holiday_dates`).
        since: One column more, 0 at the first of these two moments and 1 at the second, and so on.

    Returns:
        Floats (N, K), with the columns of `calendar_names`.
    """
    columns: list[np.ndarray] = []
    for name in cycles:
        turn = 2 * np.pi * np.asarray(CYCLES[name].place(moments), dtype=np.float64)
        columns += [np.sin(turn), np.cos(turn)]
    if country:
        days = moments.normalize()
        years = range(int(days.year.min()), int(days.year.max()) + 1) if len(days) else range(0)
        columns.append(days.isin(list(holiday_dates(country, tuple(years)))).astype(np.float64))
    if since:
        first, last = (pd.Timestamp(one) for one in since)
        columns.append(np.asarray((moments - first) / max(last - first, pd.Timedelta(1, "s")), dtype=np.float64))
    return np.stack(columns, axis=1) if columns else np.zeros((len(moments), 0))


@lru_cache(maxsize=64)
def holiday_dates(country: str, years: tuple[int, ...]) -> frozenset[pd.Timestamp]:
    """The public holidays of a country, such as DE, or of a part of it, such as DE-BY, in these years."""
    import holidays

    code, _, part = country.partition("-")
    return frozenset(pd.Timestamp(day) for day in holidays.country_holidays(code, subdiv=part or None, years=years))


def check_days(index: pd.Index, country: str | None) -> None:
    """Raise `ConfigError` where rows hold no single days, so that none of them can be a holiday."""
    if country is None:
        return
    moments = index.to_numpy() if isinstance(index, pd.DatetimeIndex) else None
    if moments is None or (len(moments) > 2 and float(np.median(np.diff(moments) / _DAY)) > 1.5):
        received = "rows without a date" if moments is None else "rows further apart than a day"
        hint = "Leave data.holidays out: rows of a week or a month hold holidays and other days alike."
        raise ConfigError.single("data.holidays", "rows of a day or less", received, hint)
