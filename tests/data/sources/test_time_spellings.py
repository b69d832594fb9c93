"""Times as exports, dispatch tables and offices write them: 24:00, periods, offsets, months in words, date and clock apart."""

from __future__ import annotations

import pandas as pd
import pytest
from babel import Locale

from core.data.made.dates import date_languages
from core.data.sources.month_names import _spelled
from core.data.sources.time_columns import find_time, time_at
from core.data.sources.timestamps import TimeColumn

HOURS = pd.date_range("2022-10-03", periods=53, freq="h")
ENDS = HOURS + pd.Timedelta("1h")
DAYS = pd.date_range("2022-02-25", periods=41, freq="D")
WEEKS = pd.date_range("2022-01-03", periods=31, freq="7D")


def found(**columns: object) -> TimeColumn:
    cells = {name: [str(cell) for cell in given] for name, given in columns.items()}  # type: ignore[attr-defined]
    time = find_time(pd.DataFrame(cells, dtype="str"))
    assert time is not None
    return time


def with_24(form: str, after: str = "") -> list[str]:
    """The hours 1 to 24 of three days."""
    return [f"{day:{form}}{hour:02d}:00{after}" for day in DAYS[:3] for hour in range(1, 25)]


def periods(start: str, between: str, end: str, after: str = "") -> list[str]:
    return [f"{a:{start}}{between}{b:{end}}{after}" for a, b in zip(HOURS, ENDS, strict=True)]


@pytest.mark.parametrize(
    ("cells", "offset"),
    [
        (with_24("%Y-%m-%d "), ""),
        (with_24("%d.%m.%Y ", ":00"), ""),
        (with_24("%Y-%m-%dT", ":00-03:30"), "-03:30"),
        (with_24("%m/%d/%Y "), ""),
    ],
    ids=["ISO", "German with seconds", "with an offset", "American"],
)
def test_24_00_is_midnight_of_the_next_day(cells: list[str], offset: str) -> None:
    time = found(load_at=cells)
    assert time.stamps.tolist() == pd.date_range("2022-02-25 01:00", periods=72, freq="h").tolist()
    assert "24:00 in 'load_at' is midnight of the next day" in time.notes
    assert time.offset == offset


@pytest.mark.parametrize(
    "cells",
    [
        periods("%d.%m.%Y %H:%M", " - ", "%d.%m.%Y %H:%M"),
        periods("%d.%m.%Y %H:%M", " - ", "%d.%m.%Y %H:%M", " (CET/CEST)"),
        periods("%Y-%m-%d %H:%M:%S", "–", "%Y-%m-%d %H:%M:%S"),
        periods("%Y-%m-%d %H:%M", " to ", "%Y-%m-%d %H:%M"),
        periods("%d.%m.%Y %H:%M", " bis ", "%d.%m.%Y %H:%M"),
        periods("%Y-%m-%dT%H:%M", "/", "%Y-%m-%dT%H:%M"),
        periods("%Y-%m-%dT%H:%M", "/", "PT1H"),
        periods("%Y-%m-%dT%H:%M:%S+02:00", "/", "%Y-%m-%dT%H:%M:%S+02:00"),
        periods("%d.%m.%Y %H:%M", " - ", "%H:%M"),
    ],
    ids=lambda cells: cells[0],
)
def test_a_period_stands_at_its_start(cells: list[str]) -> None:
    time = found(MTU=cells)
    assert time.stamps.tolist() == HOURS.tolist()
    assert "of the periods in 'MTU' the start is read" in time.notes


def test_weeks_as_two_days_stand_at_the_first() -> None:
    cells = [f"{day:%Y-%m-%d} - {day + pd.Timedelta('6D'):%Y-%m-%d}" for day in WEEKS]
    assert found(week=cells).stamps.tolist() == WEEKS.tolist()


@pytest.mark.parametrize(
    "language", ["fr", "de", "es", "it", "pt", "nl", "pl", "cs", "ru", "uk", "tr", "fi", "el", "hu", "th"]
)
@pytest.mark.parametrize("width", ["wide", "abbreviated"])
@pytest.mark.parametrize(("between", "year"), [(" ", "%Y"), ("/", "%Y"), (" ", "%y")])
def test_months_are_read_by_their_names_in_many_languages(language: str, width: str, between: str, year: str) -> None:
    months = pd.date_range("2011-03-01", periods=37, freq="MS")
    names = Locale(language).months["format"][width]
    time = found(when=[f"{names[month.month]}{between}{month:{year}}" for month in months])
    assert time.stamps.tolist() == months.tolist()


@pytest.mark.parametrize(
    ("cells", "moments"),
    [
        (["3 de enero de 2013", "4 de enero de 2013", "5 de enero de 2013"], "2013-01-03 2013-01-04 2013-01-05"),
        (["31 août 2014", "1er sept. 2014", "2 sept. 2014"], "2014-08-31 2014-09-01 2014-09-02"),
        (["lun. 7 janv. 2013", "mar. 8 janv. 2013", "mer. 9 janv. 2013"], "2013-01-07 2013-01-08 2013-01-09"),
        (["Maerz 2013", "April 2013", "Mai 2013"], "2013-03-01 2013-04-01 2013-05-01"),
        (["Sept. 2013", "Oct. 2013", "Nov. 2013"], "2013-09-01 2013-10-01 2013-11-01"),
        (["2013年11月", "2013年12月", "2014年1月"], "2013-11-01 2013-12-01 2014-01-01"),
        (["lis 2013", "pro 2013", "led 2014"], "2013-11-01 2013-12-01 2014-01-01"),
        (["srp 2013", "kol 2013", "ruj 2013"], "2013-07-01 2013-08-01 2013-09-01"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_days_links_and_short_names_stand_beside_months(cells: list[str], moments: str) -> None:
    assert found(when=cells).stamps.dt.strftime("%Y-%m-%d").tolist() == moments.split()


@pytest.mark.parametrize(
    "cells",
    [
        [f"item {year}" for year in range(1990, 2021)],
        [f"Mars {place}" for place in range(31)],
        [f"room {place} of 40" for place in range(31)],
        [f"{place % 30}.5 - {place % 30 + 1}.5" for place in range(31)],
        [f"{place}-{place + 9}" for place in range(0, 310, 10)],
    ],
    ids=lambda cells: cells[0],
)
def test_words_and_ranges_that_are_no_times_stay_what_they_are(cells: list[str]) -> None:
    assert find_time(pd.DataFrame({"label": cells}, dtype="str")) is None


@pytest.mark.parametrize(
    ("date", "clock", "day", "hour"),
    [
        ("<DATE>", "<TIME>", "%Y.%m.%d", "%H:%M:%S"),
        ("<DATE>", "<TIME>", "%Y%m%d", "%H%M%S"),
        ("Date (UTC)", "Time", "%Y-%m-%d", "%H:%M"),
        ("Datum", "Uhrzeit", "%d.%m.%Y", "%H:%M"),
        ("Datum", "von [MEZ]", "%d.%m.%Y", "%H:%M"),
        ("delivery", "period", "%Y-%m-%d", "%H:00 - %H:59"),
        ("day", "hour", "%Y-%m-%d", "%H"),
        ("day", "hhmm", "%Y-%m-%d", "%I:%M %p"),
    ],
)
def test_date_and_clock_in_two_columns_are_one_time(date: str, clock: str, day: str, hour: str) -> None:
    columns = {date: HOURS.strftime(day), clock: HOURS.strftime(hour), "load": range(len(HOURS))}
    time = found(**columns)
    assert time.columns == (date, clock)
    assert time.stamps.tolist() == HOURS.tolist()
    frame = pd.DataFrame({name: [str(cell) for cell in cells] for name, cells in columns.items()}, dtype="str")
    named = time_at(frame, date)
    assert named is not None and named.columns == (date, clock), "a choice of what was found changes nothing"


def test_hours_1_to_24_end_at_the_next_midnight() -> None:
    time = found(day=HOURS.strftime("%Y-%m-%d"), HE=[hour + 1 for hour in HOURS.hour])
    assert time.stamps.tolist() == ENDS.tolist()


def test_prices_and_one_clock_a_day_are_no_clock() -> None:
    days = DAYS.strftime("%Y-%m-%d")
    assert found(day=days, price=[f"{12 + place % 7}.{place % 50:02d}" for place in range(41)]).columns == ("day",)
    assert found(day=days, sunrise=[f"06:{59 - place:02d}" for place in range(41)]).columns == ("day",)
    repeated = [day for day in days for _ in range(3)]
    assert found(day=repeated, price=[f"12.{place % 50:02d}" for place in range(123)]).columns == ("day",)


class TestOffsets:
    def test_one_offset_keeps_months_where_they_are(self) -> None:
        months = pd.date_range("2019-01-01", periods=29, freq="MS")
        time = found(when=months.strftime("%Y-%m-%dT00:00:00+09:00"))
        assert time.stamps.tolist() == months.tolist()
        assert time.offset == "+09:00"
        assert "times are those of the offset +09:00 of UTC" in time.notes

    @pytest.mark.parametrize(
        "spelling", ["%d/%m/%Y %H:%M +0530", "%Y-%m-%d %H:%M:%S.000+05:30", "%Y-%m-%d %I:%M %p +0530"]
    )
    def test_offsets_are_read_behind_many_spellings(self, spelling: str) -> None:
        time = found(when=HOURS.strftime(spelling))
        assert (time.stamps.tolist(), time.offset) == (HOURS.tolist(), "+05:30")

    @pytest.mark.parametrize("freq", ["D", "MS", "YS"])
    def test_days_and_longer_steps_are_local_across_summer_time(self, freq: str) -> None:
        local = pd.date_range("2010-01-01", periods=150 if freq == "D" else 23, freq=freq, tz="Europe/Athens")
        time = found(when=[moment.isoformat() for moment in local])
        assert time.stamps.tolist() == local.tz_localize(None).tolist()

    def test_utc_needs_no_offset(self) -> None:
        for spelling in ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S+00:00", "%Y-%m-%d %H:%M UTC"):
            time = found(when=HOURS.strftime(spelling))
            assert (time.stamps.tolist(), time.offset, time.notes) == (HOURS.tolist(), "", ())


def test_year_and_month_in_words_are_put_together() -> None:
    months = pd.date_range("2011-03-01", periods=37, freq="MS")
    names = Locale("it").months["format"]["wide"]
    time = found(anno=months.year, mese=[names[month] for month in months.month], valore=range(37))
    assert time.stamps.tolist() == months.tolist()
    assert time.columns == ("anno", "mese")


def test_many_columns_of_words_ask_for_the_names_of_each_language_once() -> None:
    _spelled.cache_clear()
    words = pd.DataFrame({f"note {k}": [f"part {k} of {row}" for row in range(9)] for k in range(20)}, dtype="str")
    assert find_time(words) is None
    assert _spelled.cache_info().misses <= len(date_languages())
