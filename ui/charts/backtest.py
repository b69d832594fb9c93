"""A rolling test by step of the horizon: errors of several methods, and what bands held beside what they are named for."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from core.figures import axis_title, metric_value
from ui.charts.chart import Chart, new_figure
from ui.charts.labels import percent
from ui.charts.theme import DASHES, PALETTE, role_color

_LEVELS = 8  # figures at the axis, at most: left alone Plotly may write two
_EVERY_STEP = 12  # up to so many steps each has its number
Line = tuple[str, str, Sequence[float | None]]
"""What it is called, its role (network, again or baseline), and a figure for every step."""


def error_by_step(lines: Sequence[Line], metric: str, task: str, chosen: int, dark: bool) -> Chart:
    """Errors by step.

    Args:
        lines: The network first.
        metric: Which is drawn.
        task: For the unit of the axis.
        chosen: The step that stands out, from 1.
        dark: Whether the page is dark.
    """
    figure = new_figure(dark, 300, "Steps ahead", axis_title(metric, task))
    num_baselines = 0
    for name, role, values in lines:
        dash, width, color = "solid", 2.6, role_color("network", dark)
        if role == "again":
            dash, width = DASHES[-1], 2.2
        elif role == "baseline":
            dash, width, color = DASHES[num_baselines % len(DASHES)], 1.8, role_color("baseline", dark)
            num_baselines += 1
        figure.add_scatter(
            x=list(range(1, len(values) + 1)), y=list(values), name=name, mode="lines+markers" if len(values) < 40 else "lines",
            line={"color": color, "width": width, "dash": dash}, marker={"size": 5},
        )  # fmt: skip
    _mark(figure, chosen, dark)
    figure.update_layout(hovermode="x unified", legend={"y": 1.07})
    figure.update_yaxes(rangemode="tozero", hoverformat=".3~g", nticks=_LEVELS)
    said = "; ".join(
        f"{name} {metric_value(metric, values[0], task)} one step ahead and {metric_value(metric, values[-1], task)} "
        f"{len(values)} steps ahead"
        for name, _, values in lines
    )
    return Chart(figure, f"Line chart of {axis_title(metric, task)} by steps ahead: {said}.", zoom=True)


def coverage_by_step(held: Mapping[float, ArrayLike], chosen: int, dark: bool) -> Chart:
    """What bands held by step.

    Args:
        held: By the share that a band is named for its (H,) shares.
        chosen: The step that stands out, from 1.
        dark: Whether the page is dark.
    """
    figure, said = new_figure(dark, 260, "Steps ahead", "Truths in the band, %"), []
    for place, (share, values) in enumerate(held.items()):
        shares = [None if np.isnan(one) else 100 * float(one) for one in np.asarray(values, dtype=float)]
        steps, color = list(range(1, len(shares) + 1)), (role_color("network", dark), PALETTE[5])[place % 2]
        figure.add_scatter(
            x=steps, y=shares, name=f"Held by the {percent(share)} band", mode="lines+markers" if len(steps) < 40 else "lines",
            line={"color": color, "width": 2.4}, marker={"size": 6, "symbol": ("circle", "diamond")[place % 2]},
        )  # fmt: skip
        figure.add_scatter(
            x=steps, y=[100 * share] * len(steps), name=f"{percent(share)}, as named", mode="lines", hoverinfo="skip",
            line={"color": color, "width": 1.4, "dash": "dash"},
        )  # fmt: skip
        known = [one for one in shares if one is not None]
        if known:
            said.append(f"the {percent(share)} band held from {min(known):.0f}% to {max(known):.0f}%")
    _mark(figure, chosen, dark)
    figure.update_layout(hovermode="x unified", legend={"y": 1.07})
    figure.update_yaxes(hoverformat=".0f", nticks=_LEVELS)
    return Chart(figure, f"Line chart of what bands held by steps ahead: {', '.join(said)}.", zoom=True)


def _mark(figure: go.Figure, chosen: int, dark: bool) -> None:
    steps = max(len(trace.x) for trace in figure.data)
    figure.update_xaxes(dtick=1 if steps <= _EVERY_STEP else None)
    figure.add_vline(x=chosen, line={"color": role_color("muted", dark), "width": 1, "dash": "dot"})
