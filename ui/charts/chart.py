"""`Chart`: a figure together with the sentence that says what is seen, and how every figure begins.

The sentence goes to screen readers. Left out: showing it (ui/results/common.py).
"""

from dataclasses import dataclass

import plotly.graph_objects as go

from ui.charts.theme import role_color, template

COLOR_BAR_HEIGHT = 54
LABEL_ROOM = 52
"""Pixels beside a plot for the figure that stands at the end of its longest bar, however short the axis is."""


@dataclass(frozen=True)
class Chart:
    """A finished picture.

    Attributes:
        figure: The Plotly figure, with its template and height set.
        alt: One or two sentences that say what the picture shows, as plain text.
        zoom: Whether zooming helps; the buttons for it appear over the chart.
    """

    figure: go.Figure
    alt: str
    zoom: bool = False


def new_figure(dark: bool, height: int, x_title: str | None = None, y_title: str | None = None) -> go.Figure:
    """An empty figure in the project's template.

    Args:
        dark: Whether the page is dark.
        height: Pixels.
        x_title, y_title: Axis titles with units, already escaped where they hold data.
    """
    figure = go.Figure(layout={"template": template(dark), "height": height})
    figure.update_xaxes(title_text=x_title)
    figure.update_yaxes(title_text=y_title)
    return figure


def add_color_bar(figure: go.Figure, title: str, dark: bool, tickformat: str = "") -> None:
    """Put a thin colour bar above the plot of the figure's heat map, where it costs no width on a phone.

    Args:
        figure: A figure with one heat map.
        title: What the colours stand for, with the unit.
        dark: Whether the page is dark.
        tickformat: Of the figures under the bar.
    """
    small = {"size": 12, "color": role_color("muted", dark)}
    figure.update_layout(
        margin_t=COLOR_BAR_HEIGHT,
        # the bar's own title is cut off at the edge of the figure, so the figure's title stands in for it
        title={"text": title, "font": small, "x": 0, "xref": "paper", "y": 1, "yref": "container", "yanchor": "top"},
    )
    figure.update_traces(
        colorbar={
            "orientation": "h",
            "thickness": 8,
            "len": 220,
            "lenmode": "pixels",
            "x": 0,
            "xanchor": "left",
            "xpad": 0,
            "yref": "container",
            "y": 1.0,
            "yanchor": "top",
            "ypad": 18,
            "outlinewidth": 0,
            "nticks": 5,
            "tickformat": tickformat,
            "tickfont": small,
        },
        selector={"type": "heatmap"},
    )
