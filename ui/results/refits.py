"""Training again on the way through a rolling test: one control that queues the trainings, their progress, and what they change.

Each training is an ordinary run of this visitor, found again by what it trains. Left out: where networks are trained anew and
how both ways are put together (core/refits.py), the rolling test itself (backtest.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.applications import describe
from core.backtests import FILE, NETWORK, Backtest, read_backtest
from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.refits import MOST_REFITS, Refits, beside, new_origins, origin_of, refitted, rows_both_ways
from core.verdict import standing
from ui import asking, run_group, runs, services
from ui.charts.backtest import Line, error_by_step
from ui.foreign import foreign, one_line, shorten
from ui.problems import refusal_of
from ui.results.common import is_dark, show
from ui.results.written import offer_rows
from ui.run_group import Member
from ui.words import baseline_label, capital, count, metric_label, metric_value, rough_duration

_GO_ON = ("failed", "lost", "stopped")


def show_refits(app: str, run_id: str, details: Mapping[str, Any], test: Backtest, beside_it: str | None) -> None:
    """Draw the control, the trainings, and errors both ways.

    Args:
        app: The page.
        run_id: The run.
        details: Its `details.json`.
        test: The rolling test of the series that is shown.
        beside_it: A simple method that is drawn, too.
    """
    most = min(MOST_REFITS, len(test.since(test.test_from).origins) - 1)
    base = runs.trained(run_id)
    if most < 1 or base is None:
        return
    st.markdown("##### Train again on the way")
    found = _trainings(run_id, base, details)
    _control(app, run_id, base, details, test, most)
    refusal = st.session_state.pop(f"refits:{run_id[:8]}:refusal", None)
    if refusal:
        st.error(f"Nothing was started.\n\n{refusal}")
    if not found:
        return
    active = run_group.is_active(list(found.values()))
    st.fragment(_progress, run_every=run_group.pause(list(found.values())))(app, run_id, details, active)
    files = _files_of(found)
    both = _together(files, test)
    if both is None:
        return
    _show_both(app, both, test, beside_it)
    _files(app, services.run_file(run_id, FILE), files, details)


def _trainings(run_id: str, base: Experiment, details: Mapping[str, Any]) -> dict[int, Member]:
    """This visitor's runs that train the network anew, by the row of their origin; of several the newest that came to its end."""
    num_validation, num_rows = details["validation_end"] - details["train_end"], len(details["time"])
    found: dict[int, Member] = {}
    for status in runs.mine():
        if status.parent != run_id:
            continue
        try:
            experiment = services.store().experiment(status.run_id)
        except (ConfigError, OSError):
            continue
        origin = origin_of(base, experiment, num_validation, num_rows)
        if origin is not None and (origin not in found or _is_better(status.state, found[origin].status.state)):
            found[origin] = Member(status, experiment, "again")
    return dict(sorted(found.items()))


def _is_better(state: str, than: str) -> bool:
    return state == "succeeded" and than != "succeeded"


def _control(
    app: str, run_id: str, base: Experiment, details: Mapping[str, Any], test: Backtest, most: int
) -> None:  # fmt: skip
    """How many, what that costs, and the button."""
    if not runs.may_read(run_id):
        st.caption("Training again needs this run's data, which is its owner's.")
        return
    most = min(most, services.limits().max_queued_per_visitor or most)
    status = services.status(run_id)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = 1 if most == 1 else st.number_input(
            "Origins", 1, most, min(3, most), key=f"{app}_refits_{most}", width=120,
            help="How many networks are trained anew, at origins that lie evenly over the test set.",
        )  # fmt: skip
        origins = new_origins(test, int(number))
        st.button(
            f"Train again at {count(len(origins), 'origin')}", icon=":material/replay:", key=f"{app}_refits_start",
            on_click=_start, args=(run_id, base, origins, details),
            help="Queues one run for each: the same set-up and seed, trained on the rows before its origin and on none after it.",
        )  # fmt: skip
    times = ", ".join(shorten(one_line(test.time[row]), 24) for row in origins)
    cost = f", each {rough_duration(status.seconds)}" if status is not None and status.seconds else ""
    st.caption(
        foreign(
            f"Does it pay to train again as time goes on? {count(len(origins), 'training')}{cost}, with what was known "
            f"before {times}; one after the other where no place is free."
        )
    )


def _start(run_id: str, base: Experiment, origins: Sequence[int], details: Mapping[str, Any]) -> None:
    """Queue the trainings that are not there yet, as a button's callback: all of them or none."""
    st.session_state[f"refits:{run_id[:8]}:refusal"] = refusal_of(_queue, run_id, base, origins, details)


def _queue(run_id: str, base: Experiment, origins: Sequence[int], details: Mapping[str, Any]) -> None:
    have = {row for row, one in _trainings(run_id, base, details).items() if one.status.state not in _GO_ON}
    num_validation, num_rows = details["validation_end"] - details["train_end"], len(details["time"])
    wanted = []
    for row in origins:
        if row not in have:
            again = refitted(base, row, num_validation, num_rows)
            name = f"Trained again before {shorten(one_line(details['time'][row]), 40)}"
            wanted.append((name, again, asking.checked(again)))
    runs.submit_all(wanted, parent=run_id)


def _progress(app: str, run_id: str, details: Mapping[str, Any], was_active: bool) -> None:
    """A bar for each training, with Stop while there is something to stop and Go on where one was left."""
    base = runs.trained(run_id)
    members = [] if base is None else list(_trainings(run_id, base, details).values())
    active = run_group.is_active(members)
    if active != was_active:
        st.rerun()
    left = [one.run_id for one in members if one.status.state in _GO_ON and one.status.can_resume]
    if not active and not left:
        return
    run_group.draw_progress(members, lambda one: None)
    mine = run_group.stoppable(members)
    with st.container(horizontal=True):
        if mine:
            st.button(
                "Stop all", icon=":material/stop:", key=f"{app}_refits_stop", on_click=_do,
                args=(run_id, run_group.stop_all, mine),
                help="Ends these trainings at their next step, and takes those that wait out of the queue.",
            )  # fmt: skip
        if left:
            st.button(
                "Go on", icon=":material/play_arrow:", key=f"{app}_refits_go_on", on_click=_do,
                args=(run_id, _resume, left),
                help="Queues the trainings again that did not come to their end; each goes on from its last checkpoint.",
            )  # fmt: skip


def _do(run_id: str, what: Any, ids: Sequence[str]) -> None:
    st.session_state[f"refits:{run_id[:8]}:refusal"] = refusal_of(what, ids)


def _resume(ids: Sequence[str]) -> None:
    for run_id in ids:
        runs.resume(run_id)


def _files_of(found: Mapping[int, Member]) -> dict[int, tuple[Any, Any]]:
    """By origin what the trainings that are over kept: `backtest.json` and `details.json`."""
    whole = {row: one.run_id for row, one in found.items() if one.status.state == "succeeded"}
    kept = {
        row: (services.run_file(run_id, FILE), services.run_file(run_id, "details.json"))
        for row, run_id in whole.items()
    }
    return {row: files for row, files in kept.items() if None not in files}


def _together(files: Mapping[int, tuple[Any, Any]], test: Backtest) -> Refits | None:
    tests = {row: read_backtest(*pair, test.name) for row, pair in files.items()}
    return beside(test, {row: one for row, one in tests.items() if one is not None})


def _show_both(app: str, both: Refits, test: Backtest, beside_it: str | None) -> None:
    """Errors by step both ways on one chart, who is nearer, and whether that is more than chance."""
    metric = "mase" if both.kept.scale > 0 else "mae"
    assert metric in describe(app).metrics

    def line(label: str, role: str, of: Backtest, method: str) -> Line:
        return (label, role, of.by_step([metric], of.methods[method])[metric])

    lines = [
        line("Trained once", "network", both.kept, NETWORK),
        line(f"Trained again at {count(len(both.begins), 'origin')}", "again", both.anew, NETWORK),
    ]
    if beside_it in both.anew.methods:
        lines.append(line(capital(baseline_label(str(beside_it))), "baseline", both.anew, str(beside_it)))
    show(error_by_step(lines, metric, app, both.kept.horizon, is_dark()), key=f"{app}_refits_errors")
    st.markdown(foreign(in_words(both, metric)))
    left = len(test.since(both.begins[0]).origins) - len(both.kept.origins)
    begins = ", ".join(shorten(one_line(test.time[row]), 24) for row in both.begins)
    st.caption(
        foreign(
            f"Trained again before {begins}. Told from {count(len(both.kept.origins), 'origin')} since then, the same both ways"
            + (f"; {left:,} more were kept by one of them alone" if left else "")
            + "."
        )
    )


def in_words(both: Refits, metric: str) -> str:
    """Which way errs less, as plain text: a winner only where that is more than chance."""
    figures = [one.figures([metric], one.methods[NETWORK])[metric] for one in (both.kept, both.anew)]
    once, anew = both.kept.errors(NETWORK), both.anew.errors(NETWORK)
    nearer, farther = int((anew < once).sum()), int((anew > once).sum())
    known = int((~(once != once)).sum())
    told = [f"{metric_label(metric)} {'undefined' if one is None else metric_value(metric, one)}" for one in figures]
    found = both.difference()
    where = standing(None if found is None else found.interval)
    ending = {
        "better": "Training again is better by more than chance.",
        "worse": "Training again is worse by more than chance.",
        "unclear": "No clear difference: it may be chance.",
        "unknown": "These are too few origins to tell.",
    }[where]
    return (
        f"Trained once: {told[0]}; trained again: {told[1]}. The newly trained networks are nearer from {nearer} of {known} "
        f"origins, the first one from {farther}. {ending}"
    )


def _files(app: str, kept: Any, files: Mapping[int, tuple[Any, Any]], details: Mapping[str, Any]) -> None:
    """Every forecast of all series both ways, as rows; all is read before, for nobody knows later who asks."""

    def rows() -> list[dict[str, Any]]:
        tests = [read_backtest(kept, details, name) for name in details["targets"]]
        pairs = [_together(files, one) for one in tests if one is not None]
        known = [one for one in pairs if one is not None]
        return rows_both_ways([one.kept for one in known], [one.anew for one in known])

    with st.container(horizontal=True):
        what = "Every forecast, and whether its network was trained again."
        offer_rows("Both ways", "trained_again", rows, f"{app}_refits", what)
