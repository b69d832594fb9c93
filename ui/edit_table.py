"""The dialog "Edit in a table": a small series typed by hand or changed, with its line beside it.

The table begins with what it held when it was last open, else the series of the page where that is small, else an
example; it can be filled anew. What is typed is kept as text (CSV) when the dialog closes, also by mistake.
Left out: understanding it (core.data.sources.pasted), keeping it as data of the page (bring.py).
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core.applications import describe
from core.bounded.work import PASTED, Understood
from core.config.errors import ConfigError
from core.config.recipe import Recipe
from core.data.look import MAX_LABELLED_ROWS, SeriesLook
from core.data.made.recipe_series import recipe_series
from core.data.series import time_labels
from core.data.sources.pasted import NUMBERS
from ui import asking
from ui.bring import show_needs, show_understood, use
from ui.charts.made import values_chart
from ui.results.common import is_dark, show
from ui.state import page_of
from ui.words import NONE

TIME = "time"
_NAME = "table.csv"
_MOST_ROWS, _MOST_COLUMNS = MAX_LABELLED_ROWS, 6
_LONGEST = 500_000  # characters that are kept: more than a table that anybody types
_LONGEST_TIME = 40  # characters
_MOST_EDITS = 500  # rows
_EXAMPLE = Recipe(length=60, season=7, noise=0.6, memory=0.3, trend=0.1)
_EXAMPLE_ROWS = 40
_HEIGHT = 340
_KEPT, _BASE, _VERSION = "table", "table_base", "table_version"


def open_table(task: str) -> None:
    """Open the dialog on what was last in it, or on the series of the page."""
    kept = page_of(task).table
    if kept is None:
        page = _page_table(task)
        kept = to_csv(page if page is not None else example_table())
    _fill(task, kept)
    _dialog(task)


def _fill(task: str, csv: str) -> None:
    """Begin anew from a table; the editor is another one, so that edits of the last are not made again."""
    page_of(task).table_base = csv
    page_of(task).table = csv
    page_of(task).table_version = page_of(task).table_version + 1


@st.dialog("Edit in a table", width="large", icon=":material/table_edit:")
def _dialog(task: str) -> None:
    _draw_sources(task)
    table = from_csv(page_of(task).table_base)
    editor, picture = st.columns(2, gap="medium")
    with editor:
        if _is_too_much(st.session_state.get(f"{task}:table_{page_of(task).table_version}")):
            st.warning(f"More than {_MOST_EDITS:,} changes at once are too many here: bring them as a file instead.")
            _fill(task, page_of(task).table_base)
        edited = st.data_editor(
            table, num_rows="dynamic", hide_index=True, height=_HEIGHT, column_config=_column_config(table),
            key=f"{task}:table_{page_of(task).table_version}", placeholder=NONE,
            alt="The series as a table that can be edited.",
        )  # fmt: skip
    edited = _bounded(edited)
    csv = to_csv(edited)
    page_of(task).table = csv if len(csv) <= _LONGEST else None
    with picture:
        columns = {str(name): edited[name].tolist() for name in edited if name != TIME}
        labels = [label or f"row {place}" for place, label in enumerate(edited[TIME].fillna("").tolist(), start=1)]
        show(values_chart(labels, columns, is_dark()), key=f"{task}:table_chart")
        found = _understand(task, csv)
    with st.container(horizontal=True):
        if st.button("Use it", type="primary", disabled=found is None, key=f"{task}:table_use") and found is not None:
            page_of(task).table = None
            use(task, found)


def _is_too_much(edits: Any) -> bool:
    """Whether there are more edits than a table of this size needs: each is made by the server, one after the other."""
    if not isinstance(edits, Mapping):
        return False
    return any(len(edits.get(kind) or ()) > _MOST_EDITS for kind in ("edited_rows", "added_rows", "deleted_rows"))


def _bounded(edited: pd.DataFrame) -> pd.DataFrame:
    """What somebody can type: an editor in a browser keeps to this, but not everybody who sends edits is one."""
    part = edited.head(_MOST_ROWS * 2)
    return part.assign(**{TIME: part[TIME].astype("str").where(part[TIME].notna()).str.slice(0, _LONGEST_TIME)})


def _draw_sources(task: str) -> None:
    """Buttons that fill the table anew."""
    sources = {"The series on the page": _page_table(task), "What was pasted": _pasted_table(task)}
    sources |= {"An example": example_table(), "Nothing": example_table().iloc[:0]}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("Fill with", width="content")
        for label, table in sources.items():
            if table is not None:
                st.button(
                    label, type="tertiary", key=f"{task}:table_from_{label}", on_click=_fill, args=(task, to_csv(table))
                )


def _column_config(table: pd.DataFrame) -> dict[str, Any]:
    dates = "When it was, such as 2024-01-31. Leave all of them empty where rows just follow each other."
    return {TIME: st.column_config.TextColumn("Time", help=dates, max_chars=_LONGEST_TIME, width="small")} | {
        str(name): st.column_config.NumberColumn(format="%g") for name in table if name != TIME
    }


def _understand(task: str, csv: str) -> Understood | None:
    """What the table holds, told in words; None where it is no series yet."""
    try:
        found = asking.read_once(PASTED, {"kind": describe(task).kind, "text": csv, "name": _NAME})
    except ConfigError as error:
        show_needs(error)
        return None
    show_understood(found)
    return found


def _page_table(task: str) -> pd.DataFrame | None:
    """The series of the page, when it is small enough to be edited by hand."""
    chosen = page_of(task).chosen
    try:
        return to_table(asking.resolved(task, *chosen).overview.look.series) if chosen else None
    except ConfigError:
        return None


def _pasted_table(task: str) -> pd.DataFrame | None:
    """What stands in the dialog Paste, when it is a small series."""
    text = st.session_state.get(f"{task}:paste_text") or ""
    try:
        found = (
            asking.read_once(PASTED, {"kind": describe(task).kind, "text": text, "name": None})
            if text.strip()
            else None
        )
    except ConfigError:
        return None
    return to_table(found.look.series) if found is not None else None


def to_table(series: SeriesLook | None) -> pd.DataFrame | None:
    """A series as the editor has it: a text column `time` and columns of numbers; None when it is too large."""
    if series is None or series.num_steps > _MOST_ROWS or len(series.lines) > _MOST_COLUMNS:
        return None
    columns = {f"{name} " if name == TIME else name: series.points(name)[1] for name in series.lines}
    table = pd.DataFrame(columns, dtype="float64")
    table.insert(0, TIME, list(series.labels) or [""] * series.num_steps)
    return table


def example_table() -> pd.DataFrame:
    """A small series to begin with, a value a day."""
    values = recipe_series(_EXAMPLE)[0]["value"].head(_EXAMPLE_ROWS).round(1)
    days = pd.date_range("2024-01-01", periods=_EXAMPLE_ROWS, freq="D")
    return pd.DataFrame({TIME: time_labels(days), NUMBERS: values.tolist()})


def to_csv(table: pd.DataFrame) -> str:
    """A table of the editor as CSV: without rows that hold nothing, and without a time that nobody gave."""
    numbers = [name for name in table if name != TIME]
    given = table[TIME].fillna("").astype(str).str.strip()
    full = table.assign(**{TIME: given})[(given != "") | table[numbers].notna().any(axis=1)]
    if not (full[TIME] != "").any():
        full = full[numbers]
    return str(full.to_csv(index=False, na_rep="NA"))


def from_csv(csv: str) -> pd.DataFrame:
    """The table that `to_csv` wrote, with a column for the time in any case."""
    table = pd.read_csv(io.StringIO(csv), dtype=str, keep_default_na=False)
    if TIME not in table:
        table.insert(0, TIME, "")
    numbers = [name for name in table if name != TIME]
    return table.assign(**{str(name): table[name].replace("NA", "nan").astype("float64") for name in numbers})
