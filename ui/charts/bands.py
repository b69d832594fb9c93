"""Bands around forecasts: what they are called, drawn, and written as columns of a table."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from ui.charts.theme import role_color, translucent

Number = float | None
BANDS = (("95%", "lower_95", "upper_95"), ("80%", "lower", "upper"))
"""Name and edges of every band, the widest first: the others are drawn over it."""
_FILLS, _FILLS_DARK = (0.16, 0.5), (0.28, 0.8)
"""How strong a band is drawn, by lightness and not by hue: pale what is wide, and what is narrow twice as strong and more."""


def held_of(details: Mapping[str, Any], target: str) -> dict[str, float]:
    """Which share of the test set each band held, by its name; runs of earlier versions do not say."""
    held = (details.get("coverage") or {}).get(target) or []
    levels = [f"{round(100 * level)}%" for level in details.get("levels", ())]
    return {name: share for name, share in zip(levels, held, strict=False) if share is not None}


def add_bands(
    figure: go.Figure, pieces: Sequence[Mapping[str, Any]], dark: bool, held: Mapping[str, float] | None = None
) -> None:
    """Every band as closed shapes, one a forecast, in a single trace whose name says what it held.

    Args:
        figure: To add to.
        pieces: Forecasts with their edges.
        dark: Whether the page is dark.
        held: By name of the band, which share of the test set lay in it.
    """
    for place, (name, lower, upper) in enumerate(BANDS):
        x: list[Any] = []
        y: list[Any] = []
        for piece in pieces:
            rows = [
                (when, low, high)
                for when, low, high in zip(piece["time"], piece.get(lower, ()), piece.get(upper, ()), strict=False)
                if low is not None and high is not None
            ]
            if rows:
                x += [row[0] for row in rows] + [row[0] for row in reversed(rows)] + [rows[0][0], rows[0][0]]
                y += [row[1] for row in rows] + [row[2] for row in reversed(rows)] + [rows[0][1], None]
        if x:
            said = f"{name} band" + (f", held {held[name]:.0%}" if held and name in held else "")
            figure.add_scatter(
                x=x, y=y, name=said, legendrank=3, mode="lines", line={"width": 0}, fill="toself",
                fillcolor=translucent(role_color("interval", dark), (_FILLS_DARK if dark else _FILLS)[place]),
                hoverinfo="skip",
            )  # fmt: skip


def edge_columns(forecast: Mapping[str, Any]) -> dict[str, list[Number]]:
    """Columns of a table: both edges of the bands, the narrowest first, None where a band is not known that far."""
    found = {}
    for name, *edges in reversed(BANDS):
        for side, key in zip(("Lower", "Upper"), edges, strict=True):
            row = list(forecast.get(key) or [])
            found[f"{side} {name}"] = row + [None] * (len(forecast["time"]) - len(row))
    return {label: row for label, row in found.items() if any(value is not None for value in row)}
