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
from ui.runs_table import run_facts
from ui.words import (
    ACTIVE_STATES,
    baseline_label,
    best_baseline,
    headline_metric,
    metric_of,
    metric_value,
    speed,
)


def draw_figures(task: str, status: RunStatus, curve: Curve) -> None:
    """Four figures in a row, two by two on a phone."""
    headline, result = headline_metric(task), result_of(status)
    best = best_value(curve, headline, best_step(status))
    last = latest(curve.validation, headline)
    figures = [(metric_of("Best validation", headline), metric_value(headline, best))]
    figures.append((metric_of("Last validation", headline), metric_value(headline, last)))
    if result.get("test"):
        figures.append((metric_of("Test", headline), metric_value(headline, result["test"].get(headline))))
    judged = page_baseline(result, headline)
    beside = judged or best_baseline(curve.baselines, headline)
    if beside is not None:
        part = "Test" if judged else "Validation"
        name = "" if is_narrow() else f" of {baseline_label(beside[0])}"
        figures.append((f"{metric_of(part, headline)}{name or ', baseline'}", metric_value(headline, beside[1])))
    elif status.state in ACTIVE_STATES:
        figures.append(("Baseline", "soon"))
    tokens_per_second = latest(curve.train, "tokens_per_second")
    if tokens_per_second is not None and not result:
        figures.append(("Speed", speed(tokens_per_second, run_facts(status.run_id).get("tokens", "tokens"))))
    with st.grid(4, min_column_width=140):
        for label, value in figures:
            st.metric(label, "none yet" if value == "undefined" else value)


def result_of(status: RunStatus) -> Mapping[str, Any]:
    """What the run was judged by in the end; empty before."""
    return (services.run_file(status.run_id, "result.json") or {}) if status.is_over else {}


def best_step(status: RunStatus) -> int | None:
    """The step of the evaluation whose weights are kept."""
    return status.best.step if status.best is not None else None
