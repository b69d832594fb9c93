"""Links to copy: to a set-up and to a run. Absolute, for people to read, and without the visitor's key.

A set-up's link names preset and data, the beginning of the data's fingerprint, and what differs from the preset; the
parameters are those that the widgets write into the address. Left out: reading a link (forms.py, session.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlencode

import streamlit as st
import yaml

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.plain_files import open_plain
from core.config.sections import DataConfig
from core.sharing import is_private
from ui import asking, runs, services, session
from ui.data_fields import chosen_data, data_fields
from ui.forms import FINGERPRINT_DIGITS, format_value, knobs
from ui.session import data_name, usual_data

NO_ROWS = (
    "Whoever has this link sees the network's set-up, curves and figures, with the names of columns and labels. Of your file "
    "they see no row: no value and no text, no list of its words, nothing that the network writes, neither here nor in the "
    "archive. They can type texts of their own and see how the network reads them, and so which words it knows."
)
WITH_ROWS = (
    "Whoever has this link also sees rows of your file: every value of a series and its forecasts, texts of the test set, "
    "the vocabulary, and what the network writes, here and in the archive. Only you can train on the file."
)


def set_up_parameters(experiment: Experiment, start: Experiment, usual: DataConfig, fingerprint: str) -> dict[str, str]:
    """The parameters of an address that opens a set-up.

    Args:
        experiment: The set-up.
        start: Its preset on the same data.
        usual: The data section before languages or columns were chosen; what is the same there stays out.
        fingerprint: Of the data, sha256; empty where it is not known.

    Raises:
        ConfigError: The data was named in a shell, which a link must not do.
    """
    task, data = experiment.task, experiment.data
    if data.source == "file":
        raise ConfigError.single(
            "data.source", "a data set that a link can name", data.source, "Use the command line instead."
        )
    found = {"preset": format_value(experiment.preset), "data": data_name(data), **chosen_data(task, data, usual)}
    if fingerprint:
        found["fingerprint"] = fingerprint[:FINGERPRINT_DIGITS]
    values, before = experiment.values(), start.values()
    changed = [knob.name for knob in knobs(task) if values[knob.name] != before[knob.name]]
    found |= {name: format_value(values[name]) for name in changed}
    return {f"{task}.{name}": value for name, value in found.items()}


def address(page: str | None, parameters: Mapping[str, str]) -> str:
    """A link to a page with parameters; only the parameters where the page's own address is not known."""
    return f"{(page or '').partition('?')[0]}?{urlencode(parameters, safe=':|,', quote_via=quote)}"


def draw_links(run_id: str, experiment: Experiment, readable: bool = True) -> None:
    """The two links of a run, each with a button that copies it.

    Args:
        run_id: The run.
        experiment: What it trains.
        readable: Whether who looks may read its data; without it there is no set-up to share.
    """
    draw_run_link(run_id, experiment, "menu")
    if not readable:
        return
    draw_set_up_link("Link to its set-up, without the run", experiment, start_of(experiment), fingerprint_of(run_id))


def draw_run_link(run_id: str, experiment: Experiment, place: str) -> None:
    """The link to a run; for its owner what others see of their file, which they may change.

    Args:
        run_id: The run.
        experiment: What it trains.
        place: Where on the page this stands, for the key of the switch.
    """
    st.caption("Link to this run")
    st.code(address(st.context.url, {"run": run_id}), language=None, wrap_lines=True)
    status = services.status(run_id)
    if status is None or not is_private(experiment.data) or not runs.may_change(status):
        return
    key, shown = f"{place}:{run_id}:rows", services.store().manager_record(run_id).show_rows
    if st.session_state.get(key) != shown:
        st.session_state[key] = shown
    st.toggle(
        "Also show rows of my file", key=key, on_change=_show_rows, args=(experiment.task, run_id, key),
        help="Lets whoever has the link see rows of the file that the run was trained on. You can take it back.",
    )  # fmt: skip
    st.caption(WITH_ROWS if shown else NO_ROWS)


def _show_rows(task: str, run_id: str, key: str) -> None:
    session.carry_out(task, "What others see was not changed.", runs.show_rows, run_id, bool(st.session_state[key]))


def draw_set_up_link(caption: str, experiment: Experiment, start: Experiment, fingerprint: str) -> None:
    """The link to a set-up; nothing where its data was named in a shell. Arguments as `set_up_parameters`."""
    try:
        parameters = set_up_parameters(experiment, start, usual_data(experiment), fingerprint)
    except ConfigError:
        return
    st.caption(caption)
    st.code(address(st.context.url, parameters), language=None, wrap_lines=True)
    if experiment.data.source == "upload":
        st.caption("For others the page's own data stands in for your file.")


def start_of(experiment: Experiment) -> Experiment:
    """The preset that an experiment started from, on its own data where that still is there."""
    from core.config.presets import preset

    data = experiment.data
    names = ("source", "id", *data_fields(experiment.task))
    chosen = {f"data.{name}": getattr(data, name) for name in names if getattr(data, name) is not None}
    try:
        return asking.resolved(experiment.task, experiment.preset, chosen).start
    except ConfigError:  # spell everything out against the bare preset
        from core.config.summary import DataSummary

        return preset(experiment.task, experiment.preset, DataSummary(experiment.description.kind, 1, 1), data)


@st.cache_data(max_entries=128, show_spinner=False)
def _written_fingerprint(path: str) -> str:
    with open_plain(Path(path)) as file:
        return str((yaml.safe_load(file) or {}).get("fingerprint") or "")


def fingerprint_of(run_id: str) -> str:
    """The fingerprint of the data that a run was trained on; empty where it is not known."""
    try:
        return _written_fingerprint(str(services.store().path(run_id) / "experiment.yaml"))
    except (ConfigError, OSError, yaml.YAMLError, AttributeError):
        return ""
