"""Runs side by side: curves over each other, a table of figures, and what differs in their set-ups.

Runs that differ only in the seed are one line and one column: mean and standard deviation. Where figures do not
measure the same, the page says so and marks no best. Left out: the rows themselves (ui/compared.py) and which runs
are chosen (pages/runs.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core import compare
from core.config.errors import ConfigError
from core.config.experiment import Experiment
from ui import services
from ui.charts.learning_curves import AGAINST, RunLine, curves_chart
from ui.compared import (
    Column,
    Compared,
    best_point,
    columns_of,
    curve_points,
    difference_rows,
    figure_rows,
    test_baselines,
)
from ui.curves import Curve
from ui.foreign import foreign, foreign_code
from ui.live_chart import first_metric
from ui.results.common import is_dark, show
from ui.results.sentences import sentences_view
from ui.run_curve import curve_of
from ui.run_words import baseline_name, run_name, run_title
from ui.tasks.view import view_of
from ui.words import baseline_label, best_baseline, headline_metric, metric_label, title_of

_AGAINST_LABELS = {"step": "Steps", "seconds": "Seconds", "tokens": "Tokens"}


def load_runs(ids: Sequence[str]) -> tuple[list[Compared], list[str]]:
    """The runs of a comparison, and a sentence for each id that cannot be in it; names in it are our own words."""
    found, missing = [], []
    for run_id in ids:
        status = services.status(run_id)
        try:
            if status is None:
                missing.append(why_missing(run_id))
                continue
            experiment = compare.as_trained(services.experiment(run_id), status.total_steps)
        except ConfigError:
            missing.append(f"Run {foreign(run_id[:8])} cannot be read by this version.")
            continue
        result = services.run_file(run_id, "result.json") if status.is_over else None
        found.append(Compared(run_name(status), status, experiment, curve_of(status), result or {}))
    return found, missing


def why_missing(run_id: str) -> str:
    """What became of a run that is not there."""
    try:
        gone = services.store().gone(run_id)
    except ConfigError:
        return f"{foreign_code(run_id, 40)} is not the id of a run."
    return (
        f"Run {foreign(run_id[:8])}: {foreign(gone)}"
        if gone
        else f"There is no run {foreign(run_id[:8])} on this server."
    )


def draw_comparison(found: Sequence[Compared]) -> None:
    """Curves, figures and differences of two or more runs."""
    columns = columns_of(found)
    experiments = [column.runs[0].experiment for column in columns]
    tasks = {run.status.task for run in found}
    for column in columns:
        st.caption(f"**{foreign(column.name)}**: {foreign(run_title(column.runs[0].status))}")
    alike = all(compare.same_yardstick(experiments[0], other) for other in experiments)
    if len(tasks) > 1:
        titles = " and ".join(sorted(map(title_of, tasks)))
        st.info(f"These runs have different tasks ({foreign(titles)}), so their figures do not measure the same. "
                "What can be compared is how they were set up.")  # fmt: skip
    else:
        if not alike:
            st.info("These runs learned from different data, or it was cut up differently. "
                    "Their figures stand side by side, but none is called the best.")  # fmt: skip
        _draw_curves(columns, found[0].status.task, alike)
        _draw_figures(columns, found[0].status.task, alike)
        _draw_seeds(columns, found[0].status.task)
        if len(columns) == 2 and alike:
            sentences_view(columns[0], columns[1])
    _draw_differences(columns, experiments)


def _draw_curves(columns: Sequence[Column], task: str, alike: bool) -> None:
    curves = [run.curve for column in columns for run in column.runs]
    metrics = ["loss"]
    headline = headline_metric(task, *test_baselines(columns).values())
    if headline != "loss" and any(record.get(headline) is not None for c in curves for record in c.validation):
        metrics.append(headline)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        metric = st.segmented_control(
            "Curve", metrics, default=first_metric(curves[0], metrics), required=True, format_func=metric_label,
            key=f"compare:metric:{task}", label_visibility="collapsed",
        ) if len(metrics) > 1 else metrics[0]  # fmt: skip
        against = st.segmented_control(
            "Against", list(AGAINST), default="step", required=True, format_func=lambda name: _AGAINST_LABELS[name],
            key="compare:against", label_visibility="collapsed",
        )  # fmt: skip
    lines = [
        RunLine(
            column.name,
            tuple(curve_points(run.curve, metric, against) for run in column.runs),
            _best_of(column, metric, against),
        )
        for column in columns
    ]
    baseline = _baseline_line(columns, curves, task, metric) if alike else None
    chart = curves_chart(lines, metric, task=task, against=against, baseline=baseline, dark=is_dark())
    show(chart, "compare:curves")


def _best_of(column: Column, metric: str, against: str) -> tuple[float, float] | None:
    """The best evaluation of a column's only run; several seeds have one each, which would hide the band."""
    run = column.runs[0]
    step = run.status.best.step if run.status.best is not None else None
    return best_point(run.curve, metric, against, step) if len(column.runs) == 1 else None


def _baseline_line(
    columns: Sequence[Column], curves: Sequence[Curve], task: str, metric: str
) -> tuple[str, float] | None:
    """The baseline of the table of figures, as it does on the validation set: name and figure."""
    shared, judged = _shared_baselines(curves), _judged_by(columns, task)
    found = judged or best_baseline(shared, headline_metric(task, *shared.values()))
    level = shared.get(found[0], {}).get(metric) if found else None
    return None if found is None or level is None else (f"{baseline_label(found[0])} (baseline)", level)


def _judged_by(columns: Sequence[Column], task: str) -> tuple[str, float] | None:
    """The best simple method on the test set, by the headline: name and figure."""
    baselines = test_baselines(columns)
    return best_baseline(baselines, headline_metric(task, *baselines.values()))


def _shared_baselines(curves: Sequence[Curve]) -> Mapping[str, Mapping[str, Any]]:
    return next((curve.baselines for curve in curves if curve.baselines), {})


def _draw_figures(columns: Sequence[Column], task: str, alike: bool) -> None:
    """The table of figures: a row a figure, a column a run, the best baseline at the end."""
    st.subheader("Figures", anchor=False)
    rows = figure_rows(columns, task, alike)
    heads = [foreign(column.name) for column in columns]
    table: dict[str, list[str]] = {"\u200b": [row.label for row in rows]}
    for place, head in enumerate(heads):
        table[head] = [f"**{row.cells[place]}**" if row.best == place else row.cells[place] for row in rows]
    best = _judged_by(columns, task) if alike else None
    if best is not None:
        called = baseline_name(columns[0].runs[0].status.run_id, best[0])
        table[f"Best baseline on test: {foreign(called)}"] = [row.baseline for row in rows]
    parts = [
        f"{row.label}: " + ", ".join(f"{c.name} {v}" for c, v in zip(columns, row.cells, strict=True)) for row in rows
    ]
    st.table(pd.DataFrame(table), border="horizontal", hide_index=True, alt="; ".join(parts))
    notes = []
    if any(row.best is not None for row in rows):
        notes.append("A network is bold where it is better than every other by more than chance (95%).")
    elif alike and len(columns) > 1:
        notes.append("No network is clearly the best: what is between them may be chance. More seeds tell more.")
    if any(len(column.runs) > 1 for column in columns):
        notes.append("± is one standard deviation over seeds.")
    if notes:
        st.caption(" ".join(notes))


def _draw_seeds(columns: Sequence[Column], task: str) -> None:
    """Of each set-up with several finished seeds what they are together, where its task has something to say of that."""
    draw = view_of(task).show_seeds
    for place, column in enumerate(columns if draw else ()):
        ids = [run.status.run_id for run in column.runs if run.status.state == "succeeded"]
        if len(ids) < 2:
            continue
        wanted = st.toggle(
            f"{foreign(column.name)}: all of them as one forecast", key=f"compare:seeds:{task}:{place}:{ids[0]}",
            help="The mean of its networks, with its figures beside each seed's.",
        )  # fmt: skip
        if wanted and draw:
            draw(f"compare_{place}", ids)


def _draw_differences(columns: Sequence[Column], experiments: Sequence[Experiment]) -> None:
    """A row for each field that differs; the seeds of a column stand together."""
    st.subheader("What differs", anchor=False)
    if len(columns) == 1:
        st.caption("Nothing but the seed.")
        return
    rows = difference_rows(columns, experiments)
    if not rows:
        st.caption("Nothing: these runs repeat each other.")
        return
    table = {"\u200b": [f"{label} :gray[{foreign(name)}]" for label, name, _ in rows]}
    for place, column in enumerate(columns):
        table[foreign(column.name)] = [foreign(cells[place]) for _, _, cells in rows]
    parts = [f"{label}: " + ", ".join(cells) for label, _, cells in rows]
    st.table(pd.DataFrame(table), border="horizontal", hide_index=True, alt="; ".join(parts))
