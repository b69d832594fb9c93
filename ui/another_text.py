"""Go on with another text: train the page's network further, from its weights, on the text of the set-up, as a new run."""

from __future__ import annotations

import streamlit as st

from core.config.errors import ConfigError
from core.jobs.another_text import STEPS, another_text
from core.run_title import describe_data
from ui import runs, services, session, share
from ui.foreign import foreign
from ui.problems import show_problems
from ui.race import set_up_of
from ui.words import count, on_accent, rough_duration

_MOST_STEPS = 5_000


def draw_another_text(task: str, run_id: str) -> None:
    """The control, for those whom the network may write to; drawn only while it is open."""
    if not services.store().experiment(run_id).description.uses(("stream",)) or not services.sees_rows(run_id):
        return
    menu = st.popover(
        "Go on with another text", icon=":material/library_add:", key=f"{task}:another_menu", on_change="rerun",
        help="Trains this network further, from its weights, on the text of the set-up.",
    )  # fmt: skip
    if menu.open:
        with menu:
            _draw_choices(task, run_id)


def _draw_choices(task: str, run_id: str) -> None:
    try:
        start, found = set_up_of(task)
    except ConfigError as error:
        show_problems("The text of the set-up cannot be used.", error.problems)
        return
    steps = st.slider(
        "Steps", 50, min(_MOST_STEPS, services.limits().max_steps or _MOST_STEPS), STEPS, 50, key=f"{task}:another_steps",
        help="How long it learns from the new text; the longer, the more of the old one is forgotten.",
    )  # fmt: skip
    is_same = found.overview.fingerprint == share.fingerprint_of(run_id)
    if is_same:
        st.caption("The set-up names the text that this network has read. Choose another data set there, or bring one.")
    else:
        made = another_text(services.store().path(run_id), start.data, found.overview.fingerprint, steps).experiment
        seconds = rough_duration(services.expected_seconds(made, found.summary))
        st.caption(
            f"{count(steps, 'step')} on {foreign(describe_data(start))}, {seconds} on a quiet machine. The network keeps "
            "its size and its characters or words, learns at half its learning rate, and becomes a new run; this one stays."
        )
    st.button(
        on_accent(":material/library_add: Go on", is_same), type="primary", key=f"{task}:another_start", disabled=is_same,
        on_click=session.carry_out, args=(task, "The training did not start.", _begin, task, run_id), width="stretch",
    )  # fmt: skip


def _begin(task: str, run_id: str) -> None:
    start, found = set_up_of(task)
    steps = int(st.session_state[f"{task}:another_steps"])
    session.started(task, runs.go_on_with(run_id, start.data, found.overview.fingerprint, steps))
