"""What length costs: time against the length of a sequence, and against the number of sequences beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ui.charts.chart import Chart
from ui.charts.theme import PALETTE, role_color, template

HEIGHT = 330
_SIGNS = ("circle", "square", "diamond", "triangle-up", "x")


def times_chart(
    times: Sequence[int],
    length: Mapping[str, Sequence[float | None]],
    batch: Mapping[str, Sequence[float | None]],
    dark: bool,
) -> Chart:
    """Both as multiples of the shortest, so that a line that follows the dashed one takes as much longer as there is more.

    Args:
        times: How many times the shortest sequence, and how many sequences.
        length, batch: By network, how many times as long it took, for each of `times`; None where it was not measured.
        dark: Whether the page is dark.
    """
    figure = make_subplots(1, 2, shared_yaxes=True, horizontal_spacing=0.06)
    figure.update_layout(template=template(dark), height=HEIGHT, legend_y=1.04)
    for column, table in ((1, length), (2, batch)):
        for place, (name, values) in enumerate(table.items()):
            color = PALETTE[place % len(PALETTE)]
            figure.add_trace(
                go.Scatter(
                    x=times, y=values, name=name, legendgroup=name, showlegend=column == 1, mode="lines+markers",
                    line={"color": color, "width": 2}, marker={"symbol": _SIGNS[place % len(_SIGNS)], "size": 8},
                    hovertemplate=f"{name}: %{{y:.2f}} times as long<extra></extra>",
                ),
                row=1, col=column,
            )  # fmt: skip
        figure.add_trace(
            go.Scatter(
                x=times, y=times, name="in proportion", legendgroup="in proportion", showlegend=column == 1, mode="lines",
                line={"color": role_color("baseline", dark), "dash": "dash", "width": 1.5}, hoverinfo="skip",
            ),
            row=1, col=column,
        )  # fmt: skip
    ticks = [f"{n}×" for n in times]
    figure.update_xaxes(type="log", tickvals=list(times), ticktext=ticks)
    figure.update_yaxes(type="log", tickvals=list(times), ticktext=ticks)
    figure.update_xaxes(title_text="Length of one sequence", row=1, col=1)
    figure.update_xaxes(title_text="Sequences together", row=1, col=2)
    figure.update_yaxes(title_text="Time of a forward pass", row=1, col=1)
    last = times[-1]
    ends = [
        f"{name} {length[name][-1]:.1f} and {batch[name][-1]:.1f}"
        for name in length
        if length[name][-1] is not None and batch[name][-1] is not None
    ]
    alt = f"Line charts of time against length and against batch. With {last} times as much: {'; '.join(ends)} times as long."
    return Chart(figure, alt)
