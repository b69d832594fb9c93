"""The figures of the run panel, each named by its part: best and last validation, test, and the baseline beside them.

A figure has one name everywhere: *best validation* is that of the evaluation whose weights are kept, *last validation*
that of the newest, *test* that of the kept weights on the part which is read once, in the end. The baseline is one for
the whole page: the best on validation while nothing else is known, then that of the verdict, the best on test.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.jobs.status import RunStatus
from core.verdict import page_baseline
from ui import services
from ui.curves import Curve, latest
from ui.live_chart import best_value
from ui.results.common import is_narrow
from ui.run_words import baseline_name, token_noun
from ui.words import (
    ACTIVE_STATES,
    best_baseline,
    headline_metric,
    metric_label,
    metric_of,
    metric_value,
    speed,
)

_LONGEST_NAME = 28  # characters that a figure's place has room for on a small screen with the sidebar open


def draw_figures(task: str, status: RunStatus, curve: Curve) -> None:
    """Four figures in a row; two by two on a phone. A metric whose name is too long for it has a line of its own."""
    headline = headline_metric(task, *curve.validation[-1:])
    short = is_narrow() or len(metric_of("Best validation", headline)) > _LONGEST_NAME
    if short:
        st.caption(metric_label(headline))
    with st.grid(4, min_column_width=140):
        for label, value, of in figures(task, status, curve, result_of(status), short=short):
            st.metric(label, value, of, delta_color="off", delta_arrow="off")


def figures(
    task: str, status: RunStatus, curve: Curve, result: Mapping[str, Any], short: bool = False
) -> list[tuple[str, str, str]]:
    """Name, value, and whose or of when it is, of each figure.

    Args:
        task: One of the four.
        status: The run.
        curve: Its records.
        result: `result.json`, empty before the end.
        short: Whether names are of parts alone: the metric is named elsewhere.
    """
    headline = headline_metric(task, *curve.validation[-1:], result.get("test"))

    def row(part: str, value: float | None, of: str, unknown: str = "none yet") -> tuple[str, str, str]:
        name = part if short else metric_of(part, headline)
        return name, unknown if value is None else metric_value(headline, value), of

    rows = [
        _inherited(status, task, short) or row("Best validation", *_best(status, curve, headline)),
        row("Last validation", latest(curve.validation, headline), _at(latest(curve.validation, "step"))),
    ]
    test = result.get("test") or {}
    if test:
        rows.append(row("Test", test.get(headline), "network", "undefined"))
    judged = page_baseline(result, headline)
    beside = judged or best_baseline(curve.baselines, headline)
    if beside is not None:
        rows.append(
            row("Test" if judged else "Validation", beside[1], f"{baseline_name(status.run_id, beside[0])} (baseline)")
        )
    elif status.state in ACTIVE_STATES:
        rows.append(("Baseline", "soon", "another method"))
    tokens_per_second = latest(curve.train, "tokens_per_second")
    if not test and (tokens_per_second is not None or status.state in ACTIVE_STATES):
        known = tokens_per_second is not None
        rows.append(("Speed", speed(tokens_per_second, token_noun(status)) if known else "soon", "training"))
    return rows


def _best(status: RunStatus, curve: Curve, headline: str) -> tuple[float | None, str]:
    """Figure and time of the evaluation whose weights are kept, and what chose it where that is another metric."""
    step, best = best_step(status), status.best
    by = f", {metric_of('by', best.metric)}" if best and step is not None and best.metric != headline else ""
    return best_value(curve, headline, step), _at(step) + by


def _inherited(status: RunStatus, task: str, short: bool) -> tuple[str, str, str] | None:
    """The best of the run that this one goes on from, in the metric that chose it, while nothing better is found."""
    best = status.best
    if best is None or not best.inherited:
        return None
    name = "Best validation" if short else metric_of("Best validation", best.metric)
    return name, metric_value(best.metric, best.value, task), "of the run before"


def _at(step: int | None) -> str:
    return "no look yet" if step is None else f"at training step {step:,}"


def result_of(status: RunStatus) -> Mapping[str, Any]:
    """What the run was judged by in the end; empty before."""
    return (services.run_file(status.run_id, "result.json") or {}) if status.is_over else {}


def best_step(status: RunStatus) -> int | None:
    """The step of the evaluation whose weights are kept; None too where it is not on the curve of this run."""
    return status.best.step if status.best is not None and not status.best.inherited else None
