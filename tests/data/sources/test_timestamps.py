"""Moments of a column: read in slices, and counted without a table of hashes."""

import numpy as np
import pandas as pd
import pytest

from core.data.sources import number_times
from core.data.sources.time_columns import find_time
from core.data.sources.timestamps import TimeColumn, read_time

SPELLINGS = ("%Y-%m-%dT%H:%M:%S+02:00", "%d.%m.%Y", "%m/%d/%y", "%d %b %Y", "%Y%m%d")


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_slices_give_what_the_whole_column_gives(monkeypatch, spelling):
    cells = pd.date_range("2019-12-27", periods=61, freq="D").strftime(spelling).tolist()
    cells[17] = "" if spelling == "%Y%m%d" else "Total"
    frame = pd.DataFrame({"when": cells}, index=range(5, 66), dtype="str")
    whole = read_time(frame, "when")
    monkeypatch.setattr(number_times, "_CELLS_AT_ONCE", 7)
    sliced = read_time(frame, "when")
    assert whole is not None and sliced is not None
    pd.testing.assert_series_equal(sliced.stamps, whole.stamps)
    assert (sliced.notes, sliced.date_format) == (whole.notes, whole.date_format)
    assert sliced.stamps.isna().to_numpy().nonzero()[0].tolist() == [17]


@pytest.mark.parametrize("values", [[], [None, None], [3, 1, 1, None, 3, 3], [1, 1, 2, 2, None]])
@pytest.mark.parametrize("is_calendar", [True, False], ids=["moments", "numbers"])
def test_known_and_different_times_are_counted_in_any_order(values, is_calendar):
    stamps = pd.Series([np.nan if value is None else value for value in values], dtype="float64")
    if is_calendar:
        stamps = pd.to_datetime(stamps, unit="D")
    assert TimeColumn(("t",), stamps).count() == (stamps.notna().sum(), stamps.nunique())


def stamps_of(**columns):
    """The times that are found in columns of cells, as text."""
    found = find_time(
        pd.DataFrame({name: [str(cell) for cell in cells] for name, cells in columns.items()}, dtype="str")
    )
    return None if found is None else found.stamps.astype(str).tolist()


HOURS = pd.date_range("2021-03-01", periods=31, freq="h")
MONTHS = pd.date_range("2015-01-01", periods=31, freq="MS")
WEEKS = pd.date_range("2019-01-07", periods=61, freq="W-MON")
UNIX = [int(moment.timestamp()) for moment in HOURS]


@pytest.mark.parametrize(
    ("columns", "moments"),
    [
        ({"ts": UNIX}, HOURS),
        ({"created_at": UNIX}, HOURS),
        ({"time_ms": [1_000 * second for second in UNIX]}, HOURS),
        ({"MESS_DATUM": HOURS.strftime("%Y%m%d%H")}, HOURS),
        ({"MESS_DATUM": HOURS.strftime("%Y%m%d%H%M")}, HOURS),
        ({"when": HOURS.strftime("%Y-%m-%d %H:%M:%S UTC")}, HOURS),
        ({"when": HOURS.strftime("%Y-%m-%d %H:%M:%S +0000 UTC")}, HOURS),
        ({"when": HOURS.strftime("%m/%d/%Y %I:%M%p")}, HOURS),
        ({"Date": HOURS.strftime("%m/%d/%Y"), "Time": HOURS.strftime("%I:%M %p")}, HOURS),
        ({"when": WEEKS.strftime("%A, %B %d, %Y")}, WEEKS),
        ({"period": MONTHS.strftime("%YM%m")}, MONTHS),
        ({"period": [f"{week.isocalendar()[0]}W{week.isocalendar()[1]}" for week in WEEKS]}, WEEKS),
        ({"year": WEEKS.isocalendar().year, "week": WEEKS.isocalendar().week}, WEEKS),
        ({"day": MONTHS.strftime("%d/%m/%Y")}, MONTHS),
        ({"day": MONTHS.strftime("%m/%d/%Y")}, MONTHS),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_times_are_found_in_the_spellings_of_many_programs(columns, moments):
    assert stamps_of(**columns) == moments.strftime("%Y-%m-%d %H:%M:%S" if moments is HOURS else "%Y-%m-%d").tolist()


@pytest.mark.parametrize(
    "columns",
    [
        {"sold": UNIX},
        {"market_data": UNIX},
        {"response_time_ns": [second * (-1) ** place + 10**9 * (place % 2) * 4 for place, second in enumerate(UNIX)]},
        {"year": [1990 + place % 3 for place in range(31)]},
    ],
    ids=lambda columns: next(iter(columns)),
)
def test_large_numbers_and_few_years_are_no_times(columns):
    assert stamps_of(**columns) is None


def test_a_clock_that_counts_seconds_gives_the_order_and_a_calendar_comes_before_it():
    seconds = [f"{step / 100:.2f}" for step in range(31)]
    assert stamps_of(**{"t [s]": seconds}) == [str(step / 100) for step in range(31)]
    assert stamps_of(**{"t [s]": seconds, "seen": HOURS.strftime("%Y-%m-%d %H:%M")})[1] == "2021-03-01 01:00:00"
