"""Trainings of a Learn page: a button that queues a group of ordinary runs, and their curves while they train.

Nothing trains in the page. The address names the runs of a group, so that a reload, a second tab and a link find them
again. Left out: progress and chart (ui/run_group.py), races on task pages (ui/race.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from core import race
from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.words import in_words
from core.data.progress import ProgressCallback
from core.jobs.status import RunStatus
from ui import asking, run_group, runs, services
from ui.foreign import foreign
from ui.problems import refusal_of, show_problems
from ui.race_chart import Against, Part
from ui.run_group import Member
from ui.waiting import Bar
from ui.words import count, metric_label, on_accent, rough_duration

if TYPE_CHECKING:
    from core.data.report import Overview

_SEED = ", seed "
_TITLES = {"grad_norm": "Norm of the gradient", "learning_rate": "Learning rate"}


@dataclass(frozen=True)
class Training:
    """One run to be: what it trains, and what is known of its data."""

    experiment: Experiment
    overview: Overview


Wanted = Callable[[ProgressCallback], Mapping[str, Training]]
"""What a button starts, by what each run is called; runs of several seeds are called "GRU, seed 0" and so on."""


@dataclass(frozen=True)
class Curves:
    """One chart of a group: a figure of validation, or of training, such as `loss` or `grad_norm`."""

    metric: str
    part: Part = "validation"
    log_scale: bool = False

    @property
    def label(self) -> str:
        """What a control calls it."""
        name = _TITLES.get(self.metric, metric_label(self.metric))
        return f"{name} in training" if self.part == "train" and self.metric not in _TITLES else name


@dataclass(frozen=True)
class Group:
    """Trainings that are started together.

    Attributes:
        name: The page's, or where a page has several groups the page's and another word, such as `gradients.clipping`;
            the address names their runs as `<name>.runs`.
        wanted: What the set-up of the page asks for now.
        button: What the button says.
        note: What will be seen; one or two sentences.
        curves: Charts among which one is chosen, the first one at first.
    """

    name: str
    wanted: Wanted
    button: str
    note: str
    curves: Sequence[Curves] = (Curves("loss"),)


def seeded(values: Mapping[str, Mapping[str, Any]], seeds: int) -> dict[str, dict[str, Any]]:
    """Each of some runs, as `by_values` takes them, with the seeds from 0; all runs of a seed before the next one's."""
    return {
        f"{name}{_SEED}{seed}": {**one, "training.seed": seed} for seed in range(seeds) for name, one in values.items()
    }


def by_values(task: str, values: Mapping[str, Mapping[str, Any]], preset: str = "quick") -> Wanted:
    """Runs of an application by what differs from its preset.

    Args:
        task: The application.
        values: What each run is called, to dotted fields and their values, `data.` among them.
        preset: From which each starts.
    """

    def wanted(tell: ProgressCallback) -> Mapping[str, Training]:
        return {label: training_of(task, changed, preset, tell) for label, changed in values.items()}

    return wanted


def training_of(task: str, values: Mapping[str, Any], preset: str, tell: ProgressCallback) -> Training:
    """One run, checked. Raises `ConfigError` for everything that cannot be, limits of the server too."""
    data = {name: value for name, value in values.items() if name == "data.id"}
    rest = {name: value for name, value in values.items() if name not in data}
    experiment, found = asking.check(task, preset, data, rest, tell)
    return Training(experiment, found.overview)


def members_of(name: str) -> list[Member]:
    """The runs of a group that are there, waiting, training or over; `kind` is what all seeds of a run are called."""
    return run_group.load(_ids(name), _kind)


def finished(members: Sequence[Member]) -> list[Member]:
    """Those that came to their end and left weights."""
    return [one for one in members if one.status.state == "succeeded"]


def draw_group(group: Group) -> list[Member]:
    """The group: its button with what it will cost, or its runs with their curves; call it outside the figure.

    Returns:
        The runs, in whatever state they are: `finished` picks those whose weights can be read (`services.predictor`) and
        `ui.run_curve.curve_of` has the records of each. When the last one ends the page is drawn anew.
    """
    found = members_of(group.name)
    with st.container(border=True):
        st.markdown(group.note)
        wanted = _look_up(group)
        _draw_button(group, wanted, found)
        if found:
            active = run_group.is_active(found)
            watch = st.fragment(_watch, run_every=run_group.pause(found))
            watch(group, [one.run_id for one in found], active)
    return found


def _look_up(group: Group) -> Mapping[str, Training]:
    """What the button would start; nothing where it cannot, and then the reasons are shown."""
    bar = Bar(st.empty())
    try:
        return group.wanted(bar)
    except ConfigError as error:
        show_problems("This cannot be trained.", error.problems)
        return {}
    finally:
        bar.end()


def _draw_button(group: Group, wanted: Mapping[str, Training], found: Sequence[Member]) -> None:
    refusal = st.session_state.pop(f"{group.name}:refusal", None)
    if refusal:
        st.error(refusal)
    same = is_same([one.experiment for one in found], [one.experiment for one in wanted.values()])
    if run_group.is_active(found) or (found and same and len(finished(found)) == len(found)):
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        label = foreign(group.button)
        st.button(
            on_accent(label, not wanted), icon=":material/play_arrow:", type="primary", key=f"{group.name}:train",
            disabled=not wanted, on_click=_start, args=(group.name, wanted),
        )  # fmt: skip
        if wanted:
            st.caption(foreign(cost(list(wanted.values()))), width="content")
    if found and wanted and not same:
        st.caption("The runs below belong to an earlier set-up.")


def is_same(one: Sequence[Experiment], other: Sequence[Experiment]) -> bool:
    """Whether two groups train the same, in whatever order."""
    told = [sorted(repr((each.task, sorted(each.values().items()))) for each in group) for group in (one, other)]
    return told[0] == told[1]


def cost(wanted: Sequence[Training]) -> str:
    """What a group will cost: "3 runs, about 10 s each, 2 at a time: about 20 s"."""
    seconds = [services.expected_seconds(one.experiment, one.overview.summary) for one in wanted]
    longest = rough_duration(max(seconds))
    if len(seconds) == 1:
        return f"{longest[0].upper()}{longest[1:]} on this machine."
    at_once = min(len(seconds), services.manager().slots)
    whole = rough_duration(max(max(seconds), sum(seconds) / at_once))
    turns = (
        "all at once" if at_once == len(seconds) else f"{at_once} at a time" if at_once > 1 else "one after the other"
    )
    return f"{count(len(seconds), 'run')} of {longest} each, {turns}: {whole} on this machine."


def _start(name: str, wanted: Mapping[str, Training]) -> None:
    """Queue all or none, as a button's callback."""

    def submit() -> None:
        asked = [(label, training.experiment, training.overview) for label, training in wanted.items()]
        _keep(name, runs.submit_all(asked))

    refusal = refusal_of(submit)
    if refusal:
        st.session_state[f"{name}:refusal"] = f"Nothing was started.\n\n{refusal}"


def _keep(name: str, ids: list[str]) -> None:
    st.session_state[f"{name}:runs"] = ids
    st.session_state[f"{name}:runs_are_new"] = True


def _ids(name: str) -> list[str]:
    """The runs of a group; keeps session and address in step."""
    key, asked = f"{name}.runs", st.query_params.get(f"{name}.runs")
    kept: list[str] = st.session_state.get(f"{name}:runs", [])
    if st.session_state.pop(f"{name}:runs_are_new", False):
        pass  # whatever stands in the address
    elif asked and asked != ",".join(kept):
        kept = st.session_state[f"{name}:runs"] = run_group.ids_of(asked)
    if kept and asked != ",".join(kept):
        st.query_params[key] = ",".join(kept)
    elif not kept and asked:
        st.query_params.pop(key, None)
    return kept


def _leave(name: str) -> None:
    """Show no runs; they stay."""
    st.session_state[f"{name}:runs"] = []
    st.query_params.pop(f"{name}.runs", None)


def _kind(status: RunStatus, experiment: Experiment) -> str:
    name = status.name or experiment.model.cell
    return name.rpartition(_SEED)[0] or name


def _watch(group: Group, ids: Sequence[str], was_active: bool) -> None:
    """The runs, drawn with the page and by itself at every tick."""
    found = run_group.load(ids, _kind)
    active = run_group.is_active(found)
    if not found or active != was_active:
        st.rerun()
    name = group.name
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        chosen = _choose(group)
        log_scale = st.toggle("Log scale", value=chosen.log_scale, key=f"{name}:log:{chosen.metric}")
        _buttons(name, found, active)
    run_group.draw_progress(found, _draw_way)
    for words in troubles(found):
        st.warning(foreign(words))
    against: Against = "seconds" if race.equal_by([one.experiment for one in found]) == "seconds" else "step"
    run_group.draw_curves(
        found, chosen.metric, f"{name}:chart", against=against, part=chosen.part, log_scale=bool(log_scale),
        titles=_TITLES,
    )  # fmt: skip


def _choose(group: Group) -> Curves:
    if len(group.curves) == 1:
        return group.curves[0]
    place = st.segmented_control(
        "Curve", range(len(group.curves)), default=0, required=True, label_visibility="collapsed",
        format_func=lambda place: foreign(group.curves[place].label), key=f"{group.name}:curve",
    )  # fmt: skip
    return group.curves[place or 0]


def _buttons(name: str, found: Sequence[Member], active: bool) -> None:
    mine = run_group.stoppable(found)
    if active and mine:
        st.button(
            "Stop", icon=":material/stop:", key=f"{name}:stop", on_click=_stop, args=(name, mine),
            help="Ends these runs at their next step, and takes those that wait out of the queue.",
        )  # fmt: skip
    st.button(
        "Close", icon=":material/close:", key=f"{name}:close", on_click=_leave, args=(name,),
        help="Leaves these runs; the page Runs lists them.",
    )  # fmt: skip


def _stop(name: str, ids: Sequence[str]) -> None:
    refusal = refusal_of(run_group.stop_all, ids)
    if refusal:
        st.session_state[f"{name}:refusal"] = f"Not all were stopped.\n\n{refusal}"


def _draw_way(one: Member) -> None:
    st.page_link(
        f"pages/{one.experiment.task}.py", label="Open", query_params={"run": one.run_id}, width="content",
        help="Opens this run on the page of its task: use it, look inside, take it away.",
    )  # fmt: skip


def troubles(members: Sequence[Member]) -> list[str]:
    """Why runs failed or were lost, each reason once, with the runs that it is about."""
    reasons: dict[str, list[str]] = {}
    for one in members:
        if one.status.state in ("failed", "lost"):
            seen = one.status.error is not None and services.sees_rows(one.run_id)  # a message may quote what was read
            said = one.status.error.message if one.status.error and seen else "It ended before it was done."
            reasons.setdefault(said, []).append(one.name)
    return [f"{in_words(names)}: {said}" for said, names in reasons.items()]
