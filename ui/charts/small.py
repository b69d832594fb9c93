"""Small pictures of what a network does, for cards: a forecast beside the truth, and where a translation looked.

Written as Vega-Lite itself: they stand on the first page that anybody opens, where importing Altair would take a server
more than a second, and Plotly is six times as much for a browser to load. Left out: the same pictures to be read
closely (forecast.py, inside.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ui.charts.forecast import axis_type
from ui.charts.labels import compact, visible
from ui.charts.theme import role_color, sequential_scale
from ui.foreign import shorten
from ui.words import count

HEIGHT = 200
_ROW = 16  # pixels of a token of a translation
_MOST_STEPS = 160
_LONGEST_TOKEN, _LONGEST_TITLE = 14, 20  # characters


def forecast_points(details: Mapping[str, Any], target: str) -> list[dict[str, Any]]:
    """The end of a series with the forecasts of it and past it, as points with time, value, series and piece.

    Args:
        details: `details.json` of a forecasting run.
        target: Which of `details["targets"]`.
    """
    horizon = int(details["horizon"])
    steps = min(_MOST_STEPS, max(40, 4 * horizon))
    rows = [(time, value, "truth", 0) for time, value in _pairs(details["time"], details["values"][target])[-steps:]]
    first = len(details["time"]) - steps
    test = details["test"].get(target) or {"time": [], "network": []}
    kept = [place for place, origin in enumerate(details["origins"]) if origin >= first]
    for piece in kept:
        part = slice(piece * horizon, (piece + 1) * horizon)
        rows += [(*pair, "network", piece) for pair in _pairs(test["time"][part], test["network"][part])]
    future = details["future"].get(target) or {"network": []}
    times = future.get("time", details["future"]["time"])
    rows += [(*pair, "network", -1) for pair in _pairs(times, future["network"])]
    return [dict(zip(("time", "value", "series", "piece"), row, strict=True)) for row in rows]


def _pairs(times: Sequence[Any], values: Sequence[float | None]) -> list[tuple[Any, float | None]]:
    return list(zip(times, values, strict=False))


def small_forecast(details: Mapping[str, Any], target: str, dark: bool) -> tuple[dict[str, Any], str]:
    """The end of a series in grey, and in the network's colour what it says of it and of what comes next.

    Args:
        details: `details.json` of a forecasting run.
        target: Which of `details["targets"]`.
        dark: Whether the page is dark.

    Returns:
        The picture in Vega-Lite, and what it shows in a sentence.
    """
    points, dated = forecast_points(details, target), axis_type(details["time"]) == "date"
    unit = details.get("units", {}).get(target, "")
    names = ["truth", "network"]
    axis = {"grid": False, "tickCount": 4, **_inks(dark)}
    time = {"field": "time", "type": "temporal" if dated else "quantitative", "title": "Time", "axis": axis}
    value = {"field": "value", "type": "quantitative", "title": shorten(unit or target, _LONGEST_TITLE), "axis": axis}
    color = {"domain": names, "range": [role_color(name, dark) for name in names]}
    spec = {
        "data": {"values": points if dated else [{**one, "time": float(one["time"])} for one in points]},
        "mark": {"type": "line", "clip": True},
        "encoding": {
            "x": {**time, "scale": {"zero": False, "nice": False}},
            "y": {**value, "scale": {"zero": False}},
            "color": {"field": "series", "type": "nominal", "scale": color, "legend": None},
            "strokeWidth": {
                "field": "series",
                "type": "nominal",
                "legend": None,
                "scale": {"domain": names, "range": [1.2, 2.2]},
            },
            "detail": {"field": "piece", "type": "nominal"},
        },
        "height": HEIGHT,
        "config": {"view": {"stroke": None}},
    }
    ahead = [one["value"] for one in points if one["piece"] == -1 and one["value"] is not None]
    says = f" Past its end it says {compact(ahead[0])} first and {compact(ahead[-1])} last." if ahead else ""
    return spec, f"Line chart of the last steps of {target} and what the network forecasts.{says}"


def small_attention(
    src_tokens: Sequence[str], trg_tokens: Sequence[str], weights: Sequence[Sequence[float]], dark: bool
) -> tuple[dict[str, Any], str]:
    """Where the decoder looked in the source (across) while it wrote each token of the translation (down).

    Args:
        src_tokens: S tokens.
        trg_tokens: T tokens.
        weights: (T, S), each row adds up to 1.
        dark: Whether the page is dark.

    Returns:
        The picture in Vega-Lite, and what it shows in a sentence.
    """
    cells = [{"trg": i, "src": j, "weight": weight} for i, row in enumerate(weights) for j, weight in enumerate(row)]
    scale = {"domain": [0, 0.5, 1], "range": [color for _, color in sequential_scale(dark)], "interpolate": "rgb"}
    across = {"title": "Source", "axis": {**_named(src_tokens, dark), "labelAngle": -45}}
    spec = {
        "data": {"values": cells},
        "mark": {"type": "rect"},
        "encoding": {
            "x": {"field": "src", "type": "ordinal", **across},
            "y": {"field": "trg", "type": "ordinal", "title": None, "axis": _named(trg_tokens, dark)},
            "color": {"field": "weight", "type": "quantitative", "scale": scale, "legend": None},
            "tooltip": {"field": "weight", "type": "quantitative", "title": "Attention", "format": ".0%"},
        },
        "height": 84 + _ROW * len(trg_tokens),
        "config": {"view": {"stroke": None}},
    }
    tokens = f"{count(len(trg_tokens), 'written token')} to {count(len(src_tokens), 'source token')}"
    return spec, f"Heat map of attention from {tokens}."


def _named(tokens: Sequence[str], dark: bool) -> dict[str, Any]:
    """An axis of places with tokens as their labels: text of data, written into the expression as texts alone."""
    labels = json.dumps([shorten(visible(token), _LONGEST_TOKEN) for token in tokens])
    named = {"labelExpr": f"{labels}[datum.value]", "labelOverlap": False, "ticks": False, "domain": False}
    return {**named, **_inks(dark)}


def _inks(dark: bool) -> dict[str, str]:
    return {"labelColor": role_color("muted", dark), "titleColor": role_color("muted", dark)}
