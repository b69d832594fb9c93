"""How large a table may become when it is turned into a longer one: lists unrolled, years by months put below each other.

What stands once beside a row is then repeated, so that a small file may grow without an end.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from core.config.limits import Limits
from core.data.sources.inputs import path_error

MAX_TEXT = 4
"""Bytes of text in the table that a file becomes, as a multiple of `max_upload_bytes`."""
_VALUES_A_ROW = 10


def most_values(limits: Limits) -> int:
    """How many values may stand below each other once a table is turned: more than rows may be brought."""
    return _VALUES_A_ROW * limits.max_rows


def check_growth(num_values: int, repeated: Iterable[pd.Series], times: int, limits: Limits) -> None:
    """Refuse a table that would grow too much, before it does.

    It would have so many rows; `repeated` are columns of strings whose cells would each stand there so many times.
    Raises `ConfigError` for too many values, or too much text.
    """
    most = most_values(limits)
    if num_values > most:
        raise path_error(f"at most {most:,} values below each other", f"{num_values:,}", "Bring a part of it.")
    check_text(times * sum(int(cells.str.len().sum()) for cells in repeated), limits)


def check_text(num_characters: int, limits: Limits) -> None:
    """Refuse more text in a table than any file of text of the allowed size would give. Raises `ConfigError`."""
    most = MAX_TEXT * limits.max_upload_bytes
    if num_characters > most:
        expected = f"at most {most:,} bytes of text in the table that the file becomes"
        hint = "Bring a part of it, and shorten texts that stand in many rows."
        raise path_error(expected, f"{num_characters:,}", hint)
