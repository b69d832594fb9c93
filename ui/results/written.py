"""Rows as files to take away: CSV for spreadsheets, Parquet for programs, written only when they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from core.spreadsheets import to_parquet
from ui.foreign import csv_of

Rows = Callable[[], list[dict[str, Any]]]


def offer_rows(label: str, file: str, rows: Rows, key: str, what: str) -> None:
    """Two buttons.

    Args:
        label: What is in the files.
        file: Their name without its ending.
        rows: Makes the rows.
        key: Prefix of the widgets.
        what: What is in the files, as a sentence.
    """
    st.download_button(f"{label}, CSV", lambda: csv_of(pd.DataFrame(rows())).encode(), f"{file}.csv", "text/csv",
                       key=f"{key}_csv", on_click="ignore", help=what)  # fmt: skip
    st.download_button(f"{label}, Parquet", lambda: _parquet(rows()), f"{file}.parquet", "application/octet-stream",
                       key=f"{key}_parquet", on_click="ignore", help=what)  # fmt: skip


def _parquet(rows: list[dict[str, Any]]) -> bytes:
    return to_parquet(list(rows[0]) if rows else [], rows)


def parquet_of(table: pd.DataFrame) -> bytes:
    """A table for programs, with the columns and rows of the CSV beside it."""
    columns = [str(name) for name in table]
    return to_parquet(columns, [dict(zip(columns, row, strict=True)) for row in table.itertuples(index=False)])
