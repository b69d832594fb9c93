"""Which rows of a forecasting run's test set have a forecast, and which of them are seen first.

Left out: drawing them (forecast.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST_POINTS, MOST_POINTS_NARROW = 200, 80  # steps across a picture: about four pixels each, so that a band is seen


@dataclass(frozen=True)
class TestRows:
    """Rows of one target's test set, by number.

    Attributes:
        start, end: The first, and the one after the last that the series has.
        first, stop: The first with a forecast, and the one after the last; both `start` where there is none.
    """

    start: int
    end: int
    first: int
    stop: int


def rows_of_test(details: Mapping[str, Any], target: str) -> TestRows:
    """The test set of a target; a series that ends before the others has its own end.

    Args:
        details: `details.json` of a forecasting run.
        target: One of its targets.
    """
    places = {time: row for row, time in enumerate(details["time"])}
    start = int(details["validation_end"])
    after = (details.get("future") or {}).get(target) or {}
    end = next((places[time] for time in after.get("time", [])[:1] if time in places), len(details["time"]))
    times = ((details.get("test") or {}).get(target) or {}).get("time", [])
    if not times:
        return TestRows(start, end, start, start)
    return TestRows(start, end, places[times[0]], places[times[-1]] + 1)


def first_row_of_last_windows(
    details: Mapping[str, Any], target: str, num_ahead: int, most: int = MOST_POINTS
) -> int | None:
    """The row with which a picture of the last forecasts begins.

    It has as many of the last windows as fit, at least one, a little of what was before, and what is past the end.

    Args:
        details: `details.json` of a forecasting run.
        target: One of its targets.
        num_ahead: Steps that are drawn past the end.
        most: Steps that fit across the picture.

    Returns:
        None where all windows of the test set fit.
    """
    rows, horizon = rows_of_test(details, target), int(details["horizon"])
    before = min(horizon, most // 5)
    windows = max(1, (most - before - num_ahead - (rows.end - rows.stop)) // horizon)
    first = rows.stop - windows * horizon
    return first - before if first > rows.first and first > before else None


def unforecast(details: Mapping[str, Any], target: str) -> str:
    """In words, how many test rows no drawn forecast reaches and why; "" where all are reached.

    Args:
        details: `details.json` of a forecasting run.
        target: One of its targets.
    """
    rows, horizon = rows_of_test(details, target), int(details["horizon"])
    length = rows.end - rows.start
    if length <= 0:
        return ""
    if rows.stop == rows.first:
        return f"None of the {length:,} test rows has a forecast: there are too few for a horizon of {horizon:,}."
    before, after = rows.first - rows.start, rows.end - rows.stop
    parts = []
    if before:
        parts.append(f"the first {before:,}, which have too few rows before them")
    if after:
        few = "which does" if after == 1 else "which do"
        parts.append(f"the last {after:,}, {few} not fill a horizon of {horizon:,}")
    total = before + after
    verb = "has" if total == 1 else "have"
    return f"Of the {length:,} test rows {total:,} {verb} no forecast here: {' and '.join(parts)}." if parts else ""
