"""A search of the settings on the page: how far it is, its trials, three pictures, and at the end what the best is worth.

While it is on its way the panel is a fragment with a timer. Left out: starting one (sweep_form.py), the pictures
(ui/charts/sweep.py), what its end says (core/sweeps/outcome.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from core.config.errors import ConfigError
from core.figures import figure_with_spread
from core.jobs.status import RunStatus
from core.sweeps.driver import CALLED, LATE, START, STOPPED
from core.sweeps.folder import JOURNAL_FILE, Plan, Progress, is_stop_requested, read_plan, read_progress
from core.sweeps.outcome import checked, cut_short
from core.sweeps.rungs import rungs
from core.sweeps.study import Trial, best_of, read_trials
from ui import services, session, sweeps, visitor
from ui.browser import is_dark, is_narrow
from ui.foreign import foreign, table
from ui.results.common import show
from ui.state import page_of
from ui.sweep_form import draw_sweep_menu, show_sweep
from ui.words import (
    ACTIVE_STATES,
    NONE,
    STATE_WORDS,
    count,
    metric_label,
    metric_of,
    metric_value,
)

SECONDS = "Training, s"
_ROW_HEIGHT, _MOST_ROWS, _STATE_WIDTH = 35, 9, 180  # pixels, rows
_WHO = {**CALLED, START: "Start: the set-up as it was"}
_RUNGS_HELP = "Trials are compared at rungs, a ninth and a third of the steps; about one in three goes on from each."
_SECONDS_HELP = "Of training alone: starting its processes, reading the data and judging come on top."


@dataclass(frozen=True)
class Found:
    """A search as it is now."""

    sweep: str
    plan: Plan
    progress: Progress
    trials: list[Trial]
    is_stopping: bool
    trouble: str

    @property
    def metric(self) -> str:
        """What trials are compared by; "" before the first was looked at."""
        return next((trial.metric for trial in self.trials if trial.metric), "")


def draw_sweep_panel(task: str) -> bool:
    """Draw the search of the page; returns whether there is one of this task and visitor."""
    sweep = page_of(task).sweep
    if not sweep:
        return False
    found = _load(task, sweep)
    if found is None:
        st.info("The search of this link is not yours, or no longer here.")
        show_sweep(task, "")
        return False
    with st.container(border=True):
        pause = None if found.progress.is_over else max(1.0, services.refresh_seconds(visitor.tab()))
        st.fragment(_body, run_every=pause)(task, sweep, found.progress.is_over)
    return True


def _load(task: str, sweep: str) -> Found | None:
    try:
        folder = sweeps.find(sweep)
        plan = read_plan(folder)
    except ConfigError:
        return None
    if plan.task != task:
        return None
    try:
        written = (folder / JOURNAL_FILE).stat()
        trials = _trials(str(folder), written.st_mtime_ns, written.st_size)
    except (OSError, ValueError, KeyError):  # not begun, or in the middle of being written
        trials = []
    trouble = services.sweeps().trouble(sweep)
    return Found(sweep, plan, read_progress(folder), trials, is_stop_requested(folder), trouble)


@st.cache_data(max_entries=32, show_spinner=False)
def _trials(folder: str, changed: int, size: int) -> list[Trial]:
    return read_trials(Path(folder))


def _body(task: str, sweep: str, was_over: bool) -> None:
    found = _load(task, sweep)
    page = page_of(task)
    if found is None or found.progress.is_over != was_over or page.redraw or page.sweep != sweep:
        st.rerun()
    best = best_of(found.trials)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**A search of the settings** · {_headline(found)}", width="content")
        with st.container(horizontal=True, width="content", gap="small"):
            _buttons(task, found, best)
    if not found.progress.is_over:
        _progress(found)
    if found.trouble:
        st.warning(foreign(found.trouble))
    if found.progress.state == "failed":
        st.error(foreign(found.progress.error))
    if short := cut_short(found.plan, found.progress, found.trials):
        then = "open the best, or search again" if best is not None else "search again with fewer trials or more time"
        st.info(f"{foreign(short)} What to do now: {then}.")
    if best is not None:
        _say_best(task, found, best)
    if found.progress.is_over:
        _say_outcome(task, found)
    if found.trials:
        _tabs(task, found)
    if found.progress.is_over:
        draw_sweep_menu(task)


def _headline(found: Found) -> str:
    ended = sum(trial.state in ("done", "pruned") for trial in found.trials)
    early = sum(trial.state == "pruned" for trial in found.trials)
    said = f"{ended:,} of {count(found.plan.trials, 'trial')}"
    if early:
        said += f", {early:,} ended early"
    state = {"stopped": " · stopped", "failed": " · failed"}.get(found.progress.state, "")
    return said + (" · stopping" if found.is_stopping and not found.progress.is_over else state)


def _buttons(task: str, found: Found, best: Trial | None) -> None:
    if best is not None and services.status(best.run) is not None:
        st.button(
            "Open the best", icon=":material/open_in_new:", key=f"{task}:sweep_open", on_click=_open, args=(task, best.run),
            help="Shows the run of the best trial below: use it, look inside, fork its set-up.",
        )  # fmt: skip
    if not found.progress.is_over:
        st.button(
            "Stop", icon=":material/stop:", key=f"{task}:sweep_stop", disabled=found.is_stopping,
            on_click=session.carry_out, args=(task, "The search was not stopped.", sweeps.stop, found.sweep),
            help="Begins no trial any more, and ends those that train at their next step.",
        )  # fmt: skip
    st.button(
        "Close", icon=":material/close:", key=f"{task}:sweep_close", on_click=show_sweep, args=(task, ""),
        help="Leaves the search, which goes on; the menu Search the settings finds it again.",
    )  # fmt: skip


def _open(task: str, run_id: str) -> None:
    """Show the run of a trial below the search."""
    page = page_of(task)
    page.run, page.run_is_new, page.previous, page.redraw = run_id, True, None, True


def _progress(found: Found) -> None:
    if found.progress.state == "checking":
        runs = [run for some in found.progress.checks.values() for run in some]
        ended = sum((status := services.status(run)) is not None and status.is_over for run in runs)
        again = 2 * found.plan.seeds
        text = f"The best is trained again over seeds, beside the set-up it began from: {ended:,} of {again:,} done"
        st.progress(min(1.0, ended / again) if again else 1.0, text=text)
        return
    ended = sum(trial.state in ("done", "pruned") for trial in found.trials)
    st.progress(min(1.0, ended / found.plan.trials), text="Trials train as runs of the queue; this page may be closed")


def _say_best(task: str, found: Found, best: Trial) -> None:
    from ui.charts.sweep import labels_of, words

    labels = labels_of([best])
    values = " · ".join(f"{labels[name]} {words(value)}" for name, value in best.values.items())
    own = ", the set-up it began from" if best.number == 0 else ""
    figure, label = metric_value(best.metric, best.value, task), metric_of("Best validation", best.metric)
    st.markdown(f"{foreign(label)} **{foreign(figure)}**, trial {foreign(best.number)}{own}: {foreign(values)}")


def _say_outcome(task: str, found: Found) -> None:
    """Whether the best is better than luck: mean and spread of both over the same new seeds, on the test set."""
    if found.progress.winner == 0 and found.progress.state == "done":
        st.markdown("No trial was better on validation than the set-up that it began from.")
        return
    seeded = checked(task, found.progress, lambda run: services.run_file(run, "result.json"))
    if seeded is None:
        return
    st.markdown(f"**{foreign(seeded.sentence())}**")
    label = f"Test {metric_label(seeded.metric)}"
    rows = [
        (
            foreign(_WHO[row.who]),
            foreign(
                NONE
                if row.mean is None or row.deviation is None
                else figure_with_spread(seeded.metric, row.mean, row.deviation, task)
            ),
            f"{len(row.values)}",
        )
        for row in seeded.rows
    ]
    alt = "; ".join(f"{who}: {label} {figure}, {number} seeds" for who, figure, number in rows).replace("\\", "")
    shown = pd.DataFrame(rows, columns=["\u200b", foreign(label), "Seeds"])
    st.table(shown, border="horizontal", hide_index=True, alt=alt)
    st.caption("± is one standard deviation over seeds.")


def _tabs(task: str, found: Found) -> None:
    """The trials, and pictures of them once some did all their steps; only the open one is drawn."""
    from ui.charts import sweep as charts

    if not charts.can_draw(found.trials):
        _draw_trials(task, found)
        return
    tabs = st.tabs(["Trials", "History", "What matters", "Side by side"], on_change="rerun", key=f"{task}:sweep_tabs")
    key = f"{task}:sweep_chart"
    place = next((place for place, tab in enumerate(tabs) if tab.open), 0)
    with tabs[place]:
        if place == 0:
            _draw_trials(task, found)
        elif place == 1:
            show(charts.history_chart(found.trials, found.metric, task, is_dark()), f"{key}:history")
        elif place == 3:
            chart = charts.parallel_chart(found.trials, found.metric, task, is_dark(), is_narrow())
            show(chart, f"{key}:parallel")
        elif (bars := charts.importance_chart(found.trials, found.metric, is_dark())) is not None:
            show(bars, f"{key}:importances")
        else:
            st.caption("The trials are too few, or differ too little, to tell which settings matter.")


def _draw_trials(task: str, found: Found) -> None:
    frame = trials_frame(found.trials, found.metric, task, [services.status(trial.run) for trial in found.trials])
    height = _ROW_HEIGHT * (1 + min(_MOST_ROWS, len(frame))) + 3
    columns = {
        "State": st.column_config.TextColumn(width=_STATE_WIDTH, help=_RUNGS_HELP),
        SECONDS: st.column_config.NumberColumn(help=_SECONDS_HELP),
    }
    st.dataframe(
        table(frame), hide_index=True, height=height, column_config=columns, placeholder=NONE, key=f"{task}:sweep_table"
    )


def trials_frame(trials: Sequence[Trial], metric: str, task: str, statuses: Sequence[RunStatus | None]) -> pd.DataFrame:
    """The trials as a table, the newest first: state, figure on validation, seconds of training, and what each tries.

    Args:
        statuses: Of the run of each trial; None where there is none.
    """
    from ui.charts.sweep import labels_of, words

    labels, rows = labels_of(trials), []
    for trial, status in zip(trials, statuses, strict=True):
        value = trial.value if trial.value is not None or status is None or status.best is None else status.best.value
        row: dict[str, Any] = {
            "Trial": trial.number,
            "State": _state(trial, status),
            metric_of("Validation", metric) if metric else "Validation":
                NONE if value is None else metric_value(metric or _metric_of(status), value, task),
            SECONDS: None if status is None or status.seconds is None else round(status.seconds, 1),
        }  # fmt: skip
        row |= {label: words(trial.values[name]) if name in trial.values else NONE for name, label in labels.items()}
        rows.append(row)
    return pd.DataFrame(rows[::-1])


def _metric_of(status: RunStatus | None) -> str:
    return "" if status is None or status.best is None else status.best.metric


def _state(trial: Trial, status: RunStatus | None) -> str:
    if trial.state == "done":
        return "Done"
    if trial.state == "pruned":
        return f"Ended at step {trial.step:,}"
    if trial.state == "failed":
        cut_off = {STOPPED: "Stopped", LATE: "Cut off: time was over"}
        return cut_off.get(trial.reason, f"Failed: {trial.reason}")
    if status is None:
        return "Waiting"
    if status.state == "running":
        return f"{STATE_WORDS[status.state]}, step {status.step:,}"
    if status.step:  # each stretch is a process of its own, so it waits and starts between two of them
        return _waiting(status)
    return STATE_WORDS[status.state] if status.state in ACTIVE_STATES else "Waiting"


def _waiting(status: RunStatus) -> str:
    """Where a trial stands that has trained and will: at a rung, at its end, or between two."""
    if status.step == status.total_steps:
        return "All steps done"
    ends = rungs(status.total_steps or 0)
    if status.step in ends:
        return f"Paused at rung {ends.index(status.step) + 1}, step {status.step:,}"
    return f"Paused at step {status.step:,}"
