"""Cells of delimited text, parsed in chunks as the text comes.

The parser turns each chunk into Python's strings, which take ten times the room of their letters, and those into one
compact column; so a file needs about twice its size and not ten times.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from core.config.errors import ConfigError
from core.config.limits import Limits
from core.data.sources.clean_text import CleanText
from core.data.sources.dialect import SAMPLE_ROWS, Dialect, find_dialect
from core.data.sources.headers import is_value
from core.data.sources.inputs import InputFile, path_error, plural, shorten

_CELLS_IN_CHUNK = 200_000
_BLOCK_CHARS = 1 << 20
_ROWS_OF_A_LOOK = 1_000
# A character that the text cannot hold (control characters are gone), for tables of one column.
_NO_DELIMITER = "\x1f"
_SHOWN = {"\t": "a tab", ",": "a comma", ";": "a semicolon", "|": "a bar"}

if TYPE_CHECKING:
    import pyarrow as pa


class Cells(NamedTuple):
    """The cells of a delimited text.

    Attributes:
        frame: Stripped strings over columns 0, 1 ...; every line of the table, a header among them.
        dialect: How it is written, and where it begins.
        num_behind: Lines behind it that were left out, because they have more cells than its rows.
    """

    frame: pd.DataFrame
    dialect: Dialect
    num_behind: int = 0


def read_delimited(text: CleanText, limits: Limits, of_values: bool = False) -> Cells:
    """Cut a delimited text into cells.

    The file's `reading.delimiter` comes before the guess; `of_values` says that rows begin with a date or a number, so
    that long lines of words behind them are notes.

    Raises:
        ConfigError: A chosen delimiter that the text does not have, too many rows or columns, uneven lines, open quotes.
    """
    file, dialect = text.file, find_dialect(text)
    num_titles, width = dialect.num_titles, dialect.width
    if width > limits.max_columns:
        raise too_many("columns", width, limits.max_columns)
    # Short lines are filled up with empty cells: a wide first line must not blow up a long file.
    if width * min(text.num_lines, limits.max_rows) > max(limits.max_upload_bytes, 2 * text.num_chars):
        raise path_error(
            "lines of equal length", f"a first line of {width} cells and shorter ones", "Fill up the short lines."
        )
    most = _ROWS_OF_A_LOOK if text.is_cut else limits.max_rows + 2
    try:
        frame = _parse(text, dialect, most)
    except (ValueError, OverflowError, MemoryError) as error:
        behind = _lines_behind(text, error, dialect.delimiter) if of_values else 0
        if behind:
            return Cells(_parse(text, dialect, min(most, text.num_lines - behind - num_titles)), dialect, behind)
        opened = re.search(r"EOF inside string starting at row (\d+)", str(error))
        if not text.is_cut or not opened or int(opened.group(1)) < 2:
            raise _explain(error, file, dialect.delimiter) from None
        # What ends inside quotes because only the beginning is read is no fault of the file.
        frame = _parse(text, dialect, int(opened.group(1)) - num_titles)
    if frame.empty:
        raise path_error("a file with content", f"{shorten(file.name)!r}, no cell", "Choose another file.")
    if len(frame) > limits.max_rows + 1:
        raise too_many("rows", text.num_lines, limits.max_rows)
    return Cells(frame, dialect)


def _lines_behind(text: CleanText, error: Exception, delimiter: str) -> int:
    """How many lines of notes begin where the parser met too many cells; 0 where rows follow."""
    found = re.search(r"Expected \d+ fields in line (\d+), saw \d+", str(error))
    if not found or not delimiter:
        return 0
    lines = "\n".join(text.blocks(_BLOCK_CHARS)).split("\n")
    first = int(found.group(1)) - 1
    begins = [line.split(delimiter)[0].strip(' "') for line in lines[first:]]
    return len(begins) if 2 * first > len(lines) and not any(map(is_value, begins)) else 0


def _parse(text: CleanText, dialect: Dialect, most: int) -> pd.DataFrame:
    import pyarrow as pa

    delimiter, width, num_titles = dialect.delimiter, dialect.width, dialect.num_titles
    if not text.has_quotes:
        frame = _parse_plain(text, delimiter or _NO_DELIMITER, width, most + num_titles)
        if frame is not None:
            return frame.iloc[num_titles:].reset_index(drop=True) if num_titles else frame
    rows = min(_CELLS_IN_CHUNK // width, _BLOCK_CHARS * text.num_lines // text.num_chars)
    chunks = pd.read_csv(
        _Stream(text.content()),
        sep=delimiter or _NO_DELIMITER,
        header=None,
        names=range(width),
        index_col=False,
        dtype=str,
        keep_default_na=False,
        na_filter=False,
        skip_blank_lines=False,
        skipinitialspace=delimiter != "\t",
        quoting=dialect.quoting,
        nrows=most,
        skiprows=num_titles,
        chunksize=max(SAMPLE_ROWS, rows),
        low_memory=False,
        engine="c",
    )
    with chunks:
        return _joined([_stripped(pa.table({str(name): chunk[name] for name in chunk})) for chunk in chunks])


def _stripped(table: pa.Table) -> pa.Table:
    """The same cells without blanks around them, in the pool of the system: the usual one keeps what threads free."""
    import pyarrow as pa
    import pyarrow.compute as pc

    pool = pa.system_memory_pool()
    columns = [pc.utf8_trim_whitespace(column, memory_pool=pool) for column in table.columns]
    return pa.table(columns, table.column_names)


def _joined(tables: list[pa.Table]) -> pd.DataFrame:
    """One frame over columns 0, 1 ...; the cells stay where they are and are only put in a row."""
    import pyarrow as pa

    frame: pd.DataFrame = pa.concat_tables(tables).to_pandas(split_blocks=True)
    frame.columns = pd.RangeIndex(frame.shape[1])
    return frame


def _parse_plain(text: CleanText, delimiter: str, width: int, most: int) -> pd.DataFrame | None:
    """Equally many cells in every line and no quotes, ten times as fast; None for any other text."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    names = [str(k) for k in range(width)]
    parsing = arrow_csv.ParseOptions(delimiter=delimiter, quote_char=False, ignore_empty_lines=False)
    converting = arrow_csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False
    )
    tables: list[pa.Table] = []
    num_rows = 0
    for block in text.blocks(_BLOCK_CHARS):
        raw = block.encode("utf-8", errors="replace") + b"\n"
        reading = arrow_csv.ReadOptions(column_names=names, use_threads=False, block_size=len(raw) + 1)
        try:
            table = arrow_csv.read_csv(pa.BufferReader(raw), reading, parsing, converting, pa.system_memory_pool())
        except pa.ArrowInvalid:
            return None
        tables.append(_stripped(table.slice(0, most - num_rows)))
        num_rows += tables[-1].num_rows
        if num_rows >= most:
            break
    return _joined(tables)


class _Stream(io.TextIOBase):
    """Pieces of text as a stream."""

    def __init__(self, pieces: Iterator[str]):
        self._pieces = pieces

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> str:
        """The next piece, however long: pandas takes what it gets; "" at the end."""
        return next(filter(None, self._pieces), "")


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
        return path_error(
            f"{plural(int(width), 'cell')} in every line",
            f"{seen} in line {int(line):,} of {name}",
            f"Put quotes around a text that holds {_SHOWN.get(delimiter, 'a delimiter')}, and take out lines that are "
            "not part of the table.",
        )
    if found := re.search(r"EOF inside string starting at row (\d+)", message):
        line = f"{int(found.group(1)) + 1:,}"
        return path_error(
            "closed quotes", f"a quote opened in line {line} of {name} and never closed", "Close or take out the quote."
        )
    return path_error("a table of text", f"{name}, which cannot be cut into cells", "Save it again as CSV in UTF-8.")
