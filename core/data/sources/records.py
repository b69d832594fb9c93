"""Parquet and JSON lines as tables of strings, bounded before they are unpacked.

A compressed file of a few kilobytes may claim to hold gigabytes: sizes are read from the metadata, and repeated
strings stay a dictionary until their full size is known. Left out: delimited text (tables.py).
"""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from core.config.errors import ConfigError, Problem
from core.config.limits import Limits
from core.data.sources.encodings import InputFile, path_error, shorten


def read_parquet(file: InputFile, limits: Limits) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Every plain column of a Parquet file as text.

    Returns:
        frame: Strings, "" where a value is missing; times in ISO form.
        notes: The columns that hold lists, records or bytes and were left out.

    Raises:
        ConfigError: Broken, too many rows or columns, or larger unpacked than is reasonable.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(file.path) as parquet:
            metadata, schema = parquet.metadata, parquet.schema_arrow
            _check_size(metadata.num_rows, metadata.num_columns, limits)
            plain = [k for k, kind in enumerate(schema.types) if not _is_nested(kind)]
            left_out = [schema.names[k] for k in range(len(schema.names)) if k not in plain]
            names = [schema.names[k] for k in plain]
            strings = [k for k in names if pa.types.is_string(schema.field(k).type)]
        with pq.ParquetFile(file.path, read_dictionary=strings) as parquet:
            table = parquet.read(columns=names)
        _check_size(table.num_rows, table.num_columns, limits)
        columns = {name: _as_text(table.column(k), limits) for k, name in enumerate(table.column_names)}
    except ConfigError:
        raise
    except (pa.ArrowException, OSError, ValueError, KeyError, MemoryError):
        # pyarrow raises all of these for broken files; its messages speak of pages and thrift.
        raise path_error(
            "a Parquet file", f"{shorten(file.name)!r}, which is broken", "Write it again, or save it as CSV."
        ) from None
    if not columns:
        raise path_error("plain columns", "none", "Save numbers and texts as columns of their own.")
    notes = (f"columns of lists, records or bytes left out: {', '.join(left_out[:5])}",) if left_out else ()
    return pd.DataFrame(columns), notes


def _is_nested(kind: Any) -> bool:
    import pyarrow as pa

    binary = pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind)
    return bool(pa.types.is_nested(kind) or binary)


def _as_text(column: Any, limits: Limits) -> pd.Series:
    """One Arrow column as stripped strings."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type):
        lengths = sum(
            pc.sum(pc.take(pc.binary_length(pc.cast(chunk.dictionary, pa.string())), chunk.indices)).as_py() or 0
            for chunk in column.chunks
        )
        if lengths > 4 * limits.max_upload_bytes:
            raise path_error(
                f"at most {4 * limits.max_upload_bytes:,} bytes of text in a column",
                f"{lengths:,}",
                "Bring a part of it.",
            )
    text = pc.cast(column, pa.large_string(), safe=False)
    return pd.Series(pc.fill_null(text, "").to_pandas().astype("str").str.strip())


def _check_size(num_rows: int, num_columns: int, limits: Limits) -> None:
    problems: list[Problem] = []
    for what, number, most in (("rows", num_rows, limits.max_rows), ("columns", num_columns, limits.max_columns)):
        if number > most:
            problems.extend(_too_many(what, number, most).problems)
    if problems:
        raise ConfigError(problems)
    if num_rows * num_columns > limits.max_upload_bytes:
        raise _too_many("cells", num_rows * num_columns, limits.max_upload_bytes)


def _too_many(what: str, number: int, most: int) -> ConfigError:
    return path_error(f"at most {most:,} {what}", f"{number:,}", "Leave some out and bring the rest.")


def read_json_lines(text: str, file: InputFile, limits: Limits) -> pd.DataFrame:
    """Objects, one a line or in one list, as a table: a column a key, "" where an object lacks it.

    Raises:
        ConfigError: A line that is no object, too many rows or keys.
    """
    rows: list[dict[str, str]] = []
    names: dict[str, None] = {}
    for line_number, raw in _objects(text, file):
        if not isinstance(raw, dict):
            raise _bad_line(line_number, file)
        row = {_clean(str(key)): _cell(value) for key, value in raw.items() if not isinstance(value, (dict, list))}
        rows.append(row)
        names.update(dict.fromkeys(row))
        if len(rows) > limits.max_rows or len(names) > limits.max_columns:
            _check_size(len(rows), len(names), limits)
    if not rows or not names:
        raise path_error("objects with a text and a label", "none", 'Write {"text": "...", "label": "1"}.')
    _check_size(len(rows), len(names), limits)
    return pd.DataFrame({name: pd.Series([row.get(name, "") for row in rows], dtype="str") for name in names})


def _objects(text: str, file: InputFile) -> Any:
    """Line numbers and values of JSON lines, or of one list of objects."""
    if text.lstrip().startswith("["):
        try:
            yield from enumerate(json.loads(text), 1)
        except (ValueError, RecursionError):
            raise path_error(
                "a list of JSON objects", f"{shorten(file.name)!r}, which is no valid JSON", "Write one object a line."
            ) from None
        return
    for line_number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
        except (ValueError, RecursionError):
            raise _bad_line(line_number, file) from None
        yield line_number, raw


def _bad_line(line_number: int, file: InputFile) -> ConfigError:
    return path_error(
        "one JSON object a line",
        f"something else in line {line_number:,} of {shorten(file.name)!r}",
        'Write every line as {"text": "...", "label": "..."}.',
    )


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else _clean(str(value)).strip()


def _clean(text: str) -> str:
    """JSON can spell what no file can hold: control characters and halves of characters."""
    whole = text.encode("utf-8", errors="replace").decode("utf-8")
    return "".join(char for char in whole if char in "\n\t" or not (char < " " or "\x7f" <= char <= "\x9f"))
