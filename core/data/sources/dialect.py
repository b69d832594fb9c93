"""How a delimited text is written: what stands between its cells, what its quotes are, and where its table begins.

Read off the first lines.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from typing import Literal, NamedTuple

from core.config.errors import ConfigError
from core.data.sources.clean_text import CleanText
from core.data.sources.headers import is_value
from core.data.sources.inputs import shorten
from core.data.sources.reading import DELIMITERS

SAMPLE_ROWS = 200
_SAMPLE_CHARS = 65_536
_BLOCK_CHARS = _LONGEST_LINE = 1 << 20
_GUESSED = "\t;,|"
_MOST_TITLES = 20
_COMMENT = ("#", "%", "//")
_LOGGERS = ("TOA5", "TOACI1")  # Campbell Scientific's formats of files begin with their name
_MIN_SAME_WIDTH = 0.9  # share of the lines
_DECIMAL_COMMA = re.compile(r"[-+]?(\d+),(\d+)")

Quoting = Literal[0, 3]  # csv.QUOTE_MINIMAL and csv.QUOTE_NONE


class Dialect(NamedTuple):
    """How a delimited text is written.

    Attributes:
        delimiter: The character, "" for a single column.
        quoting: csv's constant.
        num_titles: Lines above the table.
        first_width: Cells in the first line of the table.
        width: Its columns: one more than `first_width` where the lines below are longer by one.
    """

    delimiter: str
    quoting: Quoting
    num_titles: int = 0
    first_width: int = 1
    width: int = 1


def find_dialect(text: CleanText) -> Dialect:
    """Find out how a text is written; its file's `reading.delimiter` comes before the guess.

    Raises:
        ConfigError: A chosen delimiter that the text does not have.
    """
    sample = text.start
    chosen = text.file.reading.delimiter
    if chosen is not None:
        delimiter = DELIMITERS[chosen]
        quoting = _quoting(text, delimiter)
        found = _measured(delimiter, quoting, _sample_rows(sample, delimiter, quoting))
        if found.width < 2:
            raise ConfigError.single(
                "data.delimiter",
                "a delimiter that divides the first line",
                f"{chosen!r}, which gives one column in {shorten(text.file.name)!r}",
                "Leave data.delimiter out to have it found, or choose another one.",
            )
        return found
    single = Dialect("", csv.QUOTE_MINIMAL)
    if _is_decimal_column(sample):
        return single
    possible: list[tuple[bool, bool, int, Dialect]] = []
    for place, delimiter in enumerate(_GUESSED):
        if delimiter not in sample:
            continue
        quoting = _quoting(text, delimiter)
        rows = _sample_rows(sample, delimiter, quoting)
        found = _measured(delimiter, quoting, rows)
        widths = [len(row) for row in rows[found.num_titles :] if row]
        usual = _most_common(widths)
        if usual > 1 and widths.count(usual) >= _MIN_SAME_WIDTH * len(widths):
            possible.append((found.num_titles > 0, found.first_width != usual, place, found))
    if possible:  # a sign that the first line lacks may be a part of the texts below, as tabs are
        return min(possible)[-1]
    best = max(_GUESSED, key=sample.count)
    rows = _sample_rows(sample, best, csv.QUOTE_MINIMAL)
    divided = [len(row) > 1 for row in rows if row]
    # Uneven lines are still cells when most have a delimiter: the parser will name the odd line.
    return _measured(best, csv.QUOTE_MINIMAL, rows) if divided and sum(divided) > 0.8 * len(divided) else single


def _measured(delimiter: str, quoting: Quoting, rows: list[list[str]]) -> Dialect:
    """A dialect with what the first rows say of the table's place and width."""
    num_titles = _num_titles(rows)
    widths = [len(row) for row in rows[num_titles:] if row] or [1]
    width = max(widths) if max(widths) - widths[0] <= 1 else widths[0]
    return Dialect(delimiter, quoting, num_titles, widths[0], width)


def _quoting(text: CleanText, delimiter: str) -> Quoting:
    """Tab-separated text mostly uses quotes as plain characters; they are syntax only when every one fits."""
    if delimiter != "\t":
        return csv.QUOTE_MINIMAL
    opened = closed = 0
    for lines in text.blocks(_BLOCK_CHARS, _LONGEST_LINE) if text.has_quotes else ():
        if '"' in lines:
            opened += sum(1 for _ in re.finditer(r'(?:^|\t)"', lines, flags=re.MULTILINE))
            closed += sum(1 for _ in re.finditer(r'(?:^|\t)"(?:[^"\t\n]|"")*"(?=\t|$)', lines, flags=re.MULTILINE))
    return csv.QUOTE_MINIMAL if opened == closed else csv.QUOTE_NONE


def _sample_rows(sample: str, delimiter: str, quoting: Quoting) -> list[list[str]]:
    """Cells of the first rows, without the last one, which the sample may have cut."""
    reader = csv.reader(
        io.StringIO(sample, newline=""), delimiter=delimiter, quoting=quoting, skipinitialspace=delimiter != "\t"
    )
    rows: list[list[str]] = []
    try:
        for row in reader:
            rows.append(row)
            if len(rows) > SAMPLE_ROWS:
                break
    except csv.Error:
        pass
    return rows[:-1] if len(rows) > SAMPLE_ROWS or (len(rows) > 1 and len(sample) >= _SAMPLE_CHARS) else rows


def _num_titles(rows: list[list[str]]) -> int:
    """Lines above the table: what it is and where it is from, comments, blank ones, and the "sep=;" of Excel."""
    usual = _most_common([len(row) for row in rows if row])
    if usual < 2:
        return 0
    for place, row in enumerate(rows[: _MOST_TITLES + 1]):
        filled = [cell for cell in row if cell.strip()]
        if not filled or _is_about(row, rows[place + 1 : place + 3]):
            continue
        is_short = len(filled) == 1 or len(row) < usual - 1  # R leaves out one name
        if not is_short or row[0] not in filled or is_value(row[0].strip()):
            return place
    return 0


def _is_about(row: list[str], below: list[list[str]]) -> bool:
    """Whether a line is a comment, or tells of a logger's station: the names stand below it, in lines without a value."""
    if row[0].lstrip().startswith(_COMMENT):
        # The last comment may be the header: "# date,value".
        return not below or len(below[0]) != len(row) or below[0][0].lstrip().startswith(_COMMENT)
    if row[0].strip() in _LOGGERS:
        return True
    names = [cell for line in below for cell in line if cell.strip()]
    is_longer = len(below) == 2 and len(row) > len(below[0]) + 1 == len(below[1]) + 1 and bool(row[-1].strip())
    return is_longer and not any(is_value(cell.strip()) for cell in names)


def _most_common(widths: list[int]) -> int:
    return Counter(widths).most_common(1)[0][0] if widths else 1


def _is_decimal_column(sample: str) -> bool:
    """Whether the only commas are those of numbers such as 3,07: a whole number never begins with a zero."""
    lines = [line.strip() for line in sample.split("\n")[:SAMPLE_ROWS] if line.strip()]
    if len(lines) < 4:
        return False
    first, *rest = lines[:-1] if len(sample) >= _SAMPLE_CHARS else lines
    numbers = [_DECIMAL_COMMA.fullmatch(line) for line in rest]
    if not all(numbers):
        return False
    if "," not in first and not is_value(first):
        # R names its rows 1, 2, 3 ... and not their column.
        return any(found and found[1] != str(place) for place, found in enumerate(numbers, start=1))
    return bool(_DECIMAL_COMMA.fullmatch(first)) and any(found and re.match(r"0\d", found[2]) for found in numbers)
