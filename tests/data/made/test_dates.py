"""Dates in two languages: right, exact on the target side, and never ambiguous on the source side."""

import datetime
import hashlib
import re

import pytest
from babel import Locale
from babel.dates import format_date
from babel.localedata import locale_identifiers

from core.data.made.dates import date_languages, dates

NAMELESS_MONTH = re.compile(r"M(0[1-9]|1[0-2])")


def test_the_default_pairs_are_pinned():
    pairs = dates()
    assert len(pairs) == 15_000
    assert (
        hashlib.sha256(repr(pairs).encode()).hexdigest()
        == "9dd29ac8f5c062348af9cfce6462bdb528ea286b968dd2dd3f3ddf4877b7d078"
    )


def test_known_dates_are_written_right():
    words = {trg: src for src, trg in dates("en", "iso", count=73_049)}
    # The third of March 1986 was a Monday.
    forms = {"Monday, March 3, 1986", "March 3, 1986", "Mar 3, 1986", "3 March 1986"}
    assert words["1986-03-03"] in forms
    assert dict(dates("iso", "fr", count=73_049))["1986-03-03"] == "3 mars 1986"
    assert dict(dates("iso", "de", count=73_049))["2000-12-24"] == "24. Dezember 2000"


def test_the_source_mixes_four_styles_and_the_target_keeps_to_one():
    pairs = dates("en", "de", count=400)
    styles = [
        r"[A-Z][a-z]+day, [A-Z][a-z]+ \d{1,2}, \d{4}",
        r"[A-Z][a-z]{3,} \d{1,2}, \d{4}",
        r"[A-Z][a-z]{2} \d{1,2}, \d{4}",
        r"\d{1,2} [A-Z][a-z]+ \d{4}",
    ]
    for style in styles:
        assert sum(re.fullmatch(style, src) is not None for src, _ in pairs) > 50
    assert all(re.fullmatch(r"\d{1,2}\. [A-Z]\w+ \d{4}", trg) for _, trg in pairs)


def test_hindi_dates_are_in_devanagari():
    hindi = [trg for _, trg in dates("en", "hi", count=70)]
    assert all(re.search("[\u0900-\u097f]", text) for text in hindi)
    assert "मार्च" in "".join(hindi)


def test_iso_can_be_either_side():
    assert all(datetime.date.fromisoformat(src) for src, _ in dates("iso", "en", count=30))
    assert all(datetime.date.fromisoformat(trg) for _, trg in dates("en", "iso", count=30))


def test_every_day_of_two_centuries_can_be_had_once():
    days = [trg for _, trg in dates("en", "iso", seed=3, count=73_049)]
    assert len(set(days)) == 73_049
    assert min(days) == "1900-01-01"
    assert max(days) == "2099-12-31"


def test_seed_chooses_dates_and_styles():
    assert dates(seed=1, count=50) == dates(seed=1, count=50)
    assert dates(seed=1, count=50) != dates(seed=2, count=50)


@pytest.mark.parametrize("language", ["ar", "he", "fa", "ja", "th", "fi"])
def test_texts_hold_the_whole_year_and_no_invisible_marks(language):
    pairs = dates(language, "iso", count=300)
    for src, iso in pairs:
        assert iso[:4] in src
        assert not re.search("[\u200e\u200f\u061c\u00a0\u202f]", src)
        assert src == src.strip()


def test_the_listed_languages_are_those_that_name_their_months_and_weekdays():
    named = Locale("en").languages
    found = {"iso"}
    for code in locale_identifiers():
        if "_" not in code and code in named:
            locale = Locale(code)
            months = [format_date(datetime.date(1986, month, 3), "long", locale) for month in range(1, 13)]
            if not NAMELESS_MONTH.search(" ".join(months)) and locale.days["format"]["wide"][0] != "Mon":
                found.add(code)
    assert set(date_languages()) == found


def test_every_language_says_each_date_differently():
    # `dates` itself asserts that no two of its dates share a text: one pass a language, every month in every style.
    for code in date_languages():
        if code != "iso":
            pairs = dates(code, "iso", seed=1, count=150)
            assert len(dict(pairs)) == 150
            assert not NAMELESS_MONTH.search(pairs[0][0])


def test_languages_have_english_names():
    names = date_languages()
    assert next(iter(names)) == "iso"
    assert names["hi"] == "Hindi"
    assert not any("_" in code for code in names)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"src_language": "xx"}, "'xx'"),
        ({"trg_language": "en_US"}, "'en_US'"),
        ({"src_language": "fr"}, "must differ"),
        ({"count": 0}, "count"),
        ({"count": 73_050}, "count"),
        ({"seed": -1}, "seed"),
    ],
)
def test_impossible_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        dates(**arguments)
