"""Search the settings: the menu that starts a search around the page's set-up, and how the page finds it again.

The address names the search; without one the page shows the visitor's own that is on its way. Left out: what a search
does (core.sweeps), what is drawn of it (sweep_panel.py).
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import streamlit as st

from core.config.errors import ConfigError, Problem
from core.config.experiment import Experiment
from core.config.limits import Limits
from core.config.summary import DataSummary
from core.config.written import read_number
from core.data import catalog
from core.jobs.record import RUN_ID
from core.sweeps.expected import expected_seconds
from core.sweeps.folder import check_plan
from core.sweeps.rungs import rungs
from core.sweeps.space import sweepable, trial_of, usual_fields
from ui import services, session, sweeps
from ui.foreign import foreign
from ui.problems import show_problem_of, show_problems
from ui.race import set_up_of
from ui.state import page_of
from ui.words import capital, count, duration, label_of, on_accent, rough_duration

_TRIALS, _SEEDS = 24, (0, 3, 5)
_STATE_WORDS = {
    "searching": "on its way",
    "checking": "on its way",
    "done": "done",
    "stopped": "stopped",
    "failed": "failed",
}


def open_sweep(task: str) -> None:
    """Keep the search of the page and the address in step; without one show this visitor's that is on its way."""
    page, in_address = page_of(task), st.query_params.get("sweep")
    if page.sweep_is_new:
        page.sweep_is_new = False
    elif in_address and in_address != page.sweep:
        page.sweep = in_address if RUN_ID.fullmatch(in_address) else None
    elif page.sweep is None and not page.sweep_looked_for:
        page.sweep = next((one for one, _, how_far in sweeps.mine(task) if not how_far.is_over), None)
    page.sweep_looked_for = True
    if page.sweep and in_address != page.sweep:
        st.query_params["sweep"] = page.sweep
    elif not page.sweep and in_address:
        del st.query_params["sweep"]


def show_sweep(task: str, sweep: str | None) -> None:
    """Show one of this visitor's searches, or none; it goes on either way."""
    page_of(task).sweep, page_of(task).sweep_is_new = sweep, True


def draw_sweep_menu(task: str) -> None:
    """The control: which fields, how many trials, how long, and Start; drawn only while it is open."""
    menu = st.popover(
        "Search the settings", icon=":material/manage_search:", key=f"{task}:sweep_menu", on_change="rerun",
        help="Tries many settings around this set-up and says whether the best is better than luck.",
    )  # fmt: skip
    if menu.open:
        with menu:
            _draw_choices(task)


def _draw_choices(task: str) -> None:
    try:
        start, found = set_up_of(task)
        start = trial_of(start)
    except ConfigError as error:
        show_problems("This set-up cannot be searched around.", error.problems)
        return
    offered = _offered(start)
    fields = st.multiselect(
        "Settings to try", offered, default=[name for name in usual_fields(task) if name in offered],
        format_func=lambda name: label_of(name) or name, key=f"{task}:sweep_fields",
        help="What differs between trials; all else stays as it is in the set-up.",
    )  # fmt: skip
    numbers, problems = _draw_numbers(task)
    seeds = st.segmented_control(
        "New seeds for the best", _SEEDS, default=3, required=True, key=f"{task}:sweep_seeds", width="stretch",
        help="The best of many is lucky: it is trained again so often, beside this set-up with the same seeds.",
    )  # fmt: skip
    if not fields:
        st.caption("Choose one setting or more.")
    elif not problems:
        st.caption(foreign(_in_words(start, found.summary, fields, *numbers, seeds)))
    off = bool(problems) or not fields
    st.button(
        on_accent(":material/manage_search: Start the search", off), type="primary", key=f"{task}:sweep_start",
        disabled=off, on_click=session.carry_out, width="stretch",
        args=(task, "The search did not start.", _begin, task),
    )  # fmt: skip
    _draw_earlier(task)


def _draw_numbers(task: str) -> tuple[tuple[int, float | None], Sequence[Problem]]:
    """Trials and seconds, each with what is wrong with it below; returns them, and all that is wrong.

    They are boxes of text: one for numbers makes 2 of 2.5, and the usual number of what is none, without a word.
    """
    limits = services.limits()
    usual = "" if limits.max_sweep_seconds is None else f"{limits.max_sweep_seconds:g}"
    with st.grid(2, min_column_width=120):
        trials, seconds = st.container(), st.container()
    trials.text_input(
        "Trials", str(min(_TRIALS, limits.max_sweep_trials)), key=f"{task}:sweep_trials",
        help="How many set-ups are tried; the first is this one, and the worse ones end early.",
    )  # fmt: skip
    seconds.text_input(
        "Seconds in all", usual, placeholder="no limit", key=f"{task}:sweep_seconds",
        help="When they are over, what trains ends, nothing else begins, and the best so far is kept.",
    )  # fmt: skip
    found: tuple[int, float | None] = (1, None)
    problems: Sequence[Problem] = ()
    try:
        found = _numbers(task, limits)
    except ConfigError as error:
        problems = error.problems
    for field, place in (("trials", trials), ("max_seconds", seconds)):
        with place:
            show_problem_of(field, problems)
    return found, problems


def _numbers(task: str, limits: Limits) -> tuple[int, float | None]:
    """Trials and seconds as they stand in their boxes. Raises `ConfigError` for all that cannot be."""
    found: dict[str, float | None] = {"trials": 1, "max_seconds": limits.max_sweep_seconds}  # where they cannot be read
    problems: list[Problem] = []
    for field, box in (("trials", "sweep_trials"), ("max_seconds", "sweep_seconds")):
        try:
            found[field] = read_number(field, st.session_state[f"{task}:{box}"] or "")
        except ConfigError as error:
            problems += error.problems
    try:
        check_plan(found["trials"], 0, found["max_seconds"], limits)
    except ConfigError as error:
        problems += error.problems
    if problems:
        raise ConfigError(problems)
    return int(found["trials"] or 0), found["max_seconds"]


def _offered(start: Experiment) -> list[str]:
    """The fields that may be tried around a set-up, those of the open form first."""
    unused = catalog.unused_fields(start.description.kind, start.data)
    there = [name for name in sweepable(start.task) if name in start.values() and name not in unused]
    return sorted(there, key=lambda name: name not in usual_fields(start.task))


def _in_words(
    start: Experiment, summary: DataSummary, fields: Sequence[str], trials: int, seconds: float | None, seeds: int
) -> str:
    """What will be trained, a guess at how long that takes, and when it ends whatever it takes."""
    steps = start.training.max_steps
    ends = [f"{step:,}" for step in rungs(steps)]
    early = f", the worse ones {' or '.join(ends)} only" if ends and trials > 1 else ""
    again = f" Then the best and this set-up, {count(seeds, 'time')} each." if seeds else ""
    slots = max(1, min(services.manager().slots, services.limits().max_running_per_visitor or trials))
    each = services.seconds_beside(start)
    whole = expected_seconds(start, summary, fields, trials, seeds, services.speed(start.task), each)
    end = (
        "No number of seconds ends it earlier."
        if seconds is None
        else f"It ends after {seconds:,g} s, with the best so far."
    )
    return (
        f"{count(trials, 'training')} of {count(steps, 'step')}{early}.{again} {capital(rough_duration(whole / slots))} on a "
        f"quiet machine, longer on a busy one or with large networks. {end}"
    )


def _begin(task: str) -> None:
    """Begin with what stands in the menu now: it may have changed since the button was drawn."""
    state, (trials, seconds) = st.session_state, _numbers(task, services.limits())
    fields, seeds = state[f"{task}:sweep_fields"], state[f"{task}:sweep_seeds"]
    start, _ = set_up_of(task)
    show_sweep(task, sweeps.begin(start, fields, trials, seconds, seeds))
    st.session_state[f"{task}:sweep_menu"] = False  # the open menu would hide it


def _draw_earlier(task: str) -> None:
    """This visitor's searches of the page, to be looked at again."""
    earlier = {
        sweep: ", ".join((count(plan.trials, "trial"), _age(plan.created), _STATE_WORDS[how_far.state]))
        for sweep, plan, how_far in sweeps.mine(task)
    }
    if not earlier:
        return
    key = f"{task}:sweep_earlier"
    st.selectbox(
        "Earlier searches", list(earlier), index=None, format_func=lambda one: foreign(earlier[one]), key=key,
        placeholder="Look at one again", help="Yours on this page, the newest first.",
        on_change=lambda: show_sweep(task, st.session_state.get(key)),
    )  # fmt: skip


def _age(created: float) -> str:
    return f"{duration(max(0.0, time.time() - created))} ago"
