"""Times in the names of columns: dates, months and quarters of a year, hours of a day."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
import pandas as pd

from core.config.errors import ConfigError
from core.data.sources.month_names import months_of
from core.data.sources.timestamps import read_time

_FEWEST = 3  # dates in a row
_MOST_ODD = 3  # names with digits beside them
_YEAR_TWICE = re.compile(r"^(\d{4})\s*\[YR\1\]$")  # as the World Bank writes them
_NUMBERED = re.compile(r"(?:[^\W\d_]{1,7}[ _.-]?)?0*(\d{1,2})")
_QUARTER = re.compile(
    r"(?:q|qtr|quarter|t|kv|kwartaal|quartal|trim(?:estre)?)[ _.]?([1-4])|([1-4])[ _.]?(?:q|t|kw)|(i{1,3}|iv)", re.I
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_CLOCK = re.compile(r"(?:h|he|hour)?[ _]?(\d{1,2})[:h](\d{2})?(?::00)?", re.I)
_HOUR = re.compile(r"(?:h|he|hr|hour|hora|stunde|heure|std)?[ _.-]?(\d{1,2})", re.I)


def dates_of(names: Sequence[str]) -> dict[str, np.datetime64]:
    """The names that are dates, those next to each other, with their moments; empty where there are none."""
    for block in _blocks(names):
        for spelled in _spellings(block):
            moments = _moments(spelled)
            if moments is not None:
                return dict(zip(block, moments, strict=True))
    return {}


def _blocks(names: Sequence[str]) -> Iterator[list[str]]:
    """The longest run of names with digits, whole, then without a few at its ends."""
    runs = [list(run) for has_digit, run in groupby(names, lambda name: bool(re.search(r"\d", name))) if has_digit]
    longest = max(runs, key=len, default=[])
    for cut in range(_MOST_ODD + 1):
        for first in range(cut + 1):
            block = longest[first : len(longest) - (cut - first)]
            if len(block) >= _FEWEST:
                yield block


def _spellings(block: list[str]) -> Iterator[list[str]]:
    """As they are, and as R's names of columns: "X2020.01.31", "X1.31.20"."""
    plain = [_YEAR_TWICE.sub(r"\1", name.strip()) for name in block]
    yield plain
    if all(re.match(r"X\d", name) for name in plain):
        yield [name[1:] for name in plain]
        yield [name[1:].replace(".", "/") for name in plain]


def _moments(cells: list[str]) -> np.ndarray | None:
    """Dates in order, each once; numbers count as years where they are evenly spaced."""
    if all(re.fullmatch(r"\d+", cell) for cell in cells):
        lengths = {len(cell) for cell in cells}
        if lengths not in ({4}, {6}, {8}):
            return None
        steps = np.diff([int(cell) for cell in cells])
        if lengths == {4} and not (steps == steps[0]).all():
            return None
    found = read_time(pd.DataFrame({"date": cells}, dtype="str"), "date")
    if found is None or not found.is_calendar or found.stamps.isna().any():
        return None
    stamps = found.stamps
    is_ordered = stamps.is_monotonic_increasing or stamps.is_monotonic_decreasing
    return stamps.to_numpy() if is_ordered and stamps.is_unique else None


def parts_of_year(names: Sequence[str]) -> dict[str, int]:
    """Names of all twelve months or all four quarters, to the number of the month that each begins with.

    Raises:
        ConfigError: Months that begin elsewhere than in January: which year the others belong to is not said.
    """
    for block in _runs_of(names, 12):
        numbers = _month_numbers(block)
        if numbers == list(range(1, 13)):
            return dict(zip(block, numbers, strict=True))
        if sorted(numbers) == list(range(1, 13)):
            raise ConfigError.single(
                "data.path",
                "a table of years by months that begins with January, or one row a month",
                f"columns from {block[0]!r} to {block[-1]!r}",
                "Which year a month before January belongs to is not said: write one row a month with its date.",
            )
    for block in _runs_of(names, 4):
        found = [_QUARTER.fullmatch(name.strip()) for name in block]
        quarters = [int(one[1] or one[2] or _ROMAN[one[3].lower()]) for one in found if one]
        if quarters == [1, 2, 3, 4]:
            return {name: 3 * number - 2 for name, number in zip(block, quarters, strict=True)}
    return {}


def _runs_of(names: Sequence[str], number: int) -> Iterator[list[str]]:
    return (list(names[start : start + number]) for start in range(len(names) - number + 1))


def _month_numbers(block: list[str]) -> list[int]:
    numbered = [_NUMBERED.fullmatch(name.strip()) for name in block]
    if all(numbered):
        return [int(found[1]) for found in numbered if found]
    if any(re.search(r"\d", name) or not name.strip() for name in block):
        return []
    found = months_of(pd.Series([name.strip() for name in block], dtype="str"))
    return [] if found is None or found.isna().any() else found.astype(int).tolist()


def parts_of_day(names: Sequence[str]) -> dict[str, int]:
    """Names of all hours of a day, or of a finer even step, to minutes after midnight; hours 1 to 24 end then."""
    for pattern in (_CLOCK, _HOUR):
        found = {name: match for name in names if (match := pattern.fullmatch(name.strip()))}
        minutes = [int(one[1]) * 60 + int((one[2] if pattern is _CLOCK else None) or 0) for one in found.values()]
        if len(minutes) >= 24 and len(set(np.diff(minutes).tolist())) == 1:
            step = minutes[1] - minutes[0]
            if step > 0 and step * len(minutes) == 24 * 60 and minutes[0] in (0, step):
                return dict(zip(found, minutes, strict=True))
    return {}
