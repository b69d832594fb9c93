"""Small pictures of what a network does, for cards: a forecast beside the truth, and where a translation looked.

Drawn with Altair, of which a browser has to load a sixth of what Plotly takes: they stand on the first page that
anybody opens. Left out: the same pictures to be read closely (forecast.py, inside.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from ui.charts.forecast import axis_type
from ui.charts.labels import compact, visible
from ui.charts.theme import role_color, sequential_scale
from ui.foreign import shorten
from ui.words import count

if TYPE_CHECKING:
    import altair as alt

HEIGHT = 200
_ROW = 16  # pixels of a token of a translation
_MOST_STEPS = 160
_LONGEST_TOKEN, _LONGEST_TITLE = 14, 20  # characters


def forecast_points(details: Mapping[str, Any], target: str) -> pd.DataFrame:
    """The end of a series with the forecasts of it and past it: columns time, value, series, piece; a row a point.

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
    return pd.DataFrame(rows, columns=["time", "value", "series", "piece"])


def _pairs(times: Sequence[Any], values: Sequence[float | None]) -> list[tuple[Any, float | None]]:
    return list(zip(times, values, strict=False))


def small_forecast(details: Mapping[str, Any], target: str, dark: bool) -> tuple[alt.LayerChart, str]:
    """The end of a series in grey, and in the network's colour what it says of it and of what comes next.

    Args:
        details: `details.json` of a forecasting run.
        target: Which of `details["targets"]`.
        dark: Whether the page is dark.

    Returns:
        The chart, and what it shows in a sentence.
    """
    import altair as alt

    points, muted = forecast_points(details, target), role_color("muted", dark)
    if dated := axis_type(details["time"]) == "date":
        points["time"] = pd.to_datetime(points["time"])
    else:
        points["time"] = pd.to_numeric(points["time"])
    unit = details.get("units", {}).get(target, "")
    axis: dict[str, Any] = {"grid": False, "tickCount": 4, "labelColor": muted, "titleColor": muted}
    x = alt.X(
        "time:T" if dated else "time:Q", title="Time", scale=alt.Scale(zero=False, nice=False), axis=alt.Axis(**axis)
    )
    y = alt.Y(
        "value:Q", title=shorten(unit or target, _LONGEST_TITLE), scale=alt.Scale(zero=False), axis=alt.Axis(**axis)
    )
    layers = [
        alt.Chart(points[points["series"] == name])
        .mark_line(color=role_color(name, dark), strokeWidth=width)
        .encode(x=x, y=y, detail="piece:N")
        for name, width in (("truth", 1.2), ("network", 2.2))
    ]
    chart = alt.layer(*layers).properties(height=HEIGHT).configure_view(stroke=None)
    ahead = [value for value in points[points["piece"] == -1]["value"] if value is not None]
    says = f" Past its end it says {compact(ahead[0])} first and {compact(ahead[-1])} last." if ahead else ""
    return chart, f"Line chart of the last steps of {target} and what the network forecasts.{says}"


def small_attention(
    src_tokens: Sequence[str], trg_tokens: Sequence[str], weights: Sequence[Sequence[float]], dark: bool
) -> tuple[alt.Chart, str]:
    """Where the decoder looked in the source (across) while it wrote each token of the translation (down).

    Args:
        src_tokens: S tokens.
        trg_tokens: T tokens.
        weights: (T, S), each row adds up to 1.
        dark: Whether the page is dark.

    Returns:
        The chart, and what it shows in a sentence.
    """
    import altair as alt

    rows = [(i, j, weight) for i, row in enumerate(weights) for j, weight in enumerate(row)]
    scale = alt.Scale(domain=[0, 1], range=[str(color) for _, color in sequential_scale(dark)], interpolate="rgb")
    chart = (
        alt.Chart(pd.DataFrame(rows, columns=["trg", "src", "weight"]))
        .mark_rect()
        .encode(
            x=alt.X("src:O", title="Source", axis=_named(src_tokens, dark, labelAngle=-45)),
            y=alt.Y("trg:O", title=None, axis=_named(trg_tokens, dark)),
            color=alt.Color("weight:Q", scale=scale, legend=None),
            tooltip=[alt.Tooltip("weight:Q", title="Attention", format=".0%")],
        )
        .properties(height=84 + _ROW * len(trg_tokens))
        .configure_view(stroke=None)
    )
    tokens = f"{count(len(trg_tokens), 'written token')} to {count(len(src_tokens), 'source token')}"
    return chart, f"Heat map of attention from {tokens}."


def _named(tokens: Sequence[str], dark: bool, **more: Any) -> alt.Axis:
    """An axis of places with tokens as their labels: text of data, written into the expression as texts alone."""
    import altair as alt

    labels = json.dumps([shorten(visible(token), _LONGEST_TOKEN) for token in tokens])
    muted = role_color("muted", dark)
    return alt.Axis(
        labelExpr=f"{labels}[datum.value]", labelOverlap=False, labelColor=muted, titleColor=muted, ticks=False,
        domain=False, **more,
    )  # fmt: skip
