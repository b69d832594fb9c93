"""Under a run that is over: what is wrong with it, the evidence, and buttons that start the runs which may help.

A healthy run has nothing here. The new run says that it comes from this one, and the set-up turns to it. On somebody
else's run the button starts one of the visitor's own, where they may read its data. Left out: what is found
(core.doctor).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.doctor import Finding, Remedy, diagnose
from core.jobs.status import RunStatus
from ui import runs, services, session
from ui.foreign import foreign
from ui.run_curve import curve_of
from ui.run_figures import result_of
from ui.state import page_of

SHOWN = 3  # the others are folded away: the first ones explain them
_START_HELP = "Trains this set-up with that one change, as a new run of yours."


def draw_doctor(task: str, run_id: str) -> None:
    """Draw what is wrong with a run; nothing of a healthy one, and of one that is not over."""
    status = services.status(run_id)
    if status is None or status.state not in ("succeeded", "failed", "stopped"):
        return
    try:
        experiment = services.store().experiment(run_id)
    except ConfigError:  # deleted in this moment, or written by another version: the page says so elsewhere
        return
    found = findings(experiment, status)
    may_start = experiment.data.source != "file" and runs.may_read(run_id)
    offered: list[Mapping[str, Any]] = []
    _draw(task, run_id, found[:SHOWN], may_start, offered)
    if found[SHOWN:]:
        with st.expander("More"):
            _draw(task, run_id, found[SHOWN:], may_start, offered)


def findings(experiment: Experiment, status: RunStatus) -> list[Finding]:
    """What is wrong with a run that is over, the worst first."""
    curve, failure = curve_of(status), status.error.kind if status.error else ""
    return diagnose(
        experiment, result_of(status), curve.train, curve.validation, failure=failure, limits=services.limits()
    )


def _draw(task: str, run_id: str, found: Sequence[Finding], may_start: bool, offered: list[Mapping[str, Any]]) -> None:
    for finding in found:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            remedies = [one for one in finding.remedies if may_start and one.changes not in offered]
            offered.extend(one.changes for one in remedies)
            ways = " Worth a try, one change each:" if len(remedies) > 1 else ""
            st.markdown(f":material/stethoscope: **{foreign(finding.title)}.** {foreign(finding.text)}{ways}")
            for place, remedy in enumerate(remedies):
                st.button(
                    foreign(remedy.label), icon=":material/play_arrow:", help=_START_HELP,
                    key=f"{task}:doctor:{finding.name}" + f":{place}" * bool(place),
                    on_click=session.carry_out, args=(task, "The run was not started.", _start, task, run_id, remedy),
                )  # fmt: skip


def _start(task: str, run_id: str, remedy: Remedy) -> None:
    changed = services.store().experiment(run_id).with_values(dict(remedy.changes))
    (new_id,) = runs.again(run_id, [changed])
    session.started(task, new_id)
    page_of(task).turn_to = new_id  # by the next run of the page, before its widgets are drawn
