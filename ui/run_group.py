"""Runs that are watched together: which there are, how far each is, their curves in one chart, and Stop for all.

A race and the trainings of a Learn page are such groups; the address names their runs. Left out: starting them (race.py,
learn/training.py), what is said when they are over (race_panel.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from core import race
from core.compare import MOST_COMPARED
from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.jobs.remaining import plan_of, share_done, step_seconds
from core.jobs.status import RunStatus
from ui import runs, services, visitor
from ui.browser import is_dark, is_narrow
from ui.foreign import foreign
from ui.race_chart import Against, Part, Racer, race_alt, race_chart, race_frame
from ui.run_curve import curve_of
from ui.state_line import state_line
from ui.words import ACTIVE_STATES

_RUN_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Member:
    """A run of a group: how it is doing, what it trains, and what it has in common with its other seeds."""

    status: RunStatus
    experiment: Experiment
    kind: str

    @property
    def run_id(self) -> str:
        return self.status.run_id

    @property
    def name(self) -> str:
        """What it is called, such as "GRU, seed 1"."""
        return self.status.name or race.run_label(self.experiment)


def ids_of(text: str) -> list[str]:
    """The runs that an address names; what is no id is left out."""
    return list(dict.fromkeys(part for part in text.split(",") if _RUN_ID.fullmatch(part)))[:MOST_COMPARED]


def load(ids: Sequence[str], kind: Callable[[RunStatus, Experiment], str]) -> list[Member]:
    """The runs that are there, those of a kind in the order of their seeds; kinds stay in the order of the ids.

    Args:
        ids: Of runs.
        kind: What runs that differ in the seed alone are called; "" leaves a run out.
    """
    found = []
    for run_id in ids:
        status = services.status(run_id)
        if status is None:
            continue
        try:
            experiment = services.store().experiment(run_id)
        except (ConfigError, OSError):  # of another version, or deleted in this moment
            continue
        name = kind(status, experiment)
        if name:
            found.append(Member(status, experiment, name))
    kinds = kinds_of(found)
    return sorted(found, key=lambda one: (kinds.index(one.kind), one.experiment.training.seed))


def kinds_of(members: Sequence[Member]) -> list[str]:
    """Each kind once, in order."""
    return list(dict.fromkeys(one.kind for one in members))


def is_active(members: Sequence[Member]) -> bool:
    """Whether any of them waits or trains."""
    return any(one.status.state in ACTIVE_STATES for one in members)


def pause(members: Sequence[Member]) -> float | None:
    """Seconds between two looks at a group, for its fragment; None when nothing will change any more."""
    return services.refresh_seconds(visitor.tab()) if is_active(members) else None


def stoppable(members: Sequence[Member]) -> list[str]:
    """Those that wait or train and that this visitor may end."""
    return [one.run_id for one in members if one.status.state in ACTIVE_STATES and runs.may_change(one.status)]


def stop_all(ids: Sequence[str]) -> None:
    """End runs at their next step, and take those that wait out of the queue. Raises `NotYours`."""
    for run_id in ids:
        runs.stop(run_id)


def draw_progress(members: Sequence[Member], draw_way: Callable[[Member], None]) -> None:
    """A bar for each run with its state, and what `draw_way` puts beside it."""
    with st.grid(3, min_column_width=230):
        for one in members:
            status = one.status
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                place = services.manager().queue_position(one.run_id) if status.state == "queued" else None
                plan = plan_of(one.experiment, services.limits().max_seconds)
                line = state_line(status, place, None, plan, step_seconds(curve_of(status).train))
                state = line.partition(" on the ")[0]  # the device is the same for all
                st.progress(share_done(status, plan), text=f"**{foreign(one.name)}** · {foreign(state)}")
                draw_way(one)


def racers_of(members: Sequence[Member]) -> list[Racer]:
    """The runs as their chart needs them."""
    turns: dict[str, int] = {}
    found = []
    for one in members:
        turns[one.kind] = turns.get(one.kind, -1) + 1
        found.append(Racer(one.kind, one.name, turns[one.kind], curve_of(one.status)))
    return found


def draw_curves(
    members: Sequence[Member],
    metric: str,
    key: str,
    *,
    against: Against = "step",
    part: Part = "validation",
    baseline: tuple[str, float] | None = None,
    log_scale: bool = False,
    titles: Mapping[str, str] | None = None,
) -> None:
    """All curves in one chart.

    Args:
        members: The runs.
        metric: What is drawn; of training the loss, `grad_norm` or another figure of its records.
        key: Of the chart.
        against: What the x of the points is.
        part: Whose figures, those of validation or of training.
        baseline: Name and figure of a simple method, drawn as one more line.
        log_scale: Whether the value axis is logarithmic.
        titles: What to call what no metric is called, such as `grad_norm`.
    """
    task = members[0].experiment.task
    racers = racers_of(members)
    frame = race_frame(racers, metric, against, baseline, part)
    planned = [one.status.total_steps or 0 for one in members] if against == "step" else []
    chart = race_chart(
        frame, metric, kinds_of(members), task=task, against=against, end=float(max(planned, default=0)) or None,
        dark=is_dark(), narrow=is_narrow(), part=part, log_scale=log_scale, title=(titles or {}).get(metric),
    )  # fmt: skip
    st.altair_chart(chart, key=key, alt=race_alt(racers, metric, task, against, part))
