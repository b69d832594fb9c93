"""A visitor's file as a table of strings: kind, header and names of the columns found, nothing interpreted.

Cells are plain text: no number, date or formula is evaluated here, so that each task can say what it made of them.
Delimited text comes through delimited.py, Parquet and JSON lines through records.py, to the same `Table`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from core.config.errors import ConfigError
from core.config.limits import Limits
from core.data.sources.clean_text import CleanText
from core.data.sources.delimited import read_delimited, too_many
from core.data.sources.encodings import is_parquet, scan
from core.data.sources.headers import looks_like_header
from core.data.sources.inputs import InputFile, listing, path_error, plural, shorten
from core.data.sources.reading import Freed
from core.data.sources.records import read_json_lines, read_parquet

__all__ = ["NO_HEADER", "HeaderRule", "Table", "read_table", "take_texts", "too_many"]

_SAMPLE_ROWS = 200
_LONGEST_NAME = 80
NO_HEADER = "no header line: the columns are called column 1, column 2 ..."
_NUMBERED = re.compile(r"column \d+")

HeaderRule = Callable[[Sequence[str], pd.DataFrame], bool]


@dataclass(frozen=True)
class Table:
    """A table of text.

    Attributes:
        frame: One column of stripped strings each, "" where a cell is empty; rows in the file's order.
        notes: What was mended.
        delimiter: What stood between the cells; "" for one column, Parquet and JSON lines.
        has_header: False when the columns are called "column 1", "column 2" ... for want of names.
        encoding: What `data.encoding` calls its encoding; None for Parquet and for an encoding that is no choice.
        kind: delimited, json or parquet.
        roles: Data fields that its layout decides (layouts.py).
    """

    frame: pd.DataFrame
    notes: tuple[str, ...]
    delimiter: str
    has_header: bool = True
    encoding: str | None = None
    kind: str = "delimited"
    roles: Mapping[str, str] = field(default_factory=dict)


def read_table(
    file: InputFile,
    limits: Limits,
    wanted: Sequence[str] = (),
    is_header: HeaderRule = looks_like_header,
    of_values: bool = False,
) -> Table:
    """Read CSV (comma, semicolon, tab, bar), Parquet or JSON lines.

    Args:
        file: Already through `check_files`; what the visitor chose of `file.reading` comes before the guesses.
        limits: `max_rows` and `max_columns` bound the table.
        wanted: Columns that the visitor named; they decide whether the first line is a header.
        is_header: Decides it otherwise, from the first line and some of the others.
        of_values: The table holds series: lists in JSON and Parquet are cells, too, as JSON writes them, and notes
            behind the rows are left out.

    Raises:
        ConfigError: Anything that keeps the file from being a table.
    """
    if is_parquet(file):
        file.reading.refuse("a Parquet file", "encoding", "delimiter", "header")
        frame, notes = read_parquet(file, limits, of_values)
        return Table(*_named(frame, list(frame.columns), notes, file), delimiter="", kind="parquet")
    text = scan(file, limits)
    start = text.start.lstrip()[:300].lower()
    if start.startswith(("<!doctype html", "<html")):
        raise path_error("a table", f"{shorten(file.name)!r}, a web page", "Download the file behind the page.")
    if file.extension in (".jsonl", ".ndjson", ".json") or re.match(r'\{\s*"|\[\s*\{', start):
        file.reading.refuse("JSON lines", "delimiter", "header")
        frame, notes = read_json_lines(text, limits, of_values)
        named = _named(frame, list(frame.columns), (*text.notes, *notes), file)
        return Table(*named, delimiter="", encoding=text.encoding, kind="json")
    return _read_lines(text, limits, wanted, is_header, of_values)


def take_texts(frame: pd.DataFrame, name: str) -> list[str]:
    """Take a column out of a table as Python's strings; it goes piece by piece as they come, or both would be there."""
    import pyarrow as pa

    cells = pa.array(frame.pop(name), type=pa.large_string())
    pieces = cells.chunks[::-1] if isinstance(cells, pa.ChunkedArray) else [cells]
    del cells
    texts: list[str] = []
    freed = Freed()
    while pieces:
        piece = pieces.pop()
        num_bytes = piece.nbytes
        texts.extend(piece.to_numpy(zero_copy_only=False).tolist())
        del piece
        freed.add(num_bytes)
    return texts


def _read_lines(
    text: CleanText, limits: Limits, wanted: Sequence[str], is_header: HeaderRule, of_values: bool
) -> Table:
    """Delimited text, with names from its first line or without."""
    frame, dialect, num_behind = read_delimited(text, limits, of_values)
    first, rest = [str(cell) for cell in frame.iloc[0]], frame.iloc[1:]
    has_header = _has_header(first, rest, text.file, wanted, is_header)
    if not has_header:
        names = [""] * len(first)
    else:
        names, frame = [first[0].removeprefix("# "), *first[1:]], rest.reset_index(drop=True)
        if 1 <= dialect.first_width < len(first) and bool((frame.iloc[:, -1] != "").all()):
            if not frame.iloc[:, 0].is_unique:
                raise path_error(
                    "a name for every column",
                    f"{plural(dialect.first_width, 'name')} for {plural(len(first), 'column')} in {shorten(text.file.name)!r}",
                    "Name all columns, or put quotes around texts that hold the delimiter.",
                )
            names = ["", *first[:-1]]  # R leaves out the name of its row names
    notes = text.notes
    if dialect.num_titles:
        notes = (*notes, f"{plural(dialect.num_titles, 'line')} above the table left out")
    if num_behind:
        notes = (*notes, f"{plural(num_behind, 'line')} of notes behind the table left out")
    named = _named(frame, names, notes, text.file)
    return Table(*named, delimiter=dialect.delimiter, has_header=has_header, encoding=text.encoding)


def _has_header(
    first: Sequence[str], rest: pd.DataFrame, file: InputFile, wanted: Sequence[str], is_header: HeaderRule
) -> bool:
    chosen = file.reading.header
    if chosen is not None:
        if chosen and rest.empty:
            raise ConfigError.single(
                "data.header",
                "rows below the first line",
                f"a single line in {shorten(file.name)!r}",
                "Leave data.header out, or choose a file that holds data.",
            )
        return chosen
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
    # Columns are handed over as they are: a copy would be the table twice.
    frame = pd.DataFrame({k: frame.iloc[:, k] for k in keep}, index=frame.index, copy=False)
    frame.columns = pd.Index(final, dtype=object)
    if frame.empty:
        raise path_error("rows below the header", f"{shorten(file.name)!r}, none", "Choose a file that holds data.")
    return frame, notes
