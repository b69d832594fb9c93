"""What a run is called on every page: its owner's name for it, and what it is, as far as this visitor may know.

Left out: the line itself (core.run_title).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import streamlit as st

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.figures import baseline_of
from core.jobs.status import RunStatus
from core.run_title import describe_network, describe_run
from ui import services
from ui.uploads import UPLOAD, own_title, readable_upload
from ui.words import token_words


@st.cache_data(max_entries=512, show_spinner=False)
def _trained(run_id: str) -> Experiment:
    return services.store().experiment(run_id)


def run_title(status: RunStatus) -> str:
    """What a run is, in one line; empty where its set-up cannot be read."""
    try:
        experiment = _trained(status.run_id)
    except (ConfigError, OSError):
        return ""
    result = _result(status)
    steps = (status.step if status.is_over else status.total_steps) or None
    return describe_run(
        experiment, result.get("parameters"), result.get("steps") or steps, own_data(status, experiment)
    )


def _result(status: RunStatus) -> dict[str, Any]:
    return (services.run_file(status.run_id, "result.json") or {}) if status.is_over else {}


def own_data(status: RunStatus, experiment: Experiment) -> str | None:
    """The names of the files that a run was trained on, for those who may know them."""
    data = experiment.data
    if data.source == "upload":
        return own_title(UPLOAD + (data.id or "")) if readable_upload(data.id or "") else None
    if data.source == "file" and services.sees_rows(status.run_id):
        return " and ".join(Path(path).name for path in data.path)
    return None


def run_name(status: RunStatus) -> str:
    """What its owner calls a run, or else its network: "LSTM 192"."""
    if status.name:
        return status.name
    try:
        return describe_network(_trained(status.run_id))
    except (ConfigError, OSError):
        return "Unnamed"


def baseline_name(run_id: str, name: str) -> str:
    """The name of a run's baseline: "feed-forward network, window 22", whose figures other runs of the data need not have."""
    try:
        window = _trained(run_id).every_value().get("data.window_size")
    except (ConfigError, OSError):
        window = None
    return baseline_of(name, window)


def trial_in_words(status: RunStatus) -> str:
    """What a run of a search of settings is in it: "trial 3 of the search", as it was called when it began."""
    name = status.name if re.fullmatch(r"Trial \d+|(Best trial|Start) again, \d+", status.name) else "a run"
    return f"{name[0].lower()}{name[1:]} of the search"


def token_noun(status: RunStatus) -> str:
    """What the run's network reads, in plural: "characters"."""
    try:
        return token_words(_trained(status.run_id)).short
    except (ConfigError, OSError):
        return "tokens"
