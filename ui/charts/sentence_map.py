"""Texts as points in the two directions in which their states differ most, coloured by label, the typed one among them."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ui.charts.chart import Chart, new_figure
from ui.charts.labels import escape
from ui.charts.theme import class_color, role_color
from ui.foreign import shorten
from ui.words import count

_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x")


def sentence_map_chart(
    found: Mapping[str, Any], classes: tuple[str, ...], place: np.ndarray, label: str, dark: bool
) -> Chart:
    """The map, with the typed text as a star.

    Args:
        found: As `core.insight.sentence_map.map_of` gives it.
        classes: Names of the classes.
        place: Where the typed text lies, (K,).
        label: The label that the network gives to it.
        dark: Whether the page is dark.
    """
    places, labels = np.array(found["places"]), np.array(found["labels"])
    shares = [*found["shares"], 0.0, 0.0]
    figure = new_figure(
        dark,
        420,
        f"First direction, {shares[0]:.0%} of the variance",
        f"Second direction, {shares[1]:.0%} of the variance",
    )
    flat = np.pad(places, ((0, 0), (0, 2)))[:, :2]
    for number in sorted(set(labels.tolist())):
        rows = np.flatnonzero(labels == number)
        figure.add_scatter(
            x=flat[rows, 0].tolist(), y=flat[rows, 1].tolist(), mode="markers", name=escape(classes[number], 24),
            marker={"symbol": _SYMBOLS[number % len(_SYMBOLS)], "size": 7, "color": class_color(number), "opacity": 0.75},
            customdata=[escape(found["texts"][row], 80) for row in rows], hovertemplate="%{customdata}<extra></extra>",
        )  # fmt: skip
    at = np.pad(place, (0, 2))[:2]
    figure.add_scatter(
        x=[float(at[0])], y=[float(at[1])], mode="markers", name="Your text", hoverinfo="name",
        marker={
            "symbol": "star", "size": 18, "color": role_color("text", dark),
            "line": {"color": role_color("background", dark), "width": 1.5},
        },
    )  # fmt: skip
    figure.update_layout(showlegend=True)
    return Chart(
        figure,
        f"{count(len(labels), 'text')} of the training set by the states that the network makes of them, coloured by label; "
        f"the typed one, taken for {shorten(label, 30)}, is among them.",
        zoom=True,
    )
