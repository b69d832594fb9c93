"""The page of an application: title, set-up, data, run panel and tabs, in calls that read like the page.

Its words are the application's (core.applications); what is particular to a task is drawn by its view (ui/tasks).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import streamlit as st

from core.applications import APPLICATIONS
from core.config.errors import ConfigError
from core.jobs.status import RunStatus
from ui import asking, runs, services, session, share
from ui.another_text import draw_another_text
from ui.cards import draw_card
from ui.data_view import draw_data, draw_preview
from ui.doctor import draw_doctor
from ui.foreign import foreign
from ui.frame import ensure_frame
from ui.hub import draw_fetch_offer
from ui.model_form import Setup, changed_values, data_changes, train
from ui.opening import open_page, stands, turn_page
from ui.problems import show_problems
from ui.race import draw_race, open_race
from ui.race_panel import draw_race_panel
from ui.results.common import is_narrow
from ui.results.moments import MOMENT
from ui.run_panel import first_training, run_panel, train_row
from ui.setup import set_up
from ui.starter import draw_starter, has_starter
from ui.state import page_of
from ui.sweep_form import draw_sweep_menu, open_sweep
from ui.sweep_panel import draw_sweep_panel
from ui.takeaway import take_away
from ui.tasks.view import view_of
from ui.words import ACTIVE_STATES, count


def draw(task: str) -> None:
    """A page from its title to its end.

    Args:
        task: The name of the page's application.
    """
    setup = _begin(task)
    run_id = _training(setup)
    _tabs(setup, run_id)
    stands(task)


def _begin(task: str) -> Setup:
    """Title, two lines of what will be seen and why, and the sidebar."""
    ensure_frame()
    turn_page(task)
    open_page(task)
    open_race(task)
    open_sweep(task)
    app = APPLICATIONS[task]
    st.title(app.heading or app.title, anchor=False)
    st.markdown(app.lead)
    note, waiting = st.container(), st.empty()
    setup = set_up(task, note.empty(), waiting)
    if page_of(task).start_quick:
        page_of(task).start_quick = False
        if setup.start is not None:
            train(task)
            st.rerun()
    _show_refusal(task)
    if not setup.data:
        st.markdown("The data of this page is not on this machine yet. Fetch it here, or bring your own.")
        draw_card(services.known_sets(task)[0])
    elif setup.problems and not draw_fetch_offer(task, setup.data):
        show_problems("This data cannot be used.", setup.problems)
    return setup


def _show_refusal(task: str) -> None:
    refusal = page_of(task).refusal
    if refusal:
        st.error(refusal)
        page_of(task).refusal = None


def _training(setup: Setup) -> str | None:
    """The run panel, or what will happen before the first training and the starter; the data, or folded away.

    Returns:
        The id of the page's run when there is one of this task; without a run that of the starter, where it is shown.
    """
    run_id, racing = page_of(setup.task).run, draw_race_panel(setup.task)
    searching = draw_sweep_panel(setup.task)
    if run_id is None:
        starter = None if racing or searching else _beginning(setup)
        if starter is not None:
            _fold_data(setup, starter)
        elif _has_data(setup):
            st.subheader("The data", anchor=False)
            _draw_data(setup)
        return starter
    status = services.status(run_id)
    if status is not None and status.task and status.task != setup.task:
        _belongs_elsewhere(setup.task, status)
        return None
    if is_narrow() and status is not None:  # while it trains too: what follows would move when it comes
        train_row(setup.task)
    run_panel(setup.task, run_id)
    if runs.before_corrections(run_id) == run_id:  # its advice is for a training from the beginning
        draw_doctor(setup.task, run_id)
    can_train = setup.start is not None and not page_of(setup.task).untrainable
    if can_train and status is not None and status.is_over:
        with st.container(horizontal=True):
            if not racing:
                draw_race(setup.task)
            if not searching:
                draw_sweep_menu(setup.task)
            draw_another_text(setup.task, run_id)
    _fold_data(setup, run_id)
    return run_id if status is not None else None


def _beginning(setup: Setup) -> str | None:
    """Before there is a run: what training will show, and beside it the starter; returns its id where it is shown."""
    if setup.start is None:
        return draw_starter(setup)
    app = APPLICATIONS[setup.task]
    seconds = services.expected_seconds(setup.start, setup.overview.summary)
    changed = bool(changed_values(setup.task, setup.start))
    if not has_starter(setup):
        first_training(setup.task, setup.preset, seconds, app.sees, changed=changed)
        return draw_starter(setup)
    left, right = st.columns(2)
    with left:
        first_training(setup.task, setup.preset, seconds, app.sees, "Train your own.", changed=changed)
    with right:
        return draw_starter(setup)


def _fold_data(setup: Setup, run_id: str) -> None:
    """What is trained on, below a result: drawn when it is opened."""
    if _has_data(setup):
        data = st.expander(_whose_data(setup, run_id), on_change="rerun", key=f"{setup.task}:data_shown")
        if data.open:
            with data:
                _draw_data(setup)


def _whose_data(setup: Setup, run_id: str) -> str:
    """What the data below a result is called: whether it is what the run was trained on."""
    if not runs.may_read(run_id):
        return "The data of the set-up; the run's is private"
    trained = share.fingerprint_of(run_id)
    is_other = setup.start is not None and trained not in ("", setup.overview.fingerprint)
    stands_in = not trained and page_of(setup.task).stands_in is not None
    return "The data of the set-up, not the run's" if is_other or stands_in else "The data"


def _has_data(setup: Setup) -> bool:
    return setup.start is not None or setup.preview is not None


def _draw_data(setup: Setup) -> None:
    """What will be trained on; of data that cannot be used what is seen of it, so that it can be corrected."""
    chosen = {name.removeprefix("data."): value for name, value in setup.data.items()}
    if setup.start is None:
        draw_preview(setup.preview, chosen)
        return
    experiment, overview = setup.start, setup.overview
    changes, is_refused = data_changes(changed_values(setup.task, setup.start)), bool(page_of(setup.task).untrainable)
    if changes and is_refused:
        st.caption("As it is read without your changes, because the set-up cannot be trained.")
    elif changes:
        with contextlib.suppress(ConfigError):  # refused since the page was drawn
            experiment, found = asking.check(setup.task, setup.preset, setup.data, changes)
            overview = found.overview
    draw_data(experiment, overview, setup.preview, chosen, gives_reasons=not is_refused)


def _belongs_elsewhere(task: str, status: RunStatus) -> None:
    if status.task in APPLICATIONS:
        app = APPLICATIONS[status.task]
        st.info(f"The run in this link belongs to another page: {app.title}.")
        st.page_link(f"pages/{status.task}.py", label="Open it there", query_params={"run": status.run_id})
    else:
        st.info(f"The run in this link belongs to a page that is not here: {foreign(status.task)}.")
    st.button("Start anew here", on_click=session.leave_run, args=(task,), key=f"{task}:anew")


def _tabs(setup: Setup, run_id: str | None) -> None:
    """The three tabs, once the run has left something to use."""
    status = services.status(run_id) if run_id else None
    if run_id is None or status is None or status.state in ACTIVE_STATES:
        return
    if not (services.store().path(run_id) / "best.safetensors").exists():
        return
    if not services.store().is_starter(run_id):  # which another machine trained
        services.note_speed(setup.task, services.run_file(run_id, "result.json"))
    if MOMENT in st.query_params:  # a link to what the network was at a moment of its training
        st.session_state.setdefault(f"{setup.task}:tabs", "Look inside")
    use, inside, away = st.tabs(
        ["Use it", "Look inside", "Take it away"], on_change="rerun", key=f"{setup.task}:tabs"
    )  # fmt: skip
    result = services.run_file(run_id, "result.json")
    if use.open:
        with use:
            if result is None:
                st.info(not_judged(status))
            _careful(
                view_of(setup.task).show_result, setup.task, run_id, result, services.run_file(run_id, "details.json")
            )
    if inside.open:
        with inside:
            _careful(view_of(setup.task).look_inside, setup.task, run_id)
    if away.open:
        with away:
            take_away(run_id)


def not_judged(status: RunStatus) -> str:
    """What is said above a network that has no final figures: which one it is, and why there are none."""
    if status.is_paused and status.step == status.total_steps:
        return "This network has done all its steps and is not judged yet: Resume above reads the test set, once."
    if status.is_paused:
        return (
            f"This is the network after {count(status.step, 'step')}, not judged yet: the test set is read once, when "
            "training ends. Train more steps above, and look again."
        )
    return "This run has no final figures, because it ended early. Its best network can be used all the same."


def _careful(draw: Callable[..., None], *arguments: Any) -> None:
    """Draw; input that cannot be is explained in place and leaves the rest of the page standing."""
    try:
        draw(*arguments)
    except ConfigError as error:
        show_problems("This cannot be shown.", error.problems)
