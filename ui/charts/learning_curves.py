"""Several runs in one picture: their curves over steps, seconds or tokens, and a band where one line is many seeds.

Lines differ in colour and in dashes, so that they stay apart without colours. Left out: which runs, and their names
(ui/compare.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import plotly.graph_objects as go

from core.compare import spread
from ui.charts.chart import Chart, new_figure
from ui.charts.labels import compact, escape
from ui.charts.theme import DASHES, PALETTE, role_color, translucent
from ui.words import axis_title, metric_label, metric_value, scale_for_axis

Against = Literal["step", "seconds", "tokens"]
AGAINST: tuple[Against, ...] = get_args(Against)
Points = Sequence[tuple[float, float]]
_X_TITLES = {"step": "Step", "seconds": "Seconds of training", "tokens": "Tokens read"}
_MOST_POINTS = 300
_FEW_STEPS = 8
_NAME_LENGTH = 36


@dataclass(frozen=True)
class RunLine:
    """One line.

    Attributes:
        name: Its name.
        curves: The curve of each of its seeds as points (x, value), sorted by x.
        best: The point of the best evaluation, which is marked.
    """

    name: str
    curves: tuple[Points, ...]
    best: tuple[float, float] | None = None


def line_color(place: int, dark: bool) -> str:
    """The colour of a line by its place; those that stand out most from the page come first."""
    blue, orange, green, pink, sky, red = PALETTE
    order = (sky, orange, green, pink, red, blue) if dark else (blue, red, green, role_color("text", dark), pink, sky)
    return order[place % len(order)]


def line_dash(place: int) -> str:
    """The dash pattern of a line by its place."""
    return ("solid", *DASHES)[place % (len(DASHES) + 1)]


def curves_chart(
    lines: Sequence[RunLine],
    metric: str,
    *,
    task: str,
    against: Against,
    baseline: tuple[str, float] | None,
    dark: bool,
    log_scale: bool = False,
) -> Chart:
    """The curves of runs on the validation set.

    Args:
        lines: What is drawn, in the order of the legend; lines without points are left out.
        metric: What is drawn.
        task: For the axis title.
        against: What the x of the points is.
        baseline: Name and figure of the best baseline on the same part; None draws none.
        dark: Whether the page is dark.
        log_scale: Logarithmic value axis.
    """
    scale = scale_for_axis(metric)
    figure = new_figure(dark, 380, _X_TITLES[against], f"{axis_title(metric, task)}, on validation")
    drawn = [(place, line) for place, line in enumerate(lines) if any(line.curves)]
    for place, line in drawn:
        _add_line(figure, line, place, scale, dark)
    _add_best(figure, drawn, scale, dark)
    ends = [curve[-1][0] for _, line in drawn for curve in line.curves if curve]
    if baseline is not None and drawn:
        figure.add_scatter(
            x=[0, max(ends)], y=[baseline[1] * scale] * 2, mode="lines", name=escape(baseline[0], _NAME_LENGTH),
            line={"color": role_color("baseline", dark), "width": 1.5, "dash": "dot"}, hoverinfo="skip",
        )  # fmt: skip
    figure.update_layout(hovermode="x", showlegend=True, legend={"entrywidth": 0, "itemsizing": "trace"}, margin_t=12)
    figure.update_xaxes(rangemode="tozero", showgrid=False, tickformat="~s" if against == "tokens" else ",~r")
    if against == "step" and ends and max(ends) <= _FEW_STEPS:
        figure.update_xaxes(dtick=1)  # no fifths of a step
    if log_scale:
        figure.update_yaxes(type="log", nticks=6)
    return Chart(figure, _alt([line for _, line in drawn], metric, task, against, baseline), zoom=True)


def _add_line(figure: go.Figure, line: RunLine, place: int, scale: float, dark: bool) -> None:
    """One run's curve, or the mean over seeds with a band of one standard deviation."""
    curves = [curve for curve in line.curves if curve]
    color, name = line_color(place, dark), escape(line.name, _NAME_LENGTH)
    if len(curves) == 1:
        x, mean = [float(at) for at, _ in curves[0]], [value for _, value in curves[0]]
        around = ""
    else:
        x, mean, std = mean_and_band(curves)
        upper = [(m + s) * scale for m, s in zip(mean, std, strict=True)]
        lower = [(m - s) * scale for m, s in zip(mean, std, strict=True)]
        figure.add_scatter(
            x=[*x, *reversed(x)], y=[*upper, *reversed(lower)], fill="toself", fillcolor=translucent(color, 0.16),
            line_width=0, mode="lines", hoverinfo="skip", showlegend=False,
        )  # fmt: skip
        around = f", mean of {len(curves)} seeds"
    figure.add_scatter(
        x=x, y=[value * scale for value in mean], mode="lines" if len(x) > 1 else "markers", name=name,
        line={"color": color, "width": 2.4, "dash": line_dash(place)}, marker={"color": color, "size": 8},
        hovertemplate=f"{name}{around}: %{{y:.4~g}}<extra></extra>",
    )  # fmt: skip


def _add_best(figure: go.Figure, drawn: Sequence[tuple[int, RunLine]], scale: float, dark: bool) -> None:
    """A diamond at the best evaluation of each line that has one; one name in the legend for all."""
    marked = [(place, line.best) for place, line in drawn if line.best is not None]
    if marked:
        figure.add_scatter(
            x=[best[0] for _, best in marked], y=[best[1] * scale for _, best in marked], mode="markers",
            name="best validation", hoverinfo="skip",
            marker={"symbol": "diamond-open", "size": 12, "line": {"width": 2},
                    "color": [line_color(place, dark) for place, _ in marked]},
        )  # fmt: skip


def mean_and_band(curves: Sequence[Points]) -> tuple[list[float], list[float], list[float]]:
    """Mean and sample standard deviation of curves where all of them are known, between points by a straight line.

    Args:
        curves: Two or more, each with a point or more, sorted by x.

    Returns:
        x, mean, standard deviation. Curves that have no x in common give empty lists.
    """
    start, end = max(curve[0][0] for curve in curves), min(curve[-1][0] for curve in curves)
    grid = sorted({at for curve in curves for at, _ in curve if start <= at <= end})
    if len(grid) > _MOST_POINTS:
        grid = list(np.linspace(grid[0], grid[-1], _MOST_POINTS))
    columns = [np.interp(grid, [at for at, _ in curve], [value for _, value in curve]) for curve in curves]
    pairs = [spread([float(value) for value in values]) for values in zip(*columns, strict=True)]
    return [float(at) for at in grid], [mean for mean, _ in pairs], [std for _, std in pairs]


def _alt(lines: Sequence[RunLine], metric: str, task: str, against: Against, baseline: tuple[str, float] | None) -> str:
    """What is seen, as plain text."""
    what = f"{metric_label(metric)} on the validation set over {_X_TITLES[against].lower()}"
    if not lines:
        return f"{what}; no run has been evaluated yet."
    parts = []
    for line in lines:
        ends = [curve[-1] for curve in line.curves if curve]
        value = metric_value(metric, sum(value for _, value in ends) / len(ends), task)
        seeds = f" as the mean of {len(ends)} seeds" if len(ends) > 1 else ""
        best = "" if line.best is None else (
            f", best {metric_value(metric, line.best[1], task)} after {compact(line.best[0])}, marked with a diamond"
        )  # fmt: skip
        parts.append(f"{line.name} ends at {value}{seeds} after {compact(max(x for x, _ in ends))}{best}")
    if baseline is not None:
        parts.append(f"{baseline[0]}: {metric_value(metric, baseline[1], task)}")
    return f"{what}. {'; '.join(parts)}."
