"""A visitor's own file: the one uploader of the sidebar, and which columns to use once it is there.

Files are stored by core under an id that cannot be guessed; the page keeps the id alone.
Left out: reading and checking the content (core.data.sources).
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.config.errors import ConfigError
from ui import services, session, visitor
from ui.problems import show_problems

UPLOAD = "upload:"
_TYPES = {
    "forecasting": ("csv", "tsv", "txt", "parquet", "jsonl", "zip", "gz"),
    "generation": ("txt", "md", "py", "csv", "parquet", "jsonl", "zip", "gz"),
    "sentiment": ("csv", "tsv", "txt", "jsonl", "parquet", "zip", "gz"),
    "translation": ("tsv", "csv", "txt", "parquet", "jsonl", "zip", "gz"),
}
_WHAT = {
    "forecasting": "A table with a time column and columns of numbers: CSV, TSV, JSON lines or Parquet.",
    "generation": "One or several text files, or a zip of them.",
    "sentiment": "A table with a column of texts and a column of labels: CSV, TSV, JSON lines or Parquet.",
    "translation": "A table with two columns, source and translation, or two text files with equally many lines.",
}
_SEVERAL = ("generation", "translation")
_FIND = "Find it"


def draw_uploader(task: str) -> None:
    """The uploader, folded away; a new file is stored and becomes the data of the page."""
    with st.expander("Your own file", icon=":material/upload_file:"):
        several = task in _SEVERAL
        given = st.file_uploader(
            _WHAT[task],
            type=list(_TYPES[task]),
            accept_multiple_files=several,
            key=f"{task}:uploader",
            help="Stays on this server; only somebody with the link can use it.",
            max_upload_size=max(1, services.limits().max_upload_bytes // 1_000_000),
        )
        files = (given if isinstance(given, list) else [given]) if given else []
        signature = tuple(file.file_id for file in files)
        if files and signature != session.get(task, "uploaded"):
            _store(task, files, signature)


def _store(task: str, files: list[Any], signature: tuple[str, ...]) -> None:
    from core.data.sources.uploads import save_upload

    contents = [(file.name, file.getvalue()) for file in files]
    try:
        upload_id = save_upload(
            task, contents, services.settings().state_dir, services.limits(), owner=visitor.owner()
        )  # fmt: skip
    except ConfigError as error:
        show_problems("This file cannot be used.", error.problems)
        return
    session.put(task, "uploaded", signature)
    session.put(task, "upload", UPLOAD + upload_id)
    session.put(task, "data", UPLOAD + upload_id)
    session.put(task, "choices", {})
    st.rerun()


def upload_title(option: str) -> str:
    """The name of an uploaded file for the select box."""
    upload = _find(option.removeprefix(UPLOAD))
    if upload is None:
        return "Your own file (gone)"
    return " and ".join(upload.names[:2]) + (" ..." if len(upload.names) > 2 else "")


def _find(upload_id: str) -> Any:
    from core.data.sources.uploads import find_upload

    try:
        return find_upload(upload_id, services.settings().state_dir)
    except (ConfigError, OSError):
        return None


def draw_columns(task: str, upload_id: str) -> dict[str, Any]:
    """Select boxes for the columns of a table; what is left to be found is not in the result."""
    if task not in ("forecasting", "sentiment"):
        return {}
    columns = _columns(upload_id)
    if not columns:
        return {}
    if task == "sentiment":
        text = _column(task, upload_id, "text_column", "Text column", columns)
        label = _column(task, upload_id, "label_column", "Label column", columns)
        return _given({"data.text_column": text, "data.label_column": label})
    time = _column(task, upload_id, "time_column", "Time column", columns)
    targets = _targets(task, upload_id, [column for column in columns if column != time])
    return _given({"data.time_column": time, "data.target_columns": targets})


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def _columns(upload_id: str) -> list[str]:
    from core.data.sources.files import columns_of

    upload = _find(upload_id)
    if upload is None:
        return []
    try:
        return list(columns_of(upload.paths[0], services.limits()))
    except ConfigError:
        return []  # the data itself cannot be read: resolving says why


def _column(task: str, upload_id: str, field: str, label: str, columns: list[str]) -> str | None:
    choices = session.get(task, "choices") or {}
    key = f"{task}:{upload_id}:{field}"
    if key not in st.session_state and choices.get(field) in columns:
        st.session_state[key] = choices[field]
    chosen = st.selectbox(
        label, [None, *columns], format_func=lambda name: name or _FIND, key=key, help=f"`data.{field}`"
    )
    session.put(task, "choices", {**choices, field: chosen})
    return chosen


def _targets(task: str, upload_id: str, columns: list[str]) -> tuple[str, ...]:
    choices = session.get(task, "choices") or {}
    key = f"{task}:{upload_id}:target_columns"
    known = [name for name in (choices.get("target_columns") or "").split("|") if name in columns]
    if key not in st.session_state and known:
        st.session_state[key] = known
    chosen = st.multiselect(
        "Forecast", columns, key=key, placeholder=_FIND, help="The columns to forecast. `data.target_columns`"
    )
    session.put(task, "choices", {**choices, "target_columns": "|".join(chosen)})
    return tuple(chosen)
