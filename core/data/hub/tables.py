"""Files of a data set of the Hub as the files that every reader reads: one a part, with plain columns.

Shards become one file, the two sides of a translation columns of their own, numbers of classes their names. A file that
is plain already stays as it is. All is done in pieces, so a large set takes little memory. Left out: fetching (files.py),
reading what is written here (files.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from core.config.errors import ConfigError
from core.config.limits import Limits
from core.data.hub.listing import kind_of
from core.data.hub.parquet import BATCH_ROWS, broken, parquet_batches, too_many
from core.data.sources.inputs import InputFile, listing, shorten

_LONGEST_LINE = 2_000_000
_NUMBER = re.compile(r"-?[0-9]+")
_MOST_DIGITS = 9  # of the number of a class
Batches = Iterator[tuple[Any, tuple[str, ...]]]
_JSON = (".jsonl", ".ndjson", ".json")


def write_part(
    files: Sequence[InputFile],
    target: Path,
    classes: Mapping[str, Sequence[str]],
    limits: Limits,
    keep_on: Callable[[], None],
) -> tuple[Path, tuple[str, ...]]:
    """Write the files of one part as one file.

    Args:
        files: All of one kind, in order.
        target: Where to write, without an ending.
        classes: The names of classes by column, for columns of their numbers.
        limits: Rows, columns and bytes.
        keep_on: Called now and then; may raise to end.

    Returns:
        path: The written file.
        notes: What was left out.

    Raises:
        ConfigError: A file that cannot be read, shards of different columns, or more than the limits allow.
    """
    kind = kind_of(files[0].name)
    if kind == ".parquet":
        return _write_parquet(target, parquet_batches(files, classes, limits, keep_on), limits)
    if kind in _JSON:
        return _write_parquet(target, _json_batches(files, classes, limits, keep_on), limits)
    if kind == ".txt":
        return _join(files, target.with_suffix(".txt"), limits, keep_on), ()
    if len(files) == 1 and not classes:
        packed = ".gz" if files[0].is_gzip() else ""
        return files[0].path.rename(target.with_name(f"{target.name}{kind}{packed}")), ()
    return _write_parquet(target, _table_batches(files, classes, limits, keep_on), limits)


def _write_parquet(target: Path, batches: Batches, limits: Limits) -> tuple[Path, tuple[str, ...]]:
    """Write tables below each other; the columns of the first are those of all."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = target.with_suffix(".parquet")
    writer, num_rows = None, 0
    names: Any = None
    notes: dict[str, None] = {}
    try:
        for table, more in batches:
            notes.update(dict.fromkeys(more))
            num_rows += table.num_rows
            if num_rows > limits.max_rows or table.num_columns > limits.max_columns:
                raise too_many(num_rows, table.num_columns, limits)
            if writer is None:
                names = table.schema
                writer = pq.ParquetWriter(path, names, store_schema=False)
            if table.schema.names != names.names:
                raise _different(table.schema.names, names.names)
            writer.write_table(table if table.schema.equals(names) else table.cast(names))
    except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
        if isinstance(error, (ConfigError, OSError)) and not isinstance(error, pa.ArrowException):
            raise
        raise broken("a file of it") from None
    finally:
        if writer is not None:
            writer.close()
    if writer is None or not num_rows:
        raise ConfigError.single("data.hub_split", "a split with rows", "an empty one", "Choose another split.")
    return path, tuple(notes)


def _json_batches(
    files: Sequence[InputFile], classes: Mapping[str, Sequence[str]], limits: Limits, keep_on: Callable[[], None]
) -> Batches:
    """Pieces of JSON lines, or of one list of objects, as columns of text; the first piece says which there are."""
    import pyarrow as pa

    names: list[str] | None = None
    for file in files:
        rows = _objects(file, limits)
        while piece := [_plain_cells(row) for row in islice(rows, BATCH_ROWS)]:
            keep_on()
            if names is None:
                names = list(dict.fromkeys(name for cells, _ in piece for name in cells))
                if not names:
                    raise broken(shorten(file.name))
            left_out = list(dict.fromkeys(name for _, inner in piece for name in inner))
            notes = (f"columns of lists or records left out: {listing(left_out, 5)}",) if left_out else ()
            columns = [[_named(cells.get(name), classes.get(name)) for cells, _ in piece] for name in names]
            yield pa.table([pa.array(column, pa.string()) for column in columns], names=names), notes


def _objects(file: InputFile, limits: Limits) -> Iterator[dict[str, Any]]:
    """The objects of a file, one a line or in one list."""
    with file.open() as stream:
        first = stream.readline(_LONGEST_LINE + 1)
        if first.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"[":
            rest = stream.read(limits.max_upload_bytes + 1)
            if len(first) + len(rest) > limits.max_upload_bytes:
                hint = "Choose a smaller split, or bring the data as JSON lines."
                raise ConfigError.single(
                    "data.id", f"a list of at most {limits.max_upload_bytes:,} bytes", "more", hint
                )
            found = _loaded(first + rest, file)
            rows: Iterator[Any] = iter(found if isinstance(found, list) else [])
        else:
            rows = (_loaded(line, file) for line in _lines(first, stream, file))
        for row in rows:
            if not isinstance(row, dict):
                raise broken(shorten(file.name))
            yield row


def _lines(first: bytes, stream: Any, file: InputFile) -> Iterator[bytes]:
    line = first
    while line:
        if len(line) > _LONGEST_LINE:
            raise broken(shorten(file.name))
        if line.strip():
            yield line
        line = stream.readline(_LONGEST_LINE + 1)


def _loaded(raw: bytes, file: InputFile) -> Any:
    try:
        return json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise broken(shorten(file.name)) from None


def _plain_cells(row: Mapping[str, Any]) -> tuple[dict[str, str | None], list[str]]:
    """The plain values of an object by name, those of objects in it too, and the names of what is left out."""
    cells: dict[str, str | None] = {name: _text(value) for name, value in row.items() if not _is_nested(value)}
    left_out = []
    for name, value in row.items():
        inner = {key: v for key, v in value.items() if not _is_nested(v)} if isinstance(value, dict) else {}
        for key, v in inner.items():
            cells[key if key not in row and key not in cells else f"{name}.{key}"] = _text(v)
        if _is_nested(value) and not inner:
            left_out.append(name)
    return cells, left_out


def _is_nested(value: Any) -> bool:
    return isinstance(value, (dict, list))


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, bool):
        return None if value is None else str(value).lower()
    return str(value).encode("utf-8", errors="replace").decode("utf-8")  # JSON can spell halves of characters


def _named(value: str | None, names: Sequence[str] | None) -> str | None:
    """The name of a class instead of its number, where names are known."""
    if not names or value is None or not _NUMBER.fullmatch(value):
        return value
    number = int(value) if len(value) <= _MOST_DIGITS else -1
    return names[number] if 0 <= number < len(names) else None


def _table_batches(
    files: Sequence[InputFile], classes: Mapping[str, Sequence[str]], limits: Limits, keep_on: Callable[[], None]
) -> Batches:
    """Whole delimited files, as the reader of a visitor's own reads them."""
    import pyarrow as pa

    from core.data.sources.tables import read_table

    for file in files:
        keep_on()
        table = read_table(file, limits)
        names = [str(name) for name in table.frame.columns]
        columns = [[_named(cell, classes.get(name)) for cell in table.frame[name]] for name in names]
        yield pa.table([pa.array(column, pa.string()) for column in columns], names=names), table.notes


def _join(files: Sequence[InputFile], target: Path, limits: Limits, keep_on: Callable[[], None]) -> Path:
    """Texts below each other, each from a new line, unpacked."""
    left = limits.max_upload_bytes
    with target.open("wb") as joined:
        for file in files:
            last = b"\n"
            with file.open() as stream:
                while piece := stream.read(1 << 20):
                    keep_on()
                    left -= len(piece)
                    if left < 0:
                        hint = "Choose a smaller split."
                        raise ConfigError.single("data.id", f"at most {limits.max_upload_bytes:,} bytes", "more", hint)
                    joined.write(piece)
                    last = piece[-1:]
            if last != b"\n":
                joined.write(b"\n")
    return target


def _different(names: Sequence[str], first: Sequence[str]) -> ConfigError:
    received = f"{listing(list(names), 4)} after {listing(list(first), 4)}"
    return ConfigError.single("data.id", "files with the same columns", received, "Choose another split or subset.")
