"""Cells of delimited text: which delimiter, which quotes, how many columns; parsed in chunks as the text comes.

The parser turns each chunk into Python's strings, which take ten times the room of their letters, and those into one
compact column; so a file needs about twice its size and not ten times. Left out: what the first line is (tables.py).
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import pandas as pd

from core.config.errors import ConfigError
from core.config.limits import Limits
from core.data.sources.clean_text import CleanText
from core.data.sources.inputs import InputFile, path_error, plural, shorten
from core.data.sources.reading import DELIMITERS

_SAMPLE_CHARS = 65_536
_SAMPLE_ROWS = 200
_CELLS_IN_CHUNK = 200_000
_BLOCK_CHARS = 1 << 20
_ROWS_OF_A_LOOK = 1_000
_LONGEST_LINE = 1 << 20
# A character that the text cannot hold (control characters are gone), for tables of one column.
_NO_DELIMITER = "\x1f"
_GUESSED = "\t;,|"
_SHOWN = {"\t": "a tab", ",": "a comma", ";": "a semicolon", "|": "a bar"}

if TYPE_CHECKING:
    import pyarrow as pa

Quoting = Literal[0, 3]  # csv.QUOTE_MINIMAL and csv.QUOTE_NONE


def read_delimited(text: CleanText, limits: Limits) -> tuple[pd.DataFrame, str]:
    """The cells of a delimited text as stripped strings over columns 0, 1 ..., and the delimiter.

    Args:
        text: Its file's `reading.delimiter` comes before the guess.
        limits: `max_rows` (a header aside) and `max_columns`.

    Returns:
        frame: Every line, the first one among them.
        delimiter: The character, "" for a single column.

    Raises:
        ConfigError: A chosen delimiter that the text does not have, too many rows or columns, uneven lines, open quotes.
    """
    file = text.file
    delimiter, quoting = _dialect(text)
    width = _width(text.start, delimiter, quoting)
    if width > limits.max_columns:
        raise too_many("columns", width, limits.max_columns)
    # Short lines are filled up with empty cells: a wide first line must not blow up a long file.
    if width * min(text.num_lines, limits.max_rows) > max(limits.max_upload_bytes, 2 * text.num_chars):
        raise path_error(
            "lines of equal length", f"a first line of {width} cells and shorter ones", "Fill up the short lines."
        )
    most = _ROWS_OF_A_LOOK if text.is_cut else limits.max_rows + 2
    try:
        frame = _parse(text, delimiter, quoting, width, most)
    except (ValueError, OverflowError, MemoryError) as error:
        opened = re.search(r"EOF inside string starting at row (\d+)", str(error))
        if not text.is_cut or not opened or int(opened.group(1)) < 2:
            raise _explain(error, file, delimiter) from None
        # What ends inside quotes because only the beginning is read is no fault of the file.
        frame = _parse(text, delimiter, quoting, width, int(opened.group(1)))
    if frame.empty:
        raise path_error("a file with content", f"{shorten(file.name)!r}, no cell", "Choose another file.")
    if len(frame) > limits.max_rows + 1:
        raise too_many("rows", text.num_lines, limits.max_rows)
    return frame, delimiter


def _parse(text: CleanText, delimiter: str, quoting: Quoting, width: int, most: int) -> pd.DataFrame:
    import pyarrow as pa

    if not text.has_quotes:
        frame = _parse_plain(text, delimiter or _NO_DELIMITER, width, most)
        if frame is not None:
            return frame
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
        quoting=quoting,
        nrows=most,
        chunksize=max(_SAMPLE_ROWS, rows),
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
        self._pieces, self._rest = pieces, ""

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> str:
        """At most `size` characters, fewer where a piece ends; "" at the end."""
        if size is None or size < 0:
            rest, self._rest = self._rest + "".join(self._pieces), ""
            return rest
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return ""
            self._rest = piece
        given, self._rest = self._rest[:size], self._rest[size:]
        return given


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


def _dialect(text: CleanText) -> tuple[str, Quoting]:
    """The delimiter ("" for a single column) and csv's quoting constant."""
    sample = text.start
    chosen = text.file.reading.delimiter
    if chosen is not None:
        delimiter = DELIMITERS[chosen]
        quoting = _quoting(text, delimiter)
        if _width(sample, delimiter, quoting) < 2:
            raise ConfigError.single(
                "data.delimiter",
                "a delimiter that divides the first line",
                f"{chosen!r}, which gives one column in {shorten(text.file.name)!r}",
                "Leave data.delimiter out to have it found, or choose another one.",
            )
        return delimiter, quoting
    for delimiter in _GUESSED:
        if delimiter not in sample:
            continue
        quoting = _quoting(text, delimiter)
        widths = [len(row) for row in _sample_rows(sample, delimiter, quoting) if row]
        if not widths:
            continue
        usual, count = Counter(widths).most_common(1)[0]
        if usual > 1 and count >= 0.9 * len(widths):
            return delimiter, quoting
    best = max(_GUESSED, key=sample.count)
    rows = [len(row) > 1 for row in _sample_rows(sample, best, csv.QUOTE_MINIMAL) if row]
    # Uneven lines are still cells when most have a delimiter: the parser will name the odd line.
    return (best if rows and sum(rows) > 0.8 * len(rows) else ""), csv.QUOTE_MINIMAL


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
    if not widths:
        return 1
    return max(widths) if max(widths) - widths[0] <= 1 else widths[0]
