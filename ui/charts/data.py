"""What is trained on: how many texts each class has in each part, and how long the texts are.

Class names come from data and are escaped. Left out: series (forecast.py) and counting any of it (core.data.report).
"""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from ui.charts.chart import Chart, new_figure
from ui.charts.labels import escape, percent
from ui.charts.theme import role_color
from ui.foreign import shorten

PARTS = ("training", "validation", "test")
_MOST_CLASSES = 12
_NUM_BINS = 30
_FAR = 3  # times the 99th percentile; beyond that one text would squeeze all others into the first bar


def class_balance(classes: Mapping[str, tuple[int, int, int]], dark: bool, items: str = "texts") -> Chart:
    """How many texts, or other items, each class has, in the training, validation and test sets.

    Args:
        classes: Label to the three counts. Of very many the most frequent are drawn, and the others together.
        dark: Whether the page is dark.
        items: What is counted, in plural.
    """
    rows, num_others = _most_frequent(classes)
    total = max(1, sum(sum(counts) for _, counts in rows))
    figure = new_figure(dark, 96 + 30 * len(rows), items.capitalize())
    colors = (role_color("training", dark), role_color("validation", dark), role_color("baseline", dark))
    for part, color in enumerate(colors):
        figure.add_bar(
            x=[counts[part] for _, counts in rows], y=list(range(len(rows))), orientation="h", name=PARTS[part],
            marker_color=color, hovertemplate="%{x:,} " + items + "<extra>" + PARTS[part] + "</extra>",
        )  # fmt: skip
    for place, (_, counts) in enumerate(rows):
        figure.add_annotation(
            text=f"{sum(counts):,} ({percent(sum(counts) / total)})", x=sum(counts), y=place, xanchor="left", xshift=4,
            showarrow=False, font={"size": 12, "color": role_color("muted", dark)},
        )  # fmt: skip
    most = max((sum(counts) for _, counts in rows), default=1)
    names = [escape(name, 20) for name, _ in rows]
    figure.update_layout(barmode="stack", showlegend=True, legend={"traceorder": "normal"})
    figure.update_xaxes(range=[0, 1.38 * max(1, most)], nticks=4, tickformat=",d")  # room for the figures
    figure.update_yaxes(
        tickmode="array", tickvals=list(range(len(rows))), ticktext=names, showgrid=False, range=[len(rows) - 0.4, -0.6]
    )
    said = ", ".join(f"{shorten(name, 30)} {percent(sum(counts) / total)}" for name, counts in rows[:8])
    others = f", of which {num_others:,} are drawn as one" if num_others else ""
    return Chart(figure, f"Bar chart of the {items} of {len(classes):,} classes{others}, by part: {said}.")


def _most_frequent(classes: Mapping[str, tuple[int, int, int]]) -> tuple[list[tuple[str, tuple[int, ...]]], int]:
    """The rows of the chart in the order of the classes, the rest as one row at the end, and how many that holds."""
    if len(classes) <= _MOST_CLASSES:
        return list(classes.items()), 0
    ranked = sorted(classes, key=lambda name: -sum(classes[name]))
    drawn = set(ranked[: _MOST_CLASSES - 1])
    rest = [classes[name] for name in ranked[_MOST_CLASSES - 1 :]]
    together = tuple(sum(counts) for counts in zip(*rest, strict=True))
    rows = [(name, counts) for name, counts in classes.items() if name in drawn]
    return [*rows, (f"{len(rest):,} other classes", together)], len(rest)


def length_histogram(
    lengths: Mapping[int, int], noun: str, unit: str, dark: bool, max_length: int | None = None
) -> Chart:
    """How long the texts are, and where they are cut.

    Args:
        lengths: How many texts have so many, before the cut.
        noun: What is counted, in plural ("reviews").
        unit: What a length counts, in plural ("words").
        dark: Whether the page is dark.
        max_length: Longer texts are cut to this many; None where none is.
    """
    values = np.repeat(np.array(list(lengths), dtype=np.int64), np.array(list(lengths.values()), dtype=np.int64))
    longest = int(values.max(initial=1))
    usual = int(np.quantile(values, 0.99)) if len(values) else 1
    last = longest if longest <= _FAR * max(usual, 1) else 2 * max(usual, 1)
    width = max(1, -(-last // _NUM_BINS))
    edges = np.arange(0, last + 2 * width, width)
    counts, _ = np.histogram(np.minimum(values, edges[-1] - 1), bins=edges)
    ranges = [f"{low}" if width == 1 else f"{low} to {low + width - 1}" for low in edges[:-1]]
    if longest >= edges[-1]:
        ranges[-1] = f"{edges[-2]} to {longest:,}"
    figure = new_figure(dark, 240, f"Length, {unit}", noun.capitalize())
    figure.add_bar(
        x=(edges[:-1] + (width - 1) / 2).tolist(), y=counts.tolist(), marker_color=role_color("training", dark),
        customdata=ranges, hovertemplate="%{y:,} " + noun + " of %{customdata} " + unit + "<extra></extra>",
    )  # fmt: skip
    figure.update_layout(bargap=0.08, showlegend=False)
    figure.update_yaxes(tickformat=",d", nticks=5)
    num_cut = 0 if max_length is None else int((values > max_length).sum())
    if max_length is not None and num_cut:
        _mark_cut(figure, min(max_length + 0.5, float(edges[-1])), dark, on_the_left=max_length > 0.6 * edges[-1])
    middle = int(np.median(values)) if len(values) else 0
    cut = f" {num_cut:,} are longer than {max_length} and are cut there." if num_cut else ""
    alt = f"Histogram of the lengths of {len(values):,} {noun}: half have up to {middle} {unit}, the longest {longest}."
    return Chart(figure, alt + cut)


def _mark_cut(figure: go.Figure, place: float, dark: bool, *, on_the_left: bool) -> None:
    """A dotted line where texts are cut, with its name at the top."""
    ink = role_color("text", dark)
    figure.add_vline(x=place, line={"color": ink, "width": 1.5, "dash": "dot"})
    figure.add_annotation(
        text="cut here", x=place, y=1, yref="paper", yanchor="top", xanchor="right" if on_the_left else "left",
        xshift=-4 if on_the_left else 4, showarrow=False, font={"size": 12, "color": ink},
    )  # fmt: skip
