"""Tables of series in other layouts than one row a time, and lines around a table that are no rows of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.dataset import SeriesSet
from core.data.series import future_times
from core.data.sources.files import preview
from tests.data.sources.common import Write, read_series, refusal

SPANISH = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
]
CZECH = [
    "leden",
    "únor",
    "březen",
    "duben",
    "květen",
    "červen",
    "červenec",
    "srpen",
    "září",
    "říjen",
    "listopad",
    "prosinec",
]
GERMAN = ["Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"]
DAYS = pd.date_range("2022-02-25", periods=33, freq="D")
YEARS = list(range(1987, 2012))
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def lines(header: str, rows: Sequence[Sequence[object]], sign: str = ",") -> str:
    return "\n".join([header, *(sign.join(map(str, row)) for row in rows)]) + "\n"


def wide(names: Sequence[object], lead: str, rows: dict[str, int], sign: str = ",") -> str:
    """One series a row that counts up from a number by one."""
    header = sign.join([lead, *map(str, names)])
    return lines(header, [[words, *range(start, start + len(names))] for words, start in rows.items()], sign)


def next_time(series: SeriesSet) -> str:
    return future_times(series.frame.index, 2, series.step, series.offset)[0]


def by_year(names: Sequence[str], years: Sequence[int] = YEARS, title: str = "Year", sign: str = ",") -> str:
    """Values that count the cells row by row from the first year of time on."""
    first = min(years)
    rows = [[year, *((year - first) * len(names) + place for place in range(len(names)))] for year in years]
    return lines(sign.join([title, *names]), rows, sign)


class TestDatesAsNames:
    @pytest.mark.parametrize(
        ("text", "names", "first", "coming"),
        [
            (
                wide(
                    [f"{day.month}/{day.day}/{day:%y}" for day in DAYS],
                    "Province,Country,Lat,Long",
                    {",Peru,1.5,2.5": 0, "Ica,Peru,1.5,3": 7, "Ica,Chile,2,3": 9},
                ),
                ["Peru", "Ica, Peru", "Ica, Chile"],
                "2022-02-25",
                "2022-03-30",
            ),
            (
                wide(YEARS, "Country Name,Country Code", {"Peru,PER": 0, "Chad,TCD": 70}),
                ["Peru", "Chad"],
                "1987-01-01",
                "2012-01-01",
            ),
            (
                wide(
                    [f"{year} [YR{year}]" for year in YEARS],
                    "Land,Series",
                    {"Peru,GDP": 0, "Peru,Pop": 9, "Chad,GDP": 4},
                ),
                ["Peru, GDP", "Peru, Pop", "Chad, GDP"],
                "1987-01-01",
                "2012-01-01",
            ),
            (
                wide([f"X{day:%Y.%m.%d}" for day in DAYS], "id", {"a": 0, "b": 5}),
                ["a", "b"],
                "2022-02-25",
                "2022-03-30",
            ),
            (
                wide(
                    [f"{2011 + k // 4}Q{k % 4 + 1}" for k in range(23)] + ["Total"],
                    "Produkt",
                    {"Tee": 0, "Milch": 5},
                    ";",
                ),
                ["Tee", "Milch"],
                "2011-01-01",
                "2016-10-01",
            ),
            (
                wide(
                    [f"{month} {year}" for year in (2019, 2020) for month in GERMAN], "Ort", {"Ulm": 3, "Jena": 4}, ";"
                ),
                ["Ulm", "Jena"],
                "2019-01-01",
                "2021-01-01",
            ),
        ],
        ids=["days with coordinates", "years", "World Bank", "names of R", "quarters and a total", "German months"],
    )
    def test_each_row_is_a_series(self, write: Write, text: str, names: list[str], first: str, coming: str) -> None:
        series = read_series(write(text))
        assert list(series.frame.columns) == names
        assert series.frame.index[0] == pd.Timestamp(first)
        assert next_time(series) == coming
        assert (series.frame.diff().iloc[1:] == 1).all(axis=None), "values count up along each row"
        assert any("one series a row, named by" in note for note in series.notes)

    def test_years_may_fall_and_series_may_start_later(self, write: Write) -> None:
        rows = [["Peru", *range(24, -1, -1)], ["Chad", *range(94, 73, -1), "", "", "", ""]]
        series = read_series(write(lines(";".join(["Land", *map(str, reversed(YEARS))]), rows, ";")))
        assert series.frame.index[0] == pd.Timestamp("1991-01-01"), "the span that both share"
        assert series.frame["Peru"].tolist() == list(range(4, 25))
        assert series.frame["Chad"].tolist() == list(range(74, 95))

    def test_what_is_not_read_is_said(self, write: Write) -> None:
        series = read_series(write(wide(YEARS, "Land,Lat", {"Peru,1.5": 0, "Chad,2.5": 70})))
        assert "dates as the names of columns: one series a row, named by 'Land'; not read: 'Lat'" in series.notes

    def test_the_preview_shows_the_plain_table(self, write: Write) -> None:
        path = write(wide(YEARS, "Land,Lat", {"Peru,1.5": 0, "Chad,2.5": 70}))
        found = preview("series", [path], DataConfig(), Limits())
        assert found.columns == ("Land", "time", "value")
        assert (found.found["time_column"], found.found["series_column"]) == ("time", "Land")
        again = read_series(path, time_column="time", series_column="Land", target_columns=("value",))
        pd.testing.assert_frame_equal(again.frame, read_series(path).frame)

    def test_dates_below_a_date_are_no_names(self, write: Write) -> None:
        rows = [
            [day, (day + pd.Timedelta("1D")).date(), (day + pd.Timedelta("2D")).date(), k % 7]
            for k, day in enumerate(DAYS)
        ]
        series = read_series(write(lines("", rows).lstrip("\n")))
        assert list(series.frame.columns) == ["column 4"]
        assert len(series.frame) == len(DAYS)

    def test_years_beside_a_date_are_columns(self, write: Write) -> None:
        rows = [[f"{day:%Y-%m-%d}", k % 7, k % 5, k % 3] for k, day in enumerate(DAYS)]
        series = read_series(write(lines("date,2019,2020,2021", rows)))
        assert list(series.frame.columns) == ["2019", "2020", "2021"]
        assert series.frame["2020"].iloc[6] == 1


class TestPartsOfATime:
    @pytest.mark.parametrize(
        ("text", "frequency", "count", "coming"),
        [
            (by_year(MONTHS), "monthly", 300, "2012-01-01"),
            (by_year(MONTHS, YEARS[::-1]), "monthly", 300, "2012-01-01"),
            (by_year([str(k) for k in range(1, 13)]), "monthly", 300, "2012-01-01"),
            (by_year([f"M{k:02d}" for k in range(1, 13)], title="Jahr"), "monthly", 300, "2012-01-01"),
            (by_year(SPANISH, title="año", sign=";"), "monthly", 300, "2012-01-01"),
            (by_year(CZECH, title="rok"), "monthly", 300, "2012-01-01"),
            (by_year(["Q1", "Q2", "Q3", "Q4"]), "quarterly", 100, "2012-01-01"),
            (by_year(["I", "II", "III", "IV"], title="rok"), "quarterly", 100, "2012-01-01"),
        ],
        ids=["months", "falling", "numbers", "M01", "Spanish", "Czech", "quarters", "Roman"],
    )
    def test_years_by_months_are_one_series(
        self, write: Write, text: str, frequency: str, count: int, coming: str
    ) -> None:
        series = read_series(write(text))
        assert series.frequency == frequency
        assert series.frame.iloc[:, 0].tolist() == list(range(count))
        assert next_time(series) == coming

    def test_the_year_that_has_begun_ends_where_its_values_do_and_sums_are_left_out(self, write: Write) -> None:
        rows = [
            [year, *(f"{(year - 1987) * 12 + k}" if (year, k) < (2011, 5) else "" for k in range(12)), 1]
            for year in YEARS
        ]
        series = read_series(write(lines(",".join(["Year", *MONTHS, "Annual"]), rows)))
        assert series.frame["value"].tolist() == list(range(24 * 12 + 5))
        assert next_time(series) == "2011-06-01"
        assert "years by months put one below the other; not read: 'Annual'" in series.notes

    def test_stations_beside_the_year_are_series(self, write: Write) -> None:
        rows = [
            [name, year, *(base + year + k for k in range(12))]
            for base, name in ((0, "Ulm"), (5000, "Jena"))
            for year in YEARS
        ]
        series = read_series(write(lines(",".join(["Station", "Year", *MONTHS]), rows)))
        assert list(series.frame.columns) == ["Ulm", "Jena"]
        assert series.frame["Jena"].iloc[13] == 5000 + 1988 + 1

    def test_months_by_years(self, write: Write) -> None:
        rows = [[f'"{month.upper()}"', *(place + 12 * k for k in range(3))] for place, month in enumerate(MONTHS)]
        series = read_series(write(lines('"Month", "1958", "1959", "1960"', rows)))
        assert series.frame["value"].tolist() == list(range(36))
        assert (series.frequency, next_time(series)) == ("monthly", "1961-01-01")

    @pytest.mark.parametrize(
        ("names", "first", "coming"),
        [
            ([f"{hour:02d}:00" for hour in range(24)], "2022-02-25 00:00", "2022-03-30T00:00:00"),
            ([f"H{hour}" for hour in range(1, 25)], "2022-02-25 01:00", "2022-03-30T01:00:00"),
            ([f"{half // 2}:{half % 2 * 30:02d}" for half in range(48)], "2022-02-25 00:00", "2022-03-30T00:00:00"),
        ],
        ids=["from midnight", "1 to 24", "half hours"],
    )
    def test_days_by_hours(self, write: Write, names: list[str], first: str, coming: str) -> None:
        rows = [
            [f"{day:%Y-%m-%d}", *(len(names) * k + place for place in range(len(names)))] for k, day in enumerate(DAYS)
        ]
        series = read_series(write(lines(",".join(["date", *names]), rows)))
        assert series.frame["value"].tolist() == list(range(33 * len(names)))
        assert series.frame.index[0] == pd.Timestamp(first)
        assert next_time(series) == coming

    def test_months_that_begin_elsewhere_are_refused_in_words_of_the_layout(self, write: Write) -> None:
        error = refusal("series", [write(by_year([*MONTHS[9:], *MONTHS[:9]]))])
        assert "years by months" in str(error) and "'Oct' to 'Sep'" in str(error) and "one row a month" in str(error)

    def test_a_column_that_is_named_is_taken_as_the_table_stands(self, write: Write) -> None:
        series = read_series(write(by_year(MONTHS)), target_columns=("Mar",))
        assert (series.frequency, series.frame["Mar"].tolist()) == ("yearly", [12 * k + 2 for k in range(25)])

    def test_a_month_among_other_columns_is_no_layout(self, write: Write) -> None:
        rows = [[f"{day:%Y-%m-%d}", k % 7, k % 5] for k, day in enumerate(DAYS)]
        assert list(read_series(write(lines("date,Jan,Feb", rows))).frame.columns) == ["Jan", "Feb"]


class TestCountedColumns:
    def test_series_of_different_lengths_are_read_to_their_ends(self, write: Write) -> None:
        rows = [[f'"N{c}"', *(c * 50 + k if k < 41 - 5 * c else "" for k in range(41))] for c in range(3)]
        series = read_series(write(lines(",".join(f'"V{k}"' for k in range(1, 43)), rows)))
        assert list(series.frame.columns) == ["N0", "N1", "N2"]
        assert series.frame.iloc[-1].tolist() == [40, 50 + 35, 100 + 30], "their ends stand together"
        assert len(series.frame) == 31
        assert "counted columns: one series a row, without times, named by 'V1'" in series.notes

    def test_columns_that_describe_the_series_are_not_forecast(self, write: Write) -> None:
        rows = [[f"item{c}_x", f"item{c}", *range(c * 50, c * 50 + 41)] for c in range(3)]
        series = read_series(write(lines(",".join(["id", "item", *(f"d_{k}" for k in range(1, 42))]), rows)))
        assert list(series.frame.columns) == ["item0_x", "item1_x", "item2_x"]
        assert len(series.frame) == 41

    def test_a_column_that_is_called_by_digits_without_end_is_a_column(self, write: Write) -> None:
        rows = "".join(
            f"{month:%Y-%m-%d},{k * k % 23}\n" for k, month in enumerate(pd.date_range("2013-04-01", periods=41))
        )
        series = read_series(write(f"date,{'1' * 5_000}\n{rows}", "a.csv"))
        assert len(series.frame) == 41

    @pytest.mark.parametrize("time", ["date", "Time"])
    def test_counted_columns_beside_a_time_are_columns(self, write: Write, time: str) -> None:
        times = DAYS.strftime("%Y-%m-%d") if time == "date" else range(33)
        rows = [[when, *((k * k + place) % 7 for place in range(24))] for k, when in enumerate(times)]
        series = read_series(write(lines(",".join([time, *(f"V{k}" for k in range(1, 25))]), rows)))
        assert (len(series.frame), series.frame.shape[1]) == (33, 24)


class TestLists:
    VALUES = tuple(tuple((k * k + c) % 11 for k in range(37)) for c in range(3))

    def objects(self, **more: object) -> str:
        return "".join(
            json.dumps({"item_id": f"T{c}", "target": row, **more}) + "\n" for c, row in enumerate(self.VALUES)
        )

    @pytest.mark.parametrize(
        ("freq", "first", "coming"),
        [
            ("M", "2018-01-01", "2021-02-01"),
            ("D", "2018-01-31", "2018-03-09"),
            ("1H", "2018-01-31", "2018-02-01T13:00:00"),
            ("W", "2018-01-31", "2018-10-17"),
            ("15min", "2018-01-31", "2018-01-31T09:15:00"),
        ],
    )
    def test_a_start_and_a_frequency_date_the_values(self, write: Write, freq: str, first: str, coming: str) -> None:
        series = read_series(write(self.objects(start="2018-01-31", freq=freq), "a.jsonl"))
        assert list(series.frame.columns) == ["T0", "T1", "T2"]
        assert series.frame.index[0] == pd.Timestamp(first)
        assert next_time(series) == coming
        assert series.frame["T2"].tolist() == list(self.VALUES[2])

    def test_without_a_frequency_the_values_count_and_the_note_says_what_would_date_them(self, write: Write) -> None:
        series = read_series(write(self.objects(start="2018-01-31", feat_static_cat=[1]), "a.jsonl"))
        assert series.frame.shape == (37, 3)
        assert any(
            "lists in 'target'" in note and "'freq'" in note and "'feat_static_cat'" in note for note in series.notes
        )

    def test_times_may_stand_in_a_list_of_their_own(self, write: Write) -> None:
        times = [f"{day:%Y-%m-%d}" for day in pd.date_range("2020-02-20", periods=37)]
        series = read_series(write(self.objects(timestamp=times), "a.jsonl"))
        assert (series.frequency, next_time(series)) == ("daily", "2020-03-28")

    def test_lists_in_csv_and_parquet_are_read_alike(self, write: Write, tmp_path: Path) -> None:
        rows = [[f"T{c}", "2018-01-31", "D", f'"{list(row)}"'] for c, row in enumerate(self.VALUES)]
        expected = read_series(write(self.objects(start="2018-01-31", freq="D"), "a.jsonl")).frame
        pd.testing.assert_frame_equal(read_series(write(lines("item_id,start,freq,target", rows))).frame, expected)
        table = {
            "item_id": ["T0", "T1", "T2"],
            "start": ["2018-01-31"] * 3,
            "freq": ["D"] * 3,
            "target": [list(row) for row in self.VALUES],
        }
        pd.DataFrame(table).to_parquet(tmp_path / "a.parquet")
        pd.testing.assert_frame_equal(read_series(tmp_path / "a.parquet").frame, expected)

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"start": "2018-01-31", "freq": "often"}, "'often'"),
            ({"timestamp": ["2018-01-31"]}, "as many values in 'timestamp' as in 'target'"),
            ({"start": "2018-01-31", "freq": "1h" * 50_000}, "a start and a frequency in 'freq'"),
            ({"start": "2018-01-31" + "-01" * 50_000, "freq": "D"}, "a start and a frequency in 'freq'"),
        ],
    )
    def test_what_does_not_fit_is_refused_by_name(self, write: Write, more: dict[str, object], words: str) -> None:
        assert words in str(refusal("series", [write(self.objects(**more), "a.jsonl")]))

    @pytest.mark.parametrize("cell", ["[" * 100_000, "[" * 100_000 + "]" * 100_000, "[1, 2, nobody]"])
    def test_a_cell_that_is_no_list_is_told_by_its_row(self, write: Write, cell: str) -> None:
        rows = "".join(f'2018-01-31,"[{k},2,3]"\n' for k in range(7))
        path = write(f'start,target\n{rows}2018-01-31,"{cell}"\n', "a.csv")
        said = str(refusal("series", [path]))
        assert "a list in every cell of 'target'" in said
        assert "in row 8" in said
        assert len(said) < 500

    @pytest.mark.parametrize("cell", ["[" * 100_000, "[" * 100_000 + "]" * 100_000])
    def test_lists_in_lists_without_end_are_no_series(self, write: Write, cell: str) -> None:
        path = write("start,target\n" + f'2018-01-31,"{cell}"\n' * 4, "a.csv")
        assert len(str(refusal("series", [path]))) < 500


class TestLinesThatAreNoRows:
    ROWS = "".join(
        f"{month:%Y-%m},{k * k % 23}\n" for k, month in enumerate(pd.date_range("2013-04-01", periods=41, freq="MS"))
    )

    @pytest.mark.parametrize(
        "footer",
        [
            "\nSales of the whole company, in thousands of euros, from the annual report of 2016, page 7\n",
            "Total,440\n",
            "Total 2016,440\nMean,10.7\n,\n,\nSource: the office\n",
            "\n\n(1) provisional\n(2) without Sundays, holidays, and the week of 2014, see above\n",
            ",\n,\n,\n",
            "* revised,\n",
        ],
        ids=["sentence", "total", "totals and source", "notes", "empty", "revised"],
    )
    def test_a_footer_is_dropped_and_said(self, write: Write, footer: str) -> None:
        series = read_series(write("Month,Sales\n" + self.ROWS + footer))
        assert series.frame["Sales"].tolist() == [k * k % 23 for k in range(41)]
        assert (series.frequency, next_time(series)) == ("monthly", "2016-09-01")
        assert any("behind" in note and "left out" in note for note in series.notes)

    def test_a_footer_below_months_in_words(self, write: Write) -> None:
        names = ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."]
        rows = "".join(f"{names[k % 12]} {2015 + k // 12};{k % 7}\n" for k in range(29))
        series = read_series(write("mois;valeur\n" + rows + "Total;85\nSource : office national, 2017;\n"))
        assert (len(series.frame), next_time(series)) == (29, "2017-06-01")

    @pytest.mark.parametrize(
        ("rows", "coming"),
        [
            ("2016-09,\n2016-10,\n", "2016-09-01"),
            ("2016-09,n/a\n", "2016-09-01"),
            ("2016-09,-5\n", "2016-10-01"),
            ('2016-09,"1,234"\n', "2016-10-01"),
        ],
        ids=["blank", "missing", "negative", "thousands"],
    )
    def test_rows_at_the_end_stay_rows(self, write: Write, rows: str, coming: str) -> None:
        series = read_series(write("Month,Sales\n" + self.ROWS + rows))
        assert next_time(series) == coming
        assert not any("behind" in note for note in series.notes)

    def test_shops_at_the_end_that_are_called_otherwise_stay(self, write: Write) -> None:
        rows = [
            [f"{day:%Y-%m-%d}", shop, (k * k + len(shop)) % 13]
            for shop in ("Shop 1", "Shop 2", "Mall")
            for k, day in enumerate(DAYS)
        ]
        series = read_series(write(lines("date,shop,sales", rows)))
        assert list(series.frame.columns) == ["Shop 1", "Shop 2", "Mall"]

    @pytest.mark.parametrize(
        "head",
        [
            '"TOA5","st","CR1000","1","os","prog","sig","Tab"\n"TIMESTAMP","RECORD","AirT"\n"TS","RN","Deg C"\n"","","Avg"\n',
            '"TOA5","st","CR1000"\n"TIMESTAMP","RECORD","AirT"\n"TS","RN","Deg C"\n',
            "# station 7, north, 2022\n# in UTC\nTIMESTAMP,RECORD,AirT\n",
            "# TIMESTAMP,RECORD,AirT\n",
            "TIMESTAMP,RECORD,AirT\n,,degC\n",
            "station,7,north,of,the,river\nTIMESTAMP,RECORD,AirT\nyyyy-mm-dd hh:mm,count,°C\n",
        ],
        ids=["TOA5", "TOA5 as wide as the table", "comments", "names in a comment", "units", "longer line of facts"],
    )
    def test_lines_of_facts_and_units_are_left_out(self, write: Write, head: str) -> None:
        hours = pd.date_range("2022-02-25", periods=43, freq="h")
        rows = "".join(f"{hour:%Y-%m-%d %H:%M:%S},{k},{k * k % 23}\n" for k, hour in enumerate(hours))
        series = read_series(write(head + rows))
        assert list(series.frame.columns) == ["AirT"]
        assert (series.frequency, len(series.frame), next_time(series)) == ("hourly", 43, "2022-02-26T19:00:00")

    def test_a_row_that_is_too_long_is_still_named(self, write: Write) -> None:
        error = refusal("series", [write("Month,Sales\n" + self.ROWS + "2016-09,3,4,5\n2016-10,3\n")])
        assert "line 43" in str(error)
