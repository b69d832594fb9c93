"""A text in which the pointer chooses a token: those before it are coloured by how much its score hangs on them.

Written as Vega-Lite itself, because the choice stays in the browser: no server is asked while the pointer moves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ui.charts.labels import compact, one_sign, visible
from ui.charts.text import COLUMNS
from ui.charts.theme import MONO, role_color, tint_scale
from ui.foreign import shorten
from ui.words import count

_ROW, _LEGEND = 27, 106  # pixels
_LONGEST = 20  # characters of a token


def connected_text(
    tokens: Sequence[str], outputs: Sequence[str], norms: Sequence[Sequence[float]], dark: bool
) -> tuple[dict[str, Any], str]:
    """A text, and behind it what the network finds likeliest next where that is asked about.

    Args:
        tokens: T tokens that are read.
        outputs: T - 1, or T with what follows the text.
        norms: For each output the gradient of its score in every token before it, its norm.
        dark: Whether the page is dark.

    Returns:
        The picture in Vega-Lite, and what it shows in a sentence.
    """
    whole = [*tokens, *outputs[len(tokens) - 1 :]]
    places = _places(whole)
    chosen = len(whole) - 1
    shares = [_shares(row) for row in norms]
    ends = {"x": {"field": "left", **_scaled([0, COLUMNS])}, "x2": {"field": "right"}}
    rows = max((place["row"] for place in places), default=0) + 1
    down = {"field": "row", **_scaled([-0.5, rows - 0.5], reverse=True)}
    box = {**ends, "y": {"field": "top", **_scaled([-0.5, rows - 0.5], reverse=True)}, "y2": {"field": "bottom"}}
    colors = [color for _, color in tint_scale(dark)]
    found = {
        "lookup": "at",
        "from": {"data": {"values": places}, "key": "at", "fields": ["left", "right", "top", "bottom"]},
    }
    under = {"filter": {"param": "chosen", "empty": False}}
    spec = {
        "height": _LEGEND + _ROW * rows,
        "padding": {"left": 0, "top": 8, "right": 8, "bottom": 8},
        "layer": [
            {
                "data": {
                    "values": [
                        {"of": of + 1, "at": at, "share": round(share, 3)}
                        for of, row in enumerate(shares)
                        for at, share in enumerate(row)
                    ]
                },
                "transform": [under, found],
                "mark": {"type": "rect", "tooltip": None},
                "encoding": {
                    **box,
                    "color": {
                        "field": "share", "type": "quantitative", "scale": {"domain": [0, 1], "range": colors},
                        "legend": {
                            "title": "Share of the strongest", "format": ".0%", "orient": "top", "values": [0, 0.5, 1],
                            "gradientLength": 160, "labelColor": role_color("muted", dark),
                            "titleColor": role_color("muted", dark),
                        },
                    },
                },
            },
            {
                "data": {"values": places},
                "transform": [under],
                "mark": {
                    "type": "rect", "filled": False, "tooltip": None, "strokeWidth": 2,
                    "stroke": role_color("network", dark),
                },
                "encoding": box,
            },
            {
                "data": {"values": places},
                "params": [
                    {
                        "name": "chosen", "value": [{"of": chosen}],
                        "select": {
                            "type": "point", "fields": ["of"], "on": "pointerover", "clear": False, "toggle": False,
                            "nearest": True,
                        },
                    }
                ],
                "mark": {"type": "text", "tooltip": None, "font": MONO, "fontSize": 14, "color": role_color("text", dark)},
                "encoding": {
                    "x": {"field": "middle", **_scaled([0, COLUMNS])}, "y": down,
                    "text": {"field": "token", "type": "nominal"},
                    "opacity": {"condition": {"test": "datum.follows", "value": 0.7}, "value": 1},
                },
            },
        ],
        "config": {"view": {"stroke": None}},
    }  # fmt: skip
    for place in places:
        place["follows"] = place["at"] >= len(tokens)
    return spec, _alt(whole, norms)


def _scaled(domain: list[float], reverse: bool = False) -> dict[str, Any]:
    scale = {"domain": domain, "nice": False, "zero": False, "reverse": reverse}
    return {"type": "quantitative", "axis": None, "scale": scale}


def _places(tokens: Sequence[str]) -> list[dict[str, Any]]:
    """Where each token stands: whole, in rows of `COLUMNS` characters; a new line ends its row."""
    places: list[dict[str, Any]] = []
    row = column = 0
    for at, token in enumerate(tokens):
        shown = shorten(visible(one_sign(token)), _LONGEST)
        if column + len(shown) > COLUMNS:
            row, column = row + 1, 0
        right = column + len(shown)
        places.append(
            {
                "at": at, "of": at, "token": shown, "row": row, "left": column, "right": right,
                "middle": (column + right) / 2, "top": row - 0.45, "bottom": row + 0.45,
            }
        )  # fmt: skip
        column = right
        if token.endswith("\n"):
            row, column = row + 1, 0
    return places


def _shares(norms: Sequence[float]) -> list[float]:
    """Of the strongest; none where a gradient is too large to be a number."""
    top = max((norm for norm in norms if math.isfinite(norm)), default=0.0)
    return [norm / top if top > 0 and math.isfinite(norm) else 0.0 for norm in norms]


def _alt(whole: Sequence[str], norms: Sequence[Sequence[float]]) -> str:
    last = norms[-1]
    strongest = sorted(range(len(last)), key=lambda at: -last[at])[:3]
    said = ", ".join(f"{visible(whole[at])} ({compact(last[at])})" for at in strongest)
    return (
        f"A text of {count(len(whole), 'token')}. The score of the chosen one, at first {visible(whole[-1])}, colours those "
        f"before it by the norm of its gradient: strongest {said}."
    )
