"""How often a network is right, by the step at which it answers."""

from __future__ import annotations

from collections.abc import Sequence

from ui.charts.chart import Chart, new_figure
from ui.charts.theme import role_color


def accuracy_by_step(steps: Sequence[int], shares: Sequence[float], dark: bool) -> Chart:
    """The share of right answers at each step.

    Args:
        steps: The steps at which something is asked, counted from 1, ascending.
        shares: Of right answers there, 0 to 1.
        dark: Whether the page is dark.
    """
    figure = new_figure(dark, 260, "Step of the answer", "Right answers, %")
    figure.add_scatter(
        x=[*steps], y=[100 * share for share in shares], mode="lines+markers" if len(steps) < 60 else "lines",
        line={"color": role_color("network", dark), "width": 2.2}, marker={"size": 6},
        hovertemplate="Step %{x}: %{y:.1f}%<extra></extra>",
    )  # fmt: skip
    figure.update_yaxes(range=[-3, 103])
    figure.update_xaxes(tickformat=",d")
    if len(steps) < 12:
        figure.update_xaxes(dtick=1)
    first, last = shares[0], shares[-1]
    return Chart(
        figure,
        f"Line chart of the share of right answers by step: {first:.1%} at step {steps[0]:,}, {last:.1%} at step "
        f"{steps[-1]:,}, the lowest {min(shares):.1%}.",
    )
