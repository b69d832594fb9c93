"""How good translations are by how long their sources are, beside the simple methods."""

from collections.abc import Mapping, Sequence
from typing import Any

from ui.charts.chart import Chart, new_figure
from ui.charts.theme import role_color
from ui.words import baseline_label, capital, metric_label

_DASHES = ("dash", "dot")


def by_length_chart(parts: Sequence[Mapping[str, Any]], metric: str, unit: str, dark: bool) -> Chart:
    """A line of the network and one of each simple method, a point for each part of the texts.

    Args:
        parts: As `core.tasks.seq2seq.by_length` gives them, from the shortest on, at least one.
        metric: Which of their figures.
        unit: What the tokens of a source are called, in plural.
        dark: Whether the page is dark.
    """
    figure = new_figure(dark, 320, f"{capital(unit)} of the source", metric_label(metric))
    names = [span(part) for part in parts]
    methods = list(parts[0]["figures"])
    for place, method in enumerate(methods):
        network = method == "network"
        role = "network" if network else "baseline"
        dash = "solid" if network else _DASHES[(place - 1) % len(_DASHES)]
        figure.add_scatter(
            x=names, y=[part["figures"][method][metric] for part in parts], mode="lines+markers",
            name="Network" if network else capital(baseline_label(method)),
            line={"color": role_color(role, dark), "width": 2, "dash": dash}, marker={"size": 7},
            customdata=[part["pairs"] for part in parts],
            hovertemplate="%{y:.3~r} of %{customdata:,} texts<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    share = metric == "exact_match"
    figure.update_yaxes(range=[0, 1.04 if share else 104], tickformat=".0%" if share else None)
    figure.update_xaxes(type="category")
    figure.update_layout(showlegend=True)
    said = "; ".join(
        f"{name} {_figure(part['figures']['network'][metric], share)}" for name, part in zip(names, parts, strict=True)
    )
    return Chart(figure, f"{metric_label(metric)} by length of the source, {unit}: {said}.")


def span(part: Mapping[str, Any]) -> str:
    """The fewest and the most tokens of the sources of a part."""
    return f"{part['low']:,}" if part["low"] == part["high"] else f"{part['low']:,} to {part['high']:,}"


def _figure(value: float | None, share: bool) -> str:
    if value is None:
        return "unknown"
    return f"{value:.0%}" if share else f"{value:.1f}"
