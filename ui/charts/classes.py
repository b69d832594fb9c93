"""Classes: how sure the network is, what it takes for what, and how a sentence sways it.

Class names come from data and are escaped. Left out: how often each occurs (data.py), computing any of these figures.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from ui.charts.chart import LABEL_ROOM, Chart, add_color_bar, new_figure
from ui.charts.labels import escape, escape_token, percent, visible
from ui.charts.theme import class_color, role_color, tint_scale
from ui.charts.tokens import name_tokens
from ui.foreign import one_line, shorten
from ui.words import count

HALF_WIDTH = 380
"""Pixels of half the page beside the sidebar, on the smallest screen that shows both."""
PHONE_WIDTH = 340
FEW_CLASSES = 8
"""So many have room in their cells for a count and a share, and in half the page for their matrix."""
_MOST_CURVES = 6
_LONGEST_LABEL = 16  # characters of a class's name on an axis
_LETTER = 7  # pixels of one


def confusion_chart(
    classes: Sequence[str], counts: Sequence[Sequence[int]], dark: bool, width: int = HALF_WIDTH, can_pick: bool = False
) -> Chart:
    """What the network takes for what: counts, and the share of each true class; every class is named on both sides.

    Args:
        classes: C names.
        counts: (C, C), rows are the truth, columns the prediction.
        dark: Whether the page is dark.
        width: Pixels that the chart has at least; they decide which figures find room in their cells.
        can_pick: Whether a click on a cell is one on a point at its column and row.
    """
    size = len(classes)
    sums = [sum(row) for row in counts]
    shares = [[n / total if total else 0.0 for n in row] for row, total in zip(counts, sums, strict=True)]
    names = [escape(brief(name)) for name in classes]
    longest = max(len(brief(name)) for name in classes)
    across = (width - 70 - _LETTER * longest) / size  # pixels of a cell
    upright = _LETTER * longest + 6 > across
    height = max(180, min(34 if size > FEW_CLASSES else 58, 58) * size)
    figure = new_figure(dark, 130 + height + (_LETTER * longest - 14 if upright else 0), "Predicted", "True class")
    hover = [
        [
            f"{n:,} of {total:,} “{escape(classes[i], 40)}” taken for “{escape(classes[j], 40)}”"
            for j, n in enumerate(row)
        ]
        for i, (row, total) in enumerate(zip(counts, sums, strict=True))
    ]
    figure.add_heatmap(
        z=shares, customdata=hover, hovertemplate="%{customdata}<extra></extra>", zmin=0, zmax=1, xgap=2, ygap=2,
        text=_texts(counts, shares, across), texttemplate="%{text}", colorscale=tint_scale(dark),
        textfont={"size": 13 if size <= FEW_CLASSES else 11, "color": role_color("text", dark)},
    )  # fmt: skip
    if can_pick:  # a heat map tells nobody that it was clicked: points that are not seen lie over its cells
        unseen = {"marker": {"opacity": 0}}
        figure.add_scatter(
            x=[j for _ in range(size) for j in range(size)], y=[i for i in range(size) for _ in range(size)],
            mode="markers", marker={"size": max(10, min(40, across)), "symbol": "square", "opacity": 0}, showlegend=False,
            selected=unseen, unselected=unseen, customdata=[cell for row in hover for cell in row],
            hovertemplate="%{customdata}<extra></extra>",
        )  # fmt: skip
    add_color_bar(figure, "Share of the true class", dark, ".0%")
    # Told which way to write, and to write past the edge: left to itself the axis drops labels that seem too long.
    ticks = {
        "tickmode": "array", "tickvals": list(range(size)), "ticktext": names, "showgrid": False,
        "ticklabeloverflow": "allow",
    }  # fmt: skip
    figure.update_xaxes(**ticks, range=[-0.5, size - 0.5], tickangle=-90 if upright else 0)
    figure.update_yaxes(**ticks, range=[size - 0.5, -0.5])
    return Chart(figure, _confusion_alt(classes, counts))


def _texts(counts: Sequence[Sequence[int]], shares: Sequence[Sequence[float]], across: float) -> list[list[str]]:
    """Counts for their cells, of few classes with their shares; none where the cells are too narrow for the largest."""
    if len(counts) <= FEW_CLASSES:
        return [
            [f"{n:,}<br>{percent(share)}" for n, share in zip(*rows, strict=True)]
            for rows in zip(counts, shares, strict=True)
        ]
    room = 6 * len(f"{max(map(max, counts)):,}") + 2 <= across  # small counts alone would say the wrong thing
    return [[f"{n:,}" if n and room else "" for n in row] for row in counts]


def _confusion_alt(classes: Sequence[str], counts: Sequence[Sequence[int]]) -> str:
    size = len(classes)
    right, whole = sum(counts[i][i] for i in range(size)), sum(map(sum, counts))
    alt = f"Confusion matrix of {size} classes: {right:,} of {whole:,} texts are on the diagonal, predicted right."
    wrong = [
        (counts[i][j], classes[i], classes[j]) for i in range(size) for j in range(size) if i != j and counts[i][j]
    ]
    if wrong:
        n, true, predicted = max(wrong)
        alt += f" The most common mistake: {n:,} {shorten(true, 30)} taken for {shorten(predicted, 30)}."
    return alt


def brief(name: str, most: int = _LONGEST_LABEL) -> str:
    """A name that is too long for an axis, by its beginning and its end: two long names may begin alike."""
    line = one_line(name) if name.strip() else visible(name)
    return line if len(line) <= most else f"{line[: most - most // 3 - 1].rstrip()}…{line[-(most // 3) :].lstrip()}"


def probability_bars(probabilities: Mapping[str, float], dark: bool) -> Chart:
    """How sure the network is of each class; the most likely one is in full colour.

    Args:
        probabilities: Class name to probability, 0 to 1.
        dark: Whether the page is dark.
    """
    names, values = list(probabilities), list(probabilities.values())
    best = values.index(max(values))
    figure = new_figure(dark, 84 + 30 * len(names), "Probability")
    figure.add_bar(
        x=values, y=list(range(len(names))), orientation="h",
        marker={"color": class_colors(len(names)), "opacity": [1.0 if i == best else 0.45 for i in range(len(names))]},
        text=[percent(value) for value in values], textposition="outside", cliponaxis=False,
        hovertemplate="%{x:.1%}<extra></extra>",
    )  # fmt: skip
    figure.update_xaxes(range=[0, 1], tickformat=".0%", tickvals=[0, 0.25, 0.5, 0.75, 1.0])
    figure.update_layout(margin_r=LABEL_ROOM)
    _name_rows(figure, names)
    parts = ", ".join(f"{shorten(name, 30)} {percent(value)}" for name, value in probabilities.items())
    return Chart(figure, f"Bar chart of class probabilities: {parts}.")


def trajectory_chart(
    words: Sequence[str],
    probabilities: Sequence[Sequence[float]],
    classes: Sequence[str],
    dark: bool,
    narrow: bool = False,
    noun: str = "words",
) -> Chart:
    """The probability of each class after each word: what the network would say if the text ended there.

    Args:
        words: T tokens in reading order.
        probabilities: (T, C), each row adds up to 1.
        classes: C names; only the six most likely at the end are drawn.
        dark: Whether the page is dark.
        narrow: Whether the page is as narrow as a phone.
        noun: What the tokens are, in plural.
    """
    figure = new_figure(dark, 330, f"{noun.capitalize()} read so far", "Probability")
    last = probabilities[-1]
    drawn = sorted(sorted(range(len(classes)), key=lambda i: -last[i])[:_MOST_CURVES])
    symbols = ("circle", "square", "diamond", "triangle-up", "cross", "x")
    hover = [escape_token(word) for word in words]
    for place, i in enumerate(drawn):
        figure.add_scatter(
            x=list(range(len(words))), y=[round(row[i], 4) for row in probabilities], name=escape(classes[i], 24),
            mode="lines+markers", line={"color": class_color(i), "width": 2},
            marker={"symbol": symbols[place], "size": 7}, customdata=hover, hovertemplate="%{y:.1%} after %{customdata}",
        )  # fmt: skip
    figure.update_yaxes(range=[-0.02, 1.02], tickformat=".0%")
    name_tokens(figure, words, narrow)
    figure.update_layout(hovermode="x unified", showlegend=True)
    winner = classes[max(range(len(classes)), key=lambda i: last[i])]
    alt = (
        f"Line chart of class probabilities after each of {count(len(words), noun.removesuffix('s'))}, "
        f"ending at {shorten(winner, 30)}."
    )
    flips = turning_words(words, probabilities)
    if flips:
        alt += " The most likely class changes at: " + ", ".join(shorten(words[i], 20) for i in flips[-5:]) + "."
    return Chart(figure, alt)


def attention_bars(
    words: Sequence[str], weights: Sequence[float], dark: bool, narrow: bool = False, noun: str = "words"
) -> Chart:
    """How much the state at each token weighs in the vector that a network answers from.

    Args:
        words: T tokens in reading order.
        weights: T shares that add up to 1.
        dark: Whether the page is dark.
        narrow: Whether the page is as narrow as a phone.
        noun: What the tokens are, in plural.
    """
    figure = new_figure(dark, 260, noun.capitalize(), "Weight of its state")
    figure.add_bar(
        x=list(range(len(words))), y=list(weights), marker_color=role_color("network", dark),
        customdata=[escape_token(word) for word in words], hovertemplate="%{customdata}: %{y:.1%}<extra></extra>",
    )  # fmt: skip
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    name_tokens(figure, words, narrow)
    figure.update_layout(showlegend=False)
    most = sorted(zip(weights, words, strict=True), key=lambda pair: -pair[0])[:3]
    parts = ", ".join(f"{shorten(visible(word), 20)} {percent(weight)}" for weight, word in most)
    each = count(len(words), noun.removesuffix("s"))
    return Chart(figure, f"Bar chart of the weight of the states at {each}, the largest: {parts}.")


def accuracy_bars(title: str, groups: Sequence[Mapping[str, Any]], are_shares: bool, dark: bool) -> Chart:
    """Accuracy of groups of texts, with how many texts each has.

    Args:
        title: What the groups are told apart by.
        groups: `low`, `high`, `count` and `accuracy` of each, see `core.tasks.classification.errors.accuracy_by`.
        are_shares: Whether the edges are shares, of which the lower one is left out.
        dark: Whether the page is dark.
    """
    names = [_span(one, are_shares) for one in groups]
    figure = new_figure(dark, 250, title, "Accuracy")
    figure.add_bar(
        x=list(range(len(groups))), y=[one["accuracy"] for one in groups], marker_color=role_color("network", dark),
        text=[f"{percent(one['accuracy'])} of {one['count']:,}" for one in groups], textposition="outside", cliponaxis=False,
        hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip
    figure.update_xaxes(tickmode="array", tickvals=list(range(len(names))), ticktext=names, showgrid=False)
    figure.update_yaxes(range=[0, 1.12], tickformat=".0%", tickvals=[0, 0.5, 1])
    figure.update_layout(showlegend=False)
    parts = ", ".join(f"{name} {percent(one['accuracy'])}" for name, one in zip(names, groups, strict=True))
    return Chart(figure, f"Bar chart of accuracy by {title[0].lower()}{title[1:]}: {parts}.")


def _span(group: Mapping[str, Any], is_share: bool) -> str:
    if not is_share:
        return f"{group['low']:,}" if group["low"] == group["high"] else f"{group['low']:,} to {group['high']:,}"
    return "none" if group["high"] == 0 else f"up to {group['high']:.0%}"


def turning_words(words: Sequence[str], probabilities: Sequence[Sequence[float]]) -> list[int]:
    """Places of the words at which another class becomes the most likely one (never the first word)."""
    best = [max(range(len(row)), key=row.__getitem__) for row in probabilities]
    return [i for i in range(1, len(words)) if best[i] != best[i - 1]]


def class_colors(count: int) -> list[str]:
    """The colours of `count` classes in order."""
    return [class_color(i) for i in range(count)]


def _name_rows(figure: go.Figure, names: Sequence[str]) -> None:
    """Names down the side, the first on top."""
    places = list(range(len(names)))
    figure.update_yaxes(
        tickmode="array", tickvals=places, ticktext=[escape(brief(name)) for name in names], showgrid=False,
        range=[len(names) - 0.4, -0.6],
    )  # fmt: skip
    figure.update_layout(showlegend=False)
