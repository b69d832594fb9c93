"""The race on the page: progress of each run, all curves in one chart, and at the end a sentence that says who won.

While a run is active the panel is a fragment with a timer. Left out: starting a race (race.py), what its end says
(core/race.py), the chart (race_chart.py), the comparison of all figures (compare.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core import race
from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.words import in_words
from core.jobs.remaining import plan_of, share_done, step_seconds
from core.jobs.status import RunStatus
from core.verdict import page_baseline
from ui import runs, services, session, visitor
from ui.foreign import foreign
from ui.live_chart import shown_baseline
from ui.race import add_seeds, draw_race, leave_race
from ui.race_chart import Against, Racer, race_alt, race_chart, race_frame
from ui.results.common import is_dark, is_narrow
from ui.run_panel import curve_of
from ui.state import page_of
from ui.state_line import state_line
from ui.words import ACTIVE_STATES, choice_label, headline_metric

_EQUALLY = {"parameters": "at equal parameters", "seconds": "at equal time"}


@dataclass(frozen=True)
class _Run:
    status: RunStatus
    experiment: Experiment

    @property
    def cell(self) -> str:
        return choice_label(self.experiment.model.cell)


def draw_race_panel(task: str) -> bool:
    """Draw the race of the page; returns whether there is one of this task."""
    found = _load(task, page_of(task).race)
    if not found:
        return False
    active = any(run.status.state in ACTIVE_STATES for run in found)
    every = services.refresh_seconds(visitor.tab()) if active else None
    with st.container(border=True):
        st.fragment(_body, run_every=every)(task, [run.status.run_id for run in found], active)
    return True


def _load(task: str, ids: Sequence[str]) -> list[_Run]:
    """The runs that are there and of this task, a cell's in the order of their seeds."""
    found = []
    for run_id in ids:
        status = services.status(run_id)
        if status is None or status.task != task:
            continue
        try:
            found.append(_Run(status, services.store().experiment(run_id)))
        except ConfigError:  # of another version
            continue
    cells = list(dict.fromkeys(run.cell for run in found))
    return sorted(found, key=lambda run: (cells.index(run.cell), run.experiment.training.seed))


def _body(task: str, ids: Sequence[str], was_active: bool) -> None:
    found = _load(task, ids)
    active = any(run.status.state in ACTIVE_STATES for run in found)
    if not found or active != was_active:
        st.rerun()
    experiments = [run.experiment for run in found]
    by = race.equal_by(experiments)
    cells = list(dict.fromkeys(run.cell for run in found))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**A race of {in_words(cells)}** {_EQUALLY[by]}", width="content")
        with st.container(horizontal=True, width="content", gap="small"):
            _buttons(task, found, active)
    against: Against = "seconds" if by == "seconds" else "step"
    if is_narrow():  # the bars stand one under another there, and would push the curves off the screen
        _chart(task, found, cells, against)
        _progress(task, found)
    else:
        _progress(task, found)
        _chart(task, found, cells, against)
    if not active:
        _end(task, found, cells)


def _buttons(task: str, found: Sequence[_Run], active: bool) -> None:
    mine = [run.status.run_id for run in found if run.status.state in ACTIVE_STATES and runs.may_change(run.status)]
    if active and mine:
        st.button(
            "Stop all", icon=":material/stop:", key=f"{task}:race_stop", on_click=session.carry_out,
            args=(task, "The race was not stopped.", _stop, mine),
            help="Ends every run of the race at its next step, and takes those that wait out of the queue.",
        )  # fmt: skip
    st.button(
        "Close", icon=":material/close:", key=f"{task}:race_close", on_click=leave_race, args=(task,),
        help="Leaves the race; its runs stay, and the page Runs lists them.",
    )  # fmt: skip


def _stop(ids: Sequence[str]) -> None:
    for run_id in ids:
        runs.stop(run_id)


def _progress(task: str, found: Sequence[_Run]) -> None:
    """A bar for each run with its state, and a button that opens it."""
    with st.grid(3, min_column_width=230):
        for run in found:
            status = run.status
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                place = services.manager().queue_position(status.run_id) if status.state == "queued" else None
                name = foreign(status.name or race.run_label(run.experiment))
                plan = plan_of(run.experiment, services.limits().max_seconds)
                line = state_line(status, place, None, plan, step_seconds(curve_of(status).train))
                state = line.partition(" on the ")[0]  # the device is the same for all
                st.progress(share_done(status, plan), text=f"**{name}** · {foreign(state)}")
                st.button(
                    "Open", type="tertiary", key=f"{task}:race_open:{status.run_id}",
                    help="Shows this run below the race: use it, look inside.", on_click=_open, args=(task, status.run_id),
                )  # fmt: skip


def _open(task: str, run_id: str) -> None:
    """Show one of the runs below the race."""
    page_of(task).run = run_id
    page_of(task).run_is_new = True
    page_of(task).previous = None


def _chart(task: str, found: Sequence[_Run], cells: Sequence[str], against: Against) -> None:
    turns: dict[str, int] = dict.fromkeys(cells, -1)
    racers = []
    for run in found:
        turns[run.cell] += 1
        name = run.status.name or race.run_label(run.experiment)
        racers.append(Racer(run.cell, name, turns[run.cell], curve_of(run.status)))
    headline = headline_metric(task)
    has = any(record.get(headline) is not None for racer in racers for record in racer.curve.validation)
    metric = headline if has else "loss"
    frame = race_frame(racers, metric, against, _baseline(found, racers, headline, metric))
    planned = [run.status.total_steps or 0 for run in found] if against == "step" else []
    chart = race_chart(
        frame, metric, cells, task=task, against=against, end=float(max(planned, default=0)) or None, dark=is_dark(),
        narrow=is_narrow(),
    )  # fmt: skip
    st.altair_chart(chart, key=f"{task}:race_chart", alt=race_alt(racers, metric, task, against))


def _baseline(found: Sequence[_Run], racers: Sequence[Racer], headline: str, metric: str) -> tuple[str, float] | None:
    """The simple method of the page on the validation set, as the run panel and the comparison have it."""
    results = (services.run_file(run.status.run_id, "result.json") or {} for run in found if run.status.is_over)
    judged = next((best[0] for result in results if (best := page_baseline(result, headline))), None)
    curve = next((racer.curve for racer in racers if racer.curve.baselines), racers[0].curve)
    name = shown_baseline(curve, headline, judged)
    level = curve.baselines.get(name or "", {}).get(metric)
    return None if name is None or level is None else (name, float(level))


def _end(task: str, found: Sequence[_Run], cells: Sequence[str]) -> None:
    """Who won, the link to all figures, and more seeds where one says little."""
    metric = headline_metric(task)
    figures: dict[str, list[float]] = {cell: [] for cell in cells}
    for run in found:
        value = ((services.run_file(run.status.run_id, "result.json") or {}).get("test") or {}).get(metric)
        if run.status.state == "succeeded" and isinstance(value, int | float):
            figures[run.cell].append(float(value))
    st.markdown(foreign(race.verdict(metric, figures, task)))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.page_link(
            "pages/runs.py", label="Compare all figures", icon=":material/compare_arrows:",
            query_params={"compare": ",".join(run.status.run_id for run in found)}, width="content",
        )  # fmt: skip
        if len(cells) > 1 and race.more_seeds([run.experiment for run in found]):
            st.button(
                f"More seeds, {race.MOST_SEEDS} of each", icon=":material/add:", key=f"{task}:race_more",
                help="Trains the same networks with other seeds, which join this race.",
                on_click=add_seeds, args=(task, [run.status.run_id for run in found]),
            )  # fmt: skip
        draw_race(task)
