"""What a forecaster does beside its series: units on the same time axis, gates by season, and a forecast's slopes.

Left out: reading the network, the playing clock (ui/results/clock.py).
"""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike
from plotly.subplots import make_subplots

from ui.charts.chart import Chart, add_color_bar, new_figure
from ui.charts.forecast import axis_type, is_hourly
from ui.charts.inside import value_range
from ui.charts.labels import compact, escape, escape_token
from ui.charts.theme import DASHES, class_color, diverging_scale, role_color, sequential_scale, template
from ui.charts.tokens import mark_times, name_tokens
from ui.foreign import shorten
from ui.words import capital, count

_MOST_NAMED = 40  # columns below each other
_STYLES = ("solid", *DASHES)  # so that two units are told apart without their colours


def units_beside(
    times: Sequence[str], values: ArrayLike, name: str, units: Mapping[int, ArrayLike], kind: str, dark: bool,
    narrow: bool = False,
) -> Chart:  # fmt: skip
    """A series, and below it some units on the same time axis.

    Args:
        times: T labels.
        values: (T,) of the series, NaN where one is missing.
        name: Of the series, with its unit.
        units: Number of a unit to its (T,) values.
        kind: What of the units is drawn, such as "hidden state".
        dark: Whether the page is dark.
        narrow: Whether the page is as narrow as a phone.
    """
    height = 380 if narrow else 440
    figure = make_subplots(2, 1, shared_xaxes=True, row_heights=[0.46, 0.54], vertical_spacing=0.06)
    figure.update_layout(template=template(dark), height=height, hovermode="x", legend={"y": 1.02})
    drawn = [None if np.isnan(value) else float(value) for value in np.asarray(values, dtype=float)]
    line = {"color": role_color("truth", dark), "width": 1.6}
    figure.add_scatter(
        x=list(times), y=drawn, row=1, col=1, mode="lines", name="The series", line=line, connectgaps=False
    )
    for place, (unit, states) in enumerate(units.items()):
        figure.add_scatter(
            x=list(times), y=np.round(np.asarray(states, dtype=float), 4).tolist(), row=2, col=1, mode="lines",
            name=f"Unit {unit}", line={"color": class_color(place), "width": 1.8, "dash": _STYLES[place % len(_STYLES)]},
        )  # fmt: skip
    figure.update_xaxes(type=axis_type(times), hoverformat="%Y-%m-%d %H:%M" if is_hourly(times) else None)
    figure.update_xaxes(title_text="Time", row=2, col=1)
    figure.update_yaxes(title_text=escape(name, 18 if narrow else 26), row=1, col=1)
    low, high = value_range(kind, np.array(list(units.values()))) if units else (0.0, 1.0)
    room = 0.04 * (high - low)
    figure.update_yaxes(title_text=capital(kind), range=[low - room, high + room], row=2, col=1)
    spans = [
        f"unit {unit} from {compact(float(np.min(states)))} to {compact(float(np.max(states)))}"
        for unit, states in units.items()
    ]
    span = f"from {times[0]} to {times[-1]}" if times else "without steps"
    return Chart(
        figure, f"Line chart of {shorten(name, 60)} {span}; below it the {kind} of {count(len(units), 'unit')} over the same "
        f"time: {', '.join(spans)}.", zoom=True,
    )  # fmt: skip


def gates_by_place(
    means: Mapping[str, ArrayLike], names: Sequence[str], cycle: str, dark: bool, narrow: bool = False
) -> Chart:
    """The mean of every gate over all units at each place of a cycle.

    Args:
        means: Name of a gate to its (P,) means from 0 to 1, NaN at a place without a step.
        names: Of the P places.
        cycle: What a place is called.
        dark: Whether the page is dark.
        narrow: Whether the page is as narrow as a phone.
    """
    figure = new_figure(dark, 260, capital(cycle), "Mean over all units")
    for place, (gate, values) in enumerate(means.items()):
        figure.add_scatter(
            x=list(range(len(names))), y=[None if np.isnan(one) else round(float(one), 4) for one in np.asarray(values)],
            mode="lines+markers", name=capital(gate), customdata=list(names),
            line={"color": class_color(place), "width": 2, "dash": _STYLES[place % len(_STYLES)]}, marker={"size": 5},
            hovertemplate="%{customdata}: %{y:.3f}",
        )  # fmt: skip
    _mark_places(figure, names, narrow)
    figure.update_yaxes(range=[0, 1])
    figure.update_layout(showlegend=True, hovermode="x")
    said = [
        f"{gate} from {compact(float(np.nanmin(values)))} to {compact(float(np.nanmax(values)))}"
        for gate, values in means.items()
    ]
    return Chart(figure, f"Line chart of the mean of each gate by {cycle}: {', '.join(said)}.")


def unit_gates(
    means: ArrayLike,
    units: Sequence[int],
    names: Sequence[str],
    gate: str,
    cycle: str,
    dark: bool,
    narrow: bool = False,
) -> Chart:
    """The mean of one gate at each place of a cycle, of some units.

    Args:
        means: (P, U) from 0 to 1, NaN at a place without a step.
        units: Numbers of the U units, the first on top.
        names: Of the P places.
        gate: What it is called.
        cycle: What a place is called.
        dark: Whether the page is dark.
        narrow: Whether the page is as narrow as a phone.
    """
    array = np.asarray(means, dtype=float).T
    figure = new_figure(dark, 130 + 22 * max(3, len(units)), capital(cycle), "Unit")
    figure.add_heatmap(
        z=[[None if np.isnan(one) else round(float(one), 3) for one in row] for row in array], zmin=0, zmax=1, xgap=1, ygap=1,
        customdata=[[f"unit {unit}, {name}" for name in names] for unit in units],
        hovertemplate="%{customdata}: %{z:.2f}<extra></extra>", colorscale=sequential_scale(dark),
    )  # fmt: skip
    add_color_bar(figure, f"Mean {gate}", dark)
    _mark_places(figure, names, narrow)
    name_tokens(figure, [str(unit) for unit in units], narrow, side="y")
    figure.update_yaxes(range=[len(units) - 0.5, -0.5])
    return Chart(
        figure, f"Heat map of the mean {gate} of {count(len(units), 'unit')} by {cycle}, from "
        f"{compact(float(np.nanmin(array)))} to {compact(float(np.nanmax(array)))}.",
    )  # fmt: skip


def _mark_places(figure: go.Figure, names: Sequence[str], narrow: bool) -> None:
    """Write the places of a cycle, which are words of ours, along the x axis: steps of a season by their number."""
    mark_times(figure, names, narrow)
    ticks = [names[place].removeprefix("step ").partition(" of ")[0] for place in figure.layout.xaxis.tickvals]
    figure.update_xaxes(ticktext=ticks)


def slopes_map(
    times: Sequence[str], slopes: ArrayLike, columns: Sequence[str], dark: bool, narrow: bool = False
) -> Chart:
    """How a forecast would move for a small move of each column at each step: a row a column, a column a step.

    Args:
        times: T labels of the steps.
        slopes: (T, F) gradients in the network's own scale.
        columns: F names.
        dark: Whether the page is dark.
        narrow: Whether the page is as narrow as a phone.
    """
    array = np.asarray(slopes, dtype=float).T
    most = float(np.abs(array).max()) if array.size else 0.0
    figure = new_figure(dark, 130 + int(np.clip(26 * len(columns), 60, 420)), "Time", None)
    figure.add_heatmap(
        z=[[float(f"{one:.4g}") for one in row] for row in array], zmin=-(most or 1.0), zmax=most or 1.0, ygap=1,
        customdata=[[f"{escape(column, 40)}, {escape_token(time)}" for time in times] for column in columns],
        hovertemplate="%{customdata}: %{z:.3g}<extra></extra>", colorscale=diverging_scale(dark),
    )  # fmt: skip
    add_color_bar(figure, "Gradient, in the network's own scale", dark)
    mark_times(figure, times, narrow)
    names = [escape(column, 14 if narrow else 24) for column in columns] if len(columns) <= _MOST_NAMED else None
    figure.update_yaxes(
        range=[len(columns) - 0.5, -0.5], tickmode="array", tickvals=list(range(len(names or ()))), ticktext=names or [],
        title_text=None if names else "Column: point at the picture or tap it for their names",
    )  # fmt: skip
    row, step = divmod(int(np.abs(array).argmax()), array.shape[1]) if array.size else (0, 0)
    strongest = (
        f"; strongest ({compact(float(array[row, step]))}) at {columns[row]}, {times[step]}" if array.size else ""
    )
    return Chart(
        figure, f"Heat map of the gradient of the forecast by {count(len(columns), 'column')} and "
        f"{count(len(times), 'step')}{strongest}.",
    )  # fmt: skip
