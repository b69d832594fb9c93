"""The view "Backtest": forecasts from any origin, errors and coverage by step, and every forecast as a file.

Left out: making forecasts (core.tasks), the pictures (ui/results/backtest_scene.py, ui/charts/backtest.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.applications import describe
from core.backtests import FILE, NETWORK, Backtest, all_backtests, future_rows, read_backtest
from core.figures import chosen_on_validation
from ui import services
from ui.charts.backtest import Line, coverage_by_step, error_by_step
from ui.charts.bands import BANDS
from ui.foreign import foreign
from ui.learn.figure import draw_figure
from ui.results.backtest_scene import origin_scene
from ui.results.common import is_dark, show
from ui.results.refits import show_refits
from ui.results.written import offer_rows
from ui.words import baseline_label, capital, count, metric_label, metric_value

_ONE_BY_ONE = " One step at a time the same network forecasts one step, reads it and goes on."
_MOST_LINES = 3  # baselines in the chart of errors, the best ones


def show_backtest(app: str, run_id: str, details: Mapping[str, Any], target: str, best: str | None) -> None:
    """Draw the view.

    Args:
        app: The page.
        run_id: The run.
        details: Its `details.json`.
        target: The series.
        best: The baseline of the verdict, which stands beside the network at first.
    """
    kept = services.run_file(run_id, FILE)
    test = read_backtest(kept, details, target)
    if test is None or not len(test.origins):
        st.info("This run has no forecasts of a test set, so there is nothing to look back on.")
        return
    names = [name for name in test.methods if name != NETWORK]
    beside = st.selectbox(
        "Beside the network", names, index=names.index(best) if best in names else 0, width=260,
        key=f"{app}_backtest_beside", persist_state="session", format_func=lambda name: capital(baseline_label(name)),
        help="The baseline that is drawn, and that the network is compared with origin by origin.",
    ) if names else None  # fmt: skip
    scene = origin_scene(
        f"{run_id[:8]}-{target}-{beside}", test, details["values"][target], int(details.get("season") or 1), beside,
        details.get("units", {}).get(target, ""),
    )  # fmt: skip
    draw_figure(f"{app}_backtest", lambda edits: scene, lambda statement: None, needs_torch=False)
    early = int((test.origins < test.test_from).sum())
    if early and (also := chosen_on_validation([beside or ""])):
        st.caption(
            f"The network and the {foreign(also[0])} were both chosen on the validation set: from its {count(early, 'origin')} "
            "both look better than they are."
        )
    _by_step(app, test)
    show_refits(app, run_id, details, test, beside)
    _files(app, kept, details)


def _by_step(app: str, test: Backtest) -> None:
    """Errors and coverage by step, over the origins of the test set."""
    judged = test.since(test.test_from)
    is_test = bool(len(judged.origins))
    judged = judged if is_test else test
    figures = {name: judged.by_step(describe(app).metrics, values) for name, values in judged.methods.items()}
    offered = [name for name in describe(app).metrics if any(one is not None for one in figures[NETWORK][name])]
    if not offered:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        metric = st.selectbox(
            "Error", offered, key=f"{app}_backtest_metric", width=220, format_func=metric_label,
            help="Which error is drawn by step, of the network and of the baselines that are best by it.",
        )  # fmt: skip
        step = judged.horizon
        if judged.horizon > 1:
            step = st.slider(
                "Steps ahead", 1, judged.horizon, judged.horizon, key=f"{app}_backtest_step_{judged.horizon}", width=320,
                help="How far ahead the figures below the chart are told for.",
            )  # fmt: skip
    lines = _lines(judged, {name: of_one[metric] for name, of_one in figures.items()}, metric)
    show(error_by_step(lines, metric, app, int(step), is_dark()), key=f"{app}_backtest_errors")
    told = [f"{name} {metric_value(metric, values[int(step) - 1], app)}" for name, _, values in lines]
    st.markdown(f"{metric_label(metric)} {count(int(step), 'step')} ahead: {foreign('; '.join(told))}.")
    part = "the test set" if is_test else "the validation set, because there is no test set"
    if not is_test and (also := chosen_on_validation(judged.methods)):
        part += f" (on which the network and the {foreign(also[0])} were chosen)"
    st.caption(
        f"Over {count(len(judged.origins), 'origin')} of {part}, {_apart(judged)}; the figures above the charts count every "
        "row. Of the baselines the best by this error are drawn."
        + (_ONE_BY_ONE if judged.recursive is not None else "")
    )
    shares = {int(name.rstrip("%")) / 100 for name, *_ in BANDS}
    held = {share: values for share, values in judged.held_by_step().items() if share in shares}
    if held:
        show(coverage_by_step(held, int(step), is_dark()), key=f"{app}_backtest_coverage")


def _lines(test: Backtest, by_step: Mapping[str, list[float | None]], metric: str) -> list[Line]:
    """The network, the same one step at a time, and the best simple methods by the mean over steps."""
    lines: list[Line] = [("Network", "network", by_step[NETWORK])]
    if test.recursive is not None:
        again = test.by_step([metric], test.recursive)[metric]
        if any(one is not None for one in again):
            lines.append(("Network, one step at a time", "again", again))
    means: dict[str, float] = {}
    for name, values in by_step.items():
        known = [value for value in values if value is not None]
        if name != NETWORK and known and len(known) == len(values):
            means[name] = sum(known) / len(known)
    best = sorted(means, key=lambda name: means[name])[:_MOST_LINES]
    return lines + [(capital(baseline_label(name)), "baseline", by_step[name]) for name in best]


def _apart(test: Backtest) -> str:
    """How far origins lie from each other."""
    if len(test.origins) < 2:
        return "the only one"
    return f"{count(int(test.origins[1] - test.origins[0]), 'row')} apart"


def _files(app: str, kept: Mapping[str, Any] | None, details: Mapping[str, Any]) -> None:
    """Buttons for every forecast as rows of a table."""
    with st.expander("Every forecast as a file", icon=":material/download:"):
        st.caption(
            "A row a value: series, origin (the last time that was known), time, step, method, forecast, truth, and the "
            "network's quantiles. CSV for spreadsheets, Parquet for programs."
        )
        past, ahead = "Forecasts from all these origins.", "The forecasts past the end of the data."

        def back() -> list[dict[str, Any]]:
            return [row for test in all_backtests(kept, details) for row in test.rows()]

        def coming() -> list[dict[str, Any]]:
            return list(future_rows(details))

        with st.container(horizontal=True):
            offer_rows("Backtest", "backtest", back, f"{app}_backtest", past)
            offer_rows("Forecast", "forecast", coming, f"{app}_backtest_ahead", ahead)
