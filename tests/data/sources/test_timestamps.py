"""Moments of a column: read in slices, and counted without a table of hashes."""

import numpy as np
import pandas as pd
import pytest

from core.data.sources import timestamps
from core.data.sources.timestamps import TimeColumn, read_time

SPELLINGS = ("%Y-%m-%dT%H:%M:%S+02:00", "%d.%m.%Y", "%m/%d/%y", "%d %b %Y", "%Y%m%d")


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_slices_give_what_the_whole_column_gives(monkeypatch, spelling):
    cells = pd.date_range("2019-12-27", periods=61, freq="D").strftime(spelling).tolist()
    cells[17] = "" if spelling == "%Y%m%d" else "Total"
    frame = pd.DataFrame({"when": cells}, index=range(5, 66), dtype="str")
    whole = read_time(frame, "when")
    monkeypatch.setattr(timestamps, "_CELLS_AT_ONCE", 7)
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
