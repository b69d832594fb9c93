"""How far back each network remembers: stored figures with the spread of their seeds, and a visitor's own runs over them.

A network is a row, a delay a place on a logarithmic axis. Left out: what counts as bridged (core/claims/bridged.py).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from core.claims.bridged import NETWORKS, Point, frontier_of
from core.claims.figures import Figure
from ui.charts.chart import Chart, new_figure
from ui.charts.theme import role_color

_ROW, _NARROW_ROW, _ROOM = 34, 48, 96  # pixels of a row, and of what stands over and under the rows


def frontier_chart(
    stored: Mapping[str, Figure], tried: float, points: Sequence[Point], *, dark: bool, narrow: bool = False
) -> Chart:
    """The chart.

    Args:
        stored: The longest delay of each seed, by network; may be empty.
        tried: The longest delay of the stored measurement: who bridged it may go further.
        points: A visitor's runs on the same task, all trained alike on one delay or on delays up to it.
        dark: Whether the page is dark.
        narrow: Whether it is as narrow as a phone.
    """
    names = rows_of(stored, points)
    figure = new_figure(
        dark, _ROOM + (_NARROW_ROW if narrow else _ROW) * max(2, len(names)), "Longest that was learned, in steps"
    )
    if stored:
        _add_stored(figure, stored, tried, dark)
    for bridged, symbol, label in (
        (True, "circle-open", "your runs, learned"),
        (False, "x-thin", "your runs, not learned"),
    ):
        mine = [point for point in points if point.bridged is bridged]
        if mine:
            color = role_color("network" if bridged else "highlight", dark)
            figure.add_scatter(
                x=[point.delay for point in mine], y=[point.network for point in mine], mode="markers", name=label,
                marker={"symbol": symbol, "size": 15 if bridged else 12, "color": color, "line": {"width": 3, "color": color}},
                text=[f"{point.accuracy:.1%} right, seed {point.seed}, {point.steps:,} steps" for point in mine],
                hovertemplate="%{y}, delay %{x}<br>%{text}<extra></extra>",
            )  # fmt: skip
    known = [value for row in stored.values() for value in row.values] + [point.delay for point in points]
    last = max([tried if stored else 0.0, *known, 10.0])
    ticks = [delay for delay in (2, 5, 10, 20, 40, 80, 160, 320, 640) if delay <= 1.3 * last]
    first = min([*known, 5.0])
    ends = [math.log10(max(1.0, first) / 1.3), math.log10(1.25 * last)]
    figure.update_xaxes(type="log", range=ends, tickvals=ticks, ticktext=[str(delay) for delay in ticks])
    figure.update_yaxes(categoryorder="array", categoryarray=names[::-1])
    if narrow:  # long names in several lines
        figure.update_yaxes(tickvals=names, ticktext=[name.replace(", ", "<br>") for name in names])
    figure.update_layout(margin_t=56 if narrow else 40)
    return Chart(figure, alt_of(stored, tried, points))


def _add_stored(figure: go.Figure, stored: Mapping[str, Figure], tried: float, dark: bool) -> None:
    """The mean over seeds, and a line from the worst to the best; an arrow where all seeds bridged what was tried."""
    grey = role_color("baseline", dark)
    for network, row in stored.items():
        ends = [max(1.0, min(row.values)), max(1.0, *row.values)]
        figure.add_scatter(
            x=ends, y=[network, network], mode="lines", line={"color": grey, "width": 7}, opacity=0.45,
            showlegend=False, hoverinfo="skip",
        )  # fmt: skip
    beyond = [min(row.values) >= tried for row in stored.values()]
    figure.add_scatter(
        x=[max(1.0, row.mean) for row in stored.values()], y=list(stored), mode="markers", name="stored, mean and seeds",
        marker={"symbol": ["triangle-right" if more else "diamond" for more in beyond], "size": 13, "color": grey},
        text=[f"{row.mean:.0f}{' or more' * more}, seeds {', '.join(f'{value:g}' for value in row.values)}"
              for row, more in zip(stored.values(), beyond, strict=True)],
        hovertemplate="%{y}<br>%{text}<extra></extra>",
    )  # fmt: skip


def rows_of(stored: Mapping[str, Figure], points: Sequence[Point]) -> list[str]:
    """The networks that have a row, in a fixed order."""
    found = dict.fromkeys([*stored, *(point.network for point in points)])
    order = list(NETWORKS)
    return sorted(found, key=lambda name: (order.index(name) if name in order else len(order), name))


def alt_of(stored: Mapping[str, Figure], tried: float, points: Sequence[Point]) -> str:
    """What the chart shows, in words."""
    parts = []
    mine = frontier_of(points)
    for name in rows_of(stored, points):
        said = []
        if name in stored:
            row = stored[name]
            said.append(f"stored {row.mean:.0f}{' or more' if min(row.values) >= tried else ''}")
        if name in mine:
            reach = mine[name]
            said.append(f"your runs {reach.bridged or 'none'}{f', not {reach.failed}' if reach.failed else ''}")
        parts.append(f"{name}: {'; '.join(said)}")
    return f"Longest that was learned, in steps. {'. '.join(parts) or 'Nothing yet'}."
