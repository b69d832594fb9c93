"""Reliability: how often a network is right that says it is so sure, and how often it is so sure."""

from collections.abc import Mapping, Sequence
from typing import Any

from plotly.subplots import make_subplots

from ui.charts.chart import Chart, new_figure
from ui.charts.theme import role_color


def reliability_chart(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]] | None, dark: bool, items: str = "texts"
) -> Chart:
    """Share of right answers against how sure they were, on a diagonal where both agree; below, how many were so sure.

    Args:
        before: Bins of `core.metrics.calibration.reliability`, of the network's own probabilities.
        after: The same with the temperature; None where it changes nothing.
        dark: Whether the page is dark.
        items: What is judged, in plural.
    """
    shown = after or before
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.74, 0.26], vertical_spacing=0.06)
    figure.update_layout(new_figure(dark, 400).layout)
    line = {"color": role_color("baseline", dark), "dash": "dash", "width": 1.5}
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line=line, name="right as often as sure", hoverinfo="skip", row=1, col=1
    )
    lines = [(before, "as trained", "muted", "square-open"), (after, "with its temperature", "network", "circle")]
    for bins, name, role, symbol in lines if after else [(before, "the network", "network", "circle")]:
        known = [one for one in bins or () if one["count"]]
        figure.add_scatter(
            x=[one["confidence"] for one in known], y=[one["accuracy"] for one in known], mode="lines+markers", name=name,
            line={"color": role_color(role, dark), "width": 2}, marker={"symbol": symbol, "size": 7},
            customdata=[one["count"] for one in known],
            hovertemplate=f"%{{x:.0%}} sure, %{{y:.0%}} right (%{{customdata:,}} {items})<extra></extra>", row=1, col=1,
        )  # fmt: skip
    figure.add_bar(
        x=[(one["low"] + one["high"]) / 2 for one in shown], y=[one["count"] for one in shown], showlegend=False,
        marker={"color": role_color("network", dark), "opacity": 0.45}, width=[0.9 / len(shown)] * len(shown),
        hovertemplate=f"%{{y:,}} {items}<extra></extra>", row=2, col=1,
    )  # fmt: skip
    figure.update_xaxes(range=[-0.01, 1.01], tickformat=".0%")
    figure.update_xaxes(title_text="How sure the network is of its answer", row=2, col=1)
    figure.update_yaxes(title_text="Right answers", range=[-0.02, 1.02], tickformat=".0%", row=1, col=1)
    figure.update_yaxes(title_text=items.capitalize(), nticks=3, row=2, col=1)
    figure.update_layout(showlegend=True)
    return Chart(figure, _alt(shown, items))


def _alt(bins: Sequence[Mapping[str, Any]], items: str) -> str:
    known = [one for one in bins if one["count"]]
    if not known:
        return f"Reliability curve of no {items}."
    most = max(known, key=lambda one: one["count"])
    return (
        f"Reliability curve: of the {most['count']:,} {items} of which the network is {most['low']:.0%} to "
        f"{most['high']:.0%} sure it gets {most['accuracy']:.0%} right, where it says {most['confidence']:.0%}."
    )
