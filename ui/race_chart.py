"""The curves of a race while it is on: pure functions from records to an Altair chart and its alt text.

A cell is a colour and has its name at the end of its line; the first seed is drawn strong, later ones thin. Left out:
the panel around it (race_panel.py), runs side by side when they are over (ui.charts.learning_curves.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from ui.charts.learning_curves import line_color
from ui.charts.theme import role_color
from ui.compared import curve_points
from ui.curves import Curve, points
from ui.live_chart import whole_steps
from ui.words import axis_title, baseline_label, metric_label, metric_value, scale_for_axis

if TYPE_CHECKING:
    import altair as alt

HEIGHT = 300
_LABEL_GAP = 0.07  # of the height, between the names of two lines
_TITLES = {"step": "Step", "seconds": "Seconds of training"}
_PARTS = {"validation": "on validation", "train": "in training"}
Against = Literal["step", "seconds"]
Part = Literal["validation", "train"]


@dataclass(frozen=True)
class Racer:
    """A run of a race as its picture needs it: its cell's label, its own name, which of the cell's seeds, its records."""

    cell: str
    name: str
    turn: int
    curve: Curve


def race_frame(
    racers: Sequence[Racer],
    metric: str,
    against: Against,
    baseline: tuple[str, float] | None = None,
    part: Part = "validation",
) -> pd.DataFrame:
    """The points of the chart, one row each: columns x, value, cell, name, width.

    Args:
        racers: The runs, those of one cell in the order of their seeds.
        metric: What is drawn.
        against: What the x of the points is.
        baseline: Name and figure of the best simple method there, drawn as one more line.
        part: Whether the figures are of the validation set or of training.
    """
    scale = scale_for_axis(metric)
    rows: list[tuple[float, float, str, str, float]] = [
        (x, value * scale, racer.cell, racer.name, 1.1 if racer.turn else 2.6)
        for racer in racers
        for x, value in _points(racer, metric, against, part)
    ]
    if baseline is not None and rows:
        name = baseline_label(baseline[0])
        ends = (0.0, max(row[0] for row in rows))
        rows += [(x, baseline[1] * scale, name, f"{name} (baseline)", 1.1) for x in ends]
    return pd.DataFrame(rows, columns=["x", "value", "cell", "name", "width"])


def _points(racer: Racer, metric: str, against: Against, part: Part) -> Sequence[tuple[float, float]]:
    if part == "validation":
        return curve_points(racer.curve, metric, against)
    found = points(racer.curve.train, metric)
    if against == "step":
        return found
    seconds = {record["step"]: float(record["seconds"]) for record in racer.curve.train}
    return [(seconds[step], value) for step, value in found]


def end_labels(frame: pd.DataFrame, log_scale: bool = False) -> pd.DataFrame:
    """Where the name of each cell stands: at the end of its strongest line, moved apart where two would meet."""
    strong = frame.sort_values(["width", "x"]).groupby("cell", sort=False).tail(1).sort_values("value")
    there, back = (math.log, math.exp) if log_scale else (float, float)
    heights = [there(value) for value in frame["value"]]
    gap = _LABEL_GAP * (max(heights, default=0.0) - min(heights, default=0.0))
    places: list[float] = []
    for value in strong["value"]:
        places.append(max(there(value), places[-1] + gap) if places else there(value))
    highest = max(heights, default=0.0)  # names that were moved over it go back under it, and move others down
    for place in range(len(places) - 1, -1, -1):
        places[place] = min(places[place], highest)
        highest = places[place] - gap
    return strong.assign(value=[back(place) for place in places])


def race_chart(
    frame: pd.DataFrame,
    metric: str,
    cells: Sequence[str],
    *,
    task: str,
    against: Against,
    end: float | None,
    dark: bool,
    narrow: bool = False,
    part: Part = "validation",
    log_scale: bool = False,
    title: str | None = None,
) -> alt.LayerChart:
    """The chart.

    Args:
        frame: From `race_frame`.
        metric, task: What is drawn, for the axis title.
        cells: The labels of the cells in their order, which gives them their colours; other lines are grey.
        against: What the x of the points is.
        end: Where the x axis ends at least, such as the planned steps.
        dark: Whether the page is dark.
        narrow: Whether there is room for short names only, which the simple method's is not.
        part: Of what the figures are.
        log_scale: Logarithmic value axis; values at or below 0 are left out.
        title: What to call the metric; None for its own name.
    """
    import altair as alt

    muted = role_color("muted", dark)
    grey = role_color("baseline", dark)
    names = [*cells, *(name for name in dict.fromkeys(frame["cell"]) if name not in cells)]
    colors = [line_color(place, dark) if place < len(cells) else grey for place in range(len(names))]
    last = max([end or 0.0, *frame["x"]]) or 1.0
    color = alt.Color("cell:N", legend=None, scale=alt.Scale(domain=names, range=colors))
    axis = whole_steps() if against == "step" else alt.Axis(tickCount=6, grid=False)
    x = alt.X("x:Q", title=_TITLES[against], scale=alt.Scale(domain=[0, last], nice=False), axis=axis)
    if log_scale:
        frame = frame[frame["value"] > 0]
    kind: Literal["log", "linear"] = "log" if log_scale else "linear"
    y_scale = alt.Scale(type=kind, domain=[0.1, 1]) if frame.empty else alt.Scale(type=kind, zero=False, nice=True)
    named = title or axis_title(metric, task)
    y = alt.Y("value:Q", title=f"{named}, {_PARTS[part]}", scale=y_scale, axis=alt.Axis(tickCount=5))
    lines = (
        alt.Chart(frame)
        .mark_line(point={"size": 18} if part == "validation" else False)
        .encode(
            x=x, y=y, color=color, detail="name:N",
            strokeWidth=alt.StrokeWidth("width:Q", legend=None, scale=None),
            strokeDash=alt.condition(alt.FieldOneOfPredicate("cell", list(cells)), alt.value([1, 0]), alt.value([6, 4])),
            tooltip=[
                alt.Tooltip("name:N", title="Run"),
                alt.Tooltip("x:Q", title=_TITLES[against], format=",.4~r"),
                alt.Tooltip("value:Q", title=named, format=".4g"),
            ],
        )
    )  # fmt: skip
    labels = (
        alt.Chart(end_labels(frame, log_scale).assign(text=lambda ends: _texts(list(ends["cell"]), cells, narrow)))
        .mark_text(align="left", dx=8, fontSize=13, fontWeight=600, clip=False)
        .encode(x=x, y=y, color=color, text="text:N")
    )
    whole = alt.layer(lines, labels).properties(height=HEIGHT)
    return whole.configure_axis(labelColor=muted, titleColor=muted)


def _texts(names: Sequence[str], cells: Sequence[str], narrow: bool) -> list[str]:
    return ["baseline" if narrow and name not in cells else name for name in names]


def race_alt(racers: Sequence[Racer], metric: str, task: str, against: Against, part: Part = "validation") -> str:
    """One sentence for those who do not see the chart."""
    where = "on the validation set" if part == "validation" else "in training"
    what = f"{metric_label(metric)} {where} over {_TITLES[against].lower()}"
    parts = []
    for racer in racers:
        found = _points(racer, metric, against, part)
        said = f"last {metric_value(metric, found[-1][1], task)} at {found[-1][0]:,.4g}" if found else "no look yet"
        parts.append(f"{racer.name} {said}")
    return f"{what}: {'; '.join(parts)}."
