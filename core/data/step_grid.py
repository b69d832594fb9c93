"""Where the times of newer rows stand among the equal steps of known ones: so many steps after their end.

Known series have their grid (sources/time_grid.py); newer rows are too few to find one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.config.errors import ConfigError
from core.data.month_steps import FREQUENCIES, OF_MONTHS, MonthStep
from core.data.series import in_words, time_labels

_DAYS = {"weekly": 7, "daily": 1, "hourly": 1 / 24, "minutely": 1 / 1440}
_TOLERANCE = 0.1  # of a step, as when the grid was found
_MAX_GROWTH = 2  # of the steps between the first and the last row, at least half have one


@dataclass(frozen=True)
class StepGrid:
    """Equal steps, counted from the last known one.

    Attributes:
        end: The last known step: a moment, or a number where there is no time.
        step: The name of a step, of pandas or of `MonthStep`; None where it has none.
        frequency: yearly to minutely, or None.
        on_grid: Whether rows stand exactly at the steps; False where any time within a step is its own.
        offset: How the times differ from UTC, for their labels.
        order: Moments or numbers (N,) of the last known rows where these have no regular step.
    """

    end: pd.Timestamp | int
    step: str | None = None
    frequency: str | None = None
    on_grid: bool = True
    order: np.ndarray | None = None
    offset: str = ""

    def places(self, stamps: np.ndarray | None, num_rows: int, enough: int) -> np.ndarray:
        """Steps after the end, int64 (N,), 0 at the end itself.

        Args:
            stamps: (N,) increasing; None takes the rows as those that follow.
            num_rows: N.
            enough: So many rows need no known ones before them.

        Raises:
            ConfigError: Times of another step, or between two steps.
        """
        if stamps is None or (self.order is None and stamps.dtype.kind != "M"):
            return np.arange(1, num_rows + 1)
        if self.order is not None:
            return self._in_order(stamps, self.order, enough)
        moments = pd.DatetimeIndex(stamps)
        found, exact = self._places(moments)
        if not exact.all():
            raise self._refused(f"{moments[int(exact.argmin())]}", "Bring rows of the same steps.")
        twice = np.diff(found) == 0
        if twice.any():
            row = int(twice.argmax())
            raise self._refused(f"{moments[row]} and {moments[row + 1]}", "Bring one row a step.")
        if len(found) > 1 and found[-1] - found[0] + 1 > _MAX_GROWTH * len(found):
            raise self._refused(f"{len(found):,} rows from {moments[0]} to {moments[-1]}", "Bring a row for each step.")
        return found

    def places_of(self, index: pd.Index) -> np.ndarray:
        """Steps after the end of times that stand at steps, int64 (N,)."""
        if not isinstance(index, pd.DatetimeIndex):
            return index.to_numpy(dtype=np.int64) - int(self.end)
        return self._places(index)[0]

    def times(self, first: int, last: int) -> pd.Index:
        """The steps from `first` to `last` after the end, both included."""
        if isinstance(self.end, int):
            return pd.RangeIndex(self.end + first, self.end + last + 1)
        if by_month := MonthStep.of(self.step):
            return by_month.times(self.end, first, last)
        if self.step is not None:
            offset = pd.tseries.frequencies.to_offset(self.step)
            start = self.end + first * offset if first else self.end
            return pd.date_range(start, periods=last - first + 1, freq=self.step).as_unit("us")
        if not self._code:
            raise ValueError("no step")
        period = self.end.to_period(self._code)
        starts = pd.period_range(period + first, periods=last - first + 1).to_timestamp().as_unit("us")
        return starts + (self.end - period.start_time)

    def label(self, place: int) -> str:
        """One step as the screen shows it."""
        return self.labels(place, place)[0]

    def labels(self, first: int, last: int) -> list[str]:
        """The steps from `first` to `last` after the end as the screen shows them."""
        return time_labels(self.times(first, last), self.offset)

    @property
    def _code(self) -> str:
        """The calendar period of a step, "" where steps are all of one length."""
        if self.frequency in OF_MONTHS.values():  # their lengths vary
            return FREQUENCIES[str(self.frequency)].code
        return "M" if MonthStep.of(self.step) else ""

    def _places(self, moments: pd.DatetimeIndex) -> tuple[np.ndarray, np.ndarray]:
        """Steps after the end, and which rows stand where a row may stand in them."""
        assert isinstance(self.end, pd.Timestamp)
        if not self._code:
            return self._constant_places(moments, self.end)
        if by_month := MonthStep.of(self.step):
            found, exact = by_month.places(self.end, moments)
            return found, exact | (not self.on_grid)
        periods, end = moments.to_period(self._code), self.end.to_period(self._code)
        found = periods.asi8 - end.ordinal
        if not self.on_grid:
            return found, np.ones(len(found), dtype=bool)
        starts, days = periods.to_timestamp(how="start"), moments.normalize()
        is_edge = (days == starts) | (days == periods.to_timestamp(how="end").normalize())
        return found, np.asarray((is_edge & (moments == days)) | (moments - starts == self.end - end.start_time))

    def _constant_places(self, moments: pd.DatetimeIndex, end: pd.Timestamp) -> tuple[np.ndarray, np.ndarray]:
        """Steps of one length after the end, and which rows stand at one."""
        if self.step == "B":
            days, last = (stamps.astype("datetime64[D]") for stamps in (moments.to_numpy(), np.datetime64(end)))
            return np.busday_count(last, days), np.asarray(moments.day_of_week < 5)
        if self.frequency in _DAYS:
            size = pd.Timedelta(days=_DAYS[self.frequency])
        else:
            assert self.step is not None
            size = (end + pd.tseries.frequencies.to_offset(self.step)) - end
        after = np.asarray((moments - end) / size)
        if not self.on_grid and self.frequency in _DAYS:
            return np.floor(after + 1e-9).astype(np.int64), np.ones(len(after), dtype=bool)
        found = np.rint(after)
        return found.astype(np.int64), np.abs(after - found) <= _TOLERANCE

    def _in_order(self, stamps: np.ndarray, order: np.ndarray, enough: int) -> np.ndarray:
        """Places by rank: later than the last known row, or the same as one of them."""
        if stamps.dtype.kind != order.dtype.kind:
            raise self._refused(f"{stamps[0]}", f"The training data has times such as {order[-1]}.")
        later = stamps > order[-1]
        if len(stamps) >= enough:
            return np.arange(len(stamps)) - len(stamps) + 1 + int(later.sum())
        between = stamps[~(later | np.isin(stamps, order))]
        if len(between):
            expected = f"times after {order[-1]}, or times of the training data"
            hint = f"Bring rows after {order[-1]}, or at least {enough:,} rows."
            raise ConfigError.single("input", expected, f"{between[0]}", hint)
        return np.where(later, later.cumsum(), np.searchsorted(order, stamps) - (len(order) - 1))

    def _refused(self, received: str, hint: str) -> ConfigError:
        words = in_words(self.frequency, self.step) or "the steps of the training data"
        after = "" if self.order is not None else f", as {self.label(1)} is the next step of the training data"
        return ConfigError.single("input", f"{words}{after}", received, hint)
