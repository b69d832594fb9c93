"""The race on the page: progress of each run, all curves in one chart, and at the end a sentence that says who won.

While a run is active the panel is a fragment with a timer. Left out: starting a race (race.py), progress and curves
(run_group.py), what its end says (core/race.py), the comparison of all figures (compare.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import race
from core.config.experiment import Experiment
from core.config.words import in_words
from core.jobs.status import RunStatus
from core.verdict import page_baseline
from ui import run_group, services, session
from ui.browser import is_narrow
from ui.foreign import foreign
from ui.live_chart import shown_baseline
from ui.race import add_seeds, draw_race, leave_race
from ui.race_chart import Against
from ui.run_curve import curve_of
from ui.run_group import Member
from ui.state import page_of
from ui.words import choice_label, headline_metric

_EQUALLY = {"parameters": "at equal parameters", "seconds": "at equal time"}


def draw_race_panel(task: str) -> bool:
    """Draw the race of the page; returns whether there is one of this task."""
    found = _load(task, page_of(task).race)
    if not found:
        return False
    with st.container(border=True):
        active = run_group.is_active(found)
        st.fragment(_body, run_every=run_group.pause(found))(task, [run.run_id for run in found], active)
    return True


def _load(task: str, ids: Sequence[str]) -> list[Member]:
    """The runs that are there and of this task; those of a cell are of a kind."""

    def cell(status: RunStatus, experiment: Experiment) -> str:
        return choice_label(experiment.model.cell) if status.task == task else ""

    return run_group.load(ids, cell)


def _body(task: str, ids: Sequence[str], was_active: bool) -> None:
    found = _load(task, ids)
    active = run_group.is_active(found)
    page = page_of(task)
    if not found or active != was_active or page.redraw or not page.race:  # a button here draws the panel alone
        st.rerun()
    by = race.equal_by([run.experiment for run in found])
    cells = run_group.kinds_of(found)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**A race of {in_words(cells)}** {_EQUALLY[by]}", width="content")
        with st.container(horizontal=True, width="content", gap="small"):
            _buttons(task, found, active)
    against: Against = "seconds" if by == "seconds" else "step"
    if is_narrow():  # the bars stand one under another there, and would push the curves off the screen
        _chart(task, found, against)
        _progress(task, found)
    else:
        _progress(task, found)
        _chart(task, found, against)
    if not active:
        _end(task, found, cells)


def _buttons(task: str, found: Sequence[Member], active: bool) -> None:
    mine = run_group.stoppable(found)
    if active and mine:
        st.button(
            "Stop all", icon=":material/stop:", key=f"{task}:race_stop", on_click=session.carry_out,
            args=(task, "The race was not stopped.", run_group.stop_all, mine),
            help="Ends every run of the race at its next step, and takes those that wait out of the queue.",
        )  # fmt: skip
    st.button(
        "Close", icon=":material/close:", key=f"{task}:race_close", on_click=leave_race, args=(task,),
        help="Leaves the race; its runs stay, and the page Runs lists them.",
    )  # fmt: skip


def _progress(task: str, found: Sequence[Member]) -> None:
    def draw_open(run: Member) -> None:
        st.button(
            "Open", type="tertiary", key=f"{task}:race_open:{run.run_id}",
            help="Shows this run below the race: use it, look inside.", on_click=_open, args=(task, run.run_id),
        )  # fmt: skip

    run_group.draw_progress(found, draw_open)


def _open(task: str, run_id: str) -> None:
    """Show one of the runs below the race."""
    page_of(task).run = run_id
    page_of(task).run_is_new = page_of(task).redraw = True
    page_of(task).previous = None


def _chart(task: str, found: Sequence[Member], against: Against) -> None:
    headline = headline_metric(task, *(one for run in found for one in curve_of(run.status).validation[-1:]))
    has = any(record.get(headline) is not None for run in found for record in curve_of(run.status).validation)
    metric = headline if has else "loss"
    baseline = _baseline(found, headline, metric)
    run_group.draw_curves(found, metric, f"{task}:race_chart", against=against, baseline=baseline)


def _baseline(found: Sequence[Member], headline: str, metric: str) -> tuple[str, float] | None:
    """The simple method of the page on the validation set, as the run panel and the comparison have it."""
    results = (services.run_file(run.run_id, "result.json") or {} for run in found if run.status.is_over)
    judged = next((best[0] for result in results if (best := page_baseline(result, headline))), None)
    curves = [curve_of(run.status) for run in found]
    curve = next((curve for curve in curves if curve.baselines), curves[0])
    name = shown_baseline(curve, headline, judged)
    level = curve.baselines.get(name or "", {}).get(metric)
    return None if name is None or level is None else (name, float(level))


def _end(task: str, found: Sequence[Member], cells: Sequence[str]) -> None:
    """Who won, the link to all figures, and more seeds where one says little."""
    tests = [(services.run_file(run.run_id, "result.json") or {}).get("test") or {} for run in found]
    metric = headline_metric(task, *tests)
    figures: dict[str, list[float]] = {cell: [] for cell in cells}
    for run, test in zip(found, tests, strict=True):
        value = test.get(metric)
        if run.status.state == "succeeded" and isinstance(value, int | float):
            figures[run.kind].append(float(value))
    st.markdown(foreign(race.verdict(metric, figures, task)))
    ids = [run.run_id for run in found]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.page_link(
            "pages/runs.py", label="Compare all figures", icon=":material/compare_arrows:",
            query_params={"compare": ",".join(ids)}, width="content",
        )  # fmt: skip
        if len(cells) > 1 and race.more_seeds([run.experiment for run in found]):
            st.button(
                f"More seeds, {race.MOST_SEEDS} of each", icon=":material/add:", key=f"{task}:race_more",
                help="Trains the same networks with other seeds, which join this race.",
                on_click=add_seeds, args=(task, ids),
            )  # fmt: skip
        draw_race(task)
