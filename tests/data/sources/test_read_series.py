"""Tables of series as visitors bring them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.data.sources.common import (
    DAYS,
    Write,
    read_series,
    refusal,
    spans,
    table,
)


class TestSeries:
    def test_a_plain_csv_gives_a_daily_series(self, write: Write) -> None:
        series = read_series(write(table(DAYS)))
        assert series.frequency == "daily"
        assert series.target_columns == ("value",)
        assert series.frame.index[0] == pd.Timestamp("2021-01-01")
        assert series.frame["value"].tolist() == [k * k % 17 for k in range(31)]
        assert series.notes == ("one row a day",)

    @pytest.mark.parametrize(
        ("frequency", "times"),
        [
            ("yearly", [str(year) for year in range(1700, 1730)]),
            ("quarterly", [f"{1959 + k // 4}Q{k % 4 + 1}" for k in range(30)]),
            ("quarterly", [f"Q{k % 4 + 1} {1959 + k // 4}" for k in range(30)]),
            ("monthly", [f"{1949 + k // 12}-{k % 12 + 1:02d}" for k in range(30)]),
            ("monthly", list(spans("2001-01-31", 30, "ME").strftime("%d.%m.%Y"))),
            ("monthly", [f"{1949 + k / 12:.3f}" for k in range(30)]),
            ("monthly", list(spans("2001-01-01", 30, "MS").strftime("%b %Y"))),
            ("weekly", list(spans("2020-01-04", 30, "7D").strftime("%Y/%m/%d"))),
            ("weekly", [f"2021-W{week:02d}" for week in range(1, 31)]),
            ("daily", list(spans("2020-01-04", 30, "D").strftime("%m/%d/%Y"))),
            ("daily", list(spans("2020-01-04", 30, "D").strftime("%d/%m/%Y"))),
            ("daily", list(spans("2020-01-04", 30, "D").strftime("%Y%m%d"))),
            ("daily", list(spans("2020-01-06", 30, "B").strftime("%Y-%m-%d"))),
            ("hourly", list(spans("2020-01-04", 30, "h").strftime("%Y-%m-%dT%H:%M:%SZ"))),
            ("hourly", list(spans("2020-01-04", 30, "h").strftime("%m/%d/%Y %I:%M %p"))),
            ("minutely", [str(1_600_000_000 + 60 * k) for k in range(30)]),
            ("minutely", [str(1_600_000_000_000 + 60_000 * k) for k in range(30)]),
            (None, list(spans("2020-01-04", 30, "10min").strftime("%Y-%m-%d %H:%M"))),
        ],
    )
    def test_times_are_read_and_their_step_is_named(
        self, write: Write, frequency: str | None, times: list[str]
    ) -> None:
        series = read_series(write(table(times)))
        assert series.frequency == frequency
        assert isinstance(series.frame.index, pd.DatetimeIndex)
        assert len(series.frame) == 30

    def test_day_first_dates_keep_their_days(self, write: Write) -> None:
        series = read_series(write(table(list(spans("2020-02-01", 40, "D").strftime("%d/%m/%Y")))))
        assert series.frame.index[-1] == pd.Timestamp("2020-03-11")

    def test_times_keep_the_clock_on_the_wall(self, write: Write) -> None:
        times = spans("2020-01-01", 30, "h").strftime("%Y-%m-%dT%H:%M:%S+02:00")
        series = read_series(write(table(list(times))))
        assert isinstance(series.frame.index, pd.DatetimeIndex)
        assert series.frame.index.tz is None
        assert series.frame.index[0] == pd.Timestamp("2020-01-01")

    def test_rows_are_sorted_and_repeated_times_keep_the_last(self, write: Write) -> None:
        times = [*reversed(DAYS), DAYS[4]]
        series = read_series(write(table(times, range(32))))
        assert series.frame["value"].iloc[0] == 30
        assert series.frame["value"].iloc[4] == 31
        assert "rows sorted by time" in series.notes
        assert "1 row with a repeated time dropped, the last one kept" in series.notes

    def test_missing_times_come_back_without_a_value(self, write: Write) -> None:
        kept = [k for k in range(31) if k not in (7, 8)]
        series = read_series(write(table([DAYS[k] for k in kept], [3 * k for k in kept])))
        assert len(series.frame) == 31
        assert series.frame["value"].dropna().tolist() == [3.0 * k for k in kept]
        assert np.flatnonzero(series.frame["value"].isna()).tolist() == [7, 8]
        assert "2 missing time steps added" in series.notes

    def test_missing_and_infinite_values_are_missing_and_counted(self, write: Write) -> None:
        values: list[object] = [float(k) for k in range(31)]
        values[1], values[5], values[6], values[29] = "NA", "inf", "", "1e999"
        series = read_series(write(table(DAYS, values)))
        assert np.flatnonzero(series.frame["value"].isna()).tolist() == [1, 5, 6, 29]
        assert "2 infinite or huge values in 'value' treated as missing" in series.notes
        assert series.rows.num_blanked == 2, "an empty cell and NA are missing, nobody takes them so"
        assert "4 missing values filled by straight lines" in series.notes

    def test_irregular_times_give_equally_spaced_rows(self, write: Write) -> None:
        days = np.cumsum(np.arange(1, 31) ** 2 % 13 * 3 + 1)
        times = [str(np.datetime64("2020-01-01") + int(day)) for day in days]
        series = read_series(write(table(times)))
        assert isinstance(series.frame.index, pd.RangeIndex)
        assert any("no regular time step" in note for note in series.notes)

    def test_without_a_time_column_rows_are_counted(self, write: Write) -> None:
        series = read_series(write("a,b\n" + "".join(f"{k % 7},{k % 5}\n" for k in range(30))))
        assert isinstance(series.frame.index, pd.RangeIndex)
        assert series.target_columns == ("a", "b")

    def test_a_file_of_numbers_alone_is_a_series(self, write: Write) -> None:
        series = read_series(write("\n".join(str(k % 7) for k in range(30)), "numbers.txt"))
        assert list(series.frame.columns) == ["column 1"]
        assert len(series.frame) == 30

    def test_time_in_year_month_day_hour_columns_is_put_together(self, write: Write) -> None:
        times = spans("2010-01-30", 60, "h")
        rows = "".join(f"{k + 1},{t.year},{t.month},{t.day},{t.hour},{k % 9}\n" for k, t in enumerate(times))
        series = read_series(write("No,year,month,day,hour,pm\n" + rows))
        assert series.frequency == "hourly"
        assert list(series.frame.columns) == ["pm"]

    def test_date_and_clock_columns_are_put_together(self, write: Write) -> None:
        times = spans("2010-01-30", 60, "h")
        rows = "".join(f"{t:%d/%m/%Y};{t:%H.%M.%S};{k % 9},5\n" for k, t in enumerate(times))
        series = read_series(write("Date;Time;CO\n" + rows))
        assert series.frequency == "hourly"
        assert series.frame["CO"].iloc[1] == 1.5

    @pytest.mark.parametrize(
        ("cell", "delimiter", "expected"),
        [
            ("{},5", ";", 1.5),
            ("1.00{},5", ";", 1001.5),
            ('"1,00{}"', ",", 1001.0),
            ('"$1,00{}.50"', ",", 1001.5),
            ("{}.5%", ",", 1.5),
            ("{}e2", "\t", 100.0),
            ("\u2212{}", ",", -1.0),
        ],
    )
    def test_numbers_are_read_in_the_usual_spellings(
        self, write: Write, cell: str, delimiter: str, expected: float
    ) -> None:
        rows = "".join(f"{day}{delimiter}{cell.format(k % 9)}\n" for k, day in enumerate(DAYS))
        series = read_series(write(f"date{delimiter}value\n{rows}"))
        assert series.frame["value"].iloc[1] == expected

    def test_one_of_many_columns_is_the_target_and_the_note_says_so(self, write: Write) -> None:
        rows = "".join(f"{day},{k % 3},{k % 5},{k % 7},{k % 11},x{k}\n" for k, day in enumerate(DAYS))
        series = read_series(write("date,a,b,c,d,name\n" + rows))
        assert series.target_columns == ("a",)
        assert list(series.frame.columns) == ["a", "b", "c", "d"]
        assert any("'a' is forecast from all 4 columns" in note for note in series.notes)
        assert any("'name'" in note and "not numbers" in note for note in series.notes)

    def test_chosen_columns_come_before_guesses(self, write: Write) -> None:
        rows = "".join(f"{k},{day},{k % 5}\n" for k, day in enumerate(DAYS))
        path = write("value,when,other\n" + rows)
        series = read_series(path, time_column="when", target_columns=("other",))
        assert series.target_columns == ("other",)
        assert series.frame.index.name == "when"

    def test_a_mostly_empty_column_is_left_out(self, write: Write) -> None:
        rows = "".join(f"{day},{k % 5},{k if k % 3 == 0 else ''}\n" for k, day in enumerate(DAYS))
        series = read_series(write("date,a,sparse\n" + rows))
        assert list(series.frame.columns) == ["a"]
        assert any("more than half is missing" in note for note in series.notes)

    def test_parquet_gives_what_csv_gives(self, write: Write, tmp_path: Path) -> None:
        frame = pd.DataFrame({"value": np.arange(31) * 1.5, "name": "x"}, index=pd.DatetimeIndex(DAYS, name="date"))
        frame.to_parquet(tmp_path / "data.parquet")
        series = read_series(tmp_path / "data.parquet")
        expected = read_series(write(table(DAYS, [k * 1.5 for k in range(31)])))
        pd.testing.assert_frame_equal(series.frame, expected.frame, check_freq=False)

    def test_every_wrong_column_name_is_listed_at_once(self, write: Write) -> None:
        error = refusal("series", [write(table(DAYS))], time_column="when", target_columns=("price",))
        assert [problem.field for problem in error.problems] == ["data.time_column", "data.target_columns"]
        assert "'date', 'value'" in str(error)
