"""What each column of a table is taken for: by its name and its cells, through the whole reading."""

import numpy as np
import pandas as pd
import pytest

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.sources.files import read_files

DAYS = [str(day.date()) for day in pd.date_range("2022-03-01", periods=63)]
WAVE = [round(20 + 4 * np.sin(step / 3) + step % 5 * 0.3, 2) for step in range(63)]


@pytest.fixture
def read(tmp_path):
    """Writes columns of cells as a file and reads them as series; without names there is no header."""

    def to_series(columns, delimiter=",", header=True, **choices):
        rows = [*([columns] if header else []), *zip(*columns.values(), strict=True)]
        path = tmp_path / "data.csv"
        path.write_text("\n".join(delimiter.join(map(str, row)) for row in rows) + "\n", encoding="utf-8")
        return read_files("series", [path], DataConfig(**choices), Limits())

    return to_series


def said(series, words):
    return [note for note in series.notes if words in note]


def below_each_other(num_things, **columns):
    """Rows of `num_things` things a day; each column is a function of the thing and the step."""
    rows = [(thing, step) for step in range(len(DAYS)) for thing in range(num_things)]
    return {name: [cell(thing, step) for thing, step in rows] for name, cell in columns.items()}


class TestOneSeriesAColumn:
    @pytest.mark.parametrize(
        ("name", "cells"),
        [
            ("DayOfWeek", [step % 7 + 1 for step in range(63)]),
            ("Wochentag", [step % 7 for step in range(63)]),
            ("week_day", [step % 7 for step in range(63)]),
            ("jour de la semaine", [step % 7 + 1 for step in range(63)]),
            ("Monat", [3 + step // 31 for step in range(63)]),
            ("hour", [step * 5 % 24 for step in range(63)]),
            ("is_holiday", [int(step % 9 == 4) for step in range(63)]),
            ("Promo", [step // 5 % 2 for step in range(63)]),
            ("weathersit", [step * 5 % 3 + 1 for step in range(63)]),
            ("Road type", [step * 5 % 4 for step in range(63)]),
        ],
    )
    def test_parts_of_the_calendar_and_flags_are_read_and_not_forecast(self, read, name, cells):
        series = read({name: cells, "Datum": DAYS, "Umsatz": WAVE}, delimiter=";")
        assert series.target_columns == ("Umsatz",)
        assert set(series.frame.columns) == {name, "Umsatz"}
        assert said(series, "read and not forecast, it") and said(series, f"{name!r}")
        assert read({name: cells, "date": DAYS, "v": WAVE}, target_columns=(name,)).target_columns == (name,)

    @pytest.mark.parametrize(
        ("name", "cells"),
        [
            ("StoreID", [step * 37 % 11 + 100 for step in range(63)]),
            ("customer_id", [step * 37 % 41 for step in range(63)]),
            ("zip_code", [10_115 + step * 7 % 13 for step in range(63)]),
            ("PLZ", [80_331 + step * 7 % 13 for step in range(63)]),
            ("Station No.", [step * 5 % 4 for step in range(63)]),
            ("Filiale Nr", [step * 5 % 4 for step in range(63)]),
            ("code insee", [75_101 + step * 3 % 20 for step in range(63)]),
            ("Order number", [4_711 + 3 * step for step in range(63)]),
            ("lat", [48.1 + step % 4 * 0.01 for step in range(63)]),
            ("Longitude", [11.5 + step % 4 * 0.01 for step in range(63)]),
            ("station_lon_deg", [-71.06 + step % 4 * 0.01 for step in range(63)]),
            ("RECORD", range(17, 80)),
            ("RecNbr", [step % 40 for step in range(63)]),
            ("index", range(63)),
            ("instant", range(1, 64)),
            ("sensor", [step % 2 + 1 for step in range(63)]),
            ("close_time", [1_646_092_799_999 + 86_400_000 * step for step in range(63)]),
        ],
    )
    def test_ids_places_counters_and_second_times_are_left_out(self, read, name, cells):
        series = read({name: cells, "date": DAYS, "value": WAVE})
        assert (list(series.frame.columns), series.target_columns) == (["value"], ("value",))
        assert said(series, "left out, it ")[0].endswith(f": {name!r}")
        assert name in read({name: cells, "date": DAYS, "v": WAVE}, covariate_columns=(name,)).frame.columns

    @pytest.mark.parametrize(
        ("name", "cells"),
        [
            ("code_coverage", [70 + step % 11 for step in range(63)]),
            ("orders", [200 + step * 7 % 50 for step in range(63)]),
            ("Number of orders", [200 + step * 7 % 50 for step in range(63)]),
            ("Order", [200 + step * 7 % 50 for step in range(63)]),
            ("store", [120 + step * 7 % 50 for step in range(63)]),
            ("NO2", [step * 7 % 50 for step in range(63)]),
            ("no", [step * 7 % 50 for step in range(63)]),
            ("latency", [step * 7 % 50 for step in range(63)]),
            ("long_term_rate", [step * 7 % 50 / 10 for step in range(63)]),
            ("humid", [step * 7 % 50 for step in range(63)]),
            ("paid", [step * 7 % 50 for step in range(63)]),
            ("min", [step * 7 % 50 for step in range(63)]),
            ("open", [step * 7 % 50 + 100 for step in range(63)]),
            ("response_time", [1_400 + step * 71 % 500 for step in range(63)]),
            ("delivery_time", [25_000 + step * 71 % 500 for step in range(63)]),
            ("type", [200 + step * 7 % 50 for step in range(63)]),
            ("hours", [step % 5 for step in range(63)]),
            ("day", [100 + step * 7 % 50 for step in range(63)]),
            ("y", [step * 7 % 50 for step in range(63)]),
        ],
    )
    def test_values_whose_names_only_sound_like_it_are_forecast(self, read, name, cells):
        assert read({"date": DAYS, name: cells, "b": WAVE}).target_columns == (name, "b")

    def test_where_nothing_is_left_to_forecast_the_columns_that_can_be_named_are(self, read):
        with pytest.raises(ConfigError) as caught:
            read({"date": DAYS, "weekday": [step % 7 for step in range(63)], "lat": [step % 5 for step in range(63)]})
        (problem,) = caught.value.problems
        assert problem.field == "data.target_columns"
        assert "'weekday': it tells the day of the week" in problem.received
        assert "'weekday', 'lat'" in problem.hint

    def test_a_flag_alone_is_forecast(self, read):
        assert read({"date": DAYS, "rain": [step * 5 % 7 // 4 for step in range(63)]}).target_columns == ("rain",)


class TestSeriesBelowEachOther:
    def test_sales_by_store_are_forecast_and_not_the_day_of_the_week(self, read):
        rows = below_each_other(
            3, Store=lambda thing, step: thing + 7, DayOfWeek=lambda thing, step: step % 7 + 1,
            Date=lambda thing, step: DAYS[step], Sales=lambda thing, step: 100 * thing + WAVE[step],
            Open=lambda thing, step: int(step % 7 != 6),
        )  # fmt: skip
        series = read(rows)
        assert list(series.frame.columns) == list(series.target_columns) == ["7", "8", "9"]
        assert series.frame["8"].tolist() == [100 + value for value in WAVE]
        assert said(series, "'DayOfWeek'") and said(series, "values in 'Sales'")

    def test_values_with_decimal_commas_stand_below_each_other_too(self, read):
        rows = below_each_other(2, Zählpunkt=lambda thing, step: f"AT{thing}", Datum=lambda thing, step: DAYS[step],
                                Wert=lambda thing, step: f"{WAVE[step] + thing:.2f}".replace(".", ","))  # fmt: skip
        assert list(read(rows, delimiter=";").frame.columns) == ["AT0", "AT1"]

    def test_two_series_that_nothing_names_are_refused(self, read):
        with pytest.raises(ConfigError) as caught:
            read(below_each_other(2, day=lambda thing, step: DAYS[step], v=lambda thing, step: WAVE[step] + thing))
        assert caught.value.problems[0].field == "data.series_column"

    def test_a_branch_and_a_number_beside_its_name_are_no_values(self, read):
        rows = below_each_other(
            2, Filialnr=lambda thing, step: 4_000 + thing, Filiale=lambda thing, step: f"Haus {thing}",
            Breitengrad=lambda thing, step: 48 + thing, x=lambda thing, step: 3_500 + thing,
            flaeche=lambda thing, step: 250.5 + thing, datum=lambda thing, step: DAYS[step],
            umsatz=lambda thing, step: WAVE[step] + thing,
        )  # fmt: skip
        series = read(rows, delimiter=";")
        assert list(series.frame.columns) == ["Haus 0", "Haus 1"]
        assert series.frame["Haus 1"].tolist() == [value + 1 for value in WAVE]
        assert said(series, "left out, it never changes within a series: 'Filialnr', 'x', 'flaeche'")

    @pytest.mark.parametrize(
        ("names", "series_name"),
        [
            (("Entity", "Code", "Year", "CO2"), "Entity"),
            (("Code", "Country", "Year", "Life expectancy"), "Country"),
            (("iso3", "Nation", "Jahr", "Bevölkerung"), "Nation"),
            (("geo", "Code", "TIME_PERIOD", "OBS_VALUE"), "geo"),
            (("Pais", "Codigo", "Año", "Valor"), "Pais"),
            (("code", "Country Name", "Fiscal Year", "GDP"), "Country Name"),
        ],
    )
    def test_years_of_entities_are_the_time_and_a_code_is_no_series(self, read, names, series_name):
        rows = below_each_other(3, a=lambda thing, step: "ABC"[thing], b=lambda thing, step: "XYZ"[thing],
                                year=lambda thing, step: 1950 + step, value=lambda thing, step: WAVE[step] + thing)  # fmt: skip
        series = read(dict(zip(names, rows.values(), strict=True)))
        assert said(series, "left out, it names things and measures nothing") or "Code" not in names
        assert list(series.frame.columns) == list("ABC" if names[0] == series_name else "XYZ")
        assert (series.frequency, len(series.frame)) == ("yearly", 63)
        assert series.frame.index[[0, -1]].year.tolist() == [1950, 2012]
        assert series.frame.iloc[:, 2].tolist() == [value + 2 for value in WAVE]

    def test_years_of_rows_that_only_two_columns_name_are_refused(self, read):
        rows = below_each_other(4, nation=lambda thing, step: "AB"[thing // 2], sex=lambda thing, step: "mf"[thing % 2],
                                year=lambda thing, step: 1950 + step, rate=lambda thing, step: WAVE[step] + thing)  # fmt: skip
        with pytest.raises(ConfigError) as caught:
            read(rows)
        assert caught.value.problems[0].field == "data.series_column"
        assert "63 times in 252 rows of 'year'" in caught.value.problems[0].received

    def test_a_year_of_many_rows_without_names_stays_an_input(self, read):
        series = read({"year": [2000 + step // 21 for step in range(63)], "value": WAVE})
        assert (series.target_columns, series.frequency) == (("value",), None)
        assert list(series.frame.columns) == ["year", "value"]


class TestNumbersThatCountTheTime:
    @pytest.mark.parametrize("size", [1, 1_000, 1_000_000, 1_000_000_000])
    @pytest.mark.parametrize("step", [3_600, 86_400, 300])
    def test_an_export_without_a_header_has_its_time_in_the_first_column(self, read, size, step):
        prices = {place: [value + place for value in WAVE] for place in range(4)}
        times = [(1_700_000_400 + step * row) * size for row in range(63)]
        series = read({"when": times, **prices, "until": [time + (step - 1) * size for time in times]}, header=False)
        assert series.frame.index[0] == pd.Timestamp(1_700_000_400, unit="s")
        assert (series.frame.index[1:] - series.frame.index[:-1]).unique().tolist() == [pd.Timedelta(step, "s")]
        assert series.target_columns == ("column 2",)
        assert list(series.frame.columns) == [f"column {place}" for place in (2, 3, 4, 5)]
        assert said(series, "seconds since 1970")

    def test_decimal_commas_beside_a_time_without_a_name_are_values(self, read):
        prices = [f"{value:.2f}".replace(".", ",") for value in WAVE]
        series = read(
            {"a": [1_700_000_100 + 900 * row for row in range(63)], "b": prices, "c": prices[::-1]}, ";", False
        )
        assert series.step == "15min"

    @pytest.mark.parametrize("name", ["t", "index", "Open time", "ts_ms", "T"])
    def test_unix_times_are_known_by_their_even_steps(self, read, name):
        times = [1_700_000_400_000 + 60_000 * row for row in range(63)]
        series = read({"pair": ["AB"] * 63, name: times, "price": WAVE})
        assert (series.frequency, list(series.frame.columns)) == ("minutely", ["price"])

    @pytest.mark.parametrize("name", ["Date", "Datum", "InvoiceDate", "Day", "when"])
    def test_days_of_a_spreadsheet_are_dates(self, read, name):
        series = read({name: range(43_831, 43_894), "Sales": WAVE})
        assert (series.frequency, series.target_columns) == ("daily", ("Sales",))
        assert series.frame.index[[0, -1]].tolist() == [pd.Timestamp("2020-01-01"), pd.Timestamp("2020-03-03")]
        assert said(series, "spreadsheets")

    @pytest.mark.parametrize("decimals", [4, 5, 9])
    @pytest.mark.parametrize("name", ["Date", "time", "Timestamp"])
    def test_fractions_of_a_day_are_hours(self, read, decimals, name):
        series = read({name: [f"{43_831 + hour / 24:.{decimals}f}" for hour in range(63)], "load": WAVE})
        assert series.frequency == "hourly"
        assert series.frame.index[[0, 62]].tolist() == [pd.Timestamp("2020-01-01"), pd.Timestamp("2020-01-03 14:00")]

    def test_days_with_decimal_commas_are_read(self, read):
        rows = {"Datum": [f"{43_831 + hour / 24:.5f}".replace(".", ",") for hour in range(63)], "Wert": WAVE}
        assert read(rows, delimiter=";").frequency == "hourly"

    def test_unix_times_of_several_series_are_read(self, read):
        rows = below_each_other(2, symbol=lambda thing, step: "AB"[thing], price=lambda thing, step: WAVE[step] + thing,
                                open_time=lambda thing, step: 1_700_000_400_000 + 60_000 * step)  # fmt: skip
        series = read(rows)
        assert (list(series.frame.columns), series.frequency) == (["A", "B"], "minutely")

    def test_working_days_and_months_of_a_spreadsheet_are_read(self, read):
        for freq, frequency in (("B", "daily"), ("MS", "monthly")):
            days = (pd.date_range("2010-01-01", periods=63, freq=freq) - pd.Timestamp("1899-12-30")).days
            assert read({"date": days, "price": WAVE}).frequency == frequency

    def test_a_count_can_be_chosen_and_refused(self, read):
        rows = {"serial": [40_000 + 3 * step for step in range(63)], "value": WAVE}
        assert read(rows, time_column="serial", date_format="excel").frame.index[0] == pd.Timestamp("2009-07-06")
        refused = read({"date": range(43_831, 43_894), "value": WAVE}, time_column="none")
        assert list(refused.frame.columns) == ["value"]
        assert said(refused, "left out, it tells the time: 'date'")

    @pytest.mark.parametrize(
        ("name", "cells"),
        [
            ("sold", [45_000 + step * 71 % 500 for step in range(63)]),
            ("meter", [45_000 + step * (step % 5 + 9) for step in range(63)]),
            ("id", range(45_292, 45_355)),
            ("order", range(45_292, 45_355)),
            ("time", [30_000 + 100 * step for step in range(63)]),
        ],
    )
    def test_other_numbers_of_that_size_are_no_dates(self, read, name, cells):
        series = read({name: cells, "value": WAVE})
        assert isinstance(series.frame.index, pd.RangeIndex)
        assert not said(series, "spreadsheets")


class TestFillers:
    def filled(self, filler, places=(9, 10, 44), values=WAVE):
        return [filler if step in places else value for step, value in enumerate(values)]

    @pytest.mark.parametrize("filler", ["-999", "-9999", "-99.9", "999.9", "9999", "99999", "-200", "1e20", "-999.0"])
    def test_a_number_far_from_all_others_is_missing_and_counted(self, read, filler):
        series = read({"date": DAYS, "temp": self.filled(filler)}, missing="mask")
        assert np.flatnonzero(series.frame["temp"].isna()).tolist() == [9, 10, 44]
        assert said(series, f"3 of {float(filler):.10g} in 'temp' treated as missing; data.sentinels=none")
        kept = read({"date": DAYS, "temp": self.filled(filler)}, missing="mask", sentinels="none")
        assert kept.frame["temp"].tolist()[9] == float(filler)

    def test_two_fillers_of_one_column_are_both_found(self, read):
        cells = self.filled("-9999", (3,), self.filled("-999", (5, 8)))
        series = read({"date": DAYS, "temp": cells}, missing="mask")
        assert np.flatnonzero(series.frame["temp"].isna()).tolist() == [3, 5, 8]

    def test_a_filler_of_one_column_is_one_in_its_neighbours(self, read):
        """An instrument's -200 lies nearer to large values than their range is wide."""
        large = self.filled(-200, (5,), [300 + step * 173 % 1_400 for step in range(63)])
        series = read({"date": DAYS, "co": self.filled(-200), "raw": large}, missing="mask")
        assert np.isnan(series.frame["raw"].iloc[5])
        assert series.rows.num_blanked == 3 + 1

    def test_a_filler_among_series_below_each_other_is_found(self, read):
        rows = below_each_other(2, station=lambda thing, step: "AB"[thing], date=lambda thing, step: DAYS[step],
                                rain=lambda thing, step: -99.9 if thing and step in (4, 5) else WAVE[step])  # fmt: skip
        series = read(rows, missing="mask")
        assert np.flatnonzero(series.frame["B"].isna()).tolist() == [4, 5]
        assert series.rows.num_blanked == 2

    @pytest.mark.parametrize(
        "values",
        [
            [-200 + step * 7 % 11 - 5 for step in range(63)],  # real cold
            [step * 997 % 12_000 for step in range(60)] + [9_999, 9_999, 9_999],
            [900 + step * 7 % 90 for step in range(61)] + [999, 999],
            [*WAVE[:40], 999, *WAVE[41:]],  # extreme once
            [*WAVE[:40], 5_000, 5_000, *WAVE[42:]],
            [-1_000 + step * 37 % 2_000 for step in range(61)] + [-999, -999],
        ],
    )
    def test_a_value_with_others_near_it_and_one_that_is_extreme_once_stay(self, read, values):
        series = read({"date": DAYS, "value": values}, missing="mask")
        assert series.frame["value"].tolist() == values
        assert not said(series, "treated as missing")
