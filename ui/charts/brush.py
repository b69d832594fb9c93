"""What a unit does over a text, as a line on which the pointer draws a span.

Written as Vega-Lite itself, because its brush tells the server the two ends once the pointer is lifted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ui.charts.labels import compact, visible
from ui.charts.theme import role_color
from ui.words import count

BRUSH, FIELD = "brush", "position"
_HEIGHT = 190
_AROUND = 6  # characters of the text on both sides of the pointer


def brushed_line(
    values: Sequence[float], characters: Sequence[str], begin: int, threshold: float, title: str, dark: bool
) -> tuple[dict[str, Any], str]:
    """The line, and dashed what counts as on.

    Args:
        values, characters: Of the part of the text that is shown, one each.
        begin: Place of its first character in the text.
        threshold: Above which the unit is on.
        title: What the values are.
        dark: Whether the page is dark.

    Returns:
        The picture in Vega-Lite, whose selection `brush` has two values of `position`, and what it shows in a sentence.
    """
    shown = [visible(character) for character in characters]
    points = [
        {
            FIELD: begin + at,
            "value": round(float(value), 4),
            "text": "".join(shown[max(0, at - _AROUND) : at + 1]) + "|" + "".join(shown[at + 1 : at + 1 + _AROUND]),
        }
        for at, value in enumerate(values)
    ]
    inks = {"labelColor": role_color("muted", dark), "titleColor": role_color("muted", dark), "grid": False}
    across = {
        "field": FIELD, "type": "quantitative", "title": "Place in the text, characters",
        "scale": {"domain": [begin, begin + len(points) - 1], "nice": False}, "axis": {**inks, "format": "d"},
    }  # fmt: skip
    spec = {
        "height": _HEIGHT,
        "padding": {"left": 0, "top": 8, "right": 8, "bottom": 4},
        "layer": [
            {
                "data": {"values": points},
                "params": [{"name": BRUSH, "select": {"type": "interval", "encodings": ["x"]}}],
                "mark": {"type": "line", "color": role_color("network", dark), "strokeWidth": 1.4, "interpolate": "step"},
                "encoding": {
                    "x": across,
                    "y": {"field": "value", "type": "quantitative", "title": "Hidden state", "axis": {**inks, "tickCount": 4}},
                    "tooltip": [
                        {"field": "text", "type": "nominal", "title": "Text"},
                        {"field": "value", "type": "quantitative", "title": title},
                    ],
                },
            },
            {
                "data": {"values": [{"value": threshold}]},
                "mark": {"type": "rule", "color": role_color("muted", dark), "strokeDash": [4, 4]},
                "encoding": {"y": {"field": "value", "type": "quantitative"}},
            },
        ],
        "config": {"view": {"stroke": None}},
    }  # fmt: skip
    above = sum(value > threshold for value in values)
    return spec, (
        f"Line chart of {title} over {count(len(points), 'character')}: from {compact(min(values))} to {compact(max(values))}, "
        f"above {compact(threshold)} at {above:,} of them."
    )


def ends_of(selected: Any, begin: int, end: int) -> tuple[int, int] | None:
    """The first and last whole place of a brushed span within a part of a text; None without any.

    Args:
        selected: The chart's state as the page has it.
        begin, end: The part: its first place and the one behind its last.
    """
    found = ((selected or {}).get("selection") or {}).get(BRUSH) or {}
    edges = found.get(FIELD) or []
    if len(edges) != 2 or not all(isinstance(edge, int | float) for edge in edges):
        return None
    low, high = sorted(min(max(edge, begin), end - 1) for edge in edges)
    first, last = round(low), round(high)
    return (first, last) if first <= last else None
