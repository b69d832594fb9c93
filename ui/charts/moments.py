"""Where a moment of training lies on the curve of its loss."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ui.charts.chart import Chart, new_figure
from ui.charts.labels import compact
from ui.charts.theme import role_color

Points = Sequence[tuple[int, float]]


def place_on_curve(training: Points, validation: Points, steps: Sequence[int], step: int, dark: bool) -> Chart:
    """The loss over the steps, on a logarithmic axis, as moments lie factors apart, with a line at one of them.

    Args:
        training, validation: Steps and losses in nats.
        steps: All moments that were kept.
        step: The one that is looked at.
        dark: Whether the page is dark.
    """
    figure = new_figure(dark, 230, "Training step", "Loss, nats per token")
    for name, points, role in (("Training", training, "truth"), ("Validation", validation, "network")):
        if points:
            figure.add_scatter(
                x=[at + 1 for at, _ in points], y=[round(loss, 4) for _, loss in points], name=name, mode="lines",
                line={"color": role_color(role, dark), "width": 2}, customdata=[at for at, _ in points],
                hovertemplate="step %{customdata}: %{y:.3f}<extra>" + name + "</extra>",
            )  # fmt: skip
    figure.add_vline(x=step + 1, line_color=role_color("text", dark), line_width=2)
    figure.update_xaxes(
        type="log", tickmode="array", tickvals=[at + 1 for at in steps], ticktext=[f"{at:,}" for at in steps],
        range=[-0.05, math.log10(max([*steps, *(at for at, _ in training)], default=1) + 1) + 0.05],
    )  # fmt: skip
    near = min(validation or training, key=lambda point: abs(point[0] - step), default=None)
    loss = "" if near is None else f", where the nearest loss that was measured is {compact(near[1])} nats"
    return Chart(figure, f"The loss over the steps of training, with a line at step {step:,}{loss}.")
