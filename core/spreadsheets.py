"""Tables that people open in a spreadsheet: a text that would be run as a formula there is marked as text.

A spreadsheet takes a cell of a CSV file that begins with `=`, `+`, `-` or `@` for a formula, which may send what stands
beside it elsewhere. Data of others, and their names, pass through here. Numbers stay numbers. No pandas and no torch.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?[0-9]{1,3}[0-9.,]{0,40}(?:[eE][+-]?[0-9]{1,4})?%?")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet may take this text for a formula: by its first sign, unless it is a number such as -5."""
    beginning = text.lstrip(" \u00a0")
    return beginning.startswith(_BEGINNINGS) and _NUMBER.fullmatch(beginning) is None


def as_text(value: Any) -> Any:
    """A value for a CSV file: a text that would be a formula gets a quote before it, everything else stays."""
    return f"'{value}" if isinstance(value, str) and is_formula(value) else value


def to_csv(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    """A table as CSV for a spreadsheet.

    Args:
        columns: Names of the columns, in order.
        rows: Name to value; what a row lacks, None and NaN are empty cells.
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow([as_text(name) for name in columns])
    for row in rows:
        values = (row.get(name) for name in columns)
        writer.writerow(["" if value is None or value != value else as_text(value) for value in values])
    return written.getvalue()


def to_parquet(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """A table as Parquet, for programs: names and texts as they are, which nobody runs there.

    Args:
        columns: Names of the columns, in order.
        rows: Name to value; what a row lacks and None are missing.
    """
    import pyarrow as pa
    from pyarrow import parquet

    written = pa.BufferOutputStream()
    parquet.write_table(pa.table({name: [row.get(name) for row in rows] for name in columns}), written)
    return bytes(written.getvalue().to_pybytes())
