"""Dates with the name of their month in one of the languages that Babel knows: "janv. 2013", "3 de enero de 2013".

A column has one language: the first in which every word of a sample is a month, a weekday or a short word between them.
English needs no Babel (timestamps.py).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache

import pandas as pd

from core.data.made.dates import date_languages

_MIN_SHARE = 0.95
_LOOKED_AT = 100  # cells
_LONGEST_CELL = 60
_SHORTEST_START = 3  # letters of a month's name that stand for it: "sept" for "septembre"
_LONGEST_LINK = 3  # letters of words between day, month and year: "de", "del", "г"
# Looked at first: finding the others means loading every language, which takes seconds and memory.
_OFTEN = ("en", "de", "fr", "es", "it", "pt", "nl", "ru", "pl", "sv", "da", "nb", "fi", "cs", "uk", "tr", "hu", "ro", "el",
          "ca", "id", "bg", "hr", "sr", "sk", "sl", "et", "lv", "lt")  # fmt: skip
# Anii gives its months to every language without such names of its own (Babel 2.18).
_LEFT_OUT = ("iso", "blo")
_MIN_MONTHS = 3  # of a language that is seen seldom: in three hundred of them any word is a month
_WORD = re.compile(r"[^\d\s.,;:/\\()'’‘_-]+")
_CLOCK = re.compile(r"(?<![\d:])\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(?![\d:])")
_EAST_ASIAN = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월](?:\s*(\d{1,2})\s*[日일])?(.*)")
_PIVOT = 69  # of years in two digits, as in POSIX
_ACCENTS = re.compile("[\u0300-\u036f]")


def to_iso_dates(cells: pd.Series, sample: pd.Series) -> pd.Series | None:
    """Dates with the names of months as ISO 8601, "" where a cell is none; None when the column holds no such dates.

    The language is read off a sample of filled cells.
    """
    looked_at = [str(cell) for cell in sample.iloc[:: max(1, len(sample) // _LOOKED_AT)]]
    if not all(len(cell) <= _LONGEST_CELL and re.search(r"\d", cell) for cell in looked_at):
        return None
    if all(_EAST_ASIAN.fullmatch(cell) for cell in looked_at):
        return cells.map(_from_signs)
    words = {word for cell in looked_at for word in _words_of(cell)}
    if not words or len(words) > _LOOKED_AT or any(len(_words_of(cell)) == 0 for cell in looked_at[:3]):
        return None
    best: pd.Series | None = None
    for months, days in _languages(words):
        read = {cell: _to_iso(cell, months, days) for cell in looked_at}
        if sum(map(bool, read.values())) < _MIN_SHARE * len(read):
            continue
        found = cells.map({cell: _to_iso(cell, months, days) for cell in cells.unique()})
        known = found[found != ""]
        if known.is_monotonic_increasing or known.is_monotonic_decreasing:
            return found
        best = found if best is None else best  # "lis" is November in Polish and October in Croatian
    has_short_years = best is not None and not all(re.search(r"\d{4}", cell) for cell in looked_at)
    return None if has_short_years else best  # out of order, "Jan 13" is a day rather than a year


def months_of(cells: pd.Series) -> pd.Series | None:
    """Names of months alone as 1 to 12, NaN where a cell is none; None when most cells are none."""
    filled = {str(cell) for cell in cells[cells != ""].unique()}
    if any(len(cell) > _LONGEST_CELL for cell in filled):
        return None
    words = {word for cell in filled for word in _words_of(cell)}
    if not 1 <= len(words) <= 2 * 12 or any(re.search(r"\d", cell) for cell in filled):
        return None
    for months, _ in _languages(words):
        numbers = {cell: months[found[0]] for cell in filled if (found := _words_of(cell)) and found[0] in months}
        if len(numbers) == len(filled):
            return cells.map(numbers).astype("float64")
    return None


def _languages(words: Iterable[str]) -> Iterator[tuple[dict[str, int], set[str]]]:
    """Months and weekdays of every language in which one of the words is a month; how they are spelled to number."""
    for code in (*_OFTEN, *(code for code in date_languages() if code not in (*_OFTEN, *_LEFT_OUT))):
        spelled, days = _spelled(code)
        months = {word: spelled[word] for word in words if word in spelled}
        if len(set(months.values())) >= (1 if code in _OFTEN else _MIN_MONTHS):
            yield months, days


@cache  # a table of texts asks for every language once a column
def _spelled(code: str) -> tuple[dict[str, int], set[str]]:
    """Names of months in a language, and beginnings that only one month has, to numbers; and names of its weekdays."""
    from babel import Locale

    locale = Locale.parse(code)
    numbers: dict[str, set[int]] = {}
    for name, number in (months := _names(locale.months)):
        for end in range(_SHORTEST_START, len(name)):
            numbers.setdefault(name[:end], set()).add(number)
    exact = {name: {number for other, number in months if other == name} for name, _ in months}
    days = {word for name, _ in _names(locale.days) for word in (name, name[:_SHORTEST_START])}
    return {word: min(found) for word, found in (numbers | exact).items() if len(found) == 1}, days


def _names(table: object) -> list[tuple[str, int]]:
    """Last word of every name of a month or a weekday, with its number."""
    return [
        (word, number)
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for number, name in table[context][width].items()  # type: ignore[index]
        for word in _words_of(name)[-1:]
    ]


def _words_of(cell: str) -> list[str]:
    """Words in small letters without accents and points; ä is what ae is."""
    words = _WORD.findall(cell.replace(".", ""))
    bare = [_ACCENTS.sub("", unicodedata.normalize("NFKD", word.casefold())) for word in words]
    return [re.sub("(?<=[aou])e", "", word) for word in bare]


def _to_iso(cell: str, months: dict[str, int], days: set[str]) -> str:
    if len(cell) > _LONGEST_CELL:
        return ""
    words = _words_of(cell)
    found = [word for word in words if word in months]
    named = [
        months[word] for word in [word for word in found if word not in days] or found
    ]  # the first of "mar. 8 mars" is a day
    links = [word for word in words if word not in months and word not in days and len(word) > _LONGEST_LINK]
    if len(named) != 1 or links:
        return ""
    clock = _CLOCK.search(cell)
    date = _CLOCK.sub(" ", cell)
    numbers = re.findall(r"\d+", date)
    if len(numbers) == 1 and (len(numbers[0]) == 4 or (len(numbers[0]) == 2 and not date.strip()[:1].isdigit())):
        return f"{_year(numbers[0])}-{named[0]:02d}"
    if len(numbers) == 2:
        day, year = numbers if len(numbers[0]) <= 2 else numbers[::-1]
        if len(day) <= 2 and len(year) in (2, 4):
            return f"{_year(year)}-{named[0]:02d}-{int(day):02d}{_clock(clock)}"
    return ""


def _clock(found: re.Match[str] | None) -> str:
    return f"T{found[0].rjust(5 if found[2] is None and found[1] is None else 8, '0')}" if found else ""


def _year(digits: str) -> str:
    return digits if len(digits) == 4 else str(int(digits) + (1900 if int(digits) >= _PIVOT else 2000))


def _from_signs(cell: str) -> str:
    found = _EAST_ASIAN.fullmatch(cell)
    if not found:
        return ""
    year, month, day, rest = found.groups()
    return f"{year}-{int(month):02d}" + (f"-{int(day):02d}{_clock(_CLOCK.search(rest))}" if day else "")
