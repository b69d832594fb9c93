"""How a task page opens: with the values of its link, of its run, or those that stood there when it was left.

A widget shows its default until the browser has heard of another value, and who clicks in between trains the default. So
at the first drawing of a visit the value that shall stand is the default. Streamlit takes what equals the default out of
the address; so knobs are bound to it from the first run on that the browser asks for, and until then the address stays as
it was opened. Left out: widgets (setup.py, model_form.py), what is remembered beyond a visit (session.py).
"""

from __future__ import annotations

import contextlib

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.applications import APPLICATIONS
from core.config.errors import ConfigError
from core.config.experiment import PRESETS
from ui import runs, services
from ui.forms import Link, format_value, knobs, read_link
from ui.session import choose_data, field_key, show_experiment, turn, value_of
from ui.state import page_of


def turn_page(name: str) -> None:
    """Note which page is drawn, before it is; one that was not open before opens anew."""
    if st.session_state.get("page") != name and name in APPLICATIONS:
        page_of(name).entered = True
    st.session_state["page"] = name


def stands(task: str) -> None:
    """Note that a page was drawn to its end: what asks for the next drawing is a browser that has the widgets."""
    if page_of(task).form_drawn:
        page_of(task).alive = True


def open_page(task: str) -> None:
    """First thing on a task page: read the link once a visit, then keep run and address in step."""
    page_of(task).redraw = False
    if page_of(task).entered:
        _enter(task)
    elif page_of(task).alive:
        if _went_back_or_forward():
            page_of(task).history = True
            st.rerun()  # widgets listen to what is set in the run that draws them, and in this one to the address alone
        if page_of(task).history:
            page_of(task).history = False
            _open_link(task)
        bind_knobs(task)
    run, page_of(task).turn_to = page_of(task).turn_to, None
    if run:
        with contextlib.suppress(ConfigError):  # deleted in this moment
            show_experiment(task, services.experiment(runs.before_corrections(run)))
    _follow_run(task)


def bind_knobs(task: str) -> None:
    """Write the set-up into the address as its widgets would, before they are bound to it for the rest of the visit."""
    start = page_of(task).start
    if page_of(task).bound or not page_of(task).alive or start is None:
        return
    page_of(task).bound = True
    values = {knob.name: value_of(task, knob.name, start[knob.name]) for knob in knobs(task)}
    wanted = {name: format_value(value) for name, value in values.items() if value != start[name]}
    preset = value_of(task, "preset", PRESETS[0])
    if preset != PRESETS[0]:
        wanted["preset"] = preset.capitalize()
    _write_address({field_key(task, name): value for name, value in wanted.items()}, {"preset", *values}, task)


def _enter(task: str) -> None:
    """A visit begins: nothing is drawn yet, and the address says what shall stand."""
    page_of(task).enter()
    for name in ("preset", *(knob.name for knob in knobs(task))):
        st.session_state.pop(field_key(task, name), None)
    if page_of(task).start_quick:
        page_of(task).kept = None
    _open_link(task)


def _open_link(task: str) -> None:
    link, run = read_link(task, dict(st.query_params.items())), st.query_params.get("run")
    kept = page_of(task).kept
    if run and not runs.may_read(run) and services.status(run) is not None:
        # The set-up is the run's, whatever data stands in for its own; what the link changes of it stands too.
        with contextlib.suppress(ConfigError):
            show_experiment(task, services.experiment(runs.before_corrections(run)))
        for name, value in link.values.items():
            turn(task, name, value)
    elif link.values or link.data or link.preset or link.fingerprint:
        _show_link(task, link)
    elif run and (run != page_of(task).run or kept is None):
        with contextlib.suppress(ConfigError):  # the page says that there is no such run
            show_experiment(task, services.experiment(runs.before_corrections(run)))
    elif kept is not None and not page_of(task).alive:
        page_of(task).first = dict(kept)
    page_of(task).refused = list(link.refused)
    if link.refused:
        left = {field_key(task, name): format_value(value) for name, value in link.values.items()}
        left |= {field_key(task, name): value for name, value in link.data.items()}
        left |= {field_key(task, "preset"): link.preset.capitalize()} if link.preset else {}
        left |= {field_key(task, "fingerprint"): link.fingerprint} if link.fingerprint else {}
        _write_address(left, None, task)


def _show_link(task: str, link: Link) -> None:
    """Let the values of a link stand, and the preset's where it says nothing."""
    page_of(task).fingerprint = link.fingerprint
    choose_data(task, link.data)
    page_of(task).from_link = True
    page_of(task).start = None
    if page_of(task).alive:
        st.session_state[field_key(task, "preset")] = link.preset or PRESETS[0]
        page_of(task).over = link.values
        page_of(task).reset = True
    else:
        page_of(task).first = {**link.values, "preset": link.preset or PRESETS[0]}


def _write_address(wanted: dict[str, str], names: set[str] | None, task: str) -> None:
    """Make parameters of a task those that are wanted, at once: a link may hold a thousand.

    Args:
        wanted: Parameters with their values.
        names: Of the fields that they are about; None for every parameter that belongs to the task.
        task: The task.
    """
    about = None if names is None else {field_key(task, name) for name in names}
    present = {
        key: value
        for key, value in st.query_params.items()
        if (key in about if about is not None else key.startswith(f"{task}.") or key == "data.path")
    }
    if wanted != present:
        rest = {key: value for key, value in st.query_params.items() if key not in present}
        st.query_params.from_dict({**rest, **wanted})


def _went_back_or_forward() -> bool:
    """Whether the browser asks for this run because somebody went through its history."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def _follow_run(task: str) -> None:
    in_address = st.query_params.get("run")
    if page_of(task).run_is_new:
        page_of(task).run_is_new = False
    elif in_address and in_address != page_of(task).run:
        page_of(task).run = in_address
        page_of(task).previous = page_of(task).parent = None
    run = page_of(task).run
    if run and in_address != run:
        st.query_params["run"] = run
