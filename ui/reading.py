"""How it is read: what was found in a visitor's data, each field with a box that corrects it.

A correction is a choice beside the data: it stays when the preset changes, travels in the link, and goes when other
data is chosen. Choosing what was found takes it back. Left out: finding (core.data.sources.preview), showing the rows
(data_view.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.applications import describe
from core.bounded.work import PREVIEW
from core.config.encodings import ENCODINGS
from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.fields import group_of
from core.config.limits import Limits
from core.data import catalog
from core.data.sources.headers import NO_TIME_COLUMN
from ui import asking, services, session
from ui.data_fields import NO_NAMES, data_choices, data_fields, data_text, read_data_value
from ui.foreign import one_line
from ui.state import page_of
from ui.uploads import readable_upload

if TYPE_CHECKING:
    from core.data.sources.preview import Preview
    from ui.model_form import Setup

_PLACE = ("data.source", "data.id", "data.subset", "data.hub_split")
_ONE_COLUMN = ("time_column", "series_column")
_NOT_FOUND = ""
# Short enough for the sidebar with "(found)" behind.
_WORDS: Mapping[str, str] = {
    **{name: name.upper() for name in ENCODINGS if not name.startswith(("windows", "latin", "mac"))},
    "true": "Column names", "false": "None: data at once", "year_first": "Year-month-day",
    "day_first": "Day.month.year", "month_first": "Month/day/year", "unix_seconds": "Seconds since 1970",
    "unix_milliseconds": "Milliseconds since 1970", "unix_microseconds": "Microseconds since 1970",
    "unix_nanoseconds": "Nanoseconds since 1970", "excel": "Days, as in a spreadsheet", "auto": "Taken for missing",
    "none": "Kept as numbers",
}  # fmt: skip
_NOTHING: Mapping[str, str] = {"time_column": "None: evenly spaced", "series_column": "None: one series"}
_MANY = 6  # columns: more are not listed one by one when they are what was found


def preview_of(task: str, data: Mapping[str, Any]) -> Preview | None:
    """What core sees at the beginning of a visitor's data; None for a set of the catalogue, and where it sees nothing.

    Args:
        task: The task.
        data: Dotted data choices, such as `{"data.source": "upload", "data.id": ...}` with what was corrected.
    """
    if data["data.source"] not in session.OWN_SOURCES:
        return None
    config = _config(task, data)
    try:
        if config.source == "hub":
            return _hub_preview(task, config)
        upload = readable_upload(config.id or "")
        if upload is None:
            return None
        return _preview(task, upload.paths, upload.names, upload.sha256, config)
    except ConfigError:
        return None  # resolving says why


def _config(task: str, data: Mapping[str, Any]) -> DataConfig:
    """The data section with what was corrected; without that where it cannot be, so that it can be corrected again."""
    from core.resolve import resolve_data

    try:
        return resolve_data(task, dict(data))
    except ConfigError:
        return resolve_data(task, {name: data[name] for name in _PLACE if name in data})


def _hub_preview(task: str, config: DataConfig) -> Preview:
    from core.data.hub.choices import Choice
    from core.data.hub.files import find, reading_limits

    found = find(Choice.of(config), services.settings(), services.limits(), describe(task).kind)
    limits = reading_limits(found.paths, services.limits())
    return _preview(task, found.paths, found.names, found.fingerprint, config, limits)


def _preview(
    task: str, paths: Sequence[Path], names: Sequence[str], version: str, data: DataConfig, limits: Limits | None = None
) -> Preview:
    arguments = {
        "kind": describe(task).kind, "paths": list(map(str, paths)), "names": list(names), "data": data.model_dump(mode="json"),
    }  # fmt: skip
    return asking.read_once(PREVIEW, arguments, version=version, limits=limits)


def draw_how_it_is_read(setup: Setup, name: str) -> None:
    """How a visitor's own data is read; of a set of the catalogue with several series, which of them."""
    if setup.preview is not None:
        draw_reading(setup.task, name, setup.preview.columns, setup.preview.found, "How it is read")
    elif "target_columns" in data_fields(setup.task) and not session.is_own(name):
        columns, found = _series_columns(name, setup)
        if len(columns) > 1:
            draw_reading(setup.task, name, columns, found, "Columns")


def _series_columns(name: str, setup: Setup) -> tuple[list[str], dict[str, Any]]:
    """Every column of a set of the catalogue, and what is forecast and read beside it when nobody says otherwise."""
    choice = {key: value for key, value in setup.data.items() if key in ("data.source", "data.id", "data.recipe")}
    try:
        series = asking.resolved(setup.task, setup.preset, choice).overview.look.series
    except ConfigError:
        return [], {}
    assert series is not None
    if named := catalog.find(describe(setup.task).kind, name).columns:  # read no further than what is forecast
        return list(named), {"target_columns": series.target_columns}
    columns = list(series.lines)
    covariates = setup.data.get("data.covariate_columns") or ()
    usual = tuple(one for one in series.target_columns if one not in covariates) or series.target_columns
    forecast = setup.data.get("data.target_columns") or series.target_columns
    beside = [one for one in columns if one not in forecast]
    return columns, {"target_columns": usual, "covariate_columns": beside}


def draw_reading(task: str, name: str, columns: Sequence[str], found: Mapping[str, Any], title: str) -> None:
    """The boxes, folded away until somebody needs them.

    Args:
        task: The task.
        name: What the page calls the data.
        columns: The columns that a box may name.
        found: Data field to what is found when nobody says otherwise; only these fields get a box.
        title: Of the expander.
    """
    fields = [field for field in data_fields(task) if field in found]
    if not fields:
        return
    keys = [one for field in _ONE_COLUMN if (one := page_of(task).choices.get(field) or found.get(field))]
    several = [one for one in columns if one not in keys]
    with st.expander(title, expanded=page_of(task).correcting, icon=":material/table_view:"):
        headings = {field: group_of("data", data_fields(task)[field]) for field in fields}
        for place, field in enumerate(fields):
            if len(set(headings.values())) > 1 and headings[field] not in [headings[one] for one in fields[:place]]:
                st.caption(f"**{headings[field]}**")
            if isinstance(found[field], (tuple, list)):
                _draw_columns(task, name, field, several, tuple(found[field]))
            else:
                _draw_choice(task, name, field, columns, found[field])


def _help(task: str, field: str) -> str:
    return f"{data_fields(task)[field].description} `data.{field}`"


def _draw_choice(task: str, name: str, field: str, columns: Sequence[str], found: Any) -> None:
    """A select box whose first option is what was found."""
    first = _NOT_FOUND if found is None else data_text(found)
    chosen = page_of(task).choices.get(field) or first
    fixed = [data_text(choice) for choice in data_choices(task, field)]
    without = [NO_TIME_COLUMN] if field == "time_column" and found is not None else []
    options = list(dict.fromkeys([first, *(fixed or columns), *without, chosen]))
    key = f"{task}:{name}:{field}"
    st.session_state[key] = chosen
    st.selectbox(
        data_fields(task)[field].title,
        options,
        key=key,
        format_func=lambda option: _option_text(field, option, first, columns, bool(fixed)),
        help=_help(task, field),
        on_change=_corrected,
        args=(task, field, key, first),
    )


def _option_text(field: str, option: str, found: str, columns: Sequence[str], is_fixed: bool) -> str:
    words = _WORDS.get(option, option.capitalize()) if is_fixed else one_line(option)
    if option == _NOT_FOUND or (option == NO_TIME_COLUMN and not is_fixed and option not in columns):
        words = _NOTHING.get(field, "None")
    return f"{words} (found)" if option == found else words


def _corrected(task: str, field: str, key: str, found: str) -> None:
    chosen = st.session_state[key]
    session.correct(task, field, None if chosen == found else chosen)
    if field in _ONE_COLUMN:
        _take_from_others(task, field, [chosen])


def _take_from_others(task: str, field: str, taken: Sequence[str]) -> None:
    """Take columns out of what else was chosen: each is read as one thing, the one that was said last."""
    for other, text in page_of(task).choices.items():
        value = read_data_value(task, other, text) if other != field and other.endswith("_columns") else ()
        kept = tuple(name for name in value if name not in taken)
        if kept != value:
            session.correct(task, other, data_text(kept) if kept else None)


def mark_known_ahead(task: str, columns: Sequence[str]) -> None:
    """Choose more columns as known ahead, beside those that are already."""
    text = page_of(task).choices.get("future_columns")
    before = read_data_value(task, "future_columns", text) if text else ()
    session.correct(task, "future_columns", data_text(tuple(dict.fromkeys((*before, *columns)))))
    _take_from_others(task, "future_columns", columns)


def _draw_columns(task: str, name: str, field: str, columns: Sequence[str], found: tuple[str, ...]) -> None:
    """A box for several columns that holds what was found; of very many it only says how many they are."""
    text = page_of(task).choices.get(field)
    chosen = read_data_value(task, field, text) if text else None
    is_many = len(found) > _MANY
    may_be_none = data_fields(task)[field].default is None
    shown = [NO_NAMES] if chosen == () and is_many else list(chosen or ()) if text or is_many else list(found)
    none = [NO_NAMES] if is_many and may_be_none else []
    key = f"{task}:{name}:{field}"
    st.session_state[key] = shown
    st.multiselect(
        data_fields(task)[field].title,
        list(dict.fromkeys([*none, *columns, *shown])),
        key=key,
        format_func=lambda option: "None of them" if option == NO_NAMES else one_line(option),
        placeholder=f"{len(found):,} columns (found)" if is_many else "None",
        help=_help(task, field),
        on_change=_corrected_columns,
        args=(task, field, key, found, may_be_none),
    )


def _corrected_columns(task: str, field: str, key: str, found: tuple[str, ...], may_be_none: bool) -> None:
    picked = [name for name in st.session_state[key] if name != NO_NAMES]
    asks_for_none = NO_NAMES in st.session_state[key] or (may_be_none and len(found) <= _MANY)
    if sorted(picked) == sorted(found) or not (picked or asks_for_none):
        session.correct(task, field, None)
    else:
        session.correct(task, field, data_text(tuple(picked)))
    _take_from_others(task, field, picked)
