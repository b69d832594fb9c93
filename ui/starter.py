"""The starter of a page: a trained network that ships with the project, shown while a visitor has none of their own.

It is drawn as any run is, from what its training left behind; nobody may change it, and a fork makes one's own of it.
Left out: what it can do (ui/results), where starters lie and who may not touch them (core.jobs).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.run_title import describe_data, describe_run
from ui import services
from ui.foreign import foreign
from ui.model_form import Setup, same_data
from ui.run_actions import draw_starter_row
from ui.state import page_of
from ui.words import duration


@dataclass(frozen=True)
class Starter:
    """A starter with what its training left behind."""

    run_id: str
    experiment: Experiment
    result: Mapping[str, Any]
    details: Mapping[str, Any]

    @property
    def origin(self) -> str:
        """Where it comes from, as Markdown: "trained for 12 min on Sunspots, before you came"."""
        return f"trained for {duration(self.result['seconds'])} on {foreign(describe_data(self.experiment))}, before you came"

    @property
    def summary(self) -> str:
        """What it is in one line, as Markdown."""
        return foreign(describe_run(self.experiment, self.result.get("parameters"), self.result.get("steps")))


def starter_of(task: str) -> Starter | None:
    """The starter of a task; None where there is none, or one that cannot be read."""
    run_id = services.store().starter(task)
    if run_id is None:
        return None
    result, details = services.run_file(run_id, "result.json"), services.run_file(run_id, "details.json")
    try:
        experiment = services.store().experiment(run_id)
    except ConfigError:
        return None
    return None if result is None or details is None else Starter(run_id, experiment, result, details)


def draw_starter(setup: Setup) -> str | None:
    """What introduces the starter of a page, or the offer to show it where the page stands on other data.

    Args:
        setup: What the sidebar says.

    Returns:
        The id of the starter where it is to be shown.
    """
    starter, task = starter_of(setup.task), setup.task
    if starter is None:
        return None
    if not _is_shown(setup, starter):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"A starter is here too, {starter.origin}.", width="content")
            _toggle(task, "Show it", True)
        return None
    with st.container(border=True, height="stretch"):
        st.markdown(f"**A starter:** {starter.origin}.")
        st.caption(starter.summary)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            draw_starter_row(task, starter.run_id)
            if not _belongs(setup, starter):
                _toggle(task, "Hide it", False)
    return starter.run_id


def has_starter(setup: Setup) -> bool:
    """Whether a starter is shown on the page: it stands on its data, or the visitor asked for it."""
    starter = starter_of(setup.task)
    return starter is not None and _is_shown(setup, starter)


def _is_shown(setup: Setup, starter: Starter) -> bool:
    return _belongs(setup, starter) or page_of(setup.task).starter_shown


def _belongs(setup: Setup, starter: Starter) -> bool:
    return setup.start is not None and same_data(setup, starter.experiment)


def _toggle(task: str, label: str, shown: bool) -> None:
    st.button(label, key=f"{task}:starter", on_click=_show, args=(task, shown))


def _show(task: str, shown: bool) -> None:
    page_of(task).starter_shown = shown
