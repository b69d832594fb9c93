"""From moments as they come to equal steps: order, doubles, gaps, and the name of the step.

Recurrent networks read steps, not times: a gap that is closed up would shift every season after it. So missing
moments come back as rows without values, and only where no regular step can be found are rows taken as equally
spaced.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.data.month_steps import FREQUENCIES, OF_MONTHS, MonthStep, find_month_step
from core.data.series import in_words
from core.data.sources.inputs import plural

# With more than half of the steps missing, or more than one row in a hundred off the grid, the grid is not the data's.
_MAX_GROWTH = 2
_MAX_OFF_GRID = 0.01
_MIN_BUSINESS_DAYS = 15

_SHORTEST_MONTH, _MOST_EQUAL_MONTHS = 27.0, 4  # days; months in a row that are equally long, with room

Grid = tuple[np.ndarray, pd.DatetimeIndex]
NO_TIME, REPEATED, SAME_STEP = "without a readable time", "with a repeated time", "of the same time step"


@dataclass(frozen=True)
class Steps:
    """Rows on a regular grid.

    Attributes:
        values: (T, C) over a DatetimeIndex without gaps, NaN in the rows that were missing; over a RangeIndex when
            there is no regular step.
        frequency: yearly to minutely, or None for other steps and for none.
        notes: Rows dropped, doubles, missing steps, the step.
        dropped: Reason and number of the rows that went, as in `Rows`.
        step: The name of the step, of pandas or of `MonthStep`; None where there is none.
    """

    values: pd.DataFrame
    frequency: str | None
    notes: tuple[str, ...]
    dropped: tuple[tuple[str, int], ...]
    step: str | None = None


def to_regular_steps(values: pd.DataFrame, stamps: pd.Series) -> Steps:
    """Sort rows by time and put them on a regular grid.

    Args:
        values: (N, C) numbers, NaN where missing.
        stamps: (N,) datetime64, or floats that give the order only; NaT or NaN where unknown.
    """
    notes: list[str] = []
    dropped: list[tuple[str, int]] = []
    known = stamps.notna().to_numpy()
    if not known.all():
        dropped.append((NO_TIME, int((~known).sum())))
        notes.append(f"{plural(dropped[-1][1], 'row')} {NO_TIME} dropped")
        values, stamps = values[known], stamps[known]
    if not stamps.is_monotonic_increasing:
        notes.append("rows sorted by time")
        order = np.argsort(stamps.to_numpy(), kind="stable")
        values, stamps = values.iloc[order], stamps.iloc[order]
    in_order = stamps.to_numpy()
    last = np.append(in_order[1:] != in_order[:-1], True)[: len(in_order)]
    if not last.all():
        dropped.append((REPEATED, int((~last).sum())))
        notes.append(f"{plural(dropped[-1][1], 'row')} {REPEATED} dropped, the last one kept")
        notes.append(f"a repeated time: {stamps[~last].iloc[0]}")
        values, stamps = values[last], stamps[last]
    if stamps.dtype.kind != "M" or len(stamps) < 3:
        return Steps(values.reset_index(drop=True), None, tuple(notes), tuple(dropped))
    moments = pd.DatetimeIndex(stamps)
    frequency, grid, step = _find_grid(moments)
    if grid is None:
        notes.append(f"no regular time step ({_irregular(moments)}): rows are taken as equally spaced")
        return Steps(values.reset_index(drop=True), None, tuple(notes), tuple(dropped))
    places, index = grid
    if frequency is not None and frequency in OF_MONTHS.values() and not bool((index[places] == moments).all()):
        notes.append(f"dates fall on different days: each stands for its {frequency.removesuffix('ly')}")
    step = index.freqstr or step
    frame = _on_grid(values, grid, in_words(frequency, step), notes, dropped)
    return Steps(frame, frequency, tuple(notes), tuple(dropped), step)


def _irregular(moments: pd.DatetimeIndex) -> str:
    """What is irregular about moments, with numbers and an example."""
    gaps = np.diff(moments.to_numpy())
    sizes, counts = np.unique(gaps, return_counts=True)
    usual = sizes[counts.argmax()]
    other = int(np.flatnonzero(gaps != usual)[0]) if len(sizes) > 1 else 0
    return (
        f"gaps from {pd.Timedelta(gaps.min())} to {pd.Timedelta(gaps.max())}; {int((gaps != usual).sum()):,} of "
        f"{len(gaps):,} are not {pd.Timedelta(usual)}, such as from {moments[other]} to {moments[other + 1]}"
    )


def _on_grid(
    values: pd.DataFrame, grid: Grid, pace: str, notes: list[str], dropped: list[tuple[str, int]]
) -> pd.DataFrame:
    """Rows at their places; of rows of one step the last value that is there stays."""
    positions, index = grid
    numbers = values.to_numpy()
    first = np.append(True, np.diff(positions) > 0)
    if len(index) == len(numbers) and first.all():
        frame = values.set_axis(index)  # nothing to move
    else:
        filled = np.full((len(index), values.shape[1]), np.nan)
        filled[positions[first]] = numbers if first.all() else numbers[first]
        for row in np.flatnonzero(~first):  # few: `_fits` sees to it
            known = ~np.isnan(numbers[row])
            filled[positions[row], known] = numbers[row, known]
        frame = pd.DataFrame(filled, index=index, columns=values.columns, copy=False)
    num_missing = len(index) - int(first.sum())
    notes.extend([pace] if pace else [])
    if num_missing:
        notes.append(f"{plural(num_missing, 'missing time step')} added")
        gap = int(np.flatnonzero(np.diff(positions) > 1)[0])
        notes.append(f"the first missing time step: {index[positions[gap] + 1]}")
    if not first.all():
        dropped.append((SAME_STEP, int((~first).sum())))
        notes.append(f"{plural(dropped[-1][1], 'row')} {SAME_STEP} dropped")
    return frame


def _find_grid(moments: pd.DatetimeIndex) -> tuple[str | None, Grid | None, str | None]:
    """The calendar step, else any constant step, else nothing; with the name of a step that pandas has none for.

    `moments` increase strictly.
    """
    gaps = np.diff(moments.to_numpy()) / np.timedelta64(1, "D")
    usual = float(np.median(gaps))
    is_constant = len(gaps) > _MOST_EQUAL_MONTHS and float(np.ptp(gaps)) == 0  # every 28 or 365 days is no calendar
    if usual >= _SHORTEST_MONTH and not is_constant and (found := _month_grid(moments)):
        grid, step = found
        return OF_MONTHS.get(step.months), grid, step.name
    for name, one in FREQUENCIES.items():
        if one.shortest <= usual <= one.longest and not (is_constant and usual >= _SHORTEST_MONTH):
            some = (_business_days(moments) if name == "daily" else None) or _calendar_grid(moments, one.code)
            if some:
                return name, some, None
    return None, _constant_grid(moments), None


def _month_grid(moments: pd.DatetimeIndex) -> tuple[Grid, MonthStep] | None:
    """Every so many months on a day of their own; moments stay where they are, also those that a holiday moved."""
    months = moments.to_numpy().astype("datetime64[M]")
    steps: np.ndarray = np.diff(months.astype(np.int64))
    size = int(np.median(steps))
    if size < 1 or bool(np.remainder(steps, size).any()) or bool((steps == 0).any()):
        return None
    positions = np.append(0, np.cumsum(steps)) // size
    step = find_month_step(moments, size)
    if step is None or not _fits(positions, len(moments)):
        return None
    days = step.days_of(months[0] + size * np.arange(positions[-1] + 1)).astype("datetime64[us]")
    index = days + (moments[0] - moments[0].normalize()).to_timedelta64()
    index[positions] = moments.to_numpy()
    named = _with_freq(pd.DatetimeIndex(index))
    # pandas takes the last Saturday of each January for the fourth Saturday of every month.
    is_weekday = (named.freqstr or "").startswith("WOM")
    return (positions, pd.DatetimeIndex(index) if is_weekday else named), step


def _fits(positions: np.ndarray, num_rows: int) -> bool:
    doubles = int((np.diff(positions) == 0).sum())
    return positions[-1] + 1 <= _MAX_GROWTH * num_rows and doubles <= _MAX_OFF_GRID * num_rows


def _calendar_grid(moments: pd.DatetimeIndex, code: str) -> Grid | None:
    """Places of the moments among the years, months ... between the first and the last, and those as an index."""
    periods = moments.to_period(code)
    positions = periods.asi8 - periods.asi8[0]
    if not _fits(positions, len(moments)):
        return None
    offsets = moments - periods.to_timestamp(how="start").as_unit("us")
    starts = pd.period_range(periods[0], periods[-1], freq=code).to_timestamp(how="start").as_unit("us")
    return positions, _with_freq(starts + offsets[0] if bool((offsets == offsets[0]).all()) else starts)


def _business_days(moments: pd.DatetimeIndex) -> Grid | None:
    """Monday to Friday, when no moment falls on a weekend (prices, office figures)."""
    days = moments.to_numpy().astype("datetime64[D]")
    positions = np.busday_count(days[0], days)
    is_office = len(moments) >= _MIN_BUSINESS_DAYS and not bool((moments.day_of_week >= 5).any())
    if not is_office or not _fits(positions, len(moments)):
        return None
    index = pd.DatetimeIndex(np.busday_offset(days[0], np.arange(positions[-1] + 1)).astype("datetime64[us]"))
    return positions, _with_freq(index)


def _constant_grid(moments: pd.DatetimeIndex) -> Grid | None:
    """Any constant step, such as ten minutes or two days."""
    ticks = moments.as_unit("us").asi8
    gaps, counts = np.unique(np.diff(ticks), return_counts=True)
    step = int(gaps[counts.argmax()])
    positions = np.rint((ticks - ticks[0]) / step).astype("int64")
    off = np.abs(ticks - ticks[0] - positions * step) > 0.1 * step
    if off.mean() > _MAX_OFF_GRID or not _fits(positions, len(ticks)):
        return None
    index = (ticks[0] + np.arange(positions[-1] + 1) * step).astype("datetime64[us]")
    return positions, _with_freq(pd.DatetimeIndex(index))


def _with_freq(index: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """The index with pandas' name for its step, so that forecasts can be dated."""
    return pd.DatetimeIndex(index, freq="infer") if len(index) >= 3 else index
