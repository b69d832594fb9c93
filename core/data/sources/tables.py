"""Delimited text as a table of strings: delimiter, quotes, header and width found, nothing interpreted.

Cells are plain text: no number, date or formula is evaluated here, so that each task can say what it made of
them. Parquet and JSON lines come through records.py to the same `Table`. Left out: what columns mean.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from core.config.errors import ConfigError
from core.config.limits import Limits
from core.data.sources.encodings import is_parquet, read_text
from core.data.sources.headers import looks_like_header
from core.data.sources.inputs import InputFile, listing, path_error, plural, shorten
from core.data.sources.records import read_json_lines, read_parquet

_DELIMITERS = "\t;,|"
_SAMPLE_CHARS = 65_536
_SAMPLE_ROWS = 200
_LONGEST_NAME = 80
# A character that the text cannot hold (control characters are gone), for tables of one column.
_NO_DELIMITER = "\x1f"
NO_HEADER = "no header line: the columns are called column 1, column 2 ..."
_NUMBERED = re.compile(r"column \d+")

Quoting = Literal[0, 3]  # csv.QUOTE_MINIMAL and csv.QUOTE_NONE
HeaderRule = Callable[[Sequence[str], pd.DataFrame], bool]


@dataclass(frozen=True)
class Table:
    """A table of text.

    Attributes:
        frame: One column of stripped strings each, "" where a cell is empty; rows in the file's order.
        notes: What was mended.
        delimiter: What stood between the cells; "" for Parquet and JSON lines.
        has_header: False when the columns are called "column 1", "column 2" ... for want of names.
    """

    frame: pd.DataFrame
    notes: tuple[str, ...]
    delimiter: str
    has_header: bool = True


def read_table(
    file: InputFile, limits: Limits, wanted: Sequence[str] = (), is_header: HeaderRule = looks_like_header
) -> Table:
    """Read CSV (comma, semicolon, tab, bar), Parquet or JSON lines.

    Args:
        file: Already through `check_files`.
        limits: `max_rows` and `max_columns` bound the table.
        wanted: Columns that the visitor named; they decide whether the first line is a header.
        is_header: Decides it otherwise, from the first line and some of the others.

    Raises:
        ConfigError: Anything that keeps the file from being a table.
    """
    if is_parquet(file):
        frame, notes = read_parquet(file, limits)
        return Table(*_named(frame, list(frame.columns), notes, file), delimiter="")
    text, notes = read_text(file, limits)
    start = text.lstrip()[:300].lower()
    if start.startswith(("<!doctype html", "<html")):
        raise path_error("a table", f"{shorten(file.name)!r}, a web page", "Download the file behind the page.")
    if file.extension in (".jsonl", ".ndjson", ".json") or re.match(r'\{\s*"|\[\s*\{', start):
        frame = read_json_lines(text, file, limits)
        return Table(*_named(frame, list(frame.columns), notes, file), delimiter="")
    frame, delimiter = _read_delimited(text, file, limits)
    del text
    for column in frame.columns:
        frame[column] = frame[column].str.strip()
    first, rest = [str(cell) for cell in frame.iloc[0]], frame.iloc[1:]
    if _has_header(first, rest, wanted, is_header):
        if len(first) > 1 and first[-1] == "" and all(first[:-1]) and bool((frame.iloc[1:, -1] != "").all()):
            first = ["", *first[:-1]]  # R leaves out the name of its row names
        return Table(*_named(rest.reset_index(drop=True), first, notes, file), delimiter=delimiter)
    return Table(*_named(frame, [""] * len(first), notes, file), delimiter=delimiter, has_header=False)


def _has_header(first: Sequence[str], rest: pd.DataFrame, wanted: Sequence[str], is_header: HeaderRule) -> bool:
    if rest.empty:
        return False
    names = [shorten(cell, _LONGEST_NAME) for cell in first]
    if any(name in names for name in wanted):
        return True
    if wanted and all(_NUMBERED.fullmatch(name) for name in wanted):
        return False
    return is_header(first, rest.head(_SAMPLE_ROWS))


def _named(
    frame: pd.DataFrame, names: list[str], notes: tuple[str, ...], file: InputFile
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Give every column a name of its own, and drop columns that have neither name nor content."""
    names = [shorten(name.strip(), _LONGEST_NAME) for name in names]
    keep = [k for k, name in enumerate(names) if name or bool((frame.iloc[:, k] != "").any())]
    frame = frame.iloc[:, keep].copy()
    given = [names[k] or f"column {k + 1}" for k in keep]
    final: list[str] = []
    for name in given:
        number = 1
        while (name if number == 1 else f"{name} ({number})") in final:
            number += 1
        final.append(name if number == 1 else f"{name} ({number})")
    repeated = [name for name, count in Counter(given).items() if count > 1]
    if repeated:
        notes = (*notes, f"repeated column names numbered: {listing(repeated)}")
    frame.columns = pd.Index(final, dtype=object)
    if frame.empty:
        raise path_error("rows below the header", f"{shorten(file.name)!r}, none", "Choose a file that holds data.")
    return frame, notes


def _read_delimited(text: str, file: InputFile, limits: Limits) -> tuple[pd.DataFrame, str]:
    """The cells of a delimited text over columns 0, 1 ..., and the delimiter."""
    sample = text[:_SAMPLE_CHARS]
    delimiter, quoting = _dialect(sample, text)
    width = _width(sample, delimiter, quoting)
    end = len(text)
    while text[end - 1] == "\n":
        end -= 1
    num_lines = text.count("\n", 0, end) + 1
    if width > limits.max_columns:
        raise too_many("columns", width, limits.max_columns)
    # Short lines are filled up with empty cells: a wide first line must not blow up a long file.
    if width * min(num_lines, limits.max_rows) > max(limits.max_upload_bytes, 2 * len(text)):
        raise path_error(
            "lines of equal length", f"a first line of {width} cells and shorter ones", "Fill up the short lines."
        )
    try:
        frame = pd.read_csv(
            _Window(text, end),
            sep=delimiter or _NO_DELIMITER,
            header=None,
            names=range(width),
            index_col=False,
            dtype=str,
            keep_default_na=False,
            na_filter=False,
            skip_blank_lines=False,
            skipinitialspace=delimiter != "\t",
            quoting=quoting,
            nrows=limits.max_rows + 2,
            engine="c",
        )
    except (ValueError, OverflowError, MemoryError) as error:
        raise _explain(error, file, delimiter) from None
    if frame.empty:
        raise path_error("a file with content", f"{shorten(file.name)!r}, no cell", "Choose another file.")
    if len(frame) > limits.max_rows + 1:
        raise too_many("rows", num_lines, limits.max_rows)
    return frame, delimiter


class _Window(io.TextIOBase):
    """The beginning of a text as a stream: an `io.StringIO` would hold a second, wider copy of it."""

    def __init__(self, text: str, end: int):
        self._text, self._place, self._end = text, 0, end

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> str:
        start = self._place
        self._place = self._end if size is None or size < 0 else min(self._end, start + size)
        return self._text[start : self._place]


def too_many(what: str, number: int, most: int) -> ConfigError:
    """The error for a table beyond `limits`."""
    return path_error(
        f"at most {most:,} {what}",
        f"about {number:,}",
        f"Leave some out, or run Unroll yourself with a larger UNROLL_MAX_{what.upper()}.",
    )


def _explain(error: Exception, file: InputFile, delimiter: str) -> ConfigError:
    """What a parser's message means for the person who brought the file."""
    name = repr(shorten(file.name))
    message = str(error)
    if found := re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", message):
        width, line, seen = found.groups()
        shown = {"\t": "a tab", ",": "a comma", ";": "a semicolon", "|": "a bar"}.get(delimiter, "a delimiter")
        return path_error(
            f"{plural(int(width), 'cell')} in every line",
            f"{seen} in line {int(line):,} of {name}",
            f"Put quotes around a text that holds {shown}, and take out lines that are not part of the table.",
        )
    if found := re.search(r"EOF inside string starting at row (\d+)", message):
        line = f"{int(found.group(1)) + 1:,}"
        return path_error(
            "closed quotes", f"a quote opened in line {line} of {name} and never closed", "Close or take out the quote."
        )
    return path_error("a table of text", f"{name}, which cannot be cut into cells", "Save it again as CSV in UTF-8.")


def _dialect(sample: str, text: str) -> tuple[str, Quoting]:
    """The delimiter ("" for a single column) and csv's quoting constant."""
    for delimiter in _DELIMITERS:
        quoting = _quoting(text, delimiter)
        widths = [len(row) for row in _sample_rows(sample, delimiter, quoting) if row]
        if not widths:
            continue
        usual, count = Counter(widths).most_common(1)[0]
        if usual > 1 and count >= 0.9 * len(widths):
            return delimiter, quoting
    best = max(_DELIMITERS, key=sample.count)
    rows = [len(row) > 1 for row in _sample_rows(sample, best, csv.QUOTE_MINIMAL) if row]
    # Uneven lines are still cells when most have a delimiter: the parser will name the odd line.
    return (best if rows and sum(rows) > 0.8 * len(rows) else ""), csv.QUOTE_MINIMAL


def _quoting(text: str, delimiter: str) -> Quoting:
    """Tab-separated text mostly uses quotes as plain characters; they are syntax only when every one fits."""
    if delimiter != "\t" or '"' not in text:
        return csv.QUOTE_MINIMAL
    opened = sum(1 for _ in re.finditer(r'(?:^|\t)"', text, flags=re.MULTILINE))
    closed = sum(1 for _ in re.finditer(r'(?:^|\t)"(?:[^"\t\n]|"")*"(?=\t|$)', text, flags=re.MULTILINE))
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
            if len(rows) > _SAMPLE_ROWS:
                break
    except csv.Error:
        pass
    return rows[:-1] if len(rows) > _SAMPLE_ROWS or (len(rows) > 1 and len(sample) >= _SAMPLE_CHARS) else rows


def _width(sample: str, delimiter: str, quoting: Quoting) -> int:
    """Columns of the first line, or one more when other lines end in a delimiter."""
    if not delimiter:
        return 1
    widths = [len(row) for row in _sample_rows(sample, delimiter, quoting) if row]
    return max(widths) if max(widths) - widths[0] <= 1 else widths[0]
