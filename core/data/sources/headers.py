"""Is the first line of a table its header, and which column is which: guesses from names and from content.

Guesses are always reported, and a visitor's own choice (`data.time_column` ...) comes before them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

import pandas as pd

NO_TIME_COLUMN = "none"
"""What `data.time_column` says where rows shall have no time; a column of that name comes first."""

TIME_NAMES = (
    "date", "datetime", "date_time", "timestamp", "time", "month", "year", "day", "ds", "week", "quarter", "period",
    "datum", "zeit", "jahr", "monat", "fecha", "data", "mois", "annee", "année", "unix", "epoch",
)  # fmt: skip
TEXT_NAMES = (
    "text", "review", "sentence", "comment", "content", "body", "message", "tweet", "phrase", "review_text",
    "reviewtext", "description", "utterance", "question", "title", "headline",
)  # fmt: skip
_SURE_TEXT_NAMES = tuple(name for name in TEXT_NAMES if name not in ("title", "headline"))
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
    "korean", "chinese", "greek", "hungarian", "romanian", "français", "deutsch", "español", "italiano", "englisch",
    "französisch", "anglais", "inglés", "inglese", "question", "answer", "prompt", "response",
)  # fmt: skip

_VALUE = re.compile(
    r"[$€£¥]?\s?[-+]?(?=[.,]*\d)[\d.,]+(e[-+]?\d+)?\s?%?"  # a number
    r"|\d{4}-\d{1,2}(-\d{1,2})?([T ].*)?|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}.*",  # a date
    re.IGNORECASE,
)
_LONGEST_VALUE = 60
_LOOKED_AT = 200  # cells
_MAX_CLASSES = 100
_IN_BRACKETS = re.compile(r"(?<=\S)\s*[(\[{<].*[)\]}>]\s*$")
_WORD = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD_OR_NUMBER = re.compile(r"[^\W_]+")
_SENTENCE_MARKS = re.compile(r"[.?!¿¡]")
_MOST_WORDS_OF_A_SIDE = 3
_SHORTEST_SIDE_WORD = 5  # shorter ones, such as "to", "no" and "de", are words of sentences too


def looks_like_header(first: Sequence[str], rest: pd.DataFrame) -> bool:
    """Whether the first line names the columns of a table of series or of labelled texts; `rest` are lines below it."""
    if any(cell.lower() in (*TIME_NAMES, *TEXT_NAMES, *LABEL_NAMES) for cell in first) or _numbers_columns(first, rest):
        return True
    if any(is_value(cell) for cell in first):
        return False
    values = [sum(map(is_value, rest.iloc[:, k])) / len(rest) for k in range(rest.shape[1])]
    if max(values) > 0.5:
        return True
    for k in range(rest.shape[1]):
        distinct = set(rest.iloc[:, k])
        if len(distinct) <= min(_MAX_CLASSES, len(rest) / 2) and distinct != {""}:
            return first[k] not in distinct
    return True


def _numbers_columns(first: Sequence[str], rest: pd.DataFrame) -> bool:
    """Whether the first line only numbers the columns, as in "0,1" above texts and labels: no cell is like those below."""
    if not all(cell.isdecimal() or not cell for cell in first) or not any(first):
        return False
    below = [rest.iloc[:, k] for k in range(rest.shape[1])]
    holds_texts = any(cell and not holds_values(cells) for cell, cells in zip(first, below, strict=False))
    return holds_texts and not any(cell in set(cells) for cell, cells in zip(first, below, strict=False) if cell)


def is_value(cell: str) -> bool:
    """A number or a date. No value is long."""
    return len(cell) <= _LONGEST_VALUE and _VALUE.fullmatch(cell) is not None


def names_two_sides(first: Sequence[str], rest: pd.DataFrame) -> bool:
    """Whether the first line of a table of translations names its two sides, as in "id, English, French"."""
    return sum(map(is_side, first)) > 1


def is_side(name: str) -> bool:
    """Whether a name is that of a language or of a side: "trg", "en-US", "French words"."""
    words = words_of(name)
    if name.lower() in SIDE_NAMES or (
        len(name) == len("en-US") and words and words[0] in SIDE_NAMES and name[2] in "-_"
    ):
        return True
    is_short = len(words) <= _MOST_WORDS_OF_A_SIDE and not _SENTENCE_MARKS.search(name)
    return is_short and any(word in SIDE_NAMES for word in words if len(word) >= _SHORTEST_SIDE_WORD)


def holds_values(cells: pd.Series) -> bool:
    """Whether most of the filled cells are numbers or dates."""
    sample = [cell for cell in cells.head(_LOOKED_AT) if cell]
    return bool(sample) and sum(map(is_value, sample)) > 0.9 * len(sample)


def bare_name(name: str) -> str:
    """A name in small letters, without what stands in brackets behind it or the brackets around it."""
    return (_IN_BRACKETS.sub("", name) or name).strip(" <>[](){}").lower()


def words_of(name: str) -> list[str]:
    """The words that a column's name is made of, in small letters: "t [s]" is "t" and "s"."""
    return _WORD.findall(name.lower())


def plain_name(name: str) -> str:
    """A name in its own words, small and without accents: "DayOfWeek" is "day of week", "Número_2" is "numero 2"."""
    letters = unicodedata.normalize("NFKD", _CAMEL.sub(" ", name)).casefold()
    return " ".join(_WORD_OR_NUMBER.findall("".join(one for one in letters if not unicodedata.combining(one))))


def named_column(
    names: Sequence[str], known: Sequence[str], by_word: bool = False, spell: Callable[[str], str] = str.lower
) -> str | None:
    """The first column whose name is one of the known ones in small letters, those first in the list preferred.

    Args:
        by_word: A name that only ends in a known one will do where there is none, such as "airline_sentiment".
        spell: What of a name counts.
    """
    lowered = {spell(name): name for name in reversed(names)}
    if by_word and not any(name in lowered for name in known):
        lowered = {words[-1]: name for name in reversed(names) if (words := words_of(name))}
    return next((lowered[name] for name in known if name in lowered), None)


def guess_text_column(frame: pd.DataFrame, taken: str | None) -> str | None:
    """The column that holds the text: by name, else the one with the longest strings."""
    columns = [name for name in frame.columns if name != taken]
    found = named_column(columns, TEXT_NAMES) or named_column(columns, _SURE_TEXT_NAMES, by_word=True)
    if found or not columns:
        return found
    lengths = {name: float(frame[name].str.len().mean()) for name in columns}
    return max(columns, key=lambda name: lengths[name])


def guess_label_column(frame: pd.DataFrame, taken: str | None) -> str | None:
    """The column that holds the label: by name, else the one with fewest distinct values that repeat.

    A name counts for nothing where its values hardly repeat and another column has few: scores beside a mood.
    """
    columns = [name for name in frame.columns if name != taken]

    def count(name: str) -> int:
        return int(frame.loc[frame[name] != "", name].nunique())

    most = len(frame) / 2
    usual = named_column(columns, LABEL_NAMES)
    if usual and count(usual) <= most:
        return usual  # counting the texts as well would hash them
    counts = {name: count(name) for name in columns}
    fitting = [name for name in reversed(columns) if 2 <= counts[name] <= min(_MAX_CLASSES, most)]
    if usual and not fitting:
        return usual
    if fitting:
        return named_column(fitting[::-1], LABEL_NAMES, by_word=True) or min(fitting, key=lambda name: counts[name])
    return columns[0] if len(columns) == 1 else None
