"""What somebody pasted as series, as a table to keep: numbers in whatever way they are written down, or a table.

A column, a line or a list of numbers becomes a table of one column, so that the reader of files has nothing left to
guess; everything else is kept as it was pasted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from core.config.errors import ConfigError
from core.config.words import plural

NUMBERS = "value"
"""Name of the column of pasted numbers."""
MIN_VALUES = 20
_MISSING = frozenset(("na", "n/a", "nan", "null", "none", "-", "--", "?", "missing"))
_PLAIN = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?", re.IGNORECASE)
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?")
_DECIMAL_COMMA = re.compile(r"[-+]?(\d+|\d{1,3}(\.\d{3})+|(?=,)),\d+(e[-+]?\d+)?", re.IGNORECASE)
_DATE_LIKE = re.compile(r"\d+[-./:]\d\S*")
_NAME = re.compile(r"[^\d\t;,|]+")
_MOST_NAMES = 2  # lines above the numbers: a title and a name


@dataclass(frozen=True)
class Numbers:
    """Plain numbers: as text that Python reads, "NA" where one is missing, what they are called, how commas were read."""

    values: tuple[str, ...]
    note: str = ""
    name: str = NUMBERS


def table_of_paste(text: str, name: str) -> tuple[str, str, str | None]:
    """Pasted series as a table, which gets the name if it is one already.

    Returns:
        name, content: The file to keep.
        note: How plain numbers were read, "" where there is nothing to say; None for a table.

    Raises:
        ConfigError: Fewer than `MIN_VALUES` numbers.
    """
    numbers = find_numbers(text)
    if numbers is None:
        return name, _with_tabs(text), None
    if len(numbers.values) < MIN_VALUES:
        expected, received = f"at least {MIN_VALUES} numbers", plural(len(numbers.values), "number")
        raise ConfigError.single("data.path", expected, received, "A longer series is needed to learn from.")
    return "pasted numbers.csv", "\n".join((_quoted(numbers.name), *numbers.values)) + "\n", numbers.note


def newer_file(text: str) -> tuple[str, str]:
    """Name and content of a file of pasted newer rows: numbers alone, one a line, or a table.

    Pasted numbers have no name but the one above them; the network that reads them knows its column.
    """
    numbers = find_numbers(text)
    num_lines = sum(bool(line.strip()) for line in text.splitlines())
    if numbers is None or num_lines not in (1, len(numbers.values), len(numbers.values) + (numbers.name != NUMBERS)):
        return "pasted rows.csv", _with_tabs(text)
    head = [] if numbers.name == NUMBERS else [_quoted(numbers.name)]
    return "pasted rows.csv", "\n".join((*head, *numbers.values)) + "\n"


def find_numbers(text: str) -> Numbers | None:
    """The numbers of a text that holds nothing else but a title and a name above them, in reading order; None for others.

    Numbers stand apart by white space, semicolons, bars or commas. Commas are decimal commas where no number could do
    without them, and marks of thousands where every group after them has three digits.
    """
    name = NUMBERS
    for _ in range(_MOST_NAMES):
        first, _, rest = text.strip().partition("\n")
        if not rest or not _NAME.fullmatch(first) or _is_number(first.strip()):
            break
        name, text = first.strip()[:80] if name == NUMBERS else name, rest
    found = _only_numbers(text)
    return found and replace(found, name=name)


def _only_numbers(text: str) -> Numbers | None:
    """The numbers of a text that holds nothing else."""
    cleaned = re.sub(r"[\u00a0\u202f'$€£¥%]", "", text).replace("\u2212", "-")
    if _is_table(cleaned):
        return None
    tokens = [token for token in re.split(r"[\s;|]+", cleaned) if token]
    note = ""
    if any(_holds_several(token) for token in tokens):
        tokens = [part for token in tokens for part in token.split(",") if part]
    elif any("," in token for token in tokens):
        if all("," not in token or _THOUSANDS.fullmatch(token) for token in tokens):
            tokens = [token.replace(",", "") for token in tokens]
            note = "commas were read as marks of thousands"
        else:
            tokens = [_with_point(token) for token in tokens]
            note = "commas were read as decimal commas"
    values = ["NA" if token.lower() in _MISSING else token for token in tokens]
    if not any(value != "NA" for value in values) or not all(v == "NA" or _PLAIN.fullmatch(v) for v in values):
        return None
    return Numbers(tuple(values), note)


def _holds_several(token: str) -> bool:
    """Whether a token cannot be one number, so that its commas stand between numbers."""
    return "," in token and not (_THOUSANDS.fullmatch(token) or _DECIMAL_COMMA.fullmatch(token))


def _quoted(name: str) -> str:
    """A name as a cell of a table."""
    return '"' + name.replace('"', '""') + '"'


def _with_point(token: str) -> str:
    return token.replace(".", "").replace(",", ".") if _DECIMAL_COMMA.fullmatch(token) else token


def _is_table(text: str) -> bool:
    """Whether many lines hold equally many cells: between tabs, semicolons or commas.

    Two cells at one comma may be one number with a decimal comma: they are not where some line cannot be one, or where
    what stands before the comma counts on by the same from line to line, as years do.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) < MIN_VALUES:
        return False
    for sign, fewest in (("\t", 1), (";", 1), (",", 2)):
        counts = {line.rstrip().rstrip(sign).count(sign) for line in lines}
        if len(counts) == 1 and counts.pop() >= fewest:
            return True
    return _are_rows_of_two([line.strip() for line in lines])


def _are_rows_of_two(lines: list[str]) -> bool:
    """Whether each line is two cells with a comma between them, and no number with a decimal comma or thousands."""
    if any(line.count(",") != 1 or len(line.split()) != 1 for line in lines):
        return False
    if any(_holds_several(line) for line in lines):
        return True
    first = [line.partition(",")[0] for line in lines]
    if not all(cell.isdecimal() for cell in first):
        return False
    steps = {int(after) - int(before) for before, after in pairwise(first)}
    return len(steps) == 1 and steps != {0}


def _with_tabs(text: str) -> str:
    """A table whose cells stand apart by spaces, a date first in each line, with tabs instead; others as they are."""
    lines = [line.split() for line in text.split("\n") if line.strip()]
    if any(sign in text for sign in "\t;|") or len({len(line) for line in lines}) != 1 or len(lines[0]) < 2:
        return text
    if all(_DATE_LIKE.fullmatch(line[0]) and _is_number(line[-1]) for line in lines[1:]):
        return "\n".join("\t".join(line) for line in lines) + "\n"
    return text


def _is_number(token: str) -> bool:
    return bool(_PLAIN.fullmatch(token) or _DECIMAL_COMMA.fullmatch(token)) or token.lower() in _MISSING
