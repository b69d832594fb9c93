"""The marks of a Plotly figure as layers of Vega-Lite: lines, bands, bars, cells of a heat map and shaded parts.

Left out: axes, legends, labels and what is said where somebody points (light.py).
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import plotly.graph_objects as go

_DASHES = MappingProxyType(
    {
        "solid": [1, 0],
        "dash": [6, 4],
        "dot": [2, 3],
        "dashdot": [6, 3, 2, 3],
        "longdash": [10, 4],
        "longdashdot": [10, 3, 2, 3],
    }
)


def plain(text: Any) -> Any:
    """A label that was escaped for Plotly as plain text; of several lines a list of them."""
    lines = [html.unescape(line) for line in str(text or "").split("<br>")]
    return lines if len(lines) > 1 else lines[0]


def is_dated(figure: go.Figure) -> bool:
    """Whether the axis across is one of dates."""
    return bool(figure.layout.xaxis.type == "date")


def place_of(value: Any, dated: bool) -> Any:
    """A place on an axis: a number, or milliseconds since 1970 by a clock without zones, as Plotly reads dates."""
    if value is None:
        return None
    if dated:
        return int(np.datetime64(str(value).removesuffix("Z"), "ms").astype("int64"))
    number = float(value)
    return number if np.isfinite(number) else None


def style_of(figure: go.Figure, side: str) -> Any:
    """What the template says of an axis."""
    return figure.layout.template.layout.xaxis if side == "x" else figure.layout.template.layout.yaxis


def layer(rows: Sequence[Mapping[str, Any]], mark: Mapping[str, Any], **encoding: Any) -> dict[str, Any]:
    """A layer with data of its own."""
    return {"data": {"values": list(rows)}, "mark": dict(mark), "encoding": encoding}


def along(figure: go.Figure, side: str, end: str = "") -> dict[str, Any]:
    """A second place on an axis, or a place that does not decide where the axis ends."""
    kind = "temporal" if side == "x" and is_dated(figure) else "quantitative"
    return {"field": f"{side}{end}"} if end else {"field": side, "type": kind}


def marks_of(figure: go.Figure, trace: Any, number: int) -> list[dict[str, Any]]:
    """The layers of the trace with this number. Raises `ValueError` for a kind that is not drawn here."""
    if trace.type == "scatter":
        return _band(figure, trace) if trace.fill == "toself" else _line(figure, trace)
    if trace.type == "bar":
        return _bars(figure, trace, number)
    if trace.type == "heatmap":
        return _cells(figure, trace)
    raise ValueError(f"no light picture of a {trace.type}")


def _points(figure: go.Figure, trace: Any) -> list[tuple[Any, float | None]]:
    dated = is_dated(figure)
    return [(place_of(x, dated), place_of(y, False)) for x, y in zip(trace.x, trace.y, strict=True)]


def _line(figure: go.Figure, trace: Any) -> list[dict[str, Any]]:
    rows = [{"x": x, "y": y} for x, y in _points(figure, trace)]
    look = {"color": trace.line.color, "strokeWidth": trace.line.width or 2, "strokeDash": dash_of(trace.line.dash)}
    mark: dict[str, Any] = {"type": "line", "clip": True, **look, **described(figure, trace)}
    if "markers" in (trace.mode or ""):
        mark["point"] = {"size": (trace.marker.size or 5) ** 2, "color": trace.line.color}
    return [layer(rows, mark)]


def described(figure: go.Figure, trace: Any) -> dict[str, str]:
    """What a screen reader says of a line or a band: its name, and from where to where it goes, in the figure's digits.

    Left alone, Vega reads out the fields of its first point.
    """
    known = [(str(x), float(y)) for x, y in zip(trace.x, trace.y, strict=True) if place_of(y, False) is not None]
    title = plain(figure.layout.yaxis.title.text)
    name = plain(trace.name) or (" ".join(title) if isinstance(title, list) else title) or "Line"
    if not known:
        return {"description": f"{name}: nothing is known"}
    low, high = (format(end([y for _, y in known]), digits_of(figure)) for end in (min, max))
    return {"description": f"{name}: from {known[0][0]} to {known[-1][0]}, between {low} and {high}"}


def digits_of(figure: go.Figure) -> str:
    """How values are written where somebody points."""
    return figure.layout.yaxis.hoverformat or ",.4g"


def dash_of(dash: str | None) -> list[int]:
    """Plotly's name of a dash pattern, or its lengths, as lengths in pixels."""
    if dash in _DASHES or dash is None:
        return _DASHES[dash or "solid"]
    return [int(part.removesuffix("px")) for part in dash.split(",")]


def _band(figure: go.Figure, trace: Any) -> list[dict[str, Any]]:
    """Closed shapes, one after the other with gaps between them."""
    rows, piece = [], 0
    for place, (x, y) in enumerate(_points(figure, trace)):
        if y is None:
            piece += 1
        else:
            rows.append({"x": x, "y": y, "piece": piece, "place": place})
    mark = {"type": "line", "interpolate": "linear-closed", "fill": trace.fillcolor, "strokeWidth": 0, "clip": True}
    mark |= described(figure, trace)
    return [layer(rows, mark, detail={"field": "piece"}, order={"field": "place", "type": "quantitative"})]


def _bars(figure: go.Figure, trace: Any, number: int) -> list[dict[str, Any]]:
    """Bars of one trace, on those before it where they are stacked, with their figures at the end."""
    lies = trace.orientation == "h"
    places, values = (trace.y, trace.x) if lies else (trace.x, trace.y)
    before = [
        sum(float((other.x if lies else other.y)[i]) for other in figure.data[:number]) if number else 0.0
        for i in range(len(values))
    ]
    gap = figure.layout.bargap if figure.layout.bargap is not None else figure.layout.template.layout.bargap
    step = min(np.diff(sorted(map(float, places))), default=1.0)
    half = float(step) * (1 - gap) / 2
    color, opacity = trace.marker.color, trace.marker.opacity
    main, cross = ("x", "y") if lies else ("y", "x")
    rows = []
    for i, (place, value) in enumerate(zip(places, values, strict=True)):
        rows.append({
            main: before[i], f"{main}2": before[i] + float(value), cross: float(place) - half,
            f"{cross}2": float(place) + half, "middle": float(place), "said": _said(figure, trace, i, float(value)),
            "color": color if isinstance(color, str) else color[i],
            "opacity": 1.0 if opacity is None else opacity if isinstance(opacity, int | float) else opacity[i],
            "text": plain(trace.text[i]) if trace.text is not None else "",
        })  # fmt: skip
    drawn = layer(
        rows, {"type": "rect", "clip": True}, x2=along(figure, "x", "2"), y2=along(figure, "y", "2"),
        color={"field": "color", "type": "nominal", "scale": None},
        opacity={"field": "opacity", "type": "quantitative", "scale": None}, tooltip={"field": "said", "type": "nominal"},
        description={"field": "said", "type": "nominal"},
    )  # fmt: skip
    if trace.text is None:
        return [drawn]
    ink = {"type": "text", "aria": False, "align": "left", "dx": 4, "color": figure.layout.template.layout.font.color}
    ends = {main: {"field": f"{main}2", "type": "quantitative"}, cross: {"field": "middle", "type": "quantitative"}}
    return [drawn, layer(rows, ink, **ends, text={"field": "text", "type": "nominal"})]


def _said(figure: go.Figure, trace: Any, place: int, value: float) -> str:
    """What a bar says when it is pointed at: the figure's own words, with its place filled in."""
    words = (trace.hovertemplate or "%{x}").replace("<extra></extra>", "").replace("</extra>", "")
    words = words.replace("<extra>", ", ")
    for name in ("x", "y"):
        for part in words.split("%{" + name)[1:]:
            kind = part.partition("}")[0]
            is_whole = value.is_integer() and kind in ("", ":,", ":,d")
            shown = f"{int(value):,}" if is_whole else format(value, kind[1:] or "g")
            words = words.replace("%{" + name + kind + "}", shown)
    if trace.customdata is not None:
        words = words.replace("%{customdata}", str(trace.customdata[place]))
    names = figure.layout.yaxis.ticktext if trace.orientation == "h" else None
    return html.unescape(f"{names[place]}: {words}" if names is not None else words)


def _cells(figure: go.Figure, trace: Any) -> list[dict[str, Any]]:
    """A heat map, with the texts of its cells, and its scale above it."""
    rows = [
        {
            "x": j - 0.5, "x2": j + 0.5, "y": i - 0.5, "y2": i + 0.5, "j": j, "i": i, "z": value,
            "said": html.unescape(str(trace.customdata[i][j])) if trace.customdata is not None else "",
            "text": plain(trace.text[i][j]) if trace.text is not None else "",
        }
        for i, row in enumerate(trace.z)
        for j, value in enumerate(row)
    ]  # fmt: skip
    low, high = float(trace.zmin), float(trace.zmax)
    muted = style_of(figure, "x").tickfont.color
    scale = {"domain": [low + share * (high - low) for share, _ in trace.colorscale],
             "range": [color for _, color in trace.colorscale], "interpolate": "rgb"}  # fmt: skip
    legend = {
        "orient": "top", "direction": "horizontal", "gradientLength": 220, "gradientThickness": 8, "tickCount": 3,
        "title": plain(figure.layout.title.text), "titleFontWeight": "normal", "titleColor": muted, "labelColor": muted,
        "offset": 8,
    }  # fmt: skip
    if trace.colorbar.tickformat:
        legend["format"] = trace.colorbar.tickformat
    ground = "#FFFFFF" if figure.layout.template.layout.hoverlabel.bgcolor == "#FFFFFF" else "#0E1513"
    cells = layer(
        rows, {"type": "rect", "stroke": ground, "strokeWidth": trace.xgap or 0},
        x2=along(figure, "x", "2"), y2=along(figure, "y", "2"),
        color={"field": "z", "type": "quantitative", "scale": scale, "legend": legend},
        tooltip={"field": "said", "type": "nominal"}, description={"field": "said", "type": "nominal"},
    )  # fmt: skip
    if trace.text is None:
        return [cells]
    ink = {
        "type": "text",
        "aria": False,
        "color": trace.textfont.color,
        "fontSize": trace.textfont.size,
        "lineHeight": 17,
    }
    middle = {"x": {"field": "j", "type": "quantitative"}, "y": {"field": "i", "type": "quantitative"}}
    return [cells, layer(rows, ink, **middle, text={"field": "text", "type": "nominal"})]


def shape_layers(figure: go.Figure, shape: Any) -> list[dict[str, Any]]:
    """A shaded part, or an upright line, over the whole height."""
    dated = is_dated(figure)
    row = {"x": place_of(shape.x0, dated), "x2": place_of(shape.x1, dated)}
    if shape.type == "line":
        mark = {"type": "rule", "aria": False, "color": shape.line.color, "strokeWidth": shape.line.width, "clip": True}
        return [layer([row], {**mark, "strokeDash": dash_of(shape.line.dash)}, y=None)]
    return [
        layer(
            [row],
            {"type": "rect", "color": shape.fillcolor, "clip": True, "aria": False},
            x2=along(figure, "x", "2"),
            y=None,
        )
    ]
