""" "Run this again": another cell at an equal budget, or the same set-up with other seeds, in one click.

What will be started is said before it is, and the link to the comparison stands beside the button afterwards.
Left out: the changes themselves (core.compare) and the queue (ui/runs.py).
"""

from __future__ import annotations

from typing import Any, cast

import streamlit as st

from core import compare
from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.sizes import count_parameters
from core.config.summary import DataSummary
from core.jobs.status import RunStatus
from core.models.cells import CELLS
from core.resolve import check_limits
from ui import asking, runs, services
from ui.problems import refusal_of, show_problems
from ui.words import ACTIVE_STATES, choice_label, choice_summary, compact, count, duration, on_accent

ANOTHER_CELL, MORE_SEEDS = "Another cell", "More seeds"
_EQUAL = {"steps": "Steps", "parameters": "Parameters", "seconds": "Time"}
_EQUAL_MEANS = {
    "steps": "All else stays as it was, so the new network may be larger or smaller.",
    "parameters": "The hidden size is chosen so that both networks are equally large, for as many steps.",
    "seconds": "The same hidden size, for as long as this run took, in as many steps as that allows.",
}
_SEEDS = (2, 3, 4, 5)


def draw_again(run_id: str) -> None:
    """The form for running a run again; draws nothing where its data cannot be had."""
    status = services.status(run_id)
    if status is None:
        return
    try:
        base = compare.as_trained(services.store().experiment(run_id), status.total_steps)
        summary = _summary(base)
    except ConfigError as error:
        show_problems("This run cannot be run again.", error.problems)
        return
    key = f"again:{run_id[:8]}"
    what = st.segmented_control(
        "What changes", [ANOTHER_CELL, MORE_SEEDS], default=ANOTHER_CELL, required=True, key=f"{key}:what",
        label_visibility="collapsed",
    )  # fmt: skip
    try:
        wanted = _other_cell(key, base, summary, status) if what == ANOTHER_CELL else _other_seeds(key, base)
        for experiment in wanted[:1]:  # the others differ in what has no limit
            check_limits(experiment, summary, services.limits())
    except ConfigError as error:
        show_problems("That cannot be started.", error.problems)
        wanted = []
    st.button(
        on_accent("Start", not wanted), icon=":material/play_arrow:", type="primary", key=f"{key}:start", disabled=not wanted,
        on_click=start, args=(run_id, wanted),
    )  # fmt: skip
    say_started(run_id)
    link_to_children(run_id)


def say_started(run_id: str) -> None:
    """Say what `start` has started since the page was drawn last, or why nothing."""
    key = f"again:{run_id[:8]}"
    refusal = st.session_state.pop(f"{key}:refusal", None)
    if refusal:
        st.error(f"Nothing was started.\n\n{refusal}")
    made = st.session_state.pop(f"{key}:made", 0)
    if made:
        st.markdown(f":material/check: {count(made, 'run')} started.")


def _summary(experiment: Experiment) -> DataSummary:
    data = {name: value for name, value in experiment.values().items() if name.startswith("data.")}
    return asking.resolved(experiment.task, experiment.preset, data).summary


def start(run_id: str, wanted: list[Experiment]) -> None:
    """Queue runs that come from one, or keep why they cannot be for `say_started`."""
    st.session_state[f"again:{run_id[:8]}:refusal"] = refusal_of(_queue, run_id, wanted)


def _queue(run_id: str, wanted: list[Experiment]) -> None:
    st.session_state[f"again:{run_id[:8]}:made"] = len(runs.again(run_id, wanted))


def _other_cell(key: str, base: Experiment, summary: DataSummary, status: RunStatus) -> list[Experiment]:
    """The choice of cell and budget; says what will be started."""
    cells = [cell for cell in CELLS if cell != base.model.cell]
    first = "gru" if base.model.cell != "gru" else "lstm"
    cell = st.selectbox(
        "Cell", cells, index=cells.index(first), format_func=choice_label, key=f"{key}:cell",
        help="What computes one time step from the last. `model.cell`",
    )  # fmt: skip
    budgets = [name for name in _EQUAL if name != "seconds" or status.seconds]
    chosen = st.segmented_control(
        "Keep equal", budgets, default="steps", required=True, format_func=lambda name: _EQUAL[name], key=f"{key}:equal",
        help="What both runs have the same amount of, so that the comparison is fair.",
    )  # fmt: skip
    equal = cast(compare.Equal, chosen)
    seconds = round(status.seconds, 1) if equal == "seconds" and status.seconds else None
    changed = compare.with_cell(base, cell, summary, equal, seconds)
    most = services.limits().max_steps
    if equal == "seconds" and most is not None:
        changed = changed.with_values({"training.max_steps": min(most, changed.training.max_steps)})
    st.caption(" ".join(part for part in (choice_summary(cell), _EQUAL_MEANS[equal]) if part))
    st.markdown(f"Starts **{_in_words(changed, summary)}**.\n\nThis run: {_in_words(base, summary)}.")
    _also_changed(base, changed)
    return [changed]


def _in_words(experiment: Experiment, summary: DataSummary) -> str:
    """A set-up in one line: "GRU, hidden size 147, 331k parameters, 218 steps"."""
    model, training = experiment.model, experiment.training
    budget = count(training.max_steps, "step") if training.max_seconds is None else duration(training.max_seconds)
    size = compact(count_parameters(experiment, summary))
    return f"{choice_label(model.cell)}, hidden size {model.hidden_size}, {size} parameters, {budget}"


def _also_changed(base: Experiment, changed: Experiment) -> None:
    """Name what the new cell made impossible."""
    said = ("model.cell", "model.hidden_size", "training.max_steps", "training.max_seconds")
    others = [row.label for row in compare.differences([base, changed]) if row.name not in said]
    if others:
        st.caption(f"Back to the default, because the new cell has none: {', '.join(others)}.")


def _other_seeds(key: str, base: Experiment) -> list[Experiment]:
    """The choice of how many seeds; says what will be started."""
    taken = _seeds_of(base)
    numbers = [number for number in _SEEDS if number > len(taken)]
    if not numbers:
        st.markdown(f"There are **{len(taken)} seeds** of this set-up already, which is enough for a spread.")
        return []
    first = 3 if 3 in numbers else numbers[0]
    number = st.segmented_control(
        "Seeds in all", numbers, default=first, required=True, key=f"{key}:seeds:{len(taken)}",
        help="How far results differ by chance alone: nothing changes but `training.seed`.",
    )  # fmt: skip
    wanted = compare.with_seeds(base, number - len(taken), taken)
    seeds = " and ".join(str(experiment.training.seed) for experiment in wanted[-2:])
    seeds = ", ".join([*(str(experiment.training.seed) for experiment in wanted[:-2]), seeds])
    have = f" With the {len(taken)} that you have, that makes {number}." if taken else ""
    st.markdown(f"Starts **{count(len(wanted), 'run')}** with seed{'s' if len(wanted) > 1 else ''} {seeds}.{have}")
    st.caption("They are compared as one line: the mean over seeds, with a band of one standard deviation.")
    return wanted


def _seeds_of(base: Experiment) -> set[int]:
    """Seeds of this visitor's runs of the set-up, finished or on their way."""
    seeds = set()
    for status in runs.mine():
        if status.state != "succeeded" and status.state not in ACTIVE_STATES:
            continue
        try:
            other = compare.as_trained(services.store().experiment(status.run_id), status.total_steps)
        except ConfigError:
            continue
        if compare.same_but_seed(base, other):
            seeds.add(other.training.seed)
    return seeds


def link_to_children(run_id: str) -> None:
    """A link to the comparison of a run with those that were started from it; nothing while there are none."""
    children = [status.run_id for status in runs.mine() if status.parent == run_id]
    if not children:
        return
    link: dict[str, Any] = {"compare": ",".join([run_id, *reversed(children)][: compare.MOST_COMPARED])}
    st.page_link(
        "pages/runs.py", label=f"Compare with the {count(len(children), 'run')} started from this one",
        icon=":material/compare_arrows:", query_params=link,
    )  # fmt: skip
