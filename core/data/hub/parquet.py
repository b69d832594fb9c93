"""Parquet files of the Hub in pieces of plain columns: structures become columns, numbers of classes their names.

What holds a translation is a structure of two texts; what names the classes stands in the file's own notes. Left out:
other kinds of files, writing (tables.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from core.config.errors import ConfigError
from core.config.limits import Limits
from core.data.hub.listing import class_names
from core.data.sources.inputs import InputFile, listing, shorten
from core.data.sources.parquet_pages import check_pages, read_footer, text_paths

BATCH_ROWS = 10_000
_LONGEST_METADATA = 2_000_000

Columns = dict[str, tuple[tuple[str, ...], Any]]
"""The name of a column to be, the way to it in the file, and its type."""


def parquet_batches(
    files: Sequence[InputFile], classes: Mapping[str, Sequence[str]], limits: Limits, keep_on: Callable[[], None]
) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """Pieces of Parquet files as tables of plain columns, each with what to say of it.

    Raises:
        ConfigError: A broken file, no plain column, or more rows and columns than the limits allow.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    for file in files:
        try:
            source = file.seekable(limits)
            footer = read_footer(source, _refused)
            with pq.ParquetFile(source) as parquet:
                schema, metadata = parquet.schema_arrow, parquet.metadata
                if metadata.num_rows > limits.max_rows or metadata.num_columns > 4 * limits.max_columns:
                    raise too_many(metadata.num_rows, metadata.num_columns, limits)
                known = {**classes, **_classes_of(schema)}
                columns, left_out = _plain_columns(schema)
                paths = [".".join(path) for path, _ in columns.values()]
                texts = text_paths(parquet)
            check_pages(source, footer, partial(_is_read, paths), limits, refuse=_refused)
            notes = (f"columns of lists, pictures or bytes left out: {listing(left_out, 5)}",) if left_out else ()
            with pq.ParquetFile(source, read_dictionary=texts) as parquet:
                for batch in parquet.iter_batches(BATCH_ROWS, columns=paths):
                    keep_on()
                    yield _flat(batch, columns, known), notes
        except ConfigError:
            raise
        except (pa.ArrowException, KeyError, TypeError, ValueError, OSError):  # what pyarrow says of a damaged page
            raise broken(shorten(file.name)) from None


def _is_read(paths: Sequence[str], path: tuple[str, ...]) -> bool:
    return ".".join(path) in paths


def _refused(expected: str, received: str, hint: str) -> ConfigError:
    return ConfigError.single("data.id", expected, received, hint)


def _plain_columns(schema: Any) -> tuple[Columns, list[str]]:
    """Columns to be, each with its path in the file and its type, and the names of those that are left out."""
    import pyarrow as pa

    found: Columns = {}
    left_out = []
    for field in schema:
        if _is_plain(field.type):
            found[field.name] = ((field.name,), field.type)
    for field in schema:
        inner = [child for child in field.type if _is_plain(child.type)] if pa.types.is_struct(field.type) else []
        for child in inner:
            name = child.name if child.name not in found else f"{field.name}.{child.name}"
            found[name] = ((field.name, child.name), child.type)
        if not inner and not _is_plain(field.type):
            left_out.append(field.name)
    if not found:
        expected = "columns of numbers or texts"
        raise ConfigError.single("data.id", expected, listing(left_out, 5) or "none", "Choose another data set.")
    return found, left_out


def _is_plain(kind: Any) -> bool:
    import pyarrow.types as types

    if types.is_dictionary(kind):
        return types.is_string(kind.value_type) or types.is_large_string(kind.value_type)
    checks = (types.is_boolean, types.is_integer, types.is_floating, types.is_decimal, types.is_string,
              types.is_large_string, types.is_string_view, types.is_date, types.is_timestamp)  # fmt: skip
    return any(check(kind) for check in checks)


def _flat(batch: Any, columns: Columns, classes: Mapping[str, Sequence[str]]) -> Any:
    """A piece with the columns that were chosen, inner ones among them, and names instead of the numbers of classes."""
    import pyarrow as pa
    import pyarrow.compute as pc

    arrays = []
    for name, (path, _) in columns.items():
        array = batch.column(path[0])
        for inner in path[1:]:
            array = pc.struct_field(array, inner)
        if name in classes and pa.types.is_integer(array.type):
            known = pa.array(list(classes[name]), pa.string())
            is_known = pc.and_(pc.greater_equal(array, 0), pc.less(array, len(known)))
            indices = pc.if_else(is_known, array, None).cast(pa.int32())  # -1 stands for no label
            array = pa.DictionaryArray.from_arrays(indices, known)
        arrays.append(array)
    return pa.table(arrays, names=list(columns))


def _classes_of(schema: Any) -> dict[str, tuple[str, ...]]:
    """The names of classes that the writer of a Parquet file left in it."""
    raw = (schema.metadata or {}).get(b"huggingface", b"")
    found = {}
    with suppress(ValueError, RecursionError, AttributeError, TypeError):
        features = json.loads(raw)["info"]["features"] if 0 < len(raw) <= _LONGEST_METADATA else {}
        for name, feature in features.items():
            if isinstance(feature, dict) and (names := class_names(feature.get("names"))):
                found[str(name)] = names
    return found


def too_many(num_rows: int, num_columns: int, limits: Limits) -> ConfigError:
    """The error for a split beyond the limits."""
    return ConfigError.single(
        "data.hub_split",
        f"at most {limits.max_rows:,} rows and {limits.max_columns:,} columns",
        f"{num_rows:,} rows and {num_columns:,} columns or more",
        "Choose a smaller split or subset, or run Unroll yourself with a larger UNROLL_MAX_ROWS.",
    )


def broken(name: str) -> ConfigError:
    """The error for a file that is not what its name says."""
    return ConfigError.single(
        "data.id", "files that can be read", f"{name!r}, which is broken", "Choose another split or data set."
    )
