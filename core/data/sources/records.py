"""Parquet and JSON lines as tables of strings, bounded before they are unpacked.

A compressed file of a few kilobytes may claim to hold gigabytes: sizes are read from the headers of its pages
(parquet_pages.py), and repeated strings stay a dictionary until their full size is known.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

from core.config.errors import ConfigError, Problem
from core.config.limits import Limits
from core.data.sources.clean_text import CONTROL, CleanText
from core.data.sources.conversations import first_exchange
from core.data.sources.growth import check_text, most_values
from core.data.sources.inputs import InputFile, listing, path_error, shorten
from core.data.sources.parquet_pages import check_pages, read_footer, text_length, text_paths

# What an object takes as Python values is a multiple of its length.
_LONGEST_OBJECT = 2_000_000
_CELLS_IN_CHUNK = 100_000
_ROWS_OF_A_LOOK = 1_000
_MOST_LEFT_OUT = 20
_ONE_A_LINE = 'Write an object a line, such as {"time": "2024-01-31", "value": 7} or {"text": "...", "label": "1"}.'
_CONTROL = r"[\x00-\x08\x0b-\x1f\x7f-\x{9f}]"  # as Arrow spells it
_BETWEEN = re.compile(r"[\s,]*")
_Chunk = tuple[int, dict[str, Any]]
"""So many rows, as Arrow's arrays by column."""


def read_parquet(
    file: InputFile, limits: Limits, with_lists: bool = False, between: str = ""
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Every plain column of a Parquet file as text.

    Args:
        with_lists: Whether lists of plain values are columns too, as JSON writes them.
        between: What stands between the names of a record and of a plain value in it, which then is a column; records
            are left out where it is empty.

    Returns:
        frame: Strings, "" where a value is missing; times in ISO form.
        notes: The columns that hold lists, records or bytes and were left out.

    Raises:
        ConfigError: Broken, too many rows or columns, or larger unpacked than is reasonable.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        source = file.seekable(limits)
        footer = read_footer(source)
        with pq.ParquetFile(source) as parquet:
            metadata, schema = parquet.metadata, parquet.schema_arrow
            _check_size(metadata.num_rows, metadata.num_columns, limits)
            plain = [name for name, kind in zip(schema.names, schema.types, strict=True) if not _is_nested(kind)]
            lists = [
                name for name, kind in zip(schema.names, schema.types, strict=True) if with_lists and _is_list(kind)
            ]
            inner = [(one.name, child.name) for one in schema if between for child in _plain_children(one.type)]
            names = [name for name in schema.names if name in plain or name in lists]
            left_out = [name for name in schema.names if name not in (*names, *(outer for outer, _ in inner))]
            names += [".".join(path) for path in inner]
            texts = text_paths(parquet)
        check_pages(source, footer, lambda path: path[0] in plain or path in inner, limits)
        check_pages(source, footer, lambda path: path[0] in lists, limits, most_values(limits))
        # Texts stay a dictionary until their full size is known, lists of them too.
        with pq.ParquetFile(source, read_dictionary=texts) as parquet:
            table = _first_rows(parquet, names) if file.head else parquet.read(columns=names)
        if inner:
            flat = [
                f"{one.name}{between}{child.name}" if child else one.name for one, child in _flat_fields(table.schema)
            ]
            table = table.flatten().rename_columns(flat)
        _check_size(table.num_rows, table.num_columns, limits)
        check_text(sum(map(text_length, table.columns)), limits)
        columns: dict[str, pd.Series] = {}
        while table.num_columns:  # each goes as its text comes
            columns[_clean(table.column_names[0])] = _as_text(table.column(0))
            table = table.remove_column(0)
    except ConfigError:
        raise
    except (pa.ArrowException, OSError, ValueError, KeyError, MemoryError):
        # pyarrow raises all of these for broken files; its messages speak of pages and thrift.
        raise path_error(
            "a Parquet file", f"{shorten(file.name)!r}, which is broken", "Write it again, or save it as CSV."
        ) from None
    if not columns:
        raise path_error("plain columns", "none", "Save numbers and texts as columns of their own.")
    notes = (f"columns of lists, records or bytes left out: {listing(left_out, 5)}",) if left_out else ()
    return pd.DataFrame(columns, copy=False), notes


def _first_rows(parquet: Any, names: list[str]) -> Any:
    """The first rows of a file, for a look at it."""
    import pyarrow as pa

    batch = next(parquet.iter_batches(batch_size=_ROWS_OF_A_LOOK, columns=names), None)
    return parquet.schema_arrow.empty_table().select(names) if batch is None else pa.Table.from_batches([batch])


def _plain_children(kind: Any) -> list[Any]:
    """The fields of plain values in a record; none of what is no record."""
    import pyarrow as pa

    return [child for child in kind if not _is_nested(child.type)] if pa.types.is_struct(kind) else []


def _flat_fields(schema: Any) -> Iterator[tuple[Any, Any]]:
    """Each field, or each field of a record with it, in the order of `Table.flatten`."""
    for one in schema:
        yield from ((one, child) for child in _plain_children(one.type) or [None])


def _is_list(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind)) and not _is_nested(kind.value_type)


def _is_nested(kind: Any) -> bool:
    import pyarrow as pa

    binary = pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind)
    return bool(pa.types.is_nested(kind) or binary or pa.types.is_binary_view(kind))


def _as_text(column: Any) -> pd.Series:
    """One Arrow column as stripped strings."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if _is_list(column.type):
        return pd.Series([json.dumps(cell, default=str) if cell else "" for cell in column.to_pylist()], dtype="str")

    text = pc.fill_null(pc.cast(column, pa.large_string(), safe=False), "")
    if pc.any(pc.match_substring_regex(text, _CONTROL)).as_py():
        text = pc.replace_substring_regex(text, _CONTROL, "")
    return pd.Series(text.to_pandas().astype("str").str.strip())


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


def read_json_lines(
    text: CleanText, limits: Limits, with_lists: bool = False, between: str = "."
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Objects, one a line or in one list, as a table: a column a key, "" where an object lacks it.

    Returns:
        frame: Strings; what an object in an object holds is called "outer.inner", or with what is to stand `between`.
        notes: The keys of lists and of deeper objects, which were left out.

    Raises:
        ConfigError: A line that is no object, too many rows or keys.
    """
    chunks: list[_Chunk] = []
    columns: dict[str, list[str]] = {}
    names: dict[str, None] = {}
    left_out: dict[str, None] = {}
    num_rows = num_held = 0
    for line_number, raw in _objects(text):
        if not isinstance(raw, dict):
            raise _bad_line(line_number, text.file)
        for key, value in _plain_items(raw, left_out, with_lists, between):
            name = _clean(key)
            cells = columns.setdefault(name, [])
            names[name] = None
            cells.extend([""] * (num_held - len(cells)))
            if len(cells) == num_held:  # the first of two keys that are one once they are cleaned
                cells.append(_cell(value))
        num_rows, num_held = num_rows + 1, num_held + 1
        _check_size(num_rows, len(names), limits)
        if num_held * len(columns) >= _CELLS_IN_CHUNK:
            chunks.append(_compact(columns, num_held))
            columns, num_held = {}, 0
    if not names:
        received = f"only lists or records of them in {listing(list(left_out), 5)}" if left_out else "none"
        raise path_error("objects that hold numbers or texts", received, _ONE_A_LINE)
    chunks.append(_compact(columns, num_held))
    notes = (f"lists and deeper objects left out: {listing(list(left_out), 5)}",) if left_out else ()
    return pd.DataFrame({name: _joined(chunks, name) for name in names}, copy=False), notes


def _plain_items(
    raw: dict[str, Any], left_out: dict[str, None], with_lists: bool, between: str, outer: str = ""
) -> Iterator[tuple[str, Any]]:
    """Keys and plain values of an object and of those in it; other keys go to `left_out`, of which a few are told."""
    for key, value in raw.items():
        name = f"{outer}{key}"
        if isinstance(value, dict) and not outer:
            yield from _plain_items(value, left_out, with_lists, between, f"{name}{between}")
        elif with_lists and isinstance(value, list) and not any(isinstance(one, (dict, list)) for one in value):
            yield name, json.dumps(value)
        elif not outer and (exchange := first_exchange(value)):
            said, num_later = exchange
            yield from ((f"{name}.{role}", text) for role, text in said.items())
            if num_later and len(left_out) < _MOST_LEFT_OUT:
                left_out[f"{_clean(name)} behind the first answer"] = None
        elif not isinstance(value, (dict, list)):
            yield name, value
        elif len(left_out) < _MOST_LEFT_OUT:
            left_out[_clean(name)] = None


def _compact(columns: dict[str, list[str]], num_rows: int) -> _Chunk:
    """Cells in a compact form: Python's strings take fifty bytes each beside their letters."""
    import pyarrow as pa

    filled = {name: cells + [""] * (num_rows - len(cells)) for name, cells in columns.items()}
    return num_rows, {name: pa.array(cells, pa.large_string()) for name, cells in filled.items()}


def _joined(chunks: list[_Chunk], name: str) -> pd.Series:
    """A column of all chunks, which is taken out of them."""
    import pyarrow as pa

    empty = pa.scalar("", pa.large_string())
    cells = [columns.pop(name) if name in columns else pa.repeat(empty, num_rows) for num_rows, columns in chunks]
    return pa.chunked_array(cells, pa.large_string()).to_pandas()


def _objects(text: CleanText) -> Iterator[tuple[int, Any]]:
    """Line numbers and values of JSON lines, or places and values of one list of objects."""
    if text.start.lstrip()[:1] == "[":
        yield from _listed(text)
        return
    line_number = 0
    for line in text.lines(_LONGEST_OBJECT, _too_long(text.file)):
        line_number += 1
        line = line.strip()
        if not line:
            continue
        try:
            raw = json.loads(line)
        except (ValueError, RecursionError):
            raise _bad_line(line_number, text.file) from None
        yield line_number, raw


def _listed(text: CleanText) -> Iterator[tuple[int, Any]]:
    """The objects of one list, decoded one by one: brackets alone take twenty times their length as objects."""
    decoder = json.JSONDecoder()
    pieces, piece, place, number = text.pieces(), "", 0, 0
    is_all, is_begun = False, False
    while True:
        while not is_all and len(piece) - place < _LONGEST_OBJECT:
            more = next(pieces, None)
            is_all = more is None
            piece, place = piece[place:] + (more or ""), 0
        if not is_begun:
            place, is_begun = piece.index("[") + 1, True
        place = _BETWEEN.match(piece, place).end()  # type: ignore[union-attr]
        if piece[place : place + 1] == "]":
            return
        number += 1
        try:
            raw, place = decoder.raw_decode(piece, place)
        except (ValueError, RecursionError):
            if text.is_cut and is_all:
                return
            if not is_all:
                raise _too_long(text.file) from None
            raise path_error(
                "a list of JSON objects",
                f"{shorten(text.file.name)!r}, which is no valid JSON from object {number:,} on",
                "Write one object a line.",
            ) from None
        yield number, raw


def _too_long(file: InputFile) -> ConfigError:
    return path_error(
        f"JSON objects of at most {_LONGEST_OBJECT:,} characters, each on a line of its own",
        f"a longer one, or text that is no JSON, in {shorten(file.name)!r}",
        "Leave out the long one, or write one object a line.",
    )


def _bad_line(line_number: int, file: InputFile) -> ConfigError:
    return path_error(
        "one JSON object a line",
        f"something else in line {line_number:,} of {shorten(file.name)!r}",
        _ONE_A_LINE,
    )


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else _clean(str(value)).strip()


def _clean(text: str) -> str:
    """JSON can spell what no file can hold: control characters and halves of characters."""
    return CONTROL.sub("", text.encode("utf-8", errors="replace").decode("utf-8"))
