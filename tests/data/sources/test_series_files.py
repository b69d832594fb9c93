"""Tables of series: below each other and side by side, covariates, dates, zones, and what is said of them."""

import numpy as np
import pandas as pd
import pytest

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.sources.files import read_files
from core.data.sources.series_files import find_roles

DAYS = pd.date_range("2021-03-01", periods=33, freq="D").strftime("%Y-%m-%d").tolist()


@pytest.fixture
def read(tmp_path):
    """Writes rows of cells as CSV and reads them as series."""

    def to_series(header, rows, limits=None, **choices):
        path = tmp_path / "data.csv"
        path.write_text("\n".join(",".join(map(str, row)) for row in [header, *rows]) + "\n", encoding="utf-8")
        return read_files("series", [path], DataConfig(**choices), limits or Limits())

    return to_series


def refused(read, *arguments, **choices):
    with pytest.raises(ConfigError) as caught:
        read(*arguments, **choices)
    return caught.value.problems[0]


def three_shops(days=DAYS):
    """Rows of three shops; shop C opens four days late and closes three days early."""
    return [
        (day, shop, place * 100 + step % 7, step * 3 % 11)
        for step, day in enumerate(days)
        for place, shop in enumerate("ABC")
        if shop != "C" or 4 <= step < len(days) - 3
    ]


HEADER = ("date", "shop", "sales", "visits")


class TestBelowEachOther:
    def test_series_come_to_stand_side_by_side(self, read):
        series = read(HEADER, three_shops(), missing="mask", target_columns=("sales",))
        assert list(series.frame.columns) == ["A", "B", "C"]
        assert series.target_columns == ("A", "B", "C")
        assert series.frequency == "daily"
        assert series.frame["B"].tolist() == [100 + step % 7 for step in range(33)]
        assert np.flatnonzero(series.frame["C"].isna()).tolist() == [0, 1, 2, 3, 30, 31, 32]
        assert "3 series in 'shop', with values in 'sales'" in series.notes
        assert (series.rows.read, series.rows.kept) == (92, 92)

    def test_the_column_that_names_the_series_may_be_a_small_number(self, read):
        rows = [(day, "ABC".index(shop) + 7, sales) for day, shop, sales, _ in three_shops()]
        series = read(("date", "store", "sales"), rows, many_series="each")
        assert list(series.frame.columns) == ["7", "8", "9"]

    def test_a_column_that_does_not_tell_the_rows_apart_is_not_taken(self, read):
        rows = [(day, "ns"[step % 2], step % 5) for step, day in enumerate(DAYS)]
        series = read(("date", "wind", "value"), rows)
        assert list(series.frame.columns) == ["value"]

    def test_read_together_they_keep_the_span_that_all_share_and_say_so(self, read):
        series = read(HEADER, three_shops(), target_columns=("sales",))
        assert len(series.frame) == 33 - 7
        assert not series.frame.isna().any(axis=None)
        assert any("outside of the span that all series share left out" in note for note in series.notes)
        assert series.rows.kept == 3 * 26

    def test_the_first_of_several_value_columns_is_read_and_the_choice_named(self, read):
        series = read(HEADER, three_shops(), many_series="each")
        assert any("'sales' are read; data.target_columns chooses one of 'sales', 'visits'" in n for n in series.notes)
        problem = refused(read, HEADER, three_shops(), target_columns=("sales", "visits"))
        assert problem.field == "data.target_columns"

    def test_some_of_the_series_can_be_chosen(self, read):
        series = read(HEADER, three_shops(), target_columns=("visits", "B", "A"), covariate_columns=("C",))
        assert set(series.target_columns) == {"A", "B"}
        assert list(series.frame.columns) == ["A", "B", "C"]
        each = read(HEADER, three_shops(), target_columns=("visits", "B"), many_series="each")
        assert list(each.frame.columns) == ["B"]
        problem = refused(read, HEADER, three_shops(), target_columns=("sales", "D"))
        assert (problem.field, problem.received) == ("data.target_columns", "'D'")

    def test_series_without_times_end_together(self, read):
        rows = [(shop, value) for _, shop, value, _ in three_shops()]
        series = read(("shop", "sales"), rows, series_column="shop", many_series="each")
        assert len(series.frame) == 33
        assert np.flatnonzero(series.frame["C"].isna()).tolist() == list(range(7))
        assert any("ends together" in note for note in series.notes)

    def test_repeated_and_nameless_rows_are_dropped_and_counted(self, read):
        rows = [*three_shops(), (DAYS[5], "A", 999, 0), (DAYS[6], "", 1, 1)]
        series = read(HEADER, rows, missing="mask", series_column="shop", target_columns=("sales",))
        assert series.frame["A"].iloc[5] == 999
        assert dict(series.rows.dropped) == {"without the name of a series": 1, "with a repeated time": 1}
        assert series.rows.kept == 92

    def test_short_series_are_left_out_and_named(self, read):
        rows = [*three_shops(), *((day, "D", step, step) for step, day in enumerate(DAYS[:9]))]
        series = read(HEADER, rows, many_series="each", target_columns=("sales",))
        assert "D" not in series.frame.columns
        assert any("fewer than 20 values" in note and "'D'" in note for note in series.notes)

    def test_more_series_than_the_limit_are_refused(self, read):
        problem = refused(read, HEADER, three_shops(), Limits(max_columns=2), series_column="shop")
        assert "at most 2" in problem.expected

    def test_series_that_share_no_times_are_refused_before_they_fill_the_memory(self, read, monkeypatch):
        monkeypatch.setattr("core.data.sources.long_tables._MAX_CELLS", 90)
        monkeypatch.setattr("core.data.sources.long_tables._CELLS_A_ROW", 1)
        problem = refused(read, HEADER, three_shops(), series_column="shop", target_columns=("sales",))
        assert "33 times of 3 series" in problem.received

    def test_repeated_times_without_a_name_are_refused_with_the_field(self, read):
        rows = [(day, step % 9) for day in DAYS for step in range(3)]
        assert refused(read, ("date", "value"), rows).field == "data.series_column"

    def test_a_series_column_that_is_not_there_is_an_error(self, read):
        problem = refused(read, HEADER, three_shops(), series_column="store")
        assert (problem.field, problem.received) == ("data.series_column", "'store'")


FOUR = [(day, step % 3, step % 5, step % 7, step % 11) for step, day in enumerate(DAYS)]
COLUMNS = ("date", "a", "b", "c", "d")


class TestCovariates:
    def test_all_other_numbers_are_read_unless_somebody_chooses(self, read):
        assert list(read(COLUMNS, FOUR, target_columns=("b",)).frame.columns) == ["a", "b", "c", "d"]
        chosen = read(COLUMNS, FOUR, target_columns=("b",), covariate_columns=("d",))
        assert list(chosen.frame.columns) == ["b", "d"]
        assert "read but not forecast: d" in chosen.notes
        assert list(read(COLUMNS, FOUR, target_columns=("b",), covariate_columns=()).frame.columns) == ["b"]

    def test_a_covariate_is_not_forecast_when_no_target_is_chosen(self, read):
        series = read(COLUMNS, FOUR, covariate_columns=("a", "d"))
        assert series.target_columns == ("b", "c")

    @pytest.mark.parametrize("covariates", [("e",), ("b",), ("date",), ("a", "b", "c", "d")])
    def test_an_impossible_covariate_is_an_error(self, read, covariates):
        targets = () if len(covariates) == 4 else ("b",)
        problem = refused(read, COLUMNS, FOUR, target_columns=targets, covariate_columns=covariates, time_column="date")
        assert problem.field == "data.covariate_columns"

    def test_each_series_alone_reads_the_chosen_columns_only(self, read):
        series = read(COLUMNS, FOUR, many_series="each", target_columns=("c", "a"))
        assert list(series.frame.columns) == list(series.target_columns) == ["a", "c"]
        assert read(COLUMNS, FOUR, many_series="each").target_columns == ("a", "b", "c", "d")


class TestTimes:
    def rows(self, times):
        return [(time, step * step % 17) for step, time in enumerate(times)]

    @pytest.mark.parametrize(
        ("form", "date_format"),
        [("%d/%m/%Y", "day_first"), ("%m/%d/%Y", "month_first"), ("%Y-%m-%d", "year_first"), ("%d %b %Y", "day_first")],
    )
    def test_dates_are_read_in_the_order_that_is_chosen(self, read, form, date_format):
        times = pd.date_range("2021-03-01", periods=33, freq="D").strftime(form).tolist()
        series = read(("date", "value"), self.rows(times), date_format=date_format)
        assert series.frame.index[[0, -1]].tolist() == [pd.Timestamp("2021-03-01"), pd.Timestamp("2021-04-02")]

    def test_a_choice_settles_what_could_be_read_two_ways(self, read):
        times = [f"{day:02d}/{month:02d}/2021" for month in range(1, 7) for day in range(1, 13)]
        for date_format, first in (("day_first", (2, 1)), ("month_first", (1, 2))):
            series = read(("date", "value"), self.rows(times), date_format=date_format)
            assert not any("two ways" in note for note in series.notes)
            stamps = pd.to_datetime(f"2021-{first[1]:02d}-{first[0]:02d}")
            assert stamps in series.frame.index or isinstance(series.frame.index, pd.RangeIndex)

    @pytest.mark.parametrize(("date_format", "size"), [("unix_seconds", 1), ("unix_milliseconds", 1_000)])
    def test_unix_times_are_read_when_chosen(self, read, date_format, size):
        times = [(1_600_000_000 + 3_600 * step) * size for step in range(33)]
        series = read(("when", "value"), self.rows(times), time_column="when", date_format=date_format)
        assert series.frame.index[0] == pd.Timestamp("2020-09-13 12:26:40")
        assert "one row an hour" in series.notes

    @pytest.mark.parametrize("time_column", [None, "date"])
    def test_a_choice_that_does_not_fit_is_an_error_with_examples(self, read, time_column):
        problem = refused(read, ("date", "value"), self.rows(DAYS), time_column=time_column, date_format="month_first")
        assert problem.field == "data.date_format"
        assert "'2021-03-01'" in problem.received

    def test_hours_at_two_offsets_are_moments_told_at_the_last_one(self, read):
        local = pd.date_range("2024-03-30 12:00", periods=33, freq="h", tz="Europe/Berlin")
        times = [time.isoformat() for time in local]
        series = read(("date", "value"), self.rows(times))
        assert series.frame.index.tolist() == local.tz_convert("Etc/GMT-2").tz_localize(None).tolist()
        note = "times of the offsets +01:00 and +02:00 of UTC, as with summer time, are told at the last one, +02:00"
        assert note in series.notes

    def test_hours_of_a_named_zone_are_moments_across_the_end_of_summer_time(self, read):
        local = pd.date_range("2024-10-26 12:00", periods=40, freq="h", tz="Europe/Berlin")
        times = [time.strftime("%Y-%m-%d %H:%M Europe/Berlin") for time in local]
        series = read(("date", "value"), self.rows(times))
        assert series.frame.index[0] == pd.Timestamp("2024-10-26 11:00"), "12:00 of summer is 11:00 of winter"
        assert len(series.frame) == 40, "the hour that comes twice is told apart"

    def test_a_zone_that_there_is_not_is_no_time(self, read):
        series = read(("date", "value"), self.rows([f"{day} 10:00 Atlantis/Capital" for day in DAYS]))
        assert any("no time column" in note for note in series.notes)

    def test_irregular_times_are_told_with_numbers_and_an_example(self, read):
        days = np.cumsum(np.arange(1, 31) ** 2 % 13 * 3 + 1)
        times = [str(np.datetime64("2020-01-01") + int(day)) for day in days]
        (note,) = [note for note in read(("date", "value"), self.rows(times)).notes if "no regular" in note]
        assert "of 29 are not" in note
        assert "such as from 2020-" in note

    def test_doubles_and_gaps_are_told_with_an_example(self, read):
        times = [day for step, day in enumerate(DAYS) if step not in (7, 8)]
        series = read(("date", "value"), [*self.rows(times)[:9], ("soon", 5), *self.rows(times)[9:], (DAYS[4], 99)])
        notes = " | ".join(series.notes)
        assert "a repeated time: 2021-03-05" in notes
        assert "the first missing time step: 2021-03-08" in notes
        assert "one row a day" in notes
        assert dict(series.rows.dropped) == {"without a readable time": 1, "with a repeated time": 1}

    def test_dropping_steps_keeps_the_step_of_the_calendar(self, read):
        rows = [(day, "" if step in (3, 4) else step % 5) for step, day in enumerate(DAYS)]
        series = read(("date", "value"), rows, missing="drop")
        assert (series.frequency, series.step, len(series.frame)) == ("daily", "D", 31)
        assert series.rows.dropped == (("with a missing value", 2),)


WEATHER = ("date", "sold", "heat", "rain")


def weather(known=40, ahead=5):
    """Rows of sales with the weather; behind the known ones only the heat is forecast."""
    days = pd.date_range("2021-03-01", periods=known + ahead, freq="D").strftime("%Y-%m-%d")
    return [(day, 50 + step % 7 if step < known else "", 10 + step % 9, 3 * step % 11 if step < known else "")
            for step, day in enumerate(days)]  # fmt: skip


class TestKnownAhead:
    def test_rows_without_a_value_to_forecast_say_what_is_known_ahead(self, read):
        series = read(WEATHER, weather(), target_columns=("sold",), future_columns=("heat",))
        assert list(series.frame.columns) == ["sold", "rain"]
        assert (len(series.frame), len(series.ahead)) == (40, 45)
        assert series.ahead["heat"].tolist() == [10 + step % 9 for step in range(45)]
        assert str(series.ahead.index[40].date()) == "2021-04-10"
        assert series.rows.dropped == ()

    def test_rows_that_say_nothing_ahead_are_still_left_out(self, read):
        rows = [*weather(), ("2021-04-15", "", "", ""), ("2021-04-16", "", "", "")]
        series = read(WEATHER, rows, target_columns=("sold",), future_columns=("heat",))
        assert len(series.ahead) == 45
        assert series.rows.dropped == (("at the ends without a value to forecast", 2),)

    def test_a_column_that_nobody_lists_beside_it_is_read_all_the_same(self, read):
        series = read(WEATHER, weather(), target_columns=("sold",), covariate_columns=(), future_columns=("heat",))
        assert list(series.frame.columns) == ["sold"] and list(series.ahead.columns) == ["heat"]

    def test_it_is_not_what_is_forecast_by_default(self, read):
        assert read(WEATHER, weather(), future_columns=("heat",)).target_columns == ("sold",)
        renamed = ("date", "a", "heat", "b")
        assert read(renamed, weather(), future_columns=("heat",)).target_columns == ("a", "b")

    def test_steps_that_are_dropped_are_dropped_there_too(self, read):
        rows = [(day, "" if step == 7 else sold, heat, rain) for step, (day, sold, heat, rain) in enumerate(weather())]
        series = read(WEATHER, rows, target_columns=("sold",), future_columns=("heat",), missing="drop")
        assert (len(series.frame), len(series.ahead)) == (39, 44)
        assert series.ahead.index[:39].equals(series.frame.index)

    @pytest.mark.parametrize("names", [("cold",), ("sold",)])
    def test_columns_that_are_not_there_or_are_forecast_are_refused(self, read, names):
        problem = refused(read, WEATHER, weather(), target_columns=("sold",), future_columns=names)
        assert problem.field == "data.future_columns"


class TestStatic:
    HEADER = ("date", "shop", "sales", "size", "town")

    def rows(self, **others):
        sizes, towns = {"A": 9, "B": "", "C": 30} | others, {"A": "Bern", "B": "Genf", "C": ""}
        return [(day, shop, sales, sizes[shop], towns[shop]) for day, shop, sales, _ in three_shops()]

    def test_numbers_and_words_are_kept_by_series(self, read):
        choices = {"many_series": "each", "target_columns": ("sales",), "static_columns": ("size", "town")}
        series = read(self.HEADER, self.rows(), **choices)
        assert list(series.frame.columns) == ["A", "B", "C"]
        assert series.static.loc[["A", "C"], "size"].tolist() == [9, 30] and np.isnan(series.static.loc["B", "size"])
        assert series.static["town"].tolist() == ["Bern", "Genf", ""]

    def test_a_column_that_changes_within_a_series_is_refused_with_its_name(self, read):
        rows = [(*row[:3], step, row[4]) for step, row in enumerate(self.rows())]
        problem = refused(read, self.HEADER, rows, many_series="each", static_columns=("size",))
        assert problem.field == "data.static_columns" and "'size', which changes within 'A', 'B'" in problem.received

    def test_very_many_words_are_refused(self, read):
        rows = [(day, f"s{shop}", (step + shop) % 7, f"w{shop}") for step, day in enumerate(DAYS) for shop in range(21)]
        choices = {"many_series": "each", "static_columns": ("word",)}
        problem = refused(read, ("date", "shop", "sold", "word"), rows, **choices)
        assert (problem.field, problem.received) == ("data.static_columns", "21 different ones in 'word'")

    def test_series_side_by_side_have_no_such_columns(self, read):
        assert refused(read, COLUMNS, FOUR, static_columns=("d",)).field == "data.static_columns"
        choices = {"series_column": "shop", "many_series": "each", "static_columns": ("height",)}
        assert refused(read, self.HEADER, self.rows(), **choices).field == "data.static_columns"


class TestRoles:
    def roles(self, header, rows, **choices):
        frame = pd.DataFrame([[str(cell) for cell in row] for row in rows], columns=list(header))
        return find_roles(frame, DataConfig(**choices))

    def test_what_columns_are_taken_for_is_told(self):
        assert self.roles(COLUMNS, FOUR) == {
            "time_column": "date", "date_format": "year_first", "target_columns": ("a",),
            "covariate_columns": ("b", "c", "d"),
        }  # fmt: skip
        assert self.roles(COLUMNS, FOUR, target_columns=("c",))["covariate_columns"] == ("a", "b", "d")

    def test_series_below_each_other_are_seen(self):
        found = self.roles(HEADER, three_shops())
        assert (found["series_column"], found["target_columns"]) == ("shop", ("sales",))

    def test_choices_that_mean_nothing_are_passed_over(self):
        found = self.roles(COLUMNS, FOUR, time_column="no", target_columns=("no",), date_format="unix_seconds")
        assert (found["time_column"], found["date_format"]) == ("date", "year_first")

    def test_the_frame_is_left_as_it_was(self):
        frame = pd.DataFrame(three_shops(), columns=list(HEADER)).astype(str)
        before = frame.copy()
        find_roles(frame, DataConfig())
        pd.testing.assert_frame_equal(frame, before)


class TestNoTime:
    ROWS = tuple((day, step % 7) for step, day in enumerate(DAYS[:10] + DAYS[15:]))

    def test_a_time_that_was_found_can_be_refused(self, read):
        assert len(read(("date", "sold"), self.ROWS).frame) == 33
        series = read(("date", "sold"), self.ROWS, time_column="none")
        assert (len(series.frame), series.frequency) == (28, None)
        assert list(series.frame.columns) == ["sold"]
        assert "no time column: rows are taken as equally spaced" in series.notes

    def test_a_column_of_that_name_is_meant_where_there_is_one(self, read):
        assert read(("none", "sold"), self.ROWS, time_column="none").frequency == "daily"

    def test_a_header_is_still_found_by_the_columns_that_are_named(self, read):
        series = read((7, 8), self.ROWS, time_column="none", target_columns=("column 2",))
        assert len(series.frame) == 29

    def test_dates_cannot_be_spelt_where_there_are_none(self, read):
        problem = refused(read, ("date", "sold"), self.ROWS, time_column="none", date_format="day_first")
        assert problem.field == "data.date_format"

    def test_whoever_names_a_wrong_column_is_told_of_it(self, read):
        assert "none" in refused(read, ("date", "sold"), self.ROWS, time_column="day").hint
        rows = [(*row, "so") for row in self.ROWS]
        assert "data.time_column=none" in refused(read, ("date", "sold", "said"), rows, time_column="said").hint

    def test_it_does_not_change_what_is_found(self):
        frame = pd.DataFrame(self.ROWS, columns=["date", "sold"], dtype="str")
        roles = find_roles(frame, DataConfig(time_column="none"))
        assert roles == {"target_columns": ("sold",), "covariate_columns": ()}


def test_a_number_that_only_names_the_rows_is_not_forecast(read):
    rows = [(1000 + 3 * step, day, step % 7) for step, day in enumerate(DAYS)]
    for name in ("id", "order_id"):
        assert list(read((name, "date", "sold"), rows).frame.columns) == ["sold"]
        assert list(read((name, "date", "sold"), rows, target_columns=(name,)).target_columns) == [name]


def test_rows_of_a_series_that_is_too_short_are_not_called_kept(tmp_path):
    days = pd.date_range("2024-01-01", periods=30).strftime("%Y-%m-%d")
    rows = [
        f"{day},{shop},{place % 7}"
        for shop, num in (("a", 30), ("b", 30), ("tiny", 14))
        for place, day in enumerate(days[:num])
    ]
    path = tmp_path / "shops.csv"
    path.write_text("\n".join(["day,shop,sold", *rows]), encoding="utf-8")
    found = read_files("series", [path], DataConfig(), Limits())
    assert (found.rows.read, found.rows.kept) == (74, 60)
    assert "left out, fewer than 20 values: 'tiny'" in found.notes


class TestWhatIsForecastWhenNobodyChose:
    def test_the_column_that_is_blank_where_others_go_on_and_coming_rows_count_in_no_part(self, read):
        rows = [(day, heat, sold, step % 4) for step, (day, sold, heat, _) in enumerate(weather())]
        series = read(("date", "a", "sales", "c"), rows)
        assert series.target_columns == ("sales",) and len(series.frame) == 40
        said = "'sales' is blank in the last 5 rows, where 'a', 'c' go on, so that is what is forecast"
        assert f"{said}; data.target_columns chooses others" in series.notes
        chosen = read(("date", "a", "sales", "c"), rows, target_columns=("a",))
        assert chosen.target_columns == ("a",) and len(chosen.frame) == 45

    def test_a_series_that_has_broken_off_takes_no_other_out_of_the_forecast(self, read):
        rows = [(day, sold, heat, step % 4) for step, (day, sold, heat, _) in enumerate(weather())]
        assert read(("date", "north", "south", "west"), rows).target_columns == ("north", "south", "west")
        assert read(("date", "north", "rain", "price"), rows).target_columns == ("north",)

    @pytest.mark.parametrize(
        ("names", "targets"),
        [
            (("temperature", "sales", "holiday rate"), ("sales", "holiday rate")),
            (("Price", "y", "Rain mm"), ("y",)),
            (("temperature", "price", "rain"), ("temperature", "price", "rain")),
            (("north", "south", "west"), ("north", "south", "west")),
        ],
    )
    def test_sales_and_demand_come_before_weather_and_prices_by_their_names(self, read, names, targets):
        rows = [(day, step % 5, step % 7, step % 3) for step, day in enumerate(DAYS)]
        series = read(("date", *names), rows)
        assert series.target_columns == targets
        assert set(series.frame.columns) == set(names), "the others are read"

    def test_newest_first_is_the_same(self, read):
        header, rows = ("date", "a", "temperature"), [(day, sold, heat) for day, sold, heat, _ in weather()]
        assert read(header, rows[::-1]).target_columns == ("a",)
        frame = pd.DataFrame(rows[::-1], columns=list(header)).astype(str)
        assert find_roles(frame, DataConfig())["target_columns"] == ("a",)
