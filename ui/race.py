"""The race of cells: one control that starts it with the page's set-up, and the address that finds it again.

The runs of a race are ordinary runs; the address names them. Left out: what an equal budget is and what the end says
(core/race.py), what is drawn of it (race_panel.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from core import race
from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.sizes import count_parameters, estimate_seconds
from core.config.summary import DataSummary
from core.models.cells import CELLS
from core.resolve import check_limits
from ui import asking, runs, services, session
from ui.model_form import changed_values
from ui.problems import show_problems
from ui.run_group import ids_of
from ui.state import page_of
from ui.words import about, choice_label, compact, count, duration, on_accent

if TYPE_CHECKING:
    from core.data.report import Overview

_BY = {"parameters": "Parameters", "seconds": "Time"}
_LEAST_SECONDS = 5.0


def open_race(task: str) -> None:
    """Keep the race of the page and the address in step: a reload, a second tab and a link find it again."""
    in_address = st.query_params.get("race")
    if page_of(task).race_is_new:
        page_of(task).race_is_new = False
    elif in_address and in_address != ",".join(page_of(task).race):
        page_of(task).race = ids_of(in_address)
    ids = page_of(task).race
    if ids and in_address != ",".join(ids):
        st.query_params["race"] = ",".join(ids)


def leave_race(task: str) -> None:
    """Show no race; its runs go on."""
    page_of(task).race = []
    st.query_params.pop("race", None)


def draw_race(task: str) -> None:
    """The control: which cells, what is equal, how many seeds, and Start; drawn only while it is open."""
    menu = st.popover(
        "Race RNN, LSTM, GRU", icon=":material/flag:", key=f"{task}:race_menu", on_change="rerun",
        help="Trains several cells with this set-up at an equal budget and draws them over each other.",
    )  # fmt: skip
    if not menu.open:
        return
    with menu:
        _draw_choices(task)


def _draw_choices(task: str) -> None:
    cells = st.multiselect(
        "Cells", list(CELLS), default=list(race.FIRST_CELLS), format_func=choice_label, key=f"{task}:race_cells",
        help="What races; a single one with several seeds shows how far chance goes.",
    )  # fmt: skip
    chosen = st.segmented_control(
        "Equal", list(_BY), default="parameters", required=True, format_func=lambda name: _BY[name],
        key=f"{task}:race_by", width="stretch",
        help="What all of them get: networks equally large for as many steps, or as much time at the same hidden size.",
    )  # fmt: skip
    by: race.By = "seconds" if chosen == "seconds" else "parameters"
    try:
        base, found = set_up_of(task)
    except ConfigError as error:
        show_problems("This set-up cannot race.", error.problems)
        return
    seconds = None
    if by == "seconds":
        usual = max(_LEAST_SECONDS, round(estimate_seconds(base, found.summary, services.speed(task))))
        seconds = st.number_input(
            "Seconds each", 1.0, value=float(usual), step=5.0, format="%g", key=f"{task}:race_seconds",
            help="Training time of each run; how many steps that is depends on its cell.",
        )  # fmt: skip
    seeds = st.segmented_control(
        "Seeds", list(range(1, race.MOST_SEEDS + 1)), default=1, required=True, key=f"{task}:race_seeds",
        width="stretch", help="Runs of each cell that differ in chance alone: only several tell which cell is better.",
    )  # fmt: skip
    entrants: list[Experiment] = []
    try:
        entrants = race.entrants(base, found.summary, cells, seeds, by, seconds, services.limits().max_steps)
        for entrant in entrants:
            check_limits(entrant, found.summary, services.limits())
        st.caption(_in_words(entrants, found.summary))
    except ConfigError as error:
        show_problems("These cannot race.", error.problems)
        entrants = []
    st.button(
        on_accent(":material/flag: Start the race", not entrants), type="primary", key=f"{task}:race_start",
        disabled=not entrants, on_click=start, args=(task, cells, seeds, by, seconds), width="stretch",
    )  # fmt: skip


def set_up_of(task: str) -> tuple[Experiment, Any]:
    """The page's set-up and what is known of its data. Raises `ConfigError` where it cannot be trained."""
    chosen = page_of(task).chosen
    assert chosen is not None  # the form has been drawn
    preset, data = chosen
    before = asking.resolved(task, preset, data).start
    return asking.check(task, preset, data, changed_values(task, before))


def _in_words(entrants: list[Experiment], summary: DataSummary) -> str:
    """What will be started: "3 runs of 500 steps, one after the other where no place is free: RNN 67 (4.8k parameters)"."""
    if not entrants:
        return "Choose one cell or more."
    first = entrants[0].training
    by = race.equal_by(entrants)
    budget = count(first.max_steps, "step") if by == "parameters" else f"{duration(first.max_seconds or 0)} of training"
    each = {
        f"{choice_label(one.model.cell)} {one.model.hidden_size} "
        f"({compact(about(count_parameters(one, summary)))} parameters)": None
        for one in entrants
    }
    return f"{count(len(entrants), 'run')} of {budget}: {', '.join(each)}. They wait for each other where no place is free."


def start(task: str, cells: list[str], seeds: int, by: race.By, seconds: float | None) -> None:
    """Queue the runs of a race, as a button's callback: all of them or none, and then the reason in words."""
    session.carry_out(task, "The race did not start, and nothing was queued.", _begin, task, cells, seeds, by, seconds)


def _begin(task: str, cells: list[str], seeds: int, by: race.By, seconds: float | None) -> None:
    base, found = set_up_of(task)
    entrants = race.entrants(base, found.summary, cells, seeds, by, seconds, services.limits().max_steps)
    for entrant in entrants:
        check_limits(entrant, found.summary, services.limits())
    made = _submit(entrants, found.overview, page_of(task).parent)
    session.leave_run(task)
    _show(task, made)
    st.session_state[f"{task}:race_menu"] = False  # the open menu would hide the race


def add_seeds(task: str, ids: list[str]) -> None:
    """Queue the seeds that a race lacks, and let them join it, as a button's callback."""
    session.carry_out(task, "No seeds were added, and nothing was queued.", _add, task, ids)


def _add(task: str, ids: list[str]) -> None:
    entrants = race.more_seeds([services.store().experiment(run_id) for run_id in ids])
    made = _submit(entrants, asking.checked(entrants[0]), ids[0])
    _show(task, [*ids, *made])


def _show(task: str, ids: list[str]) -> None:
    page_of(task).race = ids
    page_of(task).race_is_new = True


def _submit(entrants: list[Experiment], data: Overview, parent: str | None) -> list[str]:
    """Queue all of them or none; a refusal of the queue says what can be done about it here."""
    try:
        return runs.submit_all([(race.run_label(entrant), entrant, data) for entrant in entrants], parent)
    except ConfigError as error:
        if any(problem.field == "queue" for problem in error.problems):
            raise _too_many(len(entrants), error) from error
        raise


def _too_many(wanted: int, error: ConfigError) -> ConfigError:
    """The queue's refusal, with what can be done about it here."""
    expected = error.problems[0].expected
    hint = "Choose fewer cells or seeds, or start it when what waits has started."
    return ConfigError.single("queue", expected, f"a race of {wanted} runs", hint)
