"""What can be done with the runs that are selected in the table, and the dialogs that ask first.

Left out: the table (runs_table.py), comparing (compare.py), and who may do what (core.jobs, through ui/runs.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from core.jobs.status import RunStatus
from ui import runs
from ui.again import draw_again
from ui.foreign import foreign
from ui.problems import refusal_of
from ui.run_words import run_name
from ui.runs_table import open_run
from ui.words import ACTIVE_STATES, count

_REFUSALS = "runs:refusals"


def _do(do: Callable[..., Any], *arguments: Any) -> None:
    """Do something to a run; what keeps it from being done is shown at the top of the page."""
    known, refusal = st.session_state.setdefault(_REFUSALS, []), refusal_of(do, *arguments)
    if refusal and refusal not in known:  # many runs, one reason
        known.append(refusal)


def show_refusals() -> None:
    """What could not be done since the page was last drawn."""
    refusals = st.session_state.pop(_REFUSALS, None)
    if refusals:
        st.error("\n".join(["That was not done.\n", *refusals]))


def draw_toolbar(chosen: Sequence[RunStatus]) -> None:
    """The buttons for the selected runs; only what their states allow."""
    one = chosen[0] if len(chosen) == 1 else None
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{foreign(run_name(one)) if one else count(len(chosen), 'run')}**", width="content")
        if one is not None and st.button("Open", icon=":material/open_in_new:", key="runs:open_one"):
            open_run(one.run_id)
        if one is not None and st.button("Rename", icon=":material/edit:", key="runs:rename"):
            _rename(one)
        _pin_button(chosen)
        _state_button(chosen, "Stop", ":material/stop:", [s for s in chosen if s.state in ("starting", "running")])
        _state_button(chosen, "Cancel", ":material/close:", [s for s in chosen if s.state == "queued"])
        _state_button(chosen, "Resume", ":material/play_arrow:", [s for s in chosen if s.can_resume])
        if one is not None and st.button("Run again", icon=":material/replay:", key="runs:again"):
            _again(one)
        if st.button("Delete", icon=":material/delete:", key="runs:delete"):
            _delete(list(chosen))


def _pin_button(chosen: Sequence[RunStatus]) -> None:
    pinned = all(status.pinned for status in chosen)
    st.button(
        "Unpin" if pinned else "Pin", icon=":material/keep_off:" if pinned else ":material/keep:", key="runs:pin",
        on_click=_pin, args=([status.run_id for status in chosen], not pinned),
        help="A pinned run goes last when old runs are cleared away to make room.",
    )  # fmt: skip


def _pin(ids: Sequence[str], pinned: bool) -> None:
    for run_id in ids:
        _do(runs.pin, run_id, pinned)


def _state_button(chosen: Sequence[RunStatus], label: str, icon: str, fitting: Sequence[RunStatus]) -> None:
    """A button for the runs among the chosen whose state allows it; none when there are none."""
    if not fitting:
        return
    do = runs.resume if label == "Resume" else runs.stop
    number = "" if len(chosen) == 1 else f" {len(fitting)}"
    st.button(
        f"{label}{number}", icon=icon, key=f"runs:{label.lower()}", on_click=_each,
        args=(do, [status.run_id for status in fitting]),
    )  # fmt: skip


def _each(do: Callable[[str], None], ids: Sequence[str]) -> None:
    for run_id in ids:
        _do(do, run_id)


@st.dialog("Rename", icon=":material/edit:")
def _rename(status: RunStatus) -> None:
    name = st.text_input("Name", status.name, key=f"runs:name:{status.run_id}", placeholder=run_name(status))
    if st.button("Save", type="primary", key="runs:rename_now"):
        _do(runs.rename, status.run_id, name)
        st.rerun()


@st.dialog("Run this again", icon=":material/replay:", on_dismiss="rerun")
def _again(status: RunStatus) -> None:
    draw_again(status.run_id)


@st.dialog("Delete", icon=":material/delete:")
def _delete(chosen: Sequence[RunStatus]) -> None:
    names = ", ".join(foreign(run_name(status)) for status in chosen[:6])
    more = f" and {len(chosen) - 6} more" if len(chosen) > 6 else ""
    st.markdown(f"**{names}{more}**")
    active = sum(status.state in ACTIVE_STATES for status in chosen)
    if active:
        st.markdown(f"{count(active, 'run')} of these still trains or waits, and will be ended first."
                    if active == 1 else f"{active} of these still train or wait, and will be ended first.")  # fmt: skip
    st.markdown("The trained networks, curves and figures go with them. Links to them will say that they were deleted. "
                "This cannot be undone.")  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        if st.button(f"Delete {count(len(chosen), 'run')}", type="primary", key="runs:delete_now"):
            ids = [status.run_id for status in chosen]
            _each(runs.delete, ids)
            asked = st.session_state.get("runs:asked", [])
            st.session_state["runs:asked"] = [run_id for run_id in asked if run_id not in ids]
            st.rerun()
        if st.button("Keep", key="runs:keep"):
            st.rerun()


def draw_delete_everything(number: int) -> None:
    """The quiet button at the end of the page."""
    if st.button("Delete all my data", icon=":material/delete_forever:", type="tertiary", key="runs:everything"):
        _delete_everything(number)


@st.dialog("Delete all my data", icon=":material/delete_forever:")
def _delete_everything(number: int) -> None:
    mine = f"**{count(number, 'run')}** with the trained networks, and " if number else ""
    st.markdown(f"This deletes {mine}**every file that you uploaded**. Runs that still train are ended first.")
    st.markdown("Nothing of it can be brought back, and links to your runs will say that they were deleted.")
    with st.container(horizontal=True, gap="small"):
        if st.button("Delete everything", type="primary", key="runs:everything_now"):
            _do(runs.delete_everything)
            st.rerun()
        if st.button("Keep my data", key="runs:keep_everything"):
            st.rerun()
