"""Cells that mean a moment in a roundabout way, as plain ones: 24:00, and periods of which the start counts.

Left out: names of months (month_names.py), zones (zones.py), what plain cells mean (timestamps.py).
"""

from __future__ import annotations

import re
from typing import NamedTuple

import pandas as pd

_END_OF_DAY = r"(\d[T ]+)24([:.]?00(?:[:.]?00(?:[.,]0+)?)?)$"
_SHORTEST_MOMENT = 8  # "1.1.2024"
_CLOCK = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?"
_BETWEEN = re.compile(r"(?:\s[-\u2212]\s|[–—→]|\s[^\W\d]{1,5}\s|\s/\s)\s*(?=\d)")


class _Period(NamedTuple):
    start: str
    end: str


def end_of_day(cells: pd.Series) -> tuple[pd.Series, pd.Series] | None:
    """Moments such as "2024-01-31 24:00" written as "2024-01-31 00:00", and which ones; None when there are none."""
    found = cells.str.fullmatch(f".*{_END_OF_DAY}")
    return (cells.str.replace(_END_OF_DAY, r"\g<1>00\2", regex=True), found) if found.any() else None


def interval_starts(cells: pd.Series, sample: pd.Series) -> pd.Series | None:
    """The starts of periods that are written as start and end; None for other cells.

    Args:
        cells: Strings; one that is no period stays as it is.
        sample: Some of them, filled.
    """
    looked_at = [str(cell) for cell in sample]
    for divided in (_by_words, _by_slash):
        if all(_is_period(divided(cell)) for cell in looked_at[:5]):
            starts = {cell: found.start for cell in cells.unique() if (found := divided(str(cell)))}
            return cells.map(lambda cell, starts=starts: starts.get(cell, cell)).astype("str")
    return None


def _by_words(cell: str) -> _Period | None:
    """Of "01.01.2024 00:00 - 01.01.2024 01:00 (CET)" or "2024-01-01 to 2024-01-07"; what stands in brackets behind goes."""
    between = _BETWEEN.search(cell, 1)
    if between is None or cell[0].isspace():
        return None
    end, note, closing = cell[between.end() :].rpartition("(")
    is_note = bool(note) and closing.find(")") == len(closing) - 1 >= 0
    return _Period(cell[: between.start()].rstrip(), end.rstrip() if is_note else end + note + closing)


def _by_slash(cell: str) -> _Period | None:
    """Of "2024-01-01/2024-01-07" or "2024-01-01T00:00Z/PT1H"."""
    start, slash, end = cell.partition("/")
    return _Period(start, end) if start[:1].strip() and slash and end and "/" not in end else None


def _is_period(found: _Period | None) -> bool:
    """Both halves are written alike, or the second is a length of ISO 8601 or a clock time of the same day."""
    if found is None or len(found.start) < _SHORTEST_MOMENT:
        return False
    start, end = (re.sub(r"\d+", "9", moment) for moment in found)
    return start == end or found.end[0] == "P" or (re.fullmatch(_CLOCK, found.end) is not None and ":" in start)


def clock_starts(cells: pd.Series) -> pd.Series:
    """Clock times, of periods such as "00:00 - 01:00" or "0-1" the start."""
    return cells.str.replace(
        rf"^({_CLOCK}|\d{{1,2}})\s*(?:-|–|—|\s[^\W\d]+\s)\s*({_CLOCK}|\d{{1,2}})$", r"\1", regex=True
    )
