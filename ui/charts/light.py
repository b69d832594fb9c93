"""A finished Plotly figure as Vega-Lite, for what is seen before anything was trained: Plotly's own part of a page is 4.7 MB.

Made for the simple figures that a page begins with: lines with gaps, bands and shaded parts, bars, heat maps, with their axes,
legends and labels. What is shown of a place is what the figure says there. Labels were escaped for Plotly and are plain text
here again. Left out: zooming and range sliders, and figures of several plots, which Plotly draws.
"""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

import plotly.graph_objects as go

from ui.charts.light_marks import dash_of, digits_of, is_dated, layer, marks_of, place_of, plain, shape_layers, style_of

_BESIDE = MappingProxyType({"left": 3, "right": -3, "center": 0})  # pixels between a text and its place
_LEGEND_ROOM, _LABEL_ROOM = 26, 18  # pixels above a plot
_SQUARES = MappingProxyType({"symbolType": "square", "symbolStrokeWidth": 0})
_STROKES = MappingProxyType({"symbolType": "stroke", "symbolStrokeWidth": 3, "symbolSize": 500})
_BLANK = 12  # pixels between two names of a legend


def light_spec(figure: go.Figure, narrow: bool = False) -> dict[str, Any]:
    """A figure of lines, bars or one heat map in Vega-Lite.

    Args:
        figure: In the project's template, with its height.
        narrow: Whether the page is as narrow as a phone: the names of a legend stand in two columns.

    Raises:
        ValueError: A trace of another kind.
    """
    layers = [one for shape in figure.layout.shapes for one in shape_layers(figure, shape)]
    for number, trace in enumerate(figure.data):
        layers += marks_of(figure, trace, number)
    layers += _labels(figure)
    if _has_lines(figure):
        layers.append(_hover(figure))
    layout = figure.layout
    legend = _legend(figure, narrow)
    has_labels_above = any(one.yref == "paper" and one.yanchor == "bottom" for one in layout.annotations)
    top = (_LABEL_ROOM if has_labels_above and not legend else 0) + 4
    return {
        "height": layout.height,
        "padding": {"left": 0, "top": top, "right": max(8, layout.margin.r or 0), "bottom": 8},
        "layer": [*layers, *legend],
        "encoding": {"x": _channel(figure, "x"), "y": _channel(figure, "y")},
        "resolve": {"legend": {"color": "independent"}},
        "config": {"view": {"stroke": None}, "legend": {"labelLimit": 320}},
    }


def _axis_of(figure: go.Figure, side: str) -> Any:
    return figure.layout.xaxis if side == "x" else figure.layout.yaxis


def _channel(figure: go.Figure, side: str) -> dict[str, Any]:
    """An axis with its scale and its title."""
    axis, style = _axis_of(figure, side), style_of(figure, side)
    dated = side == "x" and is_dated(figure)
    scale: dict[str, Any] = {"zero": False, "nice": side == "y" and not axis.range}
    if any(trace.type == "bar" and (trace.orientation == "h") == (side == "x") for trace in figure.data):
        scale["zero"] = True
    if dated:
        scale = {"type": "utc", "nice": False}
    if axis.range:
        scale |= {"domain": [place_of(end, dated) for end in axis.range], "clamp": False}
    kind = "temporal" if dated else "quantitative"
    channel = {"field": side, "type": kind, "scale": scale}
    if axis.visible is False:
        return {**channel, "axis": None}
    muted = (axis.tickfont and axis.tickfont.color) or style.tickfont.color
    grid = axis.showgrid is not False and (side == "y" or not _has_lines(figure) or bool(style.gridcolor))
    drawn: dict[str, Any] = {
        "title": plain(axis.title.text) or None, "titleColor": style.title.font.color, "labelColor": muted, "grid": grid,
        "gridColor": style.gridcolor, "domain": False, "ticks": False, "tickCount": axis.nticks or 6,
        "labelPadding": 4, "titlePadding": 8, "titleFontWeight": "normal",
    }  # fmt: skip
    if axis.tickformat and not dated:
        drawn["format"] = axis.tickformat
    if axis.tickvals is not None:
        drawn |= {"values": [place_of(value, dated) for value in axis.tickvals], "labelOverlap": False}
        drawn.pop("tickCount")
    if axis.ticktext is not None:
        names, places = [plain(name) for name in axis.ticktext], json.dumps(drawn["values"])
        drawn |= {"labelExpr": f"{json.dumps(names)}[indexof({places}, datum.value)]", "labelLimit": 320}
        drawn["labelAngle"] = axis.tickangle or 0
        drawn |= {"labelAlign": "right", "labelBaseline": "middle"} if side == "x" and axis.tickangle else {}
    if axis.tickfont and axis.tickfont.family:
        drawn |= {"labelFont": axis.tickfont.family, "labelFontSize": axis.tickfont.size}
    return {**channel, "axis": drawn}


def _has_lines(figure: go.Figure) -> bool:
    return any(trace.type == "scatter" and trace.fill is None for trace in figure.data)


def _labels(figure: go.Figure) -> list[dict[str, Any]]:
    """The texts of a figure: at a place on both axes, or at the top of the plot."""
    layers, dated = [], is_dated(figure)
    for one in figure.layout.annotations:
        font = {"color": one.font.color, "fontSize": one.font.size}
        side = one.xanchor or "center"
        mark = {"type": "text", "aria": False, "align": side, "dx": one.xshift or _BESIDE[side], **font}
        row = {"x": place_of(one.x, dated), "text": plain(one.text)}
        if one.yref == "paper":
            above = one.yanchor == "bottom"
            encoding: dict[str, Any] = {"y": {"value": -5 if above else 4}}
            mark |= {"baseline": "bottom" if above else "top"}
        else:
            row["y"], encoding = float(one.y), {}
        layers.append(layer([row], mark, **encoding, text={"field": "text", "type": "nominal"}))
    return layers


def _named(figure: go.Figure) -> list[Any]:
    found = [trace for trace in figure.data if trace.name and trace.showlegend is not False]
    return sorted(found, key=lambda trace: trace.legendrank or 1_000)


def _legend(figure: go.Figure, narrow: bool) -> list[dict[str, Any]]:
    """The names of lines, bands and bars in a layer of its own that draws nothing else."""
    named = _named(figure)
    if figure.layout.showlegend is False or (len(named) < 2 and figure.layout.showlegend is None):
        return []
    names = [plain(trace.name) for trace in named]
    bars = all(trace.type == "bar" for trace in named)
    colors = [trace.marker.color if bars else trace.fillcolor or trace.line.color for trace in named]
    dashes = [[1, 0] if bars or trace.fill else dash_of(trace.line.dash) for trace in named]
    ink = figure.layout.template.layout.font.color
    look = {
        "orient": "top", "direction": "horizontal", "title": None, "labelColor": ink, "symbolOpacity": 1,
        "columns": 2 if narrow and not bars else 0,
        "columnPadding": _BLANK, "offset": _LEGEND_ROOM - 4 if figure.layout.annotations and not bars else 8,
        **(_SQUARES if bars else _STROKES),
    }  # fmt: skip
    order = {"domain": names}
    hue = {"field": "name", "type": "nominal", "legend": look, "scale": {**order, "range": colors}}
    dash = {"field": "name", "type": "nominal", "legend": look, "scale": {**order, "range": dashes}}
    fills = {"fill": hue} if bars else {"stroke": hue, "strokeDash": dash}
    rows = [{"name": name} for name in names]
    return [layer(rows, {"type": "point", "opacity": 0, "tooltip": None, "aria": False}, x=None, y=None, **fills)]


def _hover(figure: go.Figure) -> dict[str, Any]:
    """An upright line where the pointer is nearest, and what all lines say there."""
    digits = digits_of(figure)
    lines = [trace for trace in figure.data if trace.type == "scatter" and trace.fill is None]
    dated = is_dated(figure)
    rows: dict[Any, dict[str, Any]] = {}
    for number, trace in enumerate(lines):
        for x, y in zip(trace.x, trace.y, strict=True):
            value = place_of(y, False)
            if value is not None:
                place = place_of(x, dated)
                row = rows.setdefault(place, {"x": place, "when": str(x)})
                row[f"y{number}"] = format(value, digits)
    said = [{"field": "when", "type": "nominal", "title": plain(figure.layout.xaxis.title.text) or "At"}]
    said += [
        {"field": f"y{number}", "type": "nominal", "title": plain(trace.name) or "Value"}
        for number, trace in enumerate(lines)
    ]
    near = {"type": "point", "on": "pointerover", "clear": "pointerout", "nearest": True, "encodings": ["x"]}
    seen = {"condition": {"param": "near", "empty": False, "value": 0.5}, "value": 0}
    mark = {"type": "rule", "color": style_of(figure, "x").tickfont.color, "aria": False}  # the lines say what they are
    drawn = layer([rows[place] for place in sorted(rows)], mark, y=None, opacity=seen, tooltip=said)
    return {"params": [{"name": "near", "select": near}], **drawn}
