"""What a comparison says, as plain values: columns with seeds folded, points of curves, rows of figures.

Pure functions over what runs left behind. Left out: reading that, and drawing (ui/compare.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import hypot
from statistics import median
from typing import Any, TypeGuard

from core import compare
from core.applications import describe
from core.config.experiment import Experiment
from core.figures import figure_with_spread
from core.jobs.status import RunStatus
from ui.curves import Curve
from ui.words import (
    NONE,
    STATE_WORDS,
    best_baseline,
    choice_label,
    duration,
    headline_metric,
    metric_label,
    metric_value,
    smaller_is_better,
)

_TWO_SIDED = 1.96  # standard deviations of a 95 % interval
_OWN_WORDS = ("data.unit", "data.difference", "data.source")


@dataclass(frozen=True)
class Compared:
    """A run as a comparison needs it: name, how it is doing, what it trained, its curve, its result ({} without one)."""

    name: str
    status: RunStatus
    experiment: Experiment
    curve: Curve
    result: Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """One column and one line: a run, or several that differ only in the seed."""

    name: str
    runs: tuple[Compared, ...]


@dataclass(frozen=True)
class FigureRow:
    """One row of the table of figures: its label, a cell for each column, the baseline's cell, the clearly best column."""

    label: str
    cells: tuple[str, ...]
    baseline: str = NONE
    best: int | None = None


def columns_of(found: Sequence[Compared]) -> list[Column]:
    """The runs with seeds folded, each under a name of its own: where names are equal, what differs is part of them."""
    by_id = {run.status.run_id: run for run in found}
    folded = compare.fold_seeds({run_id: run.experiment for run_id, run in by_id.items()})
    groups = [[by_id[run_id] for run_id in group] for group in folded]
    names = compare.distinct_names(
        [_group_name(group) for group in groups],
        [group[0].experiment for group in groups],
        [_started(group[0].status) for group in groups],
    )
    return [Column(name, tuple(group)) for name, group in zip(names, groups, strict=True)]


def _started(status: RunStatus) -> str:
    """When a run was made, for those that differ in nothing else."""
    return "" if status.created is None else f"{datetime.fromtimestamp(status.created):%d %b %H:%M:%S}".lstrip("0")


def _group_name(group: Sequence[Compared]) -> str:
    """The owner's name for a run; the network and the number of seeds for several."""
    if len(group) == 1:
        return group[0].name
    model = group[0].experiment.model
    return f"{choice_label(model.cell)} {model.hidden_size}, {len(group)} seeds"


def curve_points(curve: Curve, metric: str, against: str) -> tuple[tuple[float, float], ...]:
    """The evaluations of a run as (x, value).

    Args:
        curve: The run's records.
        metric: Evaluations without it are left out.
        against: "step", "seconds", or "tokens", which are the steps times the tokens of one.
    """
    return tuple(point for _, point in _points_by_step(curve, metric, against))


def best_point(curve: Curve, metric: str, against: str, step: int | None) -> tuple[float, float] | None:
    """The point of the evaluation at a step, whose weights are kept; None where there is none."""
    return dict(_points_by_step(curve, metric, against)).get(step) if step is not None else None


def _points_by_step(curve: Curve, metric: str, against: str) -> list[tuple[int, tuple[float, float]]]:
    known = [record for record in curve.validation if record.get(metric) is not None]
    if against == "seconds":
        return [(one["step"], (float(one["seconds"]), float(one[metric]))) for one in known if "seconds" in one]
    each = tokens_per_step(curve) if against == "tokens" else 1.0
    return [(one["step"], (one["step"] * each, float(one[metric]))) for one in known] if each else []


def tokens_per_step(curve: Curve) -> float | None:
    """Tokens that one training step reads, from the speed between records; None before it is known."""
    found = []
    evaluated = [record["step"] for record in curve.validation]
    for before, after in zip(curve.train, curve.train[1:], strict=False):
        speed, steps = after.get("tokens_per_second"), after["step"] - before["step"]
        # Where an evaluation lies between two records, the clock ran while nothing was read.
        if speed is None or steps < 1 or any(before["step"] <= step < after["step"] for step in evaluated):
            continue
        found.append(speed * (after["seconds"] - before["seconds"]) / steps)
    return median(found) if found else None


def figure_rows(columns: Sequence[Column], task: str, alike: bool) -> list[FigureRow]:
    """The rows of the table of figures.

    Args:
        columns: What is compared.
        task: Of all of them.
        alike: Whether figures measure the same, so that one can be the best and one baseline stands for all.
    """
    baselines = test_baselines(columns) if alike else {}
    headline = headline_metric(task, *test_baselines(columns).values())
    best = best_baseline(baselines, headline)
    beside = baselines[best[0]] if best else {}
    rows = [FigureRow("State", tuple(_states(column) for column in columns))]
    for metric in _test_metrics(columns, headline):
        baseline = NONE if beside.get(metric) is None else metric_value(metric, beside[metric], task)
        rows.append(_metric_row(columns, task, "test", metric, alike, baseline))
    rows.append(
        _metric_row(columns, task, "validation", "loss" if "loss" in describe(task).metrics else headline, alike, NONE)
    )
    rows.append(FigureRow("Parameters", tuple(_together(c, "parameters", lambda v: f"{v:,.0f}") for c in columns)))
    rows.append(FigureRow("Steps", tuple(_together(c, "steps", lambda v: f"{v:,.0f}") for c in columns)))
    rows.append(FigureRow("Time", tuple(_together(c, "seconds", duration) for c in columns)))
    return rows


def _states(column: Column) -> str:
    words = [STATE_WORDS[run.status.state] for run in column.runs]
    return ", ".join(
        word if len(words) == 1 else f"{words.count(word)} {word.lower()}" for word in dict.fromkeys(words)
    )


def _test_metrics(columns: Sequence[Column], headline: str) -> list[str]:
    """Metrics of the test set that some run has, the headline first."""
    known = [
        name for c in columns for run in c.runs for name, v in (run.result.get("test") or {}).items() if _is_figure(v)
    ]
    return sorted(dict.fromkeys(known), key=lambda name: name != headline)


def _is_figure(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _metric_row(columns: Sequence[Column], task: str, part: str, metric: str, alike: bool, baseline: str) -> FigureRow:
    """One metric of one part; the best is marked where it is better than every other by more than chance."""
    values = [_values_of(column, part, metric) for column in columns]
    means = [sum(found) / len(found) if found else None for found in values]
    of_seeds = max((compare.spread(found)[1] for found in values if len(found) > 1), default=0.0)
    errors = [_error(column, part, metric, found, of_seeds) for column, found in zip(columns, values, strict=True)]
    best = compare.clear_best(means, errors, smaller_is_better(metric)) if alike else None
    cells = tuple(with_spread(metric, found, task) if found else NONE for found in values)
    name = "whole validation set" if part == "validation" else part  # a look while training may read a piece of it
    return FigureRow(f"{metric_label(metric)}, {name}", cells, baseline, best)


def _error(column: Column, part: str, metric: str, values: Sequence[float], of_seeds: float) -> float | None:
    """How far chance moves the figure of a column: over its seeds, or over the test items of its only run.

    Where others have seeds, the only run of a column is one that their spread could have moved too.
    """
    if len(column.runs) > 1:
        return compare.error_of_mean(values)
    found = column.runs[0].result.get("comparison") or {}
    if part != "test" or found.get("metric") != metric or not found["interval"]:
        return None
    low, high = found["interval"]
    return hypot(float(high - low) / 2, _TWO_SIDED * of_seeds)


def _values_of(column: Column, part: str, metric: str) -> list[float]:
    found = [(run.result.get(part) or {}).get(metric) for run in column.runs]
    return [float(value) for value in found if _is_figure(value)]


def with_spread(metric: str, values: Sequence[float], task: str = "") -> str:
    """A figure, or several as mean and standard deviation with the unit once: "1.84 ± 0.02 bits"; digits follow the ±."""
    if len(values) == 1:
        return metric_value(metric, values[0], task)
    return figure_with_spread(metric, *compare.spread(values), task)


def _together(column: Column, key: str, show_value: Callable[[float], str]) -> str:
    """Steps or time of the run, the mean of several; the time is with all that follows training, as the table of runs has it."""
    found = [_so_far(run.status, key) if key == "seconds" else run.result.get(key, _so_far(run.status, key))
             for run in column.runs]  # fmt: skip
    known = [value for value in found if value]
    return show_value(sum(known) / len(known)) if known else NONE


def _so_far(status: RunStatus, key: str) -> float | None:
    return {"steps": status.step, "seconds": status.seconds}.get(key)


def test_baselines(columns: Sequence[Column]) -> Mapping[str, Mapping[str, Any]]:
    found = (run.result.get("baselines") for column in columns for run in column.runs)
    return next((baselines for baselines in found if baselines), {})


def difference_rows(
    columns: Sequence[Column], experiments: Sequence[Experiment]
) -> list[tuple[str, str, tuple[str, ...]]]:
    """Label, dotted name and a cell for each column, of every field that differs.

    Args:
        columns: What is compared.
        experiments: What the first run of each column trained.
    """
    rows = [
        (row.label, row.name, tuple(field_value(row.name, value) for value in row.values))
        for row in compare.differences(experiments)
        if row.name != compare.SEED
    ]
    seeds = tuple(
        ", ".join(str(seed) for seed in sorted(run.experiment.training.seed for run in column.runs))
        for column in columns
    )
    return [*rows, ("Seed", compare.SEED, seeds)] if len(set(seeds)) > 1 else rows


def field_value(name: str, value: Any) -> str:
    """A configuration value as the screen writes it, as plain text."""
    if value is None or value == ():
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value)
    # What a visitor named (data, columns) is shown as it is; choices of our own have labels.
    return choice_label(value) if name.partition(".")[0] != "data" or name in _OWN_WORDS else str(value)
