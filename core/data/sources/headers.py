"""Is the first line of a table its header, and which column is which: guesses from names and from content.

Guesses are always reported, and a visitor's own choice (`data.time_column` ...) comes before them. Left out:
reading the table (tables.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

TIME_NAMES = (
    "date", "datetime", "date_time", "timestamp", "time", "month", "year", "day", "ds", "week", "quarter", "period",
    "datum", "zeit", "jahr", "monat", "fecha", "data", "mois", "annee", "année", "unix", "epoch",
)  # fmt: skip
TEXT_NAMES = (
    "text", "review", "sentence", "comment", "content", "body", "message", "tweet", "phrase", "review_text",
    "reviewtext", "description", "utterance", "question", "title", "headline",
)  # fmt: skip
LABEL_NAMES = (
    "label", "labels", "stars", "rating", "sentiment", "class", "target", "polarity", "score", "category", "emotion",
    "intent", "topic", "overall", "y",
)  # fmt: skip
SIDE_NAMES = (
    "src", "trg", "tgt", "source", "target", "from", "to", "input", "output", "sentence", "translation", "original",
    "en", "fr", "de", "es", "it", "pt", "nl", "sv", "da", "fi", "no", "pl", "cs", "ru", "uk", "tr", "ar", "he", "hi",
    "ja", "ko", "zh", "el", "hu", "ro", "eng", "fra", "deu", "ger", "spa", "ita", "por", "rus", "jpn", "kor", "cmn",
    "english", "french", "german", "spanish", "italian", "portuguese", "dutch", "swedish", "danish", "finnish",
    "norwegian", "polish", "czech", "russian", "ukrainian", "turkish", "arabic", "hebrew", "hindi", "japanese",
    "korean", "chinese", "greek", "hungarian", "romanian", "français", "deutsch", "español", "italiano",
)  # fmt: skip

_VALUE = re.compile(
    r"[$€£¥]?\s?[-+]?[\d.,]*\d[\d.,]*(e[-+]?\d+)?\s?%?"  # a number
    r"|\d{4}-\d{1,2}(-\d{1,2})?([T ].*)?|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}.*",  # a date
    re.IGNORECASE,
)
_LONGEST_VALUE = 60
_MAX_CLASSES = 100


def looks_like_header(first: Sequence[str], rest: pd.DataFrame) -> bool:
    """Whether the first line names the columns of a table of series or of labelled texts.

    Args:
        first: Its cells.
        rest: Some of the lines below, columns by position.
    """
    names = [cell.lower() for cell in first]
    if any(name in TIME_NAMES or name in TEXT_NAMES or name in LABEL_NAMES for name in names):
        return True
    if any(_is_value(cell) for cell in first):
        return False
    values = [sum(map(_is_value, rest.iloc[:, k])) / len(rest) for k in range(rest.shape[1])]
    if max(values) > 0.5:
        return True
    for k in range(rest.shape[1]):
        distinct = set(rest.iloc[:, k])
        if len(distinct) <= min(_MAX_CLASSES, len(rest) / 2) and distinct != {""}:
            return first[k] not in distinct
    return True


def _is_value(cell: str) -> bool:
    """A number or a date. No value is long, and the pattern takes quadratic time on what is."""
    return len(cell) <= _LONGEST_VALUE and _VALUE.fullmatch(cell) is not None


def names_two_sides(first: Sequence[str], rest: pd.DataFrame) -> bool:
    """Whether the first line of a table of translations names its two sides, as in "src, trg" or "english, french"."""
    names = [cell.lower() for cell in first]
    return len(names) > 1 and all(name in SIDE_NAMES for name in names[:2])


def named_column(names: Sequence[str], known: Sequence[str]) -> str | None:
    """The first column whose name is one of the known ones, those first in the list preferred."""
    lowered = {name.lower(): name for name in reversed(names)}
    return next((lowered[name] for name in known if name in lowered), None)


def guess_text_column(frame: pd.DataFrame, taken: str | None) -> str | None:
    """The column that holds the text: by name, else the one with the longest strings."""
    columns = [name for name in frame.columns if name != taken]
    found = named_column(columns, TEXT_NAMES)
    if found or not columns:
        return found
    lengths = {name: float(frame[name].str.len().mean()) for name in columns}
    return max(columns, key=lambda name: lengths[name])


def guess_label_column(frame: pd.DataFrame, taken: str | None) -> str | None:
    """The column that holds the label: by name, else the one with fewest distinct values that repeat."""
    columns = [name for name in frame.columns if name != taken]
    found = named_column(columns, LABEL_NAMES)
    if found:
        return found
    counts = {name: frame.loc[frame[name] != "", name].nunique() for name in columns}
    fitting = [name for name in reversed(columns) if 2 <= counts[name] <= min(_MAX_CLASSES, len(frame) / 2)]
    if fitting:
        return min(fitting, key=lambda name: counts[name])
    return columns[0] if len(columns) == 1 else None
