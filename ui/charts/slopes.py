"""Slopes of gradients through time, predicted and measured: on the diagonal theory is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.claims.views import SlopePoint
from ui.charts.chart import Chart, new_figure
from ui.charts.theme import PALETTE, role_color

_MARKS: Mapping[str, tuple[str, str]] = {
    "radius": (PALETTE[1], "circle-open"),
    "slopes": (PALETTE[3], "diamond-open"),
    "gate": (PALETTE[5], "x-thin-open"),
    "product": (PALETTE[2], "square-open"),
}


def slopes_chart(points: Sequence[SlopePoint], names: Mapping[str, str], dark: bool) -> Chart:
    """A mark for every network and theory, its mean over seeds; the diagonal is where both agree.

    Args:
        points: Of claim F3.
        names: What each theory is called.
        dark: Whether the page is dark.
    """
    figure = new_figure(dark, 400, "Predicted: doublings a step", "Measured: doublings a step")
    right = []
    for theory, name in names.items():
        found = [one for one in points if theory in one.predicted]
        if not found:
            continue
        color, symbol = _MARKS[theory]
        figure.add_scatter(
            x=[one.predicted[theory].mean for one in found], y=[one.measured.mean for one in found], mode="markers",
            name=name, marker={"color": color, "symbol": symbol, "size": 9, "line": {"width": 2, "color": color}},
            text=[f"{one.task}, {one.network}" for one in found],
            hovertemplate="%{text}<br>predicted %{x:.3f}, measured %{y:.3f}<extra></extra>",
        )  # fmt: skip
        right.append(f"{name} within a tenth in {sum(one.agrees(theory) for one in found)} of {len(found)}")
    every = [value for one in points for value in (one.measured.mean, *(each.mean for each in one.predicted.values()))]
    ends = [min(every), max(every)]
    line = {"color": role_color("baseline", dark), "dash": "dash", "width": 1.5}
    figure.add_scatter(x=ends, y=ends, mode="lines", line=line, name="measured as predicted", hoverinfo="skip")
    return Chart(figure, f"Measured against predicted slopes of {len(points)} networks: {'; '.join(right)}.")
