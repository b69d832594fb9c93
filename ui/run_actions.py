"""The row that heads the run panel: state and progress on the left, one main button, and "More" beside it.

The main button always stands in the same place: Stop, Cancel, Resume or Continue, as the state has it; Fork for a
visitor whose run it is not. Left out: what follows below the row (run_panel.py) and who may do what (core.jobs).
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.config.errors import ConfigError
from core.config.words import plural
from core.jobs.record import STOP_FILE
from core.jobs.status import RunStatus
from ui import runs, services, session
from ui.foreign import foreign
from ui.model_form import train
from ui.share import draw_links
from ui.state import page_of
from ui.words import ACTIVE_STATES

NOT_YOURS = "You are looking at somebody else's run. Fork it to make it yours."
NOT_YOUR_FILE = (
    "This run was trained on its owner's file, which stays theirs. Bring a file of your own to train."
)  # fmt: skip
FILE_GONE = "The file that this run was trained on is not here any more. Bring it again to train on it."
STARTER = "A starter, which comes with Unroll and stays as it is. Fork it to have one of your own."
_STARTER_GOES_ON = (
    "A starter stays as it is for everybody. Fork it: the set-up turns to its own, and Train makes it a run of yours, for "
    "as many steps as you like."
)
_STEP_HELP = "Trains so many steps and waits, so that you can look at the network."
_FORK_HELP = "Turns the set-up to this run's. Change something, and train it as a run of your own."


def draw_row(task: str, status: RunStatus, line: str, share: float) -> None:
    """Draw the row.

    Args:
        task: The page's task.
        status: The run.
        line: What it is doing, in words.
        share: How much of it is done, 0 to 1.
    """
    mine, readable = runs.may_change(status), runs.may_read(status.run_id)
    starter = services.store().is_starter(status.run_id)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small"):
        st.progress(share, text=foreign(line))
        with st.container(horizontal=True, vertical_alignment="center", width="content", gap="small"):
            if mine and (readable or status.state in ACTIVE_STATES):
                _main(task, status)
            elif starter:
                draw_starter_row(task, status.run_id)
            elif readable:
                _fork_button(task, status.run_id)
            _more(task, status, mine, readable)
    if starter:
        st.caption(STARTER)
    elif not mine:
        st.caption(NOT_YOURS if readable else NOT_YOUR_FILE)
    elif not readable:
        st.caption(FILE_GONE)


def _main(task: str, status: RunStatus) -> None:
    """What this state calls for."""
    run_id = status.run_id
    if status.state == "queued":
        _button(task, "Cancel", ":material/close:", "Takes the run out of the queue.", runs.stop, run_id)
    elif status.state in ACTIVE_STATES:
        asked = (services.store().path(run_id) / STOP_FILE).exists()
        _button(
            task, "Stopping" if asked else "Stop", ":material/stop:",
            "Ends the run at the next step; the best network so far is kept.", runs.stop, run_id, disabled=asked,
        )  # fmt: skip
    elif status.state == "succeeded":
        _continue(task, status)
    elif status.can_resume:
        help_text = "Goes on from the last checkpoint." if status.step else "Puts the run into the queue again."
        draw_step(task, status)
        _button(task, "Resume", ":material/play_arrow:", help_text, runs.resume, run_id)


def _button(
    task: str, label: str, icon: str, help_text: str, do: Callable[[str], None], run_id: str, *, disabled: bool = False
) -> None:
    st.button(
        label, icon=icon, key=f"{task}:main", help=help_text, disabled=disabled, on_click=session.carry_out,
        args=(task, "That did not work.", do, run_id),
    )  # fmt: skip


def _continue(task: str, status: RunStatus) -> None:
    """Train a finished run for more steps, as a new run."""
    with st.popover("Continue", icon=":material/play_arrow:", key=f"{task}:continue"):
        more = st.number_input(
            "More steps", 1, None, max(1, status.step), key=f"{task}:{status.run_id}:more_steps",
            help="Trained as a new run, which begins where the learning rate of this one began to fall: so the rate need "
            "not rise again, and the result is that of one longer run. This one stays as it is.",
        )  # fmt: skip
        st.button(
            "Continue training", type="primary", key=f"{task}:continue_now", on_click=session.carry_out,
            args=(task, "The run was not continued.", _go_on, task, status.run_id, more),
        )  # fmt: skip


def _go_on(task: str, run_id: str, more_steps: int) -> None:
    longer = runs.continue_run(run_id, more_steps)
    session.started(task, longer, goes_on=True)
    session.turn_to_budget(task, services.store().experiment(longer))


def draw_step(task: str, status: RunStatus | None = None) -> None:
    """Train one step, or n, and look: of a run that ended early, or of what the set-up says when there is none."""
    # A widget that goes and comes back has forgotten its number in the browser, but not on the server: hence a new key.
    key = f"{task}:{status.run_id}:{status.attempt}:num_steps" if status else f"{task}:num_steps"
    with st.popover("Step", icon=":material/skip_next:", key=f"{task}:step", help=_STEP_HELP):
        number = st.number_input("Steps", 1, None, page_of(task).steps_at_once, key=key, help=_STEP_HELP)
        st.button(
            f"Train {plural(number, 'step')}", type="primary", key=f"{task}:step_now",
            on_click=_train_steps, args=(task, number, status),
        )  # fmt: skip


def _train_steps(task: str, number: int, status: RunStatus | None) -> None:
    page_of(task).steps_at_once = number
    if status is None:
        train(task, number)
    else:
        session.carry_out(task, "The run did not go on.", runs.resume, status.run_id, status.step + number)


def _more(task: str, status: RunStatus, mine: bool, readable: bool) -> None:
    """Everything else that can be done with the run; drawn only while it is open."""
    menu = st.popover("More", icon=":material/more_horiz:", key=f"{task}:more", on_change="rerun")
    if not menu.open:
        return
    with menu:
        if mine and readable:
            _fork_button(task, status.run_id)
        if mine:
            _name_and_pin(task, status)
        _links(status.run_id, readable)
        if mine:
            _delete(task, status)


def draw_starter_row(task: str, run_id: str) -> None:
    """What can be done with a starter: fork it, and the same where one would look for going on with it."""
    _fork_button(task, run_id)
    with st.popover("Continue", icon=":material/play_arrow:", key=f"{task}:continue"):
        st.markdown(_STARTER_GOES_ON)
        _fork_button(task, run_id, "fork_to_continue")


def _fork_button(task: str, run_id: str, key: str = "fork") -> None:
    st.button(
        "Fork", icon=":material/fork_right:", key=f"{task}:{key}", help=_FORK_HELP, on_click=session.carry_out,
        args=(task, "This run cannot be forked.", _fork, task, run_id),
    )  # fmt: skip


def draw_take_over(task: str, run_id: str) -> None:
    """Of a trial of a search: a fork, called by what one wants of it; gone once the set-up says that it comes from there."""
    if page_of(task).parent != run_id:
        st.button(
            "Take its settings over", icon=":material/fork_right:", key=f"{task}:take_over", help=_FORK_HELP,
            on_click=session.carry_out, args=(task, "Its settings were not taken over.", _fork, task, run_id),
        )  # fmt: skip


def _fork(task: str, run_id: str) -> None:
    session.fork(task, runs.before_corrections(run_id))
    st.session_state[f"{task}:more"] = False  # the open menu would hide what the page now says


def _name_and_pin(task: str, status: RunStatus) -> None:
    """What the owner calls the run, and whether it is kept when old ones are cleared away."""
    name_key, pin_key = f"{task}:{status.run_id}:name", f"{task}:{status.run_id}:pinned"
    for key, value in ((name_key, status.name), (pin_key, status.pinned)):
        if st.session_state.get(key) != value:  # setting it anew would undo what is being typed
            st.session_state[key] = value
    st.text_input(
        "Name", key=name_key, placeholder="None yet", on_change=_rename,
        args=(task, status.run_id, name_key),
    )  # fmt: skip
    st.toggle(
        "Pinned", key=pin_key, help="Goes last when old runs have to make room for new ones.", on_change=_pin,
        args=(task, status.run_id, pin_key),
    )  # fmt: skip


def _rename(task: str, run_id: str, key: str) -> None:
    session.carry_out(task, "The run was not renamed.", runs.rename, run_id, st.session_state[key] or "")


def _pin(task: str, run_id: str, key: str) -> None:
    session.carry_out(task, "The run was not pinned.", runs.pin, run_id, bool(st.session_state[key]))


def _links(run_id: str, readable: bool) -> None:
    try:
        draw_links(run_id, services.store().experiment(run_id), readable)
    except ConfigError:
        st.caption("The set-up of this run cannot be read.")


def _delete(task: str, status: RunStatus) -> None:
    """Delete, once it was asked again."""
    if page_of(task).asked_to_delete != status.run_id:
        st.button("Delete", icon=":material/delete:", key=f"{task}:delete", on_click=_ask, args=(task, status.run_id))
        return
    st.markdown("Delete this run with its network and its figures? This cannot be undone.")
    with st.container(horizontal=True):
        st.button(
            "Delete for good", type="primary", key=f"{task}:delete_now", on_click=session.carry_out,
            args=(task, "The run was not deleted.", _delete_now, task, status.run_id),
        )  # fmt: skip
        st.button("Keep it", key=f"{task}:keep", on_click=_ask, args=(task, None))


def _ask(task: str, run_id: str | None) -> None:
    page_of(task).asked_to_delete = run_id


def _delete_now(task: str, run_id: str) -> None:
    _ask(task, None)
    runs.delete(run_id)
    session.leave_run(task)
