"""The model form of the sidebar: one fragment drawn from the knobs, with size, expected time and Train under it.

A change reruns this fragment alone. Left out: data and preset (setup.py), what a knob is (forms.py), its widget
(knob_widgets.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.config.checks import ruled_out, switched_off
from core.config.errors import ConfigError, Problem
from core.config.experiment import Experiment
from core.config.sizes import count_parameters
from core.data import catalog
from ui import asking, runs, services, session, share
from ui.data_fields import data_fields
from ui.foreign import foreign
from ui.forms import differences, grouped, knobs
from ui.knob_widgets import draw_knobs
from ui.opening import bind_knobs
from ui.problems import problem_list, show_problems
from ui.run_words import trial_in_words
from ui.state import page_of
from ui.vectors import vectors_of
from ui.words import count, on_accent, rough_duration

_NOT_SHOWN = ("data.window_size", "data.horizon", "data.non_negative")  # by the section "The data"
TRAIN_ICON = ":material/play_arrow:"  # beside a label, not in it: a screen reader would say its name


@dataclass(frozen=True)
class Setup:
    """What the sidebar says, before the knobs.

    Attributes:
        task, preset: As chosen.
        data: Dotted data choices.
        start: The preset's experiment on this data; None when the data cannot be used.
        overview: What is to be known of the prepared data; None likewise.
        preview: The beginning of a visitor's own data, as `core.data.sources.preview` gives it; None for other data.
        problems: Why the data cannot be used.
    """

    task: str
    preset: str
    data: dict[str, Any]
    start: Experiment | None = None
    overview: Any = None
    preview: Any = None
    problems: tuple[Problem, ...] = ()


def draw_form(setup: Setup, note: DeltaGenerator) -> None:
    """Draw the knobs, the size line, Reset and Train.

    Args:
        setup: What is chosen so far, with the preset's values.
        note: Where on the page to say that the result belongs to an earlier set-up.

    Train stands outside the fragment: a click on a fragment's button while the whole page is being drawn (the first
    prediction imports torch) can be lost, one on a button of the page starts the page anew.
    """
    form, train_place, reset_place = st.container(), st.container(), st.container()
    with form:
        _form(setup, note, reset_place, button := _TrainButton())
    button.is_drawn, button.untrainable = True, page_of(setup.task).untrainable
    with train_place:
        draw_train(setup.task, "train", width="stretch")


def draw_train(task: str, key: str, label: str = "Train", **layout: Any) -> None:
    """The button that trains what the sidebar says; off where that cannot be trained.

    Args:
        task: The page's task.
        key: Of the widget, after the task's name.
        label: What stands on it.
        layout: As `st.button` takes it.
    """
    off = bool(page_of(task).untrainable)
    st.button(
        on_accent(label, off), icon=TRAIN_ICON, type="primary", key=f"{task}:{key}", disabled=off,
        on_click=train, args=(task,), **layout,
    )  # fmt: skip


@dataclass
class _TrainButton:
    """Train as the page has drawn it, outside of the form: why the set-up cannot be trained."""

    untrainable: str = ""
    is_drawn: bool = False


@st.fragment
def _form(setup: Setup, note: DeltaGenerator, reset_place: DeltaGenerator, button: _TrainButton) -> None:
    assert setup.start is not None
    start = setup.start.values()
    bind_knobs(setup.task)
    reasons, turned_off = _switch_off_impossible(setup.task, start)
    unused = catalog.unused_fields(setup.start.description.kind, setup.start.data)
    shown = [knob for knob in knobs(setup.task) if knob.name not in unused]
    open_knobs = [knob for knob in shown if knob.basic and knob.section != "training"]
    more = [knob for knob in shown if not knob.basic and knob.section != "training"]
    training = [knob for knob in shown if knob.section == "training"]
    draw_knobs(setup.task, open_knobs, start, reasons)
    for title, some in (("More about the model", more), ("Training", training)):
        if some:
            with st.expander(title):
                for heading, those in grouped(some):
                    st.caption(f"**{heading}**")
                    draw_knobs(setup.task, those, start, reasons)
    for sentence in turned_off:
        st.info(sentence)
    changes = changed_values(setup.task, setup.start)
    page_of(setup.task).kept = {**changes, "preset": setup.preset}
    page_of(setup.task).form_drawn = True
    _keep_data_in_step(setup.task, changes)
    page_of(setup.task).untrainable = _size_line(setup, changes)
    if button.is_drawn and page_of(setup.task).untrainable != button.untrainable:
        st.rerun()  # Train, outside, must follow, and so must the page
    if changes:
        reset_place.button(
            "Reset to preset", type="tertiary", width="stretch", key=f"{setup.task}:reset_button",
            on_click=_reset, args=(setup.task,),
        )  # fmt: skip
    else:
        reset_place.empty()
    _earlier_note(setup, {**start, **changes}, note)


def _keep_data_in_step(task: str, changes: dict[str, Any]) -> None:
    """Draw the whole page anew when a knob decides what the network reads, which the page shows."""
    about_data = data_changes(changes)
    if page_of(task).page_drawn:  # as the page will show it
        page_of(task).page_drawn = False
        page_of(task).data_drawn = about_data
    elif page_of(task).data_drawn != about_data:
        st.rerun()


def data_changes(changes: dict[str, Any]) -> dict[str, Any]:
    """Those of some changed values that decide what the page shows of the data."""
    return {name: value for name, value in changes.items() if name.startswith("data.") and name not in _NOT_SHOWN}


def _switch_off_impossible(task: str, start: dict[str, Any]) -> tuple[dict[str, str], list[str]]:
    """Turn off what the other values rule out, so that the form shows what will be trained.

    Returns:
        The reasons by field, and a sentence for each field that was on until now.
    """
    values = current_values(task, start)
    reasons, labels = ruled_out(values), {knob.name: knob.label for knob in knobs(task)}
    turned_off = []
    for name, off in switched_off(values).items():
        if values[name] != off:
            session.turn(task, name, off)
            turned_off.append(f"{labels[name]} is off now. {reasons[name]}")
    return reasons, turned_off


def current_values(task: str, start: dict[str, Any]) -> dict[str, Any]:
    """Every knob's value: the widget's, or the preset's where no widget was drawn yet; and the word vectors of the page."""
    values = {knob.name: session.value_of(task, knob.name, start[knob.name]) for knob in knobs(task)}
    return values | vectors_of(task)


def changed_values(task: str, usual: Experiment) -> dict[str, Any]:
    """The knobs that differ from the preset, with what other values rule out switched off; not those that the data lacks."""
    start, unused = usual.values(), catalog.unused_fields(usual.description.kind, usual.data)
    values = current_values(task, start)
    values |= switched_off(values)
    return {name: value for name, value in values.items() if value != start[name] and name not in unused}


def _size_line(setup: Setup, changes: dict[str, Any]) -> str:
    """Parameters and expected time, or everything that is wrong; returns that, "" when the set-up can be trained."""
    try:
        with st.spinner("Preparing the data", show_time=False):
            experiment, found = asking.check(setup.task, setup.preset, setup.data, changes)
    except ConfigError as error:
        show_problems("This set-up cannot be trained.", error.problems)
        return problem_list(error.problems)
    parameters = count_parameters(experiment, found.summary)
    seconds = services.expected_seconds(experiment, found.summary)
    st.caption(
        f"**{count(parameters, 'parameter')}** · **{rough_duration(seconds)}** on this machine's "
        f"{services.device_label().split(',')[0]}"
    )
    return ""


def _reset(task: str) -> None:
    page_of(task).reset = True
    st.rerun()


def train(task: str, pause_at: int | None = None) -> None:
    """Submit what the sidebar says, as a button's callback; problems are kept for the page to show.

    Args:
        task: The task.
        pause_at: The step after which the run waits to be looked at; None: it goes on to its end.
    """
    session.carry_out(task, "Training did not start.", _submit, task, pause_at)


def _submit(task: str, pause_at: int | None) -> None:
    chosen = page_of(task).chosen
    if chosen is None:
        return
    preset, data = chosen
    start = asking.resolved(task, preset, data).start
    experiment, found = asking.check(task, preset, data, changed_values(task, start))
    session.started(task, runs.submit(experiment, found.overview, page_of(task).parent, pause_at))


def _earlier_note(setup: Setup, values: dict[str, Any], note: DeltaGenerator) -> None:
    """Say on the page that the result belongs to an earlier set-up, and what changed since."""
    forked = page_of(setup.task).parent
    run = page_of(setup.task).run or forked
    run = runs.before_corrections(run) if run else None
    if run and not forked and services.store().is_starter(run):  # it belongs to no set-up of this visitor
        run = None
    # On data that this visitor may not read no set-up of theirs can be the run's: the panel says that instead.
    trained = _experiment_of(run) if run and runs.may_read(run) else None
    if trained is None or trained.task != setup.task:
        note.empty()
        return
    changes = differences(setup.task, trained.values(), values)
    if not same_data(setup, trained):
        changes.insert(0, "other data")
    elif share.fingerprint_of(run or "") not in ("", setup.overview.fingerprint):
        changes.insert(0, "the data itself has changed")
    if not changes and not forked:
        note.empty()
        return
    if not changes:
        note.info("Set-up copied from this run. Change something and train it as a run of your own.")
        return
    rest = f" and {len(changes) - 3} more" if len(changes) > 3 else ""
    shown = services.status(run) if run and not forked else None
    if shown is not None and shown.sweep:
        note.info(
            f"This is {foreign(trial_in_words(shown))}, and the set-up is another: {foreign(', '.join(changes[:3]))}{rest}. "
            "Take its settings over to go on from it here."
        )
        return
    what = "A fork, to be trained" if forked else "This result belongs to an earlier set-up"
    then = "" if page_of(setup.task).untrainable else " Train to see the change."
    note.info(f"{what}: {foreign(', '.join(changes[:3]))}{rest}.{then}")


def same_data(setup: Setup, trained: Experiment) -> bool:
    """Whether a run was trained on the data of the page, read in the same way."""
    start = setup.start
    assert start is not None
    now, before = start.data, trained.data
    return (now.source, now.id) == (before.source, before.id) and all(
        getattr(now, name) == getattr(before, name) for name in data_fields(setup.task)
    )


def _experiment_of(run: str) -> Experiment | None:
    try:
        return services.store().experiment(run)
    except ConfigError:
        return None
