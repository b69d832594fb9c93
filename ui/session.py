"""One visitor's choices: what session state holds for a task, and how the address carries it.

Knobs are bound to the address by their widgets; this file opens a link once, keeps the run, the data choice and
the languages in the address, and remembers which runs this visitor started. Only ids and small values are kept.
Left out: widgets (setup.py, model_form.py).
"""

from __future__ import annotations

import contextlib
import secrets
from typing import Any

import streamlit as st

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from ui import services
from ui.forms import DATA_PARAMETERS, Link, format_value, knobs, read_link

COLUMN_FIELDS = ("time_column", "target_columns", "text_column", "label_column")
LANGUAGE_FIELDS = ("src_language", "trg_language", "language")


def field_key(task: str, name: str) -> str:
    """The key of a knob's widget, which is also its name in the address."""
    return f"{task}.{name}"


def get(task: str, name: str, default: Any = None) -> Any:
    """A remembered value of a task that is no widget's."""
    return st.session_state.get(f"{task}:{name}", default)


def put(task: str, name: str, value: Any) -> None:
    """Remember a value of a task."""
    st.session_state[f"{task}:{name}"] = value


def owner() -> str:
    """A key that stands for this visitor while the page is open."""
    if "owner" not in st.session_state:
        st.session_state["owner"] = secrets.token_hex(16)
    return st.session_state["owner"]


def open_page(task: str) -> None:
    """First thing on a task page: read the link once, then keep run and address in step."""
    if not get(task, "opened"):
        put(task, "opened", True)
        _open_link(task)
    in_address = st.query_params.get("run")
    if get(task, "run_is_new"):
        put(task, "run_is_new", False)
    elif in_address and in_address != get(task, "run"):
        put(task, "run", in_address)
        put(task, "previous", None)
    run = get(task, "run")
    if run and in_address != run:
        st.query_params["run"] = run


def _open_link(task: str) -> None:
    link = read_link(task, dict(st.query_params.items()))
    run = st.query_params.get("run")
    if run and not (link.values or link.data or link.preset):
        with contextlib.suppress(ConfigError):  # the page says that there is no such run
            show_experiment(task, services.store().experiment(run))
        put(task, "refused", list(link.refused))
        _tidy_address(task, link)
        return
    if link.preset:
        st.session_state[field_key(task, "preset")] = link.preset
    for name, value in link.values.items():
        st.session_state[field_key(task, name)] = value
    _choose_data(task, link)
    put(task, "refused", list(link.refused))
    _tidy_address(task, link)


def _tidy_address(task: str, link: Link) -> None:
    """Bring the address into the widgets' own words before they are bound to it, and drop what was refused.

    A widget reads its address once, on the run it is first drawn, and only knows the words it writes itself ("LSTM",
    where a person or the shell writes lstm); hence the rerun.
    """
    wanted = {field_key(task, name): format_value(value) for name, value in link.values.items()}
    wanted |= {field_key(task, name): value for name, value in link.data.items()}
    if link.preset:
        wanted[field_key(task, "preset")] = link.preset.capitalize()
    present = {key: value for key, value in st.query_params.items() if key.startswith(f"{task}.") or key == "data.path"}
    if wanted == present:
        return
    for key in present.keys() - wanted.keys():
        del st.query_params[key]
    for key, value in wanted.items():
        if present.get(key) != value:
            st.query_params[key] = value
    st.rerun()


def _choose_data(task: str, link: Link) -> None:
    choice = dict(link.data)
    if "data" in choice:
        put(task, "data", choice.pop("data"))
    put(task, "choices", choice)


def show_experiment(task: str, experiment: Experiment) -> None:
    """Turn every knob to the values of an experiment, such as the one of a run that a link names."""
    if experiment.task != task:
        return
    data = experiment.data
    st.session_state[field_key(task, "preset")] = experiment.preset
    put(task, "data", f"upload:{data.id}" if data.source == "upload" else data.id)
    chosen = {name: getattr(data, name) for name in (*COLUMN_FIELDS, *LANGUAGE_FIELDS) if getattr(data, name)}
    put(task, "choices", {name: _as_text(value) for name, value in chosen.items()})
    values = experiment.values()
    for knob in knobs(task):
        st.session_state[field_key(task, knob.name)] = values[knob.name]


def _as_text(value: Any) -> str:
    return "|".join(value) if isinstance(value, tuple) else str(value)


def share_data(task: str, default: str) -> None:
    """Write the data choice into the address; what is the default stays out."""
    wanted = {name: str(value) for name, value in (get(task, "choices") or {}).items() if value}
    if get(task, "data") not in (None, default):
        wanted["data"] = get(task, "data")
    for name in DATA_PARAMETERS:
        key = field_key(task, name)
        if name in wanted and st.query_params.get(key) != wanted[name]:
            st.query_params[key] = wanted[name]
        elif name not in wanted and key in st.query_params:
            del st.query_params[key]


def started(task: str, run_id: str) -> None:
    """Remember a run that was just submitted: it becomes the run of the page."""
    put(task, "previous", get(task, "run"))
    put(task, "run", run_id)
    put(task, "run_is_new", True)
    put(task, "problems", None)
    st.session_state["runs"] = [run_id, *st.session_state.get("runs", [])][:200]
