"""Words that come from outside, made fit for the place where they stand: Markdown, a code span, a cell, a line of text.

What a link, a file, a run's name or the Hub says is text, wherever it is shown: it makes no link, picture, heading,
icon or formula, starts no line and turns no writing direction. Everything that Streamlit reads as Markdown gets such
words through `foreign` or `foreign_code`, every table of such words through `table`; a test walks the source and sees
to it. Left out: labels of Plotly (ui/charts/labels.py), our own words (ui/words.py).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from core.digits import fixed
from core.spreadsheets import is_formula, to_csv

MOST = 1_000  # characters; what is longer says nothing more
_SHORT, _LONG = 160, 2_000  # characters of a cell in a look at a table, and in a table to be read
_AHEAD = 4  # so many times the limit are looked at: the rest may be megabytes
_MOST_MARKS = 8  # accents on one letter; more of them paint over the lines around
_JOINERS = "\u200c\u200d"  # belong to words and emoji
_BREAK = "\u2060"  # takes no room and is no letter
_SIGNS = re.compile(r"[\\`*_{}\[\]()<>#+\-.!|~:$&=@^]")
# What Streamlit reads after the signs were escaped: links without brackets, icons and emoji by name, arrows.
_FOUND_IN_TEXT = re.compile(
    r"(?<=[:@])(?=[^\s\d]|\d+:) | (?<=www)(?=\.) | (?<=\s[-<>~])(?=[-=>]{1,2}(?:\s|$)) | (?<=^[-<>~])(?=[-=>]{1,2}(?:\s|$))",
    re.IGNORECASE | re.VERBOSE,
)


def shorten(text: str, most: int) -> str:
    """The text, cut to `most` characters with an ellipsis as the last one."""
    return text if len(text) <= most else text[: most - 1] + "…"


def one_line(text: object, most: int = MOST) -> str:
    """A text in one line of at most `most` characters, in which every sign is seen where it stands.

    White space is a blank. What controls the text or turns its direction is spelled out as U+202E; what joins letters
    and emoji stays.
    """
    whole = str(text)
    beginning = whole[: _AHEAD * most]
    line = "".join(_seen(" ".join(beginning.split())))
    return shorten(line if len(beginning) == len(whole) else f"{line} …", most)


def _seen(line: str) -> Iterator[str]:
    marks = 0
    for sign in line:
        kind = unicodedata.category(sign)
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if marks > _MOST_MARKS:
            continue
        hidden = kind in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") and sign not in _JOINERS
        yield f"U+{ord(sign):04X}" if hidden else sign


def foreign(text: object, most: int = MOST) -> str:
    """A text inside Markdown, shown as it is: one line, every sign with a meaning escaped, links and icons broken.

    Escaping alone does not do: Streamlit looks for `https://`, `www.`, mail addresses, `:material/home:`, `:smile:` and
    arrows in the text that the parser gives, where no backslash is left. A sign of no width inside them ends that.
    """
    return _SIGNS.sub(r"\\\g<0>", _FOUND_IN_TEXT.sub(_BREAK, one_line(text, most)))


def foreign_code(text: object, most: int = 120) -> str:
    """A text inside Markdown as a code span, in which no sign has a meaning; a name or a value to be read exactly."""
    line = one_line(text, most).replace(":material/", f":{_BREAK}material/")
    if not line:
        return "(nothing)"
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    fence, pad = "`" * (longest + 1), " " if longest else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def cell(text: object, most: int = _SHORT) -> str:
    """A text as a cell or a heading of a table: one line, and no formula when the table's toolbar writes it as CSV."""
    line = one_line(text, most)
    return f"{_BREAK}{line}" if is_formula(line) else line


def table(frame: pd.DataFrame, decimals: int | None = None) -> Any:
    """A table for the screen: headings and texts as `cell` has them, numbers and what is missing as they are.

    Args:
        frame: The table.
        decimals: So many for all numbers, which sort as numbers all the same; what is missing is then a dash.
    """
    shown = frame.map(lambda value: cell(value, _LONG) if isinstance(value, str) else value)
    shown = shown.set_axis(distinct([cell(name) for name in frame.columns]), axis=1)
    if decimals is None:
        return shown
    return shown.style.format(
        lambda value: fixed(float(str(value)), decimals), subset=list(shown.select_dtypes("number"))
    )


def csv_of(frame: pd.DataFrame) -> str:
    """A table as CSV to download, without formulas."""
    names = [str(name) for name in frame.columns]
    return to_csv(names, [dict(zip(names, row, strict=True)) for row in frame.itertuples(index=False)])


def distinct(names: Sequence[str]) -> list[str]:
    """The names, numbered where shortening made two alike: a data frame wants different ones."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found
