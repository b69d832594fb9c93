"""What a Parquet file takes once it is unpacked, by the headers of its pages, before a library unpacks any.

A few hundred bytes may stand for gigabytes: a page unpacks to what its header says, a value repeated a million times is
three bytes, and what the file says of itself at its end may be wrong. The headers are what the library itself goes by, so
they are read here first (Thrift's compact protocol, of which this is as much as skips what is not needed). Left out: the
length of repeated texts, which only unpacking tells (records.py).

Reference: the Parquet format, "Thrift definitions"; Apache Thrift, "Thrift compact protocol encoding".
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from core.config.limits import Limits
from core.data.sources.inputs import path_error

_PART = "Bring a part of it, or fewer columns."
_MAX_UNPACKED = 10  # a number takes eight bytes beside those of its page, and at least one in a file of text
_MAX_STRUCTS = 300_000  # each takes a kilobyte in the library
_MAX_DEPTH = 24
_MAX_PAGES = 100_000
_MAX_HEADER = 1 << 22
_MARK, _END = b"PAR1", 8
# Numbers of fields in the definitions of the format.
_SCHEMA, _ROWS, _GROUPS = 2, 3, 4
_WIDTHS = {0: 1, 1: 4, 2: 8, 3: 12, 4: 4, 5: 8, 6: 4}  # bytes of a value by physical type; of texts, of their number
_FIXED, _DICTIONARY = 7, 2

Record = dict[int, Any]


class _Broken(Exception):
    """Not what the format says."""


class _Cut(Exception):
    """More bytes are needed."""


class _TooMuch(Exception):
    """More records than any file that is read has."""


class _Thrift:
    """Records of the compact protocol, at most `left`, from their first byte on: numbers of fields to values."""

    def __init__(self, raw: bytes, left: int = _MAX_STRUCTS):
        self._raw, self._left = raw, left
        self.place = 0

    def record(self, depth: int = 0) -> Record:
        """The record here."""
        self._left -= 1
        if self._left < 0:
            raise _TooMuch
        if depth > _MAX_DEPTH:
            raise _Broken
        found: Record = {}
        number = 0
        while head := self._take(1)[0]:
            number = number + (head >> 4) if head >> 4 else self._signed()
            found[number] = self._value(head & 15, depth)
        return found

    def _value(self, kind: int, depth: int) -> Any:
        if kind in (1, 2):
            return kind == 1
        if kind == 3:
            return self._take(1)[0]
        if kind in (4, 5, 6):
            return self._signed()
        if kind == 7:
            return self._take(8)
        if kind == 8:
            return self._take(self._number())
        if kind in (9, 10):
            head = self._take(1)[0]
            size = head >> 4 if head >> 4 < 15 else self._number()
            return self._list(head & 15, size, depth)
        if kind == 12:
            return self.record(depth + 1)
        raise _Broken  # maps, which the format has none of

    def _list(self, kind: int, size: int, depth: int) -> list[Any]:
        if size > len(self._raw) - self.place:  # an item takes a byte at least
            raise _Cut
        return [self._take(1) if kind in (1, 2) else self._value(kind, depth) for _ in range(size)]

    def _take(self, size: int) -> bytes:
        start = self.place
        self.place += size
        if self.place > len(self._raw):
            raise _Cut
        return self._raw[start : self.place]

    def _number(self) -> int:
        found = shift = 0
        while True:
            byte = self._take(1)[0]
            found |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return found
            if shift > 63:
                raise _Broken

    def _signed(self) -> int:
        number = self._number()
        return (number >> 1) ^ -(number & 1)


def text_paths(parquet: Any) -> list[str]:
    """The columns of texts, and texts in lists and records, as `read_dictionary` wants to hear of them.

    Repeated texts then stay a dictionary, whatever type the writer says that they had (large, views): a few bytes could
    be written to stand for gigabytes.
    """
    columns = [parquet.schema.column(place) for place in range(parquet.metadata.num_columns)]
    return [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]


def text_length(column: Any) -> int:
    """Bytes of text that an Arrow column, chunked or not, would be once it is written out; 0 for numbers."""
    import pyarrow as pa
    import pyarrow.compute as pc

    length = 0
    for chunk in column.chunks if isinstance(column, pa.ChunkedArray) else [column]:
        values = chunk
        while pa.types.is_list(values.type) or pa.types.is_large_list(values.type):
            values = values.flatten()
        if pa.types.is_dictionary(values.type):
            lengths = pc.binary_length(pc.cast(values.dictionary, pa.large_string()))
            length += pc.sum(pc.take(lengths, values.indices)).as_py() or 0
        elif pa.types.is_decimal(values.type):
            length += (values.type.precision + 2) * len(values)
    return length


@dataclass(frozen=True)
class _Chunk:
    """One column of one group of rows: the path of its name, where its pages lie, and the bytes of a value."""

    path: tuple[str, ...]
    start: int
    size: int
    width: int


def read_footer(source: Path | IO[bytes]) -> Record:
    """What a Parquet file says of itself at its end, which is small enough for a library to open it.

    Raises:
        ConfigError: It describes more columns and groups of rows than any file that is read.
        ValueError: It is not what the format says.
    """
    with _explained(), _opened(source) as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - _END))
        end = stream.read(_END)
        length = int.from_bytes(end[:4], "little")
        if end[4:] != _MARK or length > size - _END:
            raise _Broken
        stream.seek(size - _END - length)
        footer = _Thrift(stream.read(length)).record()
        rows = [group[3] for group in footer[_GROUPS]]
        if min(rows, default=0) < 0 or sum(rows) != footer[_ROWS]:  # room is made for what each group claims
            raise _Broken
        return footer


def check_pages(
    source: Path | IO[bytes],
    footer: Record,
    wanted: Callable[[tuple[str, ...]], bool],
    limits: Limits,
    most_values: int | None = None,
) -> None:
    """Refuse a Parquet file that would take more memory than a file of text of the allowed size does.

    Args:
        source: The file.
        footer: Its end, of which no more is believed than where the pages lie.
        wanted: Whether a column is read, by its name and those of what it is in.
        limits: `max_upload_bytes` bounds what comes out: so many values, and `_MAX_UNPACKED` times so many bytes.
        most_values: Fewer values than that.

    Raises:
        ConfigError: It would, in words.
        ValueError: It is not what the format says.
    """
    most_values, most_bytes = most_values or limits.max_upload_bytes, _MAX_UNPACKED * limits.max_upload_bytes
    num_values = num_bytes = num_pages = 0
    with _explained(), _opened(source) as stream:
        for chunk in _chunks(footer, wanted):
            for page in _pages(stream, chunk):
                number = (page.get(5) or page.get(8) or page.get(7) or {}).get(1, 0)
                if min(page[2], page[3], number) < 0:
                    raise _Broken
                num_pages += 1
                num_values += number if page[1] != _DICTIONARY else 0
                num_bytes += max(page[2], number * chunk.width)  # a page goes once its values are there
                if num_pages > _MAX_PAGES:
                    raise _TooMuch
                if num_values > most_values:
                    raise path_error(f"at most {most_values:,} values in all", f"{num_values:,} or more", _PART)
                if num_bytes > most_bytes:
                    expected = f"a Parquet file of at most {most_bytes:,} bytes once it is unpacked"
                    raise path_error(expected, f"{num_bytes:,} or more", _PART)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except _TooMuch:
        expected, hint = "a Parquet file of fewer columns, groups of rows and pages", "Write it with larger groups."
        raise path_error(expected, f"more than {_MAX_STRUCTS:,} in all", hint) from None
    except (_Broken, _Cut, KeyError, TypeError, AttributeError, IndexError, OverflowError):
        raise ValueError("not Parquet") from None


@contextmanager
def _opened(source: Path | IO[bytes]) -> Iterator[IO[bytes]]:
    if isinstance(source, Path):
        with source.open("rb") as stream:
            yield stream
    else:
        yield source
        source.seek(0)


def _chunks(footer: Record, wanted: Callable[[tuple[str, ...]], bool]) -> Iterator[_Chunk]:
    leaves = [column for column in footer[_SCHEMA][1:] if not column.get(5)]
    widths = [column.get(2, 0) if column.get(1) == _FIXED else _WIDTHS.get(column.get(1), 0) for column in leaves]
    for group in footer[_GROUPS]:
        for place, chunk in enumerate(group[1]):
            about = chunk[3]
            path = tuple(name.decode("utf-8", errors="replace") for name in about[3])
            if wanted(path):
                start = about[9]
                if 0 < about.get(11, 0) < start:  # the values that the others refer to
                    start = about[11]
                yield _Chunk(path, start, about[7], widths[place])


def _pages(stream: IO[bytes], chunk: _Chunk) -> Iterator[Record]:
    """The headers of the pages of a chunk."""
    place, end = chunk.start, chunk.start + chunk.size
    while place < end:
        header, size = _header(stream, place)
        yield header
        place += size + header[3]


def _header(stream: IO[bytes], place: int) -> tuple[Record, int]:
    """The header of a page and its length in bytes."""
    size = 256
    while True:
        stream.seek(place)
        raw = stream.read(size)
        thrift = _Thrift(raw)
        try:
            return thrift.record(), thrift.place
        except _Cut:
            if len(raw) < size or size > _MAX_HEADER:
                raise _Broken from None
            size *= 16
