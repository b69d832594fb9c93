"""Lines at the edges of a table that are no rows: units below the header, totals and notes behind the last row.

They are told from rows by the column of the time, or the first one of numbers: their cell there is written like no other.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd

from core.data.sources.headers import is_value
from core.data.sources.inputs import plural, shorten
from core.data.sources.numbers import is_missing
from core.data.sources.time_columns import find_time

_FEWEST_ROWS = 8  # fewer say too little of what a row is
_MOST_HEAD = 5  # lines
_LOOKED_AT = 500  # rows
_MOSTLY = 0.9
_LONGEST_SHOWN = 60


def trim(frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """A table of strings without such lines, and a note on each kind."""
    if len(frame) < _FEWEST_ROWS:
        return frame, ()
    first = min(_MOST_HEAD, len(frame) // 4)
    body = frame.iloc[first : max(first + 2, min(len(frame) // 2, _LOOKED_AT))]
    is_row = _rows_like(body)
    if is_row is None:
        return frame, ()
    begin = next((place for place in range(first) if is_row(frame.iloc[place])), 0)
    end, notes = len(frame), []
    while end > len(frame) // 2 and not is_row(frame.iloc[end - 1]):
        end -= 1
    if begin:
        notes.append(f"{plural(begin, 'line')} without values below the header left out{_shown(frame.iloc[:begin])}")
    if _words(frame.iloc[end:]):
        notes.append(f"{plural(len(frame) - end, 'line')} behind the last row left out{_shown(frame.iloc[end:])}")
    elif end < len(frame):
        notes.append(f"{plural(len(frame) - end, 'empty line')} behind the last row left out")
    return (frame.iloc[begin:end].reset_index(drop=True), tuple(notes)) if notes else (frame, ())


def _rows_like(body: pd.DataFrame) -> Callable[[pd.Series], bool] | None:
    """Whether a line is a row like these; None where they hold no values to tell it by."""
    values = [name for name in body.columns if _holds_values(body[name])]
    time = find_time(body)
    keys = list(time.columns) if time is not None and time.is_calendar else values[:1]
    if not keys:
        return None
    shapes = {name: set(body[name].map(_shape)) for name in keys}

    def is_row(line: pd.Series) -> bool:
        if all(line[name] == "" for name in keys):
            return any(is_value(line[name]) for name in values)
        return all(line[name] == "" or is_value(line[name]) or _shape(line[name]) in shapes[name] for name in keys)

    return is_row


def _holds_values(cells: pd.Series) -> bool:
    filled = cells[~is_missing(cells)]
    return len(filled) > 0 and sum(map(is_value, filled)) >= _MOSTLY * len(filled)


def _shape(cell: str) -> str:
    """How a cell is written, whatever its digits and letters are: "janv. 2013" is "a. 9"."""
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "9", cell[: 2 * _LONGEST_SHOWN]))


def _words(lines: pd.DataFrame) -> str:
    return " ".join(cell for line in lines.itertuples(index=False) for cell in line if cell)


def _shown(lines: pd.DataFrame) -> str:
    words = _words(lines).rstrip(".")  # the note ends the sentence
    return f": {shorten(words, _LONGEST_SHOWN)}" if words else ""
