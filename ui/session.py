"""One visitor's choices for a page: turning its knobs, its data and its run, and how the address carries them.

Knobs are bound to the address by their widgets; this file keeps the data choice and the languages in it. Only ids and
small values are kept. The parameter that may hold a visitor's key is left alone. Left out: opening a page with its link
(opening.py), widgets (setup.py, model_form.py), links to copy (share.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from core.config.errors import ConfigError
from core.config.experiment import DataConfig, Experiment
from core.data import catalog
from ui import services
from ui.data_fields import chosen_data, data_fields, read_data_value
from ui.forms import knobs
from ui.problems import refusal_of
from ui.state import page_of

OWN_SOURCES = ("upload", "hub")
"""Sources whose data the address names as `upload:<id>` or `hub:<owner/name>`; a catalogue's goes by its id alone."""
SHELL_FILE = "file:"
"""What data is called that a shell named; no page can train on it."""
_MOST_OWN = 6


def field_key(task: str, name: str) -> str:
    """The key of a knob's widget, which is also its name in the address."""
    return f"{task}.{name}"


def value_of(task: str, name: str, usual: Any) -> Any:
    """What a knob, or the preset, stands at; `usual` where nothing says otherwise."""
    key = field_key(task, name)
    if key in st.session_state:
        return st.session_state[key]
    return usual if page_of(task).alive else page_of(task).first.get(name, usual)


def turn(task: str, name: str, value: Any) -> None:
    """Turn a knob, or the preset: of a page that is not drawn yet, to what it is first drawn with."""
    key = field_key(task, name)
    if page_of(task).alive or key in st.session_state:
        st.session_state[key] = value
    else:
        page_of(task).first = {**page_of(task).first, name: value}


def choose_data(task: str, named: Mapping[str, str]) -> None:
    """Make the data of a link the data of the page; what the link leaves out is the page's own."""
    choice = dict(named)
    page_of(task).data, page_of(task).choices = choice.pop("data", None), choice


def show_experiment(task: str, experiment: Experiment) -> None:
    """Turn every knob to the values of an experiment, such as the one of a run that a link names."""
    if experiment.task != task:
        return
    page_of(task).start = None  # these values stand, whatever the preset that was there before
    page_of(task).reset = False
    data = experiment.data
    turn(task, "preset", experiment.preset)
    page_of(task).data = data_name(data)
    page_of(task).choices = chosen_data(task, data, usual_data(experiment))
    upload = experiment.model.vectors_upload
    page_of(task).vectors = None if upload is None else f"upload:{upload}"
    values = experiment.values()
    for knob in knobs(task):
        turn(task, knob.name, values[knob.name])


def turn_to_budget(task: str, experiment: Experiment) -> None:
    """Turn the knobs of the budget alone to an experiment's; the others may be on their way to the next one."""
    for name in ("training.max_steps", "training.max_seconds"):
        turn(task, name, experiment.values()[name])


def data_name(data: DataConfig) -> str:
    """What the page and the address call the data of an experiment: an id, `upload:<id>` or `hub:<owner/name>`."""
    if data.source == "file":
        return SHELL_FILE
    return f"{data.source}:{data.id}" if data.source in OWN_SOURCES else str(data.id)


def choose(task: str, name: str, **choices: str) -> None:
    """Make data the data of the page, with choices as an address has them; what a link said of other data is forgotten."""
    forget_fingerprint(task)
    page = page_of(task)
    page.data, page.choices = name, choices
    page.correcting = page.unusable = False


def correct(task: str, field: str, text: str | None) -> None:
    """Choose how the data of a page is read: a data field as an address has it; None leaves it as it is found."""
    forget_fingerprint(task)
    choices = {name: value for name, value in page_of(task).choices.items() if name != field}
    page_of(task).choices = choices if text is None else {**choices, field: text}


def usual_data(experiment: Experiment) -> DataConfig:
    """The data section of an experiment before languages or columns were chosen."""
    data = experiment.data
    if catalog.is_of_catalogue(data) and data.id is not None:
        return services.default_data(experiment.task, data.id)
    return DataConfig()


def is_own(name: str) -> bool:
    """Whether data of this name is somebody's own or of the Hub, and not of the catalogue."""
    return name.partition(":")[0] in OWN_SOURCES and ":" in name


def own_data(task: str) -> list[str]:
    """The names of what was brought to a page in this visit; of many the last ones."""
    return list(page_of(task).own)


def remember_own(task: str, name: str, *, forget: bool = False) -> None:
    """Offer data that was brought on the page again, or forget it because it is gone."""
    known = [other for other in own_data(task) if not forget or other != name]
    page_of(task).own = known if forget or name in known else [*known, name][-_MOST_OWN:]


def data_values(task: str) -> dict[str, Any]:
    """What was chosen about the data beyond its name, as dotted fields of an experiment."""
    choices = page_of(task).choices
    return {f"data.{name}": read_data_value(task, name, text) for name, text in choices.items() if text}


def share_data(task: str, default: str) -> None:
    """Write the data choice into the address; what is the default stays out."""
    wanted = {name: str(value) for name, value in page_of(task).choices.items() if value}
    data = page_of(task).data
    if data not in (None, default):
        wanted["data"] = str(data)
    for name in ("data", *data_fields(task)):
        key = field_key(task, name)
        if name in wanted and st.query_params.get(key) != wanted[name]:
            if page_of(task).alive or key in st.query_params:  # a page that opens leaves its address as it is
                st.query_params[key] = wanted[name]
        elif name not in wanted and key in st.query_params:
            del st.query_params[key]


def forget_fingerprint(task: str) -> None:
    """Other data was chosen: what a link said of its data holds no longer."""
    page_of(task).fingerprint = None
    st.query_params.pop(field_key(task, "fingerprint"), None)


def started(task: str, run_id: str, *, goes_on: bool = False) -> None:
    """Make a run that was just submitted the run of the page.

    Args:
        task: The task.
        run_id: The run.
        goes_on: Whether its curve holds the one of the run before, which then is not drawn beside it.
    """
    page = page_of(task)
    page.previous = None if goes_on else page.run
    page.run = page.started = run_id
    page.run_is_new = True
    page.refusal = page.parent = None


def fork(task: str, run_id: str) -> None:
    """Turn the set-up to a run's; the next run that is trained on this page says that it comes from it.

    Raises:
        ConfigError: There is no such run, or its data was named in a shell or is somebody else's.
    """
    data = services.store().experiment(run_id).data
    if data.source == "file":
        hint = "Train it in the shell, or bring the file as an upload."
        raise ConfigError.single("data.source", "a data set or an upload", "a file that the shell named", hint)
    if data.source == "upload":
        services.upload(data.id or "")
    page_of(task).parent = run_id
    page_of(task).turn_to = run_id  # by the next run of the page, before its widgets are drawn


def leave_run(task: str) -> None:
    """Show no run, as before the first training."""
    page = page_of(task)
    page.run = page.previous = page.parent = None
    st.query_params.pop("run", None)


def carry_out(task: str, failed: str, do: Callable[..., object], *arguments: object) -> None:
    """Do what a button asks for; what cannot be is kept in words for the page, which is drawn anew either way.

    Args:
        task: The name of the page's application.
        failed: What to say first when it does not work, such as "The run was not stopped."
        do: What to do.
        arguments: With what.
    """
    page_of(task).redraw = True
    refusal = refusal_of(do, *arguments)
    if refusal:
        page_of(task).refusal = f"{failed}\n\n{refusal}"
